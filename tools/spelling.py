"""Names under misspellings: 'shawshenk redemtion', 'scorcese', 'robert deniro', 'lalaland'.

Only words that everyday language does not have are looked into, so that 'the home' never becomes a title.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from tools.english import english_words
from tools.names import NameBook, Sense
from tools.words import ARTICLES, FUNCTION_WORDS

_MOST_WORDS = 24
_MOST_FORMS = 60
_LEAST_RATIO = 84.0


class Spelling:
    """Looks for misspelt names in the words that exact matching left over."""

    def __init__(self, book: NameBook) -> None:
        self._book = book
        self._forms: dict[str, list[str]] = defaultdict(list)
        self._joined: dict[str, str] = {}
        self._buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._known = english_words()
        self._values: dict[tuple[str, int], list[str]] = defaultdict(list)
        for form, senses in book.senses.items():
            if " " not in form and len(form) > 5 and any(map(self._is_closed, senses)):
                self._values[form[0], len(form)].append(form)
        for form in sorted(book.full, key=lambda form: (-book.full[form], form)):
            self._index(form)
        for form in book.senses:
            if " " in form and len(form) > 6:
                self._joined.setdefault(form.replace(" ", ""), form)
            elif form not in self._forms and len(form) > 4 and form not in book.common:
                self._forms[form] = []
        for word in self._forms:
            self._buckets[word[0], len(word)].append(word)

    def _index(self, form: str) -> None:
        words = form.split()
        while len(words) > 1 and words[0] in ARTICLES:
            words = words[1:]
        bare = " ".join(words)
        for word in words:
            if len(word) > 3 and word not in FUNCTION_WORDS and len(self._forms[word]) < _MOST_FORMS:
                self._forms[word].append(bare)

    def find(self, norms: Sequence[str], sure: Collection[int]) -> Iterator[tuple[int, int, Sense]]:
        """Yield (first word, last word, sense with its score) for names that are nearly spelt out.

        sure: places of words that surely belong to a name already.
        """
        yield from self._run_together(norms, sure)
        looked = 0
        for place, norm in enumerate(norms):
            if place in sure or len(norm) < 4 or norm in self._book.common or norm.isdigit():
                continue
            looked += 1
            if looked > _MOST_WORDS:
                return
            for word in self._near(norm):
                yield from self._around(norms, place, word)
            yield from self._value(norm, place)

    def _near(self, norm: str) -> list[str]:
        """Return the words of names that a word may stand for: itself, or those a slip or two away."""
        if norm in self._forms:
            return [norm]
        if norm in self._known or norm.removesuffix("s") in self._known or norm.removesuffix("ing") in self._known:
            return []
        slips = _slips(len(norm))
        found: list[tuple[str, int]] = []
        for length in range(len(norm) - slips, len(norm) + slips + 1):
            bucket = self._buckets.get((norm[0], length))
            if bucket:
                near = process.extract(norm, bucket, scorer=OSA.distance, score_cutoff=slips, limit=4)
                found += [(word, int(distance)) for word, distance, _ in near]
        return [word for word, _ in sorted(found, key=lambda pair: pair[1])[:4]]

    def _value(self, norm: str, place: int) -> Iterator[tuple[int, int, Sense]]:
        """A closed value with one slip ('comdey', 'romatic'), where the word is none of everyday language."""
        if len(norm) < 5 or norm in self._book.senses or norm in self._known:
            return
        for length in (len(norm), len(norm) + 1, len(norm) - 1):
            for word in self._values.get((norm[0], length), ()):
                if OSA.distance(norm, word, score_cutoff=1) <= 1:
                    closed = next(filter(self._is_closed, self._book.senses[word]))
                    yield place, place, _with_score(closed, 0.7)
                    return

    def _is_closed(self, sense: Sense) -> bool:
        return sense.kind == "value" and self._book.domain.facets[str(sense.facet)].kind == "category"

    def _around(self, norms: Sequence[str], place: int, word: str) -> Iterator[tuple[int, int, Sense]]:
        norm = norms[place]
        if word != norm and len(norm) > 5 and not norm.startswith(word):
            distance = OSA.distance(norm, word)
            if distance <= (1 if len(norm) < 8 else 2) and self._book.is_well_known(word):
                yield from self._senses(word, place, place, 0.8 - 0.08 * distance)
        for form in self._forms[word]:
            parts = form.split()
            if len(parts) < 2:
                continue
            first = place - parts.index(word)
            last = first + len(parts) - 1
            if first < 0 or last >= len(norms):
                continue
            window = " ".join(norms[first : last + 1])
            ratio = fuzz.ratio(window, form, score_cutoff=_LEAST_RATIO - (4 if word == norm else 0))
            if ratio and window != form and not self._differs_in_a_word(norms[first : last + 1], parts):
                known = 0.0 if self._book.is_well_known(form) else 0.1
                yield from self._senses(form, first, last, min(0.9, 0.5 + (ratio - 78) / 50) - known)

    def _differs_in_a_word(self, words: Sequence[str], parts: Sequence[str]) -> bool:
        """Whether a figure or a function word stands in one where the other has something else, or where two words of
        names do that are nothing like each other: Stephen King is not Stephen Lang."""
        return any(
            word != part
            and (
                word.isdigit()
                or part.isdigit()
                or word in FUNCTION_WORDS
                or part in FUNCTION_WORDS
                or (word in self._forms and OSA.distance(word, part) > _slips(len(word)))
            )
            for word, part in zip(words, parts, strict=True)
        )

    def _senses(self, form: str, first: int, last: int, score: float) -> Iterator[tuple[int, int, Sense]]:
        for sense in self._book.senses.get(form) or self._book.senses.get(f"the {form}") or ():
            if sense.kind in ("item", "entity") and not sense.ordinary:
                yield first, last, _with_score(sense, min(score, sense.score))

    def _run_together(self, norms: Sequence[str], sure: Collection[int]) -> Iterator[tuple[int, int, Sense]]:
        """Names with a space too few ('deniro') or too many ('old boy')."""
        for first in range(len(norms)):
            joined = ""
            for last in range(first, min(first + 5, len(norms))):
                joined += norms[last]
                form = joined if last > first and joined in self._book.senses else self._joined.get(joined)
                if len(joined) < 6 or form is None or form == " ".join(norms[first : last + 1]):
                    continue
                if all(norm in self._book.common for norm in norms[first : last + 1]):
                    continue
                if not all(place in sure for place in range(first, last + 1)):
                    yield from self._senses(form, first, last, 0.85)


def _slips(length: int) -> int:
    return 1 if length < 6 else 2 if length < 10 else 3


def _with_score(sense: Sense, score: float) -> Sense:
    return Sense(
        kind=sense.kind, score=score, facet=sense.facet, value=sense.value, rows=sense.rows, ordinary=sense.ordinary
    )
