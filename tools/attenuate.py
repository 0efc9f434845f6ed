"""attenuate: hold against items how close they come to what is not wanted."""

from typing import Annotated

from pydantic import Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.likeness import LikenessMeasure
from tools.measures import measure_of
from tools.pool import pooled
from tools.wishes import Arguments, Seed, Wish


class AttenuateArguments(Arguments):
    """Push down items that come close to soft dislikes or to disliked items. Nothing is removed."""

    wishes: tuple[Wish, ...] = ()
    items: Annotated[tuple[Seed, ...], Field(max_length=20)] = ()


def attenuate(context: ToolContext, arguments: AttenuateArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column a dislike. Likes among the wishes are passed over; dislikes never find items.

    Raises ToolError for a wish that the domain does not know, UnknownItem for an item that the catalogue does not.
    """
    dislikes = [wish for wish in arguments.wishes if wish.polarity == "dislike"]
    if not dislikes and not arguments.items:
        return candidates, None
    candidates = pooled(context, candidates)
    for wish in dislikes:
        measure = measure_of(context, wish)
        candidates = candidates.judge("attenuate", wish.id, measure, weight=wish.weight, sign=-1, about=(wish,))
    for seed in arguments.items:
        likeness = LikenessMeasure(context, seed.id)
        candidates = candidates.judge("attenuate", seed.id, likeness, weight=seed.weight, sign=-1, about=seed)
    return candidates, None
