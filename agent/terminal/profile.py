"""`attune profile`: what is remembered of a user, shown, exported, taken in and forgotten."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from agent.build import open_database
from agent.errors import TurnRefused
from agent.memory.days import say_day
from agent.memory.memory import Memory, today
from agent.memory.names import DEFAULT_TENANT
from agent.memory.profiles import Profiles
from agent.memory.threads import Threads
from agent.remembering import say_profile
from agent.settings import load_settings
from agent.terminal.running import DomainFolder, clear_errors
from tools.catalogue import Catalogue
from tools.histories import History, read_history, skipped_lines

app = typer.Typer(no_args_is_help=True, help="Show, export, take in and forget what is remembered of a user.")

User = Annotated[str, typer.Argument(help="Whose memory.")]
Tenant = Annotated[str, typer.Option(help="The tenant that the user belongs to.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON on standard output.")]


@app.command()
def show(user: User, domain: DomainFolder = None, tenant: Tenant = DEFAULT_TENANT, as_json: AsJson = False) -> None:
    """Say what is remembered of a user, and list the threads."""

    async def say(memory: Memory, catalogue: Catalogue, half_life: float) -> None:
        profile, threads = await memory.profile(user), await memory.threads(user)
        if as_json:
            listed = [thread.model_dump() for thread in threads]
            print(json.dumps({"user": user, "profile": profile.model_dump(mode="json"), "threads": listed}))
            return
        console = Console()
        console.print(escape(say_profile(profile, catalogue, (), today(), half_life)), highlight=False)
        for thread in threads:
            day = say_day(thread.updated[:10], today())
            console.print(f"[dim]{escape(thread.id)}[/] {escape(thread.title)} ({thread.turns} turns, {day})")

    _with_memory(say, domain, tenant)


@app.command()
def export(
    user: User,
    out: Annotated[Path | None, typer.Argument(help="The file to write; standard output by default.")] = None,
    domain: DomainFolder = None,
    tenant: Tenant = DEFAULT_TENANT,
) -> None:
    """Write all that is kept of a user as one JSON document; docs/memory.md shows it."""

    async def write(memory: Memory, _: Catalogue, __: float) -> None:
        text = json.dumps(await memory.export(user), ensure_ascii=False, indent=2)
        if out is None:
            print(text)
            return
        if out.exists():
            raise TurnRefused(f"{str(out)!r} exists; name a file that does not")
        out.write_text(f"{text}\n", encoding="utf8")

    _with_memory(write, domain, tenant)


@app.command("import")
def import_(
    user: User,
    file: Annotated[
        Path, typer.Argument(help="What `attune profile export` wrote (.json), or a rating history (.csv, .jsonl ...).")
    ],
    overwrite: Annotated[bool, typer.Option(help="Replace what is remembered of the user.")] = False,
    of_another: Annotated[bool, typer.Option(help="Take in another user's document.")] = False,
    domain: DomainFolder = None,
    tenant: Tenant = DEFAULT_TENANT,
) -> None:
    """Take in an exported document, or a table of ratings: id, or title and year; rating; date."""

    async def take(memory: Memory, catalogue: Catalogue, __: float) -> None:
        if file.suffix.lower() != ".json":
            rated, malformed = read_history(file, catalogue.domain.noun)
            _show_history(await memory.import_history(user, rated, malformed), catalogue)
            return
        document = _read(file)
        profile = await memory.restore(user, document, overwrite=overwrite, of_another=of_another)
        what = f"{len(profile.wishes)} wishes, {len(profile.notes)} notes, {len(profile.items)} items"
        Console(stderr=True).print(f"{what} of {escape(user)} taken in")

    _with_memory(take, domain, tenant)


@app.command()
def forget(
    user: User,
    wish: Annotated[str | None, typer.Option(help="Only this wish or note, by its id ('p3').")] = None,
    item: Annotated[str | None, typer.Option(help="Only what is remembered of this item, by its id.")] = None,
    thread: Annotated[str | None, typer.Option(help="Only this thread.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    domain: DomainFolder = None,
    tenant: Tenant = DEFAULT_TENANT,
) -> None:
    """Erase everything that is kept of a user, threads included, or one thing of it."""

    async def erase(memory: Memory, _: Catalogue, __: float) -> None:
        if wish is not None:
            await memory.forget_wish(user, wish)
        if item is not None:
            await memory.forget_item(user, item)
        if thread is not None:
            await memory.forget_thread(user, thread)
        if wish is item is thread is None:
            await memory.forget_everything(user)

    if not yes and wish is item is thread is None:
        typer.confirm(f"Erase everything that is kept of {user!r}, for good?", abort=True)
    _with_memory(erase, domain, tenant)


def _show_history(history: History, catalogue: Catalogue) -> None:
    """Print what became of every line of a rating history."""
    console = Console(stderr=True, highlight=False)
    counts = Counter(one.said for one in history.judged if one.item not in history.older)
    console.print(f"{counts[1]} liked, {counts[-1]} disliked, {counts[0]} seen")
    for line in skipped_lines(history, catalogue):
        near = f"; near to it: {', '.join(line.near)}" if line.near else ""
        console.print(
            f"  row {line.row} left out: {escape(line.named)}{': ' * bool(line.named)}{escape(line.why + near)}"
        )


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf8"))
    except (OSError, ValueError) as error:
        raise TurnRefused(f"{str(file)!r} cannot be read as JSON ({error}); nothing was taken in") from error


def _with_memory(use: Callable[[Memory, Catalogue, float], Awaitable[None]], domain: Path | None, tenant: str) -> None:
    """Open the memory alone: neither parser nor index is needed to look into it."""

    async def run() -> None:
        settings = load_settings(domain=domain)
        catalogue = Catalogue.load(settings.domain)
        async with AsyncExitStack() as resources:
            database = await open_database(settings, resources)
            half_life = settings.affinity_half_life_days
            profiles = Profiles(database, catalogue.domain.name, tenant, half_life_days=half_life)
            memory = Memory(profiles, Threads(database, profiles.names), catalogue)
            await use(memory, catalogue, half_life)

    with clear_errors():
        asyncio.run(run())
