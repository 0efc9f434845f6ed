"""The wishes that hold now, as a fold of statements: how a new statement meets those before it.

The rules, after RecBot's preserve / integrate / resolve, made exact:

1. The same facet and value with the other polarity replaces; with the same polarity it updates strength and lifetime.
2. A number range meets the liked range of its facet and strength: a bound said anew replaces that bound, the other
   bound stays while both can hold, else the new range replaces the old. Of the other strength, only a range that cannot
   hold beside it gives way; but a comparison ('shorter') moves the limit that there is, and is as firm as it.
3. A must on an exclusive facet (language), and whatever is asked for 'instead', takes the place of its facet's likes.
4. A remove takes away what it names, else the nearest thing to it on the facet, and says what it took.
5. Everything else stands beside what holds.

Every function here is pure; ids come from the caller.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.commands import Range
from agent.statements import HeldWish, Statement, roles_agree, stems
from tools.domain import Domain

Change = Literal["added", "updated", "narrowed", "replaced", "removed", "overridden", "not found"]


class WishChange(BaseModel):
    """One thing that a turn did to the wishes, for the reply to say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Change
    wish: HeldWish | None = None
    """The wish as it holds now; None when nothing was added."""
    before: tuple[HeldWish, ...] = ()
    """What it took the place of, or what was removed."""
    asked: str | None = None
    """'not found': the words that named nothing; 'removed' without `before`: the item that was to be like."""


def merge(
    held: Sequence[HeldWish], statement: Statement, *, wish_id: str, turn: int, domain: Domain, group: str | None = None
) -> tuple[tuple[HeldWish, ...], WishChange]:
    """Return the wishes after one more statement, in order of first mention, and what changed.

    held: the wishes that hold. group: the id of the or-group that the statement belongs to within its turn; members
    of one group never replace each other.
    """
    if statement.op == "remove":
        return _remove(held, statement)
    new = _wish(statement, wish_id, turn, group)
    same = [wish for wish in held if wish.says_about(new) and not _is_range_of(wish, new)]
    if same:
        return _restate(held, same, new)
    if _bounded_like(new):
        return _bound(held, new, statement.replaces, domain.facets[new.facet].values)
    displaced = [wish for wish in held if _displaces(new, wish, statement.replaces, domain)]
    if displaced:
        return (*_without(held, displaced), new), WishChange(kind="replaced", wish=new, before=tuple(displaced))
    return (*held, new), WishChange(kind="added", wish=new)


def _wish(statement: Statement, wish_id: str, turn: int, group: str | None) -> HeldWish:
    return HeldWish(
        id=wish_id,
        facet=statement.facet,
        value=statement.value,
        role=statement.role,
        polarity=statement.polarity,
        strength=statement.strength,
        lifetime=statement.lifetime,
        group=group,
        quote=statement.quote,
        turn=turn,
        confidence=statement.confidence,
        relative=statement.relative,
    )


def _restate(
    held: Sequence[HeldWish], same: Sequence[HeldWish], new: HeldWish
) -> tuple[tuple[HeldWish, ...], WishChange]:
    """Put the newest word in the place of what was said about the same thing; it keeps its id if it still agrees."""
    first = same[0]
    kind: Change = "updated" if first.polarity == new.polarity else "replaced"
    kept_id = first.id if kind == "updated" else new.id
    role = new.role or (first.role if kind == "updated" else None)
    now = new.model_copy(update={"id": kept_id, "role": role})
    rest = tuple(now if wish is first else wish for wish in held if wish is first or wish not in same)
    return rest, WishChange(kind=kind, wish=now, before=tuple(same))


def _is_range_of(wish: HeldWish, new: HeldWish) -> bool:
    return isinstance(wish.value, Range) and _bounded_like(new) and wish.polarity == "like"


def _bounded_like(wish: HeldWish) -> bool:
    return isinstance(wish.value, Range) and wish.polarity == "like"


