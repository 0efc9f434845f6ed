"""similar: find and judge items by likeness to items named or liked."""

from typing import Annotated

from pydantic import Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments, Seed


class SimilarArguments(Arguments):
    """Find items like given ones, by what they are about and by the traits they share; never the given ones."""

    items: tuple[Seed, ...]
    k: Annotated[int, Field(ge=1, le=2000)] = 200
    """How many neighbours each item may bring in."""


def similar(context: ToolContext, arguments: SimilarArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column an item. Raises ToolError for an id that the catalogue does not have."""
    raise NotImplementedError
