"""The page: a conversation beside its slate, in the browser."""

from importlib import import_module

from fastapi import FastAPI

from agent.agent import Agent


def mount_page(app: FastAPI, agent: Agent) -> FastAPI:
    """Return the application with the page at its root; routes that it already has go before the page's."""
    # Gradio takes seconds to import, which whoever serves no page should not wait for.
    mounted: FastAPI = import_module("agent.page.page").mount_page(app, agent)
    return mounted
