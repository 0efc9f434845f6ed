"""The command line: `attune chat`, `ask`, `import`, `index`, `doctor`."""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from agent.agent import Agent
from agent.build import build_agent
from agent.embedder import open_embedder
from agent.errors import AttuneError
from agent.parsing.errors import WeightsError
from agent.settings import Settings, load_settings
from agent.terminal.chat import ask_once, chat_as_json, chat_with_person
from agent.terminal.doctor import examine
from agent.terminal.logs import log_to_stderr
from agent.terminal.show import show_import
from tools.catalogue import Catalogue
from tools.errors import CatalogueError
from tools.importing import import_items
from tools.index import Index
from tools.mapping import Mapping

app = typer.Typer(
    help="A recommender you steer by talking.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
diagnostics = Console(stderr=True)

User = Annotated[str, typer.Option(help="Whose memory to use.")]
Thread = Annotated[str | None, typer.Option(help="A thread to go on with; a new one by default.")]
DomainFolder = Annotated[Path | None, typer.Option("--domain", help="Folder with domain.toml and items.jsonl.")]
ModelUrl = Annotated[str | None, typer.Option(help="An OpenAI-compatible server, vLLM for one.")]
ModelName = Annotated[str | None, typer.Option("--model", help="The model's name there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON on standard output.")]


@app.command()
def chat(
    user: User = "me",
    thread: Thread = None,
    domain: DomainFolder = None,
    model_url: ModelUrl = None,
    model: ModelName = None,
    as_json: AsJson = False,
) -> None:
    """Talk in the terminal; with --json, a user turn a line on standard input and a JSON object a turn out."""

    async def talk(agent: Agent) -> None:
        if as_json:
            await chat_as_json(agent, user, thread, sys.stdin, sys.stdout)
        else:
            await chat_with_person(agent, user, thread, Console())

    with _clear_errors():
        _with_agent(load_settings(domain=domain, model_url=model_url, model=model), talk)


@app.command()
def ask(
    text: str,
    user: User = "me",
    thread: Thread = None,
    domain: DomainFolder = None,
    model_url: ModelUrl = None,
    model: ModelName = None,
    as_json: AsJson = False,
) -> None:
    """Answer one turn."""

    async def answer(agent: Agent) -> None:
        await ask_once(agent, user, thread, text, Console(), as_json=as_json)

    with _clear_errors():
        _with_agent(load_settings(domain=domain, model_url=model_url, model=model), answer)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or Parquet.")],
    mapping: Annotated[Path, typer.Option(help="TOML that says which column means what; see docs/importing.md.")],
    out: Annotated[Path, typer.Option(help="The domain folder to make.")],
    overwrite: Annotated[bool, typer.Option(help="Replace what is in the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a domain folder from a file of items."""
    with _clear_errors(), diagnostics.status("reading rows") as status:

        def say(rows: int) -> None:
            status.update(f"{rows:,} rows read")

        report = import_items(file, Mapping.load(mapping), out, progress=say, overwrite=overwrite)
    if as_json:
        print(json.dumps(dataclasses.asdict(report), default=str))
    else:
        show_import(report, Console())


@app.command()
def index(
    folder: Annotated[Path, typer.Argument(help="A domain folder: domain.toml and items.jsonl.")],
    as_json: AsJson = False,
) -> None:
    """Build the index of a domain folder, or bring it up to date: only what changed is embedded anew."""
    with _clear_errors():
        settings = load_settings(domain=folder)
        catalogue = Catalogue.load(settings.domain)
        with _progress() as say:
            built = Index.build(catalogue, open_embedder(settings.embedder), settings.index_folder, say)
        if as_json:
            print(built.manifest.model_dump_json())
        else:
            diagnostics.print(f"{len(built):,} {catalogue.domain.noun.many} indexed in {settings.index_folder}")


@app.command()
def doctor(domain: DomainFolder = None, model_url: ModelUrl = None, as_json: AsJson = False) -> None:
    """Say what is installed, which model, parser and index are in use, and what is missing."""
    with _clear_errors():
        found = examine(load_settings(domain=domain, model_url=model_url))
    if as_json:
        print(found.model_dump_json())
    else:
        Console().print(found.table())
    raise typer.Exit(0 if found.well else 1)


def _with_agent(settings: Settings, use: Callable[[Agent], Any]) -> None:
    log_to_stderr()

    async def run() -> None:
        with _progress() as say:
            agent = await build_agent(settings, progress=say)
        try:
            await use(agent)
        finally:
            await agent.close()

    asyncio.run(run())


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
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
def _clear_errors() -> Iterator[None]:
    """Turn our errors into one line and exit code 2."""
    try:
        yield
    except (AttuneError, CatalogueError, WeightsError) as error:
        diagnostics.print(f"[red]attune:[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error
