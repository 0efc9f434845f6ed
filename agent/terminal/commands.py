"""The command line: `attune serve`, `chat`, `ask`, `import`, `index`, `doctor`, `keys`, `profile`."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.agent import Agent
from agent.embedder import open_embedder
from agent.settings import load_settings
from agent.terminal.chat import ask_once, chat_as_json, chat_with_person
from agent.terminal.keys import keys
from agent.terminal.profile import app as profile
from agent.terminal.running import (
    AsJson,
    DomainFolder,
    ModelName,
    ModelUrl,
    Thread,
    User,
    clear_errors,
    diagnostics,
    progress_bars,
    with_agent,
)
from agent.terminal.show import show_import
from tools.catalogue import Catalogue
from tools.factors import learn
from tools.importing import import_items
from tools.index import Index
from tools.mapping import Mapping

app = typer.Typer(
    help="A recommender you steer by talking.",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(keys, name="keys")
app.add_typer(profile, name="profile")


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """A recommender you steer by talking. Without a command: serve."""
    if context.invoked_subcommand is None:
        serve()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 for any that is free.")] = None,
    domain: DomainFolder = None,
    model_url: ModelUrl = None,
    model: ModelName = None,
    unguarded: Annotated[
        bool | None, typer.Option("--unguarded", help="Listen beyond this machine although there are no API keys.")
    ] = None,
    page: Annotated[
        bool | None, typer.Option(help="Serve the page, which asks for no key; by default only without API keys.")
    ] = None,
) -> None:
    """Serve the page and the API until stopped; turns in flight are finished first."""
    # Servers and their libraries take seconds to load, which whoever chats in a terminal should not wait for.
    from agent.terminal.serving import serve_until_stopped

    asked = {"host": host, "port": port, "domain": domain, "model_url": model_url, "model": model}
    with clear_errors():
        serve_until_stopped({**asked, "unguarded": unguarded or None}, page)


@app.command()
def mcp(
    user: User = "me",
    domain: DomainFolder = None,
    model_url: ModelUrl = None,
    model: ModelName = None,
) -> None:
    """Serve the tools of the Model Context Protocol on standard input and output, for one user of this machine."""
    from agent.terminal.serving import serve_tools

    with clear_errors():
        serve_tools(load_settings(domain=domain, model_url=model_url, model=model), user)


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

    with clear_errors():
        with_agent(load_settings(domain=domain, model_url=model_url, model=model), talk)


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

    with clear_errors():
        with_agent(load_settings(domain=domain, model_url=model_url, model=model), answer)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or Parquet.")],
    mapping: Annotated[Path, typer.Option(help="TOML that says which column means what; see docs/importing.md.")],
    out: Annotated[Path, typer.Option(help="The domain folder to make.")],
    interactions: Annotated[
        Path | None, typer.Option(help="What many people rated: JSONL, CSV or Parquet; see docs/interactions.md.")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace what is in the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a domain folder from a file of items, and of what people rated where it is given."""
    with clear_errors(), diagnostics.status("reading rows") as status:

        def say(rows: int) -> None:
            status.update(f"{rows:,} rows read")

        report = import_items(
            file, Mapping.load(mapping), out, progress=say, overwrite=overwrite, interactions=interactions
        )
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
    with clear_errors():
        settings = load_settings(domain=folder)
        catalogue = Catalogue.load(settings.domain)
        with progress_bars() as say:
            built = Index.build(catalogue, open_embedder(settings.embedder), settings.index_folder, say)
            learn(settings.domain, catalogue, lambda done, rounds: say("learning from interactions", done, rounds))
        if as_json:
            print(built.manifest.model_dump_json())
        else:
            diagnostics.print(f"{len(built):,} {catalogue.domain.noun.many} indexed in {settings.index_folder}")


@app.command()
def doctor(domain: DomainFolder = None, model_url: ModelUrl = None, as_json: AsJson = False) -> None:
    """Say what is installed, which model, parser and index are in use, and what is missing."""
    from agent.terminal.doctor import examine

    with clear_errors():
        found = examine(load_settings(domain=domain, model_url=model_url))
    if as_json:
        print(found.model_dump_json())
    else:
        Console().print(found.table())
    raise typer.Exit(0 if found.well else 1)
