"""What a linker finds: mentions, and the bounds that figures set."""

from dataclasses import dataclass
from typing import Literal

MentionKind = Literal["item", "slate", "entity", "value", "band", "number", "relative"]
Direction = Literal["less", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A stretch of a number or ordinal facet, both ends inclusive. Ordinal ends are positions in `Facet.values`."""

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Words of a text and what they name. Spans are character offsets into the text as typed: text[start:end].

    kind says which of the rest applies:
    item      `items`, ids of the catalogue, best first (several: namesakes)
    slate     `numbers`, places on the slate, 1-based ('the last two' on a slate of 5: 4 and 5)
    entity    `facet`, `value` (the catalogue's spelling), `role` where the words say it ('directed by')
    value     `facet`, `value` of a category facet, by its own name or the lexicon; or a phrase of the text facet
    band      `facet`, `bounds` by everyday words ('short', 'recent')
    number    `facet`, `bounds` by figures ('under two hours', 'late 80s', 'at most PG')
    relative  `facet`, `direction` by a comparative ('shorter', 'newer than'); what it is measured against, where
              named, is the item or slate mention that follows it
    """

    start: int
    end: int
    text: str
    kind: MentionKind
    facet: str | None = None
    value: str | None = None
    role: str | None = None
    bounds: Bounds | None = None
    direction: Direction | None = None
    items: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    firm: bool = True
    """number: the words themselves set a bound ('nothing over'), rather than a wish ('around', 'ideally')."""
    score: float = 1.0
    """How much speaks for it, 0 to 1: spelling, case, quotes, a year, the words around. Below 0.5 it is only possible:
    an ordinary word that is also a title, say. Parsers weigh those; nothing else acts on them."""
