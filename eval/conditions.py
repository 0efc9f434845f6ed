"""Conditions on items: what a story says of a slate, decided from the catalogue's own columns and nothing else.

They share no code with the agent's filter, so that they can judge it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from agent.statements import stems
from tools.catalogue import Catalogue, Mask


class FacetTest(BaseModel):
    """What one facet of an item must be; exactly one kind of test."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | str | None = None
    max: float | str | None = None
    every: tuple[str, ...] | None = None
    """All of these values."""
    name: str | None = None
    role: str | None = None
    """With name: only in this role ('director')."""
    below: int | str | None = None
    """Less than that of a number on the screen before the turn, an item id, or 'slate': the screen's median."""
    above: int | str | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        bounded = self.min is not None or self.max is not None
        compared = self.below is not None or self.above is not None
        if bounded + compared + (self.name is not None) + bool(self.every) != 1:
            raise ValueError("give min and max, or every, or name with a role, or below, or above")
        if self.role is not None and self.name is None:
            raise ValueError(f"role {self.role!r} needs a name")
        return self

    @property
    def is_relative(self) -> bool:
        return self.below is not None or self.above is not None


Condition = Mapping[str, str | tuple[str, ...] | FacetTest]
"""Facet -> a value, values of which one is enough, or a test. An item satisfies a condition if all of it holds."""


class Conditions:
    """Decides conditions over one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._spoken: dict[tuple[str, str], Mask] = {}
        self._stemmed: dict[str, list[tuple[str, frozenset[str]]]] = {}

    def satisfied(self, condition: Condition, screen: Sequence[str] = ()) -> Mask:
        """Return which items satisfy all of a condition: (n,) bool. screen: ids shown before the turn, in order.

        Raises ValueError for a facet, a value or a number on the screen that there is not.
        """
        mask = np.ones(len(self._catalogue), np.bool_)
        for facet, wanted in condition.items():
            mask &= self._holds(facet, wanted, screen)
        return mask

    def any_part(self, condition: Condition, screen: Sequence[str] = ()) -> Mask:
        """Return which items satisfy at least one part of a condition; for what is refused."""
        mask = np.zeros(len(self._catalogue), np.bool_)
        for facet, refused in condition.items():
            mask |= self._holds(facet, refused, screen)
        return mask

    def _holds(self, facet: str, wanted: str | tuple[str, ...] | FacetTest, screen: Sequence[str]) -> Mask:
        if facet not in self._catalogue.domain.facets:
            raise ValueError(f"there is no facet {facet!r}; there are {', '.join(self._catalogue.domain.facets)}")
        if isinstance(wanted, FacetTest):
            return self._tested(facet, wanted, screen)
        values = (wanted,) if isinstance(wanted, str) else wanted
        masks = [self._has(facet, value) for value in values]
        return np.asarray(np.logical_or.reduce(masks), np.bool_)

    def _tested(self, facet: str, test: FacetTest, screen: Sequence[str]) -> Mask:
        if test.name is not None:
            return self._has(facet, test.name, test.role)
        if test.every:
            return np.asarray(np.logical_and.reduce([self._has(facet, value) for value in test.every]), np.bool_)
        figures = self._catalogue.numbers(facet)
        if test.below is not None:
            return np.asarray(figures < self._figure_of(facet, test.below, screen), np.bool_)
        if test.above is not None:
            return np.asarray(figures > self._figure_of(facet, test.above, screen), np.bool_)
        low = -np.inf if test.min is None else self._figure(facet, test.min)
        high = np.inf if test.max is None else self._figure(facet, test.max)
        return np.asarray((figures >= low) & (figures <= high), np.bool_)

    def _has(self, facet: str, value: str, role: str | None = None) -> Mask:
        described = self._catalogue.domain.facets[facet]
        if described.kind == "text":
            return self._speaks_of(facet, value)
        if described.kind == "category" and value not in described.values:
            raise ValueError(f"{facet} has no value {value!r}; it has {', '.join(described.values)}")
        mask = self._catalogue.has(facet, value, role)
        if described.kind == "entity" and not mask.any():
            raise ValueError(f"no item has {facet} {value!r}; check the spelling against items.jsonl")
        return mask

    def _speaks_of(self, facet: str, words: str) -> Mask:
        """Where all words stand in one phrase of a text facet, or in the summary, in any form."""
        if (facet, words) not in self._spoken:
            wanted = stems(words)
            mask = np.array([wanted <= summary for summary in self._summaries], np.bool_)
            for phrase, spoken in self._phrases(facet):
                if wanted <= spoken:
                    mask[self._catalogue.rows_with(facet, phrase)] = True
            self._spoken[facet, words] = mask
        return self._spoken[facet, words]

    @cached_property
    def _summaries(self) -> list[frozenset[str]]:
        column = self._catalogue.domain.columns.summary or ""
        return [stems(str(item.facts.get(column) or "")) for item in self._catalogue.items(range(len(self._catalogue)))]

    def _phrases(self, facet: str) -> list[tuple[str, frozenset[str]]]:
        if facet not in self._stemmed:
            self._stemmed[facet] = [(phrase, stems(phrase)) for phrase in self._catalogue.vocabulary(facet)]
        return self._stemmed[facet]

    def _figure(self, facet: str, end: float | str) -> float:
        return float(self._catalogue.domain.facets[facet].rank(end)) if isinstance(end, str) else end

    def _figure_of(self, facet: str, what: int | str, screen: Sequence[str]) -> float:
        figures = self._catalogue.numbers(facet)
        if what == "slate":
            return float(np.nanmedian(figures[self._rows(screen)])) if screen else float("nan")
        if isinstance(what, str):
            return float(figures[self._catalogue.row(what)])
        if not 1 <= what <= len(screen):
            raise ValueError(f"there is no number {what} on the screen, which has {len(screen)}")
        return float(figures[self._catalogue.row(screen[what - 1])])

    def _rows(self, ids: Iterable[str]) -> list[int]:
        return [self._catalogue.row(item) for item in ids]


def is_relative(condition: Condition) -> bool:
    """Whether a condition can only be decided in its conversation."""
    return any(isinstance(wanted, FacetTest) and wanted.is_relative for wanted in condition.values())
