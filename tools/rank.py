"""rank: one score from all columns, every contribution kept.

With s the 0..1 score of a column and w its weight, an item's score is the sum of these contributions:

match, similar   FIT * f * p / (sum of p), where p = w * sqrt(s) and f = (sum of p / sum of w) squared: the mean of
                 what is wished, in which missing one wish costs more than half-keeping two; several seeds together
                 weigh sqrt(their number) times one
propose          PROPOSED * s: what a language model named, if one was asked
affinity         LEAN * w * s * s / (sum of w * s), signed: what fits best of a long profile counts, not its mean
collaborative    TOGETHER * s for the seeds of `similar`, ALIKE * s for a profile: what people of one taste like
attenuate        -HELD_AGAINST * w * s
rank             0.12 * quality + 0.05 * popularity, each as the share of the catalogue that the item is not under;
                 a prior is left out when a wish is about its figure

With nothing to fit, affinity takes FIT's part; otherwise ALIKE is the smaller ALIKE_LEAN. Ties go to the better known
item, then to the smaller id.
"""

from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import Field

from tools.candidates import Candidates, Column, Scores, Source
from tools.context import PRIOR_POPULARITY, PRIOR_QUALITY, ToolContext
from tools.measures import ShareMeasure
from tools.pool import best_liked, pooled
from tools.wishes import Arguments, Wish

FIT = 0.75
LEAN = 0.20
HELD_AGAINST = 0.40
PROPOSED = 0.25
"""A third of a perfect fit: enough to lead among items that fit alike, never enough to beat a clearly better fit."""
TOGETHER = 0.25
ALIKE, ALIKE_LEAN = 4.0, 0.20
"""With nothing to fit but a profile, what people of the same taste like tells more than what the items are about;
docs/interactions.md has the figures."""
_SIMILAR_WEIGHT = 1.8
_LEAST_POOL = 200


class RankArguments(Arguments):
    """Order the candidates by the sum of what speaks for and against them, with a weak prior for well-liked and
    well-known items."""

    limit: Annotated[int, Field(ge=1, le=5000)] = 3000
    """How many to keep."""


def rank(context: ToolContext, arguments: RankArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return the best candidates, best first, with `score` and `amounts`; ties by popularity, then id."""
    candidates = pooled(context, candidates)
    if len(candidates) < min(_LEAST_POOL, candidates.allowed_count):
        candidates = candidates.nominate(best_liked(context, candidates, _LEAST_POOL))
    candidates = score(context, candidates)
    assert candidates.score is not None
    known = np.nan_to_num(context.catalogue.popularity[candidates.rows], nan=-1.0)
    ids = np.array([context.catalogue.ids[row] for row in candidates.rows])
    order = np.lexsort((ids, -known, -np.round(candidates.score, 6)))
    return candidates.take(order[: arguments.limit]), None


def score(context: ToolContext, candidates: Candidates) -> Candidates:
    """Return the candidates in the order they have, with prior columns, `amounts` and `score`."""
    candidates = candidates.without("rank")
    for key, prior, weight in _priors(context, candidates):
        candidates = candidates.judge("rank", key, ShareMeasure(prior), weight=weight, about=None)
    by_source = {source: _of(candidates, source) for source in get_args(Source)}
    amounts = np.zeros((len(candidates), len(candidates.columns)), dtype=np.float32)
    fitting = by_source["match"] + by_source["similar"]
    _fit(candidates, fitting, amounts)
    _lean(candidates, by_source["affinity"], LEAN if fitting else FIT, amounts)
    for place in by_source["propose"]:
        amounts[:, place] = PROPOSED * candidates.columns[place].scores
    for place in by_source["collaborative"]:
        column = candidates.columns[place]
        share = TOGETHER if column.key == "seeds" else (ALIKE_LEAN if fitting else ALIKE)
        amounts[:, place] = share * column.scores
    for place in by_source["attenuate"]:
        column = candidates.columns[place]
        amounts[:, place] = -HELD_AGAINST * column.weight * column.scores
    for place in by_source["rank"]:
        amounts[:, place] = candidates.columns[place].weight * candidates.columns[place].scores
    return candidates.scored(amounts)


def _of(candidates: Candidates, source: str) -> list[int]:
    return [place for place, column in enumerate(candidates.columns) if column.source == source]


def _fit(candidates: Candidates, places: list[int], amounts: Scores) -> None:
    if not places:
        return
    columns = [candidates.columns[place] for place in places]
    seeds = sum(column.source == "similar" for column in columns)
    weights = [
        column.weight * (_SIMILAR_WEIGHT / np.sqrt(seeds) if column.source == "similar" else 1.0) for column in columns
    ]
    parts = np.stack([weight * np.sqrt(column.scores) for weight, column in zip(weights, columns, strict=True)], axis=1)
    # f * p / (sum of p), with f = (sum of p / sum of w) squared.
    amounts[:, places] = FIT * parts * parts.sum(axis=1, keepdims=True) / sum(weights) ** 2


def _lean(candidates: Candidates, places: list[int], share: float, amounts: Scores) -> None:
    for sign in (1, -1):
        columns = [(place, candidates.columns[place]) for place in places if candidates.columns[place].sign == sign]
        total = np.maximum(sum(column.weight * column.scores for _, column in columns), 1e-6)
        for place, column in columns:
            amounts[:, place] = sign * share * column.weight * column.scores**2 / total


def _priors(
    context: ToolContext, candidates: Candidates
) -> list[tuple[Literal["quality", "popularity"], Scores, float]]:
    wished = {wish.facet for column in candidates.columns for wish in _wishes(column)}
    facets = context.catalogue.domain.facets
    columns = context.catalogue.domain.columns
    spoken_for = {name for facet in wished if facet in facets for name in facets[facet].all_columns}
    priors: list[tuple[Literal["quality", "popularity"], Scores, float]] = []
    if columns.quality and columns.quality not in spoken_for:
        priors.append(("quality", context.quality, PRIOR_QUALITY))
    if columns.popularity and columns.popularity not in spoken_for:
        priors.append(("popularity", context.popularity, PRIOR_POPULARITY))
    return priors


def _wishes(column: Column) -> tuple[Wish, ...]:
    return column.about if isinstance(column.about, tuple) else ()
