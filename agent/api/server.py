"""The HTTP server put together: routes, guards, errors, health, metrics."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from mcp.server.transport_security import TransportSecuritySettings
from starlette.middleware.cors import CORSMiddleware

from agent.agent import Agent
from agent.api import completions, health, histories, items, profiles, threads, widget
from agent.api.conversations import Conversations
from agent.api.desk import USER_HEADER, Desk
from agent.api.gate import Gate, is_loopback
from agent.api.journal import Journal
from agent.api.keys import KeyRing
from agent.api.metrics import Metrics
from agent.api.problems import add_handlers
from agent.api.toolserver import build_toolserver
from agent.errors import SettingsError
from agent.settings import Settings
from agent.turnstile import Turnstile

_VERSION = "1"
"""Of the routes and shapes, as their prefix says."""
_ABOUT = """
A recommender you steer by talking. Say who the user is by the header `X-Attune-User` or the field `user`; where the
server has API keys, send one as a bearer token, and users and threads are those of its tenant. Errors are problem
details (RFC 9457) with the id of the request.
"""


def build_app(agent: Agent, settings: Settings | None = None, *, keys: KeyRing | None = None) -> FastAPI:
    """Return the API over an agent, which stays the caller's to close. settings: the agent's own by default.

    Ending the app waits for the turns in flight. Raises SettingsError for a rate limit that is none.
    """
    settings = settings or agent.parts.settings
    keys = keys or KeyRing(settings.keys_file)
    metrics = Metrics()
    agent.watch(metrics.observe)
    turnstile = Turnstile.of(settings, metrics, with_model=agent.parts.model is not None)

    toolserver = build_toolserver(agent, turnstile)
    # Each message stands alone: no session that could be lost, or spoken into by somebody else. The gate checks hosts.
    trusting = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    tools_app = toolserver.streamable_http_app(stateless_http=True, json_response=True, transport_security=trusting)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with toolserver.session_manager.run():
            yield
        await turnstile.drain()

    app = FastAPI(
        title="Attune",
        version=_VERSION,
        summary="A recommender you steer by talking.",
        description=_ABOUT,
        lifespan=lifespan,
    )
    app.state.desk = Desk(agent, turnstile, metrics, keys, Conversations())
    for routes in (threads, profiles, histories, items, completions, health, widget):
        app.include_router(routes.router)
    app.router.routes.extend(tools_app.routes)
    add_handlers(app)
    # Added last is outermost: the journal sees everything, the gate only what the browser's own checks let through.
    app.add_middleware(Gate, settings=settings, keys=keys)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", USER_HEADER, "X-Attune-Thread"],
            expose_headers=["X-Request-Id", "Retry-After", "X-Attune-Thread"],
        )
    app.add_middleware(Journal, metrics=metrics)
    return app


def check_address(settings: Settings, keys: KeyRing) -> None:
    """Raise SettingsError where the server would be open to others without anybody having said so."""
    if not (is_loopback(settings.host) or settings.unguarded or keys.listed()):
        raise SettingsError(
            f"{settings.host!r} can be reached from other machines and there are no API keys; make one "
            "(`attune keys create TENANT`), or say that everybody may come in: --unguarded"
        )
