"""The pool: which allowed items are worth judging exactly. All of them where they are few, nominated ones otherwise."""

from collections.abc import Sequence

import numpy as np

from tools.candidates import Candidates, Measure, Rows, Scores
from tools.context import ToolContext

FEW = 2500
"""So many allowed items are all judged: it takes a few milliseconds, and no nomination can miss one."""
_ROUGHLY_BEST = 250
_BY_WORDING = 100
_BEST_LIKED = 500
_SAMPLED = 64
"""Every so manieth score is looked at first."""


def nominate(
    context: ToolContext, candidates: Candidates, measures: Sequence[Measure], weights: Sequence[float], k: int
) -> Candidates:
    """Return candidates with every allowed item that might be among the best by these measures and those before.

    k: how many to take by meaning for each measure that no label answers; with several of them, or with those of
    earlier tools, as many again that are near to all together.
    """
    if (few := all_if_few(candidates)) is not None:
        return few
    vectors = [measure.vector for measure in measures if measure.vector is not None and not measure.labelled]
    earlier = [column.measure for column in candidates.columns if column.sign > 0]
    together = [measure.vector for measure in (*measures, *earlier) if measure.vector is not None]
    if len(vectors) > 1 or (vectors and earlier):
        vectors.append(_joined(together))
    found = [roughly_best(context, candidates, measures, weights)]
    if vectors:
        rows, _ = context.index.nearest(np.stack(vectors), k, candidates.allowed)
        found.append(rows[rows >= 0])
    worded = [measure.words for measure in measures if measure.words]
    found += [context.index.lexical(words, _BY_WORDING, candidates.allowed)[0] for words in worded]
    return candidates.nominate(np.concatenate(found).astype(np.int32))


def all_if_few(candidates: Candidates) -> Candidates | None:
    """Return candidates with all allowed rows in the pool if they are few, else None."""
    if candidates.pooled and len(candidates) == candidates.allowed_count:
        return candidates
    return candidates.nominate(candidates.allowed_rows()) if candidates.allowed_count <= FEW else None


def pooled(context: ToolContext, candidates: Candidates) -> Candidates:
    """Return candidates few enough to judge: as they are once nominated, else all if few, else the best liked."""
    if candidates.pooled:
        return candidates
    return all_if_few(candidates) or candidates.nominate(best_liked(context, candidates, _BEST_LIKED))


def roughly_best(
    context: ToolContext, candidates: Candidates, measures: Sequence[Measure], weights: Sequence[float]
) -> Rows:
    """Return the allowed rows that look best by what is cheap to tell of all rows, well-liked ones among equals."""
    totals = context.prior.copy()
    for column in candidates.columns:
        column.measure.add_roughly(totals, column.sign * column.weight)
    for measure, weight in zip(measures, weights, strict=True):
        measure.add_roughly(totals, weight)
    if candidates.allowed is None:
        return top(totals, _ROUGHLY_BEST)
    rows = candidates.allowed_rows()
    return rows[top(totals[rows], _ROUGHLY_BEST)]


def best_liked(context: ToolContext, candidates: Candidates, n: int) -> Rows:
    """Return n allowed rows by the prior alone, best first; fewer if fewer are allowed."""
    if candidates.allowed is None:
        return context.by_prior[:n]
    reach = 4 * n
    while True:
        ordered = context.by_prior[:reach]
        found = ordered[candidates.allowed[ordered]]
        if len(found) >= n or reach >= candidates.size:
            return found[:n]
        reach *= 4


def top(scores: Scores, n: int) -> Rows:
    """Return the positions of the n highest scores, in no order."""
    if len(scores) <= n:
        return np.arange(len(scores), dtype=np.int32)
    # What is least among the n highest of a sample is no higher than the nth of all: few enough reach it to be parted
    # quickly, where parting a million scores, most of them alike, takes up to a tenth of a second.
    sample = scores[::_SAMPLED]
    least = np.partition(sample, len(sample) - n)[len(sample) - n] if len(sample) > n else scores.min()
    rows = np.flatnonzero(scores >= least)
    return rows[np.argpartition(scores[rows], len(rows) - n)[-n:]].astype(np.int32)


def _joined(vectors: Sequence[Scores]) -> Scores:
    total = np.sum(vectors, axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)
