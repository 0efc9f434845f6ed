"""lookup: find items by title, words, ids or wishes, and tell what the catalogue knows of them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments, Wish


class LookupArguments(Arguments):
    """Look items up by ids, by words of title or content, or by wishes that all must hold."""

    ids: tuple[str, ...] = ()
    query: Annotated[str, Field(max_length=500)] | None = None
    wishes: tuple[Wish, ...] = ()
    """Each is taken as a must."""
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class FoundItem(BaseModel):
    """An item with its facts."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    year: int | None
    facts: dict[str, Any]


class LookupReport(BaseModel):
    """Items found, best first."""

    model_config = ConfigDict(frozen=True)

    items: tuple[FoundItem, ...]
    total: int
    """How many there are in all, shown or not."""
    missing: tuple[str, ...] = ()
    """Ids that the catalogue does not have."""


def lookup(context: ToolContext, arguments: LookupArguments, candidates: Candidates) -> tuple[Candidates, LookupReport]:
    """Return the items looked up; by wishes and query together, those that satisfy both. Reads the whole catalogue."""
    raise NotImplementedError
