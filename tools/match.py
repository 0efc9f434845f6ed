"""match: find and judge items by what is wished for, each wish by itself."""

from typing import Annotated

from pydantic import Field

from tools.candidates import Candidates, Measure
from tools.context import ToolContext
from tools.measures import BestMeasure, WordsMeasure, measure_of
from tools.pool import nominate
from tools.wishes import Arguments, Wish, alternatives

MUST_WEIGHT = 0.3
"""Of a wish that filter has already seen to: what is left to tell is how much an item is what was asked for."""
MUST_FIGURE_WEIGHT = 0.1
"""The same of bounds, which are kept or not."""
TEXT_KEY = "text"
"""Key of the column for free words that no wish covers."""


class MatchArguments(Arguments):
    """Find items that fit the wishes: closed values by agreement, figures by closeness, words by meaning and wording.
    Give all likes, musts included: among items that keep a must it still tells which keep it best."""

    wishes: tuple[Wish, ...] = ()
    text: Annotated[str, Field(max_length=2000)] | None = None
    """Free words that no wish covers."""
    k: Annotated[int, Field(ge=1, le=2000)] = 120
    """How many items each wish may bring in by meaning."""


def match(context: ToolContext, arguments: MatchArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column a wish (an or-group is one). Dislikes among the wishes are left to attenuate.

    Raises ToolError for a wish that the domain does not know.
    """
    groups = alternatives(wish for wish in arguments.wishes if wish.polarity == "like")
    measures = [_measure(context, group) for group in groups]
    weights = [max(_weight(wish) for wish in group) for group in groups]
    words = (arguments.text or "").strip()
    if words:
        measures.append(WordsMeasure(context, words))
        weights.append(1.0)
    if not measures:
        return candidates, None
    candidates = nominate(context, candidates, measures, weights, arguments.k)
    keys = [group[0].id for group in groups] + [TEXT_KEY] * bool(words)
    abouts = [*groups, *[None] * bool(words)]
    for key, about, measure, weight in zip(keys, abouts, measures, weights, strict=True):
        candidates = candidates.judge("match", key, measure, weight=weight, about=about)
    return candidates, None


def _measure(context: ToolContext, group: tuple[Wish, ...]) -> Measure:
    measures = [measure_of(context, wish) for wish in group]
    return measures[0] if len(measures) == 1 else BestMeasure(measures)


def _weight(wish: Wish) -> float:
    if wish.strength == "prefer":
        return wish.weight
    return wish.weight * (MUST_FIGURE_WEIGHT if wish.value is None else MUST_WEIGHT)
