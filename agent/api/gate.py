"""Who may come in: hosts, keys, rate limits, and bodies of a size and shape that can be read."""

import json
from http import HTTPStatus
from ipaddress import ip_address

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api.keys import KeyRing
from agent.api.problems import problem_response
from agent.errors import SettingsError
from agent.settings import Settings

GUARDED = ("/v1", "/mcp", "/metrics")
LOCAL_TENANT = "local"
MOST_NESTED = 32
"""Brackets within brackets; nothing that the API reads comes near."""
_LOOPBACK = "localhost"


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine only."""
    name = host.strip("[]")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == _LOOPBACK


def rate_of(settings: Settings) -> RateLimitItem:
    """Return the rate limit. Raises SettingsError for one that cannot be read."""
    try:
        return parse(settings.rate_limit)
    except ValueError as error:
        raise SettingsError(f"rate limit {settings.rate_limit!r} is none; write '120/minute' or '10/second'") from error


class Gate:
    """ASGI middleware before the guarded paths.

    Without keys the server is for this machine: only requests to a loopback name come in, so that no web page can reach
    it under a name of its own (DNS rebinding). `unguarded` lets everybody in.
    """

    def __init__(self, app: ASGIApp, settings: Settings, keys: KeyRing) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._rate = rate_of(settings)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_guarded(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            self._admit(scope)
            receive = _replayed(await self._body(scope, receive), receive)
        except HTTPException as refused:
            response = problem_response(scope, refused.status_code, refused.detail, headers=refused.headers)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        """Note the tenant. Raises HTTPException for who may not come in."""
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        if not self._keys.listed():
            if not self._settings.unguarded and not is_loopback(_host(headers.get("host", ""))):
                raise HTTPException(
                    HTTPStatus.MISDIRECTED_REQUEST,
                    "without keys only requests to this machine's own address are answered; make a key: "
                    "`attune keys create TENANT`",
                )
            state["tenant"] = LOCAL_TENANT
            if self._settings.unguarded:
                self._count(f"from {(scope.get('client') or ('unknown',))[0]}")
            return
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        key = self._keys.find(secret.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED,
                "this server wants an API key: send 'Authorization: Bearer KEY' (`attune keys create` makes one)",
                {"WWW-Authenticate": "Bearer"},
            )
        state["tenant"], state["key"] = key.tenant, key.id
        self._count(key.id)

    def _count(self, who: str) -> None:
        if not self._limiter.hit(self._rate, who):
            wait = max(1, round(self._rate.get_expiry() / self._rate.amount))
            raise HTTPException(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"more than {self._rate}; try again in {wait} seconds",
                {"Retry-After": str(wait)},
            )

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """Read the whole body. Raises HTTPException for one that is too long or cannot be read."""
        most = self._settings.max_body_bytes
        stated = Headers(scope=scope).get("content-length", "0")
        too_long = HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is longer than {most:,} bytes; send less at a time"
        )
        if stated.isdigit() and int(stated) > most:
            raise too_long
        read = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise HTTPException(HTTPStatus.BAD_REQUEST, "the connection ended before the body did")
            read += message.get("body", b"")
            if len(read) > most:
                raise too_long
            if not message.get("more_body", False):
                break
        check_text(bytes(read))
        return bytes(read)


def check_text(body: bytes) -> None:
    """Raise HTTPException for a body that is not UTF-8, or nests deeper than anything here does."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(
            HTTPStatus.BAD_REQUEST, f"the body is not UTF-8: byte {error.start} cannot be read; encode it as UTF-8"
        ) from error
    if text.count("[") + text.count("{") <= MOST_NESTED:
        return
    try:
        depth = _depth(json.loads(text))
    except RecursionError:
        depth = MOST_NESTED + 1
    except ValueError:
        # Whoever reads it says what is wrong with it.
        return
    if depth > MOST_NESTED:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"the body nests deeper than {MOST_NESTED} levels")


def _depth(value: object) -> int:
    """How deep lists and objects lie in each other; stops counting once it is too deep."""
    deepest, level = 0, [value]
    while level and deepest <= MOST_NESTED:
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        deepest += 1
    return deepest


def _is_guarded(path: str) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in GUARDED)


def _host(header: str) -> str:
    """The Host header without its port."""
    if header.startswith("["):
        return header.partition("]")[0].lstrip("[")
    return header.partition(":")[0]


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body that was read, then whatever comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
