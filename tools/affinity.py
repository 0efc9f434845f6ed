"""affinity: lean mildly towards what is remembered of a person."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from tools.candidates import Candidates, Measure
from tools.collaborative import SEEN, Liked, follow
from tools.context import ToolContext
from tools.likeness import LikenessMeasure
from tools.measures import measure_of
from tools.pool import nominate, pooled
from tools.wishes import Arguments, Seed, Wish

_NEIGHBOURS = 100
"""How many each remembered thing may bring in, when nothing is wished now."""


class AffinityArguments(Arguments):
    """Lean mildly towards a profile: items liked and disliked before, lasting wishes that are not musts."""

    liked: Annotated[tuple[Seed, ...], Field(max_length=20)] = ()
    disliked: Annotated[tuple[Seed, ...], Field(max_length=20)] = ()
    wishes: tuple[Wish, ...] = ()
    history: Annotated[tuple[str, ...], Field(max_length=500)] = ()
    """Ids of all items liked, for what people of the same taste like; none: `liked` serves."""
    seen: Annotated[tuple[str, ...], Field(max_length=500)] = ()
    """Ids of items seen and neither liked nor disliked, for the same."""


def affinity(context: ToolContext, arguments: AffinityArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column an item and a wish, dislikes counting against, and one of what people of the
    same taste like, where that is known.

    Raises ToolError for a wish that the domain does not know, UnknownItem for an item that the catalogue does not.
    """
    likes = _measured(context, [*(wish for wish in arguments.wishes if wish.polarity == "like"), *arguments.liked])
    dislikes = _measured(
        context, [*(wish for wish in arguments.wishes if wish.polarity == "dislike"), *arguments.disliked]
    )
    if not (likes or dislikes or arguments.history or arguments.seen):
        return candidates, None
    if likes and not candidates.pooled:
        weights = [about.weight for about, _ in likes]
        candidates = nominate(context, candidates, [measure for _, measure in likes], weights, _NEIGHBOURS)
    candidates = pooled(context, candidates)
    for about, measure in likes:
        candidates = _judge(candidates, about, measure, 1)
    for about, measure in dislikes:
        candidates = _judge(candidates, about, measure, -1)
    enjoyed = dict.fromkeys(arguments.history, 1.0) or {seed.id: seed.weight for seed in arguments.liked}
    told = [Liked(context.catalogue.row(item), weight) for item, weight in enjoyed.items()]
    told += [Liked(context.catalogue.row(item), SEEN, outright=False) for item in arguments.seen]
    return follow(context.collaborative, candidates, "profile", told), None


def _measured(context: ToolContext, abouts: Sequence[Wish | Seed]) -> list[tuple[Wish | Seed, Measure]]:
    return [
        (about, measure_of(context, about) if isinstance(about, Wish) else LikenessMeasure(context, about.id))
        for about in abouts
    ]


def _judge(candidates: Candidates, about: Wish | Seed, measure: Measure, sign: Literal[1, -1]) -> Candidates:
    subject = (about,) if isinstance(about, Wish) else about
    return candidates.judge("affinity", about.id, measure, weight=about.weight, sign=sign, about=subject)
