"""What every tool is given: the catalogue, its index, the embedding model, and what is worked out from them once."""

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import local
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tools.candidates import Rows, Scores
from tools.catalogue import Catalogue
from tools.collaborative import Collaborative
from tools.embedding import Embedder
from tools.index import Index
from tools.kept import Kept
from tools.phrases import Phrase, Vocabulary, near, stems

PRIOR_QUALITY = 0.12
PRIOR_POPULARITY = 0.05
_SAMPLE = 1000
"""Rows that stand for a value or for the whole catalogue; more would not move the mean."""
_PHRASES = 24
"""Phrases near in meaning that words can be taken for; more would reach beyond what was meant."""
_NEAR_PHRASE = 0.45
"""Cosine from which a phrase is near in meaning at all."""
_USUAL_DRIFT = 0.25
"""How far from the centre the items of a telling value lie together, in unit vectors of sentence embeddings."""
_TELLING_FACET = 0.6
_DOUBT = 5
"""A value of fewer items than this is taken to be about usually telling, whatever is measured."""
_READ = 1000
"""So few texts are read again to see whether it is not only in names that they hold some words."""
_KEPT = 4096
"""Query vectors, phrase look-ups and value directions kept: a few megabytes."""
_WEIGHTS = 50_000


class CachedEmbedder:
    """An embedder that remembers the texts it has seen; queries repeat from turn to turn."""

    def __init__(self, embedder: Embedder, size: int = _KEPT) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._kept = Kept(size)

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

    def __init__(
        self, catalogue: Catalogue, index: Index, embedder: Embedder, collaborative: Collaborative | None = None
    ) -> None:
        self.catalogue = catalogue
        self.collaborative = collaborative
        """None: the catalogue came without interactions."""
        self.index = index
        self.embedder = embedder if isinstance(embedder, CachedEmbedder) else CachedEmbedder(embedder)
        self._phrases = Kept(_KEPT)
        self._drifts = Kept(_KEPT)
        self._siblings = Kept(2048)
        self._facets_telling = Kept(64)
        self._lexical = Kept(512)
        self._containing = Kept(512)
        self._steps = Kept(64)
        self.weights = Kept(_WEIGHTS)
        """How much each value tells of likeness; likeness.py works them out."""
        self._last = local()

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
    def prior(self) -> Scores:
        """(n,) what speaks for an item before anything is wished, 0 to 0.17: well liked, and a little, well known."""
        return PRIOR_QUALITY * self.quality + PRIOR_POPULARITY * self.popularity

    @cached_property
    def by_prior(self) -> Rows:
        """Rows by the prior, best first; ties by row."""
        return np.argsort(-self.prior, kind="stable").astype(np.int32)

    @cached_property
    def centre(self) -> Scores:
        """(dimension,) mean document vector; what all items have in common says nothing about any."""
        return np.asarray(self._sample.mean(axis=0), dtype=np.float32)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The phrases of the text facet by their words."""
        domain = self.catalogue.domain
        phrases = self.catalogue.vocabulary(domain.text_facet)
        return Vocabulary(phrases, domain.facets[domain.text_facet].lexicon, self.catalogue.series_names)

    def phrases(self, words: str) -> tuple[Phrase, ...]:
        """Return the phrases of the text facet that words can be taken for, closest first.

        Those that hold the words come with a closeness above 0.9, those that are near in meaning with less.
        """
        return self._phrases.get(words, self._find_phrases)

    def _find_phrases(self, words: str) -> tuple[Phrase, ...]:
        found = {phrase.text: phrase for phrase in self.vocabulary.resolve(words)}
        for text, cosine in self.index.phrases_like([words], _PHRASES, _NEAR_PHRASE)[0]:
            found.setdefault(text, near(text, cosine, words))
        return tuple(sorted(found.values(), key=lambda phrase: -phrase.closeness))

    def titled(self, title: str) -> tuple[int, ...]:
        """Return the rows of this very title, case ignored, best known first."""
        return self._titles.get(title.strip().casefold(), ())

    @cached_property
    def _titles(self) -> dict[str, tuple[int, ...]]:
        titles: dict[str, tuple[int, ...]] = {}
        for row in self.by_prior.tolist():
            key = self.catalogue.titles[row].casefold()
            titles[key] = (*titles.get(key, ()), row)
        return titles

    def containing(self, words: str) -> Rows:
        """Return rows whose own text, names apart, holds every telling word in any form, ascending."""
        return self._containing.get(words, self._find_containing)

    def _find_containing(self, words: str) -> Rows:
        rows: Rows = self.index.holding(words)
        if not 0 < len(rows) <= _READ:
            return rows
        # The words of an item include names, and a name is not what it is about: 'gore' is not Gore Verbinski.
        wanted = stems(words)
        texts = self.catalogue.documents(rows)
        return cast(Rows, rows[np.array([wanted <= stems(text) for text in texts])])

    def cosines(self, rows: Rows, vector: Scores) -> Scores:
        """Return the cosine of each row's document with a unit vector: (n,)."""
        return np.asarray(self._vectors(rows) @ vector, dtype=np.float32)

    def _vectors(self, rows: Rows) -> Scores:
        # Every measure of a plan asks for the same rows' vectors, one after the other.
        last = getattr(self._last, "vectors", None)
        if last is not None and last[0] is rows:
            return cast(Scores, last[1])
        vectors = self.index.vectors(rows)
        self._last.vectors = (rows, vectors)
        return vectors

    @cached_property
    def _sample(self) -> Scores:
        return self.index.vectors(_spread(np.arange(self.size, dtype=np.int32)))

    def scale(self, vector: Scores) -> Callable[[Scores], Scores]:
        """Return what turns cosines with this vector into 0 (as close as most items are) to 1 (the closest few)."""
        sample = self._sample @ vector
        middle, upper = len(sample) // 2, int(0.998 * (len(sample) - 1))
        ordered = np.partition(sample, (middle, upper))
        low = float(ordered[middle])
        high = max(float(ordered[upper]), low + 0.05)

        def scaled(cosines: Scores) -> Scores:
            return np.asarray(np.clip((cosines - low) / (high - low), 0, 1), dtype=np.float32)

        return scaled

    def step(self, facet: str) -> float:
        """Return how far outside soft bounds a figure counts half: 'around' by the domain, or a tenth of the spread."""
        described = self.catalogue.domain.facets[facet]
        if described.kind == "ordinal":
            return 0.5
        return described.about or self._steps.get(facet, self._tenth_of_spread)

    def _tenth_of_spread(self, facet: str) -> float:
        figures = self.catalogue.numbers(facet)
        known = figures[~np.isnan(figures)]
        low, high = np.quantile(known, [0.05, 0.95]) if len(known) else (0.0, 1.0)
        return max(float(high - low) / 10, 1e-6)

    def lexical(self, words: str, k: int = 1000) -> Callable[[Rows], Scores]:
        """Return what tells how well rows' texts match words literally, against the best match: 0 to 1."""
        found, scores = self._lexical.get((words, k), lambda _: self._find_lexical(words, k))

        def scored(rows: Rows) -> Scores:
            if not len(found):
                return np.zeros(len(rows), dtype=np.float32)
            places = np.minimum(np.searchsorted(found, rows), len(found) - 1)
            return np.where(found[places] == rows, scores[places], 0).astype(np.float32)

        return scored

    def _find_lexical(self, words: str, k: int) -> tuple[Rows, Scores]:
        rows, scores = self.index.lexical(words, min(k, self.size), None)
        order = np.argsort(rows)
        return rows[order], (scores / max(float(scores.max(initial=0)), 1e-9))[order].astype(np.float32)

    def direction(self, facet: str, value: str) -> Scores:
        """Return the unit vector (dimension,) from the centre towards items that have a closed value.

        It lets an item that lacks the label still be near to it, and is zero for a value that no item has.
        """
        return self._drift(facet, value)[0]

    def telling(self, facet: str, value: str) -> float:
        """Return how much a value says about what an item is: 0 nothing ('English'), about 1 much ('space').

        It is how far the items that have it lie from the centre together, beyond what so few would by chance.
        """
        return self._drift(facet, value)[1]

    def facet_telling(self, facet: str) -> float:
        """Return how telling the values of a facet are on the whole, at most 1: a mood's tell more than a country's."""
        return self._facets_telling.get(facet, self._find_facet_telling)

    def _find_facet_telling(self, facet: str) -> float:
        counts = self.catalogue.counts(facet)
        told = sum(count * self.telling(facet, value) for value, count in counts.items())
        return min(told / max(sum(counts.values()), 1) / _TELLING_FACET, 1.0)

    def warm(self) -> "ToolContext":
        """Work out now what would otherwise be worked out by the first turn that needs it; returns itself."""
        for name, facet in self.catalogue.domain.of_kind("category").items():
            self.facet_telling(name)
            for value in facet.values:
                self.siblings(name, value)
        for name in self.catalogue.domain.of_kind("number"):
            self.step(name)
        self.titled("")
        self.phrases(self.catalogue.domain.noun.one)
        return self

    def _drift(self, facet: str, value: str) -> tuple[Scores, float]:
        return self._drifts.get((facet, value), lambda _: self._find_drift(facet, value))

    def _find_drift(self, facet: str, value: str) -> tuple[Scores, float]:
        rows = _spread(self.catalogue.rows_with(facet, value))
        if not len(rows):
            return np.zeros_like(self.centre), 0.0
        away = self.index.vectors(rows).mean(axis=0) - self.centre
        squared = float(away @ away)
        by_chance = (1 - float(self.centre @ self.centre)) / len(rows)
        measured = np.sqrt(max(squared - by_chance, 0.0)) / _USUAL_DRIFT
        telling = (len(rows) * measured + _DOUBT) / (len(rows) + _DOUBT)
        return np.asarray(away / max(np.sqrt(squared), 1e-9), dtype=np.float32), float(telling)

    def siblings(self, facet: str, value: str) -> dict[str, float]:
        """Return the other values of a category facet whose items are like those with this one, with cosine > 0.5."""
        towards = self.direction(facet, value)
        others = [other for other in self.catalogue.domain.facets[facet].values if other != value]
        return self._siblings.get(
            (facet, value),
            lambda _: {
                other: cosine for other in others if (cosine := float(self.direction(facet, other) @ towards)) > 0.5
            },
        )


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
