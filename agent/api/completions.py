"""The OpenAI protocol, so that a chat product can mount Attune as a model: /v1/models and /v1/chat/completions.

The user is `user` (or the header), the thread is named by a header or found from the history that the client resends.
What a model would not have rides in the field `attune`: the whole turn, its slate and wishes.
"""

import re
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, StreamingResponse

from agent.api.conversations import Place, Said, new_place
from agent.api.desk import Caller, Desk, TheCaller, TheDesk
from agent.api.problems import detail_of, documented, not_found, status_of, unprocessable
from agent.api.streaming import EVENT_STREAM, sse
from agent.trace import Done, Event, ModelCalled, Text
from agent.turns import NearMiss, SlateItem, Turn

router = APIRouter(prefix="/v1", tags=["OpenAI protocol"], responses=documented(400, 401, 404, 413, 421, 422, 429, 503))

MODEL = "attune"
THREAD_HEADER = "X-Attune-Thread"
MOST_MESSAGES = 400
_WORD = re.compile(r"\w+|[^\w\s]")
_BEGUN = int(time.time())


class ContentPart(BaseModel):
    """Part of a message; parts that are not text are refused."""

    type: Literal["text"]
    text: Annotated[str, Field(max_length=100_000)]


class Message(BaseModel):
    """One message. What is neither the person's nor the assistant's is left out: nobody instructs a recommender."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, Field(max_length=100_000)] | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatBody(BaseModel):
    """A request as chat products send it. Parameters of sampling have nothing to act on and are ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "user": "ana",
                    "messages": [{"role": "user", "content": "something light for tonight"}],
                }
            ]
        }
    )

    model: Annotated[str, Field(max_length=200)] = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)]
    user: Annotated[str, Field(max_length=200)] | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = 1


class ModelShape(BaseModel):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    object: Literal["list"]
    data: list[ModelShape]


class AnswerShape(BaseModel):
    role: Literal["assistant"]
    content: str


class ChoiceShape(BaseModel):
    index: int
    message: AnswerShape
    finish_reason: Literal["stop"]


class UsageShape(BaseModel):
    """Tokens of the language model's calls; words and signs where none was called."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionShape(BaseModel):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceShape]
    usage: UsageShape
    attune: dict[str, Any] = Field(description="The whole turn as POST /v1/threads/{id}/turns gives it.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request made out: what is said, before what history, and where it belongs."""

    place: Place
    named: str | None
    history: tuple[Said, ...]
    text: str
    found: bool
    """The thread is where the history left it; otherwise the history is replayed first."""
    by_header: bool


@router.get("/models", response_model=ModelList)
async def list_models() -> dict[str, Any]:
    """List the one model there is."""
    return {"object": "list", "data": [_model()]}


@router.get("/models/{model}", response_model=ModelShape)
async def read_model(model: Annotated[str, Path(max_length=200)]) -> dict[str, Any]:
    """Read about the model."""
    _check_model(model)
    return _model()


