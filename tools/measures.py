"""Measures: how far items have what one wish or one item asks for, 0 to 1.

Every kind of facet is measured in its own way, and all on one scale, so that they can be added up:
an item that has what is wished scores at least HAS, one that is merely near to it stays under SIBLING.
"""

from collections.abc import Sequence

import numpy as np

from tools.candidates import Measure, Rows, Scores
from tools.context import ToolContext
from tools.phrases import Phrase
from tools.wishes import Wish

HAS = 0.8
"""The least that an item scores which has the wished value; the rest up to 1 is for how telling it is there."""
SIBLING = 0.55
"""The most that an item scores which lacks the wished closed value but has one much like it ('funny' for 'light')."""
NEAR = 0.35
"""The most that an item scores which has neither, however close its text comes to those that have."""


class ValueMeasure:
    """A closed value: items that list it, most telling first; else how near they are to those that do."""

    words: str | None = None
    labelled = True

    def __init__(self, context: ToolContext, facet: str, value: str) -> None:
        self._context = context
        self._facet = facet
        self._value = value
        self.vector = context.direction(facet, value)
        self._scale = context.scale(self.vector)
        siblings = context.siblings(facet, value)
        self._siblings = {other: SIBLING * (cosine - 0.5) / 0.5 for other, cosine in siblings.items()}

    def __call__(self, rows: Rows) -> Scores:
        catalogue = self._context.catalogue
        near = self._scale(self._context.cosines(rows, self.vector))
        place = catalogue.places(rows, self._facet, self._value)
        telling = HAS + (1 - HAS) * (0.7 / (1 + np.maximum(place, 0)) + 0.3 * near)
        lacking = np.maximum(NEAR * near, catalogue.best(rows, self._facet, [self._siblings])[:, 0])
        return np.where(place >= 0, telling, lacking).astype(np.float32)

    def add_roughly(self, totals: Scores, weight: float) -> None:
        totals[self._context.catalogue.rows_with(self._facet, self._value)] += weight


class NameMeasure:
    """A name in a role or any: has it or not, leading names a little more."""

    vector: Scores | None = None
    words: str | None = None
    labelled = True

    def __init__(self, context: ToolContext, wish: Wish) -> None:
        self._context = context
        self._wish = wish

    def __call__(self, rows: Rows) -> Scores:
        wish = self._wish
        place = self._context.catalogue.places(rows, wish.facet, wish.value or "", wish.role)
        return np.where(place >= 0, HAS + (1 - HAS) / (1 + np.maximum(place, 0)), 0).astype(np.float32)

    def add_roughly(self, totals: Scores, weight: float) -> None:
        wish = self._wish
        totals[self._context.catalogue.rows_with(wish.facet, wish.value or "", wish.role)] += weight


class FigureMeasure:
    """Bounds on a number or ordinal: 1 inside, halved by every step outside, 0 where the figure is not known."""

    vector: Scores | None = None
    words: str | None = None
    labelled = True

    def __init__(self, context: ToolContext, wish: Wish) -> None:
        self._figures = context.catalogue.numbers(wish.facet)
        self._step = context.step(wish.facet)
        self._low = -np.inf if wish.min is None else wish.min
        self._high = np.inf if wish.max is None else wish.max

    def __call__(self, rows: Rows) -> Scores:
        return self._closeness(self._figures[rows])

    def add_roughly(self, totals: Scores, weight: float) -> None:
        totals += weight * ((self._figures >= self._low) & (self._figures <= self._high))

    def _closeness(self, figures: Scores) -> Scores:
        outside = np.maximum(np.maximum(self._low - figures, figures - self._high), 0)
        return np.asarray(np.nan_to_num(np.exp2(-outside / self._step), nan=0.0), dtype=np.float32)


class WordsMeasure:
    """Free words: listed phrases that mean the same, else meaning and wording of the item's text."""

    labelled = False

    def __init__(self, context: ToolContext, words: str) -> None:
        self._context = context
        self.words: str | None = words
        self.vector: Scores = context.embedder.encode([words])[0]
        self.phrases: tuple[Phrase, ...] = context.phrases(words)
        self._scale = context.scale(self.vector)
        self._lexical = context.lexical(words)

    def __call__(self, rows: Rows) -> Scores:
        meaning = self._scale(self._context.cosines(rows, self.vector))
        wording = self._lexical(rows)
        listed = self._listed(rows)
        unlisted = 0.45 * meaning + 0.3 * wording
        return np.asarray(np.maximum(listed * (0.8 + 0.15 * meaning + 0.05 * wording), unlisted), dtype=np.float32)

    def _listed(self, rows: Rows) -> Scores:
        catalogue = self._context.catalogue
        grades = {phrase.text: phrase.closeness for phrase in self.phrases}
        return catalogue.best(rows, catalogue.domain.text_facet, [grades])[:, 0]

    def add_roughly(self, totals: Scores, weight: float) -> None:
        catalogue = self._context.catalogue
        for phrase in self.phrases[:8]:
            totals[catalogue.rows_with(catalogue.domain.text_facet, phrase.text)] += 0.5 * weight * phrase.closeness


class BestMeasure:
    """Alternatives: the best of them counts."""

    vector: Scores | None = None
    words: str | None = None
    labelled = True

    def __init__(self, measures: Sequence[Measure]) -> None:
        self.measures = tuple(measures)

    def __call__(self, rows: Rows) -> Scores:
        return np.asarray(np.max([measure(rows) for measure in self.measures], axis=0), dtype=np.float32)

    def best(self, row: int) -> int:
        """Return which of the alternatives an item fits best, the first of equals."""
        rows = np.array([row], dtype=np.int32)
        return int(np.argmax([measure(rows)[0] for measure in self.measures]))

    def add_roughly(self, totals: Scores, weight: float) -> None:
        best = np.zeros_like(totals)
        for measure in self.measures:
            one = np.zeros_like(totals)
            measure.add_roughly(one, weight)
            np.maximum(best, one, out=best)
        totals += best


def measure_of(context: ToolContext, wish: Wish) -> Measure:
    """Return the measure of one wish, whatever its polarity. Raises ToolError if it does not fit the domain."""
    wish.check(context.catalogue.domain)
    kind = context.catalogue.domain.facets[wish.facet].kind
    if kind == "category":
        return ValueMeasure(context, wish.facet, wish.value or "")
    if kind == "entity":
        return NameMeasure(context, wish)
    if kind == "text":
        return WordsMeasure(context, wish.value or "")
    return FigureMeasure(context, wish)


class ShareMeasure:
    """A prior: figures already brought to 0..1."""

    vector: Scores | None = None
    words: str | None = None
    labelled = True

    def __init__(self, shares: Scores) -> None:
        self._shares = shares

    def __call__(self, rows: Rows) -> Scores:
        return self._shares[rows]

    def add_roughly(self, totals: Scores, weight: float) -> None:
        totals += weight * self._shares
