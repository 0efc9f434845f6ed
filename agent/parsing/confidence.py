"""How likely a statement is to be right, from what speaks for it; the weights are fitted on validation turns."""

import math
from collections.abc import Sequence

from agent.parsing.reading import Marked

_EDGE = 1e-4
_SETTLED = 3.0
"""Log-odds from which a value counts as settled."""


def wish_evidence(marked: Marked, agreed: bool, value: float, asked: float, own_words: bool) -> tuple[float, ...]:
    """What speaks for a wish: log-odds of its span, facet and polarity, whether lexicon or grammar agree, and more.

    value: probability of the value where a head chose it, 1 where nothing had to be chosen; asked: probability that
    the turn asks for something at all; own_words: whether the value is words as they stand.
    """
    return (
        _log_odds(marked.span.score),
        _log_odds(marked.chance("facet")),
        _log_odds(marked.chance("polarity")),
        float(agreed),
        min(0.0, _log_odds(value) - _SETTLED),
        _log_odds(asked),
        float(own_words),
    )


def item_evidence(marked: Marked, trust: float, named: bool, known: bool, capital: bool) -> tuple[float, ...]:
    """What speaks for an item reference: log-odds of its span and relation, the linker's score, how it is said.

    known: it is in the catalogue, on screen or was offered; capital: it is spelt as a name within a sentence.
    """
    return (
        _log_odds(marked.span.score),
        _log_odds(marked.chance("relation")),
        trust,
        float(named),
        float(known),
        float(capital and not known),
        float(named and not known and not capital),
    )


def confidence(evidence: Sequence[float], weights: Sequence[float]) -> float:
    """Return the calibrated probability, 0 to 1; the last weight is the offset."""
    total = weights[-1] + sum(weight * part for weight, part in zip(weights, evidence, strict=False))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def _log_odds(chance: float) -> float:
    bounded = min(max(chance, _EDGE), 1 - _EDGE)
    return math.log(bounded / (1 - bounded))
