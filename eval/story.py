"""Stories: dialogues written down with what must come of each turn. YAML, unknown keys refused (docs/stories.md)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.commands import Intent, Lifetime, Polarity, Range, Relation, Strength
from agent.errors import AttuneError
from eval.conditions import Condition, Conditions, is_relative
from tools.catalogue import Catalogue
from tools.errors import CatalogueError

Topic = Literal[
    "recommend", "more", "feedback", "question", "compare", "explain", "profile", "undo", "reset", "smalltalk",
    "retraction", "drift", "contradiction", "impossible", "ordinary words", "misspelling", "numbers", "relative",
    "long", "other language", "hostile", "memory", "asking", "vague", "unknown names", "alternatives", "count",
    "people", "audience", "negation",
]  # fmt: skip
"""What a story can be about; each is covered by some."""


class StoryError(ValueError):
    """A story file cannot be used; the message says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Part):
    """How many."""

    min: int = 0
    max: int = 50


class WishPattern(_Part):
    """A wish, as far as it is given: what is left out may be anything."""

    facet: str
    value: str | tuple[str, ...] | Range | None = None
    """Words, words of which one is enough, or bounds of which those given must be the wish's."""
    role: str | None = None
    polarity: Polarity | None = None
    strength: Strength | None = None
    lifetime: Lifetime | None = None


class SlateExpectation(_Part):
    """What a new slate is; unless `size` says otherwise it has at least one item."""

    size: int | Span | None = None
    all: Condition = {}
    """Every item satisfies it."""
    most: Condition = {}
    """More than half of the items do; for what was hedged or is a matter of degree."""
    some: Condition = {}
    """At least one item does."""
    none: Condition = {}
    """No item satisfies any part of it."""
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    """Ids."""
    same_as: int | None = None
    """It is the slate of that turn of the story (1-based), as after an undo."""


class Cannot(_Part):
    """The reply says that it cannot be done and why, and offers nothing that breaks a must."""

    wanted: Condition
    """What no item satisfies; checked against the catalogue."""
    because: tuple[str, ...]
    """Facets: a condition on one of them is named as what stands in the way."""


class WishesExpectation(_Part):
    """What holds after the turn, the profile's wishes that apply included."""

    hold: tuple[WishPattern, ...] = ()
    gone: tuple[WishPattern, ...] = ()
    """No wish that holds is such."""
    like: tuple[str, ...] | None = None
    """Ids of the items that what is wanted should be like, all of them."""
    unchanged: bool = False
    empty: bool = False


class ProfileExpectation(_Part):
    """What is remembered of the user after the turn."""

    has: tuple[WishPattern, ...] = ()
    lacks: tuple[WishPattern, ...] = ()
    opinions: dict[str, Relation | tuple[Relation, ...]] = {}
    empty: bool = False


class ReplyExpectation(_Part):
    """Words of the reply, case ignored. Where a list stands in `says`, one of its members is enough."""

    says: tuple[str | tuple[str, ...], ...] = ()
    never: tuple[str, ...] = ()


class Expectation(_Part):
    """What must come of a turn."""

    intent: Intent | tuple[Intent, ...] | None = None
    slate: SlateExpectation | Literal["none", "unchanged"] | None = None
    """'none': nothing new is put on screen; 'unchanged': the same, or the screen as it was."""
    cannot: Cannot | None = None
    wishes: WishesExpectation | None = None
    opinions: dict[int | str, Relation | tuple[Relation, ...]] = {}
    """Number on the screen before the turn, or id -> what is held of it in this thread."""
    profile: ProfileExpectation | None = None
    reply: ReplyExpectation | None = None
    asks: bool | str | None = None
    """Whether a question is asked; a facet: about it."""


class StoryTurn(_Part):
    user: str
    """What the person types."""
    who: str = "ana"
    session: int = 1
    """Another number is another thread; the same user is remembered, another is not."""
    expect: Expectation = Expectation()


