"""Typed events of a turn, in the order they happen: what `respond` streams, a page shows and a trace file keeps.

Events that carry a person's words go to that person only; `trace_line` is what may be logged.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from agent.commands import Command
from agent.llm import ModelReply
from agent.statements import HeldWish
from agent.turns import NearMiss, PlanStep, Question, SlateItem, Turn


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Understood(_Event):
    """The turn was parsed and folded into the wishes."""

    kind: Literal["understood"] = "understood"
    command: Command
    wishes: tuple[HeldWish, ...]
    parser: str
    notices: tuple[str, ...] = ()


class Recalled(_Event):
    """What of the profile bears on the turn."""

    kind: Literal["recalled"] = "recalled"
    wishes: tuple[str, ...] = ()
    """Ids of the lasting wishes used, those that rest for now included."""
    of: int = 0
    """How many there are."""
    items: int = 0
    """How many items there is something remembered of."""
    affinities: int = 0


class Planned(_Event):
    kind: Literal["planned"] = "planned"
    plan: tuple[PlanStep, ...]


class Slated(_Event):
    """The slate is ready; words follow."""

    kind: Literal["slate"] = "slate"
    slate: tuple[SlateItem, ...]
    near_misses: tuple[NearMiss, ...] = ()
    plan: tuple[PlanStep, ...] = ()
    """The plan with its counts and times."""


class Text(_Event):
    """More of the reply; the pieces joined are the reply."""

    kind: Literal["text"] = "text"
    delta: str


class Asked(_Event):
    kind: Literal["question"] = "question"
    question: Question


class NodeRan(_Event):
    """A step of the graph finished."""

    kind: Literal["node"] = "node"
    node: str
    ms: float


class ModelCalled(_Event):
    """A language model was called, or could not be."""

    kind: Literal["model"] = "model"
    purpose: str
    model: str | None
    tokens_in: int = 0
    tokens_out: int = 0
    latency_ms: float
    failed: str | None = None
    """The error's class name where it failed."""


def model_called(purpose: str, reply: ModelReply, failed: str | None = None) -> ModelCalled:
    """Return the event of a call that was answered."""
    return ModelCalled(
        purpose=purpose,
        model=reply.model,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        latency_ms=reply.latency_ms,
        failed=failed,
    )


class Remembered(_Event):
    """The profile changed."""

    kind: Literal["memory"] = "memory"
    added: int = 0
    removed: int = 0
    counted_only: bool = False
    """Nothing changed but how often something was asked for."""


class Done(_Event):
    """The turn is over and kept."""

    kind: Literal["done"] = "done"
    turn: Turn


Event = Understood | Recalled | Planned | Slated | Text | Asked | NodeRan | ModelCalled | Remembered | Done


def trace_line(event: Event) -> dict[str, Any]:
    """Return an event for a log: kinds, ids, counts and times, never what was said or answered."""
    match event:
        case Understood():
            return {"kind": event.kind, "intent": event.command.intent, "parser": event.parser}
        case Planned() | Slated():
            steps = [{"tool": step.tool, "in": step.count_in, "out": step.count_out} for step in event.plan]
            return {"kind": event.kind, "plan": steps}
        case Text() | Asked():
            return {"kind": event.kind}
        case Done():
            return {"kind": event.kind, "turn": event.turn.turn, "timings_ms": event.turn.timings_ms}
        case _:
            return event.model_dump()
