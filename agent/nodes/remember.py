"""remember: the turn goes into the thread's log, what is lasting into the profile."""

from datetime import date
from time import perf_counter
from typing import Any

from langgraph.runtime import Runtime

from agent.commands import Command
from agent.grounding import Grounded
from agent.history import ProfileChange, undoable
from agent.memory.profile import Profile, learn, note_items, unlearn
from agent.nodes.parse import draft_entry
from agent.parts import Parts
from agent.remembering import memory_request
from agent.state import TurnState
from agent.trace import Done, Remembered
from agent.turns import Turn


async def remember(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts, grounded = runtime.context, state.grounded
    assert grounded is not None
    profile, change = learned(state, grounded)
    if profile != state.profile:
        if profile.is_empty:
            await parts.profiles.forget(state.user)
        else:
            await parts.profiles.save(state.user, profile)
        runtime.stream_writer(Remembered(added=len(change.added), removed=len(change.removed)))
    new_slate = bool(state.acted.slate) and grounded.command.intent != "undo"
    entry = draft_entry(state, grounded).model_copy(
        update={
            "slate": state.acted.slate if new_slate else None,
            "reply": state.reply,
            "asked": state.question.facet if state.question else None,
            "offered": state.question.answers if state.question else (),
            "profile_change": change if change.added or change.removed else None,
            "fresh": grounded.fresh or _forgets_all(state.text, grounded.command),
            "key": state.key,
        }
    )
    turn = finished(state, entry.turn)
    runtime.stream_writer(Done(turn=turn))
    keyed = {} if state.key is None else {state.key: turn.model_dump(mode="json")}
    return {"log": [entry.model_dump(mode="json", exclude_defaults=True)], "keyed": keyed, "done": turn}


def learned(state: TurnState, grounded: Grounded) -> tuple[Profile, ProfileChange]:
    """Return the profile after this turn and what changed of its wishes."""
    command, profile = grounded.command, state.profile
    today = date.today().isoformat()
    if command.intent == "undo":
        undone = undoable(state.entries)
        if undone is None or undone.profile_change is None:
            return profile, ProfileChange()
        back = undone.profile_change
        return unlearn(profile, back), ProfileChange(added=back.removed, removed=back.added)
    if command.intent == "profile":
        request = memory_request(state.text, command)
        if request == "forget all":
            return Profile(issued=0), ProfileChange(removed=profile.wishes)
        if request == "forget last" and profile.wishes:
            last = profile.wishes[-1]
            return profile.model_copy(update={"wishes": profile.wishes[:-1]}), ProfileChange(removed=(last,))
    forgetting = command.intent == "profile" or _takes_back_for_good(state)
    profile, change = learn(profile, grounded.statements, today=today, forgetting=forgetting)
    said = {item.item for item in command.items if item.item}
    opinions = [(item, opinion) for item, opinion in state.view.opinions.items() if item in said]
    return note_items(profile, opinions, today), change


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


def _forgets_all(text: str, command: Command) -> bool:
    return command.intent == "profile" and memory_request(text, command) == "forget all"
