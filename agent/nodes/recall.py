"""recall: the thread's log and the user's profile, folded into what holds before the turn."""

from typing import Any

from langgraph.runtime import Runtime

from agent.history import Entry, fold
from agent.parts import Parts
from agent.state import TurnState


async def recall(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts = runtime.context
    entries = tuple(Entry.model_validate(entry) for entry in state.log)
    profile = await parts.profiles.load(state.user)
    return {
        "entries": entries,
        "profile": profile,
        "before": fold(entries, parts.catalogue.domain, profile.wishes),
    }
