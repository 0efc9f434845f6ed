"""A domain: what a catalogue's items are like and how people talk about them, read from domain.toml.

Everything that is about films (or board games, or teas) is in that file. Code knows only the kinds of facet:

category  closed values ("comedy"); an item has one or several
ordinal   closed values in order ("PG" before "R"), asked for by bounds
text      open phrases in people's own words ("time travel")
entity    names with roles ("Denis Villeneuve", director)
number    a figure with a unit, asked for by bounds ("under two hours", "late 80s", "below 30 euros")
"""

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import DomainError

FacetKind = Literal["category", "ordinal", "text", "entity", "number"]
Strength = Literal["must", "prefer"]

_NOW_BOUND = r"^now([+-]\d+)?$"
Bound = float | Annotated[str, Field(pattern=_NOW_BOUND)]
"""A figure, or 'now-5': five years before the year of the conversation."""


def _lower_case(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


Words = Annotated[tuple[str, ...], AfterValidator(_lower_case)]
"""Everyday words or phrases, lower case, as typed by people."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Band(_Part):
    """Everyday words for a stretch of a number facet: 'short' is a runtime of at most 95."""

    words: Words
    min: Bound | None = None
    max: Bound | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError(f"band {self.words!r} needs min, max or both")
        return self


class Phrases(_Part):
    """How a wish about a facet is said back, with {value}, {min}, {max} to fill in."""

    like: str = "{value}"
    dislike: str = "no {value}"
    prefer_not: str = "less {value}"
    range: str = "{min}–{max}"
    min: str = "at least {min}"
    max: str = "at most {max}"
    exact: str = "{value}"
    roles: dict[str, str] = {}
    """By role of an entity: {'director': 'directed by {value}'}."""
    reason: str = "{value}"
    """How it is said that an item has a wished value, after 'It is' or in a list of reasons."""


class Facet(_Part):
    """One typed property of items. Which fields apply depends on `kind`; the validator says so."""

    kind: FacetKind
    label: str | None = None
    """What people call it ('running time'); the facet's name where it is missing."""
    names: Words = ()
    """Other nouns that people have for the facet itself ('the length', 'the decade'), as when they take it back."""
    columns: tuple[str, ...] = ()
    """Columns of items.jsonl that hold it: one, or several for text ('themes', 'series')."""
    roles: dict[str, str] = {}
    """entity: role -> column, most usual role first."""
    values: tuple[str, ...] = ()
    """category and ordinal: the closed values as people are shown them; ordinal from least to most."""
    stored: dict[str, str] = {}
    """category: what items.jsonl writes -> the value it means ('US' -> 'United States')."""
    lexicon: dict[str, Words] = {}
    """value -> everyday words and phrases that mean it ('comedy' -> 'comedies', 'make me laugh')."""
    bands: tuple[Band, ...] = ()
    units: dict[str, float] = {}
    """number: unit word -> how many of the stored unit it is ('hours' -> 60)."""
    blends: dict[str, tuple[str, ...]] = {}
    """category: a value of the text facet that is several of this facet's when wished for ('rom com')."""
    unit: str | None = None
    """number: the stored unit, as shown after a figure ('min')."""
    calendar: bool = False
    """number: years; decades, 'recent', 'the year I was born' apply."""
    low: float | None = None
    high: float | None = None
    """number: the range a figure can lie in; outside it a figure is not about this facet."""
    about: float = 0.0
    """number: half the width of 'around n', in the stored unit."""
    cues: Words = ()
    """Words that show that a bare figure is about this facet ('released', 'stars', 'costs')."""
    less: Words = ()
    """Comparatives towards the low end: 'shorter', 'older', 'cheaper'."""
    more: Words = ()
    strength: Strength = "prefer"
    """What a plain statement about it is taken for when nothing hardens or softens it."""
    exclusive: bool = False
    """An item has one of these, or a person means one at a time (language): a new must takes the place of the old."""
    quality: bool = False
    """Figures are judgements (rating, popularity): shown in facts, never the reason for an exclusion unless asked."""
    phrases: Phrases = Phrases()
    question: str | None = None
    """What to ask when knowing this facet would help most; facets without one are never asked about."""

    @model_validator(mode="after")
    def _fields_fit_kind(self) -> Self:
        if self.kind == "entity" and not self.roles:
            raise ValueError("an entity facet needs roles (role = column)")
        if self.kind != "entity" and not self.columns:
            raise ValueError("a facet needs columns")
        if self.kind in ("category", "ordinal") and not self.values:
            raise ValueError(f"a facet of kind {self.kind!r} needs values")
        unknown = set(self.lexicon) - set(self.values)
        if self.kind in ("category", "ordinal") and unknown:
            raise ValueError(f"lexicon has values that the facet does not: {sorted(unknown)}")
        if self.kind in ("category", "ordinal") and (unknown := set(self.stored.values()) - set(self.values)):
            raise ValueError(f"stored maps to values that the facet does not have: {sorted(unknown)}")
        blended = {value for values in self.blends.values() for value in values}
        if unknown := blended - set(self.values):
            raise ValueError(f"blends name values that the facet does not have: {sorted(unknown)}")
        return self

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Every column of items.jsonl that this facet reads."""
        return self.columns or tuple(self.roles.values())

    def rank(self, value: str) -> int:
        """Position of an ordinal value, 0 for the least. Raises ValueError for one it does not have."""
        return self.values.index(value)


class Noun(_Part):
    one: str
    many: str
    also: Words = ()
    """Other words people use for an item: 'movie', 'flick'."""


class Columns(_Part):
    """Columns with a meaning of their own."""

    id: str = "id"
    title: str = "title"
    year: str | None = None
    """Shown behind a title to tell namesakes apart."""
    aliases: str | None = None
    summary: str | None = None
    popularity: str | None = None
    """Higher is better known; breaks ties and resolves ambiguous names."""
    quality: str | None = None
    """Higher is better liked; a weak prior of the ranking."""
    series: str | None = None
    """Items that share it belong together (a series, editions of one thing); a slate shows few of one."""


class Display(_Part):
    """What a page shows of an item. What is left out is worked out from the facets."""

    facts: tuple[str, ...] = ()
    """Facets whose values stand behind the title, in this order; empty: figures and ordinals that are no judgement."""
    credits: dict[str, Annotated[int, Field(ge=1)]] = {}
    """Role of an entity facet -> how many names are shown; empty: three of each role."""
    tags: tuple[str, ...] = ()
    """Facets whose values are shown as tags; empty: the first two of closed values."""
    regions: str | None = None
    """The category facet whose values name the regions of the map; None: the first one."""


class Language(_Part):
    """What the domain's words are in another language; figures and small words are known without it."""

    name: str
    """As English calls it."""
    words: dict[str, str]
    """A word or phrase of at most three words -> what an English speaker would have said."""


class Domain(_Part):
    """A validated domain.toml."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    noun: Noun
    columns: Columns = Columns()
    facets: dict[str, Facet]
    document: tuple[str, ...]
    """Templates with {column} whose lines make the text that is embedded; a line with an empty column is left out."""
    asks: dict[str, tuple[str, ...]] = {}
    """What can be asked about an item -> the columns that answer it ('plot' -> 'summary')."""
    ask_words: dict[str, Words] = {}
    """What can be asked -> words that ask it ('director' -> 'who directed', 'who made')."""
    asks_unanswered: dict[str, str] = {}
    """What people ask that the catalogue cannot answer -> what to say ('where' -> 'I don't know where it runs.')."""
    title_words: Words = ()
    """Titles that are also ordinary words; they are links only with evidence."""
    languages: dict[str, Language] = {}
    """Other languages, by their two letters, that turns may be in."""
    compounds: dict[str, dict[str, tuple[str, ...]]] = {}
    """Words that mean several values at once -> facet -> values ('anime' -> genre animation, language Japanese)."""
    openers: tuple[str, ...] = ()
    """First things a person might say, for the page and the terminal."""
    display: Display = Display()

    @model_validator(mode="after")
    def _one_text_facet(self) -> Self:
        texts = [name for name, facet in self.facets.items() if facet.kind == "text"]
        if len(texts) != 1:
            raise ValueError(f"a domain needs exactly one facet of kind 'text' for words of people's own, not {texts}")
        return self

    @model_validator(mode="after")
    def _display_names_facets(self) -> Self:
        shown = self.display
        named = {*shown.facts, *shown.tags, *([shown.regions] if shown.regions else [])}
        if unknown := named - set(self.facets):
            raise ValueError(f"display names facets that the domain does not have: {sorted(unknown)}")
        if unknown := set(shown.credits) - {role for facet in self.facets.values() for role in facet.roles}:
            raise ValueError(f"display credits roles that no facet has: {sorted(unknown)}")
        return self

    @model_validator(mode="after")
    def _compounds_are_of_values(self) -> Self:
        for phrase, parts in self.compounds.items():
            for name, values in parts.items():
                facet = self.facets.get(name)
                if facet is None or facet.kind != "category" or not set(values) <= set(facet.values):
                    raise ValueError(f"compound {phrase!r}: {name} {', '.join(values)} is no value of a category facet")
        return self

    @classmethod
    def load(cls, folder: Path) -> "Domain":
        """Return the domain described by folder/domain.toml. Raises DomainError naming the entry that is wrong."""
        path = folder / "domain.toml"
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf8")))
        except FileNotFoundError:
            message = f"no domain.toml in {str(folder)!r}; a domain is a folder with it and items.jsonl"
            raise DomainError(message) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DomainError(f"{path}: not valid TOML: {error}") from error
        except ValidationError as error:
            raise DomainError(f"{path}: {_first_problem(error)}") from error

    @cached_property
    def text_facet(self) -> str:
        """Name of the facet for what maps to no closed value; no wish is lost."""
        return next(name for name, facet in self.facets.items() if facet.kind == "text")

    def of_kind(self, *kinds: FacetKind) -> dict[str, Facet]:
        """The facets of these kinds, in the order of the file."""
        return {name: facet for name, facet in self.facets.items() if facet.kind in kinds}


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the file"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {problem['msg']}{more}"
