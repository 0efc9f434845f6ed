"""similar: find and judge items by likeness to items named or liked."""

from typing import Annotated

import numpy as np
from pydantic import Field

from tools.candidates import Candidates
from tools.collaborative import Liked, follow
from tools.context import ToolContext
from tools.likeness import LikenessMeasure
from tools.pool import nominate
from tools.wishes import Arguments, Seed


class SimilarArguments(Arguments):
    """Find items like given ones, by what they are about and by the traits they share; never the given ones."""

    items: Annotated[tuple[Seed, ...], Field(max_length=20)]
    k: Annotated[int, Field(ge=1, le=2000)] = 120
    """How many neighbours each item may bring in."""


def similar(context: ToolContext, arguments: SimilarArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column an item, and one of what people who liked them like, where that is known.

    Raises UnknownItem for an id that the catalogue does not have.
    """
    if not arguments.items:
        return candidates, None
    measures = [LikenessMeasure(context, seed.id) for seed in arguments.items]
    others = np.ones(context.size, dtype=np.bool_)
    others[[measure.row for measure in measures]] = False
    weights = [seed.weight for seed in arguments.items]
    candidates = nominate(context, candidates.restrict(others), measures, weights, arguments.k)
    for seed, measure in zip(arguments.items, measures, strict=True):
        candidates = candidates.judge("similar", seed.id, measure, weight=seed.weight, about=seed)
    liked = [Liked(measure.row, weight) for measure, weight in zip(measures, weights, strict=True)]
    return follow(context.collaborative, candidates, "seeds", liked), None
