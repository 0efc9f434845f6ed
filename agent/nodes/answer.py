"""answer: everything that is not a new slate. Facts of items, comparisons, explanations, memory, undo, small talk."""

import random
from datetime import date
from typing import Any

from langgraph.runtime import Runtime

from agent.answering import answer_about, answer_comparison, answer_why, describe_catalogue
from agent.commands import Command
from agent.history import View, fold, undoable
from agent.parts import Parts
from agent.phrasing import join, say_wishes
from agent.remembering import say_about, say_forgotten, say_kept, say_profile, say_why
from agent.replying import reply_to_reset, reply_to_smalltalk, reply_to_undo
from agent.state import Acted, TurnState
from tools import registry
from tools.catalogue import Catalogue
from tools.compare import CompareArguments, Comparison
from tools.context import ToolContext

MOST_COMPARED = 6


async def answer(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts = runtime.context
    assert state.grounded is not None
    command = state.grounded.command
    match command.intent:
        case "question":
            return {"facts": about(command, state.view, parts.catalogue, state.notices)}
        case "compare":
            return {"facts": compared(command, state.view, parts.tools)}
        case "explain":
            return {"facts": why(command, state.view, parts.catalogue)}
        case "profile":
            return {"facts": memory(state, parts)}
        case "undo":
            return _undone(state, parts.catalogue)
        case "reset":
            return {"facts": reply_to_reset(state.view, parts.catalogue)}
        case "feedback":
            return {"facts": ""}
        case _:
            return {"facts": small_talk(state, parts.catalogue)}


def about(command: Command, view: View, catalogue: Catalogue, notices: tuple[str, ...]) -> str:
    """Return what is known of the items asked about; without any, of the catalogue, or which one is meant."""
    ids = list(dict.fromkeys(item.item for item in command.items if item.item))
    if ids:
        return answer_about([catalogue.item(catalogue.row(item)) for item in ids], command.asks, catalogue.domain)
    if command.items and notices:
        return ""
    if command.asks and view.slate:
        if len(view.slate) == 1:
            return answer_about([catalogue.item(catalogue.row(view.slate[0].id))], command.asks, catalogue.domain)
        return f"Which one do you mean? Give me its number, 1 to {len(view.slate)}, or its title."
    return describe_catalogue(catalogue)


def compared(command: Command, view: View, tools: ToolContext) -> str:
    """Return the items weighed against each other: those named, or the slate."""
    ids = list(dict.fromkeys(item.item for item in command.items if item.item)) or list(view.slate_ids)
    if len(ids) < 2:
        return "I need two of them to compare: give me their numbers or titles."
    arguments = CompareArguments(items=tuple(ids[:MOST_COMPARED]), asks=command.asks)
    comparison = registry.run("compare", tools, arguments).report
    assert isinstance(comparison, Comparison)
    return answer_comparison(comparison, tools.catalogue.domain, asked=bool(command.asks))


def why(command: Command, view: View, catalogue: Catalogue) -> str:
    """Return why items are on the slate; of items that are not, that they are not."""
    asked = {item.item for item in command.items if item.item}
    on_slate = [item for item in view.slate if item.id in asked] if asked else list(view.slate)
    missing = asked - {item.id for item in view.slate}
    said = answer_why(on_slate, catalogue.domain) if on_slate or not missing else ""
    labels = [catalogue.item(catalogue.row(item)).label for item in sorted(missing)]
    return " ".join([said, *(f"{label} is not on the list right now." for label in labels)]).strip()


def memory(state: TurnState, parts: Parts) -> str:
    """Return what is said about memory; the remember node does what it says."""
    request, today = state.request, date.today().isoformat()
    assert request is not None
    match request.kind:
        case "forget all" | "forget":
            return say_forgotten(request, parts.catalogue)
        case "remember":
            return say_kept(request)
        case "why":
            return say_why(request, state.profile, parts.catalogue, state.view.wishes, today)
        case "change":
            kept = [change.wish for change in state.view.changes if change.wish]
            if not (request.words and kept):
                return ""
            return f"I'll remember that: {join(say_wishes(kept, parts.catalogue.domain))}."
        case _:
            if request.words and (about := say_about(request, state.profile, parts.catalogue, today)):
                return about
            half_life = parts.profiles.half_life_days
            return say_profile(state.profile, parts.catalogue, state.view.wishes, today, half_life)


def small_talk(state: TurnState, catalogue: Catalogue) -> str:
    """Return a short answer that steers back."""
    if not state.text:
        return f"I didn't catch any words there. What kind of {catalogue.domain.noun.one} would you like?"
    turn = len(state.entries) + 1
    return reply_to_smalltalk(state.text, turn, catalogue, random.Random(f"{state.user} {turn}"))


def _undone(state: TurnState, catalogue: Catalogue) -> dict[str, Any]:
    """Take back the last change: the slate of before is on screen again."""
    undone = undoable(state.entries)
    view = state.view
    if undone and undone.profile_change:
        # The profile is put back when the turn is kept; what holds must already show it.
        gone = {wish.id for wish in undone.profile_change.added}
        profile = [wish for wish in state.profile.wishes if wish.id not in gone]
        entries = [entry for entry in state.entries if entry.turn != undone.turn]
        view = fold(entries, catalogue.domain, (*profile, *undone.profile_change.removed))
    facts = reply_to_undo(undone, view, catalogue)
    return {"facts": facts, "view": view, "acted": Acted(slate=view.slate if undone else ())}
