"""What the commands share: their options, an agent to work with, progress and errors on standard error."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from agent.agent import Agent
from agent.build import build_agent
from agent.errors import AttuneError
from agent.parsing.errors import WeightsError
from agent.settings import Settings
from agent.terminal.logs import log_to_stderr
from tools.errors import CatalogueError

diagnostics = Console(stderr=True)

User = Annotated[str, typer.Option(help="Whose memory to use.")]
Thread = Annotated[str | None, typer.Option(help="A thread to go on with; a new one by default.")]
DomainFolder = Annotated[Path | None, typer.Option("--domain", help="Folder with domain.toml and items.jsonl.")]
ModelUrl = Annotated[str | None, typer.Option(help="An OpenAI-compatible server, vLLM for one.")]
ModelName = Annotated[str | None, typer.Option("--model", help="The model's name there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON on standard output.")]


def with_agent(settings: Settings, use: Callable[[Agent], Any]) -> None:
    log_to_stderr()

    async def run() -> None:
        with progress_bars() as say:
            agent = await build_agent(settings, progress=say)
        try:
            await use(agent)
        finally:
            await agent.close()

    asyncio.run(run())


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function (stage, done, total) that draws a bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=diagnostics, transient=True) as bars:
        stages: dict[str, Any] = {}

        def say(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total)
            bars.update(stages[stage], completed=done, total=total)

        yield say


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn our errors into one line and exit code 2."""
    try:
        yield
    except (AttuneError, CatalogueError, WeightsError) as error:
        diagnostics.print(f"[red]attune:[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error
