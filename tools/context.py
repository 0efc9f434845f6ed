"""What every tool is given: the catalogue, its index, the embedding model, and what is worked out from them once."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tools.candidates import Rows, Scores
from tools.catalogue import Catalogue
from tools.embedding import Embedder
from tools.index import Index

_T = TypeVar("_T")
_SAMPLE = 1000
"""Rows that stand for a value or for the whole catalogue; more would not move the mean."""
_KEPT = 4096
"""Query vectors, phrase look-ups and value directions kept: a few megabytes."""


class CachedEmbedder:
    """An embedder that remembers the texts it has seen; queries repeat from turn to turn."""

    def __init__(self, embedder: Embedder, size: int = _KEPT) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._kept = _Kept(size)

    def encode(self, texts: Sequence[str]) -> Scores:
        """Return (n, dimension) unit rows. Long lists go straight through: those are documents, not queries."""
        if len(texts) > 64:
            return self._embedder.encode(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        fresh = dict(zip(missing, self._embedder.encode(missing), strict=True)) if missing else {}
        rows = [fresh[text] if text in fresh else self._kept.get(text, self._encode_one) for text in texts]
        for text, vector in fresh.items():
            self._kept.put(text, vector)
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)

    def _encode_one(self, text: str) -> Any:
        return self._embedder.encode([text])[0]


class ToolContext:
    """Shared by all turns of all users; holds nothing of theirs but the vectors of recent query words."""

    def __init__(self, catalogue: Catalogue, index: Index, embedder: Embedder) -> None:
        self.catalogue = catalogue
        self.index = index
        self.embedder = embedder if isinstance(embedder, CachedEmbedder) else CachedEmbedder(embedder)
        self._phrases = _Kept(_KEPT)
        self._directions = _Kept(512)

    @property
    def size(self) -> int:
        """Rows in the catalogue."""
        return len(self.catalogue)

    @cached_property
    def quality(self) -> Scores:
        """(n,) share of the catalogue that each item is liked at least as well as, 0 to 1; 0.5 where unknown."""
        return _percentiles(self.catalogue.quality)

    @cached_property
    def popularity(self) -> Scores:
        """(n,) share of the catalogue that each item is at least as well known as, 0 to 1; 0.5 where unknown."""
        return _percentiles(self.catalogue.popularity)

    @cached_property
    def centre(self) -> Scores:
        """(dimension,) mean document vector; what all items have in common says nothing about any."""
        return self.index.vectors(_spread(np.arange(self.size, dtype=np.int32))).mean(axis=0)

    def phrases_like(self, text: str, k: int, threshold: float) -> list[tuple[str, float]]:
        """Return up to k phrases of the text facet nearest in meaning, with cosine, best first."""
        key = (text, k, threshold)
        found: list[tuple[str, float]] = self._phrases.get(
            key, lambda _: self.index.phrases_like([text], k, threshold)[0]
        )
        return found

    def direction(self, facet: str, value: str) -> Scores:
        """Return the unit vector (dimension,) from the centre towards items that have a closed value.

        It lets an item that lacks the label still be near to it, and is zero for a value that no item has.
        """
        found: Scores = self._directions.get((facet, value), lambda _: self._direction(facet, value))
        return found

    def _direction(self, facet: str, value: str) -> Scores:
        rows = np.flatnonzero(self.catalogue.has(facet, value)).astype(np.int32)
        if not len(rows):
            return np.zeros_like(self.centre)
        away = self.index.vectors(_spread(rows)).mean(axis=0) - self.centre
        return np.asarray(away / max(float(np.linalg.norm(away)), 1e-9), dtype=np.float32)


class _Kept:
    """The most recently used results of a function, shared between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Any, Any] = OrderedDict()
        self._lock = RLock()

    def __contains__(self, key: Any) -> bool:
        return key in self._values

    def get(self, key: Any, make: Callable[[Any], _T]) -> _T:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: _T = self._values[key]
                return found
        made = make(key)
        self.put(key, made)
        return made

    def put(self, key: Any, value: Any) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)


def _percentiles(figures: npt.NDArray[np.float32]) -> Scores:
    shares = np.full(len(figures), 0.5, dtype=np.float32)
    known = np.flatnonzero(~np.isnan(figures))
    if len(known):
        in_order = np.sort(figures[known])
        shares[known] = np.searchsorted(in_order, figures[known], side="right") / len(known)
    return shares


def _spread(rows: Rows) -> Rows:
    """At most _SAMPLE of the rows, evenly spread: catalogues come sorted by fame or date."""
    if len(rows) <= _SAMPLE:
        return rows
    return rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype(np.int64)]
