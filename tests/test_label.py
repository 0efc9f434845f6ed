"""A teacher model labels turns; here it says what each test wrote down for it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from agent.commands import Command, ItemReference, Preference
from agent.errors import ModelError, ModelUnavailable
from agent.parsing.agreement import Matcher
from agent.parsing.instruct import InstructParser
from agent.parsing.labelled import read_labelled
from agent.parsing.parser import ParseInput
from distill.label import Labeller, NoParser, Sampling, consensus, speak, write_lines
from tests.scripted import Script, ScriptedModel
from tools.catalogue import Catalogue

TURN = ParseInput(text="a comedy like Airplane!, nothing sad")


def wish(value: str, polarity: str = "like", facet: str = "genre") -> dict[str, Any]:
    return {
        "facet": facet, "value": value, "polarity": polarity, "strength": "must", "lifetime": "session", "op": "add",
        "quote": value, "any_of": None,
    }  # fmt: skip


def reply(*wishes: dict[str, Any], intent: str = "recommend", items: tuple[dict[str, Any], ...] = ()) -> str:
    return json.dumps({"intent": intent, "preferences": wishes, "items": items, "asks": [], "count": None})


COMEDY, NOT_SAD = wish("comedy"), wish("sad", "dislike", "mood")
AIRPLANE = {"ref": "Airplane!", "relation": "similar"}


def labelled(movies: Catalogue, *script: Script) -> tuple[Any, ScriptedModel]:
    model = ScriptedModel(*script)
    sampling = Sampling(model)
    parser = InstructParser(sampling, movies.domain, NoParser())
    labeller = Labeller(parser, sampling, Matcher(movies.domain))
    return asyncio.run(labeller.label(TURN)), model


def test_samples_that_agree_become_a_label(movies: Catalogue, tmp_path: Path) -> None:
    agreed, model = labelled(movies, *[reply(COMEDY, NOT_SAD, items=(AIRPLANE,))] * 3)
    assert agreed.agreement == 1.0
    path = tmp_path / "labelled.jsonl"
    write_lines(path, [agreed])
    (turn,) = read_labelled(path)
    assert [one.value for one in turn.command.preferences] == ["comedy", "sad"]
    assert turn.command.items[0].quote == "Airplane"
    assert len({call.seed for call in model.calls}) == 3 and all(call.temperature > 0 for call in model.calls)
    assert all(call.schema for call in model.calls)


def test_what_only_one_sample_says_is_left_out(movies: Catalogue) -> None:
    agreed, _ = labelled(movies, reply(COMEDY, NOT_SAD), reply(COMEDY), reply(COMEDY))
    assert [one.value for one in agreed.command.preferences] == ["comedy"]
    assert 0.8 < agreed.agreement < 1 or agreed.agreement == 1.0


def test_samples_that_disagree_agree_little(movies: Catalogue) -> None:
    agreed, _ = labelled(movies, reply(COMEDY), reply(wish("horror"), intent="question"), reply(intent="smalltalk"))
    assert agreed.agreement < 0.5


def test_a_teacher_that_writes_nonsense_is_never_taken_for_a_label(movies: Catalogue) -> None:
    agreed, _ = labelled(movies, *["I would love to help!"] * 6)
    assert agreed.agreement == 0.0 and agreed.readings == ()


def test_a_teacher_that_is_away_is_never_taken_for_a_label(movies: Catalogue) -> None:
    agreed, _ = labelled(movies, *[ModelUnavailable("away")] * 3)
    assert agreed.agreement == 0.0 and agreed.readings == ()


def test_one_usable_sample_is_no_agreement(movies: Catalogue) -> None:
    agreed, _ = labelled(movies, reply(COMEDY), ModelUnavailable("away"), ModelUnavailable("away"))
    assert agreed.agreement == 0.0 and len(agreed.readings) == 1


def test_the_reading_that_most_agree_with_wins(movies: Catalogue) -> None:
    comedy = Preference(facet="genre", value="comedy", strength="must")
    seen = ItemReference(ref="Airplane!", relation="seen")
    readings = [
        Command(preferences=(comedy,)),
        Command(preferences=(comedy,), items=(seen,)),
        Command(intent="feedback"),
    ]
    agreed = consensus(TURN, readings, Matcher(movies.domain))
    assert agreed.command.intent == "recommend" and agreed.command.preferences == (comedy,) and not agreed.command.items


def test_a_teacher_writes_turns_about_a_topic(movies: Catalogue) -> None:
    model = ScriptedModel(json.dumps({"turns": ["something wet for a wet day", " ", "something wet for a wet day"]}))
    assert asyncio.run(speak(model, movies.domain, "a rainy Sunday", 3)) == ["something wet for a wet day"]
    assert "a rainy Sunday" in model.calls[0].messages[-1].text


def test_a_teacher_that_writes_no_turns_is_an_error(movies: Catalogue) -> None:
    with pytest.raises(ModelError, match="rainy"):
        asyncio.run(speak(ScriptedModel('{"turns": []}'), movies.domain, "a rainy Sunday", 3))
