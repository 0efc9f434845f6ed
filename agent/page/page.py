"""Puts the page together and mounts it: what is where, and which press leads to what."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Match, Mount
from starlette.types import Scope

from agent.agent import Agent
from agent.api.gate import GUARDED
from agent.page.bringing import Brought
from agent.page.panels import Panels
from agent.page.presses import Meaning, Press, meaning
from agent.page.projection import Projection
from agent.page.rendering import asset, render
from agent.page.sessions import Session
from agent.page.stage import Screen, Stage
from agent.page.tastemap import draw_map
from agent.page.theme import make_theme, variables
from agent.turnstile import Turnstile

TENANT = "page"
"""Visitors are users of a tenant of their own, so that no id in a browser can be one of the API or the terminal."""
_AT_ONCE = 64
"""Turns of different visitors that may be under way."""
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": _AT_ONCE}
_LOOK = "(kept) => [kept, {dark: document.body.classList.contains('dark'), narrow: innerWidth < 700}]"
"""What only the browser knows, and a drawing of the server has to."""
_SCREEN = 5
"""Outputs that make up the conversation."""


def mount_page(app: FastAPI, agent: Agent, turnstile: Turnstile) -> FastAPI:
    """Return the application with the page at its root; routes that it already has go before the page's."""
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        Page(agent.for_tenant(TENANT), turnstile).build(),
        path="/",
        theme=make_theme(),
        css=variables() + asset("page.css"),
        js=asset("start.js"),
        footer_links=[],
        # Gradio would keep what was said in the browser, out of reach of our 'erase'.
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
    )
    mount = mounted.router.routes.pop()
    assert isinstance(mount, Mount)
    mounted.router.routes.append(_PageMount(mount.path, app=mount.app))
    return mounted


