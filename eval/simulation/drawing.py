"""Draws wants that are true of an item: what a person who would enjoy it might ask for."""

import random
from collections.abc import Callable, Sequence

import numpy as np

from eval.simulation.wants import Want
from tools.catalogue import Catalogue
from tools.domain import Facet

COMMON = 0.04
"""Share of the catalogue that must have a value for not wanting it to be worth saying."""
FEWEST, MOST = 4, 400
"""Items that hold a phrase or name that people ask for: fewer would name the item, more would say nothing."""
_LEADING = 3
"""Names and phrases that come first on an item are what it is known for."""
_NEAR_BOUND = 0.04
"""Share of the catalogue's spread that a figure must keep from a bound: people do not mean the edge exactly."""


class Drawer:
    """Draws wants over one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._counts = {name: catalogue.counts(name) for name in catalogue.domain.of_kind("category", "text", "entity")}
        self._spreads = {
            name: np.nanquantile(catalogue.numbers(name), [0.05, 0.95]) for name in catalogue.domain.of_kind("number")
        }
        self._kinds: dict[str, Callable[[int, str, Facet, random.Random], Want | None]] = {
            "category": self._category,
            "text": self._phrase,
            "entity": self._name,
            "number": self._figure,
            "ordinal": self._figure,
        }

    def like(self, row: int, facet: str, chance: random.Random) -> Want | None:
        """Return something to ask for that the item at a row has; None where the facet gives nothing to ask for."""
        described = self._catalogue.domain.facets[facet]
        return self._kinds[described.kind](row, facet, described, chance)

    def dislike(self, rows: Sequence[int], facet: str, chance: random.Random, *, must: bool) -> Want | None:
        """Return something common that none of these items has."""
        has = {value for row in rows for value in self._catalogue.values(row, facet)}
        least = COMMON * len(self._catalogue)
        values = [value for value, count in self._counts[facet].items() if count >= least and value not in has]
        if not values:
            return None
        value = chance.choice(values)
        return Want(id="", facet=facet, value=value, polarity="dislike", strength="must" if must else "prefer")

    def _category(self, row: int, name: str, facet: Facet, chance: random.Random) -> Want | None:
        usual = 0.5 * len(self._catalogue)
        values = [value for value in self._catalogue.values(row, name) if self._counts[name][value] < usual]
        if not values:
            return None
        return Want(id="", facet=name, value=chance.choice(values[:_LEADING]), strength=facet.strength)

    def _phrase(self, row: int, name: str, facet: Facet, chance: random.Random) -> Want | None:
        series = self._catalogue.series_names
        values = [
            value
            for value in self._catalogue.values(row, name)
            if FEWEST <= self._counts[name].get(value, 0) <= MOST and value not in series
        ]
        return Want(id="", facet=name, value=chance.choice(values)) if values else None

    def _name(self, row: int, name: str, facet: Facet, chance: random.Random) -> Want | None:
        role = chance.choice(list(facet.roles))
        values = [
            value
            for value in self._catalogue.values(row, name, role)[:_LEADING]
            if self._catalogue.holders(name, value, role) >= FEWEST
        ]
        if not values:
            return None
        return Want(id="", facet=name, value=chance.choice(values), role=role, strength="must")

    def _figure(self, row: int, name: str, facet: Facet, chance: random.Random) -> Want | None:
        """Return bounds that people say: a decade, or one end at a round figure, well clear of the item's own."""
        figures = self._catalogue.numbers(name)
        figure = float(figures[row])
        if np.isnan(figure):
            return None
        if facet.kind == "ordinal":
            return Want(id="", facet=name, max=figure, strength="must") if figure < len(facet.values) - 1 else None
        if facet.calendar and chance.random() < 0.5:
            decade = figure // 10 * 10
            return Want(id="", facet=name, min=decade, max=decade + 9, strength="must")
        low, high = self._spreads[name]
        clear, step = _NEAR_BOUND * (high - low), _round_step(high - low)
        above = [end for end in np.arange(low // step * step, high, step) if end >= figure + clear]
        below = [end for end in np.arange(low // step * step, high, step) if end <= figure - clear]
        if chance.random() < 0.65 and above:
            return Want(id="", facet=name, max=float(chance.choice(above[:3])), strength="must")
        if below:
            return Want(id="", facet=name, min=float(chance.choice(below[-3:])), strength="must")
        return None


def _round_step(spread: float) -> float:
    """The size of step in which people name figures over this spread: a tenth of it or so, 1, 2 or 5 times a ten."""
    rough = max(spread / 8, 1e-9)
    ten = 10 ** np.floor(np.log10(rough))
    return float(min((1, 2, 5, 10), key=lambda times: abs(times * ten - rough)) * ten)
