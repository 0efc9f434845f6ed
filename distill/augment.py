"""Variations of labelled turns: other names and values of the catalogue, other typing, small talk around them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from distill import edits
from distill.chatter import AFTER, BEFORE
from distill.edits import Edit
from distill.examples import Example, Placed
from tools.catalogue import Catalogue

_TYPING: tuple[tuple[float, Edit], ...] = (
    (0.35, edits.lower_case),
    (0.12, edits.sentence_case),
    (0.02, edits.shouted),
    (0.25, edits.without_punctuation),
    (0.15, edits.mistyped),
    (0.15, edits.wrapped(BEFORE, AFTER)),
)
"""How likely each change of typing is; they are drawn independently."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How often an example is varied, and how."""

    varied: float = 0.6
    titles: float = 0.5
    names: float = 0.5
    values: float = 0.15
    doubled: float = 0.12


class Augmenter:
    """Varies examples with what a catalogue offers in their place."""

    def __init__(self, catalogue: Catalogue, rates: Rates | None = None) -> None:
        self._domain = catalogue.domain
        self._rates = rates or Rates()
        self._titles = [title for title in catalogue.titles if 1 <= len(title.split()) <= 6]
        self._names = {facet: catalogue.vocabulary(facet)[:3000] for facet in catalogue.domain.of_kind("entity")}
        self._text = list(catalogue.vocabulary(catalogue.domain.text_facet)[:3000])

    def epoch(self, examples: Sequence[Example], chance: random.Random) -> list[Example]:
        """Return one example for each: some as they are, some varied, some run together with another."""
        varied = []
        for example in examples:
            if chance.random() < self._rates.varied:
                example = self.vary(example, chance)
            if chance.random() < self._rates.doubled:
                example = self._doubled(example, chance.choice(examples), chance)
            varied.append(example)
        return varied

    def vary(self, example: Example, chance: random.Random) -> Example:
        """Return the example with other names and values, typed in another way."""
        example = self._other_titles(example, chance)
        return self.retype(self._other_values(example, chance), chance)

    def retype(self, example: Example, chance: random.Random) -> Example:
        """Return the example typed in another way."""
        for rate, edit in _TYPING:
            if chance.random() < rate:
                example = edit(example, chance)
        return example

    def _other_titles(self, example: Example, chance: random.Random) -> Example:
        if chance.random() > self._rates.titles:
            return example
        for at, pointed in enumerate(example.pointed):
            words = example.turn.text[pointed.start : pointed.end]
            first = pointed.items[0]
            named = len(pointed.items) == 1 and isinstance(first.ref, str) and words.lower() == first.ref.lower()
            if named and not _offered(example, words):
                title = chance.choice(self._titles)
                changed = edits.replaced(example, Placed(pointed.start, pointed.end), title)
                if changed is not example:
                    example = edits.with_pointed(changed, at, [first.model_copy(update={"ref": title})])
        return example

    def _other_values(self, example: Example, chance: random.Random) -> Example:
        for at, wish in enumerate(example.wishes):
            words = example.turn.text[wish.start : wish.end]
            other = self._instead_of(wish.statement.facet, wish.statement.value, words, chance)
            if other is None or sum(one.start == wish.start for one in example.wishes) > 1:
                continue
            said, value = other
            changed = edits.replaced(example, Placed(wish.start, wish.end), said)
            if changed is not example:
                statement = wish.statement.model_copy(update={"value": value})
                example = edits.with_wish(changed, at, statement)
        return example

    def _instead_of(self, name: str, value: object, words: str, chance: random.Random) -> tuple[str, str] | None:
        """Other words and the value they mean, of the same facet; None where that would not be safe."""
        facet = self._domain.facets[name]
        if facet.kind == "entity" and isinstance(value, str):
            if chance.random() < self._rates.names and words.lower() == value.lower():
                return (chance.choice(self._names[name]),) * 2
            return None
        if not isinstance(value, str) or chance.random() > self._rates.values:
            return None
        if facet.kind == "category":
            own = facet.lexicon.get(value, ())
            if words.lower() in own or words.lower() == value:
                other = chance.choice(list(facet.lexicon))
                place = own.index(words.lower()) if words.lower() in own else 0
                others = facet.lexicon[other]
                return (others[min(place, len(others) - 1)] if others else other), other
        if facet.kind == "text" and words.lower() == value.lower() and len(words.split()) <= 2:
            phrase = chance.choice(self._text)
            return phrase, phrase
        return None

    def _doubled(self, example: Example, other: Example, chance: random.Random) -> Example:
        """The example and another as one turn, where neither leans on what was said before."""
        plain = ("recommend", "feedback", "smalltalk")
        both = (example, other)
        if any(one.command.intent not in plain or len(one.turn.text) > 160 for one in both):
            return example
        if other.turn.slate or other.turn.context or other.command.count:
            return example
        return edits.followed_by(example, other, chance)


def _offered(example: Example, words: str) -> bool:
    """Whether the slate or what was said before names it, so that it cannot be another."""
    said = [entry.title for entry in example.turn.slate] + [one.text for one in example.turn.context]
    return any(words.lower() in text.lower() for text in said)
