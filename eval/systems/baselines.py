"""Systems that Attune is measured against. Each is as strong as its idea allows: none shows an item twice."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from agent.parsing.parser import Utterance
from eval.systems.protocol import Answer
from tools.candidates import Mask, Rows
from tools.context import ToolContext

Rank = Callable[[ToolContext, Sequence[str], int, Mask], Rows]
"""(tools, what the user said so far, how many, allowed rows) -> rows, best first."""


class Baseline:
    """Ranks the whole catalogue anew each turn for everything that the user said, and keeps nothing else."""

    def __init__(self, name: str, rank: Rank, tools: ToolContext, slate_size: int = 5) -> None:
        self.name = name
        self.slate_size = slate_size
        self._rank = rank
        self._tools = tools

    def begin(self, user: str, thread: str) -> "BaselineDialogue":
        """Return a new conversation; neither user nor thread makes a difference."""
        return BaselineDialogue(self)

    async def rank(self, turns: Sequence[Utterance], k: int) -> tuple[str, ...]:
        """Return the k best items for what was said, by both sides."""
        return self.best([turn.text for turn in turns], k, ())

    def best(self, said: Sequence[str], k: int, shown: Sequence[str]) -> tuple[str, ...]:
        """Return k ids, best first, of which none was shown."""
        catalogue = self._tools.catalogue
        allowed = np.ones(len(catalogue), np.bool_)
        allowed[[catalogue.row(item) for item in shown]] = False
        rows = self._rank(self._tools, said, k, allowed)
        return tuple(catalogue.ids[row] for row in rows[:k])


class BaselineDialogue:
    """What the user said and was shown so far."""

    def __init__(self, system: Baseline) -> None:
        self._system = system
        self._said: list[str] = []
        self._shown: list[str] = []

    async def say(self, text: str) -> Answer:
        started = time.perf_counter()
        self._said.append(text)
        slate = self._system.best(self._said, self._system.slate_size, self._shown)
        self._shown += slate
        return Answer(slate=slate, latency_ms=(time.perf_counter() - started) * 1000)


def by_popularity(tools: ToolContext, said: Sequence[str], k: int, allowed: Mask) -> Rows:
    """The best known items, whatever was said; ties by row."""
    known = np.nan_to_num(tools.catalogue.popularity, nan=-np.inf)
    order = np.argsort(-known, kind="stable")
    return order[allowed[order]][:k].astype(np.int32)


def by_words(tools: ToolContext, said: Sequence[str], k: int, allowed: Mask) -> Rows:
    """BM25 of the dialogue over the items' texts, filled up with the best known where few share a word."""
    rows, _ = tools.index.lexical(" ".join(said), k, allowed)
    return _filled(tools, said, rows, k, allowed)


def by_meaning(tools: ToolContext, said: Sequence[str], k: int, allowed: Mask) -> Rows:
    """Nearest items to the embedded dialogue: what a chat over a vector store does.

    Both the whole dialogue and its last turn ask, and the nearer of the two counts: a long dialogue alone is blurred by
    the encoder's window, a last turn alone has lost the rest.
    """
    texts = list(dict.fromkeys([" ".join(said), said[-1]]))
    vectors = tools.embedder.encode(texts)
    rows = np.flatnonzero(allowed).astype(np.int32)
    closeness = (tools.index.vectors(rows) @ vectors.T).max(axis=1)
    return rows[np.argsort(-closeness, kind="stable")][:k]


def by_distance(tools: ToolContext, said: Sequence[str], k: int, allowed: Mask) -> Rows:
    """The items farthest in meaning from the dialogue: bad on purpose, so that a ruler which likes it is found out."""
    return by_meaning(tools, said, len(allowed), allowed)[::-1][:k]


def _filled(tools: ToolContext, said: Sequence[str], rows: Rows, k: int, allowed: Mask) -> Rows:
    left = allowed.copy()
    left[rows] = False
    return np.concatenate([rows, by_popularity(tools, said, k - len(rows), left)]) if len(rows) < k else rows
