"""Runs on disk: JSON Lines, a head that says what was run and then one dialogue a line; times lie in a file beside it.

Without times the same run is the same to the byte. A run that was broken off goes on where it stopped.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import orjson

from eval.simulation.dialogue import Played

FORMAT = 1
"""Goes up when figures of two runs stop being comparable."""


class RunFault(Exception):
    """A run that cannot be read or gone on with; the message says why."""


@dataclass(slots=True)
class Run:
    """What was run, and every dialogue of it that is finished."""

    head: dict[str, Any]
    dialogues: list[dict[str, Any]] = field(default_factory=list)
    latencies_ms: dict[str, list[float]] = field(default_factory=dict)
    """Dialogue -> of each turn."""
    path: Path | None = None

    @property
    def name(self) -> str:
        return self.path.stem if self.path else self.head["scenario"]

    def dialogue(self, name: str) -> dict[str, Any]:
        """Return a dialogue by name. Raises RunFault for one that there is not."""
        for one in self.dialogues:
            if one["dialogue"] == name:
                return one
        some = ", ".join(one["dialogue"] for one in self.dialogues[:3])
        raise RunFault(f"the run has no dialogue {name!r}; it has {len(self.dialogues)}, such as {some}")


def read_run(path: Path) -> Run:
    """Return a run. Raises RunFault for what is not one; a last line that was broken off is left out."""
    lines = list(_lines(path))
    if not lines or lines[0].get("format") != FORMAT:
        raise RunFault(f"{str(path)!r} is not a run of format {FORMAT}; make it anew with `python -m eval simulate`")
    times = {one["dialogue"]: one["ms"] for one in _lines(times_of(path))} if times_of(path).exists() else {}
    return Run(head=lines[0], dialogues=lines[1:], latencies_ms=times, path=path)


def times_of(path: Path) -> Path:
    """Return where the times of a run lie."""
    return path.with_suffix(".times.jsonl")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        raw = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RunFault(f"cannot read {str(path)!r}: {error.strerror}") from error
    for number, line in enumerate(raw, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except ValueError as error:
            if number == len(raw):
                return
            raise RunFault(f"{path.name} line {number} is not JSON: {error}") from error


class Recorder:
    """Writes a run as it goes; with no path it only collects."""

    def __init__(self, head: Mapping[str, Any], path: Path | None) -> None:
        """Take up the run at the path where there is one. Raises RunFault if that is another run."""
        self.run = Run(head=dict(head), path=path)
        if path is not None and path.exists() and path.stat().st_size:
            self.run = read_run(path)
            if self.run.head != json.loads(json.dumps(head)):
                raise RunFault(f"{str(path)!r} holds another run ({self.run.head}); give another --out or delete it")
            _write(path, [self.run.head, *self.run.dialogues])
        elif path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, [head])
            times_of(path).unlink(missing_ok=True)

    @property
    def done(self) -> frozenset[str]:
        """Names of the dialogues that need not be played again."""
        return frozenset(one["dialogue"] for one in self.run.dialogues)

    def keep(self, played: Played) -> None:
        """Keep a finished dialogue."""
        written = played.as_json()
        self.run.dialogues.append(written)
        self.run.latencies_ms[written["dialogue"]] = played.latencies_ms
        if self.run.path is None:
            return
        with self.run.path.open("ab") as file:
            file.write(_line(written))
        with times_of(self.run.path).open("ab") as file:
            file.write(_line({"dialogue": written["dialogue"], "ms": [round(ms, 2) for ms in played.latencies_ms]}))


def _write(path: Path, lines: list[Any]) -> None:
    path.write_bytes(b"".join(map(_line, lines)))


def _line(written: Any) -> bytes:
    return orjson.dumps(written, option=orjson.OPT_APPEND_NEWLINE)


def show_dialogue(one: Mapping[str, Any], out: TextIO) -> None:
    """Write a dialogue as it went, for a person to read."""
    instance = one["instance"]
    print(f"{one['dialogue']}: {'found' if one['success'] else one['left']}", file=out)
    for group in ("lasting", "first", "wants"):
        for want in instance.get(group, ()):
            print(f"  {group}: {_want(want)}", file=out)
    print(f"  targets: {', '.join(instance['targets']) or 'none: it is impossible'}", file=out)
    for number, turn in enumerate(one["turns"], 1):
        print(f"\n{number} user    {turn['user']}", file=out)
        print(f"  system  {turn['reply']}", file=out)
        marks = dict.fromkeys(instance["targets"], "*") | {item: "!" for item, _ in turn["broken"]}
        for place, item in enumerate(turn["slate"], 1):
            print(f"          {place} {item} {marks.get(item, '')}".rstrip(), file=out)
    if one["failure"]:
        print(f"\nfailed: {one['failure']}", file=out)


def _want(want: Mapping[str, Any]) -> str:
    ends = f"{want.get('min', '')}..{want.get('max', '')}"
    said = want.get("reveal", "volunteer")
    stance = f"{want.get('polarity', 'like')}, {want.get('strength', 'prefer')}"
    return f"{want['id']} {want['facet']} {want.get('value', ends)!r} ({stance}; {said})"
