"""How fast the index finds, and how much of what an exact search finds, among many items."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.synthetic import ClusteredEmbedder, write_catalogue
from benchmarks.timing import Timing, machine
from tools.catalogue import Catalogue
from tools.embedding import Vectors
from tools.index import Index

SHARES = (0.01, 0.1, 1.0)
_FOUND = 100
"""Items asked of each search, as the tools ask."""
_MOVIES = Path(__file__).parent.parent / "data" / "movies"
_RUNS = Path("runs") / "benchmarks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One kind of search under one filter."""

    search: str
    keeps: float
    """Share of the items that the filter lets through."""
    p50_ms: float
    p95_ms: float
    recall_at_10: float | None = None
    """Of what an exact search finds; None for searches that are exact by nature."""


def retrieval(
    items: Annotated[int, typer.Option(help="Items of the synthetic catalogue.")] = 28_000,
    queries: Annotated[int, typer.Option(help="Searches of each kind.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Time the index's searches under filters that keep 1, 10 and 100 % of a synthetic catalogue.

    Items are recombined from the shipped films, vectors drawn (384 dimensions); both are kept under runs/benchmarks.
    """
    console = Console(stderr=True)
    folder = _RUNS / f"films-{items}"
    if not (folder / "items.jsonl").exists():
        console.print(f"making {items:,} items in {folder} ...")
        write_catalogue(_MOVIES, folder, items)
    embedder = ClusteredEmbedder(subjects=max(items // 200, 1))
    catalogue, load_s = _timed(lambda: Catalogue.load(folder))
    with console.status("indexing"):
        _, build_s = _timed(lambda: Index.build(catalogue, embedder, folder / "index"))
    index, open_s = _timed(lambda: Index.open(folder / "index", catalogue, embedder))
    searches = list(measure(catalogue, index, embedder.encode([str(number) for number in range(queries)])))
    report = {
        "items": items,
        "dimension": index.manifest.dimension,
        "layout": index.manifest.layout,
        "catalogue_load_s": load_s,
        "index_build_s": build_s,
        "index_open_s": open_s,
        "machine": machine(),
        "searches": [asdict(search) for search in searches],
    }
    if as_json:
        print(json.dumps(report))
    else:
        _show(report)


def measure(catalogue: Catalogue, index: Index, queries: Vectors) -> Iterator[Search]:
    """Yield the figures of dense searches (one query, and five at once) and of searches by words."""
    random = np.random.default_rng(0)
    titles = [catalogue.titles[row] for row in random.integers(len(catalogue), size=len(queries))]
    fives = [queries[start : start + 5] for start in range(0, len(queries) - 4, 5)]
    for share in SHARES:
        allowed = None if share == 1 else random.random(len(catalogue)) < share
        dense = partial(index.nearest, k=_FOUND, allowed=allowed)
        recall = recall_at_10(index, queries, allowed)
        yield _search("meaning", share, Timing.of(dense, [query[None] for query in queries]), recall)
        yield _search("meaning, 5 at once", share, Timing.of(dense, fives))
        yield _search("words", share, Timing.of(partial(index.lexical, k=_FOUND, allowed=allowed), titles))


def _search(name: str, keeps: float, timing: Timing, recall: float | None = None) -> Search:
    return Search(search=name, keeps=keeps, p50_ms=timing.p50, p95_ms=timing.p95, recall_at_10=recall)


def recall_at_10(index: Index, queries: Vectors, allowed: NDArray[np.bool_] | None) -> float:
    """Return the mean share of the ten nearest items that the index finds among the first ten of a search."""
    exact = exact_nearest(index, queries, 10, allowed)
    found = index.nearest(queries, _FOUND, allowed)[0][:, :10]
    shares = [len(set(one) & set(other)) / len(one) for one, other in zip(exact, found, strict=True)]
    return round(float(np.mean(shares)), 4)


def exact_nearest(index: Index, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Return the rows nearest to each query among all allowed ones, every vector compared: (n, k), best first."""
    rows = np.arange(len(index)) if allowed is None else np.flatnonzero(allowed)
    cosines = np.concatenate(
        [queries @ index.vectors(rows[start : start + 50_000]).T for start in range(0, len(rows), 50_000)], axis=1
    )
    return np.asarray(rows[np.argsort(-cosines, axis=1, kind="stable")[:, :k]])


def _timed(call: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    made = call()
    return made, round(time.perf_counter() - start, 2)


def _show(report: dict[str, Any]) -> None:
    heading = (
        f"{report['items']:,} items, {report['dimension']} dimensions, {report['layout']}; catalogue loads in "
        f"{report['catalogue_load_s']} s, index opens in {report['index_open_s']} s"
    )
    table = Table("search", "filter keeps", "median ms", "95 % ms", "recall@10", title=heading, title_justify="left")
    for search in report["searches"]:
        recall = "" if search["recall_at_10"] is None else f"{search['recall_at_10']:.3f}"
        keeps = f"{search['keeps']:.0%}"
        table.add_row(search["search"], keeps, f"{search['p50_ms']:.2f}", f"{search['p95_ms']:.2f}", recall)
    Console().print(table)
    Console().print(report["machine"])
