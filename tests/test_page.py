"""The page as a person uses it, in a headless Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.synthetic import recombined
from tests.browsing import TroubledParser, Visitor, chromium, page_server
from tests.conftest import BOARDGAMES
from tests.fakes import HashEmbedder
from tests.stored import stored_items
from tests.talking import agent_over
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.index import Index
from tools.linking import Linker

SCRIPT = "<script>alert(1)</script>"
MARKUP = "**bold** [link](javascript:alert(2)) {{constructor}} ${alert(3)} <img src=x onerror=alert(4)>"
HOSTILE = {
    "id": "hostile", "title": SCRIPT, "mechanics": ["auction"], "weight": "heavy", "themes": [MARKUP],
    "designers": ["<b>Nobody</b>"], "price": 66, "players": 3, "minutes": 66, "score": 9.9, "owners": 99,
    "summary": MARKUP,
}  # fmt: skip


@pytest.fixture(scope="module")
def parser(boardgames: Catalogue) -> TroubledParser:
    return TroubledParser(boardgames.domain)


@pytest.fixture(scope="module")
def address(boardgames: Catalogue, parser: TroubledParser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over the board games, one of which is named by somebody who means harm."""
    games = stored_items(BOARDGAMES)
    # So many that asking about them pays.
    more = recombined(boardgames.domain, games, 40, seed=1)
    catalogue = Catalogue.build(boardgames.domain, [*games, *more, HOSTILE])
    folder = tmp_path_factory.mktemp("page")
    tools = ToolContext(catalogue, Index.build(catalogue, HashEmbedder(), folder / "index"), HashEmbedder())
    with page_server(agent_over(tools, Linker.build(catalogue), folder, parser=parser)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def ana(browser: Browser, address: str) -> Iterator[Visitor]:
    visitor = Visitor(browser, address)
    yield visitor
    assert visitor.troubles == []
    # Nothing comes from anywhere else: no fonts, scripts, analytics.
    assert {host for host in visitor.asked if host and not host.startswith("127.0.0.1:")} == set()
    visitor.leave()


def test_an_opener_begins_a_conversation_and_everything_of_the_turn_is_shown(ana: Visitor) -> None:
    ana.press(".openers button >> nth=0")
    assert ana.reply
    assert 1 <= len(ana.titles) <= 5
    assert ana.chips == ["must co-operative", "must at most 30 €"]
    assert ana.page.locator(".card").first.locator(".matches li.yes").count() == 2
    ana.see(".happened summary").click()
    assert ana.page.locator(".happened tbody td:first-child").all_inner_texts()[0] == "filter"
    before = ana.see(".happened").inner_text()
    ana.open()
    ana.see(".happened summary").click()
    assert ana.see(".happened").inner_text() == before


def test_what_is_typed_refines_what_was_said(ana: Visitor) -> None:
    ana.say("a light game")
    first = ana.items
    ana.say("under 40 euros")
    assert [chip.split(" ", 1)[1] for chip in ana.chips] == ["at most light", "at most 40 €"]
    assert ana.items and not first & ana.items
    assert ana.page.locator(".turn").first.locator(".past").inner_text()


def test_every_button_of_a_card_is_noted_and_leaves_the_list_in_place(ana: Visitor) -> None:
    ana.say("a light game")
    titles = ana.titles
    for place, act in enumerate(("liked", "passed", "seen"), 1):
        ana.press(f".card:nth-child({place}) .{act}")
        assert ana.titles == titles
        assert ana.see(f".card:nth-child({place}) .{act}").get_attribute("aria-pressed") == "true"
    ana.press(".card:nth-child(2) .accept")
    assert "Enjoy" in ana.reply
    ana.press(".card:nth-child(1) .similar")
    assert any(chip.startswith("similar to") for chip in ana.chips)
    ana.tab("Memory")
    assert ana.see("#memory h3", "You liked").is_visible()
    assert ana.see("#memory h3", "You have seen").is_visible()


def test_chips_are_hardened_turned_round_remembered_and_removed(ana: Visitor) -> None:
    ana.say("a light game")
    before = ana.chips[0]
    assert before.endswith("light")
    ana.act("light", "soften" if before.startswith("must") else "harden")
    assert ana.chips[0] != before and ana.chips[0].endswith("light")
    ana.act("light", "pin")
    assert ana.chips[0].startswith("● ")
    ana.act("light", "unpin")
    assert not ana.chips[0].startswith("●")
    ana.say("a trading game")
    ana.act("trading", "flip")
    assert any(chip.startswith(("no ", "less ")) and chip.endswith("trading") for chip in ana.chips)
    ana.press(".chip:has-text('trading') .drop")
    assert not any("trading" in chip for chip in ana.chips)
    ana.press(".undo")
    assert any("trading" in chip for chip in ana.chips)


def test_an_item_to_be_like_can_be_dropped_and_others_asked_for(ana: Visitor) -> None:
    ana.say("surprise me")
    ana.press(".card:nth-child(1) .similar")
    shown = ana.items
    ana.press("[data-act=more]")
    assert ana.items and not shown & ana.items
    ana.press(".chip:has-text('similar to') .drop")
    assert not any("similar" in chip for chip in ana.chips)


def test_a_new_list_is_read_from_its_top_and_the_conversation_from_its_end(ana: Visitor) -> None:
    ana.say("a light game")
    ana.press("[data-act=more]")
    assert ana.page.evaluate("document.querySelector('#picks-column').scrollTop") == 0
    for text in ("a trading game", "under 80 euros", "no dice"):
        ana.say(text)
    ana.open()
    ana.see(".undo")
    ana.page.wait_for_function(
        "(talk => talk.scrollHeight - talk.scrollTop - talk.clientHeight < 3)(document.querySelector('#talk-log'))"
    )


def test_the_dial_sets_the_variety_of_the_next_list(ana: Visitor) -> None:
    ana.say("a light game")
    ana.page.locator("#dial input[type=range]").fill("0.9")
    ana.press("[data-act=more]")
    ana.see(".happened summary").click()
    assert ana.see(".happened", "variety 0.9").is_visible()


def test_a_question_is_answered_by_a_button(ana: Visitor) -> None:
    ana.say("surprise me")
    ana.press(".answers button >> nth=0")
    assert ana.chips


def test_chats_are_begun_found_again_and_deleted(ana: Visitor) -> None:
    ana.say("a light game")
    ana.page.click("[data-act=new]")
    ana.see(".welcome")
    assert ana.page.locator(".card").count() == 0 and not ana.page.locator(".happened").is_visible()
    ana.say("a trading game")
    ana.tab("Chats")
    assert ana.see("#chats .opened").inner_text().startswith("a trading game")
    ana.page.locator("#chats li", has_text="a light game").get_by_role("button", name="Open").click()
    ana.see(".said", "a light game")
    ana.tab("Chats")
    ana.page.locator("#chats li", has_text="a light game").get_by_role("button", name="Delete").click()
    ana.page.wait_for_function("document.querySelectorAll('#chats li').length === 1")
    ana.tab("Conversation")
    ana.see(".welcome")


def test_memory_is_read_changed_exported_and_erased(ana: Visitor) -> None:
    ana.say("a trading game")
    ana.act("trading", "pin")
    ana.press(".card:nth-child(1) .liked")
    ana.tab("Memory")
    ana.see("#memory [data-act=soften]").click()
    ana.see("#memory [data-act=harden]")
    ana.see("#memory [data-act=flip]").click()
    ana.see("#memory .chip-line.less")
    with ana.page.expect_download() as download:
        ana.page.click("#memory a[download]")
    assert "trading" in Path(download.value.path()).read_text(encoding="utf8")
    ana.page.click("#memory [data-act=forget-item]")
    ana.page.wait_for_function("!document.querySelector('#memory [data-act=forget-item]')")
    ana.page.click("text=Erase everything")
    ana.page.click("[data-act=erase]")
    ana.see("#memory .nothing")
    ana.tab("Chats")
    ana.see("#chats .nothing")


def test_two_visitors_share_nothing_and_each_finds_their_own_again(
    browser: Browser, ana: Visitor, address: str
) -> None:
    ben = Visitor(browser, address)
    ana.say("a trading game")
    ben.say("a light game")
    ana.open()
    ben.open()
    assert ana.see(".said").inner_text().endswith("a trading game")
    assert ben.see(".said").inner_text().endswith("a light game")
    assert ana.chips == ["must trading"] and all("trading" not in chip for chip in ben.chips)
    ben.tab("Chats")
    assert ben.see("#chats ul").inner_text().count("turn") == 1
    ben.leave()


def test_a_changed_id_is_just_another_visitor(ana: Visitor) -> None:
    ana.say("a trading game")
    ana.page.evaluate("localStorage.setItem('attune-session', 'something else')")
    ana.open()
    assert ana.page.locator(".welcome").is_visible()


def test_titles_and_typed_words_are_text_and_never_markup(ana: Visitor) -> None:
    ana.say("an auction game")
    assert SCRIPT in ana.titles
    ana.page.click(f".card:has-text('{SCRIPT}') summary")
    assert MARKUP in ana.see(".card details[open] p").inner_text()
    ana.press(f".card:has-text('{SCRIPT}') .liked")
    ana.say(f"{SCRIPT} {MARKUP}")
    assert ana.page.locator(".said").last.inner_text().endswith(f"{SCRIPT} {MARKUP}")
    for tab in ("Memory", "Chats"):
        ana.tab(tab)
        ana.see(f"#{tab.lower()} .panel")
    ana.page.wait_for_timeout(300)
    assert ana.page.locator("#stage script, #stage img, #stage a, #memory script, #memory b b").count() == 0


def test_a_failure_is_owned_up_to_and_can_be_tried_again(ana: Visitor, parser: TroubledParser) -> None:
    ana.say("a trading game")
    ana.page.fill("#words textarea", "break it")
    ana.page.press("#words textarea", "Enter")
    fault = ana.see(".fault")
    assert "went wrong" in fault.inner_text() and "broke" not in fault.inner_text()
    assert ana.chips == ["must trading"]
    parser.broken = False
    ana.page.click(".fault button")
    ana.wait_for_turn(2)
    parser.broken = True


def test_a_slow_turn_shows_what_was_said_and_that_it_is_under_way(ana: Visitor) -> None:
    ana.page.fill("#words textarea", "a trading game, slowly")
    ana.page.press("#words textarea", "Enter")
    assert ana.see(".turn.live .status").is_visible()
    assert ana.page.input_value("#words textarea") == ""
    ana.page.fill("#words textarea", "typed meanwhile")
    ana.wait_for_turn(1)
    assert ana.page.input_value("#words textarea") == "typed meanwhile"


def test_everything_is_reached_by_the_keyboard_and_keeps_its_place(ana: Visitor) -> None:
    ana.say("a trading game")
    chip = ana.page.locator(".chip .open")
    chip.focus()
    ana.page.keyboard.press("Enter")
    ana.see(".sheet:popover-open")
    ana.page.keyboard.press("Tab")
    assert ana.page.evaluate("document.activeElement.dataset.act") == "soften"
    ana.page.keyboard.press("Enter")
    ana.wait_for_turn(2)
    ana.page.wait_for_function("document.activeElement.closest('.chip') !== null")
    like = ana.page.locator(".card:nth-child(1) .liked")
    like.focus()
    ana.page.keyboard.press("Enter")
    ana.wait_for_turn(3)
    ana.page.wait_for_function("document.activeElement.classList.contains('liked')")


def test_light_and_dark_are_chosen_and_kept(ana: Visitor) -> None:
    assert not ana.page.evaluate("document.body.classList.contains('dark')")
    ana.page.click("[data-theme]")
    ana.open()
    ana.page.wait_for_function("document.body.classList.contains('dark')")


def test_a_phone_shows_all_of_it_without_scrolling_sideways(browser: Browser, address: str) -> None:
    visitor = Visitor(browser, address, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visitor.say("an auction game")
    for tab in ("Conversation", "Map", "Memory", "Chats"):
        visitor.tab(tab)
        visitor.page.wait_for_timeout(200)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 360
    visitor.tab("Conversation")
    dock = visitor.see("#dock").bounding_box()
    assert dock is not None and 400 < dock["y"] < 740 and dock["y"] + dock["height"] <= 741
    visitor.leave()


def test_the_map_shows_every_film_and_names_the_list(browser: Browser, tiny_tools: ToolContext, tmp_path: Path) -> None:
    agent = agent_over(tiny_tools, Linker.build(tiny_tools.catalogue), tmp_path)
    with page_server(agent) as address:
        visitor = Visitor(browser, address)
        visitor.say("sci-fi")
        visitor.tab("Map")
        visitor.see("#map .js-plotly-plot .scatterlayer")
        assert visitor.page.locator("#map .scatterlayer .trace").first.locator("path.point").count() == 12
        named = " ".join(visitor.page.locator("#map .annotation-text").all_text_contents())
        listed = visitor.page.locator(".card h3").all_text_contents()
        assert listed and all(" ".join(title.split()[:-1]) in named for title in listed)
        visitor.leave()
