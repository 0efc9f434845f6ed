"""Bounds as the linker gives them, turned into the ranges that commands carry."""

from agent.commands import Range
from tools.domain import Facet
from tools.linking import Bounds


def as_value(bounds: Bounds, facet: Facet) -> Range | None:
    """Return the range that these bounds are: ordinal ranks as their values, whole numbers without a fraction.

    None where nothing is bounded, or where the ends are the wrong way round.
    """
    low, high = bounds.min, bounds.max
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        return None
    if facet.kind == "ordinal":
        return Range(min=_ordinal(low, facet), max=_ordinal(high, facet))
    return Range(min=low, max=high)


def _ordinal(rank: float | None, facet: Facet) -> str | None:
    if rank is None:
        return None
    return facet.values[min(max(int(rank), 0), len(facet.values) - 1)]
