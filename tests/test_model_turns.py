"""Turns in which a language model writes: its words reach a person only when every claim stands, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from agent import build_agent, load_settings
from agent.agent import Agent
from agent.errors import ModelUnavailable
from agent.parsing.rules import RulesParser
from agent.trace import ModelCalled
from agent.turns import Turn
from tests.fakes import HashEmbedder
from tests.scripted import Script, ScriptedModel
from tools.catalogue import Catalogue


async def _agent(tiny: Catalogue, home: Path, *script: Script, **settings: Any) -> tuple[Agent, ScriptedModel]:
    model = ScriptedModel(*script)
    agent = await build_agent(
        load_settings(home=home, **settings),
        parser=RulesParser(tiny.domain),
        model=model,
        store=InMemoryStore(),
        checkpointer=InMemorySaver(),
        catalogue=tiny,
        embedder=HashEmbedder(),
    )
    return agent, model


async def _template(tiny: Catalogue, home: Path, text: str) -> Turn:
    """The turn as it is without a model that answers."""
    agent, _ = await _agent(tiny, home, ModelUnavailable("away"), ModelUnavailable("away"))
    return await agent.chat("ana", "t", text)


async def test_a_reply_that_rests_on_the_slate_is_shown(tiny: Catalogue, tmp_path: Path) -> None:
    first = (await _template(tiny, tmp_path, "something with space")).slate[0]
    words = f"You might start with {first.label}."
    agent, model = await _agent(tiny, tmp_path, words)
    turn = await agent.chat("ana", "t", "something with space")
    assert turn.reply == words
    assert turn.model == "scripted"
    assert model.is_used_up()


async def test_data_instead_of_sentences_never_reach_a_person(tiny: Catalogue, tmp_path: Path) -> None:
    template = (await _template(tiny, tmp_path, "a western")).reply
    agent, model = await _agent(tiny, tmp_path, '{"intent": "recommend"}', '["a western"]')
    assert (await agent.chat("ana", "t", "a western")).reply == template
    assert model.is_used_up()


async def test_a_model_that_only_reads_turns_is_not_asked_for_words(tiny: Catalogue, tmp_path: Path) -> None:
    template = (await _template(tiny, tmp_path, "a western")).reply
    agent, model = await _agent(tiny, tmp_path, writer="templates")
    assert (await agent.chat("ana", "t", "a western")).reply == template
    assert (await agent.chat("ana", "t", "who directed the first?")).model is None
    assert not model.calls


async def test_an_invented_title_is_rewritten_once_then_the_template_stands(tiny: Catalogue, tmp_path: Path) -> None:
    template = (await _template(tiny, tmp_path, "a western")).reply
    wrong = "You will love “Heat” (1995), all 999 minutes of it."
    agent, model = await _agent(tiny, tmp_path, wrong, wrong)
    turn = await agent.chat("ana", "t", "a western")
    assert turn.reply == template
    assert turn.model is None
    assert len(model.calls) == 2
    assert "cannot be used" in model.calls[1].messages[-1].text


async def test_a_mended_reply_is_shown(tiny: Catalogue, tmp_path: Path) -> None:
    agent, _ = await _agent(tiny, tmp_path, "It runs 999 minutes.", "Here is a western to start with.")
    turn = await agent.chat("ana", "t", "a western")
    assert turn.reply == "Here is a western to start with."


async def test_a_model_that_is_away_costs_nothing_but_its_words(tiny: Catalogue, tmp_path: Path) -> None:
    agent, _ = await _agent(tiny, tmp_path, ModelUnavailable("away"))
    events = [event async for event in agent.respond("ana", "t", "a western")]
    failed = [event for event in events if isinstance(event, ModelCalled)]
    assert [event.failed for event in failed] == ["ModelUnavailable"]
    view = await agent.view("ana", "t")
    assert view.slate


async def test_a_question_may_be_looked_up_and_is_answered_from_what_was_found(tiny: Catalogue, tmp_path: Path) -> None:
    look = json.dumps({"tool": "lookup", "arguments": {"ids": ["unforgiven-1992"]}})
    answer = json.dumps({"answer": "Clint Eastwood directed Unforgiven (1992)."})
    agent, model = await _agent(tiny, tmp_path, look, answer)
    turn = await agent.chat("ana", "t", 'who directed "Unforgiven"?')
    assert turn.command.intent == "question"
    assert turn.reply == "Clint Eastwood directed Unforgiven (1992)."
    assert "Clint Eastwood" in model.calls[1].messages[-1].text


@pytest.mark.parametrize(
    "said",
    [
        json.dumps({"answer": "Heat (1995) runs 42 minutes."}),
        json.dumps({"tool": "erase", "arguments": {}}),
        "no JSON at all",
        json.dumps({"answer": 7}),
    ],
)
async def test_an_answer_without_grounds_gives_way_to_the_facts(tiny: Catalogue, tmp_path: Path, said: str) -> None:
    agent, _ = await _agent(tiny, tmp_path, said)
    turn = await agent.chat("ana", "t", 'who directed "Unforgiven"?')
    assert turn.model is None
    assert "Clint Eastwood" in turn.reply


async def test_a_model_that_only_looks_is_stopped_after_three_looks(tiny: Catalogue, tmp_path: Path) -> None:
    look = json.dumps({"tool": "lookup", "arguments": {"query": "western"}})
    agent, model = await _agent(tiny, tmp_path, look, look, look, look)
    turn = await agent.chat("ana", "t", 'who directed "Unforgiven"?')
    assert len(model.calls) == 4
    assert "Clint Eastwood" in turn.reply


async def _drafted(tiny: Catalogue, home: Path, change: Any) -> Turn:
    """Hand the rules' own plan, changed, back as the model's."""
    rules = (await _template(tiny, home, "a western")).plan
    steps = [{"tool": step.tool, "arguments": step.arguments} for step in rules]
    agent, _ = await _agent(tiny, home, json.dumps({"steps": change(steps)}), ModelUnavailable("away"), planner="model")
    return await agent.chat("ana", "t", "a western")


async def test_a_plan_that_keeps_its_promises_is_carried_out(tiny: Catalogue, tmp_path: Path) -> None:
    extra = {"tool": "match", "arguments": {"text": "dusty revenge"}}
    turn = await _drafted(tiny, tmp_path, lambda steps: [steps[0], extra, *steps[1:]])
    assert {"text": "dusty revenge"} in [step.arguments for step in turn.plan]
    assert [item.id for item in turn.slate] == ["unforgiven-1992"]


@pytest.mark.parametrize(
    "change",
    [
        lambda steps: [step for step in steps if step["tool"] != "filter"],
        lambda steps: [step for step in steps if step["tool"] != "rank"],
        lambda steps: [*steps[:-1], {"tool": "diversify", "arguments": {"count": 50}}],
        lambda steps: [{"tool": "lookup", "arguments": {}}, *steps],
        lambda steps: [{"tool": "match", "arguments": {"nonsense": 1}}, *steps],
        lambda steps: [],
    ],
)
async def test_a_plan_that_breaks_its_promises_gives_way_to_the_rules(
    tiny: Catalogue, tmp_path: Path, change: Any
) -> None:
    turn = await _drafted(tiny, tmp_path, change)
    assert [step.tool for step in turn.plan] == [
        step.tool for step in (await _template(tiny, tmp_path, "a western")).plan
    ]
    assert [item.id for item in turn.slate] == ["unforgiven-1992"]
