"""One pass of the network over a turn, as probabilities about its spans and the whole."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from agent.parsing.decoding import Span, joined, spans_of, with_places
from agent.parsing.encoding import EncodedTurn, TurnEncoder
from agent.parsing.labels import LAYERS, Labels
from agent.parsing.nearest import NearestValues
from agent.parsing.network import CommandNetwork, TokenBatch
from agent.parsing.parser import ParseInput
from agent.parsing.titles import capitalised_runs, dated_titles

FloatArray = NDArray[np.float32]

_WISH_KINDS = frozenset({"entity", "value", "number", "band", "relative"})
_ITEM_KINDS = frozenset({"item", "slate"})
_LISTED = re.compile(r"\s*(?:\(\d{4}\))?\s*(?:,|;|/|\band\b|&|\bor\b)+\s*(?:and|or|the)?\s*", re.IGNORECASE)
"""What stands between the items of a list."""
_CLEAR = 0.8
"""Relations at least this likely are not evened out against others: 'seen 1, 2 looks good' is no list."""
_LIKELY = 0.5
"""What the linker finds with at least this score is considered even where the tags pass it by."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A span with the probabilities of each choice about it."""

    span: Span
    chances: Mapping[str, FloatArray]
    """Name of a choice -> (options,) probabilities."""
    alternative: float = 0.0
    """wishes: probability of being an alternative to the wish before."""

    def best(self, choice: str) -> int:
        return int(self.chances[choice].argmax())

    def chance(self, choice: str) -> float:
        """Probability of the likeliest option."""
        return float(self.chances[choice].max())


@dataclass(frozen=True, slots=True)
class TurnReading:
    """What the network makes of a turn."""

    intent: FloatArray
    asks: FloatArray
    wishes: tuple[Marked, ...]
    items: tuple[Marked, ...]
    counts: tuple[Span, ...]


class NetworkReader:
    """Runs a network over single turns. Threads may share one."""

    def __init__(self, network: CommandNetwork, encoder: TurnEncoder, labels: Labels, looseness: float) -> None:
        self._network = network
        self._encoder = encoder
        self._labels = labels
        self._looseness = looseness

    def nearest(self) -> NearestValues:
        """Return a comparison of phrases by the encoder's word embeddings."""
        return NearestValues(self._network.encoder.words.weight.detach().numpy(), self._encoder.pieces)

    def read(self, turn: ParseInput) -> TurnReading:
        """Return the reading of one turn."""
        encoded = self._encoder.encode(turn)
        with torch.inference_mode():
            scores = self._network(_as_batch(encoded))
            tags = scores.tags[0, 1 : 1 + encoded.said].numpy()
            found = [
                spans_of(tags[:, layer], encoded.offsets, turn.text, self._looseness) for layer in range(len(LAYERS))
            ]
            wishes = self._joined(scores.hidden, found[0], turn.text)
            wishes = with_places(wishes, _places(turn, _WISH_KINDS), tags[:, 0], encoded.offsets)
            items = _united_neighbours(found[1], turn.text)
            items = with_places(items, _titles(turn), tags[:, 1], encoded.offsets)
            marked = self._choices(scores.hidden, [*wishes, *items])
            return TurnReading(
                intent=scores.intent[0].softmax(-1).numpy(),
                asks=scores.asks[0].sigmoid().numpy(),
                wishes=tuple(marked[: len(wishes)]),
                items=tuple(_in_lists(marked[len(wishes) :], turn.text)),
                counts=tuple(found[2]),
            )

    def _choices(self, hidden: Tensor, spans: Sequence[Span]) -> list[Marked]:
        if not spans:
            return []
        vectors = self._vectors(hidden, spans)
        chances = {name: logits.softmax(-1).numpy() for name, logits in self._network.choose(vectors).items()}
        alternative = np.zeros(len(spans), np.float32)
        if len(spans) > 1:
            alternative[1:] = self._network.alternatives(vectors[:-1], vectors[1:]).sigmoid().numpy()
        return [
            Marked(span, {name: rows[at] for name, rows in chances.items()}, float(alternative[at]))
            for at, span in enumerate(spans)
        ]

    def _joined(self, hidden: Tensor, spans: Sequence[Span], text: str) -> list[Span]:
        """Unite neighbouring pieces of one phrase: same facet, same polarity, hardly a word between."""
        if len(spans) < 2:
            return list(spans)
        marked = self._choices(hidden, spans)
        kinds = [f"{one.best('facet')} {one.best('polarity')}" for one in marked]
        groups = joined(spans, text, kinds)
        return [_united([spans[at] for at in group]) for group in groups]

    def _vectors(self, hidden: Tensor, spans: Sequence[Span]) -> Tensor:
        starts = torch.tensor([1 + span.first for span in spans])
        ends = torch.tensor([1 + span.last for span in spans])
        return self._network.spans(hidden, torch.zeros_like(starts), starts, ends)


def _places(turn: ParseInput, kinds: frozenset[str]) -> list[tuple[int, int]]:
    return [(found.start, found.end) for found in turn.mentions if found.kind in kinds and found.score >= _LIKELY]


def _titles(turn: ParseInput) -> list[tuple[int, int]]:
    """Where items are named: what the linker is fairly sure of, and what is spelt as a title that it does not know."""
    known = _places(turn, _ITEM_KINDS)
    taken = known + _places(turn, _WISH_KINDS)
    spelt = dated_titles(turn.text)
    if turn.text.upper() != turn.text:
        spelt += capitalised_runs(turn.text)
    for start, end in spelt:
        if all(end <= first or last <= start for first, last in taken):
            known.append((start, end))
            taken.append((start, end))
    return known


def _united_neighbours(spans: Sequence[Span], text: str) -> list[Span]:
    """Items cut in two: pieces with nothing but a space or hyphen between are one."""
    united: list[Span] = []
    for span in spans:
        if united and text[united[-1].end : span.start].strip() in ("", "-", "&") and _capital(text, span, united[-1]):
            united[-1] = _united([united[-1], span])
        else:
            united.append(span)
    return united


def _capital(text: str, span: Span, before: Span) -> bool:
    return text[span.start].isupper() == text[before.start].isupper() or not text[before.start].isupper()


def _in_lists(items: Sequence[Marked], text: str) -> list[Marked]:
    """The items with one relation for each list: 'Heat, Ran and Alien' are all liked, or none is."""
    groups: list[list[Marked]] = []
    for marked in items:
        if groups and _LISTED.fullmatch(text[groups[-1][-1].span.end : marked.span.start]):
            groups[-1].append(marked)
        else:
            groups.append([marked])
    evened: list[Marked] = []
    for group in groups:
        if len({marked.best("relation") for marked in group if marked.chance("relation") >= _CLEAR}) > 1:
            evened += group
            continue
        mean = np.mean([marked.chances["relation"] for marked in group], axis=0)
        evened += [replace(marked, chances={**marked.chances, "relation": mean}) for marked in group]
    return evened


def _united(spans: Sequence[Span]) -> Span:
    tokens = sum(span.last - span.first for span in spans)
    score = sum(span.score * (span.last - span.first) for span in spans) / tokens
    return Span(spans[0].first, spans[-1].last, spans[0].start, spans[-1].end, score)


def _as_batch(encoded: EncodedTurn) -> TokenBatch:
    return TokenBatch(
        ids=torch.from_numpy(encoded.ids)[None],
        segments=torch.from_numpy(encoded.segments)[None],
        kinds=torch.from_numpy(encoded.kinds)[None],
        facets=torch.from_numpy(encoded.facets)[None],
        mask=None,
    )
