"""What people who liked the same items liked: factors of items, trained from interactions, and taste told by them.

An item's factors are those of alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008). A person
need not have been among those they were trained on: from the items that they liked or saw, with confidence c, their own
factors are worked out by one more step of the same method,

    x = A^-1 * sum of c * y            A = Y'Y + L + sum of (c - 1) * y y'

and an item's part in another's score is c * y' A^-1 y, so that a reason names the item that counted most.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.candidates import Candidates, Mask, Rows, Scores
from tools.catalogue import Catalogue
from tools.errors import IndexFault
from tools.interactions import TABLE
from tools.manifest import file_hash, ids_hash

MODEL, MANIFEST = "collaborative.npz", "collaborative.json"
LIKED, SEEN = 1.0, 0.5
"""What a judgement is worth in training, before it is multiplied by CONFIDENCE; a dislike is worth nothing."""
CONFIDENCE = 3.0
_LEAST_LIKES = 5
"""People who must have liked an item before anything is told from it."""
_DOUBT = 2.0
"""Of k liked items, k / (k + 2) is believed."""
_BEST = 10
_NOMINATED = 200


class CollaborativeManifest(BaseModel):
    """A validated collaborative.json: what the factors were made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    items: str
    """Hash of the ids of the catalogue, in order."""
    interactions: str
    """Hash of interactions.parquet."""
    model: str
    """Hash of collaborative.npz."""
    factors: Annotated[int, Field(ge=1)]
    regularization: float
    confidence: float
    seed: int
    people: int
    likes: int


class Liked(NamedTuple):
    """An item that somebody likes, or saw, which says half as much: people mostly choose what they expect to like."""

    row: int
    weight: float = LIKED
    outright: bool = True
    """Whether it was liked in so many words, so that a reason may name it."""


class Collaborative:
    """The factors of a catalogue's items; read from disk when first needed. Safe from several threads."""

    def __init__(self, manifest: CollaborativeManifest, path: Path, size: int) -> None:
        """Use `open`."""
        self.manifest = manifest
        self._path = path
        self._size = size

    @classmethod
    def open(cls, folder: Path, catalogue: Catalogue) -> Self | None:
        """Return the factors of a domain folder, None where it came without interactions.

        Raises IndexFault, saying what to run, where they are missing, damaged or of other items or interactions.
        """
        if not (folder / TABLE).exists():
            return None
        remedy = f"run `attune index {folder}`"
        try:
            manifest = CollaborativeManifest.model_validate_json((folder / MANIFEST).read_bytes())
            found = (ids_hash(catalogue.ids), file_hash(folder / TABLE), file_hash(folder / MODEL))
        except FileNotFoundError as error:
            raise IndexFault(f"{str(folder)!r} has interactions that nothing was learned from; {remedy}") from error
        except (OSError, ValidationError) as error:
            raise IndexFault(f"{str(folder / MANIFEST)!r} cannot be read as what was learned; {remedy}") from error
        for what, one, other in zip(
            ("items", "interactions", "factors"),
            (manifest.items, manifest.interactions, manifest.model),
            found,
            strict=True,
        ):
            if one != other:
                raise IndexFault(f"what was learned in {str(folder)!r} is of other {what}; {remedy}")
        return cls(manifest, folder / MODEL, len(catalogue))

    @cached_property
    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        with np.load(self._path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    @property
    def factors(self) -> Scores:
        """(items, factors), all 0 for an item that nobody liked."""
        return self._arrays["factors"]

    @property
    def likes(self) -> npt.NDArray[np.int32]:
        """(items,) how many people liked each."""
        return self._arrays["likes"]

    @cached_property
    def _gram(self) -> npt.NDArray[np.float64]:
        known = self.factors.astype(np.float64)
        return known.T @ known + self.manifest.regularization * np.eye(known.shape[1])

    def liked_together(self, row: int, other: int) -> int:
        """Return how many people liked both, where that is clearly more than by chance; else 0."""
        start, end = self._arrays["starts"][row : row + 2]
        found = np.flatnonzero(self._arrays["others"][start:end] == other)
        return int(self._arrays["together"][start + found[0]]) if len(found) else 0

    def taste(self, liked: Sequence[Liked]) -> "Taste | None":
        """Return what people who like these items like, None where too few people liked any of them."""
        told = [one for one in liked if self.likes[one.row] >= _LEAST_LIKES]
        if not told:
            return None
        return Taste(self, told)

    def solve(self, liked: Sequence[Liked]) -> npt.NDArray[np.float64]:
        """Return the part of each liked item in the person's factors: (liked, factors); they sum to the factors."""
        rows = [one.row for one in liked]
        confidence = self.manifest.confidence * np.array([one.weight for one in liked])
        of_liked = self.factors[rows].astype(np.float64)
        certain = self._gram + of_liked.T @ (of_liked * (confidence - 1)[:, None])
        return np.asarray(np.linalg.solve(certain, (of_liked * confidence[:, None]).T).T, np.float64)


def follow(
    model: Collaborative | None, candidates: Candidates, key: Literal["seeds", "profile"], liked: Sequence[Liked]
) -> Candidates:
    """Return candidates with a column of what people who like these items like, as they were where none is known."""
    taste = model.taste(liked) if model is not None else None
    if taste is None:
        return candidates
    if candidates.pooled and len(candidates) < candidates.allowed_count:
        candidates = candidates.nominate(taste.best(_NOMINATED, candidates.allowed))
    return candidates.judge("collaborative", key, taste, about=None)


class Taste:
    """How far items are liked by people of one taste, 0 to 1: against the ten that are liked most, as far as known."""

    vector: Scores | None = None
    words: str | None = None
    labelled = True

    def __init__(self, model: Collaborative, liked: Sequence[Liked]) -> None:
        self._model = model
        self._liked = tuple(liked)
        self._parts = model.solve(liked)
        preference = model.factors @ self._parts.sum(axis=0).astype(np.float32)
        others = preference.copy()
        others[[one.row for one in liked]] = 0.0
        best = np.sort(np.partition(others, max(len(others) - _BEST, 0))[-_BEST:]).mean()
        known = sum(one.weight for one in liked)
        self._all = (np.clip(preference / max(float(best), 1e-6), 0, 1) * known / (known + _DOUBT)).astype(np.float32)

    def __call__(self, rows: Rows) -> Scores:
        scores: Scores = self._all[rows]
        return scores

    def best(self, n: int, allowed: Mask | None) -> Rows:
        """Return the n allowed rows that fit best, in no order."""
        scores = self._all if allowed is None else np.where(allowed, self._all, -1.0)
        return np.argpartition(scores, max(len(scores) - n, 0))[-n:].astype(np.int32)

    def add_roughly(self, totals: Scores, weight: float) -> None:
        totals += weight * self._all

    def because(self, row: int) -> tuple[int, int] | None:
        """Return the liked item that speaks most for the one at a row, and how many people liked both.

        None where none of them was liked together with it by clearly more people than by chance.
        """
        amounts = self._parts @ self._model.factors[row]
        for place in np.argsort(-amounts, kind="stable").tolist():
            other, _, outright = self._liked[place]
            if outright and amounts[place] > 0 and (people := self._model.liked_together(other, row)):
                return other, people
        return None
