"""The conversation as a graph: recall, parse, then by intent to a slate or an answer, respond, remember."""

from collections.abc import Awaitable
from time import perf_counter
from typing import Any, Literal, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.nodes.act import act
from agent.nodes.answer import answer
from agent.nodes.ask import ask
from agent.nodes.parse import parse
from agent.nodes.plan import plan
from agent.nodes.recall import recall
from agent.nodes.remember import remember
from agent.nodes.respond import respond
from agent.parts import Parts
from agent.state import TurnInput, TurnState
from agent.trace import NodeRan

TurnGraph = CompiledStateGraph[TurnState, Parts, TurnInput, TurnState]


class Node(Protocol):
    """One step: the state and the parts in, the fields that changed out."""

    __name__: str

    def __call__(self, state: TurnState, runtime: Runtime[Parts]) -> Awaitable[dict[str, Any]]: ...


class Step(Protocol):
    """A node as LangGraph takes it."""

    async def __call__(self, state: TurnState, *, runtime: Runtime[Parts]) -> dict[str, Any]: ...


def build_graph(checkpointer: BaseCheckpointSaver[str] | None = None, parts: Parts | None = None) -> TurnGraph:
    """Return the compiled graph. It holds no parts: those come with each run, as its context.

    parts: what its nodes use whatever the context is, for programs that run graphs and know nothing of ours.
    """
    graph = StateGraph(TurnState, context_schema=None if parts else Parts, input_schema=TurnInput)
    for node in (recall, parse, plan, act, ask, answer, respond, remember):
        graph.add_node(node.__name__, timed(node, parts))
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "parse")
    graph.add_conditional_edges("parse", route)
    graph.add_edge("plan", "act")
    graph.add_edge("act", "ask")
    graph.add_edge("ask", "respond")
    graph.add_edge("answer", "respond")
    graph.add_edge("respond", "remember")
    graph.add_edge("remember", END)
    return graph.compile(checkpointer=checkpointer)


def route(state: TurnState) -> Literal["plan", "answer"]:
    """Whether the turn leads to a slate or to an answer."""
    assert state.grounded is not None
    command = state.grounded.command
    match command.intent:
        case "recommend" | "more":
            return "plan"
        case "reset":
            return "plan" if state.grounded.statements or state.view.seeds else "answer"
        case "feedback":
            settled = command.items and all(item.relation in ("accept", "interested") for item in command.items)
            return "answer" if settled or state.options.keep_slate else "plan"
        case "question":
            # 'Do you have any Kurosawa?' asks for items; its filter came as preferences.
            return "plan" if state.grounded.statements and not command.items else "answer"
        case _:
            return "answer"


def timed(node: Node, parts: Parts | None = None) -> Step:
    """Return the node with its time noted in the state and told to whoever listens."""

    async def run(state: TurnState, *, runtime: Runtime[Parts]) -> dict[str, Any]:
        started = perf_counter()
        if parts is not None:
            runtime = runtime.override(context=parts)
        changes = await node(state, runtime)
        ms = (perf_counter() - started) * 1000
        runtime.stream_writer(NodeRan(node=node.__name__, ms=ms))
        return {**changes, "timings_ms": {**state.timings_ms, node.__name__: ms}}

    return run
