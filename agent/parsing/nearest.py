"""The closed value whose everyday words are nearest to a phrase, by the word embeddings that the encoder rests on.

Phrases are weighted means of their pieces' embeddings (Arora et al. 2017, 'A simple but tough-to-beat baseline'),
with a piece's frequency guessed from its place in the vocabulary, which BERT's orders by frequency.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tools.domain import Facet

NEAR = 0.7
"""Cosine from which a phrase says a value. Of the 316 phrases of the teacher's turns that no lexicon has, 165 are at
least this near to a phrase of their facet, and 90 % of those have that value."""
_FIRST_WORD = 1996
"""Pieces before this one in BERT's vocabulary are marks, letters and unused."""
_COMMON = 1e-3
"""How common a piece is whose weight is half."""

FloatArray = NDArray[np.float32]
Pieces = Callable[[str], Sequence[int]]
"""A phrase -> the numbers of its word pieces."""


class NearestValues:
    """Compares phrases with the values and lexicons of facets; a facet's words are embedded when first asked for."""

    def __init__(self, embeddings: FloatArray, pieces: Pieces) -> None:
        """embeddings: (vocabulary, width)."""
        self._embeddings = embeddings
        self._pieces = pieces
        rank = np.maximum(np.arange(len(embeddings)) - _FIRST_WORD, 0) + 1.0
        frequency = 1.0 / (rank * np.log(len(embeddings)))
        self._weights = (_COMMON / (_COMMON + frequency)).astype(np.float32)
        self._mean = embeddings[_FIRST_WORD:].mean(0) if len(embeddings) > _FIRST_WORD else embeddings.mean(0)
        self._facets: dict[str, tuple[FloatArray, list[str]]] = {}

    def value(self, phrase: str, name: str, facet: Facet) -> tuple[str, float] | None:
        """Return the nearest value of a category facet and its cosine, None where nothing can be compared."""
        if name not in self._facets:
            self._facets[name] = self._embedded(facet)
        vectors, values = self._facets[name]
        said = self._vector(phrase)
        if said is None or not len(vectors):
            return None
        closeness = vectors @ said
        best = int(closeness.argmax())
        return values[best], float(closeness[best])

    def _embedded(self, facet: Facet) -> tuple[FloatArray, list[str]]:
        said = ((value, phrase) for value in facet.values for phrase in (value, *facet.lexicon.get(value, ())))
        pairs = [(vector, value) for value, phrase in said if (vector := self._vector(phrase)) is not None]
        return np.array([vector for vector, _ in pairs], np.float32), [value for _, value in pairs]

    def _vector(self, phrase: str) -> FloatArray | None:
        pieces = list(self._pieces(phrase.lower()))
        if not pieces:
            return None
        total = ((self._embeddings[pieces] - self._mean) * self._weights[pieces][:, None]).sum(0)
        length = float(np.linalg.norm(total))
        vector: FloatArray = total / length
        return vector if length > 0 else None
