"""Everything a text can name, by the words that name it: titles and their short forms, people, facet words.

A `NameBook` is made once from a catalogue. Titles and people get the forms that are used for them in talk: without
the article, without the subtitle, 'part two' as a figure, a surname, a famous first name, initials.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tools.catalogue import Catalogue, Item
from tools.domain import Band
from tools.english import english_words
from tools.mentions import Bounds, Direction, MentionKind
from tools.words import ARTICLES, FUNCTION_WORDS, NUMBER_WORDS, key, numeral, split

_PART_WORDS = frozenset({"part", "chapter", "volume", "vol", "episode", "book", "number", "no"})
_HONOURS = frozenset({"jr", "sr", "junior", "senior", "ii", "iii", "sir", "dame", "dr", "mr", "mrs", "ms"})
_PARTICLES = frozenset(
    {"de", "di", "da", "del", "della", "van", "von", "der", "den", "la", "le", "du", "el", "al", "st"}
)
_DIGIT_WORDS = {number: word for word, number in NUMBER_WORDS.items()}
_ROMAN_WORDS = {2: "ii", 3: "iii", 4: "iv", 5: "v", 6: "vi", 7: "vii", 8: "viii", 9: "ix", 10: "x"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One thing that a form can mean, with how surely the bare form means it (0 to 1)."""

    kind: MentionKind
    score: float
    facet: str | None = None
    value: str | None = None
    bounds: Bounds | None = None
    band: Band | None = None
    direction: Direction | None = None
    rows: tuple[int, ...] = ()
    """item: rows of the catalogue, best first."""
    ordinary: bool = False
    """The form is also an everyday word or phrase: it names nothing without evidence."""


