"""Many people talking at once to a server, started and stopped here: errors, times, throughput, memory."""

import asyncio
import json
import os
import random
import re
import shutil
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import httpx2
import numpy as np
import typer

from agent.settings import ROOT, load_settings
from benchmarks.conversing import scratch_home
from benchmarks.timing import machine
from benchmarks.turn import TURNS, conversations

P95_S = 2.0
"""What is promised for fifty people on two cores."""
GROWTH = 0.1
"""How much of its memory after the first fifth of a run a server may gain in the rest."""
_LISTENS = re.compile(r"listens on (http://\S+)")
_SAMPLES = 20


@dataclass
class Run:
    """What a run has seen so far."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cpu_s: float = 0.0
    """The server's processor time."""
    memory_mb: list[float] = field(default_factory=list)
    """The server's, at even steps of the run."""


def load(
    users: Annotated[int, typer.Option(min=1, max=1_000, help="People talking at once.")] = 50,
    seconds: Annotated[int, typer.Option(min=1, max=3_600, help="How long they talk.")] = 60,
    think: Annotated[float, typer.Option(min=0, help="Seconds a person takes to answer, on the mean; 0: none.")] = 2.0,
    turns: Annotated[
        int | None, typer.Option(min=20, help="So many turns instead of a time, without thinking.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Errors, times, throughput and memory; exit code 1 for an error, a slow tail or a growing server."""
    figures = asyncio.run(_measure(users, seconds, 0.0 if turns else think, turns))
    if as_json:
        print(json.dumps(figures))
    else:
        _show(figures)
    raise typer.Exit(0 if figures["kept"] else 1)


async def _measure(users: int, seconds: int, think: float, turns: int | None) -> dict[str, Any]:
    run = Run()
    load_before = machine()
    async with _server() as (url, process):
        limits = httpx2.Limits(max_connections=users)
        async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
            # Before the clock counts: the first turn loads what is loaded once.
            await _take(client, "warm-up", "warm-up", "something to begin with", Run())
            started, cpu_before = perf_counter(), _cpu_s(process.pid)
            left = count() if turns is None else iter(range(turns))
            until = started + seconds if turns is None else float("inf")
            watching = asyncio.create_task(_watch(process.pid, run, seconds / _SAMPLES, turns))
            await asyncio.gather(*(_talk(client, number, think, until, left, run) for number in range(users)))
            took = perf_counter() - started
            watching.cancel()
        run.memory_mb.append(_memory_mb(process.pid))
        run.cpu_s = _cpu_s(process.pid) - cpu_before
    return _figures(run, users, think, took, turns, load_before)


async def _talk(client: httpx2.AsyncClient, number: int, think: float, until: float, left: Any, run: Run) -> None:
    """One person: conversation after conversation, each in a thread of its own."""
    chance = random.Random(number)
    spoken = conversations(TURNS.read_text(encoding="utf8"))
    await asyncio.sleep(chance.uniform(0, think))
    while True:
        thread = uuid.uuid4().hex
        for text in chance.choice(spoken):
            if perf_counter() >= until or next(left, None) is None:
                return
            await _take(client, f"user-{number}", thread, text, run)
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think)


async def _take(client: httpx2.AsyncClient, user: str, thread: str, text: str, run: Run) -> None:
    started = perf_counter()
    try:
        answer = await client.post(f"/v1/threads/{thread}/turns", json={"text": text, "user": user})
        if answer.status_code != 200 or not answer.json()["reply"]:
            run.errors.append(f"status {answer.status_code}")
    except httpx2.HTTPError as error:
        run.errors.append(type(error).__name__)
    run.seconds.append(perf_counter() - started)


async def _watch(pid: int, run: Run, every_s: float, turns: int | None) -> None:
    """Note the server's memory at even steps: of time, or of turns."""
    while True:
        run.memory_mb.append(_memory_mb(pid))
        if turns is None:
            await asyncio.sleep(every_s)
            continue
        due = len(run.memory_mb) * turns // _SAMPLES
        while len(run.seconds) < due:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[str, Process]]:
    """Start a server on a free port, with a home of its own and the index that there is; stop it at the end."""
    settings = load_settings()
    home = scratch_home()
    if settings.index_folder.exists():
        shutil.copytree(settings.index_folder, home / "indexes" / settings.index_folder.name)
    environment = {**os.environ, "ATTUNE_HOME": str(home)}
    arguments = [str(ROOT / "app.py"), "serve", "--port", "0", "--no-page", "--domain", str(settings.domain)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=PIPE, env=environment)
    assert process.stderr is not None
    reading: asyncio.Task[None] | None = None
    try:
        said = b""
        while not (found := _LISTENS.search(said.decode(errors="replace"))):
            line = await process.stderr.readline()
            if not line:
                raise RuntimeError(f"the server did not start: {said.decode(errors='replace')[-500:]}")
            said += line
        # Its log is read away, or the pipe would fill and the server wait for it.
        reading = asyncio.create_task(_read_away(process.stderr))
        yield found[1], process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
        if reading:
            await reading
        shutil.rmtree(home, ignore_errors=True)


async def _read_away(stream: asyncio.StreamReader) -> None:
    while await stream.read(65_536):
        pass


def _memory_mb(pid: int) -> float:
    """Resident memory of a process, from /proc (kB)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _cpu_s(pid: int) -> float:
    """Processor time of a process so far, from /proc (fields 14 and 15: user and system, in ticks)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _figures(
    run: Run, users: int, think: float, took: float, turns: int | None, load_before: dict[str, Any]
) -> dict[str, Any]:
    p50, p95 = (float(np.percentile(run.seconds, share)) for share in (50, 95))
    settled = run.memory_mb[len(run.memory_mb) // 5]
    growth = run.memory_mb[-1] / settled - 1
    flat = turns is None or growth <= GROWTH
    return {
        "users": users,
        "think_s": think,
        "seconds": round(took, 1),
        "turns": len(run.seconds),
        "errors": len(run.errors),
        "kinds_of_error": sorted(set(run.errors)),
        "p50_s": round(p50, 3),
        "p95_s": round(p95, 3),
        "longest_s": round(max(run.seconds), 3),
        "turns_per_s": round(len(run.seconds) / took, 1),
        "cpu_ms_per_turn": round(1000 * run.cpu_s / len(run.seconds), 1),
        "memory_mb": [round(mb) for mb in run.memory_mb],
        "growth": round(growth, 3),
        "machine": load_before,
        "kept": not run.errors and flat and (turns is not None or p95 < P95_S),
    }


def _show(figures: dict[str, Any]) -> None:
    print(
        f"{figures['users']} people, {figures['think_s']:g} s to think, {figures['seconds']:g} s: "
        f"{figures['turns']:,} turns, {figures['errors']} errors {' '.join(figures['kinds_of_error'])}"
    )
    print(
        f"  median {figures['p50_s']:.2f} s   95th percentile {figures['p95_s']:.2f} s   "
        f"longest {figures['longest_s']:.2f} s   {figures['turns_per_s']:.1f} turns a second, "
        f"{figures['cpu_ms_per_turn']:.0f} ms of processor time each"
    )
    memory = figures["memory_mb"]
    print(f"  server: {memory[0]} MB at first, {memory[-1]} MB at last, {figures['growth']:+.1%} since it settled")
    print(f"  {figures['machine']}")
    print(f"promised: no error, 95th percentile under {P95_S:g} s: {'kept' if figures['kept'] else 'MISSED'}")
