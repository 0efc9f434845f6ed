"""Labelled turns that resemble a given one, to show a model what is meant."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.parsing.labelled import LabelledTurn
from tools.embedding import Embedder


class ExampleSource(Protocol):
    """Gives labelled turns that resemble a text, the closest last: what a model read last weighs most."""

    def like(self, text: str, count: int) -> Sequence[LabelledTurn]: ...


class NoExamples:
    """For a domain without labelled turns."""

    def like(self, text: str, count: int) -> Sequence[LabelledTurn]:
        return ()


class NearestExamples:
    """Chooses by closeness in meaning. The turns are embedded at the first question: seconds, for thousands."""

    def __init__(self, turns: Sequence[LabelledTurn], embedder: Embedder) -> None:
        self._turns = turns
        self._embedder = embedder
        self._vectors: NDArray[np.float32] | None = None

    def like(self, text: str, count: int) -> Sequence[LabelledTurn]:
        if not self._turns:
            return ()
        if self._vectors is None:
            self._vectors = self._embedder.encode([labelled.turn.text for labelled in self._turns])
        closeness = self._vectors @ self._embedder.encode([text])[0]
        return [self._turns[row] for row in np.argsort(-closeness, kind="stable")[:count][::-1]]
