"""Wants: what a simulated user wishes for, each of which can be checked against the catalogue.

They are checked on the items' own columns, not by the tools that are measured.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from tools.catalogue import Catalogue, Mask

Reveal = Literal["volunteer", "on ask", "never"]


class Want(BaseModel):
    """One thing wished for, and when the user says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    facet: str
    value: str | None = None
    role: str | None = None
    min: float | None = None
    max: float | None = None
    """Bounds are inclusive; an ordinal's are places in its values."""
    polarity: Literal["like", "dislike"] = "like"
    strength: Literal["must", "prefer"] = "prefer"
    reveal: Reveal = "volunteer"
    lasting: bool = False
    """Holds beyond the dialogue, and is said so."""

    def holds(self, catalogue: Catalogue) -> Mask:
        """Return which items are as wanted: (n,) bool. What is not known of an item is not as wanted, nor refused."""
        if self.value is not None:
            has = catalogue.has(self.facet, self.value, self.role)
            return has if self.polarity == "like" else ~has
        figures = catalogue.numbers(self.facet)
        low = -np.inf if self.min is None else self.min
        high = np.inf if self.max is None else self.max
        inside = (figures >= low) & (figures <= high)
        return np.asarray(inside if self.polarity == "like" else ~inside)

    def same_thing(self, facet: str, value: str | None) -> bool:
        """Whether a wish of a system is about the same facet and, where both name one, the same value."""
        if facet != self.facet:
            return False
        return value is None or self.value is None or value.casefold() == self.value.casefold()


def all_hold(wants: Iterable[Want], catalogue: Catalogue) -> Mask:
    """Return which items are as all the wants ask: (n,) bool."""
    mask = np.ones(len(catalogue), np.bool_)
    for want in wants:
        mask &= want.holds(catalogue)
    return mask


def broken(items: Sequence[str], wants: Sequence[Want], catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Return (item, want) ids for every item that breaks one of these wants."""
    rows = [catalogue.row(item) for item in items]
    found: list[tuple[str, str]] = []
    for want in wants:
        held = want.holds(catalogue)[rows] if rows else ()
        found += [(item, want.id) for item, good in zip(items, held, strict=True) if not good]
    return tuple(found)
