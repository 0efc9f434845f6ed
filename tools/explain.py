"""explain: why an item scored as it did, as facts that can be said."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tools.candidates import Candidates, Column, Measure
from tools.collaborative import Taste
from tools.context import ToolContext
from tools.errors import ToolError
from tools.likeness import LikenessMeasure, Trait
from tools.measures import BestMeasure, ValueMeasure, WordsMeasure
from tools.reasons import Reason, ReasonKind
from tools.wishes import Arguments, Seed, Wish

_TELLING = 0.01
"""What a contribution must come to before it is a reason."""
_TRAITS = 3
_TELLING_TRAIT = 0.12
_NEAR_VALUE = 0.6
"""Cosine between the directions of two closed values from which one can be offered for the other."""
_WORDS = 0.55
"""Score by which an item's own words fit a wish well enough to say so."""
_HELD = 0.4
"""Score from which closeness to a dislike is worth owning up to."""
_WELL_LIKED = 0.75
_WELL_KNOWN = 0.85


class ExplainArguments(Arguments):
    """Give the reasons that a ranked item scored as it did, weightiest first."""

    item: str
    limit: Annotated[int, Field(ge=1, le=50)] = 6


class Explanation(BaseModel):
    """Why one item scored as it did."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    score: float
    reasons: tuple[Reason, ...]


def explain(
    context: ToolContext, arguments: ExplainArguments, candidates: Candidates
) -> tuple[Candidates, Explanation]:
    """Return the reasons for an item among ranked candidates.

    Raises UnknownItem for an id that the catalogue does not have, ToolError if the item is not ranked.
    """
    row = context.catalogue.row(arguments.item)
    position = candidates.place(row)
    if position is None or candidates.amounts is None or candidates.score is None:
        raise ToolError(f"explain: item: {arguments.item!r} is not among the ranked candidates; rank first")
    reasons = []
    for column, amount, scored in zip(
        candidates.columns,
        candidates.amounts[position].tolist(),
        (column.scores[position].item() for column in candidates.columns),
        strict=True,
    ):
        if abs(amount) >= _TELLING:
            reasons += _reasons(context, column, row, amount, scored)
    reasons.sort(key=lambda reason: -abs(reason.strength))
    return candidates, Explanation(
        id=arguments.item,
        title=context.catalogue.titles[row],
        score=float(candidates.score[position]),
        reasons=tuple(reasons[: arguments.limit]),
    )


def _reasons(context: ToolContext, column: Column, row: int, amount: float, scored: float) -> list[Reason]:
    if column.source == "rank":
        return _prior(context, column.key, row, amount)
    if isinstance(column.measure, Taste):
        return _together(context, column.measure, row, amount)
    if column.source == "propose":
        return [Reason(kind="proposed", strength=amount)]
    if amount < 0 and scored < _HELD:
        return []
    if isinstance(column.about, Seed):
        return _likeness(context, column, row, amount)
    measure, wish = _counted(column, row)
    found = _fact(context, measure, wish, row, amount, scored)
    if found is None:
        return []
    if amount < 0:
        return [found.model_copy(update={"kind": "against"})]
    return [found.model_copy(update={"remembered": column.source == "affinity"})]


def _counted(column: Column, row: int) -> tuple[Measure, Wish | None]:
    """The alternative that the item fits best, with its wish; free words have none."""
    if not isinstance(column.about, tuple):
        return column.measure, None
    if isinstance(column.measure, BestMeasure):
        best = column.measure.best(row)
        return column.measure.measures[best], column.about[best]
    return column.measure, column.about[0]


def _fact(
    context: ToolContext, measure: Measure, wish: Wish | None, row: int, amount: float, scored: float
) -> Reason | None:
    if isinstance(measure, WordsMeasure):
        return _words(context, measure, wish, row, amount, scored)
    if wish is None:
        return None
    if wish.value is None:
        return _figure(context, wish, row, amount)
    facet = context.catalogue.domain.facets[wish.facet]
    reason = Reason(kind="value", strength=amount, wish=wish.id, facet=wish.facet, wanted=wish.value)
    roles: list[str | None] = [wish.role] if wish.role else [*facet.roles] or [None]
    for role in roles:
        held = context.catalogue.values(row, wish.facet, role)
        if value := next((one for one in held if one.casefold() == wish.value.casefold()), None):
            return reason.model_copy(update={"values": (value,), "role": role})
    near = _near_value(context, wish, row) if isinstance(measure, ValueMeasure) else None
    return reason.model_copy(update={"kind": "near", "values": (near,)}) if near else None


def _near_value(context: ToolContext, wish: Wish, row: int) -> str | None:
    """The item's own value of the facet whose items are most like those with the wished one."""
    siblings = context.siblings(wish.facet, wish.value or "")
    held = context.catalogue.values(row, wish.facet)
    best = max(held, key=lambda value: siblings.get(value, 0.0), default=None)
    return best if best is not None and siblings.get(best, 0.0) >= _NEAR_VALUE else None


