"""Candidates: rows of the catalogue with score columns, each of which still knows how to score further rows.

A tool that finds items nominates rows; a tool that judges items adds a column. Because a column keeps its measure, rows
that a later tool nominates are scored by every earlier one too: there is no 'was not seen by this source'.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from tools.wishes import Seed, Wish

Rows = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]
Source = Literal["match", "similar", "propose", "affinity", "collaborative", "attenuate", "rank"]


class Measure(Protocol):
    """How far items have one thing: exactly for some rows, roughly for all, and what finds such items in the index."""

    @property
    def vector(self) -> Scores | None:
        """(dimension,) unit vector to look for by meaning, if it can be said in one direction."""
        ...

    @property
    def words(self) -> str | None:
        """What to look for by wording."""
        ...

    @property
    def labelled(self) -> bool:
        """Whether the items that have it are listed as having it, so that none need be looked for by meaning."""
        ...

    def __call__(self, rows: Rows) -> Scores:
        """Return how far each row has it, 0 to 1."""
        ...

    def add_roughly(self, totals: Scores, weight: float) -> None:
        """Add weight times a cheap estimate for every row of the catalogue to totals (size,)."""
        ...


class Contribution(NamedTuple):
    """What one wish, item or prior added to an item's score; attenuations are negative. They sum to the score."""

    source: Source
    key: str
    """Wish id (of the alternative that counted), item id, 'seeds' or 'profile' (whose tastes were followed),
    'quality' or 'popularity'."""
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """How far each candidate has one thing that was asked for, or is to be avoided."""

    source: Source
    key: str
    weight: float
    """Against the other columns of its source; always positive."""
    sign: Literal[1, -1]
    """Whether it speaks for an item or against it."""
    about: tuple[Wish, ...] | Seed | None
    """The wish, the alternatives of which the best counts, or the item compared with."""
    measure: Measure
    scores: Scores
    """(n,) in the order of the candidates' rows, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Rows under consideration. Never changed: every method returns new ones."""

    rows: Rows
    """(n,) distinct rows of the catalogue; in order of rank once ranked."""
    size: int
    """Rows in the catalogue."""
    allowed_count: int
    """Rows that keep every must."""
    allowed: Mask | None = None
    """(size,) which they are; None: all."""
    pooled: bool = False
    """Whether `rows` are nominated ones; before the first nomination they are all allowed rows."""
    columns: tuple[Column, ...] = ()
    amounts: Scores | None = None
    """(n, columns) once ranked: what each column contributed."""
    score: Scores | None = None
    """(n,) once ranked: row sums of `amounts`."""

    @classmethod
    def all(cls, size: int) -> "Candidates":
        """Every row of a catalogue of this size."""
        return cls(rows=np.arange(size, dtype=np.int32), size=size, allowed_count=size)

    def __len__(self) -> int:
        return len(self.rows)

    def allowed_rows(self) -> Rows:
        """Every row that keeps all musts, in order of row."""
        if self.allowed is None:
            return np.arange(self.size, dtype=np.int32)
        return np.flatnonzero(self.allowed).astype(np.int32)

    def restrict(self, mask: Mask) -> "Candidates":
        """Keep the rows where mask (size,) holds, now and for whatever is nominated later."""
        allowed = mask if self.allowed is None else self.allowed & mask
        count = int(np.count_nonzero(allowed))
        return replace(self.take(np.flatnonzero(allowed[self.rows])), allowed=allowed, allowed_count=count)

    def take(self, order: npt.NDArray[Any]) -> "Candidates":
        """The candidates at these positions, in this order."""
        return replace(
            self,
            rows=self.rows[order],
            columns=tuple(replace(column, scores=column.scores[order]) for column in self.columns),
            amounts=None if self.amounts is None else self.amounts[order],
            score=None if self.score is None else self.score[order],
        )

    def nominate(self, rows: Rows) -> "Candidates":
        """Add rows, but none that is not allowed; existing columns score them. Undoes an earlier ranking."""
        rows = np.unique(rows).astype(np.int32)
        if self.allowed is not None:
            rows = rows[self.allowed[rows]]
        if not self.pooled:
            return replace(self, rows=rows[:0], columns=tuple(_emptied(self.columns)), pooled=True)._extend(rows)
        return self._extend(np.setdiff1d(rows, self.rows))

    def _extend(self, rows: Rows) -> "Candidates":
        columns = tuple(
            replace(column, scores=np.concatenate([column.scores, column.measure(rows)])) for column in self.columns
        )
        return replace(self, rows=np.concatenate([self.rows, rows]), columns=columns, amounts=None, score=None)

    def over(self, rows: Rows) -> "Candidates":
        """The same columns over other rows, allowed or not: what they would have scored."""
        return replace(self, allowed=None, rows=rows[:0], columns=tuple(_emptied(self.columns)), pooled=True)._extend(
            rows
        )

    def judge(
        self,
        source: Source,
        key: str,
        measure: Measure,
        *,
        weight: float = 1.0,
        sign: Literal[1, -1] = 1,
        about: tuple[Wish, ...] | Seed | None,
    ) -> "Candidates":
        """Add a column. Undoes an earlier ranking."""
        scores = measure(self.rows)
        column = Column(source=source, key=key, weight=weight, sign=sign, about=about, measure=measure, scores=scores)
        return replace(self, columns=(*self.columns, column), amounts=None, score=None)

    def without(self, source: Source) -> "Candidates":
        """Drop the columns of a source. Undoes an earlier ranking."""
        kept = tuple(column for column in self.columns if column.source != source)
        return replace(self, columns=kept, amounts=None, score=None)

    def scored(self, amounts: Scores) -> "Candidates":
        """Set what each column contributes, (n, columns); the score is the sum."""
        return replace(self, amounts=amounts, score=amounts.sum(axis=1, dtype=np.float32))

    def place(self, row: int) -> int | None:
        """Position of a row of the catalogue among the candidates, None if it is not one."""
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else None

    def contributions(self, position: int) -> tuple[Contribution, ...]:
        """What made the score of the candidate at this position, largest first; empty before ranking."""
        if self.amounts is None:
            return ()
        parts = [
            Contribution(column.source, column.key, float(amount))
            for column, amount in zip(self.columns, self.amounts[position], strict=True)
        ]
        return tuple(sorted(parts, key=lambda part: -abs(part.amount)))

    def by_source(self, position: int) -> dict[str, float]:
        """The same summed by source: {'match': 0.4, 'similar': 0.3}."""
        sums: dict[str, float] = {}
        for part in self.contributions(position):
            sums[part.source] = sums.get(part.source, 0.0) + part.amount
        return sums


def _emptied(columns: tuple[Column, ...]) -> list[Column]:
    return [replace(column, scores=column.scores[:0]) for column in columns]
