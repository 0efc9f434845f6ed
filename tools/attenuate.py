"""attenuate: hold against items how close they come to what is not wanted."""

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments, Seed, Wish


class AttenuateArguments(Arguments):
    """Push down items that come close to soft dislikes or to disliked items. Nothing is removed."""

    wishes: tuple[Wish, ...] = ()
    items: tuple[Seed, ...] = ()


def attenuate(context: ToolContext, arguments: AttenuateArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column a dislike. Likes among the wishes are passed over; dislikes never find items."""
    raise NotImplementedError
