"""Statements: what the fold folds. A preference of a command with its links and comparisons worked out.

A command says 'shorter than 2'; a statement says 'runtime at most 100', because what 2 was is only known in its turn.
"""

from typing import Annotated, Literal

import Stemmer
from pydantic import BaseModel, ConfigDict, Field

from agent.commands import Lifetime, Op, Polarity, Range, Strength

Source = Literal["thread", "profile"]
_stemmer = Stemmer.Stemmer("english")


class Statement(BaseModel):
    """One preference, ready to be merged with the wishes that hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    facet: str
    value: Range | str
    role: str | None = None
    polarity: Polarity = "like"
    strength: Strength = "prefer"
    lifetime: Lifetime = "session"
    op: Op = "add"
    group: int | None = None
    """Statements of one turn with the same group are alternatives."""
    replaces: bool = False
    """The words ask for this instead of what was asked of the facet before ('a comedy instead')."""
    quote: str | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    relative: str | None = None
    """What a comparison was measured against ('Heat', 'the slate'), where the value came from one."""


class HeldWish(BaseModel):
    """A statement that holds: it has an id, and says where it came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    facet: str
    value: Range | str
    role: str | None = None
    polarity: Polarity
    strength: Strength
    lifetime: Lifetime
    group: str | None = None
    source: Source = "thread"
    quote: str | None = None
    turn: int
    """The turn of the thread that said it; 0 for a wish of the profile."""
    since: str | None = None
    """profile: the day it was said, ISO format."""
    confidence: float = 1.0
    relative: str | None = None

    def says_about(self, other: "HeldWish | Statement") -> bool:
        """Whether both speak about the same thing: the same facet and value, or the same side of a number facet."""
        if self.facet != other.facet or not roles_agree(self.role, other.role):
            return False
        if isinstance(self.value, Range) or isinstance(other.value, Range):
            return self.value == other.value
        return same_words(self.value, other.value)


class Seed(BaseModel):
    """An item that what is wanted should be like."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    item: str | None = None
    """None for a title that the catalogue does not have; its words are used."""
    turn: int
    quote: str | None = None


def roles_agree(one: str | None, other: str | None) -> bool:
    """Whether two roles can be the same: equal, or one left open."""
    return one is None or other is None or one == other


def same_words(one: str, other: str) -> bool:
    """Whether two phrases are the same up to case, order and English endings ('heists' and 'Heist')."""
    return stems(one) == stems(other)


def stems(phrase: str) -> frozenset[str]:
    """The English stems of a phrase's words, lower case."""
    words = "".join(letter if letter.isalnum() else " " for letter in phrase.casefold()).split()
    return frozenset(_stemmer.stemWords(words))
