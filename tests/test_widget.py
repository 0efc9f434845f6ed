"""The widget in a page, in headless Chromium: a conversation, its buttons, and words that would like to be markup."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from agent.agent import Agent
from tests.conftest import MOVIES, TWELVE_FILMS
from tests.fakes import HashEmbedder
from tests.serving import app_over, served
from tests.stored import stored_items
from tests.talking import agent_over
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.domain import Domain
from tools.index import Index
from tools.linking import Linker

CHROMIUM = "/usr/bin/chromium"
MARKUP = "<img src=x onerror=\"document.title='broken into'\">"
WAIT_MS = 30_000


@pytest.fixture
def agent(movies_domain: Domain, tmp_path: Path) -> Agent:
    """An agent over the twelve films and one whose title is markup; a slate has room for all."""
    items = {item["id"]: item for item in stored_items(MOVIES) if item["id"] in TWELVE_FILMS}
    markup = {**items["arrival-2016"], "id": "markup", "title": MARKUP, "year": 2001}
    catalogue = Catalogue.build(movies_domain, [*items.values(), markup])
    tools = ToolContext(catalogue, Index.build(catalogue, HashEmbedder(), tmp_path / "index"), HashEmbedder())
    return agent_over(tools, Linker.build(catalogue), tmp_path, slate_size=13)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        except Error as error:
            pytest.skip(f"no Chromium at {CHROMIUM} (apt-get install chromium): {str(error).splitlines()[0]}")
        yield browser
        await browser.close()


@pytest.fixture
async def page(agent: Agent, browser: Browser) -> AsyncIterator[Page]:
    async with served(app_over(agent)) as url:
        page = await browser.new_page(viewport={"width": 390, "height": 800})
        page.set_default_timeout(WAIT_MS)
        await page.goto(f"{url}/widget-demo")
        yield page
        await page.close()


async def test_the_widget_holds_a_conversation_and_its_buttons_work(page: Page) -> None:
    expect.set_options(timeout=WAIT_MS)
    words = page.get_by_role("textbox", name="Say what you are after")
    await words.fill(f"a sci-fi film {MARKUP}")
    await words.press("Enter")
    await expect(page.locator("li")).to_have_count(6)
    assert MARKUP in "".join(await page.locator("li").all_inner_texts())
    await expect(page.locator(".you")).to_contain_text("<img")
    assert await page.title() != "broken into"
    assert await page.locator("attune-widget img").count() == 0

    await page.get_by_role("button", name="Seen it: Alien").click()
    await expect(page.locator(".attune").nth(1)).to_contain_text("Alien")

    await page.get_by_role("button", name="Remove: sci-fi").click()
    await expect(page.get_by_role("button", name="Remove: sci-fi")).to_have_count(0)

    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("section.panel")).to_be_hidden()
    await page.get_by_role("button", name="Find something to like").click()
    await expect(words).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("section.panel")).to_be_hidden()


async def test_what_fails_can_be_tried_again(page: Page) -> None:
    expect.set_options(timeout=WAIT_MS)
    await page.route("**/turns", lambda route: route.abort())
    words = page.get_by_role("textbox", name="Say what you are after")
    await words.fill("a western")
    await words.press("Enter")
    await expect(page.locator(".failed")).to_contain_text("did not work")
    await page.unroute("**/turns")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("li").first).to_be_visible()
    await expect(page.locator(".failed")).to_have_count(0)
