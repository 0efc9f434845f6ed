"""What a turn gives back: slate with reasons, plan with counts, wishes, reply. The JSON shape is design, section 12."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agent.commands import Command
from agent.statements import HeldWish, Seed


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TurnOptions(_Result):
    """What can be set for one turn beside what is said in it."""

    diversity: Annotated[float, Field(ge=0, le=1)] | None = None
    """Instead of the setting: 0 the best only, 1 as unlike each other as can be."""
    keep_slate: bool = False
    """Feedback is noted and what is on screen stays, where it would otherwise lead to a new slate."""


class PlanStep(_Result):
    """One tool call of a plan; counts and time once it ran."""

    tool: str
    arguments: dict[str, Any]
    count_in: int | None = None
    count_out: int | None = None
    ms: float | None = None

    def as_json(self) -> dict[str, Any]:
        counts = {"in": self.count_in, "out": self.count_out, "ms": None if self.ms is None else round(self.ms, 2)}
        return {"tool": self.tool, "arguments": self.arguments, **counts}


class SlateItem(_Result):
    """One numbered item on screen."""

    n: int
    id: str
    title: str
    year: int | None
    score: float
    reasons: tuple[str, ...]
    """Each computed from what scored the item, strongest first."""
    contributions: dict[str, float]
    """By source; they sum to the score."""
    facts: dict[str, Any] = {}
    """The item's columns, for whoever shows it."""

    @property
    def label(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title


class NearMiss(_Result):
    """An item that breaks as few musts as any, and which."""

    id: str
    title: str
    year: int | None
    breaks: tuple[str, ...]
    """Ids of the wishes it breaks."""

    @property
    def label(self) -> str:
        return f"{self.title} ({self.year})" if self.year else self.title


class Shortfall(_Result):
    """Fewer items than wanted satisfy every must."""

    fitting: int
    """Items of the whole catalogue that satisfy all musts; 0: what is asked for is impossible here."""
    costliest: tuple[str, ...] = ()
    """Ids of the must without which there would be most (several: alternatives); empty where no one must does it."""


class Question(_Result):
    """One clarifying question with answers to choose from."""

    facet: str
    text: str
    answers: tuple[str, ...]


class Turn(_Result):
    """Everything that one turn gave."""

    turn: int
    command: Command
    wishes: tuple[HeldWish, ...]
    """What holds after the turn, the profile's lasting wishes included."""
    seeds: tuple[Seed, ...] = ()
    """Items that what is wanted should be like."""
    plan: tuple[PlanStep, ...] = ()
    slate: tuple[SlateItem, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    shortfall: Shortfall | None = None
    question: Question | None = None
    reply: str = ""
    parser: str = ""
    model: str | None = None
    notices: tuple[str, ...] = ()
    timings_ms: dict[str, float] = {}

    def as_json(self) -> dict[str, Any]:
        """Return the turn as a JSON-able object, in the shape that scripts rely on (design, section 12)."""
        return {
            "turn": self.turn,
            "command": command_json(self.command),
            "wishes": [*map(wish_json, self.wishes), *map(seed_json, self.seeds)],
            "plan": [step.as_json() for step in self.plan],
            "slate": slate_json(self.slate),
            "near_misses": [item.model_dump(mode="json") for item in self.near_misses],
            "question": self.question.model_dump(mode="json") if self.question else None,
            "reply": self.reply,
            "parser": self.parser,
            "model": self.model,
            "notices": list(self.notices),
            "timings_ms": {name: round(ms, 2) for name, ms in self.timings_ms.items()},
        }


def slate_json(slate: Iterable[SlateItem]) -> list[dict[str, Any]]:
    """Return a slate as JSON, without the items' columns."""
    return [item.model_dump(mode="json", exclude={"facts"}) for item in slate]


def command_json(command: Command) -> dict[str, Any]:
    """Return a command as JSON, links and optional fields left out where they are empty."""
    return {
        "intent": command.intent,
        "preferences": [
            {**wish.model_dump(exclude_none=True, exclude={"value"}), "value": value_json(wish.value)}
            for wish in command.preferences
        ],
        "items": [item.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for item in command.items],
        "asks": list(command.asks),
        "count": command.count,
    }


def wish_json(wish: HeldWish) -> dict[str, Any]:
    """Return a wish that holds as JSON."""
    return {**wish.model_dump(exclude_none=True, exclude={"value"}), "value": value_json(wish.value)}


def seed_json(seed: Seed) -> dict[str, Any]:
    """Return an item to be like as JSON, in the shape of a wish of its own facet."""
    return {
        "id": seed.id,
        "facet": "similar",
        "value": seed.title,
        "item": seed.item,
        "polarity": "like",
        "strength": "prefer",
        "lifetime": "session",
        "source": "thread",
        "quote": seed.quote,
        "turn": seed.turn,
    }


def value_json(value: object) -> Any:
    """Return a value as JSON: open ends left out, whole figures without a point."""
    if not isinstance(value, BaseModel):
        return value
    return {name: _whole(end) for name, end in value.model_dump(exclude_none=True).items()}


def _whole(figure: Any) -> Any:
    return int(figure) if isinstance(figure, float) and figure.is_integer() else figure
