"""Words of people's own, taken for phrases that the catalogue's text facet holds: 'space travel' for 'astronauts'."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

How = Literal["same", "form", "within", "part", "near"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_EMPTY_WORDS = frozenset(
    {"a", "an", "and", "about", "at", "by", "for", "from", "in", "into", "is", "its", "it", "of", "on", "or", "set"}
    | {"some", "that", "the", "their", "this", "to", "where", "which", "who", "with"}
)
_CLOSENESS: dict[How, float] = {"same": 1.0, "form": 0.98, "within": 0.92}
_FAR, _CLOSE = 0.4, 0.95
"""Cosines of phrases that have nothing and everything in common."""


class Phrase(NamedTuple):
    """A phrase of the catalogue that words were taken for."""

    text: str
    """As the catalogue spells it."""
    closeness: float
    """0 to 1; 1: the very words."""
    how: How
    """The same words; another form of them ('heists'); its words and more ('art heist'); some of its words; or near
    in meaning only. Words that the domain's lexicon gives the same meaning are the same words."""


class Vocabulary:
    """The phrases of a text facet, found by the stems of their words."""

    def __init__(
        self, phrases: Iterable[str], lexicon: Mapping[str, tuple[str, ...]], names: frozenset[str] = frozenset()
    ) -> None:
        """phrases: most frequent first. lexicon: everyday words for some of them, from the domain.

        names: phrases that are names of series; words in the middle of a name do not mean it.
        """
        self._phrases = list(phrases)
        self._names = names
        self._by_stem: dict[str, set[int]] = defaultdict(set)
        self._stems = [stems(phrase) for phrase in self._phrases]
        for number, words in enumerate(self._stems):
            for word in words:
                self._by_stem[word].add(number)
        self._meanings: dict[frozenset[str], tuple[str, ...]] = {}
        for meant, others in lexicon.items():
            alike = (meant, *others)
            self._meanings |= {stems(one): alike for one in reversed(alike)}

    def resolve(self, words: str) -> tuple[Phrase, ...]:
        """Return the phrases that hold these words, or words that the lexicon gives the same meaning, closest first."""
        found: dict[str, Phrase] = {}
        for wanted in (words, *self._meanings.get(stems(words), ())):
            for phrase in self._holding(wanted):
                if phrase.closeness > found.get(phrase.text, phrase._replace(closeness=0.0)).closeness:
                    found[phrase.text] = phrase
        return tuple(sorted(found.values(), key=lambda phrase: -phrase.closeness))

    def _holding(self, words: str) -> list[Phrase]:
        wanted = stems(words)
        if not wanted:
            return []
        numbers = set.intersection(*(self._by_stem.get(word, set()) for word in wanted))
        found = (self._phrase(number, words, wanted) for number in sorted(numbers))
        return [phrase for phrase in found if phrase.how != "within" or self._means(phrase.text, words)]

    def _means(self, phrase: str, words: str) -> bool:
        return phrase not in self._names or phrase.casefold().startswith(words.casefold())

    def _phrase(self, number: int, words: str, wanted: frozenset[str]) -> Phrase:
        text = self._phrases[number]
        how: How = "within"
        if text.casefold() == words.casefold():
            how = "same"
        elif self._stems[number] == wanted:
            how = "form"
        return Phrase(text, _CLOSENESS[how], how)


def near(text: str, cosine: float, words: str) -> Phrase:
    """Return a phrase that is near to words in meaning. One that says a part of them is half as close."""
    closeness = min(max((cosine - _FAR) / (_CLOSE - _FAR), 0.0), 0.9)
    if stems(text) < stems(words):
        return Phrase(text, closeness / 2, "part")
    return Phrase(text, closeness, "near")


def stems(words: str) -> frozenset[str]:
    """Return the telling words without plural endings, in no order: 'set on trains' and 'train' both give {'train'}.

    A stronger stemmer would take 'aliens' for 'alienation'.
    """
    found = [word.removesuffix("'s").removesuffix("’s") for word in _WORD.findall(words.casefold())]
    telling = [word for word in found if word not in _EMPTY_WORDS] or found
    return frozenset(_singular(word) for word in telling)


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]
