"""filter: keep the items that keep every must, and say what each must costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from tools.candidates import Candidates, Mask, Rows, Scores
from tools.context import ToolContext
from tools.measures import measure_of
from tools.pool import FEW, top
from tools.rank import score
from tools.wishes import Arguments, Wish, alternatives

_TAKEN_AS = 0.45
"""Closeness from which a phrase is taken for what a must says, when no phrase says it outright."""
_ALSO_TAKEN_AS = 0.72
"""The same when one does: christmas is not just any holiday."""


class FilterArguments(Arguments):
    """Keep only items that satisfy every must. Wishes that merely prefer are left to the other tools."""

    wishes: tuple[Wish, ...] = ()


class MustReport(BaseModel):
    """What one must did; alternatives are one must."""

    model_config = ConfigDict(frozen=True)

    wishes: tuple[str, ...]
    """Ids: one, or all of the alternatives."""
    kept: int
    """Items of the whole catalogue that keep it."""
    cost: int
    """Items that keep all other musts and break this one: how many more there would be without it."""
    unknown: int
    """Items, among those that keep all other musts, of which the datum is not known."""
    taken_as: dict[str, tuple[str, ...]] = {}
    """Text values whose words were taken for phrases of the catalogue: {'blood': ('blood', 'gore')}."""


class FilterReport(BaseModel):
    """What was kept, and what each must costs."""

    model_config = ConfigDict(frozen=True)

    considered: int
    kept: int
    musts: tuple[MustReport, ...] = ()

    def costliest(self) -> MustReport | None:
        """Return the must whose removal would give most items back; None if none would give any."""
        ranked = sorted(self.musts, key=lambda must: -must.cost)
        return ranked[0] if ranked and ranked[0].cost > 0 else None


class NearMiss(BaseModel):
    """An item that breaks as few musts as any does."""

    model_config = ConfigDict(frozen=True)

    id: str
    breaks: tuple[str, ...]
    """Ids of the wishes it breaks; for broken alternatives, of all of them."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """One must: a wish, or alternatives of which one is enough."""

    wishes: tuple[Wish, ...]
    kept: Mask
    known: Mask
    taken_as: dict[str, tuple[str, ...]]

    @property
    def refusal(self) -> bool:
        return self.wishes[0].polarity == "dislike"


def filter_items(
    context: ToolContext, arguments: FilterArguments, candidates: Candidates
) -> tuple[Candidates, FilterReport]:
    """Return the candidates that keep every must. Raises ToolError for a wish that the domain does not know.

    An item of which the datum is not known does not keep a wanted must, and does keep a refusal.
    """
    clauses = _clauses(context, arguments.wishes)
    if not clauses:
        return candidates, FilterReport(considered=len(candidates), kept=len(candidates))
    allowed = candidates.allowed
    others = _all_but_each([clause.kept for clause in clauses], context.size, allowed)
    kept = candidates.restrict(clauses[0].kept & others[0])
    musts = tuple(
        MustReport(
            wishes=tuple(wish.id for wish in clause.wishes),
            kept=int(np.count_nonzero(clause.kept)),
            cost=int(np.count_nonzero(other & ~clause.kept)),
            unknown=int(np.count_nonzero(other & ~clause.known)),
            taken_as=clause.taken_as,
        )
        for clause, other in zip(clauses, others, strict=True)
    )
    return kept, FilterReport(considered=len(candidates), kept=len(kept), musts=musts)


def keeps(context: ToolContext, wishes: Sequence[Wish]) -> Mask:
    """Return where items of the catalogue keep one must; several wishes are its alternatives.

    Raises ToolError for a wish that the domain does not know.
    """
    return _clause(context, tuple(wishes)).kept


def near_misses(
    context: ToolContext, wishes: Sequence[Wish], candidates: Candidates, n: int, exclude: Sequence[str] = ()
) -> tuple[NearMiss, ...]:
    """Return up to n items that break the fewest musts (at least one), best first.

    wishes: all that hold; musts are taken from them. candidates: before or after `rank`; their columns judge the near
    misses, together with how near each comes to what it breaks. A refusal (dislike and must) is never broken.
    exclude: ids not to offer.
    """
    clauses = _clauses(context, wishes)
    wanted = [clause for clause in clauses if not clause.refusal]
    if not wanted or n <= 0:
        return ()
    broken = np.zeros(context.size, dtype=np.int16)
    for clause in wanted:
        broken += ~clause.kept
    open_to = broken > 0
    for clause in clauses:
        if clause.refusal:
            open_to &= clause.kept
    open_to[[context.catalogue.row(item_id) for item_id in exclude]] = False
    if not open_to.any():
        return ()
    fewest = np.flatnonzero(open_to & (broken == broken[open_to].min())).astype(np.int32)
    rows = _nearest_misses(context, wanted, candidates, fewest)[:n]
    return tuple(NearMiss(id=context.catalogue.ids[row], breaks=_broken_by(wanted, row)) for row in rows)


def _broken_by(clauses: Iterable[_Clause], row: int) -> tuple[str, ...]:
    return tuple(wish.id for clause in clauses if not clause.kept[row] for wish in clause.wishes)


def _nearest_misses(context: ToolContext, clauses: list[_Clause], candidates: Candidates, rows: Rows) -> Rows:
    if len(rows) > FEW:
        rough = context.prior.copy()
        for column in candidates.columns:
            column.measure.add_roughly(rough, column.sign * column.weight)
        rows = rows[top(rough[rows], FEW)]
    closeness = np.zeros(len(rows), dtype=np.float32)
    for clause in clauses:
        closeness += _closeness(context, clause, rows) / len(clauses)
    judged = score(context, candidates.over(rows))
    assert judged.score is not None
    return rows[np.lexsort((rows, -np.round(judged.score + closeness, 6)))]


def _closeness(context: ToolContext, clause: _Clause, rows: Rows) -> Scores:
    return np.asarray(np.max([measure_of(context, wish)(rows) for wish in clause.wishes], axis=0), dtype=np.float32)


def _all_but_each(masks: list[Mask], size: int, allowed: Mask | None) -> list[Mask]:
    """For each mask, where `allowed` and all the other masks hold."""
    before = [np.ones(size, dtype=np.bool_) if allowed is None else allowed]
    for mask in masks[:-1]:
        before.append(before[-1] & mask)
    others = [before[-1]]
    after = masks[-1]
    for place in range(len(masks) - 2, -1, -1):
        others.append(before[place] & after)
        after = after & masks[place]
    return others[::-1]


def _clauses(context: ToolContext, wishes: Iterable[Wish]) -> list[_Clause]:
    """The musts; alternatives of which one merely prefers are none."""
    groups = [group for group in alternatives(wishes) if all(wish.strength == "must" for wish in group)]
    return [_clause(context, group) for group in groups]


def _clause(context: ToolContext, group: tuple[Wish, ...]) -> _Clause:
    kept: Mask | None = None
    known: Mask | None = None
    taken_as: dict[str, tuple[str, ...]] = {}
    for wish in group:
        wish.check(context.catalogue.domain)
        phrases = _phrases(context, wish)
        if phrases and wish.value is not None and phrases != (wish.value,):
            taken_as[wish.value] = phrases
        mask = _holds(context, wish, phrases)
        known_here = context.catalogue.known(wish.facet, wish.role)
        if wish.polarity == "dislike":
            mask = ~mask
        kept = mask if kept is None else kept | mask
        known = known_here if known is None else known | known_here
    assert kept is not None and known is not None
    return _Clause(group, kept, known, taken_as)


def _phrases(context: ToolContext, wish: Wish) -> tuple[str, ...]:
    if context.catalogue.domain.facets[wish.facet].kind != "text" or wish.value is None:
        return ()
    phrases = context.phrases(wish.value)
    outright = any(phrase.how in ("same", "form", "within") for phrase in phrases)
    least = _ALSO_TAKEN_AS if outright else _TAKEN_AS
    return tuple(phrase.text for phrase in phrases if phrase.closeness >= least)


def _holds(context: ToolContext, wish: Wish, phrases: tuple[str, ...]) -> Mask:
    """Where it is stated that an item has what the wish names, wanted or not."""
    catalogue = context.catalogue
    if wish.value is None:
        figures = catalogue.numbers(wish.facet)
        low = -np.inf if wish.min is None else wish.min
        high = np.inf if wish.max is None else wish.max
        return np.asarray((figures >= low) & (figures <= high))
    if catalogue.domain.facets[wish.facet].kind != "text":
        return catalogue.has(wish.facet, wish.value, wish.role)
    mask = np.zeros(len(catalogue), dtype=np.bool_)
    for phrase in phrases:
        mask[catalogue.rows_with(wish.facet, phrase)] = True
    # A refused thing may stand in the summary only; a wanted one is looked for there when no phrase is it.
    if wish.polarity == "dislike" or not phrases:
        mask[context.containing(wish.value)] = True
    return mask
