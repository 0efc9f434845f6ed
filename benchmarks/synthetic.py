"""Larger catalogues to measure with: items recombined from those of a real one, and vectors that cluster likewise."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from tools.domain import Domain
from tools.embedding import Vectors

_GENRES, _SUBJECT_SIZE, _INNER = 40, 200, 48


def write_catalogue(source: Path, out: Path, count: int, seed: int = 0) -> None:
    """Write a domain folder of `count` items: those of the source first, then recombined ones. The same seed, the same
    items."""
    domain = Domain.load(source)
    items = [orjson.loads(line) for line in (source / "items.jsonl").read_bytes().splitlines()]
    out.mkdir(parents=True, exist_ok=True)
    (out / "domain.toml").write_bytes((source / "domain.toml").read_bytes())
    with (out / "items.jsonl").open("wb") as file:
        for item in [*items[:count], *recombined(domain, items, count - len(items), seed)]:
            file.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))


def recombined(domain: Domain, items: list[dict[str, Any]], count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield items each made of two that share their most telling category, so that what goes together stays together.

    Figures and closed values come from one or the other, lists of phrases and names are half of each.
    """
    random = np.random.default_rng(seed)
    alike = _by_first_category(domain, items)
    own = domain.columns
    for number in range(count):
        one = items[random.integers(len(items))]
        others = alike[_first_category(domain, one)]
        other = others[random.integers(len(others))]
        made = {column: _mixed(one.get(column), other.get(column), random) for column in one}
        title = _mixed(one[own.title].split(), other[own.title].split(), random)
        yield made | {own.id: f"made-{number}", own.title: " ".join(title)}


def clustered(count: int, dimension: int, seed: int = 0) -> Vectors:
    """Return (count, dimension) unit rows that lie as a catalogue's do; see ClusteredEmbedder."""
    embedder = ClusteredEmbedder(dimension, max(count // _SUBJECT_SIZE, 1), seed)
    return embedder.draw(np.random.default_rng(seed), count)


class ClusteredEmbedder:
    """Gives every text a place of its own among vectors that lie as those of a catalogue do; meaning plays no part.

    Sentence embeddings of a catalogue make clusters within clusters (subjects within genres), and most of their spread
    lies in some dozens of dimensions. Vectors without structure are harder to search than any catalogue, well-parted
    clusters easier.
    """

    def __init__(self, dimension: int = 384, subjects: int = 5000, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.name = f"clustered-{dimension}-{subjects}-{seed}"
        self.dimension = dimension
        genres = random.normal(size=(_GENRES, _INNER))
        self._subjects = genres[random.integers(_GENRES, size=subjects)] + 0.9 * random.normal(size=(subjects, _INNER))
        self._spread = random.normal(size=(_INNER, dimension)).astype(np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows; the same for the same text in the same company."""
        seed = hashlib.blake2b("\0".join(texts).encode(), digest_size=8).digest()
        return self.draw(np.random.default_rng(int.from_bytes(seed)), len(texts))

    def draw(self, random: np.random.Generator, count: int) -> Vectors:
        """Return (count, dimension) unit rows."""
        vectors = np.empty((count, self.dimension), np.float32)
        for start in range(0, count, 50_000):
            rows = vectors[start : start + 50_000]
            inner = self._subjects[random.integers(len(self._subjects), size=len(rows))]
            inner = inner + 0.8 * random.normal(size=inner.shape)
            rows[:] = inner.astype(np.float32) @ self._spread
            rows += 1.5 * random.standard_normal(rows.shape, np.float32)
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors


def _by_first_category(domain: Domain, items: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        groups.setdefault(_first_category(domain, item), []).append(item)
    return groups


def _first_category(domain: Domain, item: dict[str, Any]) -> str:
    column = next(iter(domain.of_kind("category").values())).columns[0]
    value = item.get(column)
    return str(value[0] if isinstance(value, list) and value else value)


def _mixed(one: Any, other: Any, random: np.random.Generator) -> Any:
    if isinstance(one, list) and isinstance(other, list) and one and other:
        halves = [*one[: (len(one) + 1) // 2], *other[len(other) // 2 :]]
        return list(dict.fromkeys(halves))
    return one if random.random() < 0.5 else other
