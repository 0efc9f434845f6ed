"""Vectors of one kind in FAISS: nearest by cosine, among all rows or those that a mask allows."""

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self, cast

import faiss
import numpy as np
from numpy.typing import NDArray

from tools.coarse import CoarseTable
from tools.embedding import Vectors
from tools.errors import IndexFault

Layout = Literal["flat", "ivf"]
"""flat: every vector is compared. ivf: vectors are grouped by nearness, and those of the nearest groups compared."""

_HALF = faiss.ScalarQuantizer.QT_fp16
"""Half precision moves a cosine by some 0.0001 and halves what a search reads, which is what it spends its time on."""

FLAT_UP_TO = 100_000
"""Beyond it a full comparison takes more than some 15 ms on one core."""
_POINTS_A_LIST, _ROUNDS = 40, 6
"""What k-means sees of each group, and how often, when groups are made; more takes longer for hardly better ones."""


class VectorStore:
    """Unit vectors by row, and which of them are nearest to others. Reading is safe from several threads."""

    def __init__(self, index: Any) -> None:
        """index: a FAISS index over inner products; `build` and `open` make one."""
        self._index = index
        self._ivf = faiss.try_extract_index_ivf(index)
        # Tools read many vectors one by one; few enough to be flat are few enough to be kept in single precision too.
        self._table = None if self._ivf is not None else CoarseTable(index.reconstruct_n(0, len(self)))

    @classmethod
    def build(cls, vectors: Vectors, layout: Layout | None = None, like: "VectorStore | None" = None) -> Self:
        """Return a store of these rows.

        layout: None chooses by size. like: a store whose groups are taken over, where they still fit the size, since
        making them is what takes long.
        """
        count, dimension = vectors.shape
        if (layout or ("flat" if count <= FLAT_UP_TO else "ivf")) == "flat":
            index = faiss.IndexScalarQuantizer(dimension, _HALF, faiss.METRIC_INNER_PRODUCT)
            index.is_trained = True
        elif like is not None and like._groups_fit(count, dimension):
            index = faiss.clone_index(like._index)
            index.reset()
        else:
            index = _train(vectors)
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(_readable(index))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the store written to a file. Raises IndexFault if it is not one."""
        try:
            return cls(_readable(faiss.read_index(str(path))))
        except RuntimeError as error:
            raise IndexFault(f"{str(path)!r} cannot be read as vectors; delete its folder and index again") from error

    def to_bytes(self) -> memoryview:
        """Return the contents of the file that `open` reads."""
        return memoryview(faiss.serialize_index(self._index))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    @property
    def layout(self) -> Layout:
        return "flat" if self._ivf is None else "ivf"

    def get(self, rows: NDArray[np.integer[Any]]) -> Vectors:
        """Return the vectors of these rows: (n, dimension)."""
        if self._table is not None:
            return cast(Vectors, self._table.vectors[rows])
        if not len(rows):
            return np.zeros((0, self.dimension), np.float32)
        return cast(Vectors, self._index.reconstruct_batch(np.ascontiguousarray(rows, np.int64)))

    def nearest(
        self, queries: Vectors, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], Vectors]:
        """Return the k rows nearest to each query, best first, ties by row, and their cosines.

        queries: (n, dimension) unit rows. allowed: (rows,) None for all. Both results are (n, k); where fewer rows are
        allowed the rest is row -1 with cosine -inf.
        """
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        rows = np.full((len(queries), k), -1, np.int32)
        cosines = np.full((len(queries), k), -np.inf, np.float32)
        wanted = min(k, count)
        if wanted == 0 or not len(queries):
            return rows, cosines
        if allowed is not None and count <= _FEW * len(queries):
            found, ids = self._compare(queries, wanted, np.flatnonzero(allowed))
        else:
            found, ids = self._search(queries, wanted, count, allowed)
        order = np.lexsort((ids, -found), axis=1)
        rows[:, :wanted] = np.take_along_axis(ids, order, 1)
        cosines[:, :wanted] = np.take_along_axis(found, order, 1)
        # Where groups did not hold enough.
        cosines[rows < 0] = -np.inf
        return rows, cosines

    def _compare(self, queries: Vectors, wanted: int, among: NDArray[np.int64]) -> tuple[Vectors, NDArray[np.int64]]:
        cosines = queries @ self.get(among).T
        best = np.argpartition(cosines, len(among) - wanted, axis=1)[:, len(among) - wanted :]
        return np.take_along_axis(cosines, best, 1), among[best]

    def _search(
        self, queries: Vectors, wanted: int, count: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[Vectors, NDArray[np.int64]]:
        # FAISS keeps a pointer to the bits, not the array: `bits` must outlive the search.
        bits = None if allowed is None or count == len(self) else np.packbits(allowed, bitorder="little")
        selector = None if bits is None else faiss.IDSelectorBitmap(bits)
        with _one_thread():
            if self._table is not None:
                return self._table.search(queries, wanted, selector)
            found: tuple[Vectors, NDArray[np.int64]] = self._index.search(
                np.ascontiguousarray(queries, np.float32), wanted, params=self._parameters(selector, count, wanted)
            )
        return found

    def _parameters(self, selector: Any, count: int, wanted: int) -> Any:
        # The fewer rows are allowed, the farther off the nearest of them: more groups are searched, though less than in
        # proportion. With few allowed that is all groups, and the search exact.
        share = max(_COMPARED_SHARE * (len(self) / count) ** 0.75, _COMPARED_A_RESULT * wanted / count)
        probes = math.ceil(self._ivf.nlist * min(share, 1))
        return faiss.SearchParametersIVF(sel=selector, nprobe=min(max(probes, _LEAST_PROBES), self._ivf.nlist))

    def _groups_fit(self, count: int, dimension: int) -> bool:
        if self._ivf is None or self.dimension != dimension:
            return False
        return bool(_lists_for(count) / 2 <= self._ivf.nlist <= _lists_for(count) * 2)


_COMPARED_SHARE = 0.008
"""Share of the rows that an unfiltered search compares with the query."""
_COMPARED_A_RESULT = 20
"""Allowed rows that are compared for each that is asked for, at least."""
_LEAST_PROBES = 16
_FEW = 2000
"""Allowed rows, for each query, that are sooner fetched and compared one by one than looked for in all groups."""


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """A search takes a few milliseconds; on a machine with anything else to do, waiting for a second thread to be
    scheduled takes longer than it saves. Turns are what runs side by side."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _lists_for(count: int) -> int:
    return 1 << round(math.log2(max(4 * math.sqrt(count), 16)))


def _train(vectors: Vectors) -> Any:
    count, dimension = vectors.shape
    lists = min(_lists_for(count), max(count // 8, 1))
    groups = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(groups, dimension, lists, _HALF, faiss.METRIC_INNER_PRODUCT, False)
    index.own_fields = True
    groups.this.disown()
    index.cp.spherical = True
    index.cp.niter = _ROUNDS
    index.cp.max_points_per_centroid = _POINTS_A_LIST
    index.cp.min_points_per_centroid = 1
    sample = np.random.default_rng(0).permutation(count)[: lists * _POINTS_A_LIST]
    index.train(np.ascontiguousarray(vectors[np.sort(sample)], np.float32))
    return index


def _readable(index: Any) -> Any:
    ivf = faiss.try_extract_index_ivf(index)
    if ivf is not None:
        ivf.set_direct_map_type(faiss.DirectMap.Array)
        ivf.parallel_mode = 0
    return index
