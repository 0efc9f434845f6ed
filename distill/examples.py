"""Labelled turns with the place of every label in the text, and their split into parts that share no frame."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.commands import Command, ItemReference, Preference
from agent.parsing.labelled import LabelledTurn
from agent.parsing.parser import ParseInput

Part = Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where in the text a label rests: characters start to end, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Wish(Placed):
    statement: Preference


@dataclass(frozen=True, slots=True)
class Pointed(Placed):
    """Words that refer to items; several where 'both' or 'these' does."""

    items: tuple[ItemReference, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A turn ready to be trained on."""

    id: str
    source: str
    turn: ParseInput
    command: Command
    wishes: tuple[Wish, ...]
    pointed: tuple[Pointed, ...]

    @property
    def frame(self) -> str:
        """The text with every labelled stretch masked by what it is: what examples of one template share."""
        marks: list[tuple[Placed, str]] = [(wish, f"<{wish.statement.facet}>") for wish in self.wishes]
        marks += [(pointed, "<item>") for pointed in self.pointed]
        text = self.turn.text
        for place, mark in sorted(marks, key=lambda pair: -pair[0].start):
            text = text[: place.start] + mark + text[place.end :]
        return re.sub(r"[^a-z<>]+", " ", text.lower()).strip()


def place_labels(labelled: LabelledTurn, source: str) -> Example:
    """Return the example with its labels placed at the words they quote; labels without a place are left out."""
    text = labelled.turn.text
    taken: list[Placed] = []
    wishes = []
    for statement in labelled.command.preferences:
        if (place := find_quote(text, statement.quote, taken)) is not None:
            taken.append(place)
            wishes.append(Wish(place.start, place.end, statement))
    return Example(
        id=labelled.id,
        source=source,
        turn=labelled.turn,
        command=labelled.command,
        wishes=tuple(sorted(wishes, key=lambda wish: wish.start)),
        pointed=_pointed(text, labelled.command.items),
    )


def find_quote(text: str, quote: str | None, taken: Sequence[Placed] = ()) -> Placed | None:
    """Return where `quote` stands in `text`, whole words and free places first; None if it is not there."""
    if not quote:
        return None
    places = [Placed(found.start(), found.end()) for found in re.finditer(re.escape(quote), text, re.IGNORECASE)]
    if not places:
        return None

    def unfitness(place: Placed) -> tuple[bool, bool, int]:
        cut = (place.start > 0 and text[place.start - 1].isalnum()) or text[place.end : place.end + 1].isalnum()
        return any(place == other for other in taken), cut, place.start

    return min(places, key=unfitness)


def _pointed(text: str, items: Sequence[ItemReference]) -> tuple[Pointed, ...]:
    quotes: dict[tuple[str, str], list[ItemReference]] = {}
    for item in items:
        quotes.setdefault((item.quote or "", item.relation), []).append(item)
    placed: list[Pointed] = []
    for (quote, _), group in quotes.items():
        if (place := find_quote(text, quote, placed_at(placed))) is not None:
            placed.append(Pointed(place.start, place.end, tuple(group)))
    return tuple(sorted(placed, key=lambda pointed: pointed.start))


def placed_at(labels: Iterable[Placed]) -> list[Placed]:
    """Return only the places of these labels, so that they compare equal to others'."""
    return [Placed(label.start, label.end) for label in labels]


def part_of(example: Example, validation: float = 0.08, test: float = 0.0) -> Part:
    """Return the part that an example's frame belongs to; the same frame always falls into the same part."""
    key = example.frame if len(example.frame) > 12 else f"{example.id} {example.frame}"
    share = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    if share < test:
        return "test"
    return "validation" if share < test + validation else "train"
