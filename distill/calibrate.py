"""Fits how evidence becomes confidence, and the thresholds, on validation turns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agent.commands import ItemReference, Preference
from agent.parsing.agreement import Matcher, item_key
from agent.parsing.compact import Candidate, CompactParser
from agent.parsing.confidence import confidence
from agent.parsing.labelled import LabelledTurn
from agent.parsing.offers import Find, offers_of
from agent.parsing.parser import ParseInput
from agent.parsing.reading import NetworkReader
from agent.parsing.weights import Calibration

BETA = 0.7
"""Of the F measure that decides which wishes are kept: one that nobody had is worse than one that is missed."""

Link = Callable[[ParseInput], ParseInput]
FloatArray = NDArray[np.float64]


@dataclass(slots=True)
class Evidence:
    """What was found on validation turns: rows of evidence, whether each was right, and how many were wanted."""

    rows: list[tuple[float, ...]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    wanted: int = 0

    def add(self, evidence: tuple[float, ...], right: bool) -> None:
        self.rows.append(evidence)
        self.right.append(right)


def calibrate(
    parser: CompactParser,
    reader: NetworkReader,
    turns: Iterable[LabelledTurn],
    link: Link,
    find: Find,
    matcher: Matcher,
) -> tuple[Calibration, Evidence, Evidence]:
    """Return the calibration, and the evidence it was fitted on for wishes and for items."""
    wishes, items = Evidence(), Evidence()
    for labelled in turns:
        turn = link(labelled.turn)
        reading, offers = reader.read(turn), offers_of(turn, find)
        _note_wishes(wishes, parser.wish_candidates(turn, reading, offers), labelled, matcher)
        _note_items(items, parser.item_candidates(turn, reading, offers), labelled)
    wish_weights, item_weights = fit(wishes), fit(items)
    return (
        Calibration(
            wish=wish_weights,
            item=item_weights,
            keep_wish=best_threshold(wishes, wish_weights, BETA),
            keep_item=best_threshold(items, item_weights),
        ),
        wishes,
        items,
    )


def _note_wishes(
    noted: Evidence, candidates: Sequence[Candidate[Preference]], labelled: LabelledTurn, matcher: Matcher
) -> None:
    labels = [(label,) for label in labelled.command.preferences]
    matched = {column for _, column, _ in matcher.pairs(labels, [one.part for one in candidates])}
    for at, candidate in enumerate(candidates):
        noted.add(candidate.evidence, at in matched)
    noted.wanted += len(labels)


def _note_items(noted: Evidence, candidates: Sequence[Candidate[ItemReference]], labelled: LabelledTurn) -> None:
    slate = labelled.turn.slate
    wanted = {(item_key(label.ref, slate), label.relation) for label in labelled.command.items}
    for candidate in candidates:
        noted.add(candidate.evidence, (item_key(candidate.part.ref, slate), candidate.part.relation) in wanted)
    noted.wanted += len(wanted)


def fit(evidence: Evidence, penalty: float = 0.5, steps: int = 50) -> tuple[float, ...]:
    """Return the weights of a logistic regression, the offset last, by Newton's method with a ridge penalty."""
    if not evidence.rows:
        return (1.0,)
    rows = np.column_stack([np.array(evidence.rows), np.ones(len(evidence.rows))])
    right = np.array(evidence.right, float)
    weights = np.zeros(rows.shape[1])
    ridge = penalty * np.eye(rows.shape[1])
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (chances - right) + ridge @ weights
        curvature = (rows * (chances * (1 - chances))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return tuple(round(float(weight), 4) for weight in weights)


def best_threshold(evidence: Evidence, weights: Sequence[float], beta: float = 1.0) -> float:
    """Return the confidence from which keeping gives the best F measure.

    beta: how much recall counts against precision. With calibrated confidences the best threshold is the F measure
    that it reaches over 1 + beta² (Lipton et al. 2014 for beta 1), which a small validation set says more steadily
    than the place of the maximum.
    """
    chances = np.array([confidence(row, weights) for row in evidence.rows])
    right = np.array(evidence.right)
    square = beta * beta
    best = 0.0
    for threshold in np.arange(0.1, 0.9, 0.02):
        kept = chances >= threshold
        hits = int((kept & right).sum())
        best = max(best, (1 + square) * hits / max(1.0, int(kept.sum()) + square * evidence.wanted))
    return round(best / (1 + square), 3)


def reliability(evidence: Evidence, weights: Sequence[float], bins: int = 10) -> list[tuple[float, float, int]]:
    """Return (mean confidence, share right, how many) for each bin of confidence that holds any."""
    chances: FloatArray = np.array([confidence(row, weights) for row in evidence.rows])
    right = np.array(evidence.right, float)
    table = []
    for at in range(bins):
        inside = (chances >= at / bins) & (chances < (at + 1) / bins + (at == bins - 1))
        if inside.any():
            table.append((float(chances[inside].mean()), float(right[inside].mean()), int(inside.sum())))
    return table
