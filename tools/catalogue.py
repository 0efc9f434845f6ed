"""A catalogue: the items of one domain in columns that answer for many rows at a time."""

import contextlib
import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, Self

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from tools.domain import Domain, Facet
from tools.errors import ItemError, UnknownItem
from tools.items import Entry, column_kinds, read_entries, tabulate
from tools.postings import Postings, Rows

Mask = NDArray[np.bool_]
Figures = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be recommended, with everything that is known of it."""

    id: str
    title: str
    year: int | None
    facts: Mapping[str, Any]
    """Every column, by name; None where nothing is known. Values are spoken ones ('United States', not 'US')."""

    @property
    def label(self) -> str:
        """The title, with the year that tells namesakes apart where there is one: 'Arrival (2016)'."""
        return self.title if self.year is None else f"{self.title} ({self.year})"


class Catalogue:
    """Items of one domain, in the order of items.jsonl. Rows are positions in that order; nothing changes once built.

    Missing data are unknown, not false: `has` is about what is stated, `known` says where anything is.
    """

    def __init__(self, domain: Domain, frame: pl.DataFrame, fingerprint: str) -> None:
        """Use `load` or `build`; they check the items."""
        own = domain.columns
        self.domain = domain
        self.fingerprint = fingerprint
        """Hash of the items and of what the domain makes of them for search; an index is for one fingerprint."""
        self.source: Path | None = None
        """The domain folder that it was loaded from."""
        self.ids: tuple[str, ...] = tuple(frame[own.id])
        self.titles: tuple[str, ...] = tuple(frame[own.title])
        self.popularity = self._figures(frame, own.popularity)
        """(n,) higher is better known, nan where unknown."""
        self.quality = self._figures(frame, own.quality)
        """(n,) higher is better liked, nan where unknown."""
        self._frame = frame
        self._rows = {item_id: row for row, item_id in enumerate(self.ids)}
        self._postings: dict[str, Postings] = {}
        self._numbers: dict[str, Figures] = {}
        for name, facet in domain.facets.items():
            if facet.kind == "number":
                self._numbers[name] = self._figures(frame, *facet.columns)
            else:
                self._postings |= {column: Postings.of(frame[column]) for column in facet.all_columns}
        for name, facet in domain.of_kind("ordinal").items():
            self._numbers[name] = self._ranks(facet)
        if own.series and own.series in frame.columns and own.series not in self._postings:
            self._postings[own.series] = Postings.of(frame[own.series])

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the catalogue of a domain folder (domain.toml and items.jsonl).

        Raises DomainError, or ItemError naming line, id, column and value of the first item that does not fit.
        """
        domain = Domain.load(folder)
        with _collecting_nothing():
            catalogue = cls._of(domain, list(read_entries(folder / "items.jsonl")))
        catalogue.source = folder
        return catalogue

    @classmethod
    def build(cls, domain: Domain, items: Iterable[Mapping[str, Any]]) -> Self:
        """Return a catalogue of items already in memory, checked as `load` checks them."""
        return cls._of(domain, [Entry(f"item {number}", item) for number, item in enumerate(items, 1)])

    @classmethod
    def _of(cls, domain: Domain, entries: list[Entry]) -> Self:
        if not entries:
            raise ItemError("the catalogue has no items; put one JSON object a line in items.jsonl, or `attune import`")
        return cls(domain, tabulate(domain, entries), _fingerprint(domain, entries))

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._rows

    def row(self, item_id: str) -> int:
        """Return the row of an item. Raises UnknownItem."""
        try:
            return self._rows[item_id]
        except KeyError:
            raise UnknownItem(item_id) from None

    def item(self, row: int) -> Item:
        """Return the item at a row with all its facts."""
        return self._item(self._frame.row(int(row), named=True))

    def items(self, rows: Iterable[int] | Rows) -> list[Item]:
        """Return the items at these rows, in the order given."""
        chosen = self._frame[np.fromiter(rows, np.int64)]
        return [self._item(facts) for facts in chosen.iter_rows(named=True)]

    def _item(self, facts: dict[str, Any]) -> Item:
        own = self.domain.columns
        return Item(facts[own.id], facts[own.title], facts[own.year] if own.year else None, facts)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Label of every row: title and year."""
        year = self.domain.columns.year
        years = self._frame[year] if year else [None] * len(self)
        return tuple(
            title if when is None else f"{title} ({when})" for title, when in zip(self.titles, years, strict=True)
        )

    def aliases(self, row: int) -> tuple[str, ...]:
        """Return the other titles of the item at a row."""
        return self._aliases[row] if self._aliases else ()

    @cached_property
    def _aliases(self) -> list[tuple[str, ...]]:
        column = self.domain.columns.aliases
        values = self._frame[column].to_list() if column else []
        return [(value,) if isinstance(value, str) else tuple(value or ()) for value in values]

    def series(self, row: int) -> str | None:
        """Return what the item at a row belongs to (a series, a work of which it is an edition), None for nothing."""
        column = self.domain.columns.series
        found = self._postings[column].of_row(row) if column in self._postings else ()
        return found[0] if found else None

    @property
    def series_names(self) -> frozenset[str]:
        """Every series of the catalogue."""
        column = self.domain.columns.series
        return frozenset(self._postings[column].values) if column in self._postings else frozenset()

    def numbers(self, facet: str) -> Figures:
        """Return a number facet's figures, or an ordinal's ranks: (n,), nan where unknown."""
        return self._numbers[facet]

    def rows_with(self, facet: str, value: str, role: str | None = None) -> Rows:
        """Return the rows that hold a value of a category, ordinal, entity or text facet, ascending, case ignored.

        role: entity facets: only in this role ('director'); None for any.
        """
        found = [self._postings[column].rows(value) for column in self._columns(facet, role)]
        held = [rows for rows in found if len(rows)] or found[:1]
        return held[0] if len(held) == 1 else np.unique(np.concatenate(held))

    def has(self, facet: str, value: str, role: str | None = None) -> Mask:
        """Return which rows hold a value, as `rows_with`: (n,) bool, the caller's to change."""
        mask = np.zeros(len(self), np.bool_)
        for column in self._columns(facet, role):
            mask[self._postings[column].rows(value)] = True
        return mask

    def places(self, rows: Rows, facet: str, value: str, role: str | None = None) -> Rows:
        """Return where each of these rows lists a value: (n,), 0 for first (most telling), -1 where it does not."""
        found = [self._postings[column].places(rows, value) for column in self._columns(facet, role)]
        none = np.int32(len(self))
        first = np.min([np.where(places < 0, none, places) for places in found], axis=0)
        return np.where(first == none, -1, first).astype(np.int32)

    def best(self, rows: Rows, facet: str, grades: Sequence[Mapping[str, float]]) -> Figures:
        """Return the highest grade among the graded values that each of these rows holds, by each grading.

        (n, gradings), 0 where a row holds none of them.
        """
        found = [self._postings[column].best(rows, grades) for column in self._columns(facet, None)]
        return found[0] if len(found) == 1 else np.asarray(np.max(found, axis=0), np.float32)

    def total(self, rows: Rows, facet: str, weights: Mapping[str, float], role: str | None = None) -> Figures:
        """Return the sum of the weights of the values that each of these rows holds: (n,)."""
        found = [self._postings[column].total(rows, weights) for column in self._columns(facet, role)]
        return np.asarray(np.sum(found, axis=0), np.float32)

    def holders(self, facet: str, value: str, role: str | None = None) -> int:
        """Return how many items hold a value; one that holds it in two columns counts twice."""
        return sum(self._postings[column].count(value) for column in self._columns(facet, role))

    def cells(self, rows: Rows, facet: str) -> list[tuple[NDArray[np.int64], NDArray[np.int32]]]:
        """Return which values of a facet these rows hold, column by column: owners (position in rows) and numbers.

        The same number is the same value within a column only.
        """
        return [self._postings[column].cells(rows) for column in self._columns(facet, None)]

    def known(self, facet: str, role: str | None = None) -> Mask:
        """Return where anything is known of a facet: (n,) bool, the caller's to change."""
        if facet in self._numbers:
            return ~np.isnan(self._numbers[facet])
        known = np.zeros(len(self), np.bool_)
        for column in self._columns(facet, role):
            known |= self._postings[column].known
        return known

    def values(self, row: int, facet: str, role: str | None = None) -> tuple[str, ...]:
        """Return the values of a category, ordinal, entity or text facet that a row holds, in the item's order."""
        return tuple(
            dict.fromkeys(
                value for column in self._columns(facet, role) for value in self._postings[column].of_row(row)
            )
        )

    def vocabulary(self, facet: str, role: str | None = None) -> list[str]:
        """Return the values of a facet that any item holds, most frequent first, ties in alphabetical order."""
        return list(self.counts(facet, role))

    def counts(self, facet: str, role: str | None = None) -> dict[str, int]:
        """Return how often each value of a facet is held, in the order of `vocabulary`.

        An item that holds a value in two roles (directs and acts) counts twice when no role is given.
        """
        totals: dict[str, int] = {}
        spelt: dict[str, str] = {}
        for column in self._columns(facet, role):
            postings = self._postings[column]
            for value, count in zip(postings.values, postings.counts.tolist(), strict=True):
                spelling = spelt.setdefault(value.casefold(), value)
                totals[spelling] = totals.get(spelling, 0) + count
        return dict(sorted(totals.items(), key=lambda pair: (-pair[1], pair[0])))

    def documents(self, rows: Iterable[int] | Rows | None = None) -> list[str]:
        """Return the texts that stand for items in search: the domain's `document` lines that have all they need.

        rows: which items, in this order; None for all.
        """
        frame = self._frame if rows is None else self._frame[np.fromiter(rows, np.int64)]
        templates = [
            (line, [name for _, name, _, _ in Formatter().parse(line) if name]) for line in self.domain.document
        ]
        return [_document(templates, facts) for facts in frame.iter_rows(named=True)]

    def searchable(self) -> list[str]:
        """Return all words of every item, row by row: titles, summary, and what its facets hold but figures."""
        own = self.domain.columns
        facets = self.domain.of_kind("category", "entity", "text").values()
        columns = [own.title, own.aliases, own.summary, *(column for facet in facets for column in facet.all_columns)]
        chosen = self._frame.select(list(dict.fromkeys(column for column in columns if column)))
        return ["\n".join(filter(None, map(_written, values))) for values in chosen.iter_rows()]

    def _columns(self, facet: str, role: str | None) -> tuple[str, ...]:
        described = self.domain.facets[facet]
        return described.all_columns if role is None else (described.roles[role],)

    def _figures(self, frame: pl.DataFrame, *columns: str | None) -> Figures:
        wanted = [column for column in columns if column]
        if not wanted:
            return np.full(len(frame), np.nan, np.float32)
        return frame.select(pl.coalesce(wanted).cast(pl.Float32)).to_series().fill_null(np.nan).to_numpy()

    def _ranks(self, facet: Facet) -> Figures:
        ranks = np.full(len(self), np.nan, np.float32)
        for column in reversed(facet.columns):
            for value in self._postings[column].values:
                ranks[self._postings[column].rows(value)] = facet.rank(value)
        return ranks


@contextlib.contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Without the garbage collector, which would take a third of the time to look through a million new objects that
    are all in use."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _document(templates: list[tuple[str, list[str]]], facts: Mapping[str, Any]) -> str:
    lines = []
    for template, names in templates:
        filled = {name: _written(facts.get(name)) for name in names}
        if all(filled.values()):
            lines.append(template.format_map(filled))
    return "\n".join(lines)


def _written(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _fingerprint(domain: Domain, entries: list[Entry]) -> str:
    made_from = {"document": domain.document, "text": domain.facets[domain.text_facet].columns}
    digest = hashlib.sha256(orjson.dumps([made_from, column_kinds(domain)], option=orjson.OPT_SORT_KEYS))
    for entry in entries:
        digest.update(orjson.dumps(entry.fields, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()[:32]
