"""What is kept survives whatever happens: a crash between thread and profile, a full disk, a strange file."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.agent import Agent
from agent.commands import Command, ItemReference, Preference
from agent.errors import SettingsError, StorageError, TurnRefused
from agent.memory.changes import ProfileChange
from agent.memory.database import Database
from agent.memory.sqlite import open_sqlite
from agent.settings import ROOT
from agent.trace import trace_line
from tests.databases import opened
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

NEVER_HORROR = Preference(
    facet="genre", value="horror", polarity="dislike", strength="must", lifetime="lasting", quote="never ever horror"
)
FORGET_ALL = "forget everything about me"


def lasting(value: str) -> Command:
    return Command(preferences=(NEVER_HORROR.model_copy(update={"value": value, "quote": f"no {value} for me"}),))


@pytest.fixture
def parts(tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path) -> Any:
    return lambda database: agent_over(tiny_tools, tiny_linker, tmp_path, database=database)


async def values(agent: Agent, user: str = "ana") -> list[object]:
    return sorted(str(wish.value) for wish in (await agent.memory.profile(user)).wishes)


async def test_a_change_of_a_turn_that_was_never_finished_counts_for_nothing(database: Database, parts: Any) -> None:
    agent = parts(database)
    profiles = agent.parts.profiles
    await agent.chat("ana", "t", "no war", command=lasting("war"))
    wish = (await agent.memory.profile("ana")).wishes[0].model_copy(update={"id": "p9", "value": "horror"})
    await profiles.prepare("ana", profiles.names.thread("ana", "t"), lambda _: ProfileChange(added=(wish,)))
    assert await values(agent) == ["war"]
    # The thread goes on: what was pending is gone for good, and its id is not issued again.
    await agent.chat("ana", "t", "no western", command=lasting("western"))
    assert await values(agent) == ["war", "western"]
    assert {wish.id for wish in (await agent.memory.profile("ana")).wishes} == {"p1", "p10"}


async def test_a_change_of_a_finished_turn_is_found_by_whoever_comes_next(
    database: Database, parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = parts(database)

    async def killed(*_: str) -> None:
        """What a kill right after the checkpoint leaves undone."""

    with monkeypatch.context() as patch:
        patch.setattr(agent, "_settle", killed)
        await agent.chat("ana", "t", "no war", command=lasting("war"))
    assert await values(parts(database)) == ["war"]
    assert await values(parts(database)) == ["war"]
    await agent.chat("ana", "u", "no western", command=lasting("western"))
    assert await values(agent) == ["war", "western"]


async def test_an_erasure_that_was_cut_short_is_finished_by_whoever_comes_next(
    database: Database, parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = parts(database)
    for thread in ("t", "u"):
        await agent.chat("ana", thread, "no war", command=lasting("war"))

    async def killed(user: str, but: str | None) -> None:
        """What a kill right after the checkpoint leaves undone."""

    with monkeypatch.context() as patch:
        patch.setattr(agent.memory, "_erase", killed)
        await agent.chat("ana", "t", FORGET_ALL)
    other = parts(database)
    assert await values(other) == []
    assert [one.id for one in await other.threads("ana")] == ["t"]


async def test_forget_everything_said_in_a_thread_leaves_one_bare_entry(database: Database, parts: Any) -> None:
    agent = parts(database)
    for thread in ("t", "u"):
        await agent.chat("ana", thread, "no war", command=lasting("war"), key="k")
        await agent.chat("ana", thread, "a romance", key="l")
    turn = await agent.chat("ana", "t", FORGET_ALL, key="m")
    assert "forgotten everything" in turn.reply and turn.turn == 3
    assert [one.id for one in await agent.threads("ana")] == ["t"]
    (entry,) = await agent.entries("ana", "t")
    assert entry.text == "" and (await agent.memory.profile("ana")).is_empty
    assert (await agent.chat("ana", "t", FORGET_ALL, key="m")) == turn
    assert "nothing to take back" in (await agent.chat("ana", "t", "undo", command=Command(intent="undo"))).reply
    assert (await agent.chat("ana", "t", "a romance")).wishes


async def test_undo_gives_back_items_notes_and_wishes(database: Database, parts: Any) -> None:
    agent = parts(database)
    await agent.memory.note_items("ana", {"heat-1995": "liked"})
    before = await agent.memory.profile("ana")
    disliked = ItemReference(ref="Heat", item="heat-1995", relation="disliked")
    for text, command in (
        ("no war", lasting("war")),
        ("awful", Command(intent="feedback", items=(disliked,))),
        ("remember that my kids are 5 and 8", None),
    ):  # fmt: skip
        await agent.chat("ana", "t", text, command=command)
        assert await agent.memory.profile("ana") != before
        await agent.chat("ana", "t", "undo", command=Command(intent="undo"))
        after = await agent.memory.profile("ana")
        assert after.model_copy(update={"issued": 0}) == before


async def test_fifty_users_at_once_meet_nobody_and_lose_nothing(database: Database, parts: Any) -> None:
    agent = parts(database)

    async def hold(user: str) -> None:
        for value in ("war", "western"):
            await agent.chat(user, "t", f"{user} says no {value}", command=lasting(value))

    users = [f"user {number}" for number in range(50)]
    await asyncio.gather(*(hold(user) for user in users))
    for user in users:
        assert await values(agent, user) == ["war", "western"]
        assert [entry.text.startswith(f"{user} says") for entry in await agent.entries(user, "t")] == [True, True]


async def test_threads_of_one_user_at_once_lose_no_wish(database: Database, parts: Any) -> None:
    agent = parts(database)
    said = ("war", "western", "horror", "romance", "crime")
    await asyncio.gather(*(agent.chat("ana", value, "no", command=lasting(value)) for value in said))
    assert await values(agent) == sorted(said)


USERS = ("ana", "an", "ana/t", "ана", "*")


STEPS = st.tuples(st.sampled_from(USERS), st.sampled_from(("t", "u")), st.sampled_from(("say", "forget")))


@settings(max_examples=10)
@given(st.lists(STEPS, max_size=6))
def test_interleaved_users_never_reach_each_other(
    tiny_tools: ToolContext,
    tiny_linker: Linker,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, str, str]],
) -> None:
    async def run() -> None:
        async with opened(None) as database:
            agent = agent_over(tiny_tools, tiny_linker, tmp_path_factory.getbasetemp(), database=database)
            expected: dict[str, set[str]] = {user: set() for user in USERS}
            for user, thread, step in steps:
                if step == "say":
                    await agent.chat(user, thread, f"for {user}: no war", command=lasting("war"))
                    expected[user].add(thread)
                else:
                    await agent.memory.forget_everything(user)
                    expected[user].clear()
            for user in USERS:
                assert {one.id for one in await agent.threads(user)} == expected[user]
                assert bool(await values(agent, user)) == bool(expected[user])
                for thread in expected[user]:
                    assert {entry.text for entry in await agent.entries(user, thread)} == {f"for {user}: no war"}

    asyncio.run(run())


# The files themselves


def raw(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


SECRETS = (b"XYLOPHONE", b"quagga", b"eigenartig")


async def test_no_byte_of_a_forgotten_user_is_left_in_the_files(parts: Any, tmp_path: Path) -> None:
    folder = tmp_path / "db"
    async with opened(folder / "attune.db") as database:
        agent = parts(database)
        for number in range(12):
            for user in ("ana", "bob"):
                text = f"{'XYLOPHONE quagga' if user == 'ana' else 'harmless'} {number} " * (1 + number * 20)
                await agent.chat(user, f"thread {number % 3}", text, command=lasting("war"), key=f"{number}")
        await agent.chat("ana", "thread 1", "remember that my dog is called eigenartig")
        assert b"eigenartig" in raw(folder)
        await agent.chat("ana", "thread 0", FORGET_ALL)
        left = raw(folder)
        assert not [secret for secret in SECRETS if secret in left]
        assert b"harmless" in left and len(await agent.entries("bob", "thread 0")) == 4


async def test_one_thing_forgotten_from_python_is_gone_from_the_profile_files(parts: Any, tmp_path: Path) -> None:
    folder = tmp_path / "db"
    async with opened(folder / "attune.db") as database:
        agent = parts(database)
        profile = await agent.memory.note("ana", "my dog is called eigenartig")
        assert b"eigenartig" in raw(folder)
        await agent.memory.forget_wish("ana", profile.notes[0].id)
        assert b"eigenartig" not in raw(folder)


async def test_one_checkpoint_a_thread_is_kept(parts: Any, tmp_path: Path) -> None:
    async with opened(tmp_path / "attune.db") as database:
        agent = parts(database)
        for number in range(5):
            await agent.chat("ana", "t", f"turn {number}")
        with sqlite3.connect(tmp_path / "attune.db") as connection:
            ids = {row[0] for row in connection.execute("SELECT checkpoint_id FROM checkpoints")}
            written = {row[0] for row in connection.execute("SELECT checkpoint_id FROM writes")}
            assert len(ids) == 1 and written <= ids


async def test_one_checkpoint_a_thread_is_kept_in_postgres(parts: Any, postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        agent = parts(database)
        for number in range(5):
            await agent.chat("ana", "t", f"turn {number}")
        with psycopg.connect(postgres_url) as connection:
            assert connection.execute("SELECT count(*) FROM checkpoints").fetchone() == (1,)
            channels = connection.execute("SELECT channel, count(*) FROM checkpoint_blobs GROUP BY 1").fetchall()
            assert all(count == 1 for _, count in channels)


async def test_two_processes_share_a_postgres_without_losing_a_turn(parts: Any, postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        agents = [parts(one), parts(other)]
        await asyncio.gather(*(agents[number % 2].chat("ana", "t", f"turn {number}") for number in range(8)))
        assert len(await agents[0].entries("ana", "t")) == 8


# Files and disks that do not do


async def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "attune.db"
    path.write_bytes(b"this is no database " * 100)
    with pytest.raises(SettingsError, match="damaged and was left as it is"):
        async with opened(path):
            pass
    assert path.read_bytes() == b"this is no database " * 100


async def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "attune.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(SettingsError, match="is not Attune's; nothing was changed"):
        async with opened(path):
            pass


@pytest.mark.parametrize("version", [0, 1, 99])
async def test_an_unknown_schema_version_is_refused_and_nothing_is_changed(tmp_path: Path, version: int) -> None:
    path = tmp_path / "attune.db"
    async with opened(path):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SettingsError, match=f"has schema version {version}, this one reads 2"):
        async with opened(path):
            pass
    assert path.read_bytes() == before


async def test_an_unknown_schema_version_in_postgres_is_refused(postgres_url: str) -> None:
    async with opened(postgres_url):
        pass
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE attune_schema SET version = 99")
    with pytest.raises(SettingsError, match="schema version 99"):
        async with opened(postgres_url):
            pass


async def test_a_postgres_that_is_not_there_is_said_without_its_password() -> None:
    with pytest.raises(SettingsError, match="check that the server runs") as caught:
        async with opened("postgresql://ana:hunter2@127.0.0.1:1/attune"):
            pass
    assert "hunter2" not in str(caught.value)


async def test_a_full_disk_refuses_the_turn_and_loses_none(parts: Any, tmp_path: Path) -> None:
    async with opened(tmp_path / "attune.db") as database:
        agent = parts(database)
        await agent.chat("ana", "t", "no war", command=lasting("war"))
        saver: Any = database.saver
        await (await saver.conn.execute("PRAGMA max_page_count = 1")).close()
        with pytest.raises(StorageError, match="make room"):
            await agent.chat("ana", "t", "no western " * 300, command=lasting("western"))
        await (await saver.conn.execute("PRAGMA max_page_count = 1000000")).close()
        assert len(await agent.entries("ana", "t")) == 1 and await values(agent) == ["war"]
        assert (await agent.chat("ana", "t", "a romance")).turn == 2


async def test_a_locked_database_refuses_the_turn_and_the_next_one_goes_on(parts: Any, tmp_path: Path) -> None:
    path = tmp_path / "attune.db"
    async with AsyncExitStack() as resources:
        agent = parts(await open_sqlite(path, 0.1, resources))
        await agent.chat("ana", "t", "a romance")
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another program holds the database"):
            await agent.chat("ana", "t", "longer", command=lasting("war"))
        holder.execute("ROLLBACK")
        holder.close()
        assert (await agent.chat("ana", "t", "longer")).turn == 2


# Taking along


async def test_an_export_taken_in_again_is_the_same_profile(database: Database, parts: Any) -> None:
    agent = parts(database)
    await agent.chat("ana", "t", "no war", command=lasting("war"))
    await agent.memory.note_items("ana", {"heat-1995": "liked", "alien-1979": "seen"})
    await agent.memory.note("ana", "my kids are 5 and 8")
    kept, document = await agent.memory.profile("ana"), await agent.memory.export("ana")
    assert [thread["id"] for thread in document["threads"]] == ["t"]
    assert document["threads"][0]["turns"][0]["text"] == "no war"
    await agent.memory.forget_everything("ana")
    assert await agent.memory.restore("ana", document) == kept
    assert await agent.memory.profile("ana") == kept
    assert len(await agent.entries("ana", "t")) == 0


async def test_what_cannot_be_taken_in_is_refused_and_overwrites_nothing(database: Database, parts: Any) -> None:
    agent = parts(database)
    await agent.chat("ana", "t", "no war", command=lasting("war"))
    kept, good = await agent.memory.profile("ana"), await agent.memory.export("ana")
    bad: list[tuple[Any, str]] = [
        (good, "is remembered already"),
        ({**good, "user": "bob"}, "is of user 'bob'"),
        ({**good, "version": 99}, "version 99"),
        ({**good, "domain": "games"}, "is of the domain 'games'"),
        ({**good, "profile": {**good["profile"], "wishes": "none"}}, "damaged: profile.wishes"),
        ({**good, "profile": {**good["profile"], "extra": 1}}, "damaged: profile.extra"),
        ({"user": "ana"}, "not an export"),
        ([], "not an export"),
        ("{}", "not an export"),
    ]
    for document, words in bad:
        with pytest.raises(TurnRefused, match=words):
            await agent.memory.restore("ana", document)
        assert await agent.memory.profile("ana") == kept
    assert await agent.memory.restore("bob", good, of_another=True) == kept
    assert await agent.memory.restore("ana", good, overwrite=True) == kept


# A process that is killed

KILLED = """
import asyncio, sys
from agent import build_agent, load_settings
from agent.commands import Command, Preference
from tests.conftest import BOARDGAMES
from tests.fakes import HashEmbedder

