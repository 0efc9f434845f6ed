"""Reading items: lines of JSON checked against a domain and laid out as typed columns."""

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
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
_LARGEST = 1e15
"""Figures beyond it would not stay whole as floating point."""


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
    """Lays out one column, a whole column at a time; which item is at fault is looked for only when one is."""

    def __init__(self, domain: Domain, name: str, kind: ColumnKind | None) -> None:
        self.name = name
        self.kind = kind
        self.id_column = domain.columns.id
        self.facet, self.spoken = _closed_values(domain, name)

    def series(self, entries: list[Entry]) -> pl.Series:
        values = [entry.fields.get(self.name) for entry in entries]
        kinds = {type(value) for value in values} - {type(None)}
        if self.kind is None:
            return self._free(entries, values)
        if self.kind in ("figure", "whole"):
            return self._figures(entries, values, kinds)
        return self._spoken(entries, self._texts(entries, values, kinds))

    def _figures(self, entries: list[Entry], values: list[Any], kinds: set[type]) -> pl.Series:
        if not kinds <= {int, float}:
            self._refuse(entries, lambda value: type(value) not in (int, float))
        figures = pl.Series(self.name, values, pl.Float64, strict=False)
        known = figures.drop_nulls()
        if not (known.is_finite() & (known.abs() <= _LARGEST)).all():
            self._refuse(entries, lambda value: not math.isfinite(value) or abs(value) > _LARGEST)
        whole = bool((known == known.floor()).all())
        if self.kind == "whole" and not whole:
            self._refuse(entries, lambda value: value != int(value))
        return figures.cast(pl.Int64) if self.kind == "whole" or float not in kinds else figures

    def _texts(self, entries: list[Entry], values: list[Any], kinds: set[type]) -> pl.Series:
        if self.kind == "text" or kinds <= {str}:
            if not kinds <= {str}:
                self._refuse(entries, lambda value: not isinstance(value, str))
            texts = pl.Series(self.name, values, pl.String)
            return texts.set(texts == "", None)
        if not kinds <= {str, list, tuple}:
            self._refuse(entries, lambda value: not isinstance(value, str | list | tuple))
        if str in kinds:
            values = [[value] if isinstance(value, str) else value for value in values]
        try:
            # By way of Arrow, since polars makes a Series of each inner list and takes ten times as long.
            lists = pl.Series(self.name, pa.array(values, pa.large_list(pa.large_string())))
        except pa.ArrowException:
            self._refuse(entries, lambda value: any(not isinstance(part, str) for part in value))
        if lists.explode(empty_as_null=False, keep_nulls=False).has_nulls():
            self._refuse(entries, lambda value: None in value)
        lists = lists.list.filter(pl.element() != "")
        return lists.set(lists.list.len() == 0, None)

    def _spoken(self, entries: list[Entry], texts: pl.Series) -> pl.Series:
        spoken = self.spoken
        if spoken is None:
            return texts
        held = (texts if texts.dtype == pl.String else texts.explode()).drop_nulls().unique().to_list()
        if any(value not in spoken for value in held):
            self._refuse_value(entries, spoken)
        changed = {value: spoken[value] for value in held if spoken[value] != value}
        if not changed:
            return texts
        return texts.replace(changed) if texts.dtype == pl.String else texts.list.eval(pl.element().replace(changed))

    def _free(self, entries: list[Entry], values: list[Any]) -> pl.Series:
        """A column that the domain does not read is only a fact to show: any one type will do."""
        try:
            return pl.Series(self.name, values, strict=True)
        except (TypeError, pl.exceptions.PolarsError):
            first = next(value for value in values if value is not None)
            self._refuse(entries, lambda value: type(value) is not type(first), f"like {first!r} before it")

    def _refuse(self, entries: list[Entry], misfit: Callable[[Any], bool], expected: str | None = None) -> Never:
        """Raise an ItemError about the first item whose value does not fit."""
        expected = expected or _EXPECTED[self.kind or "text"]
        for entry in entries:
            value = entry.fields.get(self.name)
            if value is not None and misfit(value):
                raise ItemError(f"{self._where(entry)} holds {value!r}; it must be {expected} or null")
        raise ItemError(f"column {self.name!r} does not hold one type throughout; it must be {expected} or null")

    def _refuse_value(self, entries: list[Entry], spoken: dict[str, str]) -> Never:
        """Raise an ItemError about the first closed value that the domain does not have."""
        for entry in entries:
            held = entry.fields.get(self.name) or ()
            for value in (held,) if isinstance(held, str) else held:
                if value and value not in spoken:
                    near = difflib.get_close_matches(value, spoken, 1, 0.5)
                    hint = f" (did you mean {near[0]!r}?)" if near else ""
                    known = ", ".join(list(spoken)[:40])
                    raise ItemError(
                        f"{self._where(entry)} holds {value!r}, which facet {self.facet!r} does not have{hint}; "
                        f"use one of its values ({known}) or add it to domain.toml"
                    )
        raise AssertionError(f"no item holds what column {self.name!r} was said to")

    def _where(self, entry: Entry) -> str:
        return f"{entry.place}, item {entry.fields[self.id_column]!r}: column {self.name!r}"


def _closed_values(domain: Domain, column: str) -> tuple[str | None, dict[str, str] | None]:
    for name, facet in domain.of_kind("category", "ordinal").items():
        if column in facet.columns:
            return name, {value: value for value in facet.values} | facet.stored
    return None, None
