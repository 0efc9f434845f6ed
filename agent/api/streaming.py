"""A turn's events as server-sent events."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import StreamingResponse

from agent.api.problems import detail_of, request_id, status_of
from agent.trace import Asked, Done, Event, Planned, Remembered, Slated, Text, Understood
from agent.turns import command_json, slate_json, wish_json

EVENT_STREAM = "text/event-stream"
_UNBUFFERED = {"X-Accel-Buffering": "no"}
"""A proxy that gathers a response before it passes it on would make streaming pointless."""


def wants_stream(request: Request) -> bool:
    """Whether the caller asked for events."""
    return EVENT_STREAM in request.headers.get("accept", "")


async def event_stream(events: AsyncIterator[Event], request: Request, thread: str) -> StreamingResponse:
    """Return the events of a turn as a response.

    The first event is awaited before the response begins, so that a turn that is refused has its proper status.
    """
    first = await anext(events)

    async def told() -> AsyncIterator[bytes]:
        try:
            if line := _line(first, thread):
                yield line
            async for event in events:
                if line := _line(event, thread):
                    yield line
        except Exception as error:
            yield sse(problem_json(request, error), "error")

    return StreamingResponse(told(), media_type=EVENT_STREAM, headers=_UNBUFFERED)


def sse(content: dict[str, Any], name: str | None = None) -> bytes:
    """Return one server-sent event. JSON has no line breaks of its own, so one data line is enough."""
    head = f"event: {name}\n" if name else ""
    return head.encode() + b"data: " + orjson.dumps(content) + b"\n\n"


def problem_json(request: Request, error: Exception) -> dict[str, Any]:
    """Return an error in mid-stream in the shape of a problem."""
    status = HTTPStatus(status_of(error))
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail_of(error),
        "request_id": request_id(request.scope),
    }


def _line(event: Event, thread: str) -> bytes | None:
    content = _content(event, thread)
    return None if content is None else sse(content[1], content[0])


def _content(event: Event, thread: str) -> tuple[str, dict[str, Any]] | None:
    """The name and content of an event for a person's client; steps and model calls are for the metrics only."""
    match event:
        case Understood():
            command, wishes = command_json(event.command), [*map(wish_json, event.wishes)]
            return "understood", {"command": command, "wishes": wishes, "notices": list(event.notices)}
        case Planned():
            return "plan", {"plan": [step.as_json() for step in event.plan]}
        case Slated():
            return "slate", {
                "slate": slate_json(event.slate),
                "near_misses": [miss.model_dump(mode="json") for miss in event.near_misses],
                "plan": [step.as_json() for step in event.plan],
            }
        case Text():
            return "text", {"delta": event.delta}
        case Asked():
            return "question", event.question.model_dump(mode="json")
        case Remembered() if not event.counted_only:
            return "memory", {"added": event.added, "removed": event.removed}
        case Done():
            return "done", {"thread": thread, **event.turn.as_json()}
        case _:
            return None
