"""Systems that are measured: what each answers, and that none knows what it must not."""

from pathlib import Path

import pytest

from agent.agent import Agent
from agent.parsing.parser import Utterance
from eval.systems.attune import Attune
from eval.systems.baselines import Baseline, by_distance, by_meaning, by_popularity, by_words
from eval.systems.protocol import System, SystemFault
from eval.systems.suite import BAD, DEFAULT, SYSTEMS, open_systems, system_names
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

WESTERN = "a western please"


@pytest.fixture
def agent(movies_tools: ToolContext, movies_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(movies_tools, movies_linker, tmp_path)


def opened(agent: Agent, name: str) -> System:
    (system,) = open_systems([name], agent)
    return system


@pytest.mark.parametrize("name", SYSTEMS)
async def test_every_system_answers_with_known_items_and_repeats_none(agent: Agent, name: str) -> None:
    dialogue = opened(agent, name).begin("ana", "t1")
    first, second = await dialogue.say(WESTERN), await dialogue.say("anything else?")
    assert len(first.slate) == 5
    assert all(item in agent.parts.catalogue for item in (*first.slate, *second.slate))
    if name != "single-shot":
        assert not set(first.slate) & set(second.slate)


@pytest.mark.parametrize("name", SYSTEMS)
async def test_every_system_ranks_a_dialogue_from_elsewhere(agent: Agent, name: str) -> None:
    turns = [Utterance("assistant", "Hello!"), Utterance("user", WESTERN)]
    ranked = await opened(agent, name).rank(turns, 50)
    assert len(ranked) == len(set(ranked)) == 50


async def test_attune_says_what_is_impossible_and_why(agent: Agent) -> None:
    answer = await opened(agent, "attune").begin("ana", "t1").say("a western from before 1915, no drama")
    assert answer.impossible and answer.slate == ()
    assert [wish.facet for wish in answer.blamed] == ["year"]


async def test_the_bad_one_shows_what_the_dense_one_likes_least(movies_tools: ToolContext) -> None:
    bad = await Baseline(BAD, by_distance, movies_tools).begin("a", "t").say(WESTERN)
    good = await Baseline("dense", by_meaning, movies_tools).rank([Utterance("user", WESTERN)], 2297)
    assert set(bad.slate) == set(good[-5:])


async def test_words_that_no_item_has_fall_back_on_the_best_known(movies_tools: ToolContext) -> None:
    said = [Utterance("user", "xyzzy")]
    assert await Baseline("bm25", by_words, movies_tools).rank(said, 5) == await Baseline(
        "popularity", by_popularity, movies_tools
    ).rank(said, 5)


async def test_a_single_shot_forgets_the_turn_before(agent: Agent) -> None:
    dialogue = opened(agent, "single-shot").begin("ana", "t1")
    first = await dialogue.say(WESTERN)
    second = await dialogue.say("nothing over two hours")
    genres = [agent.parts.catalogue.values(agent.parts.catalogue.row(item), "genre") for item in second.slate]
    assert all(
        "western" in agent.parts.catalogue.values(agent.parts.catalogue.row(item), "genre") for item in first.slate
    )
    assert not all("western" in of_one for of_one in genres)


async def test_only_attune_with_memory_knows_a_user_in_another_thread(agent: Agent) -> None:
    kept = {}
    for name in ("attune", "attune-memory"):
        system = opened(agent, name)
        await system.begin("ana", "t1").say("I never want horror")
        answer = await system.begin("ana", "t2").say("something scary")
        rows = [agent.parts.catalogue.row(item) for item in answer.slate]
        kept[name] = not any("horror" in agent.parts.catalogue.values(row, "genre") for row in rows)
    assert kept == {"attune": True, "attune-memory": False}


async def test_what_one_system_learns_no_other_knows(agent: Agent) -> None:
    one, other = Attune("one", agent), Attune("other", agent)
    await one.begin("ana", "t").say("I never want horror")
    assert (await other.agent.view("ana", "t")).lasting == ()
    assert (await one.agent.view("ana", "t2")).lasting != ()


async def test_a_plan_leaves_out_what_it_is_told_to(agent: Agent) -> None:
    answer = await opened(agent, "attune-match").agent.chat("ana", "t", "a funny western")  # type: ignore[attr-defined]
    assert [step.tool for step in answer.plan] == ["filter", "rank", "diversify"]


def test_names_and_groups_are_spelt_out_once() -> None:
    assert system_names("attune, default") == DEFAULT
    assert system_names("dense,bad") == ("dense", "bad")


@pytest.mark.parametrize("spoken", ["attune,bert", ""])
def test_a_name_that_there_is_not_is_an_error_that_says_what_there_is(spoken: str) -> None:
    with pytest.raises(SystemFault, match="popularity"):
        system_names(spoken)
