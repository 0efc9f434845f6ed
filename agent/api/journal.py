"""The outermost layer: gives each request its id, notes how it went, adds the headers that every response carries.

The log has routes, statuses and times; never a body, a query or a path as it was typed, for those may be what was said.
"""

import re
import uuid
from http import HTTPStatus
from time import perf_counter
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api.metrics import Metrics
from agent.api.problems import detail_of, problem_response

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_FOR_PROGRAMS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
_log = structlog.get_logger(__name__)


class Journal:
    """ASGI middleware around everything else; what nobody else caught becomes a problem here."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _request_id(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request
        started = perf_counter()
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request
                for name, value in _headers(scope).items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            self._metrics.note_error(error)
            _log.error("request failed", request_id=request, error=type(error).__name__, exc_info=error)
            if status:
                # The response is half sent: breaking it off is all that can still be told.
                raise
            await problem_response(scope, HTTPStatus.INTERNAL_SERVER_ERROR, detail_of(error))(
                scope, receive, send_noted
            )
        finally:
            seconds = perf_counter() - started
            route = _route(scope)
            self._metrics.note_request(scope["method"], route, status, seconds)
            _log.info(
                "request",
                request_id=request,
                method=scope["method"],
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                key=scope["state"].get("key"),
                tenant=scope["state"].get("tenant"),
            )


def _request_id(given: str | None) -> str:
    """Return the caller's own id for its request where it is one, so that both logs can be laid side by side."""
    return given if given and _ID.fullmatch(given) else uuid.uuid4().hex


def _headers(scope: Scope) -> dict[str, str]:
    return _EVERYWHERE | _FOR_PROGRAMS if str(scope["path"]).startswith(("/v1", "/mcp")) else _EVERYWHERE


def _route(scope: dict[str, Any] | Scope) -> str:
    """The route's pattern: a bounded set, unlike the paths themselves."""
    return str(getattr(scope.get("route"), "path", None) or "other")
