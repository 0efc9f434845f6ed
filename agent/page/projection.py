"""The catalogue's vectors on a plane, worked out once when somebody first looks at the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from tools.context import ToolContext

MOST_POINTS = 4_000
"""Items that are drawn as the land; more would not be told apart."""
MOST_REGIONS = 16
_LEAST_IN_REGION = 8
_APART_X, _APART_Y = 0.14, 0.05
"""How far apart names have to be to be read, on a plane of 2 by 2."""
_FIRST_VALUES = 2
"""A region is named by the items that list its value among their first: those that are it rather than have it too."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A value of the region facet and where its items lie."""

    name: str
    x: float
    y: float


class Projection:
    """Where every item lies. Shared by all sessions; says nothing about anybody."""

    def __init__(self, tools: ToolContext) -> None:
        self._tools = tools
        self._lock = Lock()

    def plane(self) -> Plane:
        """Return (n, 2) places, row by row, spread over about -1 to 1.

        The axes are the first two principal components of the regions' mean vectors (between-group PCA), so that
        what is far apart on the map differs in kind; of the items themselves where there are too few regions.
        """
        with self._lock:
            return self._plane

    @cached_property
    def _plane(self) -> Plane:
        vectors = self._tools.index.vectors(np.arange(self._tools.size))
        centred = vectors - vectors.mean(axis=0)
        members = self._members
        if len(members) > 2:
            means = np.stack([centred[rows].mean(axis=0) for rows in members.values()])
            weights = np.sqrt([len(rows) for rows in members.values()])[:, None]
            spread = means * weights
        else:
            spread = centred
        _, axes = np.linalg.eigh(spread.T @ spread)
        places = centred @ axes[:, -1:-3:-1]
        return np.asarray(places / np.maximum(np.abs(places).max(axis=0), 1e-9), np.float32)

    def regions(self, apart: float = 1, beside: Sequence[tuple[float, float]] = ()) -> list[Region]:
        """Return the largest regions, at the median of their items; one that would lie on a larger is left out.

        apart: how much farther from each other names are to be than on a wide screen. beside: places that have names
        of their own to their right, where no region's is to be.
        """
        plane = self.plane()
        placed: list[Region] = []
        for name, rows in sorted(self._members.items(), key=lambda pair: -len(pair[1])):
            x, y = (float(middle) for middle in np.median(plane[rows], axis=0))
            names = [(other.x, other.y) for other in placed] + [(left + _APART_X / 2, high) for left, high in beside]
            if all(abs(x - at) > apart * _APART_X or abs(y - high) > _APART_Y for at, high in names):
                placed.append(Region(name=name, x=x, y=y))
        return placed[:MOST_REGIONS]

    def land(self) -> NDArray[np.int64]:
        """Return the rows that are drawn for all: every one, or an even sample of a large catalogue."""
        return np.unique(np.linspace(0, self._tools.size - 1, min(self._tools.size, MOST_POINTS)).astype(np.int64))

    @cached_property
    def _members(self) -> dict[str, NDArray[np.int32]]:
        catalogue = self._tools.catalogue
        facet = catalogue.domain.display.regions or next(iter(catalogue.domain.of_kind("category")), None)
        if facet is None:
            return {}
        everything = np.arange(len(catalogue), dtype=np.int32)
        members = {}
        for value in catalogue.vocabulary(facet):
            places = catalogue.places(everything, facet, value)
            rows = everything[(places >= 0) & (places < _FIRST_VALUES)]
            if len(rows) >= _LEAST_IN_REGION:
                members[value] = rows
        return members