class Story(_Part):
    """One dialogue."""

    story: Annotated[str, Field(min_length=1)]
    """Its name, unique among all stories."""
    about: Annotated[tuple[Topic, ...], Field(min_length=1)]
    turns: Annotated[tuple[StoryTurn, ...], Field(min_length=1)]
    file: str = ""

    def problems(self, catalogue: Catalogue, conditions: Conditions | None = None) -> list[str]:
        """Return what of the story cannot come true over a catalogue, or is marked impossible and could.

        conditions: over the same catalogue, to spare the making where many stories are checked.
        """
        conditions = conditions or Conditions(catalogue)
        return [
            f"{self.story}, turn {number}: {problem}"
            for number, turn in enumerate(self.turns, start=1)
            for problem in _problems(turn.expect, conditions, catalogue)
        ]


def read_stories(path: Path) -> tuple[Story, ...]:
    """Return the stories of a YAML file, or of all in a folder, in order. Raises StoryError naming file and entry."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    stories = tuple(story for file in files for story in _read(file))
    if not stories:
        raise StoryError(f"there are no stories in {str(path)!r}; give a .yaml file or a folder of them")
    names = [story.story for story in stories]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StoryError(f"two stories are called {twice[0]!r}; a name stands for one story")
    return stories


def _read(file: Path) -> Iterator[Story]:
    try:
        listed: Any = yaml.safe_load(file.read_text(encoding="utf8"))
    except (OSError, yaml.YAMLError) as error:
        raise StoryError(f"{file.name} cannot be read: {error}") from error
    if not isinstance(listed, list):
        raise StoryError(f"{file.name} holds no list of stories")
    for number, plain in enumerate(listed, start=1):
        name = plain.get("story", f"number {number}") if isinstance(plain, dict) else f"number {number}"
        try:
            yield Story.model_validate(plain).model_copy(update={"file": file.name})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise StoryError(f"{file.name}, story {name!r}: {where}: {first['msg']}, not {first['input']!r}") from error


def _problems(expect: Expectation, conditions: Conditions, catalogue: Catalogue) -> Iterator[str]:
    try:
        if isinstance(expect.slate, SlateExpectation):
            yield from _slate_problems(expect.slate, conditions, catalogue)
        if expect.cannot is not None:
            possible = int(conditions.satisfied(expect.cannot.wanted).sum())
            if possible:
                yield f"is marked impossible, and {possible} items satisfy {expect.cannot.wanted}"
            for facet in expect.cannot.because:
                if facet not in catalogue.domain.facets:
                    yield f"there is no facet {facet!r} to be the reason"
        for facet in _facets(expect):
            if facet not in catalogue.domain.facets:
                yield f"there is no facet {facet!r}"
        for item in _ids(expect):
            catalogue.row(item)
    except (ValueError, CatalogueError, AttuneError) as error:
        yield str(error)


def _slate_problems(slate: SlateExpectation, conditions: Conditions, catalogue: Catalogue) -> Iterator[str]:
    for condition in (slate.all, slate.most, slate.some, slate.none):
        fixed = {facet: wanted for facet, wanted in condition.items() if not is_relative({facet: wanted})}
        if not conditions.satisfied(fixed).any():
            yield f"no item satisfies {dict(condition)}"
    if is_relative(slate.all) or is_relative(slate.none):
        return
    possible = conditions.satisfied(slate.all) & ~conditions.any_part(slate.none)
    for item in slate.excludes:
        possible[catalogue.row(item)] = False
    wanted = len(slate.includes) or 1
    if slate.size is not None:
        wanted = slate.size if isinstance(slate.size, int) else slate.size.min
    if np.count_nonzero(possible) < wanted:
        yield f"{wanted} items should satisfy it, and {np.count_nonzero(possible)} can"
    yield from (f"{item} can never be included" for item in slate.includes if not possible[catalogue.row(item)])


def _facets(expect: Expectation) -> Iterator[str]:
    patterns: Sequence[WishPattern] = ()
    if expect.wishes:
        patterns = (*expect.wishes.hold, *expect.wishes.gone)
    if expect.profile:
        patterns = (*patterns, *expect.profile.has, *expect.profile.lacks)
    yield from (pattern.facet for pattern in patterns)
    if isinstance(expect.asks, str):
        yield expect.asks


def _ids(expect: Expectation) -> Iterator[str]:
    yield from (item for item in expect.opinions if isinstance(item, str))
    if expect.profile:
        yield from expect.profile.opinions
    if expect.wishes and expect.wishes.like:
        yield from expect.wishes.like
    if isinstance(expect.slate, SlateExpectation):
        yield from (*expect.slate.includes, *expect.slate.excludes)
