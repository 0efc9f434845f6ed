"""Reading items: lines of JSON checked against a domain and laid out as typed columns."""

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Never

import orjson
import polars as pl
import pyarrow as pa

from tools.domain import Domain
from tools.errors import DomainError, ItemError

ColumnKind = Literal["text", "texts", "figure", "whole"]
"""What a column holds: one text, one or several texts, a number, a whole number."""

_EXPECTED = {
    "text": "text",
    "texts": "text or a list of texts",
    "figure": "a number",
    "whole": "a whole number",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as read, and where it came from ('line 12'), for messages."""

    place: str
    fields: Mapping[str, Any]


def read_entries(path: Path) -> Iterator[Entry]:
    """Yield the items of a JSON Lines file; blank lines are passed over.

    Raises ItemError for a missing file, a line that is not JSON (NaN is not) and a line that is not an object.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield Entry(f"{path.name} line {number}", _object(line, f"{path.name} line {number}"))
    except FileNotFoundError:
        raise ItemError(f"no {path.name} in {str(path.parent)!r}; `attune import` makes one from a table") from None
    except OSError as error:
        raise ItemError(f"cannot read {str(path)!r}: {error.strerror}; check its permissions") from error


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        start = line[:60].decode("utf8", "replace")
        raise ItemError(f"{place} is not JSON ({error}): {start!r}; write one JSON object a line") from None
    if not isinstance(fields, dict):
        raise ItemError(f"{place} holds {line[:60].decode()!r}; write one JSON object a line")
    return fields


def column_kinds(domain: Domain) -> dict[str, ColumnKind]:
    """Return what each column that the domain reads must hold. Raises DomainError if it reads one in two ways."""
    own = domain.columns
    wanted: list[tuple[str | None, ColumnKind]] = [
        (own.id, "text"),
        (own.title, "text"),
        (own.year, "whole"),
        (own.aliases, "texts"),
        (own.summary, "text"),
        (own.popularity, "figure"),
        (own.quality, "figure"),
    ]
    by_facet: dict[str, ColumnKind] = {"number": "figure", "ordinal": "text"}
    for facet in domain.facets.values():
        wanted += [(column, by_facet.get(facet.kind, "texts")) for column in facet.all_columns]
    kinds: dict[str, ColumnKind] = {}
    for column, kind in wanted:
        if column is not None:
            kinds[column] = _narrower(column, kinds.get(column, kind), kind)
    return kinds


def _narrower(column: str, one: ColumnKind, other: ColumnKind) -> ColumnKind:
    for narrow, wide in (("whole", "figure"), ("text", "texts")):
        if {one, other} <= {narrow, wide}:
            return one if one == other else narrow  # type: ignore[return-value]
    raise DomainError(f"column {column!r} is read as {_EXPECTED[one]} and as {_EXPECTED[other]}; use two columns")


def tabulate(domain: Domain, entries: Iterable[Entry]) -> pl.DataFrame:
    """Return items as columns, one row an item in the order given; what is missing or empty is null.

    `stored` values are put in the words they mean. Raises ItemError naming place, id, column and value for an item
    that does not fit: no id or title, an id seen before, a wrong type, a closed value that the domain lacks.
    """
    kept = list(entries)
    _check_ids(domain, kept)
    kinds = column_kinds(domain)
    names = dict.fromkeys([*kinds, *(name for entry in kept for name in entry.fields)])
    columns = [_Column(domain, name, kinds.get(name)).series(kept) for name in names]
    return pl.DataFrame(columns)


def _check_ids(domain: Domain, entries: list[Entry]) -> None:
    seen: dict[str, str] = {}
    for entry in entries:
        item_id = entry.fields.get(domain.columns.id)
        if not isinstance(item_id, str) or not item_id.strip():
            raise ItemError(f"{entry.place}: {domain.columns.id!r} is {item_id!r}; give each item an id that is text")
        if item_id in seen:
            raise ItemError(f"{entry.place}: the id {item_id!r} is also that of {seen[item_id]}; ids must be unique")
        seen[item_id] = entry.place
        title = entry.fields.get(domain.columns.title)
        if not isinstance(title, str) or not title.strip():
            raise ItemError(f"{entry.place}, item {item_id!r}: {domain.columns.title!r} is {title!r}; give it a title")


class _Column:
    """Checks one column and lays it out."""

    def __init__(self, domain: Domain, name: str, kind: ColumnKind | None) -> None:
        self.name = name
        self.kind = kind
        self.id_column = domain.columns.id
        self.facet, self.spoken = _closed_values(domain, name)

    def series(self, entries: list[Entry]) -> pl.Series:
        values = [self._value(entry) for entry in entries]
        if self.kind is None:
            return self._free(entries, values)
        if self.kind == "texts" and not any(isinstance(value, list) for value in values):
            return pl.Series(self.name, values, pl.String)
        if self.kind == "texts":
            lists = [[value] if isinstance(value, str) else value for value in values]
            # By way of Arrow, since polars makes a Series of each inner list and takes ten times as long.
            return pl.Series(self.name, pa.array(lists, pa.large_list(pa.large_string())))
        if self.kind == "text":
            return pl.Series(self.name, values, pl.String)
        whole = all(value is None or isinstance(value, int) for value in values)
        return pl.Series(self.name, values, pl.Int64 if whole else pl.Float64, strict=whole)

    def _value(self, entry: Entry) -> Any:
        value = entry.fields.get(self.name)
        if value is None or value in ("", []):
            return None
        if self.kind in ("figure", "whole"):
            return self._figure(entry, value)
        if self.kind == "texts" and isinstance(value, list | tuple):
            return [self._text(entry, part) for part in value]
        return value if self.kind is None else self._text(entry, value)

    def _figure(self, entry: Entry, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._refuse(entry, value)
        if self.kind == "whole" and value != int(value):
            self._refuse(entry, value)
        if abs(value) > 1e15:
            self._refuse(entry, value)
        return int(value) if self.kind == "whole" else value

    def _text(self, entry: Entry, value: Any) -> str:
        if not isinstance(value, str):
            self._refuse(entry, value)
        if self.spoken is None:
            return str(value)
        spoken = self.spoken.get(value)
        if spoken is None:
            near = difflib.get_close_matches(value, self.spoken, 1, 0.5)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            known = ", ".join(list(self.spoken)[:40])
            raise ItemError(
                f"{self._where(entry)} holds {value!r}, which facet {self.facet!r} does not have{hint}; "
                f"use one of its values ({known}) or add it to domain.toml"
            )
        return spoken

    def _free(self, entries: list[Entry], values: list[Any]) -> pl.Series:
        """A column that the domain does not read is only a fact to show: any one type will do."""
        try:
            return pl.Series(self.name, values, strict=True)
        except (TypeError, pl.exceptions.PolarsError):
            first = next(value for value in values if value is not None)
            odd = next(
                (e for e, v in zip(entries, values, strict=True) if type(v) not in (type(None), type(first))), None
            )
            where = self._where(odd) if odd is not None else f"column {self.name!r}"
            raise ItemError(
                f"{where} is of another type than {first!r} before it; let a column hold one type throughout"
            ) from None

    def _refuse(self, entry: Entry, value: Any) -> Never:
        raise ItemError(f"{self._where(entry)} holds {value!r}; it must be {_EXPECTED[self.kind or 'text']} or null")

    def _where(self, entry: Entry) -> str:
        return f"{entry.place}, item {entry.fields[self.id_column]!r}: column {self.name!r}"


def _closed_values(domain: Domain, column: str) -> tuple[str | None, dict[str, str] | None]:
    for name, facet in domain.of_kind("category", "ordinal").items():
        if column in facet.columns:
            return name, {value: value for value in facet.values} | facet.stored
    return None, None
