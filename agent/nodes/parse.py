"""parse: what the turn means, tied to the catalogue and folded into the wishes that hold."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from langgraph.runtime import Runtime

from agent.commands import Command
from agent.grounding import Grounded, ground
from agent.history import Entry, View, fold
from agent.memory.choosing import chosen
from agent.memory.profile import Profile
from agent.memory.requests import MemoryRequest, memory_request, taking_out
from agent.memory.talk import Talk, as_asked, memory_talk, says_for_now, says_from_now_on
from agent.memory.topics import turned
from agent.parsing.parser import Parsed, ParseInput, SlateEntry, Utterance
from agent.parsing.unheard import named
from agent.parts import Parts
from agent.phrasing import say_wish
from agent.state import TurnState
from agent.statements import HeldWish, Statement
from agent.trace import Recalled, Understood
from agent.wording import asked_or_taken_back
from tools.mentions import Mention

CONTEXT_TURNS = 2


async def parse(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts = runtime.context
    domain, given = parts.catalogue.domain, state.command
    talk = memory_talk(state.text) if given is None or given.intent == "profile" else None
    # 'Forget that I like horror' is about what 'I like horror' says.
    # The text beside a given command is its record, not something to read a meaning from.
    text = talk.what if talk and talk.what else state.text if given is None else ""
    mentions: Sequence[Mention] = ()
    if text:
        find = parts.linker.find
        mentions = await asyncio.to_thread(find, text, state.before.slate_ids, parts.settings.year)
    parsed = await _parsed(state, text, mentions, parts)
    command = parsed.command
    if talk and talk.kind in ("show", "why") and not command.preferences:
        # What is asked about is no wish, so that a parser may read nothing from it.
        topics = tuple(one for one in named(mentions, parts.catalogue.domain) if isinstance(one.value, str))
        command = command.model_copy(update={"preferences": topics})
    grounded, request = _grounded(state, command, talk, text, parts)
    entry = draft_entry(state, grounded, aside=request is not None and request.kind == "why")
    forgotten = {wish.id for wish in request.change.removed} if request else set()
    remembered = [wish for wish in state.profile.wishes if wish.id not in forgotten]
    view = focus = fold((*state.entries, entry), domain, remembered)
    if entry.aside:
        alone = fold((entry.model_copy(update={"aside": False}),), domain)
        focus = view.model_copy(
            update={"wishes": alone.wishes, "changes": (), "lasting": (), "resting": (), "seeds": ()}
        )
    lasting = await asyncio.to_thread(_chosen, focus, grounded, state.text, parts)
    if len(lasting) < len(focus.lasting):
        view, focus = (one.model_copy(update={"lasting": lasting}) for one in (view, focus))
    runtime.stream_writer(
        Recalled(
            wishes=tuple(wish.id for wish in (*view.lasting, *view.resting)),
            of=len(state.profile.wishes),
            items=len(state.profile.items),
            affinities=len(state.profile.affinities),
        )
    )
    notices = (*state.notices, *_language(state, parts), *parsed.notices, *grounded.notices)
    runtime.stream_writer(
        Understood(command=grounded.command, wishes=view.all_wishes, parser=parsed.parser, notices=notices)
    )
    return {
        "grounded": grounded,
        "parser": parsed.parser,
        "proposals": parsed.proposals,
        "request": request,
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


def _grounded(
    state: TurnState, command: Command, talk: Talk | None, text: str, parts: Parts
) -> tuple[Grounded, MemoryRequest | None]:
    """The command tied to the catalogue and to what is remembered, and what it asks of memory where it does."""
    grounded = ground(
        as_asked(command, talk) if talk else command,
        text,
        slate=state.before.slate_ids,
        catalogue=parts.catalogue,
        linker=parts.linker,
        year=parts.settings.year,
    )
    if grounded.command.intent != "profile":
        said = timed(grounded.statements, text, state.profile)
        if state.command is None:
            english = parts.linker.language_of(text) is None
            held = (*state.before.wishes, *state.profile.wishes)
            said = tuple(asked_or_taken_back(one, held, text) if english else one for one in said)
            said = (*said, *turned(state.profile.wishes, said, text))
        return replace(grounded, statements=said), None
    request = memory_request(talk, grounded, state.profile, state.entries, date.today().isoformat())
    statements = grounded.statements
    if request.kind == "forget":
        # What is forgotten was said in a thread, in this one perhaps: there it is taken out too.
        statements = taking_out(request.change)
    return replace(grounded, statements=() if request.kind in ("show", "why") else statements), request


async def _parsed(state: TurnState, text: str, mentions: Sequence[Mention], parts: Parts) -> Parsed:
    if state.command is not None:
        return Parsed(command=state.command, parser="given")
    if not state.text:
        return Parsed(command=Command(intent="smalltalk"), parser="none")
    return await parts.parser.parse(
        ParseInput(
            text=text,
            context=_context(state.entries),
            slate=_slate(state.before),
            mentions=tuple(mentions),
            year=parts.settings.year,
        )
    )


def _chosen(view: View, grounded: Grounded, text: str, parts: Parts) -> tuple[HeldWish, ...]:
    """The lasting wishes that bear on this turn."""

    def closeness(request: str, phrases: Sequence[str]) -> list[float]:
        vectors = parts.tools.embedder.encode([request, *phrases])
        return [float(close) for close in vectors[1:] @ vectors[0]]

    return chosen(
        view.lasting,
        grounded.statements,
        text,
        say=lambda wish: say_wish(wish, parts.catalogue.domain),
        closeness=closeness,
        budget=parts.settings.recalled_wishes,
    )


def timed(statements: Sequence[Statement], text: str, profile: Profile) -> tuple[Statement, ...]:
    """Return the statements with how long they hold put right: 'tonight' is for now, 'actually I like it now' lasts.

    What goes against something remembered lasts only where the words say that their speaker has changed.
    """
    if says_for_now(text):
        return tuple(statement.model_copy(update={"lifetime": "session"}) for statement in statements)
    if not says_from_now_on(text):
        return tuple(statements)
    return tuple(
        statement.model_copy(update={"lifetime": "lasting"})
        if any(_speaks_against(statement, wish) for wish in profile.wishes)
        else statement
        for statement in statements
    )


def _speaks_against(statement: Statement, wish: HeldWish) -> bool:
    return wish.says_about(statement) and (statement.op == "remove" or statement.polarity != wish.polarity)


def draft_entry(state: TurnState, grounded: Grounded, *, aside: bool = False) -> Entry:
    """Return the turn's entry as far as it is known once it is understood; aside: it only asks about memory."""
    asks_catalogue = grounded.command.intent == "question" and not grounded.command.items
    return Entry(
        turn=state.entries[-1].turn + 1 if state.entries else 1,
        text=state.text,
        command=grounded.command,
        statements=grounded.statements,
        fresh=grounded.fresh,
        aside=aside or (asks_catalogue and bool(state.before.wishes or state.before.seeds)),
    )


def _context(entries: Sequence[Entry]) -> tuple[Utterance, ...]:
    said: list[Utterance] = []
    for entry in entries[-CONTEXT_TURNS:]:
        said += [Utterance("user", entry.text), Utterance("assistant", entry.reply)]
    return tuple(said)


def _slate(view: View) -> tuple[SlateEntry, ...]:
    return tuple(SlateEntry(item.n, item.title, item.year) for item in view.slate)
