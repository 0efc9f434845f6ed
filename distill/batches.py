"""Examples as padded tensors, batched by length so that little is padding."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agent.parsing.encoding import EncodedTurn
from agent.parsing.labels import LAYERS
from agent.parsing.network import TokenBatch
from distill.targets import IGNORED, Targets

CHOICES = (
    "facet", "value", "bound", "polarity", "strength", "lifetime", "op", "role", "relation", "pointing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example as numbers."""

    encoded: EncodedTurn
    targets: Targets
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of several examples. Targets that do not apply are IGNORED."""

    tokens: TokenBatch
    tags: Tensor
    intent: Tensor
    asks: Tensor
    weight: Tensor
    rows: Tensor
    starts: Tensor
    ends: Tensor
    choices: dict[str, Tensor]
    pairs: Tensor
    """(pairs, 2) positions among the spans."""
    alternative: Tensor


def batches(prepared: Sequence[Prepared], budget: int, order: random.Random) -> Iterator[list[Prepared]]:
    """Yield every example once, in groups of at most `budget` tokens of similar length, in random order."""
    shuffled = sorted(prepared, key=lambda one: len(one.encoded.ids) + order.random() * 6)
    groups: list[list[Prepared]] = []
    group: list[Prepared] = []
    for one in shuffled:
        if group and len(one.encoded.ids) * (len(group) + 1) > budget:
            groups.append(group)
            group = []
        group.append(one)
    groups.append(group)
    order.shuffle(groups)
    yield from groups


def collate(group: Sequence[Prepared]) -> Batch:
    """Return these examples as one batch of tensors."""
    length = max(len(one.encoded.ids) for one in group)

    def padded(name: str) -> Tensor:
        rows = np.zeros((len(group), length), np.int64)
        for at, one in enumerate(group):
            part = getattr(one.encoded, name)
            rows[at, : len(part)] = part
        return torch.from_numpy(rows)

    tags = np.full((len(group), length, len(LAYERS)), IGNORED, np.int64)
    mask = np.zeros((len(group), length), bool)
    spans: list[tuple[int, int, int]] = []
    choices: dict[str, list[int]] = {name: [] for name in CHOICES}
    pairs: list[tuple[int, int, float]] = []
    for row, one in enumerate(group):
        tags[row, : len(one.targets.tags)] = one.targets.tags
        mask[row, : len(one.encoded.ids)] = True
        pairs += [(len(spans) + first, len(spans) + second, same) for first, second, same in one.targets.pairs]
        for (start, end), chosen in zip(one.targets.spans, one.targets.choices, strict=True):
            spans.append((row, start, end))
            for name in CHOICES:
                choices[name].append(chosen.get(name, IGNORED))
    places = torch.tensor(spans, dtype=torch.int64).reshape(-1, 3)
    return Batch(
        tokens=TokenBatch(
            ids=padded("ids"),
            segments=padded("segments"),
            kinds=padded("kinds"),
            facets=padded("facets"),
            mask=torch.from_numpy(mask),
        ),
        tags=torch.from_numpy(tags),
        intent=torch.tensor([one.targets.intent for one in group]),
        asks=torch.from_numpy(np.stack([one.targets.asks for one in group])),
        weight=torch.tensor([one.weight for one in group]),
        rows=places[:, 0],
        starts=places[:, 1],
        ends=places[:, 2],
        choices={name: torch.tensor(column, dtype=torch.int64) for name, column in choices.items()},
        pairs=torch.tensor([(first, second) for first, second, _ in pairs], dtype=torch.int64).reshape(-1, 2),
        alternative=torch.tensor([same for _, _, same in pairs], dtype=torch.float32),
    )
