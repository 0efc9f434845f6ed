"""match: find and judge items by what is wished for, each wish by itself."""

from typing import Annotated

from pydantic import Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments, Wish


class MatchArguments(Arguments):
    """Find items that fit the wishes: closed values by agreement, figures by closeness, words by meaning and wording.
    Give all likes, musts included: among items that keep a must it still tells which keep it best."""

    wishes: tuple[Wish, ...] = ()
    text: Annotated[str, Field(max_length=2000)] | None = None
    """Free words that no wish covers."""
    k: Annotated[int, Field(ge=1, le=2000)] = 200
    """How many items each wish may bring in by meaning and by wording."""


def match(context: ToolContext, arguments: MatchArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column a wish (an or-group is one). Dislikes among the wishes are left to attenuate."""
    raise NotImplementedError
