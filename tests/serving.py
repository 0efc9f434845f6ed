"""What tests of the API share: an app over the twelve films, clients that call it in this process, a real server."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI

from agent.agent import Agent
from agent.api.server import build_app

HOME = "http://127.0.0.1"


def app_over(agent: Agent, **settings: Any) -> FastAPI:
    """The API over an agent, with these settings changed."""
    return build_app(agent, agent.parts.settings.model_copy(update=settings))


def client_of(app: FastAPI, user: str | None = "ana", **headers: str) -> httpx2.AsyncClient:
    """A client of an app in this process, in the name of a user."""
    if user is not None:
        headers["X-Attune-User"] = user
    # An app that raises must answer all the same: what its callers see is what counts.
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=HOME, headers=headers)


class Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Serve an app on a free port of this machine; yields its address."""
    server = Server(app)
    serving = asyncio.create_task(server.serve())
    await server.listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@contextmanager
def served_in_thread(app: FastAPI) -> Iterator[str]:
    """Serve an app from a thread of its own, for clients that block; yields its address."""
    server = Server(app)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
