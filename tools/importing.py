"""A table into a domain folder: rows become items by a mapping, and whatever is left out is counted and listed."""

import re
import shutil
import unicodedata
import uuid
from collections.abc import Callable
from collections.abc import Mapping as Fields
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from tools.catalogue import Catalogue
from tools.collaborative import MANIFEST, MODEL
from tools.domain import Columns, Domain
from tools.errors import ImportFault
from tools.factors import write
from tools.interactions import DROPPED, TABLE, Interactions, InteractionsReport, read_interactions
from tools.manifest import file_hash
from tools.mapping import Converter, Mapping
from tools.sources import Row, read_rows

__all__ = ["ImportReport", "Mapping", "import_items"]

_FILES = ("domain.toml", "items.jsonl", "dropped.jsonl", "import.json", TABLE, DROPPED, MODEL, MANIFEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of every row and value. The same is in the folder, as import.json and dropped.jsonl."""

    out: Path
    rows: int
    """Rows read."""
    items: int
    """Rows that became items; the others are in dropped.jsonl with the reason."""
    dropped: Fields[str, int]
    """Reason -> rows dropped for it, most frequent first."""
    unmapped: Fields[str, Fields[str, int]]
    """Column -> value that the domain does not have -> how often it was left out, most frequent first."""
    unread: Fields[str, Fields[str, int]]
    """Column -> cell that is not of the column's type -> how often it was left out, most frequent first."""
    unused: tuple[str, ...]
    """Columns of the source that the mapping does not name."""
    interactions: InteractionsReport | None = None
    """None: none were given."""


def import_items(
    source: Path,
    mapping: Mapping,
    out: Path,
    progress: Callable[[int], None] | None = None,
    overwrite: bool = False,
    interactions: Path | None = None,
) -> ImportReport:
    """Make `out` a domain folder of the rows of a JSONL, CSV, TSV or Parquet file, and return what became of them.

    The folder appears whole or not at all; one that holds a catalogue is left alone unless `overwrite`, and other
    files in it always are. progress: called now and then with the rows read so far. Raises ImportFault if source or
    mapping cannot be read, name columns that are not there, or no row becomes an item.
    interactions: a table of what many people rated, whose columns the mapping names; what they say of the items is
    learned and put beside them (see docs/interactions.md).
    """
    domain = Domain.load(mapping.domain)
    taken = [name for name in ("domain.toml", "items.jsonl") if (out / name).exists()]
    if taken and not overwrite:
        raise ImportFault(f"{str(out)!r} already holds {taken[0]}; choose another folder or say to overwrite it")
    staged = out.parent / f".{out.name}-{uuid.uuid4().hex[:8]}"
    try:
        staged.mkdir(parents=True)
        say = progress or (lambda rows: None)
        report = _Import(source, mapping, domain).run(staged, out, say)
        catalogue = Catalogue.load(staged)
        if interactions is not None:
            report = replace(report, interactions=_take_interactions(interactions, mapping, catalogue, staged, say))
            _write_report(report, staged)
        _put_in_place(staged, out)
    except OSError as error:
        raise ImportFault(f"cannot write to {str(out)!r}: {error.strerror or error}; make room or permit it") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return report


def _take_interactions(
    source: Path, mapping: Mapping, catalogue: Catalogue, staged: Path, progress: Callable[[int], None]
) -> InteractionsReport:
    if mapping.interactions is None:
        raise ImportFault(
            f"the mapping does not say what the columns of {source.name!r} are; "
            "add [interactions] with user and item (docs/interactions.md)"
        )
    table, report = read_interactions(source, mapping.interactions, catalogue, staged / DROPPED, progress)
    table.write_parquet(staged / TABLE)
    write(staged, catalogue, Interactions.of(table, catalogue), file_hash(staged / TABLE))
    return report


def _write_report(report: ImportReport, folder: Path) -> None:
    (folder / "import.json").write_bytes(orjson.dumps(report, default=str, option=orjson.OPT_INDENT_2))


class _Import:
    """One run over a source."""

    def __init__(self, source: Path, mapping: Mapping, domain: Domain) -> None:
        self._source = source
        self._mapping = mapping
        self._columns = domain.columns
        self._converter = Converter(mapping, domain)
        self._seen: set[str] = set()
        """Columns of the source."""
        self._ids: dict[str, int] = {}
        """Id of an item -> row it came from."""
        self._contents: dict[bytes, int] = {}
        self._reasons: dict[str, int] = {}

    def run(self, staged: Path, out: Path, progress: Callable[[int], None]) -> ImportReport:
        rows = 0
        with (staged / "items.jsonl").open("wb") as items, (staged / "dropped.jsonl").open("wb") as dropped:
            for rows, row in enumerate(read_rows(self._source), 1):
                self._take(row, items, dropped)
                if rows % 1000 == 0:
                    progress(rows)
        progress(rows)
        self._check_columns()
        if not self._ids:
            reason = next(iter(self._reasons), "it has no rows")
            raise ImportFault(f"no row of {self._source.name!r} became an item: {reason}")
        if not self._reasons:
            (staged / "dropped.jsonl").unlink()
        shutil.copyfile(self._mapping.domain / "domain.toml", staged / "domain.toml")
        report = self._report(out, rows)
        _write_report(report, staged)
        return report

    def _take(self, row: Row, items: BinaryIO, dropped: BinaryIO) -> None:
        reason = row.fault
        if reason is None:
            self._seen.update(row.fields)
            item = self._converter.item(row.fields)
            reason = self._fault(item, row.number)
        if reason is None:
            items.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
        else:
            # Counted without the particulars, which dropped.jsonl has.
            general = reason.split(":", 1)[0]
            self._reasons[general] = self._reasons.get(general, 0) + 1
            entry = {"row": row.number, "reason": reason, "fields": row.fields}
            dropped.write(orjson.dumps(entry, default=str, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS))

    def _fault(self, item: dict[str, Any], number: int) -> str | None:
        """Why an item cannot stand; gives it an id if it can."""
        if self._columns.title not in item:
            return "no title"
        if self._columns.id in self._mapping.columns:
            item_id = item.get(self._columns.id)
            if item_id is None:
                return "no id"
            if item_id in self._ids:
                return f"id of an earlier row: {item_id!r}, row {self._ids[item_id]}"
        else:
            content = orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
            if content in self._contents:
                return f"the same as an earlier row: row {self._contents[content]}"
            self._contents[content] = number
            item_id = self._free_id(item)
            item[self._columns.id] = item_id
        self._ids[item_id] = number
        return None

    def _free_id(self, item: dict[str, Any]) -> str:
        slug = _slug(item, self._columns)
        item_id, namesakes = slug, 1
        while item_id in self._ids:
            namesakes += 1
            item_id = f"{slug}-{namesakes}"
        return item_id

    def _check_columns(self) -> None:
        wanted = {column.source for column in self._mapping.columns.values() if column.source}
        if self._seen and (missing := sorted(wanted - self._seen)):
            raise ImportFault(f"{self._source.name!r} has no column {missing[0]!r}; it has {sorted(self._seen)}")

    def _report(self, out: Path, rows: int) -> ImportReport:
        used = {column.source for column in self._mapping.columns.values()}
        return ImportReport(
            out=out,
            rows=rows,
            items=len(self._ids),
            dropped=dict(sorted(self._reasons.items(), key=lambda pair: -pair[1])),
            unmapped={name: dict(counts.most_common()) for name, counts in self._converter.unmapped.items()},
            unread={name: dict(counts.most_common()) for name, counts in self._converter.unread.items()},
            unused=tuple(sorted(self._seen - used)),
        )


def _slug(item: Fields[str, Any], columns: Columns) -> str:
    year = item.get(columns.year) if columns.year else None
    named = str(item[columns.title]) if year is None else f"{item[columns.title]} {year}"
    letters = unicodedata.normalize("NFKD", named.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "-", re.sub(r"['’]", "", plain)).strip("-") or "item"


def _put_in_place(staged: Path, out: Path) -> None:
    if not out.exists():
        staged.rename(out)
        return
    for name in _FILES:
        if (staged / name).exists():
            (staged / name).replace(out / name)
        else:
            (out / name).unlink(missing_ok=True)
