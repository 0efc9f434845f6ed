"""How much memory the default chat takes, and how long it is from start to the first answer, cold and again."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.settings import ROOT
from benchmarks.conversing import scratch_home
from benchmarks.timing import machine
from benchmarks.turn import TURNS, conversations

MOST_MB = 1_500.0
SECOND_START_S = 10.0
"""What is promised."""


def memory(
    turns: Annotated[int, typer.Option(min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Resident memory of `attune chat --json` after some turns, and seconds to the first answer of both starts."""
    home = scratch_home()
    try:
        cold = _chat(home, 1)
        again = _chat(home, turns)
    finally:
        shutil.rmtree(home)
    kept = again["rss_mb"] <= MOST_MB and again["first_answer_s"] <= SECOND_START_S
    figures: dict[str, Any] = {"cold": cold, "again": again, "turns": turns, "kept": kept, "machine": machine()}
    if as_json:
        print(json.dumps(figures))
    else:
        print(f"cold start to first answer (index built): {cold['first_answer_s']:.1f} s")
        print(f"second start to first answer: {again['first_answer_s']:.1f} s (promised: {SECOND_START_S:.0f} s)")
        print(
            f"resident after {turns} turns: {again['rss_mb']:.0f} MB, at most {again['peak_mb']:.0f} MB "
            f"(promised: {MOST_MB:.0f} MB)"
        )
    raise typer.Exit(0 if kept else 1)


def _chat(home: Path, turns: int) -> dict[str, float]:
    """Hold a conversation with a process of its own and return its seconds to the first answer and its megabytes."""
    texts = [text for lines in conversations(TURNS.read_text(encoding="utf8")) for text in lines]
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "chat", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ATTUNE_HOME": str(home)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        first = 0.0
        for text in texts[:turns]:
            process.stdin.write(f"{text}\n")
            process.stdin.flush()
            if not process.stdout.readline():
                raise typer.Exit(process.wait() or 1)
            first = first or time.perf_counter() - started
        status = _status(process.pid)
        process.stdin.close()
    return {
        "first_answer_s": round(first, 2),
        "rss_mb": status["VmRSS"] / 1024,
        "peak_mb": status["VmHWM"] / 1024,
    }


def _status(pid: int) -> dict[str, float]:
    """Return the kilobytes that /proc states of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines if line.endswith("kB"))
    return {name: float(value.split()[0]) for name, value in pairs}
