"""Pieces of simulated turns: words and the statements that rest on them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.commands import Lifetime, Op, Polarity, Preference, Range, Relative, Strength, Value
from distill.examples import Pointed, Wish
from tools.catalogue import Catalogue
from tools.domain import Band, Facet


@dataclass(slots=True)
class Saying:
    """A text under construction, with the labels on it."""

    text: str = ""
    wishes: list[Wish] = field(default_factory=list)
    pointed: list[Pointed] = field(default_factory=list)
    count: int | None = None

    def add(self, words: str) -> "Saying":
        self.text += words
        return self

    def wish(self, words: str, statement: Preference) -> "Saying":
        start = len(self.text)
        self.text += words
        self.wishes.append(Wish(start, len(self.text), statement.model_copy(update={"quote": words})))
        return self

    def then(self, other: "Saying", join: str) -> "Saying":
        """Go on with another saying."""
        shift = len(self.text) + len(join)
        self.text += join + other.text
        self.wishes += [replace(one, start=one.start + shift, end=one.end + shift) for one in other.wishes]
        self.pointed += [replace(one, start=one.start + shift, end=one.end + shift) for one in other.pointed]
        self.count = self.count or other.count
        return self


@dataclass(frozen=True, slots=True)
class Said:
    """Words that say a value of a facet, as they stand after 'something' or 'nothing'."""

    words: str
    facet: str
    value: Value
    before: str = ""
    """Words that lead to it and are not part of it: 'with', 'about', 'from'."""
    role: str | None = None
    bound: bool = False
    """Whether it sets a bound by itself, and cannot be put after 'no'."""

    def statement(
        self,
        strength: Strength,
        polarity: Polarity = "like",
        lifetime: Lifetime = "session",
        op: Op = "add",
        any_of: int | None = None,
    ) -> Preference:
        return Preference(
            facet=self.facet,
            value=self.value,
            polarity=polarity,
            strength=strength,
            lifetime=lifetime,
            op=op,
            role=self.role,
            any_of=any_of,
        )


class Vocabulary:
    """What can be said over a catalogue: values of every facet in everyday words."""

    def __init__(self, catalogue: Catalogue, year: int = 2026) -> None:
        self._domain = catalogue.domain
        self._year = year
        self._entities = {name: catalogue.vocabulary(name)[:4000] for name in self._domain.of_kind("entity")}
        self._phrases = list(catalogue.vocabulary(self._domain.text_facet)[:4000])
        self._names = list(self._domain.facets)
        self.titles = list(catalogue.titles)

    def any(self, chance: random.Random, bounds: bool = True) -> Said:
        """Return words for a value of a facet drawn at random; the text facet comes up more often.

        bounds: whether figures and comparisons may come.
        """
        while True:
            name = self._domain.text_facet if chance.random() < 0.2 else chance.choice(self._names)
            said = self.of(name, chance)
            if bounds or not said.bound:
                return said

    def of(self, name: str, chance: random.Random) -> Said:
        """Return words for a value of this facet."""
        facet = self._domain.facets[name]
        if facet.kind == "category":
            value = chance.choice(facet.values)
            return Said(chance.choice([value.lower(), *facet.lexicon.get(value, ())]), name, value)
        if facet.kind == "text":
            phrase = chance.choice(self._phrases)
            return Said(
                phrase, name, phrase, chance.choice(["about", "with", "about", "involving", "featuring", "set around"])
            )
        if facet.kind == "entity":
            role = chance.choice([None, None, *facet.roles])
            value = chance.choice(self._entities[name])
            before = facet.phrases.roles.get(role or "", "with {value}").partition("{value}")[0].strip()
            return Said(value, name, value, before or "with", role)
        if facet.kind == "ordinal":
            return _ordinal(name, facet, chance)
        return self._figure(name, facet, chance)

    def compared(self, chance: random.Random) -> tuple[str, str, Relative] | None:
        """Return (facet, comparative, value measured against the slate); None where the domain has no comparatives."""
        able = [(name, facet) for name, facet in self._domain.of_kind("number").items() if facet.less and facet.more]
        if not able:
            return None
        name, facet = chance.choice(able)
        less = chance.random() < 0.5
        return (
            name,
            chance.choice(facet.less if less else facet.more),
            Relative(than="slate", dir="less" if less else "more"),
        )

    def _figure(self, name: str, facet: Facet, chance: random.Random) -> Said:
        if facet.bands and chance.random() < 0.5:
            band = chance.choice(facet.bands)
            return Said(chance.choice(band.words), name, _band_range(band, self._year))
        if facet.calendar:
            return _calendar(name, chance, self._year)
        low, high = facet.low or 0.0, facet.high if facet.high is not None else 100.0
        figure = float(round(chance.uniform(low + (high - low) * 0.1, low + (high - low) * 0.7)))
        unit = chance.choice([unit for unit, size in facet.units.items() if size == 1.0] or [facet.unit or ""])
        cue = "" if unit else chance.choice(facet.cues or ("",))
        shown = f"{figure:g} {unit}".strip()
        words, value = chance.choice(
            [
                (f"under {shown}", Range(max=figure)),
                (f"at most {shown}", Range(max=figure)),
                (f"no more than {shown}", Range(max=figure)),
                (f"over {shown}", Range(min=figure)),
                (f"at least {shown}", Range(min=figure)),
                (f"{figure - 5:g} to {shown}", Range(min=figure - 5, max=figure)),
            ]
        )
        return Said(f"{cue} {words}".strip(), name, value, bound=True)


def _ordinal(name: str, facet: Facet, chance: random.Random) -> Said:
    value = chance.choice(facet.values[:-1])
    spoken = chance.choice([value, value.lower(), *facet.lexicon.get(value, ())])
    words = chance.choice([f"{spoken} at most", f"{spoken} or below", f"nothing above {spoken}", f"max {spoken}"])
    return Said(words, name, Range(max=value), bound=True)


def _calendar(name: str, chance: random.Random, year: int) -> Said:
    decade = chance.randrange(1930, year - year % 10 + 1, 10)
    short = f"{decade % 100:02d}s" if decade < 2000 else f"{decade}s"
    which = chance.randrange(6)
    if which == 0:
        return Said(chance.choice([short, f"{decade}s"]), name, Range(min=decade, max=decade + 9), "from the")
    if which == 1:
        part, first, last = chance.choice([("early", 0, 3), ("late", 6, 9), ("mid", 3, 6)])
        return Said(f"{part} {short}", name, Range(min=decade + first, max=decade + last), "from the")
    exact = chance.randrange(1940, year)
    words, value = chance.choice(
        [
            (f"before {exact}", Range(max=exact - 1)),
            (f"after {exact}", Range(min=exact + 1)),
            (f"since {exact}", Range(min=exact)),
            (f"{exact} or newer", Range(min=exact)),
            (f"between {exact - 8} and {exact}", Range(min=exact - 8, max=exact)),
        ]
    )
    return Said(words, name, value, "from", bound=True)


def _band_range(band: Band, year: int) -> Range:
    def figure(bound: float | str | None) -> float | None:
        return float(year + int(bound.removeprefix("now") or 0)) if isinstance(bound, str) else bound

    return Range(min=figure(band.min), max=figure(band.max))


def joined(sayings: Sequence[Saying], chance: random.Random) -> Saying:
    """Return the sayings one after another as one."""
    whole = Saying()
    for at, saying in enumerate(sayings):
        join = "" if at == 0 else chance.choice([". ", ", ", " and ", " but ", " ", "; "])
        whole.then(saying, join)
    return whole
