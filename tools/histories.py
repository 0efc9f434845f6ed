"""One person's rating history: read from a table, tied to the items of a catalogue, with what each rating says."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from tools.catalogue import Catalogue
from tools.domain import Noun
from tools.errors import ImportFault
from tools.ratings import judge, read_date, read_rating, scale_of
from tools.sources import Row, read_rows

_ID = ("id", "item", "item id")
_TITLE = ("title", "name")
_YEAR = ("year", "released", "release year")
_RATING = ("rating", "your rating", "my rating", "score", "stars")
_DATE = ("date", "date rated", "rated", "watched", "watched date", "timestamp")
_NEAR_FROM = 70
"""Likeness in per cent from which a title is worth offering for one that was not found."""
_NEAR = 3
MOST_NEAR = 50
"""Lines that near titles are looked up for: each is held against every title there is."""
_YEARS_OFF = 1
"""Premieres and releases are often a year apart."""


Malformed = tuple[tuple[int, str], ...]
"""Row and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One line of a history: an item by id, or by title and year."""

    item: str | None = None
    title: str | None = None
    year: int | None = None
    rating: float | None = None
    date: str | None = None
    """ISO."""
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An item of the catalogue and what its rating says: 1 liked, 0 seen, -1 disliked."""

    item: str
    said: int
    date: str | None
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A line that no item of the catalogue could be found for, and titles near to its own."""

    row: int
    named: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a rating history says of the items of a catalogue, oldest first, and what it says of nothing."""

    judged: tuple[Judged, ...]
    unmatched: tuple[Unmatched, ...]
    malformed: Malformed = ()
    repeats: tuple[tuple[int, str], ...] = ()
    """Row and item of lines whose item a later line is about too."""
    older: frozenset[str] = frozenset()
    """Items that something is remembered of which stands against the history's word on them."""

    @property
    def repeated(self) -> int:
        """How many lines a later line stands for."""
        return len(self.repeats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A line that nothing was kept of, and why."""

    row: int
    named: str
    why: str
    near: tuple[str, ...] = ()


def skipped_lines(history: History, catalogue: Catalogue) -> tuple[Skipped, ...]:
    """Return every line of a history that nothing was kept of, in the order of the lines."""

    def label(item: str) -> str:
        return catalogue.labels[catalogue.row(item)]

    lines = [Skipped(row=row, named="", why=why) for row, why in history.malformed]
    lines += [Skipped(row=one.row, named=one.named, why="not found", near=one.near) for one in history.unmatched]
    lines += [Skipped(row=row, named=label(item), why="a later line is about it") for row, item in history.repeats]
    lines += [
        Skipped(row=one.row, named=label(one.item), why="what was said of it since stands")
        for one in history.judged
        if one.item in history.older
    ]
    return tuple(sorted(lines, key=lambda line: line.row))


def read_history(path: Path, noun: Noun) -> tuple[list[Rated], Malformed]:
    """Return the lines of a JSONL, CSV, TSV or Parquet file, and the rows that cannot be read with the reason.

    Columns are known by usual names in any case: id or item, title or name (or what an item is called: 'film'), year,
    rating, date. Raises ImportFault for a file that cannot be read or names no items.
    """
    return history_lines(read_rows(path), noun, path.name)


def history_lines(rows: Iterable[Row], noun: Noun, name: str) -> tuple[list[Rated], Malformed]:
    """Return the lines of a table of ratings as `read_history` does. name: what the table is called in an error."""
    rated: list[Rated] = []
    malformed: list[tuple[int, str]] = []
    columns: dict[str, str] | None = None
    for row in rows:
        if row.fault is not None:
            malformed.append((row.number, row.fault))
            continue
        columns = columns or _columns(row.fields, noun)
        if not {"item", "title"} & set(columns):
            raise ImportFault(f"{name!r} names no items: give it a column 'id' or 'title'; it has {sorted(row.fields)}")
        try:
            rated.append(_rated(row, columns))
        except ValueError as error:
            malformed.append((row.number, str(error)))
    if not rated and not malformed:
        raise ImportFault(f"{name!r} has no rows")
    return rated, tuple(malformed)


def _columns(fields: Iterable[str], noun: Noun) -> dict[str, str]:
    """What a line has -> the table's column for it."""
    named = {re.sub(r"[\s_-]+", " ", str(field)).strip().casefold(): field for field in fields}
    own = (noun.one, *noun.also)
    wanted = {
        "item": (*_ID, f"{noun.one} id"),
        "title": (*_TITLE, *own, *(f"{word} title" for word in own)),
        "year": _YEAR,
        "rating": _RATING,
        "date": _DATE,
    }
    found = {part: next((named[name] for name in names if name in named), None) for part, names in wanted.items()}
    return {part: column for part, column in found.items() if column is not None}


def _rated(row: Row, columns: dict[str, str]) -> Rated:
    def cell(part: str) -> Any:
        return row.fields.get(columns[part]) if part in columns else None

    item, title = (_text(cell(part)) for part in ("item", "title"))
    if not item and not title:
        raise ValueError("no item")
    year = _text(cell("year"))
    in_title = re.search(r"^(.*\S)\s*\((\d{4})\)$", title or "")
    if in_title:
        title, year = in_title[1], year or in_title[2]
    if year and not re.fullmatch(r"\d{4}(?:\.0)?", year):
        raise ValueError(f"year is not one: {year!r}")
    return Rated(
        item=item,
        title=title,
        year=int(float(year)) if year else None,
        rating=read_rating(cell("rating")),
        date=read_date(cell("date")),
        row=row.number,
    )


def _text(cell: Any) -> str | None:
    return str(cell).strip() or None if isinstance(cell, str | int | float) and not isinstance(cell, bool) else None


def judge_history(rated: Sequence[Rated], catalogue: Catalogue, malformed: Malformed = ()) -> History:
    """Return what the lines say of the catalogue's items, by the rule of tools.ratings over all of them.

    A line's id counts before its title; a title without a year is the best known item of that title. Of several lines
    of one item the latest counts.
    """
    titles = _Titles(catalogue)
    ratings = np.array([np.nan if one.rating is None else one.rating for one in rated], np.float64)
    said = judge(np.zeros(len(rated), np.int64), ratings, scale_of(ratings))
    found: dict[str, Judged] = {}
    lost: list[Rated] = []
    repeats: list[tuple[int, str]] = []
    # What has no date comes first: it is the oldest word as far as is known.
    order = sorted(range(len(rated)), key=lambda place: (rated[place].date or "", place))
    for place in order:
        one = rated[place]
        item = one.item if one.item in catalogue else titles.find(one)
        if item is None:
            lost.append(one)
            continue
        if before := found.pop(item, None):
            repeats.append((before.row, item))
        found[item] = Judged(item=item, said=int(said[place]), date=one.date, row=one.row)
    lost.sort(key=lambda one: one.row)
    unmatched = [
        Unmatched(row=one.row, named=_named(one), near=titles.near(one) if place < MOST_NEAR else ())
        for place, one in enumerate(lost)
    ]
    return History(
        judged=tuple(found.values()),
        unmatched=tuple(unmatched),
        malformed=malformed,
        repeats=tuple(sorted(repeats)),
    )


def _named(one: Rated) -> str:
    title = one.title or one.item or ""
    return f"{title} ({one.year})" if one.year else title


class _Titles:
    """The titles of a catalogue, however articles, accents and signs are written."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        year = catalogue.domain.columns.year
        items = catalogue.items(range(len(catalogue)))
        self._years: list[int | None] = [item.facts.get(year) if year else None for item in items]
        self._rows: dict[str, list[int]] = {}
        for row, item in enumerate(items):
            for title in (item.title, *catalogue.aliases(row)):
                rows = self._rows.setdefault(plain(title), [])
                if row not in rows:
                    rows.append(row)

    def find(self, one: Rated) -> str | None:
        rows = self._rows.get(plain(one.title), []) if one.title else []
        if one.year is not None:
            off = {row: abs((self._years[row] or one.year) - one.year) for row in rows}
            rows = sorted((row for row in rows if off[row] <= _YEARS_OFF), key=off.__getitem__)[:1]
        known = np.nan_to_num(self._catalogue.popularity, nan=-1.0)
        best = max(rows, key=lambda row: float(known[row]), default=None)
        return None if best is None else self._catalogue.ids[best]

    def near(self, one: Rated) -> tuple[str, ...]:
        if not one.title:
            return ()
        found = process.extract(
            plain(one.title), self._rows.keys(), scorer=fuzz.ratio, limit=_NEAR, score_cutoff=_NEAR_FROM
        )
        rows = dict.fromkeys(self._rows[title][0] for title, _, _ in found)
        return tuple(self._catalogue.labels[row] for row in rows)


def plain(title: str) -> str:
    """Return a title as it is compared: 'Matrix, The' and 'the  matrix!' are 'matrix'."""
    turned = re.sub(r"^(.*),\s*(\w{1,3}|l')$", r"\2 \1", title.strip().casefold())
    letters = unicodedata.normalize("NFKD", turned)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[\W_]+", " ", re.sub(r"['’]", "", bare.replace("&", " and "))).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)
