"""What one user turn means: the Command (version 1), and its JSON schema for a domain.

See docs/commands.md for when each value applies. Parsers make commands; the fold in agent.preferences reads them.
"""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.domain import Domain

Intent = Literal[
    "recommend", "more", "feedback", "question", "compare", "explain", "profile", "undo", "reset", "smalltalk"
]
Polarity = Literal["like", "dislike"]
Strength = Literal["must", "prefer"]
Lifetime = Literal["session", "lasting"]
Op = Literal["add", "remove"]
Relation = Literal["similar", "liked", "disliked", "seen", "not_interested", "interested", "accept", "about"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(_Frozen):
    """Bounds on a number or ordinal facet, both inclusive; an ordinal's bounds are its values ('PG-13')."""

    min: float | str | None = None
    max: float | str | None = None

    @model_validator(mode="after")
    def _ends_fit(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a range needs min, max or both")
        if isinstance(self.min, float) and isinstance(self.max, float) and self.min > self.max:
            raise ValueError(f"a range cannot run from {self.min:g} to {self.max:g}; swap the ends")
        return self


class Relative(_Frozen):
    """A number wish measured against an item of the slate (1-based), a title, or the whole slate."""

    than: int | str
    dir: Literal["less", "more"]


Value = Range | Relative | str


class Preference(_Frozen):
    """One atomic statement about a facet."""

    facet: str
    value: Value
    polarity: Polarity = "like"
    strength: Strength = "prefer"
    lifetime: Lifetime = "session"
    op: Op = "add"
    any_of: int | None = None
    """Statements of one turn that share this number are alternatives."""
    role: str | None = None
    """entity facets: 'director', 'actor'; None means any."""
    quote: str | None = None
    """The words of the turn that it rests on."""
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0


class ItemReference(_Frozen):
    """An item that the turn names or points at, and how the person stands to it."""

    ref: int | str
    """Number on the slate (1-based), or a title."""
    relation: Relation
    quote: str | None = None
    item: str | None = None
    """Id in the catalogue once linked; None while unlinked and for titles that the catalogue does not have."""
    title: str | None = None
    """How the catalogue writes it, once linked."""
    others: tuple[str, ...] = ()
    """Ids of namesakes that it could have meant instead, best first."""
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0


class Command(_Frozen):
    """What one user turn means."""

    intent: Intent = "recommend"
    preferences: tuple[Preference, ...] = ()
    items: tuple[ItemReference, ...] = ()
    asks: tuple[str, ...] = ()
    """question and compare: what is asked about ('director', 'runtime', 'plot')."""
    count: Annotated[int, Field(ge=1, le=50)] | None = None
    """How many suggestions are wanted."""

    def says_nothing(self) -> bool:
        """Whether nothing was extracted beyond the intent."""
        return not (self.preferences or self.items or self.asks or self.count)


def command_schema(domain: Domain) -> dict[str, Any]:
    """Return the JSON schema of a command over this domain's facets, for schema-constrained decoding.

    One alternative a facet kind, so that a closed value outside the domain cannot be written. `quote` is asked for, and
    before what is made of it, since a model writes in this order; `confidence` and links are not: no model knows them.
    """
    preferences = [_preference_schema(name, domain) for name in domain.facets]
    item = {
        "ref": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 50}, {"type": "string", "maxLength": 120}]},
        "relation": {"enum": list(get_args(Relation))},
    }
    known_asks = [*domain.asks, *(name for name in domain.facets if name not in domain.asks), *domain.asks_unanswered]
    return _object(
        {
            "intent": {"enum": list(get_args(Intent))},
            "preferences": {"type": "array", "maxItems": 20, "items": {"anyOf": preferences}},
            "items": {"type": "array", "maxItems": 20, "items": _object(item)},
            "asks": {"type": "array", "maxItems": 6, "items": {"enum": known_asks}},
            "count": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 50}, {"type": "null"}]},
        }
    )


def _preference_schema(name: str, domain: Domain) -> dict[str, Any]:
    facet = domain.facets[name]
    properties: dict[str, Any] = {
        "facet": {"const": name},
        "quote": {"type": "string", "maxLength": 120},
        "value": _value_schema(name, domain),
        "polarity": {"enum": ["like", "dislike"]},
        "strength": {"enum": ["must", "prefer"]},
        "lifetime": {"enum": ["session", "lasting"]},
        "op": {"enum": ["add", "remove"]},
        "any_of": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}]},
    }
    if facet.kind == "entity":
        properties["role"] = {"enum": [*facet.roles, "any"]}
    return _object(properties)


def _value_schema(name: str, domain: Domain) -> dict[str, Any]:
    facet = domain.facets[name]
    if facet.kind == "category":
        return {"enum": list(facet.values)}
    if facet.kind in ("text", "entity"):
        return {"type": "string", "minLength": 1, "maxLength": 120}
    end: dict[str, Any] = {"enum": list(facet.values)} if facet.kind == "ordinal" else {"type": "number"}
    bounds = [_object({"min": end}), _object({"max": end}), _object({"min": end, "max": end})]
    if facet.kind == "ordinal":
        return {"anyOf": bounds}
    than = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 50}, {"type": "string", "maxLength": 120}]}
    return {"anyOf": [*bounds, _object({"than": than, "dir": {"enum": ["less", "more"]}})]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