async def main() -> None:
    settings = load_settings(home=sys.argv[1], domain=BOARDGAMES, parser="rules")
    agent = await build_agent(settings, embedder=HashEmbedder())
    for number in range(int(sys.argv[2]), 10_000):
        wish = Preference(facet="theme", value=f"thing {number}", polarity="dislike", lifetime="lasting", quote="no")
        turn = await agent.chat("ana", "t", f"turn {number}", command=Command(preferences=(wish,)))
        print(number, flush=True)

asyncio.run(main())
"""


def test_a_process_killed_at_any_moment_loses_no_finished_turn(
    boardgames_tools: ToolContext, boardgames_linker: Linker, tmp_path: Path
) -> None:
    told = -1
    for answered in (3, 2):
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(told + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ}) as process:
            assert process.stdout is not None
            for _ in range(answered):
                told = int(process.stdout.readline())
            process.kill()
            rest = process.stdout.read().split()
            told = int(rest[-1]) if rest else told
        said, remembered = asyncio.run(kept(boardgames_tools, boardgames_linker, tmp_path))
        assert said[: told + 1] == [f"turn {number}" for number in range(told + 1)]
        assert remembered == [f"thing {number}" for number in range(len(said))]
        told = len(said) - 1


async def kept(tools: ToolContext, linker: Linker, home: Path) -> tuple[list[str], list[object]]:
    """What was said in the thread and what is remembered, as the next process finds it."""
    async with opened(home / "attune.db") as database:
        agent = agent_over(tools, linker, home, database=database)
        entries = await agent.entries("ana", "t")
        return [entry.text for entry in entries], [wish.value for wish in (await agent.memory.profile("ana")).wishes]


# Logs


async def test_logs_and_traces_never_carry_what_was_said(
    database: Database, parts: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    agent = parts(database)
    caplog.set_level("DEBUG")
    lines = []
    for text in ("a XYLOPHONE western", "remember that my dog is called quagga", "what do you know about me?"):
        lines += [json.dumps(trace_line(event)) async for event in agent.respond("ana", "t", text)]
    with pytest.raises(TurnRefused):
        await agent.memory.restore("ana", {"format": "attune memory", "version": "XYLOPHONE"[:3]})
    logged = "".join([*lines, *capfd.readouterr(), caplog.text])
    assert "recalled" in logged
    assert not [secret for secret in SECRETS if secret.decode() in logged]
