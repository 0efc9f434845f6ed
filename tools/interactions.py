"""A table of what many people rated into a domain folder; whatever is left out is counted and listed."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from tools.catalogue import Catalogue
from tools.errors import ImportFault
from tools.mapping import InteractionColumns
from tools.ratings import Judgements, judge, read_date, read_rating, scale_of
from tools.sources import Row, read_rows

TABLE = "interactions.parquet"
DROPPED = "interactions-dropped.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactions:
    """Who rated which item of a catalogue, in order of user and then of date. Users are numbers, not names."""

    users: npt.NDArray[np.int32]
    """(n,) from 0, in order of first mention in the table."""
    rows: npt.NDArray[np.int32]
    """(n,) rows of the catalogue."""
    ratings: npt.NDArray[np.float64]
    """(n,) nan where there is none."""
    dates: tuple[str | None, ...]
    """ISO, by which those of one user are ordered."""

    def __len__(self) -> int:
        return len(self.users)

    @property
    def people(self) -> int:
        return int(self.users.max(initial=-1)) + 1

    def judgements(self) -> Judgements:
        """Return what each says: 1 liked, 0 seen, -1 disliked. Where nobody rated anything, all are likes."""
        if np.isnan(self.ratings).all():
            return np.ones(len(self), np.int8)
        return judge(self.users, self.ratings, scale_of(self.ratings))

    def take(self, kept: npt.NDArray[np.bool_]) -> Self:
        """Return those where kept (n,) holds; users keep their numbers."""
        return type(self)(
            users=self.users[kept],
            rows=self.rows[kept],
            ratings=self.ratings[kept],
            dates=tuple(date for date, keep in zip(self.dates, kept.tolist(), strict=True) if keep),
        )

    @classmethod
    def load(cls, path: Path, catalogue: Catalogue) -> Self:
        """Return the table that `import_interactions` wrote; what is of no item any more is left out.

        Raises ImportFault if it is not such a table.
        """
        try:
            table = pl.read_parquet(path)
            named = table.select("user", "item", "rating", "date")
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ImportFault(f"{str(path)!r} is not a table of interactions; import it again") from error
        return cls.of(named, catalogue)

    @classmethod
    def of(cls, table: pl.DataFrame, catalogue: Catalogue) -> Self:
        """Return the interactions in a frame of user (whole number), item (id), rating and date."""
        known = table.filter(pl.col("item").is_in(list(catalogue.ids))).sort("user", "date", maintain_order=True)
        return cls(
            users=known["user"].cast(pl.Int32).to_numpy(),
            rows=np.array([catalogue.row(item) for item in known["item"]], np.int32),
            ratings=known["rating"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
            dates=tuple(known["date"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionsReport:
    """What became of every row of the table."""

    rows: int
    kept: int
    users: int
    items: int
    """Items of the catalogue that somebody rated."""
    dropped: Mapping[str, int]
    """Reason -> rows dropped for it, most frequent first; each is listed in interactions-dropped.jsonl."""
    unknown_items: Mapping[str, int]
    """What no item of the catalogue has for a key -> how often, the most frequent 100."""


def read_interactions(
    source: Path,
    columns: InteractionColumns,
    catalogue: Catalogue,
    dropped_to: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[pl.DataFrame, InteractionsReport]:
    """Return the rows of a JSONL, CSV, TSV or Parquet file that count, and what became of the others.

    The frame has user (a number), item (id), rating and date (ISO). Of several rows of one user and item the latest by
    date counts, without dates the last. dropped_to: a file to list the dropped rows in. Raises ImportFault for a file
    that cannot be read, lacks a column, or of which no row is left.
    """
    reading = _Reading(columns, catalogue)
    rows = 0
    for rows, row in enumerate(read_rows(source), 1):
        reading.take(row)
        if progress is not None and rows % 10_000 == 0:
            progress(rows)
    reading.check_columns(source.name)
    table = reading.table()
    if table.is_empty():
        reason = next(iter(reading.reasons), "it has no rows")
        raise ImportFault(f"no row of {source.name!r} is an interaction with an item of the catalogue: {reason}")
    if dropped_to is not None and reading.dropped:
        dropped_to.write_bytes(b"\n".join(reading.dropped) + b"\n")
    report = InteractionsReport(
        rows=rows,
        kept=len(table),
        users=table["user"].n_unique(),
        items=table["item"].n_unique(),
        dropped=dict(reading.reasons.most_common()),
        unknown_items=dict(reading.unknown.most_common(100)),
    )
    return table, report


class _Reading:
    """One run over a table."""

    def __init__(self, columns: InteractionColumns, catalogue: Catalogue) -> None:
        self.reasons: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.dropped: list[bytes] = []
        self._columns = columns
        self._ids = _by_key(catalogue, columns.key)
        self._users: dict[str, int] = {}
        self._seen: set[str] = set()
        self._kept: dict[str, list[Any]] = {"user": [], "item": [], "rating": [], "date": [], "row": []}

    def take(self, row: Row) -> None:
        self._seen.update(row.fields if row.fault is None else ())
        try:
            if row.fault is not None:
                raise ValueError(row.fault)
            self._keep(row)
        except ValueError as error:
            self._drop(row.number, str(error), row.fields)

    def _keep(self, row: Row) -> None:
        user, item = (_key(row.fields.get(column)) for column in (self._columns.user, self._columns.item))
        if not user or not item:
            raise ValueError("no user" if not user else "no item")
        rating = read_rating(row.fields.get(self._columns.rating)) if self._columns.rating else None
        date = read_date(row.fields.get(self._columns.date)) if self._columns.date else None
        if item not in self._ids:
            self.unknown[item] += 1
            raise ValueError(f"unknown item: {item!r}")
        number = self._users.setdefault(user, len(self._users))
        for name, value in zip(self._kept, (number, self._ids[item], rating, date, row.number), strict=True):
            self._kept[name].append(value)

    def _drop(self, number: int, reason: str, fields: Any) -> None:
        self.reasons[reason.split(":", 1)[0]] += 1
        entry = {"row": number, "reason": reason, "fields": fields}
        self.dropped.append(orjson.dumps(entry, default=str, option=orjson.OPT_NON_STR_KEYS))

    def check_columns(self, name: str) -> None:
        own = self._columns
        wanted = {column for column in (own.user, own.item, own.rating, own.date) if column}
        if self._seen and (missing := sorted(wanted - self._seen)):
            raise ImportFault(f"{name!r} has no column {missing[0]!r}; it has {sorted(self._seen)}")

    def table(self) -> pl.DataFrame:
        schema = {"user": pl.Int32, "item": pl.String, "rating": pl.Float64, "date": pl.String, "row": pl.Int64}
        read = pl.DataFrame(self._kept, schema=schema).sort("date", "row", nulls_last=False)
        kept = read.unique(["user", "item"], keep="last", maintain_order=True)
        stands = dict(zip(kept.select("user", "item").iter_rows(), kept["row"], strict=True))
        for user, item, *_, row in read.join(kept, on="row", how="anti").sort("row").iter_rows():
            self._drop(row, f"the same user and item: row {stands[user, item]} counts", {"item": item})
        return kept.sort("user", "row").drop("row")


def _by_key(catalogue: Catalogue, key: str) -> dict[str, str]:
    """What the table calls an item -> its id."""
    if key == catalogue.domain.columns.id:
        return {item: item for item in catalogue.ids}
    found: dict[str, str] = {}
    for item in catalogue.items(range(len(catalogue))):
        found.setdefault(_key(item.facts.get(key)), item.id)
    found.pop("", None)
    if not found:
        raise ImportFault(f"[interactions] key = {key!r}: no item has such a column; map one to it")
    return found


def _key(cell: Any) -> str:
    """A cell as a key; 12.0 and 12 are the same."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None or isinstance(cell, dict | list) else str(cell).strip()
