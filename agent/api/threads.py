"""Routes of threads: turns as JSON or as they happen, what holds now, wishes edited by hand, reactions to items."""

import uuid
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.responses import JSONResponse

from agent.api.desk import Caller, Desk, TheCaller, TheDesk
from agent.api.problems import documented, unprocessable
from agent.api.shapes import (
    FeedbackBody,
    NewThread,
    SlateView,
    ThreadBody,
    ThreadList,
    TraceView,
    TurnBody,
    TurnShape,
    UserBody,
    WishesBody,
    WishesView,
)
from agent.api.streaming import event_stream, wants_stream
from agent.commands import Command, Relation
from agent.editing import edit_wishes, react
from agent.turns import Turn, TurnOptions, command_json, seed_json, slate_json, wish_json

router = APIRouter(prefix="/v1/threads", tags=["threads"], responses=documented(400, 401, 404, 413, 421, 422, 429, 503))

Thread = Annotated[str, Path(max_length=200, description="The thread's id; a thread is its user's.")]
QueryUser = Annotated[str | None, Query(alias="user", max_length=200, description="Instead of the header.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="A turn repeated with the key of a finished turn of the thread is that turn again, taken once.",
    ),
]
_RELATIONS: dict[str, Relation] = {
    "like": "liked",
    "dislike": "disliked",
    "not_for_me": "not_interested",
    "seen": "seen",
    "interested": "interested",
    "accept": "accept",
    "more_like_this": "similar",
}
_OR_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The turn; with `Accept: text/event-stream` its events as they happen (docs/api.md).",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.post("", status_code=HTTPStatus.CREATED, response_model=NewThread)
async def create_thread(body: ThreadBody, caller: TheCaller) -> dict[str, str]:
    """Give a new thread's id. It is kept from its first turn on."""
    return {"thread": body.thread or uuid.uuid4().hex, "user": caller.user(body.user)}


@router.get("", response_model=ThreadList)
async def list_threads(caller: TheCaller, user: QueryUser = None) -> dict[str, Any]:
    """List the user's threads, newest first."""
    return {"threads": [thread.model_dump(mode="json") for thread in await caller.agent.threads(caller.user(user))]}


@router.delete("/{thread}", status_code=HTTPStatus.NO_CONTENT)
async def forget_thread(thread: Thread, caller: TheCaller, user: QueryUser = None) -> None:
    """Erase a thread. What it taught the profile stays; DELETE /v1/profile erases that."""
    owner = caller.user(user)
    await caller.entries(owner, thread)
    await caller.agent.forget_thread(owner, thread)


@router.post("/{thread}/turns", response_model=TurnShape, responses=_OR_STREAM)
async def take_turn(
    thread: Thread, body: TurnBody, request: Request, caller: TheCaller, desk: TheDesk, key: IdempotencyKey = None
) -> Response:
    """Say something. The first turn begins the thread."""
    user, options = caller.user(body.user), TurnOptions(diversity=body.diversity)
    if wants_stream(request):
        events = desk.turnstile.events(caller.agent, user, thread, body.text, key=key, options=options)
        return await event_stream(events, request, thread)
    turn = await desk.turnstile.turn(caller.agent, user, thread, body.text, key=key, options=options)
    return turn_response(thread, turn)


@router.post("/{thread}/undo", response_model=TurnShape)
async def undo(
    thread: Thread, body: UserBody, caller: TheCaller, desk: TheDesk, key: IdempotencyKey = None
) -> Response:
    """Take the last change back; the slate of before is on screen again."""
    user = caller.user(body.user)
    await caller.entries(user, thread)
    return await _pressed(desk, caller, user, thread, ("undo", Command(intent="undo")), key)


@router.get("/{thread}/slate", response_model=SlateView)
async def read_slate(thread: Thread, caller: TheCaller, user: QueryUser = None) -> dict[str, Any]:
    """Read what is on screen now."""
    owner = caller.user(user)
    await caller.entries(owner, thread)
    return {"slate": slate_json((await caller.agent.view(owner, thread)).slate)}


@router.get("/{thread}/wishes", response_model=WishesView, response_model_exclude_unset=True)
async def read_wishes(thread: Thread, caller: TheCaller, user: QueryUser = None) -> dict[str, Any]:
    """Read what holds now, with ids to edit it by."""
    owner = caller.user(user)
    await caller.entries(owner, thread)
    view = await caller.agent.view(owner, thread)
    return {
        "wishes": [*map(wish_json, view.all_wishes), *map(seed_json, view.seeds)],
        "resting": [*map(wish_json, view.resting)],
    }


@router.patch("/{thread}/wishes", response_model=TurnShape)
async def change_wishes(
    thread: Thread, body: WishesBody, caller: TheCaller, desk: TheDesk, key: IdempotencyKey = None
) -> Response:
    """Add wishes, or remove, harden, soften, flip, pin or unpin those that hold. It is a turn: undo takes it back."""
    user = caller.user(body.user)
    view = await caller.agent.view(user, thread)
    pressed = edit_wishes(view, caller.agent.parts.catalogue.domain, add=body.add, edits=body.edit)
    return await _pressed(desk, caller, user, thread, pressed, key)


@router.post("/{thread}/feedback", response_model=TurnShape)
async def give_feedback(
    thread: Thread, body: FeedbackBody, caller: TheCaller, desk: TheDesk, key: IdempotencyKey = None
) -> Response:
    """React to an item. It is a turn: undo takes it back."""
    user = caller.user(body.user)
    item = body.item if body.item is not None else await _numbered(caller, user, thread, body.n or 0)
    pressed = react(item, _RELATIONS[body.opinion], caller.agent.parts.catalogue)
    return await _pressed(desk, caller, user, thread, pressed, key)


@router.get("/{thread}/trace", response_model=TraceView)
async def read_trace(thread: Thread, caller: TheCaller, user: QueryUser = None) -> dict[str, Any]:
    """Read the thread's log: what was said, what was understood, what was shown."""
    return {
        "turns": [
            {
                "turn": entry.turn,
                "text": entry.text,
                "command": command_json(entry.command),
                "reply": entry.reply,
                "slate": None if entry.slate is None else [item.id for item in entry.slate],
                "asked": entry.asked,
            }
            for entry in await caller.entries(caller.user(user), thread)
        ]
    }


def turn_response(thread: str, turn: Turn) -> JSONResponse:
    """Return a turn as JSON, with the thread that it belongs to."""
    return JSONResponse({"thread": thread, **turn.as_json()})


async def _pressed(
    desk: Desk, caller: Caller, user: str, thread: str, pressed: tuple[str, Command], key: str | None
) -> Response:
    text, command = pressed
    return turn_response(thread, await desk.turnstile.turn(caller.agent, user, thread, text, command=command, key=key))


async def _numbered(caller: Caller, user: str, thread: str, n: int) -> str:
    slate = (await caller.agent.view(user, thread)).slate_ids
    if not 1 <= n <= len(slate):
        raise unprocessable(f"there is no number {n} on the slate; it goes from 1 to {len(slate)}")
    return slate[n - 1]