class NameBook:
    """Forms and their senses. `senses[form]` has the surest first; forms are written as `tools.words.key` does."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.domain = catalogue.domain
        self._fame_of_rows = [0.0 if value != value else float(value) for value in catalogue.popularity]
        self._title_words = {key(word) for word in self.domain.title_words}
        noun = self.domain.noun
        self._nouns = frozenset(key(word) for word in (noun.one, noun.many, *noun.also))
        self.full: dict[str, float] = {}
        """Forms that are a whole title, alias or name, with their fame, for spelling to be measured against."""
        self.senses: dict[str, list[Sense]] = defaultdict(list)
        self._fame_of_forms: dict[str, float] = {}
        self._note_titles()
        self._said: Counter[str] = Counter()
        self.common, self._heard, self._pairs = self._everyday()
        self._add_facet_words()
        self._add_titles()
        for facet in self.domain.of_kind("entity"):
            self._add_entities(facet)
        for senses in self.senses.values():
            senses.sort(key=lambda sense: -sense.score)

    def is_ordinary(self, form: str) -> bool:
        """Return whether a form is also everyday language, as far as the domain's own texts tell."""
        words = [word for word in form.split() if word not in ARTICLES]
        if form in self._title_words or " ".join(words) in self._title_words or self._is_facet_word(form):
            return True
        if len(words) > 3:
            return False
        if all(word in FUNCTION_WORDS for word in words) or form.replace(" ", "").isdigit():
            return True
        if len(words) == 1:
            unheard = words[0] not in self._heard or self.full.get(form, 0.0) >= _CANNOT_BE_MISTAKEN
            return words[0] in self.common or len(words[0]) < 3 or not unheard
        return len(words) == 2 and (words[0], words[1]) in self._pairs

    def _is_facet_word(self, form: str) -> bool:
        return any(
            sense.kind in ("band", "relative") or (sense.kind == "value" and sense.score >= 0.8)
            for sense in self.senses.get(form, ())
        )

    def _is_english(self, word: str) -> bool:
        return word in self._heard or word in english_words()

    def _is_loose(self, alias: str, title: str) -> bool:
        """Whether an alias is everyday words that the title does not have: a working title, as often as not."""
        words = [word for word in key(alias).split() if word not in ARTICLES]
        return all(self._is_english(word) for word in words) and not set(words) & set(key(title).split())

    def is_well_known(self, form: str) -> bool:
        """Return whether what a form means is known well enough to be guessed from a slip of the pen."""
        return self._fame_of_forms.get(form, 0.0) >= 0.5 * max(self._fame_of_rows, default=0.0)

    def _known_items(self) -> list[Item]:
        """Return the items whose summaries everyday language is learnt from: the best known, if there are many."""
        order = sorted(range(len(self._fame_of_rows)), key=lambda row: -self._fame_of_rows[row])
        return self.catalogue.items(order[:_MOST_SUMMARIES])

    def _note_titles(self) -> None:
        for row, title in enumerate(self.catalogue.titles):
            for name in (title, *self.catalogue.aliases(row)):
                form = key(name)
                self.full[form] = max(self._fame_of_rows[row], self.full.get(form, 0.0))

    def _everyday(self) -> tuple[set[str], set[str], set[tuple[str, str]]]:
        """Return the words that the domain's texts use again and again in lower case, those they use, and the pairs."""
        counts: Counter[str] = Counter()
        pairs: set[tuple[str, str]] = set()
        column = self.domain.columns.summary
        texts = [text for text in self.catalogue.vocabulary(self.domain.text_facet) if key(text) not in self.full]
        summaries = [str(item.facts[column] or "") for item in self._known_items()] if column else []
        for text in summaries:
            words = [word.norm if word.raw.islower() else "" for word in split(text)]
            self._said.update(words)
            pairs.update(pairwise(words))
        counts.update(self._said)
        for text in texts:
            words = [word.norm if word.raw.islower() else "" for word in split(text)]
            counts.update(words)
            pairs.update(pairwise(words))
        for facet in self.domain.facets.values():
            bands = (phrase for band in facet.bands for phrase in band.words)
            said = [*facet.values, *bands, *facet.less, *facet.more, *facet.cues, *facet.units]
            if facet.kind != "entity":
                said += [phrase for phrases in facet.lexicon.values() for phrase in phrases]
            counts.update({word: 3 for phrase in said for word in key(phrase).split()})
        for phrases in self.domain.ask_words.values():
            counts.update({word: 3 for phrase in phrases for word in key(phrase).split()})
        heard = {word for word in counts if word} | FUNCTION_WORDS
        return {word for word in heard if counts[word] >= 3} | FUNCTION_WORDS, heard, pairs

    def _add_facet_words(self) -> None:
        for name, facet in self.domain.facets.items():
            if facet.kind in ("category", "text"):
                said = {key(phrase) for phrases in facet.lexicon.values() for phrase in phrases}
                for value, phrases in facet.lexicon.items():
                    for phrase in phrases:
                        self._add_value(name, value, phrase, 0.9)
                for value in facet.values:
                    # A value that its own lexicon leaves out although it is an everyday word is only possible.
                    left_out = value in facet.lexicon and self._said[key(value)] >= 3
                    if key(value) not in said:
                        self._add_value(name, value, value, 0.45 if left_out else 0.85)
            for band in facet.bands:
                for phrase in band.words:
                    self._add(key(phrase), Sense(kind="band", score=0.85, facet=name, band=band))
            for direction, phrases in (("less", facet.less), ("more", facet.more)):
                for phrase in phrases:
                    sense = Sense(kind="relative", score=0.85, facet=name, direction=direction)  # type: ignore[arg-type]
                    self._add(key(phrase), sense)
        self._add_phrases()

    def _add_value(self, facet: str, value: str, phrase: str, score: float) -> None:
        self._add(key(phrase), Sense(kind="value", score=score, facet=facet, value=value))

    def _add_phrases(self) -> None:
        """Phrases of the text facet: those of several words surely, single words as possible."""
        facet = self.domain.text_facet
        counts = self.catalogue.counts(facet)
        for phrase, count in counts.items():
            form = key(phrase)
            words = form.split()
            if not words or form in self.senses or all(word in FUNCTION_WORDS for word in words):
                continue
            score = 0.6 if len(words) > 1 else 0.45 if count > 1 else 0.3
            if form in self.full:
                score -= 0.2
            self._add(form, Sense(kind="value", score=score, facet=facet, value=phrase))
            for other in _other_number(form):
                if other not in self.senses and other not in FUNCTION_WORDS:
                    self._add(other, Sense(kind="value", score=score - 0.02, facet=facet, value=phrase))

    def _add(self, form: str, sense: Sense) -> None:
        if form and not any(other.kind == sense.kind and other.facet == sense.facet for other in self.senses[form]):
            self.senses[form].append(sense)

    def _add_titles(self) -> None:
        forms: dict[str, dict[int, float]] = defaultdict(dict)
        titles = {key(title) for title in self.catalogue.titles}
        loose: set[str] = set()
        for row, title in enumerate(self.catalogue.titles):
            for name, own in ((title, 1.0), *((alias, 0.93) for alias in self.catalogue.aliases(row))):
                if name != title and self._is_loose(name, title):
                    loose.add(key(name))
                for form, score in _title_forms(name):
                    best = forms[form].get(row, 0.0)
                    forms[form][row] = max(best, score * own)
        for form, rows in [*forms.items(), *self._short_titles(forms)]:
            if form in self._nouns and form not in titles:
                continue  # what is left of 'X-Men: The Movie' without its name
            best = max(rows.values())
            order = sorted(rows, key=lambda row: (-round(rows[row], 1), -self._fame_of_rows[row], row))
            kept = tuple(row for row in order if rows[row] > best - 0.25)
            self._fame_of_forms[form] = self._fame_of_rows[kept[0]]
            ordinary = (form in loose and form not in titles) or self.is_ordinary(form)
            self._add(form, Sense(kind="item", score=best, rows=kept, ordinary=ordinary))

    def _short_titles(self, forms: dict[str, dict[int, float]]) -> Iterator[tuple[str, dict[int, float]]]:
        """Initials, first words and telling words of titles, where only one item (or one series) can be meant."""
        short: dict[str, dict[int, float]] = defaultdict(dict)
        word_rows: dict[str, set[int]] = defaultdict(set)
        for form, rows in forms.items():
            for word in form.split():
                word_rows[word].update(rows)
        for row, title in enumerate(self.catalogue.titles):
            for form, score in self._short_forms(title, word_rows):
                if form not in forms:
                    short[form][row] = max(score, short[form].get(row, 0.0))
        for form, rows in short.items():
            if len(rows) == 1 or (len(rows) < 8 and len({_stem(self.catalogue.titles[row]) for row in rows}) == 1):
                yield form, rows

    def _short_forms(self, title: str, word_rows: dict[str, set[int]]) -> Iterator[tuple[str, float]]:
        words = [word for place, word in enumerate(key(title).split()) if place or word not in ARTICLES]
        stem = [word for place, word in enumerate(_stem(title).split()) if place or word not in ARTICLES]
        for spelled in (words, stem):
            initials = "".join(word[0] for word in spelled)
            if len(initials) >= 4 and initials not in self.common:
                yield initials, 0.6
        if len(words) >= 4:
            for length in (3, 2):
                start = words[:length]
                telling = sum(word not in FUNCTION_WORDS and not word.isdigit() for word in start)
                told = telling > 1 and not all(word in self.common for word in start)
                if told and start[-1] not in FUNCTION_WORDS and not self.is_ordinary(" ".join(start)):
                    yield " ".join(words[:length]), 0.65
        owners = {word.norm: word.owner for word in split(title) if word.owner}
        for word in words if len(words) > 1 else ():
            if len(word) >= 5 and len(word_rows[word]) == 1 and not self._is_english(word):
                yield word, 0.62
                owner = owners.get(word, "")
                if len(owner) > 3 and not self._is_english(owner):
                    yield owner, 0.6

    def _add_entities(self, facet: str) -> None:
        fame = self._fame(facet)
        forms: dict[str, dict[str, float]] = defaultdict(dict)
        for name in fame:
            for form, score in _person_forms(name):
                forms[form][name] = max(score, forms[form].get(name, 0.0))
            self.full[key(name)] = max(fame[name], self.full.get(key(name), 0.0))
        for form, names in forms.items():
            sense = self._entity_sense(facet, form, names, fame)
            if sense:
                # A person needs a handful of items to be as well known as one item is.
                self._fame_of_forms[form] = max(fame[sense.value or ""] / 4, self._fame_of_forms.get(form, 0.0))
                self._add(form, sense)
        for name, phrases in self.domain.facets[facet].lexicon.items():
            for phrase in phrases:
                ordinary = self.is_ordinary(key(phrase))
                sense = Sense(kind="entity", score=0.8, facet=facet, value=name, ordinary=ordinary)
                self.senses[key(phrase)] = [
                    other for other in self.senses[key(phrase)] if other.kind != "entity" or other.score > 0.9
                ]
                self._add(key(phrase), sense)

    def _entity_sense(self, facet: str, form: str, names: dict[str, float], fame: dict[str, float]) -> Sense | None:
        """Return who a form means: the best known, unless others are nearly as well known."""
        best = max(names, key=lambda name: (names[name] == 1.0, names[name] * fame[name], name))
        score = names[best]
        if score == 1.0:
            ordinary = form in self._heard or self.is_ordinary(form) if " " not in form else form in self._title_words
            return Sense(kind="entity", score=0.96, facet=facet, value=best, ordinary=ordinary)
        share = fame[best] / (sum(fame[name] for name in names) or 1.0)
        everyday = " " not in form and (form in self._heard or (form in english_words() and fame[best] < self._famous))
        if score == _FIRST_NAME and (share < 0.7 or fame[best] < self._famous or form in self._heard):
            return None
        if score == _SURNAME and (share < 0.3 or form in FUNCTION_WORDS):
            return None
        sure = 0.45 + 0.45 * share if score == _SURNAME else 0.4 + 0.2 * share if score == _FIRST_NAME else score
        return Sense(kind="entity", score=sure, facet=facet, value=best, ordinary=everyday or self.is_ordinary(form))

    @cached_property
    def _famous(self) -> float:
        """Fame of a first name's owner from which the first name alone can do: several well-known items."""
        return 3.5 * max(self._fame_of_rows, default=0.0)

    def _fame(self, facet: str) -> dict[str, float]:
        fame: dict[str, float] = defaultdict(float)
        for row, weight in enumerate(self._fame_of_rows):
            for place, name in enumerate(self.catalogue.values(row, facet)):
                fame[name] += (weight + 1.0) * (1.0 if place < 3 else 0.6)
        return dict(fame)


