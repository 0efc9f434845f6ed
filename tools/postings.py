"""The values of one column, both ways round: which rows hold a value, and which values a row holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Postings:
    """Values of a column that holds none, one or several a row. Case is ignored when a value is looked up."""

    values: tuple[str, ...]
    """Distinct values, most frequent first, ties in alphabetical order; spelt as they first appear."""
    counts: NDArray[np.int64]
    """(values,) rows that hold each value."""
    known: NDArray[np.bool_]
    """(rows,) whether the row holds any value."""
    _codes: dict[str, int]
    _value_starts: NDArray[np.int64]
    _rows_by_value: Rows
    _row_starts: NDArray[np.int64]
    _codes_by_row: NDArray[np.int32]
    _latest: list[tuple[Rows, NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)

    @classmethod
    def of(cls, column: pl.Series) -> Self:
        """Return the postings of a column of texts or lists of texts; null rows are unknown."""
        if column.dtype == pl.String:
            column = column.reshape((-1, 1)).cast(pl.List(pl.String)).list.drop_nulls()
        lengths = column.list.len().fill_null(0).to_numpy().astype(np.int64)
        encoded = column.explode().drop_nulls().to_arrow().dictionary_encode()
        found: dict[str, int] = {}
        spelt: list[str] = []
        renumber = np.empty(len(encoded.dictionary), np.int32)
        for place, value in enumerate(encoded.dictionary.to_pylist()):
            renumber[place] = found.setdefault(value.casefold(), len(found))
            if len(found) > len(spelt):
                spelt.append(value)
        codes = renumber[encoded.indices.to_numpy()]
        rows = np.repeat(np.arange(len(column)), lengths)
        # A value that a row repeats counts where it stands first, since the order tells what matters most.
        first = np.sort(np.unique(rows * max(len(spelt), 1) + codes, return_index=True)[1])
        return cls._ordered(spelt, codes[first], np.bincount(rows[first], minlength=len(column)))

    @classmethod
    def _ordered(cls, spelt: list[str], codes: NDArray[np.int32], lengths: NDArray[np.int64]) -> Self:
        counts = np.bincount(codes, minlength=len(spelt)).astype(np.int64)
        order = sorted(range(len(spelt)), key=lambda code: (-counts[code], spelt[code]))
        renumber = np.empty(len(spelt), np.int32)
        renumber[order] = np.arange(len(spelt), dtype=np.int32)
        codes = renumber[codes]
        values = tuple(spelt[code] for code in order)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        return cls(
            values=values,
            counts=counts[order],
            known=lengths > 0,
            _codes={value.casefold(): code for code, value in enumerate(values)},
            _value_starts=_starts(counts[order]),
            _rows_by_value=rows[np.argsort(codes, kind="stable")],
            _row_starts=_starts(lengths),
            _codes_by_row=codes,
        )

    def rows(self, value: str) -> Rows:
        """Return the rows that hold the value, ascending; none if no row does."""
        code = self._codes.get(value.casefold())
        if code is None:
            return np.empty(0, np.int32)
        return self._rows_by_value[self._value_starts[code] : self._value_starts[code + 1]]

    def of_row(self, row: int) -> tuple[str, ...]:
        """Return the values that a row holds, in the order of the item."""
        codes = self._codes_by_row[self._row_starts[row] : self._row_starts[row + 1]]
        return tuple(self.values[code] for code in codes)

    def places(self, rows: Rows, value: str) -> Rows:
        """Return where in each row's own order the value stands: (n,), 0 for first, -1 where the row lacks it."""
        places = np.full(len(rows), -1, np.int32)
        code = self._codes.get(value.casefold())
        if code is not None:
            owners, slots = self._slots(rows)
            hits = np.flatnonzero(self._codes_by_row[slots] == code)
            places[owners[hits]] = slots[hits] - self._row_starts[rows[owners[hits]]]
        return places

    def best(self, rows: Rows, grades: Sequence[Mapping[str, float]]) -> NDArray[np.float32]:
        """Return the highest grade among the values that each row holds, by each grading: (n, gradings), least 0."""
        by_code = self._by_code(grades)
        best = np.zeros((len(rows), len(grades)), np.float32)
        owners, slots = self._slots(rows)
        if len(owners):
            # Slots of one row lie together, so each run of an owner is one row that holds anything.
            starts = np.flatnonzero(np.diff(owners, prepend=-1))
            best[owners[starts]] = np.maximum.reduceat(by_code[self._codes_by_row[slots]], starts, axis=0)
        return best

    def total(self, rows: Rows, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """Return the sum of the weights of the values that each row holds: (n,)."""
        by_code = self._by_code([weights])[:, 0]
        owners, slots = self._slots(rows)
        return np.bincount(owners, by_code[self._codes_by_row[slots]], len(rows)).astype(np.float32)

    def count(self, value: str) -> int:
        """Return how many rows hold the value."""
        code = self._codes.get(value.casefold())
        return 0 if code is None else int(self.counts[code])

    def _by_code(self, grades: Sequence[Mapping[str, float]]) -> NDArray[np.float32]:
        by_code = np.zeros((len(self.values), len(grades)), np.float32)
        for column, graded in enumerate(grades):
            for value, grade in graded.items():
                code = self._codes.get(value.casefold())
                if code is not None:
                    by_code[code, column] = max(by_code[code, column], grade)
        return by_code

    def cells(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return every value that these rows hold: whose it is (position in rows), and its number in `values`."""
        owners, slots = self._slots(rows)
        return owners, self._codes_by_row[slots]

    def _slots(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For every value that the rows hold: which of the rows (position), and where its code is kept."""
        # The measures of a plan ask about the same rows, one after the other.
        for known, owners, slots in self._latest:
            if known is rows:
                return owners, slots
        starts = self._row_starts[rows]
        lengths = self._row_starts[rows + 1] - starts
        owners = np.repeat(np.arange(len(rows)), lengths)
        before = np.cumsum(lengths) - lengths
        slots = np.arange(len(owners)) + (starts - before)[owners]
        self._latest[:] = [(rows, owners, slots)]
        return owners, slots


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(lengths)))