def _figure(context: ToolContext, wish: Wish, row: int, amount: float) -> Reason | None:
    figure = float(context.catalogue.numbers(wish.facet)[row])
    if figure != figure:
        return None
    inside = (wish.min is None or figure >= wish.min) and (wish.max is None or figure <= wish.max)
    return Reason(kind="bounds", strength=amount, wish=wish.id, facet=wish.facet, figure=figure, inside=inside)


def _words(
    context: ToolContext, measure: WordsMeasure, wish: Wish | None, row: int, amount: float, scored: float
) -> Reason | None:
    facet = context.catalogue.domain.text_facet
    held = set(context.catalogue.values(row, facet))
    found = [phrase for phrase in measure.phrases if phrase.text in held]
    reason = Reason(kind="words", strength=amount, wish=wish.id if wish else None, facet=facet, wanted=measure.words)
    said = tuple(phrase.text for phrase in found if phrase.how != "near")[:_TRAITS]
    if said:
        return reason.model_copy(update={"kind": "value", "values": said})
    if found:
        return reason.model_copy(update={"kind": "near", "values": (found[0].text,)})
    return reason if scored >= _WORDS else None


def _likeness(context: ToolContext, column: Column, row: int, amount: float) -> list[Reason]:
    assert isinstance(column.about, Seed) and isinstance(column.measure, LikenessMeasure)
    shared = _best_traits(column.measure.shared(row))
    reason = Reason(
        kind="against" if amount < 0 else "profile" if column.source == "affinity" else "similar",
        strength=amount,
        facet=shared[0].facet if shared else None,
        values=tuple(trait.value for trait in shared),
        item=column.about.id,
        item_title=context.catalogue.titles[column.measure.row],
    )
    return [reason]


def _together(context: ToolContext, taste: Taste, row: int, amount: float) -> list[Reason]:
    found = taste.because(row)
    if found is None:
        return []
    other, people = found
    item, title = context.catalogue.ids[other], context.catalogue.titles[other]
    return [Reason(kind="together", strength=amount, item=item, item_title=title, figure=people)]


def _best_traits(shared: tuple[Trait, ...]) -> list[Trait]:
    """The most telling few; what hardly tells anything ('English') only where nothing else is shared."""
    return [trait for trait in shared[:_TRAITS] if trait.weight >= _TELLING_TRAIT] or list(shared[:1])


def _prior(context: ToolContext, key: str, row: int, amount: float) -> list[Reason]:
    domain = context.catalogue.domain
    quality = key == "quality"
    share = (context.quality if quality else context.popularity)[row]
    if share < (_WELL_LIKED if quality else _WELL_KNOWN):
        return []
    column = domain.columns.quality if quality else domain.columns.popularity
    facet = next((name for name, facet in domain.facets.items() if column in facet.all_columns), None)
    figure = float((context.catalogue.quality if quality else context.catalogue.popularity)[row])
    kind: ReasonKind = "quality" if quality else "popularity"
    return [Reason(kind=kind, strength=amount, facet=facet, figure=figure)]
