"""What tests of the page share: the page on a real server, a headless browser, and somebody who uses it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from agent.agent import Agent
from agent.api.desk import desk_at
from agent.page import mount_page
from agent.parsing.parser import Parsed, ParseInput
from agent.parsing.rules import RulesParser
from tests.serving import app_over
from tools.domain import Domain

CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT_MS = 30_000
"""A busy machine takes its time; what never comes fails all the same."""


class TroubledParser:
    """Understands by rules, but breaks at 'break it' until it was mended, and takes its time over 'slowly'."""

    def __init__(self, domain: Domain) -> None:
        self._rules = RulesParser(domain)
        self.broken = True

    async def parse(self, given: ParseInput) -> Parsed:
        if "break it" in given.text and self.broken:
            raise RuntimeError("the parser broke")
        if "slowly" in given.text:
            await asyncio.sleep(1.5)
        return await self._rules.parse(given)


def paged(agent: Agent) -> FastAPI:
    """The API of an agent with its page."""
    app = app_over(agent)
    return mount_page(app, agent, desk_at(app).turnstile)


@contextmanager
def page_server(agent: Agent) -> Iterator[str]:
    """Serve the page of an agent from a thread of its own; yields its address."""
    config = uvicorn.Config(paged(agent), host="127.0.0.1", port=0, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        # A browser that has gone may leave a stream open behind it; nobody waits for that.
        server.force_exit = server.should_exit = True
        thread.join(timeout=20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium. Skips where there is none."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        except Exception as error:
            pytest.skip(f"no Chromium at {CHROMIUM} (apt-get install chromium): {str(error).splitlines()[0]}")
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, address: str, **context: Any) -> None:
        self.address = address
        self.context = browser.new_context(**context)
        self.context.set_default_timeout(WAIT_MS)
        self.page: Page = self.context.new_page()
        self.asked: set[str] = set()
        """Hosts that the browser asked for anything."""
        self.troubles: list[str] = []
        """Errors of scripts, and dialogs that should not have opened."""
        self.page.on("request", lambda request: self.asked.add(request.url.partition("://")[2].partition("/")[0]))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.troubles.append(dialog.message), dialog.dismiss()))
        self.open()

    def open(self) -> None:
        self.page.goto(self.address)
        self.page.wait_for_selector(".welcome, .turns")

    def leave(self) -> None:
        self.context.close()

    def say(self, text: str) -> None:
        """Type a turn, send it by the keyboard and wait for its end."""
        turns = self.turns
        self.page.fill("#words textarea", text)
        self.page.press("#words textarea", "Enter")
        self.wait_for_turn(turns + 1)

    def press(self, selector: str) -> None:
        """Press a button that leads to a turn, and wait for its end."""
        turns = self.turns
        self.page.click(selector)
        self.wait_for_turn(turns + 1)

    def wait_for_turn(self, count: int) -> None:
        self.page.wait_for_function(
            "count => document.querySelectorAll('.turn').length === count && !document.querySelector('.turn.live')",
            arg=count,
        )

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    @property
    def turns(self) -> int:
        return self.page.locator(".turn").count()

    @property
    def reply(self) -> str:
        return self.page.locator(".turn").last.locator(".reply p").first.inner_text()

    @property
    def titles(self) -> list[str]:
        return self.page.locator(".card h3").all_inner_texts()

    @property
    def items(self) -> set[str]:
        """Ids of the list."""
        return {str(button.get_attribute("data-id")) for button in self.page.locator(".card .liked").all()}

    @property
    def chips(self) -> list[str]:
        """The wishes in view, as 'must trading'."""
        return [" ".join(text.split()) for text in self.page.locator(".chip .open").all_inner_texts()]

    def act(self, chip: str, act: str) -> None:
        """Open a chip and press what can be done to it."""
        self.page.locator(".chip .open", has_text=chip).click()
        self.press(f".sheet:popover-open [data-act={act}]")

    def see(self, selector: str, text: str | None = None) -> Locator:
        """Return an element once it is in view."""
        found = self.page.locator(selector, has_text=text).first
        found.wait_for()
        return found
