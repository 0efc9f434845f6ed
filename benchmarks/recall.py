"""How long remembering takes: recall and save in a turn over many profiles and threads, and many users at once."""

import asyncio
import json
import shutil
from contextlib import AsyncExitStack
from datetime import date, timedelta
from time import perf_counter
from typing import Annotated, Any

import numpy as np
import typer

from agent.agent import Agent
from agent.build import build_agent, open_database
from agent.commands import Command, Preference
from agent.history import Entry
from agent.memory.names import DEFAULT_TENANT, Names
from agent.memory.profile import Profile, learn, note_items
from agent.memory.profiles import Profiles
from agent.parsing.rules import RulesParser
from agent.settings import Settings, load_settings
from agent.statements import Statement
from agent.trace import NodeRan
from benchmarks.conversing import SHIPPED, scratch_home
from benchmarks.timing import machine
from tools.catalogue import Catalogue

MOST_MS = 15.0
"""What is promised of recall and save together, at the median."""
_KNOWN_ITEMS, _KNOWN_TURNS = 20, 4


def recall(
    profiles: Annotated[int, typer.Option(min=1)] = 10_000,
    threads: Annotated[int, typer.Option(min=1)] = 100_000,
    turns: Annotated[int, typer.Option(min=1)] = 200,
    users: Annotated[int, typer.Option(min=1, help="Users at once, two turns each.")] = 200,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Median of recall and save in SQLite, turns lost with many users at once, and growth of the database per turn."""
    home = scratch_home()
    try:
        figures = asyncio.run(_measure(load_settings(home=home, domain=SHIPPED), profiles, threads, turns, users))
    finally:
        shutil.rmtree(home)
    kept = figures["recall_and_save_ms"]["p50"] <= MOST_MS and not figures["lost"] and not figures["errors"]
    figures |= {"kept": kept, "machine": machine()}
    if as_json:
        print(json.dumps(figures))
    else:
        _show(figures)
    raise typer.Exit(0 if kept else 1)


async def _measure(settings: Settings, profiles: int, threads: int, turns: int, users: int) -> dict[str, Any]:
    shared = load_settings().index_folder
    if shared.exists():
        # The index of the films is made once; what is measured is memory.
        settings.index_folder.parent.mkdir(parents=True, exist_ok=True)
        settings.index_folder.symlink_to(shared, target_is_directory=True)
    catalogue = Catalogue.load(settings.domain)
    await _fill(settings, catalogue, profiles, threads)
    filled = _size(settings)
    agent = await build_agent(settings, catalogue=catalogue, parser=RulesParser(catalogue.domain))
    try:
        times = await _take(agent, profiles, turns)
        before = _size(settings)
        lost, errors = await _at_once(agent, users)
        growth = (_size(settings) - before) / (2 * users)
    finally:
        await agent.close()
    return {
        "profiles": profiles,
        "threads": threads,
        "turns": turns,
        "recall_and_save_ms": _summary(times),
        "users_at_once": users,
        "lost": lost,
        "errors": errors,
        "database_mb": round(filled / 1e6, 1),
        "growth_bytes_per_turn": round(growth),
    }


def _size(settings: Settings) -> int:
    return sum(path.stat().st_size for path in settings.home.glob("attune.db*"))


async def _fill(settings: Settings, catalogue: Catalogue, profiles: int, threads: int) -> None:
    """Write the profiles through the store and the threads as rows like the one that a real thread made."""
    names = Names(DEFAULT_TENANT, catalogue.domain.name)
    values = catalogue.domain.facets[next(iter(catalogue.domain.of_kind("category")))].values
    facet = next(iter(catalogue.domain.of_kind("category")))
    async with AsyncExitStack() as resources:
        database = await open_database(settings, resources)
        kept = Profiles(database, catalogue.domain.name)
        for number in range(profiles):
            await kept.save(f"user {number}", _profile(number, facet, values, catalogue))
    agent = await build_agent(settings, catalogue=catalogue, parser=RulesParser(catalogue.domain))
    try:
        for number in range(_KNOWN_TURNS):
            await agent.chat("pattern", "t", f"{values[number]} please")
    finally:
        await agent.close()
    await _copy_thread(settings, names, profiles, threads)


async def _copy_thread(settings: Settings, names: Names, profiles: int, threads: int) -> None:
    async with AsyncExitStack() as resources:
        saver: Any = (await open_database(settings, resources)).saver
        columns = "checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata"
        rows = [(names.thread(f"user {number % profiles}", f"thread {number}"),) for number in range(threads)]
        await saver.conn.execute("BEGIN")
        await saver.conn.executemany(
            f"INSERT INTO checkpoints (thread_id, {columns}) SELECT ?, {columns} FROM checkpoints "
            f"WHERE thread_id = '{names.thread('pattern', 't')}'",
            rows,
        )
        await saver.conn.execute("COMMIT")


def _profile(number: int, facet: str, values: tuple[str, ...], catalogue: Catalogue) -> Profile:
    said = [
        Statement(facet=facet, value=values[(number + step) % len(values)], lifetime="lasting", quote="I like it")
        for step in range(5)
    ]
    day = (date.today() - timedelta(days=number % 300)).isoformat()
    profile, _ = learn(Profile(), said, today=day)
    ids = [catalogue.ids[(number * 7 + step) % len(catalogue)] for step in range(_KNOWN_ITEMS)]
    return note_items(profile, [(item, "liked" if step % 2 else "seen") for step, item in enumerate(ids)], day)


async def _take(agent: Agent, profiles: int, turns: int) -> list[float]:
    """Milliseconds of recall, save and what the checkpointer does, each turn: all of it but the other steps."""
    times = []
    rng = np.random.default_rng(1)
    await agent.chat("warm-up", "t", "a western")
    for number in range(turns):
        user = f"user {rng.integers(profiles)}"
        thread = f"thread {number}"
        wish = Preference(facet="mood", value="dark", lifetime="lasting" if number % 4 == 0 else "session")
        started, others = perf_counter(), 0.0
        async for event in agent.respond(user, thread, "dark", command=Command(preferences=(wish,))):
            if isinstance(event, NodeRan) and event.node not in ("recall", "remember"):
                others += event.ms
        times.append((perf_counter() - started) * 1000 - others)
    return times


async def _at_once(agent: Agent, users: int) -> tuple[int, int]:
    """Turns lost and errors of so many users who all take two turns at once."""

    async def hold(number: int) -> list[Entry]:
        for text in ("a western", "from the 60s"):
            await agent.chat(f"new {number}", "t", text)
        return list(await agent.entries(f"new {number}", "t"))

    held = await asyncio.gather(*(hold(number) for number in range(users)), return_exceptions=True)
    errors = [one for one in held if isinstance(one, BaseException)]
    lost = sum(2 - len(one) for one in held if not isinstance(one, BaseException))
    return lost, len(errors)


def _summary(times: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(times, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}


def _show(figures: dict[str, Any]) -> None:
    times = figures["recall_and_save_ms"]
    print(f"{figures['profiles']:,} profiles, {figures['threads']:,} threads, {figures['database_mb']} MB in SQLite")
    print(f"recall and save: median {times['p50']} ms, 95th percentile {times['p95']} ms (promised: {MOST_MS:.0f} ms)")
    print(f"{figures['users_at_once']} users at once: {figures['lost']} turns lost, {figures['errors']} errors")
    print(f"the database grows by {figures['growth_bytes_per_turn']:,} bytes a turn; {figures['machine']}")
    print("kept" if figures["kept"] else "MISSED")
