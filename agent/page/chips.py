"""What is understood, as chips: every wish that holds or rests, where it came from, and what can be done to it."""

from dataclasses import dataclass
from typing import Literal

from agent.commands import Range
from agent.history import View
from agent.phrasing import say_range
from agent.statements import HeldWish, Seed
from tools.domain import Domain

Tone = Literal["must", "like", "less", "never", "resting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One wish as it is shown."""

    id: str
    tone: Tone
    label: str
    """'must', 'like', 'less', 'no', 'never'."""
    value: str
    origin: str
    """Where it came from, in words."""
    quote: str | None = None
    polarity: Literal["like", "dislike"] = "like"
    must: bool = False
    lasting: bool = False
    flips: bool = False
    """Whether it can be turned round: bounds have no other side that anyone means."""
    seed: bool = False


def make_chips(view: View, domain: Domain) -> tuple[Chip, ...]:
    """Return the chips of everything that holds, then of what rests for now."""
    held = [wish_chip(wish, domain) for wish in view.all_wishes]
    resting = [wish_chip(wish, domain, resting=True) for wish in view.resting]
    return (*map(_seed_chip, view.seeds), *held, *resting)


def wish_chip(wish: HeldWish, domain: Domain, *, resting: bool = False) -> Chip:
    """Return one wish as a chip. resting: it does not hold for now."""
    label, tone = _label(wish)
    value = say_range(wish.value, domain.facets[wish.facet]) if isinstance(wish.value, Range) else wish.value
    kept = f"remembered since {wish.since}" if wish.since else "remembered"
    return Chip(
        id=wish.id,
        tone="resting" if resting else tone,
        label=label,
        value=f"{value} ({wish.role})" if wish.role else value,
        origin=f"turn {wish.turn}" if wish.source == "thread" else kept,
        quote=wish.quote,
        polarity=wish.polarity,
        must=wish.strength == "must",
        lasting=wish.lifetime == "lasting",
        flips=not isinstance(wish.value, Range),
    )


def _label(wish: HeldWish) -> tuple[str, Tone]:
    must = wish.strength == "must"
    if wish.polarity == "like":
        return ("must", "must") if must else ("like", "like")
    if must:
        return ("never" if wish.lifetime == "lasting" else "no"), "never"
    return "less", "less"


def _seed_chip(seed: Seed) -> Chip:
    return Chip(
        id=seed.id,
        tone="like",
        label="similar to",
        value=seed.title,
        origin=f"turn {seed.turn}",
        quote=seed.quote,
        seed=True,
    )
