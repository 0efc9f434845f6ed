"""Finds what a text names: titles, people, facet values, numbers, places on the slate."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import ahocorasick

from tools.catalogue import Catalogue
from tools.domain import Band
from tools.evidence import Evidence, Hit
from tools.mentions import Bounds, Mention, MentionKind
from tools.names import NameBook, Sense
from tools.namesakes import settle
from tools.numbers import NumberGrammar
from tools.places import Places
from tools.spelling import Spelling
from tools.tongues import Tongue, Tongues
from tools.words import FUNCTION_WORDS, Words, key, numeral

__all__ = ["Bounds", "Linker", "Mention", "MentionKind"]


_LIST_ROUNDS = 3
"""How far being a name spreads along a list of everyday words ('signs, the village, unbreakable')."""

_WHOLE_NAME = 0.8
"""Score from which a name is spelt out, so that spelling need not look for a longer one around it."""


class Linker:
    """Finds mentions in texts. Made once from a catalogue; holds nothing of any text, so many may share it."""

    def __init__(self, book: NameBook) -> None:
        """Use `build`."""
        self._book = book
        self._catalogue = book.catalogue
        noun = self._catalogue.domain.noun
        self._noun = frozenset(key(word) for word in (noun.one, *noun.also))
        self._nouns = frozenset(key(word) for word in (noun.many, *noun.also) if key(word).endswith("s"))
        self._role_cues = _role_cues(self._catalogue)
        self._automaton = _automaton(book.senses)
        self._grammar = NumberGrammar(book.domain)
        self._spelling = Spelling(book)
        self._tongues = Tongues(book.domain)

    @classmethod
    def build(cls, catalogue: Catalogue) -> Self:
        """Return a linker for a catalogue: names, forms and spellings are worked out here, once."""
        return cls(NameBook(catalogue))

    def find(self, text: str, slate: Sequence[str] = (), year: int = 2026) -> tuple[Mention, ...]:
        """Return what a text names, by position; mentions do not overlap.

        slate: ids of the items on screen in shown order (ids that the catalogue lacks keep their place).
        year: of the conversation, which 'recent' and 'last five years' are measured from.
        """
        rows = [self._catalogue.row(item) if item in self._catalogue else -1 for item in slate]
        words = Words(text)
        named = self._named(words, rows, year)
        tongue = self._tongue(words, named) if self._tongues.of(words.norms) else None
        if tongue is not None:
            named = self._read_in(tongue, text, named, rows, year)
        places = Places(words, rows, named, self._catalogue, self._noun | self._nouns)
        return _without_overlaps([*places.find(), *named])

    def language_of(self, text: str) -> str | None:
        """Return the English name of the language that a text is in; None for English, or where nothing tells."""
        words = Words(text)
        if self._tongues.of(words.norms) is None:
            return None
        tongue = self._tongue(words, self._named(words, (), 0))
        return tongue.name if tongue else None

    def _tongue(self, words: Words, named: Sequence[Mention]) -> Tongue | None:
        """The language of what is said around titles and names."""
        sure = [one for one in named if one.kind in ("item", "entity") and one.score >= _WHOLE_NAME]
        return self._tongues.of(
            word.norm for word in words.words if not any(one.start <= word.start < one.end for one in sure)
        )

    def _read_in(
        self, tongue: Tongue, text: str, named: Sequence[Mention], rows: Sequence[int], year: int
    ) -> Sequence[Mention]:
        """What a turn of another language names: names as they are typed, the rest by its English."""
        english = tongue.translated(text)
        said = [found for one in self._named(Words(english.text), rows, year) if (found := english.back(one, text))]
        values = [one for one in said if one.kind not in ("item", "entity", "slate")]
        names = [one for one in named if key(one.text) not in tongue.signs and not _within(one, values)]
        return _without_overlaps([*values, *names])

    def _named(self, words: Words, rows: Sequence[int], year: int) -> Sequence[Mention]:
        """Everything but places on the slate."""
        evidence = Evidence(words, self._noun - self._nouns, self._nouns, frozenset(self._role_cues))
        hits = [
            Hit(first, last, sense, evidence.score(first, last, sense, not set(rows).isdisjoint(sense.rows)))
            for first, last, sense in self._occurrences(words)
        ]
        whole = {
            place
            for hit in hits
            if hit.sense.kind in ("item", "entity") and hit.score >= _WHOLE_NAME
            for place in range(hit.first, hit.last + 1)
        }
        hits += [Hit(first, last, sense, sense.score) for first, last, sense in self._spelling.find(words.norms, whole)]
        hits = [hit for hit in hits if self._worth_keeping(hit, words)]
        for _ in range(_LIST_ROUNDS):
            hits = evidence.neighbours(hits)
        named = [self._mention(hit, words, year) for hit in hits]
        return settle(_without_overlaps([*named, *self._grammar.find(words.text, year)]), words.text, self._catalogue)

    def _occurrences(self, words: Words) -> Iterator[tuple[int, int, Sense]]:
        views = [words.norms]
        if any(word.owner for word in words.words):
            views.append([word.owner or word.norm for word in words.words])
        seen = set()
        for norms in views:
            for first, last, form in _matches(self._automaton, norms):
                if (first, last, form) in seen or words.broken(first, last):
                    continue
                seen.add((first, last, form))
                listed = words.listed(first, last)
                for sense in self._book.senses[form]:
                    if sense.kind == "item" or not listed:
                        yield first, last, sense

    def _worth_keeping(self, hit: Hit, words: Words) -> bool:
        """A possible name of nothing but function words and figures ('it', 'up', '2') is not worth a mention."""
        around = (*words.norms[max(hit.first - 1, 0) : hit.first], *words.norms[hit.last + 1 : hit.last + 2])
        if hit.sense.kind == "band" and around in (("as", "as"), ("so", "as")):
            # 'As long as it is funny' says nothing of length.
            return False
        norms = words.norms[hit.first : hit.last + 1]
        return hit.sure or any(norm not in FUNCTION_WORDS and numeral(norm) is None for norm in norms)

    def _mention(self, hit: Hit, words: Words, year: int) -> Mention:
        start, end = words[hit.first].start, words[hit.last].end
        sense = hit.sense
        return Mention(
            start=start,
            end=end,
            text=words.text[start:end],
            kind=sense.kind,
            facet=sense.facet,
            value=sense.value,
            role=self._role(hit, words) if sense.kind == "entity" else None,
            bounds=_band_bounds(sense.band, year) if sense.band else sense.bounds,
            direction=sense.direction,
            items=tuple(self._catalogue.ids[row] for row in sense.rows),
            score=round(hit.score, 3),
        )

    def _role(self, hit: Hit, words: Words) -> str | None:
        return self._role_cues.get(words.norms[hit.first - 1]) if hit.first else None


def _within(mention: Mention, others: Iterable[Mention]) -> bool:
    return mention.kind != "item" and any(one.start <= mention.start and mention.end <= one.end for one in others)


def _automaton(forms: Iterable[str]) -> Any:
    automaton = ahocorasick.Automaton()
    for form in forms:
        automaton.add_word(f" {form} ", form)
    automaton.make_automaton()
    return automaton


def _matches(automaton: Any, norms: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (first word, last word, form) for every form that stands in the words."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    at = 0
    for place, norm in enumerate(norms):
        starts[at] = place
        at += len(norm) + 1
        ends[at] = place
    for end, form in automaton.iter(f" {' '.join(norms)} "):
        first, last = starts.get(end - len(form) - 1), ends.get(end)
        if first is not None and last is not None:
            yield first, last, form


def _role_cues(catalogue: Catalogue) -> dict[str, str]:
    """Return the words before a name that say its role: 'director', and the 'by' of 'directed by {value}'."""
    cues = {}
    for facet in catalogue.domain.of_kind("entity").values():
        for role in facet.roles:
            before = key(facet.phrases.roles.get(role, "").partition("{value}")[0]).split()
            cues[role] = role
            if before:
                cues[before[-1]] = role
    return cues


def _band_bounds(band: Band, year: int) -> Bounds:
    return Bounds(min=_figure(band.min, year), max=_figure(band.max, year))


def _figure(bound: float | str | None, year: int) -> float | None:
    if isinstance(bound, str):
        return float(year + int(bound.removeprefix("now") or 0))
    return bound


_ORDER: dict[MentionKind, int] = {
    "number": 0, "slate": 1, "entity": 2, "item": 3, "relative": 4, "band": 5, "value": 6
}  # fmt: skip


def _without_overlaps(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return mentions that do not overlap, by position: sure before possible, then longer, then surer."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=_rank):
        # Those kept do not overlap, so only the two neighbours can be in the way.
        place = bisect_left(kept, mention.start, key=lambda other: other.start)
        clear_before = place == 0 or kept[place - 1].end <= mention.start
        if clear_before and (place == len(kept) or kept[place].start >= mention.end):
            kept.insert(place, mention)
    return tuple(kept)


def _rank(mention: Mention) -> tuple[bool, int, float, int, int]:
    words = len(mention.text.split())
    return mention.score < 0.5, -words, -mention.score, _ORDER[mention.kind], mention.start
