"""Vectors of texts that were embedded before: by the index in use, or by a build that was cut short."""

import hashlib
import os
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.embedding import Embedder, Progress, Vectors
from tools.errors import EmbeddingFault

_SHARD = 256
"""Texts embedded between two writes: what a build that is killed loses at most, some five seconds of work."""

Digests = NDArray[np.uint8]
"""(n, 16) hashes of texts."""


def digests(texts: Sequence[str]) -> Digests:
    """Return a hash of each text."""
    joined = b"".join(hashlib.blake2b(text.encode("utf8", "replace"), digest_size=16).digest() for text in texts)
    return np.frombuffer(joined, np.uint8).reshape(len(texts), 16)


class Embedded:
    """Embeds each text once. What it embeds it keeps in shards in a folder until the build is done with it."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """folder: of the shards, for this model; those that an earlier build left are taken over."""
        self._embedder = embedder
        self._folder = folder
        self._vectors: dict[bytes, NDArray[np.float32]] = {}
        self.fresh = 0
        """Texts that had to be embedded."""
        for shard in sorted(folder.glob("*.npz")):
            self._take_shard(shard)

    def take(self, known: Digests, vectors: Vectors) -> None:
        """Take over vectors whose texts have these hashes."""
        self._vectors.update(zip(map(bytes, known), vectors, strict=True))

    def vectors(self, texts: Sequence[str], progress: Progress) -> Vectors:
        """Return (n, dimension) unit rows in the order of the texts, embedding those that are not known yet.

        progress: called with how many of the texts are done. Raises EmbeddingFault if the model gives anything else
        than one finite vector a text.
        """
        keys = list(map(bytes, digests(texts)))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        # Texts of like length go together, since a batch costs as much as its longest.
        queue = sorted(missing.items(), key=lambda pair: len(pair[1]), reverse=True)
        done = len(texts) - len(queue)
        progress(done, len(texts))
        for start in range(0, len(queue), _SHARD):
            shard = queue[start : start + _SHARD]
            self._embed([key for key, _ in shard], [text for _, text in shard])
            done += len(shard)
            progress(done, len(texts))
        if not keys:
            return np.zeros((0, self._embedder.dimension), np.float32)
        return np.stack([self._vectors[key] for key in keys])

    def _embed(self, keys: list[bytes], texts: list[str]) -> None:
        vectors = np.asarray(self._embedder.encode(texts), np.float32)
        if vectors.shape != (len(texts), self._embedder.dimension) or not np.isfinite(vectors).all():
            raise EmbeddingFault(
                f"the model {self._embedder.name!r} gave {vectors.shape} for {len(texts)} texts of "
                f"{self._embedder.dimension} dimensions, or figures that are not finite; try another model"
            )
        known = np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), 16)
        self._write_shard(known, vectors)
        self.take(known, vectors)
        self.fresh += len(texts)

    def _write_shard(self, known: Digests, vectors: Vectors) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        unfinished = self._folder / f"{name}.part"
        with unfinished.open("wb") as file:
            np.savez(file, known=known, vectors=vectors)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / f"{name}.npz")

    def _take_shard(self, path: Path) -> None:
        try:
            with path.open("rb") as file, np.load(file) as shard:
                known, vectors = shard["known"], shard["vectors"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            # A shard that a full disk cut off costs its five seconds again, not the build.
            return
        if vectors.ndim == 2 and vectors.shape == (len(known), self._embedder.dimension):
            self.take(known, vectors)
