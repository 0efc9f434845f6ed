"""`attune serve`: the page and the API in one process; `attune mcp`: the tools on standard input and output."""

import asyncio
import gc
import logging
import os
from collections.abc import Mapping
from socket import AF_INET, AF_INET6, create_server, socket

import uvicorn

from agent.agent import Agent
from agent.api.desk import desk_at
from agent.api.gate import is_loopback
from agent.api.keys import KeyRing
from agent.api.metrics import Metrics
from agent.api.server import build_app, check_address
from agent.api.toolserver import build_toolserver
from agent.build import build_agent
from agent.errors import SettingsError
from agent.page import mount_page
from agent.settings import Settings, load_settings
from agent.terminal.logs import log_to_stderr
from agent.terminal.running import diagnostics, progress_bars, with_agent
from agent.turnstile import FINISH_S, Turnstile


def serve_until_stopped(asked: Mapping[str, object], page: bool | None) -> None:
    """Serve the API, and the page where it is asked for or there are no keys; turns in flight are finished first.

    asked: settings given by hand; None leaves one to the place where the program runs, then to its default.
    """
    placed = placed_by(os.environ)
    settings = load_settings(**{**asked, **{name: at for name, at in placed.items() if asked.get(name) is None}})
    keys = KeyRing(settings.keys_file)
    check_address(settings, keys)
    log_to_stderr(logging.INFO, as_json=True)
    with bound(settings.host, settings.port) as listener:
        asyncio.run(_serve(settings, keys, listener, with_page=not keys.listed() if page is None else page))


def serve_tools(settings: Settings, user: str) -> None:
    """Serve the tools of the Model Context Protocol on standard input and output."""

    async def speak(agent: Agent) -> None:
        turnstile = Turnstile.of(agent.parts.settings, Metrics(), with_model=agent.parts.model is not None)
        await build_toolserver(agent, turnstile, user=user).run_stdio_async()
        await turnstile.drain()

    with_agent(settings, speak)


def placed_by(environment: Mapping[str, str]) -> dict[str, object]:
    """Return what the place where the program runs says about the address.

    A Hugging Face Space (it sets SPACE_ID) is reached through its proxy alone, for which it must listen everywhere.
    """
    placed: dict[str, object] = {}
    if environment.get("SPACE_ID"):
        placed = {"host": "0.0.0.0", "unguarded": True}
    if host := environment.get("GRADIO_SERVER_NAME"):
        placed["host"] = host
    if port := environment.get("GRADIO_SERVER_PORT"):
        placed["port"] = port
    return placed


def bound(host: str, port: int) -> socket:
    """Return a socket that listens there. Raises SettingsError, before anything is loaded, where it cannot."""
    try:
        return create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host!r}, port {port} ({error.strerror}); give another --port"
        ) from error


async def _serve(settings: Settings, keys: KeyRing, listener: socket, *, with_page: bool) -> None:
    with progress_bars() as say:
        agent = await build_agent(settings, progress=say)
    # All this stays while the server lives; no turn should pay for a look through it.
    gc.freeze()
    try:
        app = build_app(agent, settings, keys=keys)
        if with_page:
            mount_page(app, agent, desk_at(app).turnstile)
        config = uvicorn.Config(
            app,
            host=settings.host,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=int(FINISH_S),
        )
        server = _Server(config)
        await server.serve(sockets=[listener])
    finally:
        await agent.close()


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        assert sockets
        port = sockets[0].getsockname()[1]
        host = "127.0.0.1" if is_loopback(self.config.host) else self.config.host
        diagnostics.print(f"Attune listens on http://{host}:{port} (API: /docs). Stop it with Ctrl-C.", highlight=False)
