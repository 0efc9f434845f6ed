"""A table of vectors searched in two steps: all of them as bytes, then the nearest of those exactly."""

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from tools.embedding import Vectors

_MORE, _MORE_SHARE = 16, 0.25
"""How many more than wanted the first step keeps; rounding to bytes moves a cosine by some 0.001."""


class CoarseTable:
    """Rows in single precision, and the same rounded to bytes: a third of the time of half precision for one core."""

    def __init__(self, vectors: Vectors) -> None:
        """vectors: (rows, dimension) unit rows."""
        self.vectors = vectors
        self._scale = 127 / max(float(np.abs(vectors).max(initial=0)), 1e-9)
        self._bytes = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        self._bytes.add(self._rounded(vectors))

    def search(self, queries: Vectors, wanted: int, selector: Any) -> tuple[Vectors, NDArray[np.int64]]:
        """Return the cosines and rows of the `wanted` nearest to each query, in no order: (n, wanted) both.

        selector: a FAISS selector of at least `wanted` rows; None for all.
        """
        reach = min(wanted + max(_MORE, int(wanted * _MORE_SHARE)), len(self.vectors))
        params = faiss.SearchParameters(sel=selector)
        _, rows = self._bytes.search(self._rounded(queries), reach, params=params)
        cosines = np.einsum("qrd,qd->qr", self.vectors[rows], queries)
        # Where fewer than that are allowed, the rest is row -1.
        cosines[rows < 0] = -np.inf
        best = np.argpartition(-cosines, wanted - 1, axis=1)[:, :wanted]
        return np.take_along_axis(cosines, best, 1), np.take_along_axis(rows, best, 1)

    def _rounded(self, vectors: Vectors) -> Vectors:
        return np.asarray(np.clip(np.rint(vectors * self._scale), -127, 127), np.float32)
