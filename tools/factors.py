"""Learns what `tools.collaborative` tells taste by from a domain folder's interactions, with the `implicit` library."""

import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.sparse
from threadpoolctl import threadpool_limits

from tools.catalogue import Catalogue
from tools.collaborative import CONFIDENCE, LIKED, MANIFEST, MODEL, SEEN, Collaborative, CollaborativeManifest
from tools.errors import IndexFault
from tools.interactions import TABLE, Interactions
from tools.manifest import file_hash, ids_hash, write_file

FACTORS = 32
REGULARIZATION = 10.0
ROUNDS = 15
_SEED = 0
_TOGETHER_FROM = 3
_CHANCE = 1.2
"""Times as many people as by chance that must have liked two items both before it is said of them."""
_PAIRS_KEPT = 200
_BLOCK = 1000


def learn(folder: Path, catalogue: Catalogue, progress: Callable[[int, int], None] | None = None) -> bool:
    """Bring what a domain folder has learned from its interactions up to date; return whether there are any.

    With nothing changed since the last time it is left as it is. The same table gives the same factors. Raises
    IndexFault if the folder cannot be written, ImportFault if the table cannot be read.
    """
    try:
        return Collaborative.open(folder, catalogue) is not None
    except IndexFault:
        interactions = Interactions.load(folder / TABLE, catalogue)
        write(folder, catalogue, interactions, file_hash(folder / TABLE), progress)
        return True


def write(
    folder: Path,
    catalogue: Catalogue,
    interactions: Interactions,
    source: str,
    progress: Callable[[int, int], None] | None = None,
) -> CollaborativeManifest:
    """Write what is learned from interactions to a folder. source: the hash of the table they are from."""
    size, said = len(catalogue), interactions.judgements()
    liked = said > 0
    likes = np.bincount(interactions.rows[liked], minlength=size).astype(np.int32)
    factors = train(interactions, size, progress)
    starts, others, together = liked_together(interactions.take(liked), size)
    staged = folder / f".{MODEL}-{uuid.uuid4().hex[:8]}"
    try:
        with staged.open("wb") as file:
            np.savez(file, factors=factors, likes=likes, starts=starts, others=others, together=together)
        manifest = CollaborativeManifest(
            items=ids_hash(catalogue.ids),
            interactions=source,
            model=file_hash(staged),
            factors=factors.shape[1],
            regularization=REGULARIZATION,
            confidence=CONFIDENCE,
            seed=_SEED,
            people=interactions.people,
            likes=int(np.count_nonzero(liked)),
        )
        staged.replace(folder / MODEL)
        # A reader between the two finds factors that are not the manifest's, and says so.
        write_file(folder / f".{MANIFEST}", manifest.model_dump_json(indent=1).encode())
        (folder / f".{MANIFEST}").replace(folder / MANIFEST)
        return manifest
    except OSError as error:
        raise IndexFault(f"cannot write what was learned to {str(folder)!r}: {error.strerror or error}") from error
    finally:
        staged.unlink(missing_ok=True)


def train(
    interactions: Interactions, size: int, progress: Callable[[int, int], None] | None = None
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return factors of items, (size, factors) float32; 0 throughout for an item that nobody liked or saw.

    One thread, one seed: the same interactions give the same factors.
    """
    said = interactions.judgements()
    worth = np.select([said > 0, said == 0], [LIKED, SEEN], 0.0).astype(np.float32)
    cells = (worth, (interactions.users, interactions.rows))
    table = scipy.sparse.csr_matrix(cells, shape=(max(interactions.people, 1), size))
    table.eliminate_zeros()

    def say(done: int, _: float, __: float) -> None:
        if progress is not None:
            progress(done + 1, ROUNDS)

    # The library takes long to load, and is for learning only.
    from implicit.als import AlternatingLeastSquares

    # Threads inside threads take ten times as long; the library warns of it as soon as a model is made.
    with threadpool_limits(limits=1, user_api="blas"):
        model = AlternatingLeastSquares(
            factors=min(FACTORS, size),
            regularization=REGULARIZATION,
            alpha=CONFIDENCE,
            iterations=ROUNDS,
            num_threads=1,
            random_state=_SEED,
        )
        model.fit(table, show_progress=False, callback=say)
    factors = np.asarray(model.item_factors, np.float32).copy()
    factors[np.asarray(table.sum(axis=0)).ravel() == 0] = 0.0
    return factors


def liked_together(
    likes: Interactions, size: int
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.int64]],
    np.ndarray[tuple[int], np.dtype[np.int32]],
    np.ndarray[tuple[int], np.dtype[np.int32]],
]:
    """Return which items were liked by the same people clearly more often than by chance, and by how many.

    As rows of a sparse table: starts (size + 1,), and for each row the other items and the numbers of people; of an
    item at most the 200 with most people.
    """
    shape = (max(likes.people, 1), size)
    table = scipy.sparse.csr_matrix((np.ones(len(likes), np.int32), (likes.users, likes.rows)), shape=shape)
    counts = np.asarray(table.sum(axis=0)).ravel()
    people = max(int(np.count_nonzero(np.diff(table.indptr))), 1)
    by_item = table.T.tocsr()
    starts, others, together = [0], [], []
    for first in range(0, size, _BLOCK):
        block = (by_item[first : first + _BLOCK] @ table).tocsr()
        for at in range(block.shape[0]):
            row = first + at
            part = slice(block.indptr[at], block.indptr[at + 1])
            rows, both = block.indices[part], block.data[part]
            telling = (both >= _TOGETHER_FROM) & (both * people > _CHANCE * counts[row] * counts[rows]) & (rows != row)
            rows, both = rows[telling], both[telling]
            order = np.lexsort((rows, -both))[:_PAIRS_KEPT]
            others.append(rows[order].astype(np.int32))
            together.append(both[order].astype(np.int32))
            starts.append(starts[-1] + len(order))
    return np.array(starts, np.int64), np.concatenate(others), np.concatenate(together)
