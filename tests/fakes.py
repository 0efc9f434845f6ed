"""Stand-ins that behave: small, deterministic, and of the same protocols as the real parts."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from tools.embedding import Vectors


class HashEmbedder:
    """Texts with words in common are close, others are not; the same text is always the same vector.

    A word is a direction drawn by its hash and a text the sum of its words. Plurals count as their singular.
    """

    def __init__(self, name: str = "hash", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.encoded: list[str] = []
        """Every text that was asked for, in order."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                vector += self._direction(word.removesuffix("s"))
        # A text without words stays at the origin: close to nothing.
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors

    def _direction(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
        return np.asarray(np.random.default_rng(seed).normal(size=self.dimension), np.float32)
