"""Wishes edited by hand: what a chip, an API client or a tool asks for, as a command.

An edit is a turn like any other, so the log of the thread stays the truth and undo takes it back.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.commands import Command, ItemReference, Lifetime, Op, Polarity, Preference, Range, Relation, Strength
from agent.errors import TurnRefused
from agent.history import View
from agent.statements import HeldWish, Seed
from tools.catalogue import Catalogue
from tools.domain import Domain, Facet

Edit = Literal["remove", "harden", "soften", "flip", "pin", "unpin"]
Phrase = Annotated[str, Field(min_length=1, max_length=120)]
_DONE: dict[Edit, str] = {
    "remove": "removed",
    "harden": "made a must",
    "soften": "made a preference",
    "flip": "turned around",
    "pin": "kept for good",
    "unpin": "kept for now only",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewWish(_Frozen):
    """A wish as somebody states it: one value or range of one facet of the domain."""

    facet: Phrase
    value: Phrase | Range
    """A value in words; {"min": ..., "max": ...} for figures and for values in order."""
    role: Phrase | None = None
    polarity: Polarity = "like"
    strength: Strength = "prefer"
    lifetime: Lifetime = "session"
    any_of: Annotated[int, Field(ge=1, le=9)] | None = None
    """Wishes given together that share it are alternatives."""

    def preference(self, domain: Domain) -> Preference:
        """Return the wish over the domain. Raises TurnRefused for what the domain does not have, naming what it has."""
        facet = domain.facets.get(self.facet)
        if facet is None:
            raise TurnRefused(f"there is no facet {self.facet!r}; there are {', '.join(domain.facets)}")
        if self.role is not None and self.role not in facet.roles:
            raise TurnRefused(f"{self.facet} has no role {self.role!r}; it has {', '.join(facet.roles) or 'none'}")
        given = self.model_dump(exclude={"value"})
        return Preference(**given, value=_fitting(self.value, self.facet, facet))


class WishEdit(_Frozen):
    """A change to a wish that holds: take it away, make it a must or a preference, turn it around, keep it for good."""

    op: Edit
    id: Phrase
    """The wish's id, as wishes carry it."""
    for_good: bool = False
    """remove: from what is remembered too, not only from this thread."""

    @model_validator(mode="after")
    def _fits(self) -> "WishEdit":
        if self.for_good and self.op != "remove":
            raise ValueError(f"for_good goes with 'remove', not with {self.op!r}")
        return self


def edit_wishes(
    view: View, domain: Domain, *, add: Sequence[NewWish] = (), edits: Sequence[WishEdit] = ()
) -> tuple[str, Command]:
    """Return the words that record the edits and the command that carries them out.

    Raises TurnRefused for a wish that does not hold, or a new one that the domain cannot have.
    """
    preferences = [wish.preference(domain) for wish in add]
    said = [f"added: {_spoken(wish.facet, wish.value)}" for wish in preferences]
    group = max((wish.any_of or 0 for wish in preferences), default=0)
    for edit in edits:
        seed = next((seed for seed in view.seeds if seed.id == edit.id), None)
        if seed is not None:
            preferences.append(_dropped(seed, edit.op, domain))
            said.append(f"removed: like {seed.title}")
            continue
        wish = _held(view, edit.id)
        group += 1
        preferences += _edited(wish, edit, view, group)
        said.append(f"{_DONE[edit.op]}: {_spoken(wish.facet, wish.value)}")
    if not preferences:
        raise TurnRefused("nothing to change: give wishes to add, or edits of those that hold")
    return "; ".join(said), Command(intent="recommend", preferences=tuple(preferences))


def react(item: str, relation: Relation, catalogue: Catalogue) -> tuple[str, Command]:
    """Return the words and the command of a reaction to an item. Raises UnknownItem."""
    label = catalogue.item(catalogue.row(item)).label
    reference = ItemReference(ref=label, item=item, title=label, relation=relation)
    intent: Literal["recommend", "feedback"] = "recommend" if relation == "similar" else "feedback"
    return f"{relation.replace('_', ' ')}: {label}", Command(intent=intent, items=(reference,))


