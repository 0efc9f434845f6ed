"""Where a server's turns pass through: so many at once, a bounded queue, and each one finished once it was begun.

API, page and tools of one process share one turnstile.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Protocol, Self

import structlog

from agent.agent import Agent
from agent.commands import Command
from agent.errors import TooBusy, TurnRefused
from agent.settings import Settings
from agent.trace import Done, Event
from agent.turns import Turn, TurnOptions
from tools.errors import CatalogueError, ToolError

FINISH_S = 30.0
"""How long turns in flight have to finish once the server is told to stop."""
_RETRY_AFTER_S = 2
_ASKED_WRONG = (TurnRefused, CatalogueError, ToolError)
_log = structlog.get_logger(__name__)


class Watcher(Protocol):
    """Who is told how full it is, and what failed: for metrics."""

    def note_in_flight(self, turns: int) -> None: ...

    def note_error(self, error: BaseException) -> None: ...


class Turnstile:
    """Takes turns one by one or side by side, and knows which are in flight.

    A turn runs as a task of its own: who stops listening in mid-stream loses the telling, not the turn, and gets it
    again by the same idempotency key.
    """

    def __init__(self, at_once: int, waiting: int, watcher: Watcher) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._watcher = watcher
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def of(cls, settings: Settings, watcher: Watcher, *, with_model: bool) -> Self:
        """Return a turnstile as the settings make it."""
        usual = 64 if with_model else 2 * (os.cpu_count() or 1)
        return cls(settings.turns_at_once or usual, settings.turns_waiting, watcher)

    async def events(
        self,
        agent: Agent,
        user: str,
        thread: str,
        text: str,
        *,
        command: Command | None = None,
        key: str | None = None,
        options: TurnOptions | None = None,
    ) -> AsyncIterator[Event]:
        """Yield the events of a turn, Done last. Raises TooBusy where the queue is full, and TurnRefused."""
        if len(self._tasks) >= self._most:
            raise TooBusy(
                f"{len(self._tasks)} turns are already waiting; try again in {_RETRY_AFTER_S} seconds", _RETRY_AFTER_S
            )
        heard: asyncio.Queue[Event | Exception | None] = asyncio.Queue()

        async def run() -> None:
            try:
                async with self._room:
                    async for event in agent.respond(user, thread, text, command=command, key=key, options=options):
                        heard.put_nowait(event)
            except Exception as error:
                self._note(error)
                heard.put_nowait(error)
            finally:
                heard.put_nowait(None)

        self._begin(run())
        while (event := await heard.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event

    async def turn(
        self,
        agent: Agent,
        user: str,
        thread: str,
        text: str,
        *,
        command: Command | None = None,
        key: str | None = None,
        options: TurnOptions | None = None,
    ) -> Turn:
        """Return a whole turn."""
        async for event in self.events(agent, user, thread, text, command=command, key=key, options=options):
            if isinstance(event, Done):
                return event.turn
        raise AssertionError("a turn ends with Done")

    async def drain(self, within_s: float = FINISH_S) -> None:
        """Wait until the turns in flight are finished and kept; one broken off leaves its thread as it was."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_s)

    def _begin(self, run: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(run)
        self._tasks.add(task)
        self._watcher.note_in_flight(len(self._tasks))
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._watcher.note_in_flight(len(self._tasks))

    def _note(self, error: Exception) -> None:
        if not isinstance(error, _ASKED_WRONG):
            self._watcher.note_error(error)
            _log.error("turn failed", error=type(error).__name__, exc_info=error)
