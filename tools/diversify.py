"""diversify: choose a slate whose items are good and not all alike."""

from typing import Annotated

from pydantic import Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments


class DiversifyArguments(Arguments):
    """Choose a slate from ranked candidates, trading score against likeness to what is already chosen."""

    count: Annotated[int, Field(ge=1, le=50)] = 5
    dial: Annotated[float, Field(ge=0, le=1)] = 0.3
    """0: the best by score alone; 1: as different from each other as the candidates allow."""
    exclude: tuple[str, ...] = ()
    """Ids never to choose: shown, seen, disliked."""


def diversify(context: ToolContext, arguments: DiversifyArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return the chosen candidates in order of score: `count` of them whenever that many may be chosen."""
    raise NotImplementedError
