"""compare: items side by side on the facets asked about."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tools.candidates import Candidates
from tools.catalogue import Item
from tools.context import ToolContext
from tools.domain import Domain
from tools.errors import ToolError
from tools.wishes import Arguments


class CompareArguments(Arguments):
    """Weigh items against each other on facets, or on the domain's usual ones when none is asked about."""

    items: Annotated[tuple[str, ...], Field(min_length=2, max_length=20)]
    asks: tuple[str, ...] = ()
    """Facets, or names under `asks` in domain.toml."""


class ComparedFacet(BaseModel):
    """One line of a comparison."""

    model_config = ConfigDict(frozen=True)

    name: str
    """As asked."""
    facet: str | None
    """The facet that answers it; None where plain columns do."""
    values: tuple[Any, ...]
    """One an item, in the order of the items; None where nothing is known, a tuple where there are several."""
    least: tuple[int, ...] = ()
    """Places (0-based) of the items lowest on an ordered facet: shortest, oldest, mildest. Empty if all are equal."""
    most: tuple[int, ...] = ()
    shared: tuple[str, ...] = ()
    """Values that all items have in common, of facets with several values."""


class Comparison(BaseModel):
    """Items side by side."""

    model_config = ConfigDict(frozen=True)

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    facets: tuple[ComparedFacet, ...]
    unanswered: tuple[str, ...] = ()
    """Asks that the catalogue has nothing on."""


def compare(context: ToolContext, arguments: CompareArguments, candidates: Candidates) -> tuple[Candidates, Comparison]:
    """Return the items on each facet asked about.

    Raises UnknownItem for an id that the catalogue does not have, ToolError for an ask that the domain does not know.
    """
    domain = context.catalogue.domain
    rows = [context.catalogue.row(item_id) for item_id in arguments.items]
    items = context.catalogue.items(rows)
    answered = [ask for ask in arguments.asks if ask not in domain.asks_unanswered]
    unanswered = tuple(ask for ask in arguments.asks if ask in domain.asks_unanswered)
    asks = answered if arguments.asks else list(domain.of_kind("number", "ordinal", "category"))
    return candidates, Comparison(
        ids=tuple(item.id for item in items),
        titles=tuple(item.title for item in items),
        facets=tuple(_line(context, ask, rows, items) for ask in asks),
        unanswered=unanswered,
    )


def _line(context: ToolContext, ask: str, rows: Sequence[int], items: Sequence[Item]) -> ComparedFacet:
    columns = _columns(context.catalogue.domain, ask)
    values = tuple(_value(item, columns) for item in items)
    facet = _facet(context.catalogue.domain, ask, columns)
    kind = context.catalogue.domain.facets[facet].kind if facet else None
    if facet and kind in ("number", "ordinal"):
        figures = context.catalogue.numbers(facet)[list(rows)]
        least, most = _ends(figures)
        return ComparedFacet(name=ask, facet=facet, values=values, least=least, most=most)
    return ComparedFacet(name=ask, facet=facet, values=values, shared=_shared(values))


def _columns(domain: Domain, ask: str) -> tuple[str, ...]:
    if ask in domain.asks:
        return domain.asks[ask]
    if ask in domain.facets:
        return domain.facets[ask].all_columns
    raise ToolError(f"compare: asks: nothing known as {ask!r}; there are {', '.join(domain.asks or domain.facets)}")


def _facet(domain: Domain, ask: str, columns: tuple[str, ...]) -> str | None:
    if ask in domain.facets:
        return ask
    return next((name for name, facet in domain.facets.items() if set(columns) <= set(facet.all_columns)), None)


def _value(item: Item, columns: tuple[str, ...]) -> Any:
    found: list[Any] = []
    for column in columns:
        value = item.facts.get(column)
        found += value if isinstance(value, list) else [value] if value is not None else []
    if not found:
        return None
    several = len(found) > 1 or any(isinstance(item.facts.get(column), list) for column in columns)
    return tuple(dict.fromkeys(found)) if several else found[0]


def _ends(figures: np.ndarray[Any, np.dtype[np.float32]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    known = figures[~np.isnan(figures)]
    if len(known) < 2 or known.min() == known.max():
        return (), ()
    least = np.flatnonzero(figures == known.min()).tolist()
    most = np.flatnonzero(figures == known.max()).tolist()
    return tuple(least), tuple(most)


def _shared(values: Sequence[Any]) -> tuple[str, ...]:
    held = [value if isinstance(value, tuple) else (value,) for value in values if value is not None]
    if len(held) < len(values):
        return ()
    return tuple(str(value) for value in held[0] if all(value in others for others in held[1:]))
