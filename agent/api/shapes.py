"""What goes over the wire: requests as they are checked, responses as OpenAPI documents them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.commands import Lifetime, Polarity, Strength
from agent.editing import NewWish, WishEdit

UserId = Annotated[str, Field(min_length=1, max_length=200, description="Whose memory and threads; any id.")]
ThreadId = Annotated[str, Field(min_length=1, max_length=200)]
ItemId = Annotated[str, Field(min_length=1, max_length=300)]


class Body(BaseModel):
    """A request: an unknown field is an error, so that a misspelt one is not lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ThreadBody(Body):
    user: UserId | None = None
    thread: ThreadId | None = Field(None, description="An id of your own; one is made where it is missing.")


class UserBody(Body):
    user: UserId | None = None


class TurnBody(Body):
    """What the person says."""

    text: Annotated[str, Field(max_length=100_000, examples=["something light for tonight"])]
    diversity: Annotated[float, Field(ge=0, le=1)] | None = None
    """0: the best only; 1: as unlike each other as can be; as the server is set where it is missing."""
    user: UserId | None = None


class WishesBody(Body):
    """Wishes to add, and edits of those that hold."""

    add: Annotated[tuple[NewWish, ...], Field(max_length=20)] = ()
    edit: Annotated[tuple[WishEdit, ...], Field(max_length=20)] = ()
    user: UserId | None = None


class FeedbackBody(Body):
    """A reaction to an item: by id, or by its number on the slate."""

    item: ItemId | None = None
    n: Annotated[int, Field(ge=1, le=50)] | None = None
    opinion: Literal["like", "dislike", "not_for_me", "seen", "interested", "accept", "more_like_this"]
    user: UserId | None = None

    @model_validator(mode="after")
    def _one_item(self) -> "FeedbackBody":
        if (self.item is None) == (self.n is None):
            raise ValueError("give the item's id as `item`, or its number on the slate as `n`")
        return self


class RecommendBody(Body):
    """Wishes in, slate out; nothing is stored."""

    wishes: Annotated[tuple[NewWish, ...], Field(max_length=20)] = ()
    like: Annotated[tuple[ItemId, ...], Field(max_length=10, description="Items that the rest should be like.")] = ()
    exclude: Annotated[tuple[ItemId, ...], Field(max_length=1_000)] = ()
    count: Annotated[int, Field(ge=1, le=20)] | None = None
    diversity: Annotated[float, Field(ge=0, le=1)] | None = None


class Bounds(BaseModel):
    min: float | str | None = None
    max: float | str | None = None


class WishShape(BaseModel):
    """A wish that holds; facet `similar` is an item that the rest should be like."""

    id: str
    facet: str
    value: str | Bounds
    polarity: Polarity
    strength: Strength
    lifetime: Lifetime
    source: Literal["thread", "profile"]
    turn: int
    role: str | None = None
    group: str | None = None
    quote: str | None = None
    since: str | None = None
    confidence: float | None = None
    relative: str | None = None
    item: str | None = None


class StepShape(BaseModel):
    """One tool call of the plan: its arguments, how many items went in and came out, how long it took."""

    model_config = ConfigDict(serialize_by_alias=True)

    tool: str
    arguments: dict[str, Any]
    count_in: int | None = Field(None, alias="in")
    count_out: int | None = Field(None, alias="out")
    ms: float | None = None


class SlateShape(BaseModel):
    """One numbered item; the contributions sum to the score."""

    n: int
    id: str
    title: str
    year: int | None
    score: float
    reasons: list[str]
    contributions: dict[str, float]


class NearMissShape(BaseModel):
    """An item that breaks as few musts as any; `breaks` has their ids."""

    id: str
    title: str
    year: int | None
    breaks: list[str]


class QuestionShape(BaseModel):
    facet: str
    text: str
    answers: list[str]


class TurnShape(BaseModel):
    """A whole turn."""

    thread: str
    turn: int
    command: dict[str, Any]
    wishes: list[WishShape]
    plan: list[StepShape]
    slate: list[SlateShape]
    near_misses: list[NearMissShape]
    question: QuestionShape | None
    reply: str
    parser: str
    model: str | None
    notices: list[str]
    timings_ms: dict[str, float]


class ThreadShape(BaseModel):
    id: str
    title: str
    turns: int
    updated: str


class ThreadList(BaseModel):
    threads: list[ThreadShape]


class NewThread(BaseModel):
    thread: str
    user: str


class SlateView(BaseModel):
    """What is on screen now."""

    slate: list[SlateShape]


class WishesView(BaseModel):
    """What holds now; `resting`: remembered wishes that this thread stands against."""

    wishes: list[WishShape]
    resting: list[WishShape]


class EntryShape(BaseModel):
    """One finished turn of the log."""

    turn: int
    text: str
    command: dict[str, Any]
    reply: str
    slate: list[str] | None = Field(description="Ids put on screen; null where the turn left the screen as it was.")
    asked: str | None


class TraceView(BaseModel):
    turns: list[EntryShape]


class SlateResult(BaseModel):
    """A slate for wishes, with the plan that led to it."""

    slate: list[SlateShape]
    near_misses: list[NearMissShape]
    plan: list[StepShape]
    notices: list[str]


class ItemShape(BaseModel):
    """An item with what the catalogue knows of it."""

    id: str
    title: str
    year: int | None
    facts: dict[str, Any]


class ItemList(BaseModel):
    items: list[ItemShape]
    total: int


class OpinionShape(BaseModel):
    """The last word on an item; `title` is null for one that has left the catalogue."""

    id: str
    title: str | None
    opinion: str
    since: str


class ProfileShape(BaseModel):
    """What is remembered of a user."""

    user: str
    wishes: list[WishShape]
    items: list[OpinionShape]
