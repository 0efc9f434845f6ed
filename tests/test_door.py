"""The door's promises: tenants and users apart, a turn sent again taken once, threads listed and forgotten."""

import asyncio
from pathlib import Path

import pytest

from agent.agent import Agent
from agent.commands import Command, ItemReference, Preference
from agent.errors import TurnRefused
from agent.memory.database import Database
from agent.trace import Done, Text
from tests.talking import agent_over, said
from tools.context import ToolContext
from tools.linking import Linker

NEVER_HORROR = Command(
    preferences=(
        Preference(facet="genre", value="horror", polarity="dislike", strength="must", lifetime="lasting", quote="no"),
    )
)


@pytest.fixture
def agent(tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path, database: Database) -> Agent:
    return agent_over(tiny_tools, tiny_linker, tmp_path, database=database)


async def test_a_turn_sent_again_with_its_key_is_taken_once(agent: Agent) -> None:
    first = await agent.chat("ana", "t", "a western", key="k1")
    again = await agent.chat("ana", "t", "a western", key="k1")
    assert again == first
    assert len(await agent.entries("ana", "t")) == 1


async def test_both_of_two_turns_with_one_key_at_once_give_the_same_turn(agent: Agent) -> None:
    turns = await asyncio.gather(*(agent.chat("ana", "t", "a western", key="k1") for _ in range(4)))
    assert all(turn == turns[0] for turn in turns)
    assert len(await agent.entries("ana", "t")) == 1


async def test_a_turn_is_known_by_its_key_after_many_others(agent: Agent) -> None:
    turns = [await agent.chat("ana", "t", text, key=text) for text in ("a western", *"abcdefgh")]
    again = await agent.chat("ana", "t", "a western", key="a western")
    assert (again.turn, again.reply, again.slate) == (1, turns[0].reply, turns[0].slate)
    assert len(await agent.entries("ana", "t")) == len(turns)


async def test_the_last_turn_is_kept_whole_where_it_had_a_key(agent: Agent) -> None:
    assert await agent.last_turn("ana", "t") is None
    first = await agent.chat("ana", "t", "a western", key="k1")
    assert await agent.last_turn("ana", "t") == first
    assert await agent.last_turn("bob", "t") is None
    await agent.chat("ana", "t", "something longer")
    assert await agent.last_turn("ana", "t") is None


async def test_a_turn_given_once_more_is_streamed_with_its_words(agent: Agent) -> None:
    first = await agent.chat("ana", "t", "a western", key="k1")
    events = [event async for event in agent.respond("ana", "t", "a western", key="k1")]
    assert "".join(event.delta for event in events if isinstance(event, Text)) == first.reply
    assert events[-1] == Done(turn=first)


async def test_a_key_of_another_thread_or_user_is_another_key(agent: Agent) -> None:
    await agent.chat("ana", "t", "a western", key="k1")
    assert (await agent.chat("ana", "u", "a romance", key="k1")).turn == 1
    assert (await agent.chat("bob", "t", "a romance", key="k1")).turn == 1


async def test_a_key_used_for_other_words_is_refused(agent: Agent) -> None:
    await agent.chat("ana", "t", "a western", key="k1")
    with pytest.raises(TurnRefused, match="the key 'k1' is another turn's"):
        await agent.chat("ana", "t", "a romance", key="k1")
    assert len(await agent.entries("ana", "t")) == 1


async def test_threads_are_listed_newest_first_with_the_words_they_began_with(agent: Agent) -> None:
    await agent.chat("ana", "one", "a western with trains")
    await agent.chat("ana", "two", "a romance")
    await agent.chat("ana", "one", "something longer")
    await agent.chat("bob", "three", "horror")
    listed = await agent.threads("ana")
    assert [(one.id, one.title, one.turns) for one in listed] == [
        ("one", "a western with trains", 2), ("two", "a romance", 1),
    ]  # fmt: skip
    assert listed[0].updated > listed[1].updated
    assert await agent.threads("nobody") == ()


@pytest.mark.parametrize("thread", ["a/b", "%2F", "用户", "x" * 200, "é" * 200, "a.b~c"])
async def test_any_thread_id_is_listed_as_it_was_given(agent: Agent, thread: str) -> None:
    await agent.chat("an/a", thread, "a western")
    assert [one.id for one in await agent.threads("an/a")] == [thread]
    assert await agent.threads("an") == ()


async def test_a_forgotten_thread_is_gone_and_no_other(agent: Agent) -> None:
    for thread in ("one", "two"):
        await agent.chat("ana", thread, "a western")
    await agent.forget_thread("ana", "one")
    await agent.forget_thread("ana", "never was")
    assert [one.id for one in await agent.threads("ana")] == ["two"]
    assert await agent.entries("ana", "one") == ()


async def test_tenants_share_no_user(agent: Agent) -> None:
    other = agent.for_tenant("acme")
    await agent.chat("ana", "t", "never horror", command=NEVER_HORROR)
    assert await other.entries("ana", "t") == () and await other.threads("ana") == ()
    assert (await other.memory.profile("ana")).is_empty
    await other.memory.forget_everything("ana")
    assert len(await agent.entries("ana", "t")) == 1
    assert not (await agent.memory.profile("ana")).is_empty
    assert (await other.for_tenant("local").memory.profile("ana")) == await agent.memory.profile("ana")


async def test_forgetting_everything_takes_every_thread_and_the_profile(agent: Agent) -> None:
    for user in ("ana", "ana/"):
        for thread in ("one", "two"):
            await agent.chat(user, thread, "never horror", command=NEVER_HORROR)
    await agent.memory.forget_everything("ana")
    assert await agent.threads("ana") == () and (await agent.memory.profile("ana")).is_empty
    assert len(await agent.threads("ana/")) == 2 and not (await agent.memory.profile("ana/")).is_empty


async def test_memory_is_changed_from_python(agent: Agent) -> None:
    memory = agent.memory
    profile = await memory.remember_wish("ana", said("genre", "western", quote="westerns"))
    assert [(wish.value, wish.lifetime) for wish in profile.wishes] == [("western", "lasting")]
    await memory.note_items("ana", {"heat-1995": "liked"})
    assert (await memory.profile("ana")).opinions == {"heat-1995": "liked"}
    assert (await memory.forget_wish("ana", profile.wishes[0].id)).wishes == ()
    assert (await memory.forget_item("ana", "heat-1995")).is_empty
    with pytest.raises(TurnRefused, match="'p9'"):
        await memory.forget_wish("ana", "p9")
    with pytest.raises(TurnRefused, match="no item 'no-such-film'"):
        await memory.note_items("ana", {"no-such-film": "liked"})


async def test_feedback_by_button_is_remembered(agent: Agent) -> None:
    await agent.chat("ana", "t", "a western")
    liked = Command(intent="feedback", items=(ItemReference(ref=1, relation="liked"),))
    turn = await agent.chat("ana", "t", "liked number 1", command=liked)
    assert turn.command.items[0].item in (await agent.memory.profile("ana")).opinions


async def test_one_database_serves_tenants_apart(agent: Agent) -> None:
    for tenant in ("a", "a.b", "a/b", "a~", "ä" * 200):
        await agent.for_tenant(tenant).chat("ana", "t", tenant, command=NEVER_HORROR)
    for tenant in ("a", "a.b", "a/b", "a~", "ä" * 200):
        entries = await agent.for_tenant(tenant).entries("ana", "t")
        assert [entry.text for entry in entries] == [tenant]