_SURNAME, _FIRST_NAME = 0.8, 0.6
_MOST_SUMMARIES = 4000
_CANNOT_BE_MISTAKEN = 90.0
"""Popularity from which a rare word that is a title ('gladiator') is taken for it even without evidence."""


def _person_forms(name: str) -> Iterator[tuple[str, float]]:
    """Forms of a name with how close each is to it; 1 for the name itself."""
    words = key(name).split()
    yield " ".join(words), 1.0
    bare = [word for word in words if word not in _HONOURS and len(word) > 1] or words
    if bare != words:
        yield " ".join(bare), 0.9
    if len(bare) < 2:
        return
    if len(bare) > 2:
        yield f"{bare[0]} {bare[-1]}", 0.85
    start = next((place for place, word in enumerate(bare[1:-1], 1) if word in _PARTICLES), len(bare) - 1)
    surname = " ".join(bare[start:])
    if len(surname) > 2:
        yield surname, _SURNAME
    if len(bare) > 2 and start == len(bare) - 1 and "-" in name:
        yield " ".join(bare[1:]), _SURNAME
    if start < len(bare) - 1 and len(bare[-1]) > 3:
        yield bare[-1], _SURNAME
    if len(bare[0]) > 2:
        yield bare[0], _FIRST_NAME


