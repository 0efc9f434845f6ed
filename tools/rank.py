"""rank: one score from all columns, every contribution kept."""

from typing import Annotated

from pydantic import Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments


class RankArguments(Arguments):
    """Order the candidates by the sum of what speaks for and against them, with a weak prior for well-liked and
    well-known items."""

    limit: Annotated[int, Field(ge=1, le=5000)] = 300
    """How many to keep."""


def rank(context: ToolContext, arguments: RankArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return the best candidates, best first; ties by popularity, then id."""
    raise NotImplementedError
