"""Likeness of items to one item: what their texts mean, their closed values (the tone), and rare traits in common."""

from itertools import groupby
from typing import NamedTuple

import numpy as np

from tools.candidates import Rows, Scores
from tools.context import ToolContext

_MEANING, _TONE, _SUBJECT = 0.28, 0.37, 0.35
"""Shares of a likeness: embedded texts; closed values, near ones counting in part; phrases and names in common."""
_NAME_WEIGHT = 0.4
"""Of a shared name against a shared phrase as rare."""
_MUCH_SHARED = 0.35
"""Share of an item's subject, by weight, beyond which more in common tells nothing."""
_LEAST_TONE = 0.02
"""Weight under which a closed value tells too little to be compared."""
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
    labelled = False

    def __init__(self, context: ToolContext, item_id: str) -> None:
        """Raises UnknownItem."""
        self._context = context
        self.row = context.catalogue.row(item_id)
        self.vector: Scores | None = context.index.vectors(np.array([self.row], dtype=np.int32))[0]
        self._tone = _tone(context, self.row)
        self._subject = _subject(context, self.row)
        self._scale = context.scale(self.vector)

    def __call__(self, rows: Rows) -> Scores:
        assert self.vector is not None
        meaning = self._scale(self._context.cosines(rows, self.vector))
        likeness = _MEANING * meaning + _TONE * self._alike(rows) + _SUBJECT * self._shared(rows)
        return np.asarray(likeness, dtype=np.float32)

    def _alike(self, rows: Rows) -> Scores:
        alike = np.zeros(len(rows), dtype=np.float32)
        for facet, traits in groupby(self._tone, key=lambda trait: trait.facet):
            weights, grades = [], []
            for trait in traits:
                siblings = self._context.siblings(facet, trait.value) | {trait.value: 1.0}
                weights.append(trait.weight)
                grades.append({value: 2 * cosine - 1 for value, cosine in siblings.items()})
            alike += self._context.catalogue.best(rows, facet, grades) @ np.array(weights, dtype=np.float32)
        return alike / max(sum(trait.weight for trait in self._tone), 1e-9)

    def _shared(self, rows: Rows) -> Scores:
        shared = np.zeros(len(rows), dtype=np.float32)
        for (facet, role), traits in groupby(self._subject, key=lambda trait: (trait.facet, trait.role)):
            weights = {trait.value: trait.weight for trait in traits}
            shared += self._context.catalogue.total(rows, facet, weights, role)
        whole = max(sum(trait.weight for trait in self._subject), 1e-9)
        return np.asarray(np.minimum(shared / whole / _MUCH_SHARED, 1), dtype=np.float32)

    def add_roughly(self, totals: Scores, weight: float) -> None:
        whole = max(sum(trait.weight for trait in self._subject), 1e-9)
        for trait in self._subject:
            rows = self._context.catalogue.rows_with(trait.facet, trait.value, trait.role)
            if len(rows) <= _RARE * len(totals):
                totals[rows] += weight * trait.weight / whole

    def shared(self, row: int) -> tuple[Trait, ...]:
        """Return the traits that the item at a row has too, most telling first; a series in common is left out."""
        catalogue = self._context.catalogue
        series = catalogue.series(self.row)
        traits = [trait for trait in (*self._tone, *self._subject) if trait.value != series]
        held = {
            (facet, role): {value.casefold() for value in catalogue.values(row, facet, role)}
            for facet, role in {(trait.facet, trait.role) for trait in traits}
        }
        common = [trait for trait in traits if trait.value.casefold() in held[trait.facet, trait.role]]
        return tuple(sorted(common, key=lambda trait: -trait.weight))


def _tone(context: ToolContext, row: int) -> tuple[Trait, ...]:
    traits = [
        Trait(name, None, value, _weight(context, name, None, value) * context.facet_telling(name) / (1 + 0.1 * place))
        for name in context.catalogue.domain.of_kind("category")
        for place, value in enumerate(context.catalogue.values(row, name))
    ]
    return tuple(trait for trait in traits if trait.weight >= _LEAST_TONE)


def _subject(context: ToolContext, row: int) -> tuple[Trait, ...]:
    """What it is about and who made it; both as rare as they are in this catalogue."""
    catalogue = context.catalogue
    found = []
    for name, facet in catalogue.domain.of_kind("text", "entity").items():
        for role in facet.roles or (None,):
            for place, value in enumerate(catalogue.values(row, name, role)):
                found.append(Trait(name, role, value, _weight(context, name, role, value) / (1 + 0.1 * place)))
    return tuple(found)


def _weight(context: ToolContext, facet: str, role: str | None, value: str) -> float:
    """How rare a value is, 0 to 1, times how telling."""
    return context.weights.get((facet, role, value), lambda _: _find_weight(context, facet, role, value))


def _find_weight(context: ToolContext, facet: str, role: str | None, value: str) -> float:
    holders = context.catalogue.holders(facet, value, role)
    rarity = float(np.log(context.size / max(holders, 1)) / max(np.log(context.size), 1e-9))
    named = context.catalogue.domain.facets[facet].kind == "entity"
    return rarity * (_NAME_WEIGHT if named else min(context.telling(facet, value), 1.5))
