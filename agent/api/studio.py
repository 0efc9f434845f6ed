"""The graph for LangGraph's own tools (langgraph.json): they run it by its input and keep its threads."""

import asyncio

from agent.agent import Agent
from agent.build import build_agent
from agent.graph import TurnGraph, build_graph
from agent.settings import load_settings

_opened: list[Agent] = []
_opening = asyncio.Lock()


async def make_graph() -> TurnGraph:
    """Return the graph with the parts that the settings make; they are put together once a process.

    Its input is {"user": ..., "text": ...}; the turn is `done` of its last state.
    """
    async with _opening:
        if not _opened:
            _opened.append(await build_agent(load_settings()))
    return build_graph(parts=_opened[0].parts)
