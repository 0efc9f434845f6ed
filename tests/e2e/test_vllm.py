"""The instruct path against a real vLLM on the CPU, with a tiny model of random weights: `make e2e` runs it.

Such a model understands nothing. What is true of any model is tried here: the protocol, the schema held by decoding,
streaming, and a conversation that goes on while the server is away. With ATTUNE_STUDENT, the folder of a model that
`python -m distill train --student causal` wrote, that model is served instead, and read turns count too.
"""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent import build_agent, load_settings
from agent.commands import Command, command_schema
from agent.errors import ModelRefused, ModelUnavailable
from agent.llm import ModelCall, ModelReply
from agent.modelserver import OpenAIModel
from agent.parsing.instruct import AWAY, InstructParser
from agent.parsing.labelled import LabelledTurn, read_labelled
from agent.parsing.parser import Parsed, ParseInput, SlateEntry
from agent.parsing.review import printable
from agent.parsing.rules import RulesParser
from agent.trace import Done, Text
from agent.turns import Turn
from prompts.loader import Message
from tests.e2e.served import ROOT, VllmServer, make_tiny_model
from tests.fakes import HashEmbedder
from tools.catalogue import Catalogue
from tools.domain import Domain

pytestmark = pytest.mark.skipif(os.environ.get("ATTUNE_E2E") != "1", reason="takes minutes: make e2e runs it")

DOMAIN = Domain.load(ROOT / "data" / "movies")
HELLO = (Message("user", "hello"),)
STUDENT = os.environ.get("ATTUNE_STUDENT")


def _as_read(written: dict[str, Any]) -> dict[str, Any]:
    """What was written, with what no schema can say put right: a role of "any", and the order of a range's ends."""
    for preference in written["preferences"]:
        if preference.get("role") == "any":
            del preference["role"]
        value = preference["value"]
        if isinstance(value, dict) and {"min", "max"} <= value.keys() and not isinstance(value["min"], str):
            value["min"], value["max"] = sorted((value["min"], value["max"]))
    return written


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    folder = tmp_path_factory.mktemp("vllm")
    model = Path(STUDENT).resolve() if STUDENT else make_tiny_model(folder / "model")
    with VllmServer(model, folder / "log") as served:
        print(f"vLLM ready after {served.start():.0f} s")
        yield served


@pytest.fixture
async def model(server: VllmServer) -> AsyncIterator[OpenAIModel]:
    served = OpenAIModel(server.url, deadline_s=60)
    yield served
    await served.close()


class Examples:
    """The first labelled turns: a prompt of the usual length."""

    def __init__(self) -> None:
        self._turns = read_labelled(ROOT / "data" / "commands" / "teacher.jsonl")

    def like(self, text: str, count: int) -> Sequence[LabelledTurn]:
        return self._turns[:count]


async def test_the_name_is_asked_of_the_server(model: OpenAIModel) -> None:
    assert await model.name() == "tiny"


async def test_decoding_holds_the_schema_whatever_the_model_would_rather_say(model: OpenAIModel) -> None:
    intents = set()
    for seed in range(10):
        call = ModelCall(
            purpose="parse", messages=HELLO, schema=command_schema(DOMAIN), temperature=1.0, seed=seed, max_tokens=4000
        )
        reply = await model.reply(call)
        command = Command.model_validate(printable(_as_read(reply.json())))
        intents.add(command.intent)
        for preference in command.preferences:
            facet = DOMAIN.facets[preference.facet]
            assert facet.kind != "category" or preference.value in facet.values
    assert len(intents) > 2 or STUDENT


@pytest.mark.skipif(STUDENT is None, reason="ATTUNE_STUDENT names no folder of a causal student")
async def test_a_student_reads_turns_without_being_told_how(model: OpenAIModel) -> None:
    parser = InstructParser(model, DOMAIN, RulesParser(DOMAIN), deadline_s=60)
    said = {"thanks, bye": "smalltalk", "start over": "reset", "anything else?": "more", "undo that": "undo"}
    parsed = {text: await parser.parse(ParseInput(text=text)) for text in said}
    right = [parsed[text].parser == "instruct" and parsed[text].command.intent == said[text] for text in said]
    assert sum(right) >= 3, {text: one.command.intent for text, one in parsed.items()}


async def test_a_turn_is_parsed_by_the_model_with_examples_and_proposals(model: OpenAIModel) -> None:
    parser = InstructParser(model, DOMAIN, RulesParser(DOMAIN), examples=Examples(), propose=True, deadline_s=60)
    turn = ParseInput(text="like 1 but lighter", slate=(SlateEntry(1, "Arrival", 2016),))
    parsed = await parser.parse(turn)
    assert isinstance(parsed, Parsed)
    assert AWAY not in parsed.notices


async def test_a_streamed_reply_is_its_pieces(model: OpenAIModel) -> None:
    parts = [part async for part in model.stream(ModelCall(purpose="respond", messages=HELLO, max_tokens=12, seed=1))]
    *pieces, whole = parts
    assert isinstance(whole, ModelReply)
    assert "".join(str(piece) for piece in pieces) == whole.text
    assert whole.tokens_in > 0 and whole.tokens_out > 0


async def test_a_prompt_over_the_context_is_refused_by_name(model: OpenAIModel) -> None:
    with pytest.raises(ModelRefused):
        await model.reply(ModelCall(purpose="parse", messages=(Message("user", "film " * 20_000),)))


async def test_a_conversation_goes_on_while_the_server_is_away(
    server: VllmServer, tiny: Catalogue, tmp_path: Path
) -> None:
    """Five turns over everything as it is built for people, streamed; the server is killed after the first one."""
    settings = load_settings(
        home=tmp_path, slate_size=2, model_url=server.url, model_timeout_s=60, writer="templates" if STUDENT else "auto"
    )
    runtimes = {item.id: item.facts["runtime"] for item in tiny.items(range(len(tiny)))}
    agent = await build_agent(settings, catalogue=tiny, embedder=HashEmbedder())

    async def turn(text: str) -> Turn:
        events = [event async for event in agent.respond("ana", "t", text)]
        assert isinstance(events[-1], Done)
        assert "".join(event.delta for event in events if isinstance(event, Text)) == events[-1].turn.reply
        return events[-1].turn

    try:
        first = await turn("I'd like a drama please")
        assert AWAY not in first.notices
        server.kill()
        second = await turn("start over, nothing over two hours please")
        assert AWAY in second.notices and second.parser == "compact"
        assert len(second.slate) == 2 and all(runtimes[item.id] <= 120 for item in second.slate)
        third = await turn("anything else?")
        assert AWAY in third.notices and third.turn == 3
        assert {item.id for item in third.slate}.isdisjoint(item.id for item in second.slate)
        server.start()
        fourth = await turn("something like Arrival")
        fifth = await turn("thanks")
        assert [one.turn for one in (fourth, fifth)] == [4, 5]
        assert not any(AWAY in one.notices for one in (fourth, fifth))
    finally:
        await agent.close()
    if STUDENT:
        assert [one.parser for one in (first, fourth, fifth)] == ["instruct"] * 3
        assert ("genre", "drama") in {(one.facet, one.value) for one in first.command.preferences}
        assert [(item.ref, item.relation) for item in fourth.command.items] == [("Arrival", "similar")]
        assert fifth.command == Command(intent="smalltalk")


async def test_a_server_that_is_gone_is_known_within_seconds(server: VllmServer, model: OpenAIModel) -> None:
    server.kill()
    with pytest.raises(ModelUnavailable):
        await model.reply(ModelCall(purpose="parse", messages=HELLO))
