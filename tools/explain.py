"""explain: why an item scored as it did, as facts that can be said."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.domain import Domain
from tools.wishes import Arguments

ReasonKind = Literal["value", "near", "bounds", "words", "similar", "profile", "against", "quality", "popularity"]


class ExplainArguments(Arguments):
    """Give the reasons that a ranked item scored as it did, weightiest first."""

    item: str
    limit: int = 6


class Reason(BaseModel):
    """One fact that speaks for an item (or, kind 'against', that was held against it).

    kind says what the fact is:
    value       it has the wished value(s): `values`
    near        it has something close in meaning to the wished `wanted`: `values`
    bounds      its figure is inside (or, `inside` False, near) the wished bounds: `figure`
    words       its own words fit the wish `wanted`, though no listed value does
    similar     it shares `values` with a named item `item_title`
    profile     the same, with an item or wish of the profile
    against     it comes close to a soft dislike: `values`, or `item_title`
    quality, popularity   it is well liked, well known: `figure`
    """

    model_config = ConfigDict(frozen=True)

    kind: ReasonKind
    strength: float
    """What it added to the score; negative for 'against'."""
    wish: str | None = None
    facet: str | None = None
    wanted: str | None = None
    values: tuple[str, ...] = ()
    figure: float | None = None
    inside: bool = True
    item: str | None = None
    """Id of the item compared with."""
    item_title: str | None = None

    def text(self, domain: Domain) -> str:
        """Return the reason in a few plain words."""
        raise NotImplementedError


class Explanation(BaseModel):
    """Why one item scored as it did."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    score: float
    reasons: tuple[Reason, ...]


def explain(context: ToolContext, arguments: ExplainArguments, candidates: Candidates) -> tuple[Candidates, Explanation]:
    """Return the reasons for an item among ranked candidates. Raises ToolError if it is not one of them."""
    raise NotImplementedError
