"""affinity: lean mildly towards what is remembered of a person."""

from typing import Annotated

from pydantic import Field

from tools.candidates import Candidates, Measure
from tools.context import ToolContext
from tools.likeness import LikenessMeasure
from tools.measures import measure_of
from tools.pool import nominate, pooled
from tools.wishes import Arguments, Seed, Wish


class AffinityArguments(Arguments):
    """Lean mildly towards a profile: items liked and disliked before, lasting wishes that are not musts."""

    liked: Annotated[tuple[Seed, ...], Field(max_length=20)] = ()
    disliked: Annotated[tuple[Seed, ...], Field(max_length=20)] = ()
    wishes: tuple[Wish, ...] = ()


def affinity(context: ToolContext, arguments: AffinityArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column an item and a wish, dislikes counting against.

    Raises ToolError for a wish that the domain does not know, UnknownItem for an item that the catalogue does not.
    """
    likes: list[tuple[Wish | Seed]] = []
    likes += [(wish, measure_of(context, wish)) for wish in arguments.wishes if wish.polarity == "like"]
    likes += [(seed, LikenessMeasure(context, seed.id)) for seed in arguments.liked]
    dislikes: list[tuple[Wish | Seed]] = []
    dislikes += [(wish, measure_of(context, wish)) for wish in arguments.wishes if wish.polarity == "dislike"]
    dislikes += [(seed, LikenessMeasure(context, seed.id)) for seed in arguments.disliked]
    if not likes and not dislikes:
        return candidates, None
    if likes and not candidates.pooled:
        weights = [about.weight for about, _ in likes]
        candidates = nominate(context, candidates, [measure for _, measure in likes], weights, 100)
    candidates = pooled(context, candidates)
    for sign, judged in ((1, likes), (-1, dislikes)):
        for about, measure in judged:
            candidates = candidates.judge(
                "affinity", about.id, measure, weight=about.weight, sign=sign, about=_about(about)
            )
    return candidates, None


def _about(about: Wish | Seed) -> tuple[Wish, ...] | Seed:
    return (about,) if isinstance(about, Wish) else about
