"""How well each head does by itself, on given places: what the spans and choices are worth before any decoding."""

from collections import Counter
from collections.abc import Sequence

import torch

from agent.parsing.labels import LAYERS
from agent.parsing.network import CommandNetwork
from distill.batches import CHOICES, Prepared, collate
from distill.targets import IGNORED


def head_figures(network: CommandNetwork, prepared: Sequence[Prepared], size: int = 16) -> dict[str, float]:
    """Return the accuracy of each choice and of the intent, and the F1 over tokens of each layer of spans."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    network.eval()
    with torch.inference_mode():
        for first in range(0, len(prepared), size):
            batch = collate(prepared[first : first + size])
            scores = network(batch.tokens)
            right["intent"] += int((scores.intent.argmax(-1) == batch.intent).sum())
            asked["intent"] += len(batch.intent)
            tags = scores.tags.argmax(-1)
            for layer, name in enumerate(LAYERS):
                said, wanted = tags[..., layer], batch.tags[..., layer]
                known = wanted != IGNORED
                right[f"{name} tags"] += 2 * int(((said == wanted) & (wanted > 0) & known).sum())
                asked[f"{name} tags"] += int(((said > 0) & known).sum()) + int(((wanted > 0) & known).sum())
            if not len(batch.rows):
                continue
            chosen = network.choose(network.spans(scores.hidden, batch.rows, batch.starts, batch.ends))
            for name in CHOICES:
                applies = batch.choices[name] != IGNORED
                right[name] += int((chosen[name].argmax(-1) == batch.choices[name])[applies].sum())
                asked[name] += int(applies.sum())
    return {name: round(right[name] / count, 4) for name, count in asked.items() if count}
