"""plan: the tool calls for the wishes that hold."""

from datetime import date
from typing import Any

from langgraph.runtime import Runtime

from agent.drafting import draft_plan
from agent.grounding import find_item
from agent.memory.affinities import strong
from agent.parts import Parts
from agent.planning import PlanInput, plan_turn
from agent.state import TurnState
from agent.trace import Planned


async def plan(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    given = plan_input(state, runtime.context)
    steps = plan_turn(given)
    model = runtime.context.model
    if runtime.context.settings.planner == "model" and model is not None:
        steps = await draft_plan(model, state.text, given, steps, runtime.stream_writer) or steps
    runtime.stream_writer(Planned(plan=steps))
    return {"plan": steps}


def plan_input(state: TurnState, parts: Parts) -> PlanInput:
    """Return what the turn's plan is made from."""
    assert state.grounded is not None
    command = state.grounded.command
    diversity = state.options.diversity
    return PlanInput(
        view=state.focus,
        catalogue=parts.catalogue,
        count=command.count or state.focus.count or parts.settings.slate_size,
        diversity=parts.settings.diversity if diversity is None else diversity,
        profile_opinions=state.profile.opinions,
        learned=parts.tools.collaborative is not None,
        affinities=tuple(strong(state.profile.affinities, date.today().isoformat(), parts.profiles.half_life_days)),
        proposed=_linked(state.proposals, parts),
        without=parts.settings.without,
    )


def _linked(titles: tuple[str, ...], parts: Parts) -> tuple[str, ...]:
    """Ids of the titles that the catalogue has; what a model made up links to nothing and is dropped."""
    found = (find_item(title, parts.catalogue, parts.linker, parts.settings.year)[:1] for title in titles)
    return tuple(dict.fromkeys(item for ids in found for item in ids))
