"""How much the words around a name speak for it: quotes, capitals, a year, what people do to items, neighbours."""

import re
from dataclasses import dataclass, replace

from tools.mentions import MentionKind
from tools.names import Sense
from tools.words import ARTICLES, FUNCTION_WORDS, Words

_STRONG = """
loved liked adored enjoyed hated disliked seen saw watched rewatched rewatch played read tried finished than called
titled named preferred rewatching besides
"""
_STRONG_VERBS = frozenset(_STRONG.split())
_WEAK = """
love like adore enjoy hate dislike watch see prefer recommend remember suggested to
"""
_WEAK_VERBS = frozenset(_WEAK.split())
_SAID_OF = frozenset({"is", "was", "were", "has", "had", "looks", "sounds", "meets", "x", "vs", "but", "again"})
_NOT_NAMES = frozenset(
    {"TV", "UK", "US", "USA", "OK", "LOL", "OMG", "DVD", "BBC", "PG", "NC", "WW", "AND", "NOT", "NO", "ONE"}
)
_ADDRESSED = frozenset({"mr", "mrs", "ms", "miss", "sir", "dame"})
_LINKS = re.compile(r"\s*(?:,|;|/|\+|&|\bvs\.?|\bor\b|\band\b|\bthen\b|,\s*(?:and|or)\b)\s*", re.IGNORECASE)


@dataclass(slots=True)
class Hit:
    """A sense at words first to last of a text, and how much speaks for it."""

    first: int
    last: int
    sense: Sense
    score: float

    @property
    def sure(self) -> bool:
        return self.score >= 0.5


_LONG_FIGURE = 3
"""Digits from which a figure is no place on a slate."""


