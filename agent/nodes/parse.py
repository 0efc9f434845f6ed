"""parse: what the turn means, tied to the catalogue and folded into the wishes that hold."""

import asyncio
from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from agent.commands import Command
from agent.grounding import Grounded, ground
from agent.history import Entry, View, fold
from agent.parsing.parser import Parsed, ParseInput, SlateEntry, Utterance
from agent.parts import Parts
from agent.state import TurnState
from agent.trace import Understood

CONTEXT_TURNS = 2


async def parse(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts = runtime.context
    domain, year = parts.catalogue.domain, parts.settings.year
    slate = state.before.slate_ids
    parsed = await _parsed(state, parts)
    # The text beside a given command is its record, not something to read a meaning from.
    text = state.text if state.command is None else ""
    grounded = ground(parsed.command, text, slate=slate, catalogue=parts.catalogue, linker=parts.linker, year=year)
    entry = draft_entry(state, grounded)
    view = focus = fold((*state.entries, entry), domain, state.profile.wishes)
    if entry.aside:
        alone = fold((entry.model_copy(update={"aside": False}),), domain)
        focus = view.model_copy(
            update={"wishes": alone.wishes, "changes": (), "lasting": (), "resting": (), "seeds": ()}
        )
    notices = (*state.notices, *_language(state, parts), *parsed.notices, *grounded.notices)
    runtime.stream_writer(
        Understood(command=grounded.command, wishes=view.all_wishes, parser=parsed.parser, notices=notices)
    )
    return {
        "grounded": grounded,
        "parser": parsed.parser,
        "proposals": parsed.proposals,
        "view": view,
        "focus": focus,
        "notices": notices,
    }


def _language(state: TurnState, parts: Parts) -> tuple[str, ...]:
    """What a person should know who writes another language than English; said once, not turn after turn."""
    if state.command is not None or (name := parts.linker.language_of(state.text)) is None:
        return ()
    before = (entry.text for entry in state.entries[-CONTEXT_TURNS:])
    if any(parts.linker.language_of(text) == name for text in before if text):
        return ()
    return (f"I fully support English only; in {name} I follow titles, names, kinds and figures.",)


async def _parsed(state: TurnState, parts: Parts) -> Parsed:
    if state.command is not None:
        return Parsed(command=state.command, parser="given")
    if not state.text:
        return Parsed(command=Command(intent="smalltalk"), parser="none")
    year = parts.settings.year
    mentions = await asyncio.to_thread(parts.linker.find, state.text, state.before.slate_ids, year)
    return await parts.parser.parse(
        ParseInput(
            text=state.text,
            context=_context(state.entries),
            slate=_slate(state.before),
            mentions=mentions,
            year=year,
        )
    )


def draft_entry(state: TurnState, grounded: Grounded) -> Entry:
    """Return the turn's entry as far as it is known once it is understood."""
    asks_catalogue = grounded.command.intent == "question" and not grounded.command.items
    return Entry(
        turn=len(state.entries) + 1,
        text=state.text,
        command=grounded.command,
        statements=grounded.statements,
        fresh=grounded.fresh,
        aside=asks_catalogue and bool(state.before.wishes or state.before.seeds),
    )


def _context(entries: Sequence[Entry]) -> tuple[Utterance, ...]:
    said: list[Utterance] = []
    for entry in entries[-CONTEXT_TURNS:]:
        said += [Utterance("user", entry.text), Utterance("assistant", entry.reply)]
    return tuple(said)


def _slate(view: View) -> tuple[SlateEntry, ...]:
    return tuple(SlateEntry(item.n, item.title, item.year) for item in view.slate)