@router.post(
    "/chat/completions",
    response_model=CompletionShape,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
async def complete(
    body: ChatBody,
    request: Request,
    caller: TheCaller,
    desk: TheDesk,
    thread: Annotated[
        str | None,
        Header(
            alias=THREAD_HEADER,
            max_length=200,
            description="Go on with this thread: only the last message is taken. Without it, the history says which.",
        ),
    ] = None,
) -> Response:
    """Answer the last message of a conversation."""
    _check_model(body.model)
    asked = _made_out(body, caller, desk, request.state.tenant, thread)
    if not (asked.found or asked.by_header):
        for said in asked.history:
            if said.role == "user":
                await desk.turnstile.turn(caller.agent, asked.place.user, asked.place.thread, said.text)
    events = desk.turnstile.events(caller.agent, asked.place.user, asked.place.thread, asked.text)
    answer = _Answer(asked, desk, request.state.tenant)
    headers = {THREAD_HEADER: asked.place.thread}
    if body.stream:
        usage = body.stream_options is not None and body.stream_options.include_usage
        # The first piece is awaited before the response begins, so that a refusal has its proper status.
        chunks = answer.chunks(events, usage=usage)
        first = await anext(chunks)
        return StreamingResponse(_after(first, chunks), media_type=EVENT_STREAM, headers=headers)
    return JSONResponse(await answer.whole(events), headers=headers)


class _Answer:
    """The answer to one request, in one piece or in chunks."""

    def __init__(self, asked: _Asked, desk: Desk, tenant: str) -> None:
        self._asked = asked
        self._desk = desk
        self._tenant = tenant
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}
        self._calls: list[ModelCalled] = []

    async def whole(self, events: AsyncIterator[Event]) -> dict[str, Any]:
        """Return the completion as one object."""
        turn = await self._heard(events)
        content = turn.reply + listed(turn.slate, turn.near_misses)
        self._keep(content)
        message = {"role": "assistant", "content": content}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": self._usage(content),
            "attune": self._extra(turn),
        }

    async def chunks(self, events: AsyncIterator[Event], *, usage: bool) -> AsyncIterator[bytes]:
        """Yield the completion as server-sent events, [DONE] last."""
        content = ""
        turn: Turn | None = None
        begun = False
        try:
            async for event in events:
                if isinstance(event, ModelCalled):
                    self._calls.append(event)
                if not begun:
                    begun = True
                    yield self._chunk({"role": "assistant", "content": ""})
                if isinstance(event, Text):
                    content += event.delta
                    yield self._chunk({"content": event.delta})
                if isinstance(event, Done):
                    turn = event.turn
        except Exception as error:
            if not begun:
                raise
            yield sse({"error": {"message": detail_of(error), "type": "server_error", "code": status_of(error)}})
            return
        assert turn is not None
        if items := listed(turn.slate, turn.near_misses):
            content += items
            yield self._chunk({"content": items})
        self._keep(content)
        yield self._chunk({}, finish="stop", attune=self._extra(turn))
        if usage:
            yield sse({**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage(content)})
        yield b"data: [DONE]\n\n"

    async def _heard(self, events: AsyncIterator[Event]) -> Turn:
        async for event in events:
            if isinstance(event, ModelCalled):
                self._calls.append(event)
            if isinstance(event, Done):
                return event.turn
        raise AssertionError("a turn ends with Done")

    def _chunk(self, delta: dict[str, str], *, finish: str | None = None, **extra: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse({**self._head, "object": "chat.completion.chunk", "choices": [choice], **extra})

    def _extra(self, turn: Turn) -> dict[str, Any]:
        return {"thread": self._asked.place.thread, "user": self._asked.place.user, **turn.as_json()}

    def _keep(self, content: str) -> None:
        asked = self._asked
        history = (*asked.history, Said("user", asked.text), Said("assistant", content))
        if not asked.by_header:
            self._desk.conversations.put(self._tenant, asked.named, history, asked.place)

    def _usage(self, content: str) -> dict[str, int]:
        """Tokens as the language model counted them; without one, words and signs."""
        prompt = sum(call.tokens_in for call in self._calls)
        completion = sum(call.tokens_out for call in self._calls)
        if not prompt:
            said = [*(one.text for one in self._asked.history), self._asked.text]
            prompt, completion = sum(len(_WORD.findall(text)) for text in said), len(_WORD.findall(content))
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def listed(slate: Sequence[SlateItem], near_misses: Sequence[NearMiss]) -> str:
    """Return the slate as a client shows it that shows only text; empty without one."""
    lines = [f"{item.n}. **{item.label}**: {'; '.join(item.reasons)}".removesuffix(": ") for item in slate]
    near = [f"- {miss.label}" for miss in near_misses]
    blocks = [lines, ["Near misses:", *near] if near else []]
    return "".join("\n\n" + "\n".join(block) for block in blocks if block)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _made_out(body: ChatBody, caller: Caller, desk: Desk, tenant: str, thread: str | None) -> _Asked:
    said = [Said(one.role, one.text) for one in body.messages if one.role == "user" or one.role == "assistant"]
    if not said or said[-1].role != "user":
        raise unprocessable("the last message must be the user's: that is what is answered")
    *history, last = said
    named = body.user or caller.header_user
    if named:
        caller.user(named)
    if thread:
        place: Place | None = Place(caller.user(named), thread)
    else:
        place = desk.conversations.take(tenant, named, history)
    return _Asked(
        place=place or new_place(named),
        named=named,
        history=tuple(history),
        text=last.text,
        found=place is not None,
        by_header=thread is not None,
    )


def _check_model(name: str) -> None:
    if name != MODEL:
        raise not_found(f"there is no model {name!r}; there is {MODEL!r}")


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": _BEGUN, "owned_by": MODEL}