class Evidence:
    """Weighs hits of one text. nouns: what an item is called ('film', 'movies'), singular and plural apart."""

    def __init__(self, words: Words, noun: frozenset[str], nouns: frozenset[str], role_cues: frozenset[str]) -> None:
        self._words = words
        self._noun = noun
        self._nouns = nouns
        self._role_cues = role_cues

    def score(self, first: int, last: int, sense: Sense, on_slate: bool = False) -> float:
        """Return how much speaks for a sense at these words, from its own score and what stands around them."""
        if not sense.ordinary:
            return sense.score
        if sense.kind == "item":
            return self._item(first, last, sense, on_slate)
        return self._entity(first, last, sense)

    def _item(self, first: int, last: int, sense: Sense, on_slate: bool) -> float:
        norms = self._words.norms
        bare = all(word in FUNCTION_WORDS for word in norms[first : last + 1])
        score = (0.1 if bare else 0.25) * sense.score
        capital = self._capital(first, last)
        if self._words.quoted(first, last):
            score += 0.65
        elif capital:
            score += 0.4
        if not bare:
            score += self._verb_before(first) + self._subject(first, last)
            if len(norms) == last - first + 1:
                score += 0.25
        if on_slate:
            # A short figure is a place on the slate sooner than the name of something there ('1917', '300').
            place = bare or (norms[first].isdigit() and len(norms[first]) < _LONG_FIGURE)
            score += 0.2 if place else 0.65 if norms[first].isdigit() else 0.35
        tail = 0.0 if capital else self._tail(last)
        return max(0.0, min(0.95, score + self._noun_beside(first, last) + tail))

    def _entity(self, first: int, last: int, sense: Sense) -> float:
        score = 0.3 * sense.score
        if self._capital(first, last):
            score += 0.4
        if first and self._words.norms[first - 1] in self._role_cues:
            score += 0.3
        if self._words[last].owner:
            score += 0.1
        if first == last and self._belongs_to_another(first):
            score -= 0.45
        return max(0.0, min(0.9, score))

    def _belongs_to_another(self, place: int) -> bool:
        """Whether a surname follows a first name, which would be part of the hit if it were this person's."""
        words = self._words
        if not place or words.between(place - 1, place) != " " or words.norms[place - 1] in FUNCTION_WORDS:
            return False
        before = words.norms[place - 1]
        return words.capital_inside(place - 1) and before not in _ADDRESSED and before not in self._role_cues

    def _capital(self, first: int, last: int) -> bool:
        words = self._words
        if words.shouted:
            return False
        if words.capital_inside(first):
            return True
        if last == first:
            return 1 < len(words[first].raw) < 5 and words[first].raw.isupper() and words[first].raw not in _NOT_NAMES
        return all(words[place].raw[0].isupper() for place in (first, last))

    def _subject(self, first: int, last: int) -> float:
        """The name begins a sentence that says something of it ('Drive is my favourite', 'Speed! Perfect')."""
        words = self._words
        before = words.text[: words[first].start].rstrip()
        if (before and before[-1] not in ".!?\n:") or not words[first].raw[0].isupper():
            return 0.0
        end = words[last].end
        after = words.norms[last + 1] if last + 1 < len(words) else ""
        return 0.3 if after in _SAID_OF or words.text[end : end + 1] == "!" else 0.0

    def _verb_before(self, first: int) -> float:
        norms = self._words.norms
        place = first - 1
        if place >= 0 and norms[place] in ARTICLES:
            place -= 1
        if place < 0 or not self._words.between(place, place + 1).isspace():
            return 0.0
        word = norms[place]
        if word in _STRONG_VERBS or (
            word == "like" and place and norms[place - 1] in ("something", "anything", "more")
        ):
            return 0.3
        return 0.2 if word in _WEAK_VERBS else 0.0

    def _noun_beside(self, first: int, last: int) -> float:
        norms = self._words.norms
        before = norms[first - 1] if first else ""
        after = norms[last + 1] if last + 1 < len(norms) else ""
        if after in self._nouns:
            return -0.25
        if after == "again" and before not in ("up", "back"):
            return 0.3
        if before in self._noun or (after in self._noun and before in ("the", "that", "")):
            return 0.3
        return 0.0

    def _tail(self, last: int) -> float:
        """A word that goes on ('speed dating', 'big fan') speaks against an everyday word being a title."""
        if last + 1 >= len(self._words):
            return 0.0
        after = self._words.norms[last + 1]
        goes_on = self._words.between(last, last + 1) in (" ", "-") and after not in FUNCTION_WORDS
        return -0.1 if goes_on and after not in self._noun and not after.isdigit() else 0.0

    def neighbours(self, hits: list[Hit]) -> list[Hit]:
        """Return hits with possible ones raised that stand in a list beside a sure one of the same kind."""
        sure = {(hit.sense.kind, hit.last): hit for hit in hits if hit.sure}
        starts = {(hit.sense.kind, hit.first): hit for hit in hits if hit.sure}
        return [self._with_company(hit, sure, starts) for hit in hits]

    def _with_company(
        self, hit: Hit, ends: dict[tuple[MentionKind, int], Hit], starts: dict[tuple[MentionKind, int], Hit]
    ) -> Hit:
        kind = hit.sense.kind
        if hit.sure or kind not in ("item", "entity"):
            return hit
        left = (kind, self._listed(hit.first, -1)) in ends
        right = (kind, self._listed(hit.last, 1)) in starts
        bare = all(word in FUNCTION_WORDS for word in self._words.norms[hit.first : hit.last + 1])
        if not (left or right) or bare:
            return hit
        return replace(hit, score=min(0.9, hit.score + 0.35))

    def _listed(self, place: int, step: int) -> int:
        """Return the place of the word that a comma, 'and' or 'or' joins to this one, or -1."""
        for far in (place + step, place + 2 * step, place + 3 * step):
            if not 0 <= far < len(self._words):
                return -1
            left, right = (place, far) if step > 0 else (far, place)
            if _LINKS.fullmatch(self._words.between(left, right)):
                return far
        return -1
