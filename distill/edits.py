"""Edits of an example that keep its labels in place: the text changes, the labels move along."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from agent.commands import ItemReference, Preference
from distill.examples import Example, Placed, Pointed, Wish

Edit = Callable[[Example, random.Random], Example]


def replaced(example: Example, at: Placed, words: str) -> Example:
    """Return the example with text[at] replaced; labels behind move, labels on it stretch or shrink with it.

    Labels that cover only a part of the stretch make the edit impossible: the example comes back as it was.
    """
    grown = len(words) - (at.end - at.start)

    def moved(label: Placed) -> tuple[int, int] | None:
        if label.end <= at.start:
            return label.start, label.end
        if label.start >= at.end:
            return label.start + grown, label.end + grown
        if label.start <= at.start and label.end >= at.end:
            return label.start, label.end + grown
        return None

    places = [moved(label) for label in (*example.wishes, *example.pointed)]
    if None in places:
        return example
    text = example.turn.text[: at.start] + words + example.turn.text[at.end :]
    found = [place for place in places if place is not None]
    count = len(example.wishes)
    wishes = tuple(
        replace(wish, start=start, end=end) for wish, (start, end) in zip(example.wishes, found[:count], strict=True)
    )
    pointed = tuple(
        replace(one, start=start, end=end) for one, (start, end) in zip(example.pointed, found[count:], strict=True)
    )
    return replace(example, turn=replace(example.turn, text=text), wishes=wishes, pointed=pointed)


def with_wish(example: Example, at: int, statement: Preference) -> Example:
    """Return the example with what its wish number `at` says replaced."""
    wishes = list(example.wishes)
    wishes[at] = Wish(wishes[at].start, wishes[at].end, statement)
    return replace(example, wishes=tuple(wishes))


def with_pointed(example: Example, at: int, items: Sequence[ItemReference]) -> Example:
    """Return the example with what its item words number `at` refer to replaced."""
    pointed = list(example.pointed)
    pointed[at] = Pointed(pointed[at].start, pointed[at].end, tuple(items))
    return replace(example, pointed=tuple(pointed))


def lower_case(example: Example, _: random.Random) -> Example:
    """All in lower case, as many people type."""
    text = example.turn.text.lower()
    return replace(example, turn=replace(example.turn, text=text)) if len(text) == len(example.turn.text) else example


def sentence_case(example: Example, _: random.Random) -> Example:
    """A capital at the start and for 'I'."""
    text = re.sub(r"(?<![\w'])i(?![\w])", "I", example.turn.text)
    return replace(example, turn=replace(example.turn, text=text[:1].upper() + text[1:]))


def shouted(example: Example, _: random.Random) -> Example:
    text = example.turn.text.upper()
    return replace(example, turn=replace(example.turn, text=text)) if len(text) == len(example.turn.text) else example


def without_punctuation(example: Example, _: random.Random) -> Example:
    """Commas and stops left out, except inside labelled words."""
    for found in reversed(list(re.finditer(r"(?<=\w)[.,;:!?]+(?=\s|$)", example.turn.text))):
        place = Placed(found.start(), found.end())
        if not any(label.start < place.end and place.start < label.end for label in _labels(example)):
            example = replaced(example, place, "")
    return example


def mistyped(example: Example, chance: random.Random) -> Example:
    """One slip of the finger in a longer word: letters swapped, dropped or doubled."""
    words = list(re.finditer(r"[a-zA-Z]{5,}", example.turn.text))
    if not words:
        return example
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 2)
    first, second = example.turn.text[at], example.turn.text[at + 1]
    slip = chance.choice([second + first, first, first + first + second])
    return replaced(example, Placed(at, at + 2), slip)


def wrapped(before: Sequence[str], after: Sequence[str]) -> Edit:
    """Return an edit that puts small talk, from these, in front or behind."""

    def wrap(example: Example, chance: random.Random) -> Example:
        if chance.random() < 0.6:
            opening = chance.choice(before)
            return replaced(example, Placed(0, 0), opening + chance.choice([" ", ", ", ". "]))
        end = len(example.turn.text)
        return replaced(example, Placed(end, end), chance.choice([" ", ", ", ". "]) + chance.choice(after))

    return wrap


def followed_by(example: Example, other: Example, chance: random.Random) -> Example:
    """Return one turn that says both, the other's after this one's; the later, stronger need is the intent."""
    join = chance.choice([". ", " ", "! ", ", ", "... "])
    text = example.turn.text.rstrip(" .") + join
    shift = len(text)
    wishes = tuple(replace(wish, start=wish.start + shift, end=wish.end + shift) for wish in other.wishes)
    pointed = tuple(replace(one, start=one.start + shift, end=one.end + shift) for one in other.pointed)
    recommends = "recommend" in (example.command.intent, other.command.intent)
    intent = "recommend" if recommends else other.command.intent
    return replace(
        example,
        turn=replace(example.turn, text=text + other.turn.text, slate=example.turn.slate or other.turn.slate),
        command=example.command.model_copy(
            update={"intent": intent, "count": example.command.count or other.command.count, "asks": ()}
        ),
        wishes=(*example.wishes, *_regrouped(wishes, 10)),
        pointed=(*example.pointed, *pointed),
    )


def _regrouped(wishes: Sequence[Wish], ahead: int) -> list[Wish]:
    """The same wishes with groups of alternatives that no others share."""
    return [
        wish
        if wish.statement.any_of is None
        else replace(wish, statement=wish.statement.model_copy(update={"any_of": wish.statement.any_of + ahead}))
        for wish in wishes
    ]


def _labels(example: Example) -> list[Placed]:
    return [*example.wishes, *example.pointed]
