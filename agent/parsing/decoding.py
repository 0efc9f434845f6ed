"""From logits to spans: the best sequence of tags that makes sense, whole words, and fragments joined."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.parsing.labels import TAGS

FloatArray = NDArray[np.float32]

_OUTSIDE, _BEGIN, _INSIDE = (TAGS.index(tag) for tag in ("outside", "begin", "inside"))
_JOINING = frozenset({"", "-", "'", "’", "/", "of", "the", "of the", "a", "&", "in", "on", "in the", "on a"})
"""What may stand between two pieces of one phrase."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of tokens (of the turn only, from 0) and of characters; ends exclusive."""

    first: int
    last: int
    start: int
    end: int
    score: float
    """Mean probability of its tokens not being outside."""


def spans_of(logits: FloatArray, offsets: Sequence[tuple[int, int]], text: str, looseness: float = 0.0) -> list[Span]:
    """Return the spans of one layer, in order, none overlapping.

    logits: (tokens, tags) of the turn's own tokens. looseness is added to the tags that are not outside: above 0 more
    spans are found, for a threshold on confidence to choose from.
    """
    if not len(logits):
        return []
    log_p = _log_chances(logits)
    loosened = log_p.copy()
    loosened[:, _BEGIN:] += looseness
    found = _words(_runs(_best_path(loosened)), offsets, text)
    return [_span(first, last, log_p, offsets) for first, last in found]


def with_places(
    spans: Sequence[Span], places: Sequence[tuple[int, int]], logits: FloatArray, offsets: Sequence[tuple[int, int]]
) -> list[Span]:
    """Return the spans and one for each place in the text that none of them touches, in order.

    places: character ranges that something else than the tags speaks for.
    """
    added = list(spans)
    log_p = _log_chances(logits) if len(logits) else logits
    for start, end in places:
        tokens = [at for at, (first, last) in enumerate(offsets) if first < end and start < last]
        if tokens and not any(span.start < end and start < span.end for span in added):
            added.append(_span(tokens[0], tokens[-1] + 1, log_p, offsets))
    return sorted(added, key=lambda span: span.first)


def joined(spans: Sequence[Span], text: str, same: Sequence[str]) -> list[list[int]]:
    """Return groups of positions in `spans` that are pieces of one phrase: neighbours of the same kind, little between.

    same: a key a span; only spans with equal, non-empty keys are joined.
    """
    groups: list[list[int]] = []
    for at, span in enumerate(spans):
        if groups:
            last = groups[-1][-1]
            between = text[spans[last].end : span.start].strip().lower()
            if same[at] and same[at] == same[last] and between in _JOINING:
                groups[-1].append(at)
                continue
        groups.append([at])
    return groups


def _best_path(log_p: FloatArray) -> list[int]:
    """Viterbi over the tags: inside follows only begin or inside.

    Over plain floats: with three tags numpy's calls cost ten times the arithmetic.
    """
    rows: list[list[float]] = log_p.tolist()
    best = rows[0]
    best[_INSIDE] = -math.inf
    back: list[list[int]] = []
    for row in rows[1:]:
        before = [best.index(max(best))] * len(TAGS)
        before[_INSIDE] = _INSIDE if best[_INSIDE] > best[_BEGIN] else _BEGIN
        back.append(before)
        best = [best[last] + row[tag] for tag, last in enumerate(before)]
    path = [best.index(max(best))]
    for before in reversed(back):
        path.append(before[path[-1]])
    return path[::-1]


def _runs(path: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at, tag in enumerate(path):
        if tag == _BEGIN:
            runs.append((at, at + 1))
        elif tag == _INSIDE and runs:
            runs[-1] = (runs[-1][0], at + 1)
    return runs


def _words(runs: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Widen runs of tokens to whole words, and unite those that then meet."""
    widened: list[tuple[int, int]] = []
    for first, last in runs:
        while first > 0 and offsets[first - 1][1] == offsets[first][0] and text[offsets[first][0]].isalnum():
            if not text[offsets[first - 1][0]].isalnum():
                break
            first -= 1
        while last < len(offsets) and offsets[last][0] == offsets[last - 1][1] and text[offsets[last][0]].isalnum():
            if not text[offsets[last - 1][1] - 1].isalnum():
                break
            last += 1
        if widened and first < widened[-1][1]:
            widened[-1] = (widened[-1][0], max(last, widened[-1][1]))
        else:
            widened.append((first, last))
    return widened


def _log_chances(logits: FloatArray) -> FloatArray:
    shifted = logits - logits.max(-1, keepdims=True)
    chances: FloatArray = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return chances


def _span(first: int, last: int, log_p: FloatArray, offsets: Sequence[tuple[int, int]]) -> Span:
    inside = 1.0 - np.exp(log_p[first:last, _OUTSIDE])
    return Span(first, last, offsets[first][0], offsets[last - 1][1], float(inside.mean()))
