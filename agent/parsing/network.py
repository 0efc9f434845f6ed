"""The compact parser's network: one encoder, tags over tokens, and choices about each span and the turn."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from agent.parsing.encoder import EncoderShape, SentenceEncoder
from agent.parsing.labels import (
    BOUNDS,
    INTENTS,
    LAYERS,
    LIFETIMES,
    OPS,
    POINTINGS,
    POLARITIES,
    RELATIONS,
    STRENGTHS,
    TAGS,
    Labels,
)

KIND_FEATURES = 64
"""Rows of the table of what the linker found at a token; row 0 is nothing and stays zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBatch:
    """Encoded turns, padded to one length. All (batch, length); mask is None where nothing is padding."""

    ids: Tensor
    segments: Tensor
    kinds: Tensor
    """What the linker found at a token, 0 for nothing; see encoding.py."""
    facets: Tensor
    """The facet it is about plus 1, 0 for none."""
    mask: Tensor | None


@dataclass(frozen=True, slots=True)
class TurnScores:
    """Logits about tokens and the turn; `hidden` is what spans are scored from."""

    hidden: Tensor
    tags: Tensor
    """(batch, length, layers, tags)"""
    intent: Tensor
    asks: Tensor


class CommandNetwork(nn.Module):
    """Scores everything that a command is put together from."""

    def __init__(self, shape: EncoderShape, labels: Labels, kept: int, dropout: float = 0.1) -> None:
        """kept: how many of the encoder's lowest layers stay those of the base."""
        super().__init__()
        width = shape.width
        self.encoder = SentenceEncoder(shape, kept, dropout)
        self.kind_features = nn.Embedding(KIND_FEATURES, width, padding_idx=0)
        self.facet_features = nn.Embedding(len(labels.facets) + 1, width, padding_idx=0)
        nn.init.zeros_(self.kind_features.weight)
        nn.init.zeros_(self.facet_features.weight)
        self.dropout = nn.Dropout(dropout)
        self.tags = nn.Linear(width, len(LAYERS) * len(TAGS))
        self.turn = nn.Sequential(nn.Linear(2 * width, width), nn.GELU())
        self.intent = nn.Linear(width, len(INTENTS))
        self.ask_count = len(labels.asks)
        self.asks = nn.Linear(width, max(1, self.ask_count))
        self.span = nn.Sequential(nn.Linear(4 * width, width), nn.GELU(), nn.Dropout(dropout))
        sizes = {
            "facet": len(labels.facets),
            "value": len(labels.values),
            "bound": len(BOUNDS),
            "polarity": len(POLARITIES),
            "strength": len(STRENGTHS),
            "lifetime": len(LIFETIMES),
            "op": len(OPS),
            "role": len(labels.roles) + 1,
            "relation": len(RELATIONS),
            "pointing": len(POINTINGS),
        }
        self.heads = nn.ModuleDict({name: nn.Linear(width, size) for name, size in sizes.items()})
        self.pair = nn.Sequential(nn.Linear(2 * width, width // 2), nn.GELU(), nn.Linear(width // 2, 1))

    def forward(self, batch: TokenBatch) -> TurnScores:
        """Return logits for a batch of encoded turns."""
        features = self.kind_features(batch.kinds) + self.facet_features(batch.facets)
        hidden = self.encoder(batch.ids, batch.segments, features, batch.mask)
        said = (batch.segments == 0).to(hidden.dtype)
        if batch.mask is not None:
            said = said * batch.mask
        mean = (hidden * said[..., None]).sum(1) / said.sum(1, keepdim=True).clamp(min=1)
        turn = self.turn(self.dropout(torch.cat([hidden[:, 0], mean], -1)))
        tags = self.tags(self.dropout(hidden)).view(*hidden.shape[:2], len(LAYERS), len(TAGS))
        return TurnScores(hidden, tags, self.intent(turn), self.asks(turn)[:, : self.ask_count])

    def learned(self) -> dict[str, Tensor]:
        """Parameters that training changes, by name; the rest stay those of the base."""
        shared = {id(part) for module in self.encoder.shared() for part in module.parameters()}
        return {name: part for name, part in self.named_parameters() if id(part) not in shared}

    def spans(self, hidden: Tensor, rows: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
        """Return one vector a span; rows, starts and ends are (spans,), token ends exclusive."""
        before = torch.cat([torch.zeros_like(hidden[:, :1]), hidden.cumsum(1)], 1)
        mean = (before[rows, ends] - before[rows, starts]) / (ends - starts)[:, None].to(hidden.dtype)
        parts = [hidden[rows, starts], hidden[rows, ends - 1], mean, hidden[rows, 0]]
        vectors: Tensor = self.span(torch.cat(parts, -1))
        return vectors

    def choose(self, vectors: Tensor) -> dict[str, Tensor]:
        """Return the logits of every choice about spans, each (spans, options)."""
        return {name: head(vectors) for name, head in self.heads.items()}

    def alternatives(self, earlier: Tensor, later: Tensor) -> Tensor:
        """Return one logit a pair of spans: whether the later wish is an alternative to the earlier."""
        logits: Tensor = self.pair(torch.cat([earlier, later], -1))
        return logits.squeeze(-1)
