"""What tests of the tools share: contexts over small catalogues, wishes in one line, the usual plan."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.fakes import HashEmbedder
from tools.candidates import Candidates
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.embedding import Vectors
from tools.index import Index
from tools.registry import run
from tools.wishes import Seed, Wish


class RememberingEmbedder(HashEmbedder):
    """Draws the direction of each word once, for catalogues of thousands."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: dict[str, Vectors] = {}

    def _direction(self, word: str) -> Vectors:
        if word not in self._drawn:
            self._drawn[word] = super()._direction(word)
        return self._drawn[word]


def like(facet: str, value: str | None = None, **more: Any) -> Wish:
    return Wish(**({"id": f"like {facet} {value} {more}", "facet": facet, "value": value} | more))


def dislike(facet: str, value: str | None = None, **more: Any) -> Wish:
    return like(facet, value, **({"polarity": "dislike", "id": f"dislike {facet} {value} {more}"} | more))


def must(facet: str, value: str | None = None, **more: Any) -> Wish:
    return like(facet, value, **({"strength": "must", "id": f"must {facet} {value} {more}"} | more))


def never(facet: str, value: str | None = None, **more: Any) -> Wish:
    return dislike(facet, value, **({"strength": "must", "id": f"never {facet} {value} {more}"} | more))


def filtered(context: ToolContext, *wishes: Wish) -> set[str]:
    """Ids of the items that keep these musts."""
    kept = run("filter", context, {"wishes": wishes}).candidates
    return {context.catalogue.ids[row] for row in kept.rows}


def ranked(
    context: ToolContext,
    wishes: Sequence[Wish] = (),
    like_items: Iterable[str] = (),
    disliked: Iterable[str] = (),
    liked: Iterable[str] = (),
    text: str | None = None,
) -> Candidates:
    """The usual plan up to rank."""
    soft = [wish for wish in wishes if wish.strength == "prefer"]
    candidates = run("filter", context, {"wishes": wishes}).candidates
    candidates = run("match", context, {"wishes": wishes, "text": text}, candidates).candidates
    candidates = run("similar", context, {"items": [Seed(id=one) for one in like_items]}, candidates).candidates
    candidates = run("affinity", context, {"liked": [Seed(id=one) for one in liked]}, candidates).candidates
    arguments = {"wishes": soft, "items": [Seed(id=one) for one in disliked]}
    candidates = run("attenuate", context, arguments, candidates).candidates
    return run("rank", context, {}, candidates).candidates


def ids_of(context: ToolContext, candidates: Candidates) -> list[str]:
    return [context.catalogue.ids[row] for row in candidates.rows]


def keeps(context: ToolContext, row: int, wish: Wish) -> bool:
    """Whether an item keeps a must on a closed value, name or figure, told from its facts alone."""
    catalogue = context.catalogue
    if wish.value is None:
        figure = float(catalogue.numbers(wish.facet)[row])
        low = -np.inf if wish.min is None else wish.min
        has = bool(low <= figure <= (np.inf if wish.max is None else wish.max))
    else:
        has = wish.value in catalogue.values(row, wish.facet, wish.role)
    return has == (wish.polarity == "like")


def tools_over(catalogue: Catalogue) -> ToolContext:
    """A context over a catalogue, embedded by its words."""
    embedder = RememberingEmbedder()
    with TemporaryDirectory() as folder:
        return ToolContext(catalogue, Index.build(catalogue, embedder, Path(folder)), embedder)
