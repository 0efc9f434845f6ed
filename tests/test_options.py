"""What can be set for one turn alone, and what a pressed button may say beside its command."""

from pathlib import Path

import pytest

from agent.agent import Agent
from agent.commands import Command, ItemReference, Preference, Range
from agent.turns import TurnOptions
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker


@pytest.fixture
def agent(boardgames_tools: ToolContext, boardgames_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(boardgames_tools, boardgames_linker, tmp_path)


def _about(agent: Agent, item: str, relation: str) -> ItemReference:
    label = agent.parts.catalogue.item(agent.parts.catalogue.row(item)).label
    return ItemReference.model_validate({"ref": label, "item": item, "title": label, "relation": relation})


async def test_diversity_set_for_a_turn_is_the_plans_and_the_next_turn_has_the_settings_again(agent: Agent) -> None:
    varied = await agent.chat("ana", "t", "a trading game", options=TurnOptions(diversity=0.9))
    plain = await agent.chat("ana", "t", "a light one")
    assert varied.plan[-1].arguments["dial"] == 0.9
    assert plain.plan[-1].arguments.get("dial", 0.3) == agent.parts.settings.diversity


async def test_feedback_may_leave_the_slate_as_it_is_and_is_still_noted(agent: Agent) -> None:
    first = await agent.chat("ana", "t", "a trading game")
    liked = first.slate[0].id
    command = Command(intent="feedback", items=(_about(agent, liked, "liked"),))
    turn = await agent.chat("ana", "t", "Liked it", command=command, options=TurnOptions(keep_slate=True))
    view = await agent.view("ana", "t")
    assert turn.slate == ()
    assert [item.id for item in view.slate] == [item.id for item in first.slate]
    assert view.opinions == {liked: "liked"}
    assert first.slate[0].title in turn.reply


async def test_feedback_without_that_leads_to_a_new_slate(agent: Agent) -> None:
    first = await agent.chat("ana", "t", "a light game")
    command = Command(intent="feedback", items=(_about(agent, first.slate[0].id, "seen"),))
    turn = await agent.chat("ana", "t", "Seen it", command=command)
    assert turn.slate and not {item.id for item in turn.slate} & {item.id for item in first.slate}


async def test_words_beside_a_given_command_are_not_read_for_a_meaning(agent: Agent) -> None:
    await agent.chat("ana", "t", "a trading game")
    command = Command(preferences=(Preference(facet="price", value=Range(max=30)),))
    turn = await agent.chat("ana", "t", "start over, something completely different", command=command)
    assert [wish.facet for wish in turn.wishes] == ["mechanic", "price"]


async def test_an_item_to_be_like_can_be_taken_back(agent: Agent) -> None:
    command = Command(items=(_about(agent, "harbour-lights", "similar"),))
    named = await agent.chat("ana", "t", "More like Harbour Lights", command=command)
    gone = Command(preferences=(Preference(facet="theme", value="Harbour Lights", op="remove"),))
    turn = await agent.chat("ana", "t", "Removed", command=gone)
    assert [seed.item for seed in named.seeds] == ["harbour-lights"]
    assert turn.seeds == ()
    assert "Dropped: like Harbour Lights." in turn.reply


async def test_a_wish_taken_back_and_said_anew_with_another_strength_is_not_called_dropped(agent: Agent) -> None:
    bound = Preference(facet="price", value=Range(max=30), strength="prefer")
    await agent.chat("ana", "t", "about 30", command=Command(preferences=(bound,)))
    harder = (bound.model_copy(update={"op": "remove"}), bound.model_copy(update={"strength": "must"}))
    turn = await agent.chat("ana", "t", "A must", command=Command(preferences=harder))
    assert [(wish.facet, wish.strength) for wish in turn.wishes] == [("price", "must")]
    assert "Dropped" not in turn.reply