class _PageMount(Mount):
    """Takes every path but the API's, so that a wrong one there is answered in the API's own way."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope.get("path", "")
        if any(path == root or path.startswith(f"{root}/") for root in GUARDED):
            return Match.NONE, {}
        return super().matches(scope)


class Page:
    """The page of one agent: its parts, and what each press does. Holds nothing of any visitor."""

    def __init__(self, agent: Agent, turnstile: Turnstile) -> None:
        self._agent = agent
        self._stage = Stage(agent, turnstile)
        self._panels = Panels(agent, turnstile)
        self._projection = Projection(agent.parts.tools)

    def build(self) -> gr.Blocks:
        """Return the page as Gradio blocks."""
        blocks: gr.Blocks = gr.Blocks(title="Attune", analytics_enabled=False, fill_width=True)
        with blocks:
            # The secret only keeps the stored text from looking like something to edit; ids are what is secret.
            kept = gr.BrowserState(None, storage_key="attune-session", secret="attune-page")
            head = _drawn("head", render("head"))
            with gr.Tabs(elem_id="tabs", selected="talk") as tabs:
                with gr.Tab("Conversation", id="talk"), gr.Column(elem_id="stage"):
                    words, dial, screen = self._stage_parts()
                with gr.Tab("Map", id="map") as map_tab:
                    plot = gr.Plot(show_label=False, elem_id="map")
                with gr.Tab("Memory", id="memory") as memory_tab:
                    memory = _drawn("memory")
                with gr.Tab("Chats", id="chats") as chats_tab:
                    chats = _drawn("chats")
            shown = [kept, *screen]
            blocks.load(self._opened, [kept], shown, **_QUIET)
            words.submit(self._said, [words, kept, dial], [words, *shown], **_QUIET)
            for part in screen:
                part.press(self._pressed, [kept, dial], shown, **_QUIET)
            head.press(self._begun, [kept], [tabs, *shown], **_QUIET)
            chats.press(self._chosen, [kept], [tabs, *shown, chats], **_QUIET)
            memory.press(self._remembered, [kept], [*shown, memory], **_QUIET)
            chats_tab.select(self._list_chats, [kept], [chats], **_QUIET)
            memory_tab.select(self._recall, [kept], [memory], **_QUIET)
            look = gr.JSON(visible=False)
            map_tab.select(self._mapped, [kept, look], [plot], js=_LOOK, **_QUIET)
        blocks.queue(default_concurrency_limit=_AT_ONCE)
        return blocks

    def _stage_parts(self) -> tuple[gr.Textbox, gr.Slider, list[Any]]:
        parts = self._agent.parts
        talk = _drawn("talk-log")
        with gr.Column(elem_id="picks-column"):
            picks = _drawn("picks")
            dial = gr.Slider(
                0,
                1,
                parts.settings.diversity,
                step=0.05,
                label="Variety of the next list",
                info="Left: the closest matches. Right: a mix.",
                elem_id="dial",
                buttons=[],
            )
            happened = _drawn("happened")
        with gr.Column(elem_id="dock"):
            wishes = _drawn("wishes")
            words = gr.Textbox(
                placeholder="Say what you want or don’t",
                label="What you say",
                show_label=False,
                max_lines=6,
                submit_btn="Send",
                autofocus=True,
                elem_id="words",
            )
        return words, dial, [talk, picks, wishes, happened]

    async def _opened(self, kept: Any) -> list[Any]:
        return await self._shown(Session.read(kept))

    async def _shown(self, session: Session) -> list[Any]:
        return _outputs(session, await self._stage.shown(session))

    async def _said(self, text: str, kept: Any, dial: float) -> AsyncIterator[list[Any]]:
        if not text.strip():
            yield [gr.skip()] * (1 + _SCREEN)
            return
        # The field is emptied once: what is typed while the turn goes on stays.
        field: Any = ""
        async for outputs in self._turn(Session.read(kept), Meaning(text=text), dial):
            yield [field, *outputs]
            field = gr.skip()

    async def _pressed(self, kept: Any, dial: float, event: gr.EventData) -> AsyncIterator[list[Any]]:
        session, press = Session.read(kept), Press.read(event._data)
        if press is None:
            yield [gr.skip()] * _SCREEN
            return
        meant = meaning(press, await self._stage.view(session), self._agent.parts.catalogue)
        if meant is None:
            # What was pressed has gone in another window: show how things stand.
            yield await self._shown(session)
            return
        async for outputs in self._turn(session, meant, dial):
            yield outputs

    async def _turn(self, session: Session, meant: Meaning, dial: float) -> AsyncIterator[list[Any]]:
        async for screen in self._stage.take(session, meant, meant.options(dial)):
            yield _outputs(session, screen)

    async def _begun(self, kept: Any) -> list[Any]:
        return [gr.Tabs(selected="talk"), *await self._shown(Session.read(kept).with_thread())]

    async def _chosen(self, kept: Any, event: gr.EventData) -> list[Any]:
        session, press = Session.read(kept), Press.read(event._data)
        after = session if press is None else await self._panels.carry_out(session, press)
        opens = press is not None and press.act == "open"
        tabs = gr.Tabs(selected="talk") if opens else gr.skip()
        return [tabs, *await self._shown(after), await self._panels.chats(after)]

    async def _remembered(self, kept: Any, event: gr.EventData) -> list[Any]:
        session, press, told = Session.read(kept), Press.read(event._data), None
        if brought := Brought.read(event._data):
            told = await self._panels.bring(session, brought)
        elif press is not None and press.act == "remember" and press.value.strip():
            told = await self._panels.remember(session, press.value.strip())
        elif press is not None:
            session = await self._panels.carry_out(session, press)
        return [*await self._shown(session), await self._panels.memory(session, told)]

    async def _list_chats(self, kept: Any) -> str:
        return await self._panels.chats(Session.read(kept))

    async def _recall(self, kept: Any) -> str:
        return await self._panels.memory(Session.read(kept))

    async def _mapped(self, kept: Any, look: Any) -> Any:
        dark, narrow = (bool(isinstance(look, dict) and look.get(name)) for name in ("dark", "narrow"))
        view = await self._stage.view(Session.read(kept))
        catalogue = self._agent.parts.catalogue
        return await asyncio.to_thread(draw_map, self._projection, catalogue, view, dark=dark, narrow=narrow)


def _drawn(name: str, value: str = "") -> Any:
    """A part of the page that the server draws as HTML, with presses."""
    return gr.HTML(value, elem_id=name, js_on_load=asset("page.js"), apply_default_css=False)


def _outputs(session: Session, screen: Screen) -> list[Any]:
    happened = gr.skip() if screen.happened is None else screen.happened
    return [session.as_kept(), screen.talk, screen.picks, screen.wishes, happened]
