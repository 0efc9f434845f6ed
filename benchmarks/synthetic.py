"""Larger catalogues to measure with: items recombined from those of a real one, and vectors that cluster likewise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from tools.domain import Domain
from tools.embedding import Vectors


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


def clustered(count: int, dimension: int, seed: int = 0, clusters_of: int = 200, inner: int = 48) -> Vectors:
    """Return (count, dimension) unit rows in clusters of clusters, most of whose spread lies in `inner` dimensions.

    Sentence embeddings of a catalogue are like that: subjects within genres, and an intrinsic dimension far below the
    nominal one. Vectors without structure are harder than any catalogue, well-parted clusters easier.
    """
    random = np.random.default_rng(seed)
    genres = random.normal(size=(40, inner)).astype(np.float32)
    subjects = genres[random.integers(40, size=max(count // clusters_of, 1))]
    subjects += 0.9 * random.normal(size=subjects.shape).astype(np.float32)
    spread = random.normal(size=(inner, dimension)).astype(np.float32)
    vectors = np.empty((count, dimension), np.float32)
    for start in range(0, count, 50_000):
        rows = vectors[start : start + 50_000]
        own = random.normal(size=(len(rows), inner)).astype(np.float32)
        rows[:] = (subjects[random.integers(len(subjects), size=len(rows))] + 0.8 * own) @ spread
        rows += 1.5 * random.normal(size=rows.shape).astype(np.float32)
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
