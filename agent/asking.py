"""One clarifying question, when the answer would split the candidates best."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from agent.commands import Range
from agent.history import View
from agent.phrasing import say_range
from agent.turns import Question
from tools.candidates import Rows
from tools.catalogue import Catalogue
from tools.domain import Facet

VAGUE_WISHES = 2
"""With more wishes than this, people have said what they want; asking would be a chore."""
ENOUGH_CANDIDATES = 40
"""With fewer candidates the slate itself answers faster than a question."""
LEAST_GAIN = 1.0
"""Bits. Less than halving the candidates is not worth a question."""
MOST_QUESTIONS = 2
"""In one epoch; whoever has answered two wants a list, not a third."""
ANSWERS = 4
NO_PREFERENCE = "no preference"


def choose_question(view: View, rows: Rows, catalogue: Catalogue) -> Question | None:
    """Return the question with the largest expected information gain over the candidates, or None if none pays.

    rows: candidates, best first. The gain of asking about a facet is the entropy of the answers that the candidates
    would give, each item sharing itself out over its values, with all answers but the few that can be offered taken
    together: they would not be told apart (Shannon; decision-tree splitting). Facets that a wish is already about,
    and those asked about before, are left out.
    """
    vague = len(view.all_wishes) + len(view.seeds) <= VAGUE_WISHES
    if not vague or len(rows) < ENOUGH_CANDIDATES or len(view.asked) >= MOST_QUESTIONS:
        return None
    taken = {wish.facet for wish in (*view.all_wishes, *view.resting)} | set(view.asked)
    best: tuple[float, Question] | None = None
    for name, facet in catalogue.domain.facets.items():
        if facet.question is None or name in taken:
            continue
        shares = _answers(name, facet, rows, catalogue)
        offered = Counter(shares).most_common(ANSWERS)
        others = sum(shares.values()) - sum(share for _, share in offered)
        gain = entropy([*(share for _, share in offered), others])
        if len(offered) >= 2 and gain >= LEAST_GAIN and (best is None or gain > best[0]):
            answers = tuple(value for value, _ in offered)
            best = (gain, Question(facet=name, text=facet.question, answers=(*answers, NO_PREFERENCE)))
    return best[1] if best else None


def entropy(shares: Sequence[float]) -> float:
    """Return the entropy in bits of answers with these weights (any scale). Source: Shannon 1948."""
    total = sum(shares)
    return -sum(share / total * math.log2(share / total) for share in shares if share > 0) if total else 0.0


def _answers(name: str, facet: Facet, rows: Rows, catalogue: Catalogue) -> dict[str, float]:
    """How many candidates each answer would leave."""
    if facet.kind == "number":
        return _bands(name, facet, rows, catalogue)
    shares: Counter[str] = Counter()
    for row in rows:
        values = catalogue.values(int(row), name)
        for value in values:
            shares[value] += 1 / len(values)  # type: ignore[assignment]
    return dict(shares)


def _bands(name: str, facet: Facet, rows: Rows, catalogue: Catalogue) -> dict[str, float]:
    """Decades for a calendar; else three stretches that hold a third of the candidates each."""
    figures = catalogue.numbers(name)[rows]
    figures = figures[~np.isnan(figures)]
    if not len(figures):
        return {}
    if facet.calendar:
        decades = Counter(int(figure // 10 * 10) for figure in figures)
        return {f"the {decade}s": count for decade, count in decades.items()}
    low, high = (float(round(end)) for end in np.quantile(figures, [1 / 3, 2 / 3]))
    if low >= high:
        return {}
    return {
        say_range(Range(max=low), facet): float((figures <= low).sum()),
        say_range(Range(min=low, max=high), facet): float(((figures > low) & (figures < high)).sum()),
        say_range(Range(min=high), facet): float((figures >= high).sum()),
    }
