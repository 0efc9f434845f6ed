"""What the compact parser's heads choose among, and the part of it that belongs to one domain."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from agent.commands import Intent, Lifetime, Op, Polarity, Range, Relation, Relative, Strength
from tools.domain import Domain

INTENTS: tuple[Intent, ...] = get_args(Intent)
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
LIFETIMES: tuple[Lifetime, ...] = get_args(Lifetime)
OPS: tuple[Op, ...] = get_args(Op)
RELATIONS: tuple[Relation, ...] = get_args(Relation)

Pointing = Literal["named", "one", "every", "rest"]
"""How the words of an item reference lead to it: by name or number, as the one or all that are meant, as the others."""
POINTINGS: tuple[Pointing, ...] = get_args(Pointing)

WORDS, FIGURE, LESS, MORE = "words", "figure", "less", "more"
OPEN_VALUES = (WORDS, FIGURE, LESS, MORE)
"""Values that are no closed choice: the words themselves, a figure read by the grammar, a comparison either way."""

Bound = Literal["min", "max", "both"]
"""Which ends of a range are wished for: 'nothing before 1990' wishes for a least, whatever 'before' says alone."""
BOUNDS: tuple[Bound, ...] = get_args(Bound)

Tagged = Literal["outside", "begin", "inside"]
TAGS: tuple[Tagged, ...] = get_args(Tagged)
LAYERS = ("wish", "item", "count")
"""Kinds of span, each tagged by itself since they may overlap: 'shorter than the second one'."""


class Labels(BaseModel):
    """The facets, roles, asks and closed values that weights were trained for, in the order of their outputs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str
    facets: tuple[str, ...]
    roles: tuple[str, ...]
    asks: tuple[str, ...]
    closed: tuple[tuple[str, str], ...]
    """(facet, value), the value as compact JSON: ("genre", '"comedy"'), ("runtime", '{"max":95}')."""

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Names of the value head's outputs: the open ones, then one for each closed value."""
        return (*OPEN_VALUES, *(f"{facet}={value}" for facet, value in self.closed))

    @cached_property
    def of_facet(self) -> Mapping[str, tuple[int, ...]]:
        """Facet -> outputs of the value head that it can take."""
        ends = len(OPEN_VALUES)
        return {
            name: (*range(ends), *(ends + at for at, (facet, _) in enumerate(self.closed) if facet == name))
            for name in self.facets
        }

    @cached_property
    def index(self) -> Mapping[tuple[str, str], int]:
        return {pair: at + len(OPEN_VALUES) for at, pair in enumerate(self.closed)}

    def misfit(self, domain: Domain) -> str | None:
        """Say how these labels and a domain differ, or None where every facet and closed value exists in it."""
        missing = [name for name in self.facets if name not in domain.facets]
        if missing or (missing := [name for name in domain.facets if name not in self.facets]):
            return f"facets {missing!r} are in only one of them"
        for facet, value in self.closed:
            if domain.facets[facet].kind == "category" and json.loads(value) not in domain.facets[facet].values:
                return f"{facet} has no value {json.loads(value)!r}"
        return None


def as_label(value: Range | Relative | str) -> str:
    """Return the compact JSON by which a value is known to the value head."""
    plain: Any = value
    if isinstance(value, Range | Relative):
        plain = {name: _whole(part) for name, part in value.model_dump(exclude_none=True).items()}
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def from_label(label: str) -> Range | str:
    """Return the value that a closed label stands for."""
    plain = json.loads(label)
    return Range.model_validate(plain) if isinstance(plain, dict) else str(plain)


def _whole(figure: Any) -> Any:
    return int(figure) if isinstance(figure, float) and figure.is_integer() else figure
