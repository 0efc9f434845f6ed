"""The sentence encoder under the compact parser: a BERT of six layers whose word embeddings stay the base's.

Architecture: Devlin et al. 2019, post-layer-norm; the base is all-MiniLM-L6-v2. Written out here rather than taken from
a model library because linker features are added to the input and start-up must not import one.
"""

import hashlib
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from agent.parsing.errors import WeightsError


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """Sizes of the base checkpoint, from its config.json."""

    words: int
    width: int
    layers: int
    heads: int
    inner: int
    places: int

    @classmethod
    def of(cls, base: Path) -> "EncoderShape":
        """Read the shape of the checkpoint in folder `base`. Raises WeightsError if it is not a BERT checkpoint."""
        try:
            config = json.loads((base / "config.json").read_text(encoding="utf8"))
            return cls(
                words=config["vocab_size"],
                width=config["hidden_size"],
                layers=config["num_hidden_layers"],
                heads=config["num_attention_heads"],
                inner=config["intermediate_size"],
                places=config["max_position_embeddings"],
            )
        except (OSError, ValueError, KeyError) as error:
            raise WeightsError(f"no BERT checkpoint in {str(base)!r}: {error!r}") from error


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each added to its input and normalised."""

    def __init__(self, shape: EncoderShape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.dropout = dropout
        self.attend = nn.Linear(shape.width, 3 * shape.width)
        self.gather = nn.Linear(shape.width, shape.width)
        self.gather_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.widen = nn.Linear(shape.width, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.width)
        self.narrow_norm = nn.LayerNorm(shape.width, eps=1e-12)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        batch, length, width = hidden.shape
        parts = self.attend(hidden).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        dropout = self.dropout if self.training else 0.0
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        mixed = self.gather(mixed.transpose(1, 2).reshape(batch, length, width))
        hidden = self.gather_norm(hidden + self._drop(mixed))
        fed = self.narrow(nn.functional.gelu(self.widen(hidden)))
        normed: Tensor = self.narrow_norm(hidden + self._drop(fed))
        return normed

    def _drop(self, part: Tensor) -> Tensor:
        return nn.functional.dropout(part, self.dropout, self.training)


class ByteLinear(nn.Module):
    """A linear layer for reading only: weights rounded to a byte by output, inputs to a byte by their own range.

    Dynamic quantisation (Jacob et al. 2018, section 2). A quarter of the memory to fetch, which is what a short turn
    waits for. It holds no parameters to train.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        scales = weight.abs().amax(1).clamp(min=1e-9).double() / 127
        zeros = torch.zeros(len(scales), dtype=torch.long)
        with warnings.catch_warnings():
            # torch means to drop byte tensors one day; nothing else it has is as fast on a plain processor, and the
            # version is pinned. docs/decisions.md has the figures.
            warnings.simplefilter("ignore", UserWarning)
            rounded = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
        self._packed = torch.ops.quantized.linear_prepack(rounded, linear.bias.detach().float())

    def forward(self, hidden: Tensor) -> Tensor:
        mapped: Tensor = torch.ops.quantized.linear_dynamic(hidden, self._packed)
        return mapped


class SentenceEncoder(nn.Module):
    """Token ids to one vector a token, with features mixed in above the layers that stay the base's."""

    def __init__(self, shape: EncoderShape, kept: int, dropout: float = 0.1) -> None:
        """kept: how many of the lowest layers stay the base's."""
        super().__init__()
        self.shape = shape
        self.kept = kept
        self.words = nn.Embedding(shape.words, shape.width)
        self.places = nn.Embedding(shape.places, shape.width)
        self.segments = nn.Embedding(2, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(shape, dropout if at >= kept else 0.0) for at in range(shape.layers))

    def forward(self, ids: Tensor, segments: Tensor, features: Tensor, mask: Tensor | None) -> Tensor:
        """Return (batch, length, width) vectors.

        ids, segments: (batch, length) int64, up to `shape.places` long; features: (batch, length, width), added to
        what the kept layers make; mask: (batch, length) bool, true where there is a token, or None where all are.
        """
        wide = None if mask is None else mask[:, None, None, :]
        with torch.no_grad():
            places = torch.arange(ids.shape[1], device=ids.device)
            below: Tensor = self.norm(self.words(ids) + self.places(places) + self.segments(segments))
            for layer in self.layers[: self.kept]:
                below = layer(below, wide)
        hidden = below + features
        for layer in self.layers[self.kept :]:
            hidden = layer(hidden, wide)
        return hidden

    def for_reading(self) -> None:
        """Make the layers fast on short inputs, in place, where the processor has what it takes; never train after."""
        if all(engine == "none" for engine in torch.backends.quantized.supported_engines):
            return
        for layer in self.layers:
            for name, part in list(layer.named_children()):
                if isinstance(part, nn.Linear):
                    setattr(layer, name, ByteLinear(part))

    def shared(self) -> list[nn.Module]:
        """The parts that stay the base's: neither trained nor shipped."""
        return [self.words, self.places, self.segments, self.norm, *self.layers[: self.kept]]


def base_state(base: Path) -> dict[str, Tensor]:
    """Return the base checkpoint's parameters under this module's names, float32.

    Raises WeightsError if the checkpoint is missing, damaged or of another architecture.
    """
    try:
        stored = load_file(base / "model.safetensors")
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"cannot read the base checkpoint in {str(base)!r}: {error}") from error
    try:
        return _renamed({name.removeprefix("bert."): part.float() for name, part in stored.items()})
    except KeyError as error:
        raise WeightsError(f"the checkpoint in {str(base)!r} lacks the parameter {error}; it is no BERT") from error


def fingerprint(base: Path) -> str:
    """Return the first 16 hex digits of the SHA-256 of the base's weights: which base some weights were trained on."""
    try:
        with (base / "model.safetensors").open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    except OSError as error:
        raise WeightsError(f"cannot read the base checkpoint in {str(base)!r}: {error}") from error


def _renamed(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    state = {
        "words.weight": stored["embeddings.word_embeddings.weight"],
        "places.weight": stored["embeddings.position_embeddings.weight"],
        "segments.weight": stored["embeddings.token_type_embeddings.weight"],
    }
    for end in ("weight", "bias"):
        state[f"norm.{end}"] = stored[f"embeddings.LayerNorm.{end}"]
    layers = 1 + max(int(name.split(".")[2]) for name in stored if name.startswith("encoder.layer."))
    names = {
        "gather": "attention.output.dense",
        "gather_norm": "attention.output.LayerNorm",
        "widen": "intermediate.dense",
        "narrow": "output.dense",
        "narrow_norm": "output.LayerNorm",
    }
    for number in range(layers):
        at = f"encoder.layer.{number}"
        for end in ("weight", "bias"):
            parts = [stored[f"{at}.attention.self.{part}.{end}"] for part in ("query", "key", "value")]
            state[f"layers.{number}.attend.{end}"] = torch.cat(parts)
            for ours, theirs in names.items():
                state[f"layers.{number}.{ours}.{end}"] = stored[f"{at}.{theirs}.{end}"]
    return state
