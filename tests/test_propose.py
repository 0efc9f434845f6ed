"""Items that a language model names: one more source of the ranking, under the same musts."""

import json
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from agent import build_agent, load_settings
from agent.errors import ModelUnavailable
from agent.parsing.instruct import InstructParser
from agent.parsing.rules import RulesParser
from tests.fakes import HashEmbedder
from tests.scripted import ScriptedModel
from tools import registry
from tools.candidates import Candidates
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.errors import UnknownItem
from tools.explain import Explanation
from tools.wishes import Wish


def _ranked(tools: ToolContext, *steps: tuple[str, dict[str, object]]) -> Candidates:
    candidates = Candidates.all(tools.size)
    for name, arguments in (*steps, ("rank", {})):
        candidates = registry.run(name, tools, arguments, candidates).candidates
    return candidates


def _ids(tools: ToolContext, candidates: Candidates) -> list[str]:
    return [tools.catalogue.ids[row] for row in candidates.rows]


def test_named_items_lead_where_nothing_else_is_asked(tiny_tools: ToolContext) -> None:
    named = ["before-sunrise-1995", "unforgiven-1992"]
    assert _ids(tiny_tools, _ranked(tiny_tools, ("propose", {"items": named})))[:2] == named


def test_a_named_item_that_breaks_a_must_is_not_considered(tiny_tools: ToolContext) -> None:
    western = Wish(id="w1", facet="genre", value="western", strength="must").model_dump(exclude_defaults=True)
    ranked = _ranked(
        tiny_tools, ("filter", {"wishes": [western]}), ("propose", {"items": ["airplane-1980", "unforgiven-1992"]})
    )
    assert _ids(tiny_tools, ranked) == ["unforgiven-1992"]


def test_what_the_naming_added_is_kept_apart_and_said(tiny_tools: ToolContext) -> None:
    ranked = _ranked(tiny_tools, ("propose", {"items": ["heat-1995"]}))
    assert ranked.by_source(0)["propose"] > 0
    found = registry.run("explain", tiny_tools, {"item": "heat-1995"}, ranked).report
    assert isinstance(found, Explanation)
    assert "named by the language model" in [reason.text(tiny_tools.catalogue.domain) for reason in found.reasons]


def test_an_id_that_does_not_exist_is_an_error(tiny_tools: ToolContext) -> None:
    with pytest.raises(UnknownItem, match="no-such-film"):
        _ranked(tiny_tools, ("propose", {"items": ["no-such-film"]}))


async def test_titles_come_with_the_parse_call_and_made_up_ones_are_dropped(tiny: Catalogue, tmp_path: Path) -> None:
    said = {
        "intent": "recommend",
        "preferences": [],
        "items": [],
        "asks": [],
        "count": None,
        "titles": ["Before Sunrise", "The Purple Elephant of Oz", "Unforgiven"],
    }
    model = ScriptedModel(json.dumps(said), ModelUnavailable("away"))
    agent = await build_agent(
        load_settings(home=tmp_path),
        parser=InstructParser(model, tiny.domain, RulesParser(tiny.domain), propose=True),
        model=model,
        store=InMemoryStore(),
        checkpointer=InMemorySaver(),
        catalogue=tiny,
        embedder=HashEmbedder(),
    )
    turn = await agent.chat("ana", "t", "surprise me")
    proposed = [step.arguments["items"] for step in turn.plan if step.tool == "propose"]
    assert proposed == [["before-sunrise-1995", "unforgiven-1992"]]
    assert {item.id for item in turn.slate} >= {"before-sunrise-1995", "unforgiven-1992"}
    assert [call.purpose for call in model.calls] == ["parse", "respond"]
