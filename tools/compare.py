"""compare: items side by side on the facets asked about."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments


class CompareArguments(Arguments):
    """Weigh items against each other on facets, or on the domain's usual ones when none is asked about."""

    items: Annotated[tuple[str, ...], Field(min_length=2, max_length=20)]
    asks: tuple[str, ...] = ()
    """Facets, or names under `asks` in domain.toml."""


class ComparedFacet(BaseModel):
    """One line of a comparison."""

    model_config = ConfigDict(frozen=True)

    name: str
    """As asked."""
    facet: str | None
    """The facet that answers it; None where a plain column does."""
    values: tuple[Any, ...]
    """One an item, in the order of the items; None where nothing is known, a tuple where there are several."""
    least: tuple[int, ...] = ()
    """Places (0-based) of the items lowest on an ordered facet: shortest, oldest, mildest."""
    most: tuple[int, ...] = ()
    shared: tuple[str, ...] = ()
    """Values that all items have in common, of facets with several values."""


class Comparison(BaseModel):
    """Items side by side."""

    model_config = ConfigDict(frozen=True)

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    facets: tuple[ComparedFacet, ...]
    unanswered: tuple[str, ...] = ()
    """Asks that the catalogue has nothing on."""


def compare(context: ToolContext, arguments: CompareArguments, candidates: Candidates) -> tuple[Candidates, Comparison]:
    """Return the items on each facet asked about. Raises ToolError for an id that the catalogue does not have."""
    raise NotImplementedError
