"""Labelled turns on disk: JSON Lines of a turn, its context and slate, and the command it means."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.commands import Command, ItemReference, Preference
from agent.parsing.parser import ParseInput, SlateEntry, Utterance

HELD_OUT = 0.3
"""Share of recorded dialogues that are only measured on."""


class LabelledFileError(Exception):
    """A file of labelled turns cannot be read; the message names the line."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    context: tuple[Utterance, ...] = ()
    slate: tuple[SlateEntry, ...] = ()
    utterance: str
    command: dict[str, Any]
    group: str | None = None
    leniency: dict[str, Any] = {}
    source_id: str | None = None


class LabelledTurn(BaseModel):
    """A turn and what it means. `quote` of a statement or item is the words it rests on, where the file has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    turn: ParseInput
    command: Command
    group: str | None = None
    source_id: str | None = None
    alternatives: tuple[tuple[Preference, ...], ...] = ()
    """For each statement, other labels that are as good."""
    leniency: dict[str, Any] = {}


def is_held_out(labelled: LabelledTurn) -> bool:
    """Return whether a recorded turn is only measured on; all turns of a dialogue, told by `source_id`, go together."""
    dialogue = (labelled.source_id or labelled.id).rpartition("-")[0]
    return int(hashlib.sha256(dialogue.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF < HELD_OUT


def read_labelled(path: Path, year: int = 2026) -> list[LabelledTurn]:
    """Return the labelled turns of a file. Raises LabelledFileError naming the line that is wrong."""
    try:
        text = path.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelledFileError(f"cannot read labelled turns from {str(path)!r}: {error}") from error
    return list(_turns(text, path, year))


def _turns(text: str, path: Path, year: int) -> Iterator[LabelledTurn]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield _labelled(_Line.model_validate(json.loads(line)), year)
        except (ValueError, ValidationError, KeyError, TypeError) as error:
            reason = str(error).splitlines()[0]
            raise LabelledFileError(f"{path}, line {number}: not a labelled turn: {reason}") from error


def _labelled(line: _Line, year: int) -> LabelledTurn:
    statements = [dict(statement) for statement in line.command.get("preferences", ())]
    others = tuple(tuple(_statement(other) for other in one.pop("alt", ())) for one in statements)
    command = Command(
        intent=line.command["intent"],
        preferences=tuple(map(_statement, statements)),
        items=tuple(ItemReference.model_validate(_quoted(item)) for item in line.command.get("items", ())),
        asks=tuple(line.command.get("asks", ())),
        count=line.command.get("count"),
    )
    turn = ParseInput(text=line.utterance, context=line.context, slate=line.slate, year=year)
    return LabelledTurn(
        id=line.id,
        turn=turn,
        command=command,
        group=line.group or line.id.rpartition("-")[0],
        source_id=line.source_id,
        alternatives=others,
        leniency=line.leniency,
    )


def _statement(plain: dict[str, Any]) -> Preference:
    return Preference.model_validate(_quoted(plain))


def _quoted(plain: dict[str, Any]) -> dict[str, Any]:
    """The same with what the files call a span under the name that commands use."""
    return {"quote" if name == "span" else name: part for name, part in plain.items()}
