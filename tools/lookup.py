"""lookup: find items by title, words, ids or wishes, and tell what the catalogue knows of them."""

from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tools.candidates import Candidates, Rows
from tools.context import ToolContext
from tools.errors import ToolError
from tools.filter import FilterArguments, filter_items
from tools.wishes import Arguments, Wish

_BY_WORDING = 200


class LookupArguments(Arguments):
    """Look items up by ids, by words of title or content, or by wishes that all must hold."""

    ids: Annotated[tuple[str, ...], Field(max_length=100)] = ()
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
    """Return the items looked up in the whole catalogue, whatever the candidates are.

    ids: in the order given. A query finds items of that title first, then by wording; wishes alone give the best
    liked first; both together what satisfies both. Raises ToolError if nothing is looked up.
    """
    query = (arguments.query or "").strip()
    if not (arguments.ids or query or arguments.wishes):
        raise ToolError("lookup: give ids, a query or wishes")
    if arguments.ids:
        found = [item_id for item_id in arguments.ids if item_id in context.catalogue]
        rows = np.array([context.catalogue.row(item_id) for item_id in found], dtype=np.int32)
        missing = tuple(item_id for item_id in arguments.ids if item_id not in context.catalogue)
        return candidates, _report(context, rows, arguments.limit, missing)
    held = _holding(context, arguments.wishes)
    rows = _by_words(context, query) if query else context.by_prior
    if held is not None:
        rows = rows[held.allowed[rows]] if held.allowed is not None else rows
    return candidates, _report(context, rows, arguments.limit)


def _holding(context: ToolContext, wishes: tuple[Wish, ...]) -> Candidates | None:
    if not wishes:
        return None
    musts = tuple(wish.model_copy(update={"strength": "must"}) for wish in wishes)
    return filter_items(context, FilterArguments(wishes=musts), Candidates.all(context.size))[0]


def _by_words(context: ToolContext, query: str) -> Rows:
    titled = context.titled(query)
    worded, _ = context.index.lexical(query, min(_BY_WORDING, context.size), None)
    return np.array(list(dict.fromkeys([*titled, *worded.tolist()])), dtype=np.int32)


def _report(context: ToolContext, rows: Rows, limit: int, missing: tuple[str, ...] = ()) -> LookupReport:
    items = tuple(
        FoundItem(id=item.id, title=item.title, year=item.year, facts=dict(item.facts))
        for item in context.catalogue.items(rows[:limit])
    )
    return LookupReport(items=items, total=len(rows), missing=missing)
