"""When a parsed statement or item says the same as a labelled one."""

import re
from collections.abc import Callable, Container, Iterable, Sequence

import numpy as np
import Stemmer
from scipy.optimize import linear_sum_assignment

from agent.commands import ItemReference, Preference, Range, Relative, Value
from agent.parsing.parser import SlateEntry
from agent.parsing.words import plain
from tools.domain import Domain, Facet

Likeness = Callable[[str, str], float]
"""Two phrases -> cosine of their embeddings."""

SAME_MEANING = 0.7
"""Phrases of the text facet at least this alike say the same."""

_SMALL = frozenset(
    {"a", "an", "the", "of", "in", "on", "at", "with", "and", "or", "to", "for", "that", "is", "are", "was", "about",
     "set", "some", "any", "no", "being"}
)  # fmt: skip


class Matcher:
    """Compares statements over a domain.

    likeness: used for phrases of the text facet that share no words; None compares words only.
    """

    def __init__(self, domain: Domain, likeness: Likeness | None = None) -> None:
        self._domain = domain
        self._likeness = likeness
        self._small = _SMALL | {domain.noun.one, domain.noun.many, *domain.noun.also}

    def same(self, one: Preference, other: Preference) -> bool:
        """Whether facet, value, polarity and direction (add, remove) agree; a removed one's polarity is not compared.

        A role counts where both give one. Dislike of an open range is like of the rest.
        """
        if one.facet != other.facet or one.op != other.op:
            return False
        facet = self._domain.facets.get(one.facet)
        if facet is None:
            return False
        (left, left_polarity), (right, right_polarity) = _turned(one, facet), _turned(other, facet)
        if one.op == "add" and left_polarity != right_polarity:
            return False
        return not (one.role and other.role and one.role != other.role) and self._same_value(facet, left, right)

    def pairs(
        self, wanted: Sequence[Sequence[Preference]], found: Sequence[Preference]
    ) -> list[tuple[int, int, Preference]]:
        """Return the best one-to-one pairing: (place in wanted, place in found, the label that was met).

        wanted: for each labelled statement the labels that are acceptable, the first the best. Pairs that also agree
        in strength, then lifetime, are preferred.
        """
        if not wanted or not found:
            return []
        gain = np.zeros((len(wanted), len(found)))
        met: dict[tuple[int, int], Preference] = {}
        for row, labels in enumerate(wanted):
            for column, statement in enumerate(found):
                fits = [label for label in labels if self.same(label, statement)]
                if fits:
                    best = max(fits, key=lambda label: _closeness(label, statement))
                    met[row, column] = best
                    gain[row, column] = 1 + _closeness(best, statement)
        rows, columns = linear_sum_assignment(gain, maximize=True)
        places = [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]
        return [(row, column, met[row, column]) for row, column in places if (row, column) in met]

    def _same_value(self, facet: Facet, one: Value, other: Value) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            if facet.kind == "text":
                return self.same_phrase(one, other)
            if facet.kind == "entity":
                return _same_name(one, other)
            return self._closed(facet, one) == self._closed(facet, other)
        if isinstance(one, Relative) and isinstance(other, Relative):
            return one.dir == other.dir
        return isinstance(one, Range) and isinstance(other, Range) and _same_range(facet, one, other)

    def same_phrase(self, one: str, other: str) -> bool:
        """Whether two phrases mean the same: equal stems, one within the other, half shared, or alike in meaning."""
        left, right = _stems(one, self._small), _stems(other, self._small)
        if left <= right or right <= left or len(left & right) >= 0.5 * len(left | right):
            return True
        return self._likeness is not None and self._likeness(one, other) >= SAME_MEANING

    def _closed(self, facet: Facet, value: str) -> str:
        """The facet's own spelling of a value, by its name or an everyday word for it."""
        bare = value.lower()
        for name in facet.values:
            if bare == name.lower() or bare in facet.lexicon.get(name, ()):
                return name
        return facet.stored.get(value, bare)


def item_keys(items: Iterable[ItemReference], slate: Sequence[SlateEntry]) -> set[tuple[str, str]]:
    """Return (item, relation) pairs; a number of the slate and the title shown there are the same item."""
    return {(item_key(item.ref, slate), item.relation) for item in items}


def item_key(ref: int | str, slate: Sequence[SlateEntry]) -> str:
    """Return how an item is compared: its title's plain words without a year."""
    if isinstance(ref, str) and ref.isdigit() and 1 <= int(ref) <= len(slate):
        ref = int(ref)
    if isinstance(ref, int):
        return next((_title(entry.title) for entry in slate if entry.n == ref), f"#{ref}")
    return _title(ref)


def _title(title: str) -> str:
    return re.sub(r"^(?:the|a|an) ", "", plain(re.sub(r"\s*\(\d{4}\)\s*$", "", title)))


def _closeness(label: Preference, statement: Preference) -> float:
    agrees = label.op == "remove" or label.strength == statement.strength
    return 0.1 * agrees + 0.01 * (label.lifetime == statement.lifetime)


def _stems(phrase: str, small: Container[str]) -> set[str]:
    words = [word for word in plain(phrase).split() if word not in small] or plain(phrase).split()
    return set(Stemmer.Stemmer("english").stemWords(words))


def _same_name(one: str, other: str) -> bool:
    left, right = plain(one).split(), plain(other).split()
    if not left or not right:
        return left == right
    return set(left) <= set(right) or set(right) <= set(left) or left[-1] == right[-1]


def _turned(statement: Preference, facet: Facet) -> tuple[Value, str]:
    """The value and polarity with 'dislikes anything over x' said as 'likes at most x'."""
    value = statement.value
    one_ended = isinstance(value, Range) and (value.min is None) != (value.max is None)
    if statement.polarity == "like" or statement.op == "remove" or not one_ended or not isinstance(value, Range):
        return value, statement.polarity
    if facet.kind == "ordinal":
        rank = facet.rank(str(value.min if value.min is not None else value.max))
        beyond = rank - 1 if value.min is not None else rank + 1
        if not 0 <= beyond < len(facet.values):
            return value, "dislike"
        end = facet.values[beyond]
    else:
        end = value.min if value.min is not None else value.max  # type: ignore[assignment]
    return (Range(max=end) if value.min is not None else Range(min=end)), "like"


def _same_range(facet: Facet, one: Range, other: Range) -> bool:
    return _same_end(facet, one.min, other.min) and _same_end(facet, one.max, other.max)


def _same_end(facet: Facet, one: float | str | None, other: float | str | None) -> bool:
    """Whether two ends are the same: a year may be one off, another figure a third of what 'around' allows."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= (1.0 if facet.calendar else facet.about / 3)
    return one == other
