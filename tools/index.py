"""What is near what in a catalogue: embedded items, words in common, and the embedded phrases of the text facet.

An index folder holds manifest.json, the generation of files that it names, `pending` (what a build has embedded so
far) and `lock`. See tools.manifest for how one generation takes the place of another.
"""

import contextlib
import errno
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import orjson
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from tools.catalogue import Catalogue
from tools.embedded import Embedded, digests
from tools.embedding import Embedder, Vectors
from tools.errors import IndexFault
from tools.lexical import Lexicon
from tools.manifest import Manifest, file_hash, write_file
from tools.vectors import Layout, VectorStore

Rows = NDArray[np.int32]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]
BuildProgress = Callable[[str, int, int], None]
"""Called with what is being done ('embedding items') and how much of how much of it is done."""

_ITEMS, _ITEM_TEXTS = "items.faiss", "items.npy"
_PHRASES, _PHRASE_TEXTS = "phrases.faiss", "phrases.json"
_WORDS = "words"
_DISK_REFUSES = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EEXIST,
    errno.EFBIG,
    errno.EIO,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}


class Index:
    """Nearest items and phrases of one catalogue under one embedding model. Reading is safe from several threads."""

    def __init__(
        self,
        manifest: Manifest,
        embedder: Embedder,
        items: VectorStore,
        words: Lexicon,
        phrases: Sequence[str],
        phrase_vectors: VectorStore,
    ) -> None:
        """Use `build` or `open`."""
        self.manifest = manifest
        self.phrases = tuple(phrases)
        """Distinct phrases of the text facet, most frequent first."""
        self._embedder = embedder
        self._items = items
        self._words = words
        self._phrase_vectors = phrase_vectors

    @classmethod
    def build(
        cls,
        catalogue: Catalogue,
        embedder: Embedder,
        folder: Path,
        progress: BuildProgress | None = None,
        layout: Layout | None = None,
    ) -> Self:
        """Make the folder's index one of this catalogue under this model, and return it.

        Texts embedded by the index that stands or by a build that was killed are not embedded again, so items can be
        added, changed and removed at the cost of what changed; with nothing changed this is `open`. Readers see the
        old index until the new one is whole. A second build of the folder waits for the first.
        layout: of the vectors; None chooses by size. Raises IndexFault if the folder cannot be written,
        EmbeddingFault if the model gives anything but vectors.
        """
        say = progress or _say_nothing
        # Before the lock, so that an index that serves is used even where nothing can be written.
        with contextlib.suppress(IndexFault):
            return cls._current(folder, catalogue, embedder, layout)
        with _writing(folder, say):
            # Once more: another build may have been waited for.
            with contextlib.suppress(IndexFault):
                return cls._current(folder, catalogue, embedder, layout)
            standing = _standing(folder, embedder)
            manifest = _write_generation(catalogue, embedder, folder, standing, say, layout)
            _tidy(folder, manifest.generation)
        return cls.open(folder, catalogue, embedder)

    @classmethod
    def open(cls, folder: Path, catalogue: Catalogue, embedder: Embedder) -> Self:
        """Return the folder's index. Raises IndexFault, saying what to run, unless it is whole and of this catalogue
        and model."""
        remedy = f"run `attune index {catalogue.source or 'DIR'}`"
        try:
            manifest = Manifest.read(folder)
            _check(manifest, catalogue, embedder)
            try:
                generation = manifest.check_files(folder)
            except IndexFault:
                # A build may have replaced the generation between the reading of its name and of its files.
                newer = Manifest.read(folder)
                if newer.generation == manifest.generation:
                    raise
                _check(newer, catalogue, embedder)
                manifest, generation = newer, newer.check_files(folder)
            return cls(
                manifest,
                embedder,
                VectorStore.open(generation / _ITEMS),
                Lexicon.open(generation / _WORDS),
                orjson.loads((generation / _PHRASE_TEXTS).read_bytes()),
                VectorStore.open(generation / _PHRASES),
            )
        except IndexFault as fault:
            raise IndexFault(f"{fault}; {remedy}") from fault

    @classmethod
    def _current(cls, folder: Path, catalogue: Catalogue, embedder: Embedder, layout: Layout | None) -> Self:
        if layout not in (None, Manifest.read(folder).layout):
            raise IndexFault(f"the index has another layout than {layout!r}")
        return cls.open(folder, catalogue, embedder)

    def __len__(self) -> int:
        return len(self._items)

    def nearest(self, vectors: Vectors, k: int, allowed: Mask | None = None) -> tuple[NDArray[np.int32], Scores]:
        """Return the k items nearest in meaning to each vector, best first, ties by row, and their cosines.

        vectors: (n, dimension) unit rows. allowed: (items,) None for all. Both results are (n, k); short rows are
        padded with row -1 and cosine -inf. Raises IndexFault for vectors of another dimension.
        """
        self._check_shapes(vectors, allowed)
        return self._items.nearest(vectors, k, allowed)

    def vectors(self, rows: NDArray[np.integer[Any]]) -> Vectors:
        """Return the vectors of items: (n, dimension) unit rows."""
        return self._items.get(rows)

    def lexical(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """Return up to k items that share words with the text, best first, ties by row, and BM25 scores (> 0)."""
        return self._words.nearest(text, k, allowed)

    def holding(self, text: str) -> Rows:
        """Return the items that hold every word of the text, in any form, ascending."""
        return self._words.holding(text)

    def phrases_like(self, texts: Sequence[str], k: int, threshold: float) -> list[list[tuple[str, float]]]:
        """Return, for each text, up to k phrases of the text facet nearest in meaning, with cosine, best first.

        threshold: least cosine.
        """
        if not texts:
            return []
        rows, cosines = self._phrase_vectors.nearest(self._embedder.encode(texts), k)
        return [
            [(self.phrases[row], float(cosine)) for row, cosine in zip(*pair, strict=True) if cosine >= threshold]
            for pair in zip(rows, cosines, strict=True)
        ]

    def _check_shapes(self, vectors: Vectors, allowed: Mask | None) -> None:
        if vectors.ndim != 2 or vectors.shape[1] != self._items.dimension:
            raise IndexFault(
                f"vectors of shape {vectors.shape} asked of an index of {self._items.dimension} dimensions; "
                f"embed with {self.manifest.model!r}"
            )
        if allowed is not None and allowed.shape != (len(self),):
            raise IndexFault(f"a mask of shape {allowed.shape} for {len(self)} items; give one truth a row")


def _say_nothing(stage: str, done: int, total: int) -> None:
    pass


@contextlib.contextmanager
def _writing(folder: Path, say: BuildProgress) -> Iterator[None]:
    """Alone among builders of the folder; what the disk refuses is an IndexFault."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say("waiting for another build", 0, 1)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        if error.errno not in _DISK_REFUSES:
            raise
        raise IndexFault(
            f"cannot write the index to {str(folder)!r}: {error.strerror}; make room there or choose another place "
            "with ATTUNE_HOME (what was embedded so far is kept)"
        ) from error


def _standing(folder: Path, embedder: Embedder) -> tuple[Manifest, VectorStore, Path] | None:
    """The index in the folder if it is whole and of this model, whatever items it is of."""
    try:
        manifest = Manifest.read(folder)
        if (manifest.model, manifest.dimension) != (embedder.name, embedder.dimension):
            return None
        generation = manifest.check_files(folder)
        return manifest, VectorStore.open(generation / _ITEMS), generation
    except IndexFault:
        return None


def _is_of(manifest: Manifest, catalogue: Catalogue) -> bool:
    return manifest.fingerprint == catalogue.fingerprint and manifest.items == len(catalogue)


def _check(manifest: Manifest, catalogue: Catalogue, embedder: Embedder) -> None:
    if manifest.model != embedder.name:
        raise IndexFault(f"the index was made with the model {manifest.model!r}, not {embedder.name!r}")
    if manifest.dimension != embedder.dimension:
        raise IndexFault(f"the index has {manifest.dimension} dimensions, the model {embedder.dimension}")
    if not _is_of(manifest, catalogue):
        raise IndexFault(f"the index is of other items ({manifest.items}, here {len(catalogue)}, or changed ones)")


def _write_generation(
    catalogue: Catalogue,
    embedder: Embedder,
    folder: Path,
    standing: tuple[Manifest, VectorStore, Path] | None,
    say: BuildProgress,
    layout: Layout | None,
) -> Manifest:
    embedded = Embedded(embedder, _pending(folder, embedder))
    if standing is not None:
        _take_standing(embedded, standing)
    documents = catalogue.documents()
    phrases = catalogue.vocabulary(catalogue.domain.text_facet)
    vectors = embedded.vectors(documents, lambda done, total: say("embedding items", done, total))
    phrase_vectors = embedded.vectors(phrases, lambda done, total: say("embedding phrases", done, total))
    name = uuid.uuid4().hex
    generation = folder / name
    generation.mkdir()
    say("grouping vectors", 0, 1)
    items = VectorStore.build(vectors, layout, like=standing[1] if standing is not None else None)
    write_file(generation / _ITEMS, items.to_bytes())
    say("grouping vectors", 1, 1)
    np.save(generation / _ITEM_TEXTS, digests(documents))
    write_file(generation / _PHRASES, VectorStore.build(phrase_vectors).to_bytes())
    write_file(generation / _PHRASE_TEXTS, orjson.dumps(phrases))
    say("counting words", 0, 1)
    Lexicon.build(catalogue.searchable()).save(generation / _WORDS)
    say("counting words", 1, 1)
    files = sorted(path for path in generation.rglob("*") if path.is_file())
    manifest = Manifest(
        generation=name,
        model=embedder.name,
        dimension=embedder.dimension,
        fingerprint=catalogue.fingerprint,
        items=len(catalogue),
        phrases=len(phrases),
        layout=items.layout,
        embedded=embedded.fresh,
        files={str(path.relative_to(generation)): file_hash(path) for path in files},
    )
    manifest.write(folder)
    return manifest


def _take_standing(embedded: Embedded, standing: tuple[Manifest, VectorStore, Path]) -> None:
    _, items, generation = standing
    embedded.take(np.load(generation / _ITEM_TEXTS), items.get(np.arange(len(items), dtype=np.int32)))
    phrases = VectorStore.open(generation / _PHRASES)
    known = digests(orjson.loads((generation / _PHRASE_TEXTS).read_bytes()))
    embedded.take(known, phrases.get(np.arange(len(phrases), dtype=np.int32)))


def _pending(folder: Path, embedder: Embedder) -> Path:
    """Where texts embedded by this model wait for their build to be done."""
    return folder / "pending" / bytes(digests([embedder.name])[0]).hex()


def _tidy(folder: Path, generation: str) -> None:
    """Remove what no longer serves: other generations, whole or not, and the pending embeddings."""
    for path in folder.iterdir():
        if path.is_dir() and path.name != generation:
            shutil.rmtree(path, ignore_errors=True)
