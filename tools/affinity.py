"""affinity: lean mildly towards what is remembered of a person."""

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments, Seed, Wish


class AffinityArguments(Arguments):
    """Lean mildly towards a profile: items liked and disliked before, lasting wishes that are not musts."""

    liked: tuple[Seed, ...] = ()
    disliked: tuple[Seed, ...] = ()
    wishes: tuple[Wish, ...] = ()


def affinity(context: ToolContext, arguments: AffinityArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column an item and a wish. Raises ToolError for ids and facets that do not exist."""
    raise NotImplementedError
