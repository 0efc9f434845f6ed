"""The route of rating histories: what somebody rated elsewhere becomes part of what is remembered of them."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from agent.api.desk import TheCaller
from agent.api.problems import documented
from agent.api.shapes import Body, ItemId, UserId
from agent.memory.memory import say_opinion
from tools.catalogue import Catalogue
from tools.histories import History, history_lines, skipped_lines
from tools.sources import Row

router = APIRouter(prefix="/v1/profile", tags=["profile"], responses=documented(400, 401, 413, 421, 422, 429, 503))

MOST_RATINGS = 5_000


class RatingLine(Body):
    """One line of a history. `item` counts before `title`; a title without a year is the best known of that title."""

    item: ItemId | None = None
    title: Annotated[str, Field(max_length=300)] | None = None
    year: Annotated[int, Field(ge=1, le=9999)] | None = None
    rating: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    """On any scale from 0 up, the same for all lines; without one the item was only seen."""
    date: Annotated[str, Field(max_length=40)] | None = None
    """An ISO date or time, or a Unix time: of several lines of one item the latest counts."""


class HistoryBody(Body):
    """A rating history, read by the person's own habits of rating (docs/interactions.md)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user": "ana",
                    "ratings": [
                        {"title": "Arrival", "year": 2016, "rating": 4.5, "date": "2024-01-02"},
                        {"item": "heat-1995", "rating": 2},
                    ],
                }
            ]
        }
    )

    ratings: Annotated[tuple[RatingLine, ...], Field(min_length=1, max_length=MOST_RATINGS)]
    user: UserId | None = None


class KeptShape(BaseModel):
    """A line that an opinion was kept of; rows count from 1."""

    row: int
    id: str
    title: str
    opinion: str


class SkippedShape(BaseModel):
    """A line that nothing was kept of, and why; `near`: titles that it may have meant."""

    row: int
    named: str
    why: str
    near: list[str]


class HistoryReport(BaseModel):
    """What became of every line."""

    kept: list[KeptShape]
    skipped: list[SkippedShape]


@router.post("/history", response_model=HistoryReport)
async def import_history(body: HistoryBody, caller: TheCaller) -> dict[str, Any]:
    """Take in ratings from elsewhere as likes, dislikes and items seen; what was said since stands.

    Lines that name no item of the catalogue, or cannot be read, are skipped, each with the reason.
    """
    user, agent = caller.user(body.user), caller.agent
    catalogue = agent.parts.catalogue
    rows = [Row(number, line.model_dump()) for number, line in enumerate(body.ratings, 1)]
    rated, malformed = history_lines(rows, catalogue.domain.noun, "ratings")
    return report_json(await agent.memory.import_history(user, rated, malformed), catalogue)


def report_json(history: History, catalogue: Catalogue) -> dict[str, Any]:
    """Return what became of every line of a history as JSON."""
    kept = sorted((one for one in history.judged if one.item not in history.older), key=lambda one: one.row)
    return {
        "kept": [
            {
                "row": one.row,
                "id": one.item,
                "title": catalogue.labels[catalogue.row(one.item)],
                "opinion": say_opinion(one),
            }
            for one in kept
        ],
        "skipped": [
            {"row": line.row, "named": line.named, "why": line.why, "near": list(line.near)}
            for line in skipped_lines(history, catalogue)
        ],
    }
