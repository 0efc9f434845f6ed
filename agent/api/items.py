"""Routes of the catalogue, and of slates without a thread."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from agent.api.desk import TheCaller
from agent.api.problems import documented
from agent.api.shapes import ItemList, ItemShape, RecommendBody, SlateResult
from agent.proposing import ground_wishes, propose_slate
from agent.turns import slate_json
from tools import registry
from tools.candidates import Candidates
from tools.catalogue import Item
from tools.context import ToolContext
from tools.lookup import LookupArguments, LookupReport

router = APIRouter(prefix="/v1", tags=["items"], responses=documented(400, 401, 404, 413, 421, 422, 429))

ItemPath = Annotated[str, Path(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/items", response_model=ItemList)
async def search_items(
    caller: TheCaller,
    query: Annotated[str, Query(min_length=1, max_length=500, description="Words of a title or of what it is about.")],
    limit: Limit = 10,
) -> dict[str, Any]:
    """Search the catalogue: items of that title first, then by wording."""
    return await asyncio.to_thread(search, caller.agent.parts.tools, query, limit)


@router.get("/items/{item}", response_model=ItemShape)
async def read_item(item: ItemPath, caller: TheCaller) -> dict[str, Any]:
    """Read what the catalogue knows of an item."""
    catalogue = caller.agent.parts.catalogue
    return item_json(catalogue.item(catalogue.row(item)))


@router.get("/items/{item}/similar", response_model=ItemList)
async def similar_items(item: ItemPath, caller: TheCaller, limit: Limit = 10) -> dict[str, Any]:
    """List the items most like one, best first."""
    return await asyncio.to_thread(like_one, caller.agent.parts.tools, item, limit)


@router.post("/recommend", response_model=SlateResult)
async def recommend(body: RecommendBody, caller: TheCaller) -> dict[str, Any]:
    """Get a slate for wishes, without a thread or a user; nothing is stored."""
    parts = caller.agent.parts
    preferences = [wish.preference(parts.catalogue.domain) for wish in body.wishes]
    grounded = await asyncio.to_thread(ground_wishes, preferences, parts, body.like)
    acted = await asyncio.to_thread(
        propose_slate, grounded, parts, exclude=body.exclude, count=body.count, diversity=body.diversity
    )
    return {
        "slate": slate_json(acted.slate),
        "near_misses": [miss.model_dump(mode="json") for miss in acted.near_misses],
        "plan": [step.as_json() for step in acted.plan],
        "notices": list(grounded.notices),
    }


def search(tools: ToolContext, query: str, limit: int) -> dict[str, Any]:
    """Return the items found by words, as JSON."""
    if not query.strip():
        return {"items": [], "total": 0}
    report = registry.run("lookup", tools, LookupArguments(query=query, limit=limit)).report
    assert isinstance(report, LookupReport)
    return {"items": [found.model_dump(mode="json") for found in report.items], "total": report.total}


def like_one(tools: ToolContext, item: str, limit: int) -> dict[str, Any]:
    """Return the items most like one, as JSON. Raises UnknownItem."""
    tools.catalogue.row(item)
    candidates = registry.run("similar", tools, {"items": [{"id": item}]}, Candidates.all(tools.size)).candidates
    ranked = registry.run("rank", tools, {}, candidates).candidates
    found = tools.catalogue.items(ranked.rows[:limit])
    return {"items": [item_json(one) for one in found], "total": len(ranked)}


def item_json(item: Item) -> dict[str, Any]:
    """Return an item with its facts as JSON."""
    return {"id": item.id, "title": item.title, "year": item.year, "facts": dict(item.facts)}
