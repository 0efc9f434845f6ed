"""A file that a visitor brings in: a rating history, or an export of what was remembered elsewhere."""

import asyncio
import base64
import binascii
from collections.abc import Sized
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.memory.memory import Memory, say_opinion
from agent.phrasing import count_noun, join
from tools.catalogue import Catalogue
from tools.errors import ImportFault
from tools.histories import History, Malformed, Rated, Skipped, history_lines, read_history, skipped_lines
from tools.sources import Row

MOST_BYTES = 2_000_000
# No Parquet: a small file of it can unfold into more than fits.
TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")
_SHOWN = 100
_IN_THE_WAY = (
    "Something is remembered of you already. Tick “Replace what is remembered” to put the export in its place."
)


class Brought(BaseModel):
    """A file as the browser sends it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    act: Literal["bring"]
    name: str = Field(max_length=300)
    content: str = Field(max_length=4 * (MOST_BYTES // 3 + 2))
    """Base64."""
    replace: bool = False
    """An export takes the place of what is remembered."""

    @classmethod
    def read(cls, data: object) -> "Brought | None":
        """Return the file that a browser sent, None for what is none."""
        try:
            return cls.model_validate(data)
        except ValidationError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of something that was done in the memory tab."""

    words: str
    fault: bool = False
    skipped: tuple[Skipped, ...] = ()
    more: int = 0
    """Skipped lines that are not listed."""


async def bring(memory: Memory, user: str, catalogue: Catalogue, brought: Brought) -> Told:
    """Take in a file and return what came of it. Raises AttuneError and ImportFault for what cannot be taken in."""
    content = _content(brought)
    ending = Path(brought.name).suffix.lower()
    document = _json(content) if ending == ".json" else None
    if isinstance(document, dict):
        if not brought.replace and not (await memory.profile(user)).is_empty:
            return Told(words=_IN_THE_WAY, fault=True)
        profile = await memory.restore(user, document, overwrite=True, of_another=True)
        counts = [_counted(profile.wishes, "wish", "wishes"), _counted(profile.notes, "note", "notes")]
        return Told(words=f"Taken in: {join([*counts, count_noun(len(profile.items), catalogue.domain)], 'and')}.")
    if isinstance(document, list):
        rows = [_row(number, line) for number, line in enumerate(document, 1)]
        rated, malformed = history_lines(rows, catalogue.domain.noun, brought.name)
    else:
        rated, malformed = await asyncio.to_thread(_lines, content, ending, brought.name, catalogue)
    return _report(await memory.import_history(user, rated, malformed), catalogue)


def _content(brought: Brought) -> bytes:
    try:
        content = base64.b64decode(brought.content, validate=True)
    except binascii.Error as error:
        raise ImportFault("the file did not arrive whole; choose it again") from error
    if len(content) > MOST_BYTES:
        raise ImportFault(f"{brought.name!r} is longer than {MOST_BYTES:,} bytes; bring it in in parts")
    return content


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ImportFault(f"the file is not JSON: {error}") from error


def _row(number: int, line: object) -> Row:
    return Row(number, line) if isinstance(line, dict) else Row(number, {}, "not a JSON object")


def _lines(content: bytes, ending: str, name: str, catalogue: Catalogue) -> tuple[list[Rated], Malformed]:
    if ending not in TABLES:
        raise ImportFault(f"{name!r} is neither an export (.json) nor a table of ratings ({', '.join(TABLES)})")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"ratings{ending}"
        path.write_bytes(content)
        try:
            return read_history(path, catalogue.domain.noun)
        except ImportFault as fault:
            # The person knows the file by its own name, not by where it lay for a moment.
            raise ImportFault(str(fault).replace(str(path), name).replace(path.name, name)) from None


def _report(history: History, catalogue: Catalogue) -> Told:
    kept = [say_opinion(one) for one in history.judged if one.item not in history.older]
    skipped = skipped_lines(history, catalogue)
    counts = ", ".join(f"{kept.count(opinion)} {opinion}" for opinion in ("liked", "disliked", "seen"))
    left = f" Left out: {_counted(skipped, 'line', 'lines')}." if skipped else ""
    return Told(
        words=f"Kept {count_noun(len(kept), catalogue.domain)}: {counts}.{left}",
        skipped=skipped[:_SHOWN],
        more=max(0, len(skipped) - _SHOWN),
    )


def _counted(things: Sized, one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"