def _bound(
    held: Sequence[HeldWish], new: HeldWish, replaces: bool, order: Sequence[str]
) -> tuple[tuple[HeldWish, ...], WishChange]:
    """Rule 2. Alternatives said in the same turn ('the 40s or the 50s') stand side by side."""
    rivals = [
        wish
        for wish in held
        if wish.facet == new.facet and _bounded_like(wish) and not (wish.group and wish.group == new.group)
    ]
    if new.relative and any(wish.strength == "must" for wish in rivals):
        new = new.model_copy(update={"strength": "must"})
    # A hedge does not soften a must, nor a must harden a hedge: they meet only where they contradict each other.
    alike = [wish for wish in rivals if wish.strength == new.strength]
    gone = [wish for wish in rivals if wish not in alike and (replaces or not _meet(wish, new, order))]
    held = _without(held, gone)
    if not alike:
        kind: Change = "replaced" if gone else "added"
        return (*held, new), WishChange(kind=kind, wish=new, before=tuple(gone))
    old = alike[-1]
    assert isinstance(old.value, Range)
    assert isinstance(new.value, Range)
    joined = None if replaces or new.group or len(alike) > 1 else join_ranges(old.value, new.value, order)
    if joined is None or joined == new.value:
        kind = "updated" if old.value == new.value and not gone else "replaced"
        return (*_without(held, alike), new), WishChange(kind=kind, wish=new, before=(*alike, *gone))
    now = new.model_copy(update={"value": joined, "id": old.id})
    rest = tuple(now if wish is old else wish for wish in held)
    return rest, WishChange(kind="narrowed", wish=now, before=(old, *gone))


def _meet(one: HeldWish, other: HeldWish, order: Sequence[str]) -> bool:
    """Whether something can lie in both ranges."""
    assert isinstance(one.value, Range)
    assert isinstance(other.value, Range)
    lows = [_place(end, order) for end in (one.value.min, other.value.min) if end is not None]
    highs = [_place(end, order) for end in (one.value.max, other.value.max) if end is not None]
    return not (lows and highs) or max(lows) <= min(highs)


def _place(end: float | str, order: Sequence[str]) -> float:
    return float(order.index(end)) if isinstance(end, str) else end


def join_ranges(old: Range, new: Range, order: Sequence[str] = ()) -> Range | None:
    """Return old with the bounds that new states, or None where both cannot hold.

    order: an ordinal's values, from least to most. A range with both ends that lies inside the old one is that range; a
    looser bound said later loosens.
    """
    low = new.min if new.min is not None else old.min
    high = new.max if new.max is not None else old.max
    if isinstance(low, float) and isinstance(high, float) and low > high:
        return None
    if isinstance(low, str) and isinstance(high, str) and order.index(low) > order.index(high):
        return None
    return Range(min=low, max=high)


def _displaces(new: HeldWish, wish: HeldWish, replaces: bool, domain: Domain) -> bool:
    if wish.facet != new.facet or wish.polarity != "like" or new.polarity != "like" or wish.turn == new.turn:
        return False
    both_must = wish.strength == new.strength == "must"
    return replaces or (domain.facets[new.facet].exclusive and both_must)


def _remove(held: Sequence[HeldWish], statement: Statement) -> tuple[tuple[HeldWish, ...], WishChange]:
    """Rule 4. Nothing to take away is said, never guessed."""
    taken = named_by(held, statement)
    if not taken:
        return tuple(held), WishChange(kind="not found", asked=statement.quote or _spoken(statement))
    return _without(held, taken), WishChange(kind="removed", before=tuple(taken))


def named_by(held: Sequence[HeldWish], statement: Statement) -> list[HeldWish]:
    """Return the wishes that a remove takes away: those it names, else the nearest one, else none."""
    exact = [wish for wish in held if wish.says_about(statement)]
    if exact:
        return exact
    on_facet = [wish for wish in held if wish.facet == statement.facet and roles_agree(wish.role, statement.role)]
    if isinstance(statement.value, Range):
        return on_facet[-1:]
    if not statement.value:
        return on_facet
    words = stems(statement.value)
    close = [wish for wish in held if isinstance(wish.value, str) and stems(wish.value) & words]
    quoted = [wish for wish in held if wish.quote and words and words <= stems(wish.quote)]
    return (close or quoted)[-1:]


def _spoken(statement: Statement) -> str:
    return statement.value if isinstance(statement.value, str) else statement.facet


def _without(held: Iterable[HeldWish], gone: Sequence[HeldWish]) -> tuple[HeldWish, ...]:
    return tuple(wish for wish in held if wish not in gone)


def restates(session: HeldWish, lasting: HeldWish) -> bool:
    """Whether both say the same, so that it needs saying once."""
    return session.polarity == lasting.polarity and session.says_about(lasting)


def overrides(session: HeldWish, lasting: HeldWish) -> bool:
    """Whether a session wish stands against a lasting one, which then rests for this thread.

    That is the same thing with the other polarity, or another liked range of the same facet.
    """
    if session.says_about(lasting):
        return session.polarity != lasting.polarity
    return session.facet == lasting.facet and _bounded_like(session) and _bounded_like(lasting)
