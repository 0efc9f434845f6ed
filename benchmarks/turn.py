"""How long whole turns take, and each step of them, over conversations as people have them."""

import asyncio
import json
import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from agent.agent import Agent
from benchmarks.conversing import open_agent, settings_for
from benchmarks.timing import machine

TURNS = Path(__file__).with_name("turns.txt")
MEDIAN_MS, P95_MS = 250.0, 500.0
"""What is promised on two cores."""


def turn(
    turns: Annotated[int, typer.Option(min=1, help="How many turns to take; the list is gone through again.")] = 60,
    domain: Annotated[Path | None, typer.Option(help="A domain folder; the shipped films by default.")] = None,
    items: Annotated[int | None, typer.Option(help="Recombine the domain's items to so many first.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Median and 95th percentile of whole turns and of each step; exit code 1 where they are over what is promised."""
    figures = asyncio.run(_measure(turns, domain, items))
    if as_json:
        print(json.dumps(figures))
    else:
        _show(figures)
    raise typer.Exit(0 if figures["kept"] else 1)


def conversations(text: str) -> list[list[str]]:
    """Return the conversations of a list of turns: blocks apart by an empty line; '#' begins a comment."""
    blocks = text.split("\n\n")
    spoken = [[line for line in block.splitlines() if line and not line.startswith("#")] for block in blocks]
    return [lines for lines in spoken if lines]


async def _measure(turns: int, domain: Path | None, items: int | None) -> dict[str, Any]:
    settings = settings_for(domain, items)
    agent = await open_agent(settings, _say)
    try:
        timings = await _take(agent, turns)
        parser = type(agent.parts.parser).__name__
        count = len(agent.parts.catalogue)
    finally:
        await agent.close()
    steps = {step: _summary(times) for step, times in timings.items()}
    kept = steps["total"]["p50"] <= MEDIAN_MS and steps["total"]["p95"] <= P95_MS
    return {"turns": turns, "items": count, "parser": parser, "steps": steps, "kept": kept, "machine": machine()}


async def _take(agent: Agent, turns: int) -> dict[str, list[float]]:
    timings: dict[str, list[float]] = {}
    # One turn before the clock counts: the first one loads what is loaded once.
    await agent.chat("bench", "warm-up", "a film about the sea")
    said = _said(conversations(TURNS.read_text(encoding="utf8")))
    for _, (thread, text) in zip(range(turns), said, strict=False):
        done = await agent.chat(f"user-{thread}", thread, text)
        for step, ms in done.timings_ms.items():
            timings.setdefault(step, []).append(ms)
    return timings


def _said(spoken: list[list[str]]) -> Iterator[tuple[str, str]]:
    for number, lines in enumerate(cycle(spoken)):
        for text in lines:
            yield str(number), text


def _summary(times: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(times, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2), "n": len(times)}


def _show(figures: dict[str, Any]) -> None:
    print(f"{figures['turns']} turns over {figures['items']:,} items, parser {figures['parser']}, {figures['machine']}")
    for step, one in figures["steps"].items():
        print(f"  {step:<10} median {one['p50']:8.1f} ms   95th percentile {one['p95']:8.1f} ms   ({one['n']} times)")
    verdict = "kept" if figures["kept"] else "MISSED"
    print(f"promised: median {MEDIAN_MS:.0f} ms, 95th percentile {P95_MS:.0f} ms: {verdict}")


def _say(stage: str, done: int, total: int) -> None:
    if done == total:
        print(f"{stage}: {total:,}", file=sys.stderr)
