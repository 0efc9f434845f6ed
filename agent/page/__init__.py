"""The page: a conversation beside its slate, in the browser."""

import os
from importlib import import_module

from fastapi import FastAPI

from agent.agent import Agent
from agent.turnstile import Turnstile

_GRADIO = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # It would sum up the times of its last 10,000 events after each one.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}


def mount_page(app: FastAPI, agent: Agent, turnstile: Turnstile) -> FastAPI:
    """Return the application with the page at its root; routes that it already has go before the page's.

    turnstile: the application's own, so that turns of page and API together are bounded, and finished at its end.
    """
    for name, value in _GRADIO.items():
        os.environ.setdefault(name, value)
    # Gradio takes seconds to import, which whoever serves no page should not wait for.
    mounted: FastAPI = import_module("agent.page.page").mount_page(app, agent, turnstile)
    return mounted
