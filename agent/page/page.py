"""Puts the page together and mounts it: what is where, and which press leads to what."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from fastapi import FastAPI

from agent.agent import Agent
from agent.page.presses import Meaning, Press, meaning
from agent.page.projection import Projection
from agent.page.rendering import asset, render
from agent.page.sessions import Session
from agent.page.stage import Screen, Stage
from agent.page.tastemap import draw_map
from agent.page.theme import make_theme, variables
from agent.phrasing import count_noun

TENANT = "page"
"""Visitors are users of a tenant of their own, so that no id in a browser can be one of the API or the terminal."""
_AT_ONCE = 64
"""Turns of different visitors that may be under way."""
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def mount_page(app: FastAPI, agent: Agent) -> FastAPI:
    """Return the application with the page at its root; routes that it already has go before the page's."""
    return gr.mount_gradio_app(
        app,
        Page(agent).build(),
        path="/",
        theme=make_theme(),
        css=variables() + asset("page.css"),
        js=asset("start.js"),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
    )


class Page:
    """The page of one agent: its parts, and what each press does. Holds nothing of any visitor."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._stage = Stage(agent)
        self._projection = Projection(agent.parts.tools)

    def build(self) -> gr.Blocks:
        """Return the page as Gradio blocks."""
        catalogue = self._agent.parts.catalogue
        with gr.Blocks(title="Attune", analytics_enabled=False, fill_width=True) as blocks:
            # The secret only keeps the stored text from looking like something to edit; ids are what is secret.
            kept = gr.BrowserState(None, storage_key="attune-session", secret="attune-page")
            dark = gr.Checkbox(visible=False)
            head = _drawn("head", render("head", count=count_noun(len(catalogue), catalogue.domain)))
            with gr.Tabs(elem_id="tabs"):
                with gr.Tab("Conversation"), gr.Column(elem_id="stage"):
                    talk = _drawn("talk-log")
                    with gr.Column(elem_id="picks-column"):
                        dial = gr.Slider(
                            0,
                            1,
                            value=self._agent.parts.settings.diversity,
                            step=0.05,
                            label="Variety of the next list",
                            elem_id="dial",
                            buttons=[],
                        )
                        picks = _drawn("picks")
                        happened = _drawn("happened")
                    with gr.Column(elem_id="dock"):
                        wishes = _drawn("wishes")
                        words = gr.Textbox(
                            placeholder=f"Which {catalogue.domain.noun.one}? Say more, or say what is wrong.",
                            show_label=False,
                            label="What you say",
                            lines=1,
                            max_lines=6,
                            submit_btn="Send",
                            autofocus=True,
                            elem_id="words",
                        )
                with gr.Tab("Map") as map_tab:
                    plot = gr.Plot(show_label=False, elem_id="map")
            screen = [kept, talk, picks, wishes, happened]
            blocks.load(self._opened, [kept], screen, **_QUIET)
            words.submit(
                self._said, [words, kept, dial], [words, *screen], concurrency_limit=_AT_ONCE, **_QUIET
            )
            for part in (head, talk, picks, wishes):
                part.press(self._pressed, [kept, dial], screen, concurrency_limit=_AT_ONCE, **_QUIET)
            is_dark = "(kept, dark) => [kept, document.body.classList.contains('dark')]"
            map_tab.select(self._mapped, [kept, dark], [plot], js=is_dark, show_progress="minimal", api_visibility="private")
        return blocks.queue(default_concurrency_limit=_AT_ONCE)

    async def _opened(self, kept: Any) -> list[Any]:
        session = Session.read(kept)
        return _outputs(session, await self._stage.shown(session))

    async def _said(self, text: str, kept: Any, dial: float) -> AsyncIterator[list[Any]]:
        if not text.strip():
            yield [gr.skip()] * 6
            return
        # The field is emptied once: what is typed while the turn goes on stays.
        field = ""
        async for outputs in self._turn(Session.read(kept), Meaning(text=text), dial):
            yield [field, *outputs]
            field = gr.skip()

    async def _pressed(self, kept: Any, dial: float, event: gr.EventData) -> AsyncIterator[list[Any]]:
        session, press = Session.read(kept), Press.read(event._data)
        if press is None:
            yield [gr.skip()] * 5
        elif press.act == "new":
            yield await self._opened(session.with_thread().as_kept())
        else:
            view = await self._stage.view(session)
            meant = meaning(press, view, self._agent.parts.catalogue)
            if meant is None:
                yield await self._opened(session.as_kept())
                return
            async for outputs in self._turn(session, meant, dial):
                yield outputs

    async def _turn(self, session: Session, meant: Meaning, dial: float) -> AsyncIterator[list[Any]]:
        async for screen in self._stage.take(session, meant, meant.options(dial)):
            yield _outputs(session, screen)

    async def _mapped(self, kept: Any, dark: bool) -> Any:
        view = await self._stage.view(Session.read(kept))
        catalogue = self._agent.parts.catalogue
        return await asyncio.to_thread(draw_map, self._projection, catalogue, view, dark=bool(dark))


def _drawn(name: str, value: str = "") -> Any:
    """A part of the page that the server draws as HTML, with presses."""
    return gr.HTML(value, elem_id=name, js_on_load=asset("page.js"), apply_default_css=False)


def _outputs(session: Session, screen: Screen) -> list[Any]:
    happened = gr.skip() if screen.happened is None else screen.happened
    return [session.as_kept(), screen.talk, screen.picks, screen.wishes, happened]
