"""The parts of the page that need no browser: sessions, presses, matches, colours, templates, the map's plane."""

import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from agent.agent import Agent
from agent.history import View
from agent.page.cards import make_cards
from agent.page.chips import make_chips
from agent.page.presses import Press, meaning
from agent.page.projection import Projection
from agent.page.rendering import render
from agent.page.sessions import Session
from agent.page.tastemap import spread
from agent.page.theme import DARK, LIGHT, Palette
from agent.planning import tool_wish
from agent.statements import Seed
from tests.browsing import paged
from tests.serving import client_of
from tests.talking import agent_over, held, shown
from tools.candidates import Candidates
from tools.context import ToolContext
from tools.domain import Domain
from tools.filter import FilterArguments, filter_items
from tools.linking import Linker

ITEM = "harbour-lights"


@pytest.fixture
def agent(boardgames_tools: ToolContext, boardgames_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(boardgames_tools, boardgames_linker, tmp_path)


async def test_a_wrong_path_of_the_api_is_answered_by_the_api_and_the_rest_by_the_page(agent: Agent) -> None:
    async with client_of(paged(agent)) as client:
        wrong, page = await client.get("/v1/nothing"), await client.get("/")
    assert (wrong.status_code, wrong.headers["content-type"]) == (404, "application/problem+json")
    assert page.status_code == 200 and "Attune" in page.text


def test_a_session_survives_being_kept_by_the_browser() -> None:
    session = Session.read(None)
    assert Session.read(session.as_kept()) == session


@pytest.mark.parametrize("kept", [None, "ana", {"user": "ana"}, {"user": 7, "thread": []}, ["a"], {"user": "g" * 32}])
def test_what_is_no_session_begins_one_that_nobody_else_has(kept: object) -> None:
    one, other = Session.read(kept), Session.read(kept)
    assert one.user != other.user
    assert re.fullmatch(r"[0-9a-f]{32}", one.user) and re.fullmatch(r"[0-9a-f]{32}", one.thread)


def test_a_kept_user_with_a_broken_thread_goes_on_as_the_same_user() -> None:
    session = Session.read(None)
    assert Session.read({"user": session.user, "thread": "?"}).user == session.user


@pytest.mark.parametrize(
    "sent", [None, "liked", {"act": "drop table"}, {"act": "say", "value": "x" * 5000}, {"id": "w1"}]
)
def test_what_a_browser_makes_up_is_no_press(sent: object) -> None:
    assert Press.read(sent) is None


def test_a_press_on_what_is_not_there_means_nothing(boardgames_tools: ToolContext) -> None:
    catalogue = boardgames_tools.catalogue
    assert meaning(Press(act="liked", id="no-such-item"), View(), catalogue) is None
    assert meaning(Press(act="harden", id="w9"), View(), catalogue) is None
    assert meaning(Press(act="say", value="  "), View(), catalogue) is None


def test_a_remembered_wish_is_set_aside_by_a_chip_and_not_forgotten(boardgames_tools: ToolContext) -> None:
    wish = held("mechanic", "trading", id="p1", lifetime="lasting", source="profile", turn=0)
    meant = meaning(Press(act="drop", id="p1"), View(lasting=(wish,)), boardgames_tools.catalogue)
    assert meant is not None and meant.command is not None
    assert [(one.op, one.lifetime) for one in meant.command.preferences] == [("remove", "session")]


def test_alternatives_are_hardened_together_and_stay_alternatives(boardgames_tools: ToolContext) -> None:
    wishes = tuple(held("mechanic", value, id=f"w{n}", group="1.1") for n, value in enumerate(("trading", "dice"), 1))
    meant = meaning(Press(act="harden", id="w2"), View(wishes=wishes), boardgames_tools.catalogue)
    assert meant is not None and meant.command is not None
    added = [one for one in meant.command.preferences if one.op == "add"]
    assert [(one.value, one.strength) for one in added] == [("trading", "must"), ("dice", "must")]
    assert len({one.any_of for one in added}) == 1 and added[0].any_of is not None


def test_bounds_have_no_other_side_to_turn_to(boardgames_tools: ToolContext) -> None:
    wish = held("price", (None, 30.0))
    view = View(wishes=(wish,))
    assert [chip.flips for chip in make_chips(view, boardgames_tools.catalogue.domain)] == [False]
    assert meaning(Press(act="flip", id=wish.id), view, boardgames_tools.catalogue) is None


async def test_bounds_made_a_preference_and_a_must_again_are_one_wish(agent: Agent) -> None:
    await agent.chat("ana", "t", "under 30 euros")
    for act, strength in (("soften", "prefer"), ("harden", "must")):
        view = await agent.view("ana", "t")
        meant = meaning(Press.model_validate({"act": act, "id": view.wishes[0].id}), view, agent.parts.catalogue)
        assert meant is not None
        turn = await agent.chat("ana", "t", meant.text, command=meant.command)
        assert [(wish.facet, wish.strength) for wish in turn.wishes] == [("price", strength)]


async def test_a_wish_is_remembered_and_then_only_for_now(agent: Agent) -> None:
    await agent.chat("ana", "t", "a trading game")
    for act, remembered in (("pin", 1), ("unpin", 0)):
        view = await agent.view("ana", "t")
        meant = meaning(Press.model_validate({"act": act, "id": view.all_wishes[0].id}), view, agent.parts.catalogue)
        assert meant is not None
        await agent.chat("ana", "t", meant.text, command=meant.command)
        assert len((await agent.memory.profile("ana")).wishes) == remembered
        assert [wish.value for wish in (await agent.view("ana", "t")).all_wishes] == ["trading"]


def test_a_card_shows_how_it_meets_each_wish(boardgames_tools: ToolContext) -> None:
    wishes = (
        held("mechanic", "trading", id="w1"),
        held("price", (None, 30.0), id="w2"),
        held("mechanic", "dice", id="w3", polarity="dislike"),
    )
    (card,) = make_cards(shown(ITEM), wishes, (), {}, boardgames_tools)
    assert [(match.label, match.verdict, match.must) for match in card.matches] == [
        ("trading", "yes", False), ("at most 30 €", "no", False), ("less dice", "yes", False),
    ]  # fmt: skip
    assert card.matches[2].filled == 5
    assert card.credits == (("designer", "Ines Valborg"),)


def test_a_must_is_met_where_the_filter_says_so(boardgames_tools: ToolContext) -> None:
    """However near an item comes to what was refused, without having it: 'no dice' is met."""
    catalogue = boardgames_tools.catalogue
    wishes = (
        held("mechanic", "dice", id="w1", polarity="dislike", strength="must"),
        held("price", (None, 30.0), id="w2", strength="must"),
        held("mechanic", "trading", id="w3", strength="must", group="1.1"),
        held("mechanic", "drafting", id="w4", strength="must", group="1.1"),
    )
    cards = make_cards(shown(*catalogue.ids), wishes, (), {}, boardgames_tools)
    for place, (own, label) in enumerate(
        [(wishes[:1], "no dice"), (wishes[1:2], "at most 30 €"), (wishes[2:], "trading or drafting")]
    ):
        arguments = FilterArguments(wishes=tuple(tool_wish(wish, catalogue.domain) for wish in own))
        kept, _ = filter_items(boardgames_tools, arguments, Candidates.all(boardgames_tools.size))
        assert 0 < len(kept) < len(cards)
        met = {card.id for card in cards if card.matches[place].verdict == "yes"}
        assert met == {catalogue.ids[row] for row in kept.rows}
        assert {(card.matches[place].label, card.matches[place].must) for card in cards} == {(label, True)}


def test_an_item_is_most_like_itself(boardgames_tools: ToolContext) -> None:
    seed = Seed(id="w1", title="Harbour Lights", item=ITEM, turn=1)
    (card,) = make_cards(shown(ITEM), (), (seed,), {}, boardgames_tools)
    assert card.matches[0].verdict == "yes" and card.matches[0].filled == 5


def test_cards_of_films_show_what_their_domain_says(tiny_tools: ToolContext) -> None:
    (card,) = make_cards(shown("arrival-2016"), (), (), {}, tiny_tools)
    assert card.facts == ("116 min", "PG-13", "English", "rating 8")
    assert card.credits == (("director", "Denis Villeneuve"), ("actor", "Amy Adams, Jeremy Renner, Forest Whitaker"))


def test_a_display_that_names_no_facet_is_refused(boardgames_tools: ToolContext) -> None:
    described = boardgames_tools.catalogue.domain.model_dump(exclude_unset=True)
    with pytest.raises(ValueError, match=r"display names facets that the domain does not have: \['colour'\]"):
        Domain.model_validate({**described, "display": {"tags": ["colour"]}})


def test_what_is_put_into_a_template_is_text() -> None:
    drawn = render("happened", happened={
        "summary": "<b>", "understood": ["<script>"], "steps": [], "times": [], "parser": "&", "writer": '"',
    })  # fmt: skip
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn and "&lt;b&gt;" in drawn


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_the_contrast_that_wcag_asks_for(palette: Palette) -> None:
    grounds = {"paper", "card", "sunk", "accent_ground", "must_ground", "against_ground"}
    for ground in sorted(grounds):
        assert _contrast(palette.ink, getattr(palette, ground)) >= 7
    for name in ("soft", "accent", "must", "against"):
        for ground in ("paper", "card"):
            assert _contrast(getattr(palette, name), getattr(palette, ground)) >= 4.5, (name, ground)
    for name in ("accent", "must", "against"):
        assert _contrast(getattr(palette, name), getattr(palette, f"{name}_ground")) >= 4.5, name
    assert _contrast(palette.soft, palette.sunk) >= 4.5
    assert _contrast(palette.on_accent, palette.accent) >= 4.5
    assert all(re.fullmatch("#[0-9a-f]{6}", getattr(palette, field.name)) for field in fields(palette))


def test_the_plane_is_worked_out_once_and_tells_kinds_apart(tiny_tools: ToolContext) -> None:
    projection = Projection(tiny_tools)
    plane = projection.plane()
    assert plane.shape == (12, 2) and np.isfinite(plane).all() and np.abs(plane).max() <= 1.001
    assert projection.plane() is plane
    assert len(projection.land()) == 12


def test_titles_on_the_map_do_not_lie_on_each_other() -> None:
    places = [(0.0, 0.5), (0.1, 0.49), (0.2, 0.5), (-0.9, 0.5), (0.0, -0.2), (0.1, 0.44)]
    heights = spread(places)
    assert heights[0] == 0.5 and heights[3] == 0.5 and heights[4] == -0.2
    near = sorted(heights[n] for n in (0, 1, 2, 5))
    assert all(high - low > 0.054 for low, high in pairwise(near))


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of relative luminances."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
