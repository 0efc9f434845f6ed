"""ask: one clarifying question beside the slate, where it pays."""

from typing import Any

from langgraph.runtime import Runtime

from agent.asking import choose_question
from agent.parts import Parts
from agent.state import TurnState
from agent.trace import Asked

WINDOW = 120
"""Candidates that a question should split: those with a chance of being shown."""


async def ask(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts = runtime.context
    if not parts.settings.ask or state.acted.rows is None or _unwelcome(state):
        return {}
    question = choose_question(state.focus, state.acted.rows[:WINDOW], parts.catalogue)
    if question:
        runtime.stream_writer(Asked(question=question))
    return {"question": question}


def _unwelcome(state: TurnState) -> bool:
    """Whether a question would be out of place: to a question, or to who has just left one unanswered."""
    assert state.grounded is not None
    declined = bool(state.entries and state.entries[-1].asked and not state.grounded.statements)
    return declined or state.grounded.command.intent == "question"
