"""act: runs the plan's tools over the catalogue."""

import asyncio
from typing import Any

from langgraph.runtime import Runtime

from agent.acting import act_on
from agent.nodes.plan import plan_input
from agent.parts import Parts
from agent.state import TurnState
from agent.trace import Slated


async def act(state: TurnState, runtime: Runtime[Parts]) -> dict[str, Any]:
    parts = runtime.context
    acted = await asyncio.to_thread(act_on, state.plan, plan_input(state, parts), parts.tools)
    runtime.stream_writer(Slated(slate=acted.slate, near_misses=acted.near_misses, plan=acted.plan))
    return {"acted": acted}
