"""remember: the turn goes into the thread's log, what is lasting into the profile."""

import re
from datetime import date
from time import perf_counter
from typing import Any

from langgraph.runtime import Runtime

from agent.commands import Command
from agent.grounding import Grounded
from agent.history import Entry, undoable
from agent.memory.changes import Evidence, ProfileChange
from agent.memory.profile import Profile, item_changes, learn
from agent.nodes.parse import draft_entry
from agent.parsing.words import place_of
from agent.parts import Parts
from agent.state import FORGET_KEYED, TurnState
from agent.statements import Statement
from agent.trace import Done, Remembered
from agent.turns import Turn

LONGEST_QUOTE = 160


async def remember(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts, grounded = runtime.context, state.grounded
    assert grounded is not None
    change = await parts.profiles.prepare(
        state.user, state.thread, lambda profile: learned(state, grounded, profile, date.today().isoformat())
    )
    if change.token:
        counted = ProfileChange(token=change.token, evidence=change.evidence)
        runtime.stream_writer(
            Remembered(added=len(change.added), removed=len(change.removed), counted_only=change == counted)
        )
    new_slate = bool(state.acted.slate) and grounded.command.intent != "undo"
    asks_why = state.request is not None and state.request.kind == "why"
    entry = draft_entry(state, grounded, aside=asks_why).model_copy(
        update={
            "slate": state.acted.slate if new_slate else None,
            "reply": state.reply,
            "asked": state.question.facet if state.question else None,
            "offered": state.question.answers if state.question else (),
            "profile_change": change if change.token else None,
            "key": state.key,
        }
    )
    if change.erases:
        entry = Entry(
            turn=entry.turn,
            text="",
            command=Command(intent="profile"),
            reply=state.reply,
            fresh=True,
            profile_change=change,
            key=state.key,
        )
    turn = finished(state, entry.turn)
    if change.erases:
        turn = turn.model_copy(update={"wishes": (), "seeds": ()})
    runtime.stream_writer(Done(turn=turn))
    keyed = {} if state.key is None else {state.key: turn.model_dump(mode="json")}
    if change.erases:
        keyed = {FORGET_KEYED: {}, **keyed}
    return {"log": [entry.model_dump(mode="json", exclude_defaults=True)], "keyed": keyed, "done": turn}


def learned(state: TurnState, grounded: Grounded, profile: Profile, today: str) -> ProfileChange:
    """Return what this turn changes of what is remembered."""
    command = grounded.command
    if command.intent == "undo":
        undone = undoable(state.entries)
        return undone.profile_change.inverse() if undone and undone.profile_change else ProfileChange()
    if command.intent == "profile":
        assert state.request is not None
        if state.request.kind != "change":
            return state.request.change
    forgetting = command.intent == "profile" or _takes_back_for_good(state)
    statements = [in_its_sentence(statement, state.text) for statement in grounded.statements]
    _, change = learn(profile, statements, today=today, forgetting=forgetting)
    said = {item.item for item in command.items if item.item}
    opinions = {item: opinion for item, opinion in state.view.opinions.items() if item in said}
    return change.model_copy(
        update={"items": item_changes(profile, opinions, today), "evidence": signs(state, grounded, profile, today)}
    )


def in_its_sentence(statement: Statement, text: str) -> Statement:
    """Return the statement with the sentence that its words stand in: out of it, a word says little months later."""
    at = place_of(statement.quote, text)
    if at < 0:
        return statement
    ends = [match.end() for match in re.finditer(r"[.!?;\n]+\s*", text)]
    start = max((end for end in ends if end <= at), default=0)
    end = min((end for end in ends if end > at), default=len(text))
    sentence = text[start:end].strip(" \n.;")
    return statement.model_copy(update={"quote": sentence}) if len(sentence) <= LONGEST_QUOTE else statement


def signs(state: TurnState, grounded: Grounded, profile: Profile, today: str) -> tuple[Evidence, ...]:
    """Return what the turn asks for or turns down for the first time in its thread, and that is not known outright."""
    said = {
        (earlier.facet, earlier.value, earlier.polarity)
        for entry in state.entries
        for earlier in entry.statements
        if earlier.op == "add" and not entry.aside
    }
    if grounded.command.intent not in ("recommend", "more", "feedback", "reset"):
        return ()
    return tuple(
        Evidence(
            facet=statement.facet,
            value=statement.value,
            role=statement.role,
            polarity=statement.polarity,
            day=today,
            quote=statement.quote,
        )
        for statement in grounded.statements
        if isinstance(statement.value, str)
        and statement.op == "add"
        and statement.lifetime == "session"
        and (statement.facet, statement.value, statement.polarity) not in said
        and not any(wish.says_about(statement) for wish in profile.wishes)
    )


def _takes_back_for_good(state: TurnState) -> bool:
    """Whether the turn takes back something that was said for good; then it is not to be remembered either."""
    removed = [wish for change in state.view.changes if change.kind == "removed" for wish in change.before]
    return any(wish.lifetime == "lasting" for wish in removed)


def finished(state: TurnState, number: int) -> Turn:
    """Return the turn as it is given to the person."""
    assert state.grounded is not None
    # A program that runs the graph by itself starts no clock.
    total = (perf_counter() - state.started) * 1000 if state.started else sum(state.timings_ms.values())
    return Turn(
        turn=number,
        command=state.grounded.command,
        wishes=state.view.all_wishes,
        seeds=state.view.seeds,
        plan=state.acted.plan,
        slate=state.acted.slate,
        near_misses=state.acted.near_misses,
        shortfall=state.acted.shortfall,
        question=state.question,
        reply=state.reply,
        parser=state.parser,
        model=state.model,
        notices=state.notices,
        timings_ms={**state.timings_ms, "total": total},
    )
