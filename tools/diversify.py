"""diversify: choose a slate whose items are good and not all alike."""

from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array

from tools.candidates import Candidates, Rows, Scores
from tools.context import ToolContext
from tools.wishes import Arguments

_CONSIDERED = 100
"""Candidates that can come into a slate of usual size; worse ones would be there for being odd only."""
_CONSIDERED_A_PLACE = 10
_LIKENESS = 0.35
"""Of likeness against score, at the same dial."""
_SAME_SERIES = 0.25
"""Taken off a second item of a series at any dial; less than one of two wishes is worth."""
_KIND_WEIGHT = {"text": 1.0, "category": 1.0, "entity": 0.7}


class DiversifyArguments(Arguments):
    """Choose a slate from ranked candidates, trading score against likeness to what is already chosen."""

    count: Annotated[int, Field(ge=1, le=50)] = 5
    dial: Annotated[float, Field(ge=0, le=1)] = 0.3
    """0: the best by score alone; 1: as different from each other as the candidates allow."""
    exclude: tuple[str, ...] = ()
    """Ids never to choose: shown, seen, disliked."""


def diversify(context: ToolContext, arguments: DiversifyArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return the chosen candidates in order of score: `count` of them whenever that many may be chosen.

    The best is always among them. Candidates that are not ranked count as equally good, in the order they have.
    Raises UnknownItem for an excluded id that the catalogue does not have.
    """
    excluded = np.array([context.catalogue.row(item_id) for item_id in arguments.exclude], dtype=np.int32)
    open_to = np.flatnonzero(~np.isin(candidates.rows, excluded))
    considered = open_to[: max(_CONSIDERED, _CONSIDERED_A_PLACE * arguments.count)]
    if not len(considered):
        return candidates.take(considered), None
    rows = candidates.rows[considered]
    score = np.zeros(len(rows), dtype=np.float32) if candidates.score is None else candidates.score[considered]
    chosen = _choose(score, _likeness(context, rows), _series(context, rows), arguments)
    return candidates.take(considered[np.sort(chosen)]), None


def _choose(score: Scores, likeness: Scores, series: Rows, arguments: DiversifyArguments) -> list[int]:
    """Maximal marginal relevance: each next one is the best by score less its likeness to the likest chosen."""
    chosen: list[int] = []
    nearest = np.zeros(len(score), dtype=np.float32)
    taken_off = np.zeros(len(score), dtype=np.float32)
    while len(chosen) < min(arguments.count, len(score)):
        value = (1 - arguments.dial) * score - _LIKENESS * arguments.dial * nearest - taken_off
        if not chosen:
            value = score.copy()
        value[chosen] = -np.inf
        best = int(np.argmax(value))
        chosen.append(best)
        nearest = np.maximum(nearest, likeness[best])
        if series[best] >= 0:
            taken_off += _SAME_SERIES * (series == series[best])
    return chosen


def _likeness(context: ToolContext, rows: Rows) -> Scores:
    """(n, n) how alike items are, 0 to 1: half by meaning, half by the values they share."""
    vectors = context.index.vectors(rows) - context.centre
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    values = _values(context, rows)
    shared = (values @ values.T).toarray()
    return np.asarray(0.5 * np.clip(vectors @ vectors.T, 0, 1) + 0.5 * shared, dtype=np.float32)


def _values(context: ToolContext, rows: Rows) -> csr_array:
    """(n, values) which values each item has, as unit rows; items of no values are rows of zeros."""
    catalogue = context.catalogue
    owners, numbers, weights = [], [], []
    width = 0
    for name, facet in catalogue.domain.of_kind("category", "text", "entity").items():
        for whose, which in catalogue.cells(rows, name):
            owners.append(whose)
            numbers.append(which + width)
            weights.append(np.full(len(which), _KIND_WEIGHT[facet.kind], dtype=np.float32))
            width += int(which.max(initial=-1)) + 1
    owner, weight = np.concatenate(owners), np.concatenate(weights)
    lengths = np.sqrt(np.bincount(owner, weight**2, len(rows)))
    return csr_array((weight / lengths[owner], (owner, np.concatenate(numbers))), shape=(len(rows), width))


def _series(context: ToolContext, rows: Rows) -> Rows:
    """(n,) a number for each series, -1 for items of none."""
    numbers: dict[str, int] = {}
    found = [context.catalogue.series(row) for row in rows.tolist()]
    return np.array([-1 if one is None else numbers.setdefault(one, len(numbers)) for one in found], dtype=np.int32)
