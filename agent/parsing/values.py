"""What a marked stretch of a turn says about a facet: a closed value, a range, a comparison, or its own words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.commands import Range, Relative, Value
from agent.parsing.labels import FIGURE, LESS, MORE, OPEN_VALUES, WORDS, Bound, Labels, from_label
from agent.parsing.nearest import NEAR, NearestValues
from agent.parsing.parser import ParseInput
from agent.parsing.ranges import as_value
from tools.domain import Domain, Facet
from tools.linking import Mention

_LEADING = re.compile(
    r"^(?:(?:a|an|the|some|any|something|anything|more|less|really|very|too|so|quite|no|not|with|about|that is|thats|"
    r"that's|kind of|sort of|bit of|lots of|of|my|your|these|those|please|pls|and|or|but|is|are)\s+)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:\s+(?:movies?|films?|flicks?|ones?|stuff|things?|please|pls|too|and|or|in it|bits?))+$", re.IGNORECASE
)
_NOTHING = frozenset(
    {"a", "an", "the", "some", "any", "not", "no", "very", "too", "so", "and", "or", "but", "is", "are", "makes",
     "make", "with", "that", "this", "it", "new", "later", "con"}
)  # fmt: skip
"""Words that are no wish by themselves."""
_ANSWER = re.compile(
    r"^(?:oh|ok|well|actually|hmm|um)?\W*(?:ye[sap]h?|yup|yep|sure|ok|okay|go on( then)?|please( do)?|nah|no|nope|"
    r"never|both|either|neither|the (?:first|second|third|latter|former|last)( one)?|option \w|that( one)?|it|them|"
    r"drop it|si|oui|ja|limit|that last bit|second bit)\W*$",
    re.IGNORECASE,
)
_SETTLED = 0.5
"""The value head's choice stands against a nearer phrase from this probability on."""
_GUESSED = 0.25
"""A choice of the value head less likely than this says nothing: the words stand for themselves."""
_COVERED = 0.5
"""Share of the shorter of a span and a mention that has to overlap for the mention to be what the span says."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters of a turn, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stretch says about a facet. `sure`: the lexicon, linker or grammar agrees."""

    value: Value
    role: str | None = None
    sure: bool = False
    chance: float = 1.0
    """Of the value itself, where the value head chose it."""


Option = tuple[int, float]
"""An output of the value head and its probability among those that the facet can take."""


@dataclass(frozen=True, slots=True)
class ValueReader:
    """Reads values over a domain; `labels` are those of the weights, None where they are of another domain."""

    domain: Domain
    labels: Labels | None
    nearest: NearestValues | None = None

    def read(
        self,
        turn: ParseInput,
        at: Stretch,
        facet_name: str,
        options: Sequence[Option],
        bound: Bound | None,
        offered: Sequence[Mention] = (),
        taken_back: bool = False,
    ) -> list[Reading]:
        """Return what the stretch says about the facet; several where its words mean several things, none if nothing.

        options: what the value head says, most likely first. offered: what the linker found
        in what was said before, newest first. taken_back: the statement removes, so its figures are in the past.
        """
        facet = self.domain.facets[facet_name]
        words = turn.text[at.start : at.end]
        about = [found for found in turn.mentions if found.facet == facet_name and overlaps(at, found)]
        if facet.kind in ("number", "ordinal"):
            return self._bounds(turn, at, facet_name, facet, about, options, bound, offered, taken_back)
        direct = [found for found in about if found.value is not None and found.kind in ("value", "entity")]
        if direct and (facet.kind != "text" or _covers(direct[0], at)):
            return _distinct(Reading(found.value or "", found.role, True) for found in direct)
        if _ANSWER.match(words):
            return _distinct(
                Reading(found.value, found.role, True)
                for found in offered
                if found.facet == facet_name and found.value is not None
            )[:1]
        if facet.kind == "category":
            return _by_name(words, facet) or self._guessed(own_words(words), facet_name, facet, options)
        spoken = own_words(words)
        return [Reading(spoken)] if spoken else []

    def blended(self, turn: ParseInput, at: Stretch) -> tuple[str, list[Reading]] | None:
        """Return the category facet of which the stretch names several values in one word ('rom com'), and those."""
        named = {
            found.value for found in turn.mentions if found.facet == self.domain.text_facet and overlaps(at, found)
        }
        for name, facet in self.domain.of_kind("category").items():
            for word in facet.blends.keys() & named:
                return name, [Reading(value, None, True) for value in facet.blends[word]]
        return None

    def _guessed(self, words: str, name: str, facet: Facet, options: Sequence[Option]) -> list[Reading]:
        """What words that no lexicon has say: what they are near to, else what the value head is sure enough of."""
        told = self._closed(options)
        near = self.nearest.value(words, name, facet) if self.nearest is not None else None
        if near is not None and near[1] >= NEAR and (not told or told[0].chance < _SETTLED):
            same = bool(told) and told[0].value == near[0]
            return [Reading(near[0], None, same, max(near[1], told[0].chance if same else 0.0))]
        return told if told and told[0].chance >= _GUESSED else []

    def _closed(self, options: Sequence[Option]) -> list[Reading]:
        for option, chance in options:
            if self.labels is not None and option >= len(OPEN_VALUES):
                return [Reading(from_label(self.labels.closed[option - len(OPEN_VALUES)][1]), chance=chance)]
        return []

    def _bounds(
        self,
        turn: ParseInput,
        at: Stretch,
        facet_name: str,
        facet: Facet,
        about: Sequence[Mention],
        options: Sequence[Option],
        bound: Bound | None,
        offered: Sequence[Mention],
        taken_back: bool,
    ) -> list[Reading]:
        said = next((found for found in about if found.bounds is not None), None)
        compared = next((found for found in about if found.direction is not None), None)
        choice = OPEN_VALUES[options[0][0]] if options and options[0][0] < len(OPEN_VALUES) else None
        if taken_back:
            before = next((found for found in offered if found.facet == facet_name and found.bounds is not None), None)
            said = before or said
        if compared is not None and facet.kind == "number" and (said is None or choice in (LESS, MORE)):
            way = choice if choice in (LESS, MORE) else compared.direction
            return [
                Reading(Relative(than=measured_against(turn, at), dir="less" if way == LESS else "more"), None, True)
            ]
        spans = [value for found in about if (value := _closed_range(found, facet)) is not None]
        if len(spans) > 1 and not taken_back:
            # 'The 80s or 90s' is two decades, not the first of them.
            return _distinct(Reading(value, None, True) for value in spans)
        if said is not None and said.bounds is not None:
            value = as_value(said.bounds, facet)
            turned = None if value is None or said.kind == "band" or said.firm else _turned(value, bound)
            return [Reading(turned or value, None, True)] if value is not None else []
        if choice in (LESS, MORE) and facet.kind == "number":
            return [Reading(Relative(than=measured_against(turn, at), dir="less" if choice == LESS else "more"))]
        return self._closed(options) if choice not in (WORDS, FIGURE) or taken_back else []