def _title_forms(title: str) -> Iterator[tuple[str, float]]:
    """Forms of a title with how close each is to it; 1 for the title itself."""
    whole = key(title)
    if 1 < len(whole) < 8 and all(len(word) == 1 for word in whole.split()):
        yield whole.replace(" ", ""), 0.95
    for form, score in ((whole, 1.0), *_cut_forms(title)):
        for spelled, cost in _numeral_forms(form):
            bare = _without_article(spelled)
            yield spelled, score - cost
            if bare != spelled:
                yield bare, score - cost - (0.05 if " " in bare else 0.15)


def _cut_forms(title: str) -> Iterator[tuple[str, float]]:
    parts = [part for part in re.split(r": | - | – |, or |; ", title) if part.strip()]
    if len(parts) < 2:
        return
    yield key(parts[0]), 0.8
    rest = key(parts[-1])
    if len(rest.split()) > 1:
        yield rest, 0.75
    if len(parts) > 2 or not set(rest.split()) - set(_ROMAN_WORDS.values()):
        yield key(f"{parts[0]} {parts[-1]}"), 0.85


def _numeral_forms(form: str) -> Iterator[tuple[str, float]]:
    """Yield the form, and it with its numeral as a figure, a word, and without 'part'."""
    yield form, 0.0
    words = form.split()
    for place, word in enumerate(words):
        number = numeral(word)
        if number is None or (len(word) == 1 and word.isalpha() and place < len(words) - 1) or number > 99:
            continue
        part = place > 0 and words[place - 1] in _PART_WORDS
        for spelled in (str(number), _DIGIT_WORDS.get(number), _ROMAN_WORDS.get(number) if place else None):
            if spelled and spelled != word:
                yield " ".join([*words[:place], spelled, *words[place + 1 :]]), 0.05
            if spelled and part:
                yield " ".join([*words[: place - 1], spelled, *words[place + 1 :]]), 0.05
            if spelled and place and not part and place == len(words) - 1 and number < 10:
                yield " ".join([*words[:place], "part", spelled]), 0.05


def _without_article(form: str) -> str:
    first, _, rest = form.partition(" ")
    return rest if rest and first in ARTICLES else form


def _stem(title: str) -> str:
    """Return the part of a title that a series shares: 'The Lord of the Rings: The Two Towers' without its subtitle."""
    return key(re.split(r": | - | – ", title)[0])


def _other_number(phrase: str) -> Iterable[str]:
    """Return a phrase's plural, or its singular."""
    head, _, last = phrase.rpartition(" ")
    if last.endswith("ies") and len(last) > 4:
        forms = [last[:-3] + "y"]
    elif last.endswith("s") and not last.endswith("ss"):
        forms = [last[:-1]]
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        forms = [last[:-1] + "ies"]
    else:
        forms = [last + ("es" if last.endswith(("s", "x", "ch", "sh")) else "s")]
    return [f"{head} {form}".strip() for form in forms]
