"""Likeness of items to one item: meaning of their texts, and the traits they share, rare ones counting most."""

from typing import NamedTuple

import numpy as np

from tools.candidates import Rows, Scores
from tools.context import ToolContext

_KIND_WEIGHT = {"text": 1.0, "category": 1.5, "entity": 0.5}
_MEANING = 0.55
"""Share of the texts' meaning in a likeness; the rest is for shared traits."""
_MUCH_SHARED = 0.45
"""Share of an item's traits, by weight, beyond which more in common tells nothing."""
_RARE = 0.02
"""Share of the catalogue under which a trait is rare enough to find items by."""


class Trait(NamedTuple):
    """One value of an item, and how much it tells."""

    facet: str
    role: str | None
    value: str
    weight: float


class LikenessMeasure:
    """How like one item others are, 0 to 1."""

    words: str | None = None

    def __init__(self, context: ToolContext, item_id: str) -> None:
        """Raises UnknownItem."""
        self._context = context
        self.row = context.catalogue.row(item_id)
        self.vector: Scores = context.index.vectors(np.array([self.row], dtype=np.int32))[0]
        self.traits = traits(context, self.row)
        self._scale = context.scale(self.vector)
        self._total = max(sum(trait.weight for trait in self.traits), 1e-9)

    def __call__(self, rows: Rows) -> Scores:
        meaning = self._scale(self._context.cosines(rows, self.vector))
        shared = np.zeros(len(rows), dtype=np.float32)
        for trait in self.traits:
            place = self._context.catalogue.places(rows, trait.facet, trait.value, trait.role)
            shared += np.where(place >= 0, trait.weight / (1 + 0.1 * np.maximum(place, 0)), 0)
        alike = np.minimum(shared / self._total / _MUCH_SHARED, 1)
        return np.asarray(_MEANING * meaning + (1 - _MEANING) * alike, dtype=np.float32)

    def add_roughly(self, totals: Scores, weight: float) -> None:
        for trait in self.traits:
            rows = self._context.catalogue.rows_with(trait.facet, trait.value, trait.role)
            if len(rows) <= _RARE * len(totals):
                totals[rows] += weight * trait.weight / self._total

    def shared(self, row: int) -> tuple[Trait, ...]:
        """Return the traits that the item at a row has too, most telling first."""
        held = {
            (facet, role): {value.casefold() for value in self._context.catalogue.values(row, facet, role)}
            for facet, role in {(trait.facet, trait.role) for trait in self.traits}
        }
        return tuple(
            sorted(
                (trait for trait in self.traits if trait.value.casefold() in held[trait.facet, trait.role]),
                key=lambda trait: -trait.weight,
            )
        )


def traits(context: ToolContext, row: int) -> tuple[Trait, ...]:
    """Return what an item is known for: its values of closed, text and name facets, weighed by how rare they are."""
    catalogue = context.catalogue
    found = []
    for name, facet in catalogue.domain.of_kind("category", "text", "entity").items():
        for role in facet.roles or (None,):
            for place, value in enumerate(catalogue.values(row, name, role)):
                holders = len(catalogue.rows_with(name, value, role))
                rarity = np.log(len(catalogue) / holders) / max(np.log(len(catalogue)), 1e-9)
                weight = _KIND_WEIGHT[facet.kind] * rarity / (1 + 0.2 * place)
                found.append(Trait(name, role, value, float(weight)))
    return tuple(found)
