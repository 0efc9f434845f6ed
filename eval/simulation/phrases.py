"""The words of simulated users: a file of phrases beside the domain's own (users.toml), and what puts wants into them.

A parser must not know them: data/commands and distill are other people's words, and a test compares the two.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.simulation.wants import Want
from tools.domain import Domain

Form = Literal["head", "part", "line", "terse", "noun"]
_SLOT = re.compile(r"\{\w+\}")


class PhrasesFault(Exception):
    """users.toml is missing or does not fit; the message says what it lacks."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Part):
    """Ways to say one stance towards a facet; {value} is what is wanted."""

    head: tuple[str, ...] = ()
    """Opens a request: 'a western'. Where there is none, 'something' and a part."""
    part: tuple[str, ...] = Field(min_length=1)
    """Goes on from a head: 'with Clint Eastwood'."""
    line: tuple[str, ...] = Field(min_length=1)
    """A sentence by itself."""
    terse: tuple[str, ...] = Field(min_length=1)
    noun: tuple[str, ...] = ()
    """What is wanted as a thing, where the facet's own noun does not do."""


class FacetPhrases(_Part):
    """How people speak of one facet. Which stances it needs depends on what is drawn."""

    noun: tuple[str, ...] = Field(min_length=1)
    like: Said | dict[str, Said] | None = None
    """Roles apart where they are said apart."""
    dislike: Said | None = None
    """A firm refusal."""
    less: Said | None = None
    """A soft one."""
    min: Said | None = None
    max: Said | None = None
    span: Said | None = None
    values: dict[str, tuple[str, ...]] = {}
    """Value or figure ('120', '1980-1989') -> what people call it; itself where it is missing."""


class Rambles(_Part):
    before: tuple[str, ...]
    after: tuple[str, ...]


class Phrases(_Part):
    """Everything that users of a domain say."""

    weights: dict[str, float]
    """Facet -> how often people ask for it."""
    facets: dict[str, FacetPhrases]
    moves: dict[str, tuple[str, ...]]
    rambles: Rambles

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the phrases of a domain folder. Raises PhrasesFault saying what is wrong."""
        path = folder / "users.toml"
        try:
            phrases = cls.model_validate(tomllib.loads(path.read_text(encoding="utf8")))
        except FileNotFoundError:
            raise PhrasesFault(
                f"no users.toml in {str(folder)!r}: it holds the words of simulated users; write one like "
                "data/movies/users.toml"
            ) from None
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise PhrasesFault(f"{path}: {error}") from error
        if missing := [name for name in MOVES if not phrases.moves.get(name)]:
            raise PhrasesFault(f"{path}: [moves] lacks {', '.join(missing)}")
        if missing := sorted(set(phrases.weights) - set(phrases.facets)):
            raise PhrasesFault(f"{path}: no phrases for the weighed facets {', '.join(missing)}")
        return phrases

    def templates(self) -> Iterator[str]:
        """Yield every template, for comparison with those of others."""
        for facet in self.facets.values():
            stances = (facet.dislike, facet.less, facet.min, facet.max, facet.span)
            likes = facet.like.values() if isinstance(facet.like, dict) else (facet.like,)
            for said in (*likes, *stances):
                if said is not None:
                    yield from (*said.head, *said.part, *said.line, *said.terse)
        for listed in self.moves.values():
            yield from listed
        yield from (*self.rambles.before, *self.rambles.after)


MOVES = (
    "open", "vague", "next", "restate", "another", "indifferent", "seen", "closer", "further", "change",
    "lasting_like", "lasting_dislike", "wrong", "refuse", "grumble", "stray",
)  # fmt: skip


class Speaker:
    """Puts wants into words."""

    def __init__(self, phrases: Phrases, domain: Domain) -> None:
        self._phrases = phrases
        self._domain = domain

    def move(self, name: str, chance: random.Random, **slots: str) -> str:
        """Return one of a move's sentences with its slots filled in."""
        return chance.choice(self._phrases.moves[name]).format_map(slots)

    def ramble(self, text: str, chance: random.Random) -> str:
        """Return a text with what has nothing to do with it around it."""
        before = chance.choice(self._phrases.rambles.before)
        return f"{before} {text} {chance.choice(self._phrases.rambles.after)}"

    def request(self, wants: Sequence[Want], chance: random.Random) -> str:
        """Return wants as the object of one sentence: 'a western, with Clint Eastwood, made before 1970'."""
        ordered = sorted(wants, key=lambda want: not self._said(want).head)
        first = self._said(ordered[0])
        if first.head:
            opening = self._filled(chance.choice(first.head), ordered[0], chance)
        else:
            part = self._filled(chance.choice(first.part), ordered[0], chance)
            opening = f"a {self._domain.noun.one}, {part}"
        return ", ".join([opening, *(self._form(want, "part", chance) for want in ordered[1:])])

    def lines(self, wants: Sequence[Want], chance: random.Random) -> str:
        """Return wants as sentences."""
        return " ".join(_capital(self._form(want, "line", chance)) for want in wants)

    def terse(self, wants: Sequence[Want], chance: random.Random) -> str:
        """Return wants in as few words as will do."""
        return ", ".join(self._form(want, "terse", chance) for want in wants)

    def noun(self, want: Want, chance: random.Random) -> str:
        """Return what is wanted as a thing: 'westerns'."""
        nouns = self._said(want).noun or self._phrases.facets[want.facet].noun
        return self._filled(chance.choice(nouns), want, chance)

    def _form(self, want: Want, form: Form, chance: random.Random) -> str:
        return self._filled(chance.choice(getattr(self._said(want), form)), want, chance)

    def _said(self, want: Want) -> Said:
        facet = self._phrases.facets[want.facet]
        stance = _stance(want)
        said = getattr(facet, stance)
        if isinstance(said, dict):
            said = said.get(want.role or "")
        if said is None:
            raise PhrasesFault(f"users.toml has no {stance!r} for facet {want.facet!r} (role {want.role!r})")
        return said  # type: ignore[no-any-return]

    def can_say(self, want: Want) -> bool:
        """Whether there are words for it."""
        try:
            self._said(want)
        except PhrasesFault:
            return False
        return True

    def _filled(self, template: str, want: Want, chance: random.Random) -> str:
        spoken = self._value(want)
        values = self._phrases.facets[want.facet].values.get(spoken, (spoken,))
        return template.format(value=chance.choice(values))

    def _value(self, want: Want) -> str:
        if want.value is not None:
            return want.value
        values = self._domain.facets[want.facet].values
        ends = [end for end in (want.min, want.max) if end is not None]
        return "-".join(values[int(end)] if values else f"{end:g}" for end in ends)


def _stance(want: Want) -> str:
    if want.value is not None:
        if want.polarity == "like":
            return "like"
        return "dislike" if want.strength == "must" else "less"
    if want.min is not None and want.max is not None:
        return "span"
    return "max" if want.max is not None else "min"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def own_words(template: str) -> tuple[str, ...]:
    """Return the words of a template without its slots, lower case."""
    return tuple(re.findall(r"[a-z']+", _SLOT.sub(" ", template).casefold()))
