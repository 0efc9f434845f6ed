"""The memory tab: what a visitor says there, brings in and forgets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from agent.agent import Agent
from tests.browsing import TroubledParser, Visitor, chromium, page_server
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

LINES = (
    "Harbour Lights,5,2024-01-01",
    "Tin Rockets,1,",
    "<img src=x onerror=alert(1)>,3,",
    "Tin Rocket,4,",
    "Trade,4,x",
)
HISTORY = "\n".join(("Title,Rating,Date", *LINES))


@pytest.fixture
def agent(boardgames_tools: ToolContext, boardgames_linker: Linker, tmp_path: Path) -> Agent:
    parser = TroubledParser(boardgames_tools.catalogue.domain)
    return agent_over(boardgames_tools, boardgames_linker, tmp_path, parser=parser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def ana(browser: Browser, agent: Agent) -> Iterator[Visitor]:
    with page_server(agent) as address:
        visitor = Visitor(browser, address)
        yield visitor
        assert visitor.troubles == []
        visitor.leave()


def choose(visitor: Visitor, name: str, content: str | bytes, *, replace: bool = False) -> str:
    """Bring in a file by the page's own control; returns what the page says of it."""
    visitor.page.click("text=Bring in a file")
    if replace:
        visitor.page.check("#bring-sheet [name=replace]")
    before = visitor.page.locator("#memory .told").count()
    sent = content.encode() if isinstance(content, str) else content
    visitor.page.set_input_files("#bring-sheet input[type=file]", {"name": name, "mimeType": "", "buffer": sent})
    if not before:
        return visitor.see("#memory .told").inner_text()
    visitor.page.wait_for_function("!document.querySelector('#bring-sheet:popover-open')")
    visitor.page.wait_for_timeout(500)
    return visitor.see("#memory .told").inner_text()


def test_a_rating_history_is_brought_in_and_every_line_accounted_for(ana: Visitor) -> None:
    ana.tab("Memory")
    said = choose(ana, "mine.csv", HISTORY)
    assert said.startswith("Kept 2 games: 1 liked, 1 disliked, 0 seen. Left out: 3 lines.")
    ana.page.click("#memory .told summary")
    skipped = ana.page.locator("#memory .told li").all_inner_texts()
    assert skipped == [
        "Line 3, <img src=x onerror=alert(1)>: not found",
        "Line 4, Tin Rocket: not found (near to it: Tin Rockets)",
        "Line 5: date is not one (write 2026-03-31)",
    ]
    assert ana.see("#memory h3", "You liked").is_visible()
    assert ana.page.locator("#memory img").count() == 0


def test_what_cannot_be_read_is_refused_in_one_sentence(ana: Visitor) -> None:
    ana.tab("Memory")
    assert "names no items" in choose(ana, "mine.csv", "a,b\n1,2\n")
    assert ana.page.locator("#memory .told.fault").is_visible()


def test_an_export_is_taken_along_to_another_browser(browser: Browser, agent: Agent) -> None:
    with page_server(agent) as address:
        ana, elsewhere = Visitor(browser, address), Visitor(browser, address)
        ana.say("never dice games")
        ana.tab("Memory")
        with ana.page.expect_download() as download:
            ana.page.click("#memory a[download]")
        document = Path(download.value.path()).read_text(encoding="utf8")
        elsewhere.tab("Memory")
        assert choose(elsewhere, "attune-memory.json", document).startswith("Taken in: 1 wish, 0 notes")
        assert "dice" in elsewhere.see("#memory .chip-line").inner_text()
        assert "already" in choose(elsewhere, "attune-memory.json", document)
        assert choose(elsewhere, "attune-memory.json", document, replace=True).startswith(
            "Taken in: 1 wish, 0 notes and 0 games"
        )
        for visitor in (ana, elsewhere):
            assert visitor.troubles == []
            visitor.leave()


def test_what_is_said_to_be_remembered_is_understood_and_can_be_undone(ana: Visitor) -> None:
    ana.tab("Memory")
    for words in ("I never want dice games", "my kids are <b>5</b> and 8"):
        ana.page.fill("#remember-words", words)
        ana.page.press("#remember-words", "Enter")
        ana.page.wait_for_function("document.querySelector('#remember-words').value === ''")
    assert ana.see("#memory .chip-line.never").inner_text().split() == ["never", "dice"]
    assert "my kids are <b>5</b> and 8" in ana.see("#memory li", "my kids").inner_text()
    ana.tab("Conversation")
    assert ana.page.locator(".turn").count() == 2 and ana.chips == ["● remembered, never dice"]
    ana.press(".undo")
    ana.press(".undo")
    assert ana.chips == []
    ana.tab("Memory")
    ana.see("#memory .nothing")


def test_what_is_kept_asking_for_is_shown_and_forgotten(ana: Visitor) -> None:
    for _ in range(2):
        ana.say("a trading game")
        ana.page.click("[data-act=new]")
        ana.see(".welcome")
    ana.tab("Memory")
    row = ana.see("#memory li", "counted, never said outright")
    assert "trading" in row.inner_text()
    row.get_by_role("button", name="Forget").click()
    ana.see("#memory .nothing")
