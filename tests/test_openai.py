"""The OpenAI protocol, driven by its official client against a real server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from agent.agent import Agent
from tests.serving import app_over, served
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

TEN_TURNS = (
    "hello",
    "a sci-fi film",
    "under two hours",
    "anything else?",
    "I've seen number 1",
    "why 1?",
    "no horror",
    "undo",
    "start over",
    "a western",
)


@pytest.fixture
def agent(tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(tiny_tools, tiny_linker, tmp_path)


@pytest.fixture
async def client(agent: Agent) -> AsyncIterator[openai.AsyncOpenAI]:
    async with (
        served(app_over(agent)) as url,
        openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client,
    ):
        yield client


async def converse(client: openai.AsyncOpenAI, turns: tuple[str, ...], *, stream: bool) -> list[dict[str, Any]]:
    """Hold a conversation as chat products do: the whole history each time. Return what rode in the extra field."""
    messages: list[ChatCompletionMessageParam] = [{"role": "system", "content": "You are a pirate."}]
    extras = []
    for text in turns:
        messages.append({"role": "user", "content": text})
        content, extra = await (streamed if stream else asked)(client, messages)
        messages.append({"role": "assistant", "content": content})
        extras.append(extra)
    return extras


async def asked(client: openai.AsyncOpenAI, messages: list[ChatCompletionMessageParam]) -> tuple[str, dict[str, Any]]:
    done = await client.chat.completions.create(model="attune", messages=messages, user="ana")
    assert done.usage and done.usage.prompt_tokens > 0 and done.usage.completion_tokens > 0
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens
    assert done.model_extra
    return done.choices[0].message.content or "", done.model_extra["attune"]


async def streamed(
    client: openai.AsyncOpenAI, messages: list[ChatCompletionMessageParam]
) -> tuple[str, dict[str, Any]]:
    chunks = await client.chat.completions.create(
        model="attune", messages=messages, user="ana", stream=True, stream_options={"include_usage": True}
    )
    content, extra, usage = "", {}, None
    async for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            content += choice.delta.content or ""
            if choice.finish_reason == "stop":
                extra = (chunk.model_extra or {})["attune"]
    assert usage and usage.total_tokens > 0
    return content, extra


def answers(turns: list[dict[str, Any]]) -> list[tuple[str, list[str], list[str]]]:
    return [
        (turn["reply"], [item["id"] for item in turn["slate"]], [str(wish["value"]) for wish in turn["wishes"]])
        for turn in turns
    ]


@pytest.mark.parametrize("stream", [False, True])
async def test_ten_turns_of_resent_history_are_one_thread_with_the_native_answers(
    client: openai.AsyncOpenAI, agent: Agent, stream: bool
) -> None:
    turns = await converse(client, TEN_TURNS, stream=stream)
    assert [turn["turn"] for turn in turns] == list(range(1, 11))
    (thread,) = {turn["thread"] for turn in turns}
    assert len(await agent.entries("ana", thread)) == 10
    elsewhere = agent.for_tenant("elsewhere")
    native = [(await elsewhere.chat("ana", "t", text)).as_json() for text in TEN_TURNS]
    assert answers(turns) == answers(native)


async def test_a_history_that_the_server_does_not_know_is_replayed(client: openai.AsyncOpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": "a sci-fi film"},
        {"role": "assistant", "content": "something that somebody else said"},
        {"role": "user", "content": [{"type": "text", "text": "under two hours"}]},
    ]
    _, turn = await asked(client, messages)
    assert turn["turn"] == 2
    assert [wish["facet"] for wish in turn["wishes"]] == ["genre", "runtime"]


async def test_an_edited_message_begins_a_branch_and_leaves_the_old_one_as_it_was(
    client: openai.AsyncOpenAI, agent: Agent
) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "a sci-fi film"}]
    content, first = await asked(client, messages)
    messages.append({"role": "assistant", "content": content})
    _, second = await asked(client, [*messages, {"role": "user", "content": "under two hours"}])
    _, other = await asked(client, [*messages, {"role": "user", "content": "nothing scary"}])
    assert first["thread"] == second["thread"] != other["thread"]
    assert other["turn"] == 2
    assert len(await agent.entries("ana", first["thread"])) == 2


async def test_a_thread_named_by_a_header_goes_on_with_the_last_message_alone(client: openai.AsyncOpenAI) -> None:
    for n, text in enumerate(("a sci-fi film", "under two hours"), start=1):
        done = await client.chat.completions.create(
            model="attune",
            messages=[{"role": "user", "content": text}],
            user="ana",
            extra_headers={"X-Attune-Thread": "mine"},
        )
        assert done.model_extra and done.model_extra["attune"]["turn"] == n


async def test_who_names_no_user_is_nobody_elses_guest(client: openai.AsyncOpenAI) -> None:
    said: list[ChatCompletionMessageParam] = [{"role": "user", "content": "I never watch horror"}]
    one = await client.chat.completions.create(model="attune", messages=said)
    other = await client.chat.completions.create(model="attune", messages=[{"role": "user", "content": "hello"}])
    assert one.model_extra and other.model_extra
    assert one.model_extra["attune"]["wishes"] and not other.model_extra["attune"]["wishes"]


async def test_the_slate_is_in_the_text_for_clients_that_show_only_text(client: openai.AsyncOpenAI) -> None:
    content, turn = await asked(client, [{"role": "user", "content": "a sci-fi film"}])
    assert all(f"{item['n']}. **{item['title']}" in content for item in turn["slate"])


async def test_the_model_is_listed_and_no_other_answers(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in await client.models.list()] == ["attune"]
    with pytest.raises(openai.NotFoundError, match="there is 'attune'"):
        await client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "hello"}])


async def test_a_conversation_that_does_not_end_with_the_person_is_refused(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="last message"):
        await client.chat.completions.create(model="attune", messages=[{"role": "assistant", "content": "hello"}])
