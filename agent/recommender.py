"""The synchronous face, for scripts and notebooks."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.agent import Agent
from agent.build import build_agent
from agent.settings import load_settings
from agent.turns import Turn
from tools.index import BuildProgress


class Recommender:
    """A recommender to talk with from plain code.

    >>> from agent import Recommender
    >>> turn = Recommender.open("data/movies").chat("something like Arrival but lighter", user="ana")
    >>> turn.slate[0].title, turn.slate[0].reasons
    """

    def __init__(self, agent: Agent, runner: asyncio.Runner) -> None:
        """Use `open`."""
        self._agent = agent
        self._runner = runner

    @classmethod
    def open(
        cls, domain: str | Path | None = None, *, progress: BuildProgress | None = None, **settings: object
    ) -> Self:
        """Return a recommender over a domain folder, the shipped films by default; its index is built if need be.

        settings: any of agent.settings.Settings. Raises SettingsError and CatalogueError, each saying what to do.
        """
        checked = load_settings(domain=domain, **settings)
        runner = asyncio.Runner()
        try:
            return cls(runner.run(build_agent(checked, progress=progress)), runner)
        except BaseException:
            runner.close()
            raise

    def chat(self, text: str, *, user: str, thread: str = "default") -> Turn:
        """Return the answer to one user turn; the thread goes on where it was left."""
        return self._runner.run(self._agent.chat(user, thread, text))

    def close(self) -> None:
        """Release the database and the model's connections."""
        self._runner.run(self._agent.close())
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
