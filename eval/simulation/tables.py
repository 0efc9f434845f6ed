"""Figures as text."""

from collections.abc import Sequence
from typing import Any

COLUMNS: tuple[tuple[str, str], ...] = (
    ("success", "success"),
    ("turns", "turns to it"),
    ("left", "left early"),
    ("must_violations", "musts broken a dialogue"),
    ("repeats", "repeats"),
    ("questions", "questions"),
    ("diversity", "diversity"),
)
"""Figures with intervals: key and heading."""


def summary_rows(report: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return a heading and a row a system."""
    heading = ("system", "dialogues", "failed", *(title for _, title in COLUMNS), "coverage", "ms (median, 95 %)")
    rows: list[tuple[str, ...]] = [heading]
    for name, found in report["systems"].items():
        latency = found["latency_ms"]
        times = f"{latency['p50']:g}, {latency['p95']:g}" if latency else ""
        cells = (say_interval(found[key]) for key, _ in COLUMNS)
        rows.append((name, str(found["dialogues"]), str(found["failed"]), *cells, f"{found['coverage']:.3f}", times))
    return rows


def say_interval(found: dict[str, Any] | None) -> str:
    """Return '0.85 [0.76, 0.91]'; a dash for nothing to take a mean of."""
    if not found or "mean" not in found:
        return "-"
    if found["low"] is None:
        return f"{found['mean']:.2f}"
    return f"{found['mean']:.2f} [{found['low']:.2f}, {found['high']:.2f}]"


def summary_table(report: dict[str, Any]) -> str:
    """Return a run's figures as aligned text."""
    head = report["run"]
    title = (
        f"{head['scenario']}, users {', '.join(head['users'])}: {head['n']} instances, seed {head['seed']}, "
        f"{head['turns']} turns, slates of {head['slate_size']}; 95 % intervals over instances"
    )
    return f"{title}\n{aligned(summary_rows(report))}"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as text in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a Markdown table, the first as its heading."""
    head, *rest = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *rest])