def _fitting(value: str | Range, name: str, facet: Facet) -> str | Range:
    """Return the value as the facet spells it. Raises TurnRefused for one that it cannot have."""
    by_bounds = facet.kind in ("number", "ordinal")
    if by_bounds != isinstance(value, Range):
        wanted = 'bounds: {"min": ..., "max": ...}' if by_bounds else "a value in words, not bounds"
        raise TurnRefused(f"{name} takes {wanted}")
    if isinstance(value, Range):
        return Range(min=_end(value.min, name, facet), max=_end(value.max, name, facet))
    if facet.kind == "category":
        return _known(value, name, facet)
    return value


def _end(end: float | str | None, name: str, facet: Facet) -> float | str | None:
    if end is None:
        return None
    if facet.kind == "ordinal":
        return _known(str(end), name, facet)
    if isinstance(end, str):
        raise TurnRefused(f"{name} takes figures as bounds, not {end!r}")
    if end != end or abs(end) == float("inf"):
        raise TurnRefused(f"{name} takes finite figures as bounds, not {end!r}")
    return end


def _known(value: str, name: str, facet: Facet) -> str:
    for known in facet.values:
        if known.casefold() == value.strip().casefold():
            return known
    raise TurnRefused(f"{name} has no value {value!r}; it has {', '.join(facet.values)}")


def _dropped(seed: Seed, op: Edit, domain: Domain) -> Preference:
    """The statement that takes away an item to be like: a remove of its name."""
    if op != "remove":
        raise TurnRefused(f"{seed.id!r} is an item to be like; it can be removed, not {op!r}")
    return Preference(facet=domain.text_facet, value=seed.title, op="remove")


def _held(view: View, wish_id: str) -> HeldWish:
    held = {wish.id: wish for wish in (*view.all_wishes, *view.resting)}
    if wish_id not in held:
        known = [*held, *(seed.id for seed in view.seeds)]
        raise TurnRefused(f"there is no wish {wish_id!r} here; there are {', '.join(known) or 'none'}")
    return held[wish_id]


def _edited(wish: HeldWish, edit: WishEdit, view: View, group: int) -> list[Preference]:
    """The statements that an edit comes to. Alternatives are changed together, so that they stay alternatives."""
    match edit.op:
        case "remove":
            return [_stated(wish, op="remove", lifetime="lasting" if edit.for_good else "session")]
        case "flip":
            other: Polarity = "dislike" if wish.polarity == "like" else "like"
            return [_stated(wish, op="remove"), _stated(wish, polarity=other)]
        case "harden" | "soften":
            strength: Strength = "must" if edit.op == "harden" else "prefer"
            return _restated(wish, view, group, strength=strength)
        case "pin":
            return _restated(wish, view, group, lifetime="lasting")
        case "unpin":
            return [_stated(wish, op="remove", lifetime="lasting"), _stated(wish, lifetime="session")]


def _restated(
    wish: HeldWish, view: View, group: int, strength: Strength | None = None, lifetime: Lifetime | None = None
) -> list[Preference]:
    together = [one for one in view.all_wishes if wish.group and one.group == wish.group] or [wish]
    removed = [_stated(one, op="remove") for one in together if isinstance(one.value, Range)]
    any_of = group if len(together) > 1 else None
    return [*removed, *(_stated(one, strength=strength, lifetime=lifetime, any_of=any_of) for one in together)]


def _stated(
    wish: HeldWish,
    *,
    op: Op = "add",
    polarity: Polarity | None = None,
    strength: Strength | None = None,
    lifetime: Lifetime | None = None,
    any_of: int | None = None,
) -> Preference:
    return Preference(
        facet=wish.facet,
        value=wish.value,
        role=wish.role,
        op=op,
        polarity=polarity or wish.polarity,
        strength=strength or wish.strength,
        lifetime=lifetime or wish.lifetime,
        any_of=any_of,
        quote=wish.quote if op == "add" else None,
    )


def _spoken(facet: str, value: object) -> str:
    if not isinstance(value, Range):
        return str(value)
    ends = [f"at least {value.min}"] * (value.min is not None) + [f"at most {value.max}"] * (value.max is not None)
    return f"{facet} {' and '.join(ends)}"
