"""Conversations in the terminal: with a person, as JSON lines, or one turn."""

import asyncio
import json
import uuid
from pathlib import Path
from typing import TextIO

from rich.console import Console

from agent.agent import Agent
from agent.commands import Command, ItemReference
from agent.errors import AttuneError
from agent.terminal.show import HELP, show_entry, show_plan, show_turn, show_wishes
from agent.turns import Turn

_PROMPT = "[bold cyan]you[/] "


async def chat_as_json(agent: Agent, user: str, thread: str | None, lines: TextIO, out: TextIO) -> None:
    """Answer each line with one JSON object on a line of its own, until the input ends."""
    thread = thread or new_thread()
    while line := await asyncio.to_thread(lines.readline):
        turn = await agent.chat(user, thread, line.rstrip("\n"))
        print(json.dumps(turn.as_json(), ensure_ascii=False), file=out, flush=True)


async def ask_once(agent: Agent, user: str, thread: str | None, text: str, console: Console, *, as_json: bool) -> None:
    """Answer one turn, as JSON or as a person reads it."""
    turn = await agent.chat(user, thread or new_thread(), text)
    if as_json:
        print(json.dumps(turn.as_json(), ensure_ascii=False))
    else:
        show_turn(turn, agent.parts.catalogue.domain, console)


async def chat_with_person(agent: Agent, user: str, thread: str | None, console: Console) -> None:
    """Hold a conversation until the person leaves; slash commands are in HELP."""
    domain = agent.parts.catalogue.domain
    count = len(agent.parts.catalogue)
    console.print(f"[bold]Attune[/] knows {count:,} {domain.noun.many}. Say what you are after; /help lists commands.")
    if domain.openers:
        console.print(f"[dim]For example: {domain.openers[0]}[/]", highlight=False)
    thread_id = thread or new_thread()
    if thread and (earlier := await agent.entries(user, thread)):
        show_entry(earlier[-1], console)
    last: Turn | None = None
    while True:
        try:
            text = await asyncio.to_thread(console.input, _PROMPT)
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if text.strip() in ("/quit", "/exit"):
            return
        try:
            last = await _one(agent, user, thread_id, text, last, console)
        except AttuneError as error:
            console.print(f"[red]{error}[/]", highlight=False)


async def _one(agent: Agent, user: str, thread: str, text: str, last: Turn | None, console: Console) -> Turn | None:
    """Carry out a slash command or answer a turn; return the turn that is on screen now."""
    domain = agent.parts.catalogue.domain
    word, _, rest = text.strip().partition(" ")
    match word:
        case "":
            return last
        case "/help":
            console.print(HELP)
        case "/wishes":
            show_wishes(await agent.view(user, thread), domain, console)
        case "/plan":
            show_plan(last, console)
        case "/save":
            await _save(agent, user, thread, Path(rest.strip() or "attune-chat.jsonl"), console)
        case "/undo" | "/reset" | "/why":
            turn = await agent.chat(user, thread, text, command=_as_command(word, rest))
            show_turn(turn, domain, console)
            return last if word == "/why" else turn
        case _ if word.startswith("/"):
            console.print(f"There is no command {word!r}; /help lists them.")
        case _:
            with console.status("thinking"):
                turn = await agent.chat(user, thread, text)
            show_turn(turn, domain, console)
            return turn
    return last


def _as_command(word: str, rest: str) -> Command:
    if word == "/undo":
        return Command(intent="undo")
    if word == "/reset":
        return Command(intent="reset")
    number = rest.strip()
    items = (ItemReference(ref=int(number), relation="about"),) if number.isdigit() else ()
    return Command(intent="explain", items=items)


async def _save(agent: Agent, user: str, thread: str, path: Path, console: Console) -> None:
    entries = await agent.entries(user, thread)
    try:
        text = "".join(f"{entry.model_dump_json()}\n" for entry in entries)
        await asyncio.to_thread(path.write_text, text, encoding="utf8")
    except OSError as error:
        console.print(f"[red]cannot write {str(path)!r}: {error}; give another path: /save PATH[/]", highlight=False)
        return
    console.print(f"{len(entries)} turns saved in {path}; go on with them by --thread {thread}")


def new_thread() -> str:
    """Return an id for a new thread."""
    return uuid.uuid4().hex[:12]
