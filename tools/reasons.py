"""Reasons: facts of an item that made its score, and plain words for them."""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.domain import Domain, Facet

ReasonKind = Literal[
    "value", "near", "bounds", "words", "similar", "profile", "together", "proposed", "against", "quality", "popularity"
]

_ARTICLE = re.compile(r"\ba(?= \{value\})")
"""In a phrase, where its value begins with a vowel; the value's own words stay as they are."""


class Reason(BaseModel):
    """One fact that speaks for an item (or, kind 'against', that was held against it).

    kind says what the fact is:
    value       it has the wished value(s): `values`
    near        it has something close in meaning to the wished `wanted`: `values`
    bounds      its figure is inside (or, `inside` False, near) the wished bounds: `figure`
    words       its own words fit the wish `wanted`, though no listed value does
    similar     it shares `values` with a named item `item_title`; none: only the texts are alike
    profile     the same, with an item remembered as liked
    together    `figure` people who liked `item_title` liked it too, clearly more than by chance
    proposed    a language model named it for this request
    against     it comes close to a soft dislike: `values`, `figure` or `item_title`
    quality, popularity   it is well liked, well known: `figure`
    """

    model_config = ConfigDict(frozen=True)

    kind: ReasonKind
    strength: float
    """What it added to the score; negative for 'against'."""
    wish: str | None = None
    facet: str | None = None
    role: str | None = None
    wanted: str | None = None
    values: tuple[str, ...] = ()
    figure: float | None = None
    """In the stored unit; for an ordinal the position among its values."""
    inside: bool = True
    remembered: bool = False
    """Whether the wish is one of the profile rather than of now."""
    item: str | None = None
    """Id of the item compared with."""
    item_title: str | None = None

    def text(self, domain: Domain) -> str:
        """Return the reason in a few plain words."""
        if self.kind == "together":
            return f"people who liked {self.item_title} liked it too"
        if self.item_title is not None:
            likeness = (
                f"{joined(self.values)}, like {self.item_title}" if self.values else f"close to {self.item_title}"
            )
            return f"but {likeness}" if self.kind == "against" else likeness
        if self.kind == "popularity":
            return "well known"
        if self.kind == "proposed":
            return "named by the language model"
        facet = domain.facets.get(self.facet or "")
        if self.kind == "quality" and facet is None:
            return "well liked"
        if self.kind == "words" or facet is None:
            return f"its description fits “{self.wanted}”"
        phrase, value = facet.phrases.roles.get(self.role or "", facet.phrases.reason), self._value(facet)
        if value[:1].lower() in tuple("aeiou"):
            phrase = _ARTICLE.sub("an", phrase)
        said = phrase.format(value=value)
        if self.kind == "near":
            return f"{said}, near to {self.wanted}"
        return f"but {said}" if self.kind == "against" else said

    def _value(self, facet: Facet) -> str:
        if self.figure is None:
            return joined(self.values)
        return facet.values[int(self.figure)] if facet.kind == "ordinal" else f"{self.figure:g}"


def joined(values: Sequence[str]) -> str:
    """Return values as said in a sentence: 'a, b and c'."""
    if len(values) < 2:
        return "".join(values)
    return f"{', '.join(values[:-1])} and {values[-1]}"