def overlaps(at: Stretch, found: Mention) -> bool:
    """Whether most of the shorter of the two is shared."""
    shared = min(at.end, found.end) - max(at.start, found.start)
    return shared > _COVERED * min(at.end - at.start, found.end - found.start)


def own_words(words: str) -> str:
    """Return a phrase without the articles and fillers around it; '' if nothing is left."""
    bare = words.strip(" \t\n.,;:!?\"'()*…")
    bare = _LEADING.sub("", bare)
    bare = _TRAILING.sub("", bare).strip(" .,;:!?\"'()") or bare
    return "" if bare.lower() in _NOTHING else bare


def measured_against(turn: ParseInput, at: Stretch) -> int | str:
    """Return what a comparative is measured against: what is named behind it, else the slate, else what was named."""
    for found in turn.mentions:
        near = at.start < found.start < at.end + 12
        if near and found.kind == "slate" and len(found.numbers) == 1:
            return found.numbers[0]
        if near and found.kind == "item":
            return _number_of(found.text, turn) or found.text
    if turn.slate:
        return "slate"
    named = [found.text for found in turn.mentions if found.kind == "item" and found.score >= 0.5]
    return named[0] if named else "slate"


def _by_name(words: str, facet: Facet) -> list[Reading]:
    """The values that these words name as they stand, the linker's opinion aside."""
    bare = own_words(words).lower()
    names = [value for value in facet.values if bare == value.lower() or bare in facet.lexicon.get(value, ())]
    return [Reading(value, None, True) for value in names[:2]]


def _number_of(title: str, turn: ParseInput) -> int | None:
    return next((entry.n for entry in turn.slate if entry.title.lower() == title.lower()), None)


def _turned(value: Range, bound: Bound | None) -> Range | None:
    """The range with its one end on the side that the network is sure of; None where the grammar's can stand."""
    if bound == "min" and value.min is None:
        return Range(min=value.max)
    if bound == "max" and value.max is None:
        return Range(max=value.min)
    return None


def _closed_range(found: Mention, facet: Facet) -> Range | None:
    """The range of a figure that has both ends: a decade, 'around two hours'."""
    if found.kind != "number" or found.bounds is None or None in (found.bounds.min, found.bounds.max):
        return None
    return as_value(found.bounds, facet)


def _covers(found: Mention, at: Stretch) -> bool:
    return found.end - found.start >= 0.6 * (at.end - at.start)


def _distinct(readings: Iterable[Reading]) -> list[Reading]:
    seen: dict[Value, Reading] = {}
    for reading in readings:
        seen.setdefault(reading.value, reading)
    return list(seen.values())
