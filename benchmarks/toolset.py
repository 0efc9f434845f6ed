"""How long each tool and the usual whole plan take, over catalogues of many sizes. Embedding of queries is left out."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import numpy as np
import orjson
import typer
from threadpoolctl import threadpool_limits

from benchmarks.synthetic import clustered, recombined
from tools.candidates import Candidates
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.domain import Domain
from tools.embedding import Vectors
from tools.index import Index
from tools.lexical import Lexicon
from tools.manifest import Manifest
from tools.registry import run
from tools.vectors import VectorStore
from tools.wishes import Seed, Wish

DIMENSION = 384
SIZES = (28_000, 1_000_000)
_SHARES = (1.0, 0.1, 0.01)
"""How many of the items the filter keeps."""
_KEPT_BY = "popularity"
_MOVIES = Path(__file__).parent.parent / "data" / "movies"

Plan = Sequence[tuple[str, Mapping[str, Any]]]


class DrawnEmbedder:
    """Draws a vector for each text by its hash, at no cost."""

    name = "drawn"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows."""
        seeds = [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) for text in texts]
        vectors = np.array([np.random.default_rng(seed).normal(size=DIMENSION) for seed in seeds], np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def measure(
    source: Path, sizes: Sequence[int] = SIZES, repeats: int = 40, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Print and return medians and 95th percentiles in milliseconds, by size, share kept, and tool ('plan': all).

    source: a domain folder; its items come first, the rest are recombined from them, with vectors that cluster.
    """
    figures: dict[str, Any] = {}
    for size in sizes:
        say(f"making {size:,} items")
        context = made_context(source, size).warm()
        for share in _SHARES:
            timings = _timings(context, share, repeats)
            named = {name: _summary(values) for name, values in timings.items()}
            figures.setdefault(str(size), {})[f"{share:g}"] = named
            line = "  ".join(f"{name} {one['p50']:.1f}/{one['p95']:.1f}" for name, one in named.items())
            say(f"{size:>9,} items, filter keeps {share:>4.0%}: {line} ms (median/p95)")
    return figures


def toolset(
    items: Annotated[list[int] | None, typer.Option(help="Items in the catalogue; several sizes may be given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object.")] = False,
) -> None:
    """How long each tool and the usual whole plan take, without embedding the query."""
    threadpool_limits(limits=1, user_api="blas")
    figures = measure(_MOVIES, items or (28_000,), say=partial(typer.echo, err=as_json))
    if as_json:
        typer.echo(json.dumps(figures))


def made_context(source: Path, size: int) -> ToolContext:
    """Return a context over so many items, with real values and words and drawn vectors."""
    domain = Domain.load(source)
    own = [orjson.loads(line) for line in (source / "items.jsonl").read_bytes().splitlines()]
    catalogue = Catalogue.build(domain, [*own[:size], *recombined(domain, own, size - len(own), seed=0)])
    embedder = DrawnEmbedder()
    phrases = catalogue.vocabulary(domain.text_facet)
    items = VectorStore.build(clustered(size, DIMENSION))
    manifest = Manifest(
        generation="made",
        model=embedder.name,
        dimension=DIMENSION,
        fingerprint=catalogue.fingerprint,
        items=size,
        phrases=len(phrases),
        layout=items.layout,
        embedded=size,
        files={},
    )
    words = Lexicon.build(catalogue.searchable())
    index = Index(manifest, embedder, items, words, phrases, VectorStore.build(embedder.encode(phrases)))
    return ToolContext(catalogue, index, embedder)


def usual_plan(context: ToolContext, share: float, turn: int) -> Plan:
    """A filter that keeps this share, three wishes, two named items, two dislikes; another one each turn.

    Wishes and items are drawn from the catalogue, so that it works for any domain with a category and a text facet.
    """
    random = np.random.default_rng(turn)
    domain, catalogue = context.catalogue.domain, context.catalogue
    figures = catalogue.numbers(_KEPT_BY) if _KEPT_BY in domain.facets else catalogue.popularity
    musts = []
    if share < 1:
        low = float(np.nanquantile(figures, 1 - share))
        musts = [Wish(id="must", facet=_KEPT_BY, min=low, strength="must")]
    category = list(islice(domain.of_kind("category"), 2))[-1]
    values = [str(value) for value in random.choice(domain.facets[category].values, 3, replace=False)]
    phrases = [str(phrase) for phrase in random.choice(context.index.phrases, 2, replace=False)]
    likes = [
        Wish(id="one", facet=category, value=values[0]),
        Wish(id="two", facet=category, value=values[1]),
        Wish(id="three", facet=domain.text_facet, value=phrases[0]),
    ]
    dislikes = [
        Wish(id="four", facet=category, value=values[2], polarity="dislike"),
        Wish(id="five", facet=domain.text_facet, value=phrases[1], polarity="dislike"),
    ]
    seeds = [Seed(id=catalogue.ids[row]) for row in random.integers(min(len(catalogue), 2000), size=2)]
    return [
        ("filter", {"wishes": [*musts, *likes, *dislikes]}),
        ("match", {"wishes": [*musts, *likes]}),
        ("similar", {"items": seeds}),
        ("attenuate", {"wishes": dislikes}),
        ("rank", {}),
        ("diversify", {"count": 5, "exclude": [seed.id for seed in seeds]}),
    ]


def _timings(context: ToolContext, share: float, repeats: int) -> dict[str, list[float]]:
    timings: dict[str, list[float]] = {}
    for turn in range(-3, repeats):
        plan = usual_plan(context, share, abs(turn))
        # The query vectors of a turn are there before its tools are timed.
        context.embedder.encode([wish.value for _, step in plan for wish in step.get("wishes", ()) if wish.value])
        candidates = Candidates.all(context.size)
        started = perf_counter()
        spent: dict[str, float] = {}
        for name, arguments in plan:
            outcome = run(name, context, arguments, candidates)
            candidates = outcome.candidates
            spent[name] = outcome.ms
        spent["plan"] = (perf_counter() - started) * 1000
        ids = [context.catalogue.ids[row] for row in candidates.rows[:2]]
        for name, arguments in (("explain", {"item": ids[0]}), ("compare", {"items": ids})):
            spent[name] = run(name, context, arguments, candidates).ms
        spent["lookup"] = run("lookup", context, {"query": context.catalogue.titles[turn]}, candidates).ms
        # The first turns load what is loaded once.
        if turn >= 0:
            for name, ms in spent.items():
                timings.setdefault(name, []).append(ms)
    return timings


def _summary(values: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(values, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}
