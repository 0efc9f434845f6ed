"""What was said before a turn, as far as the turn can answer to it: titles and values that were offered."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.parsing.parser import ParseInput
from agent.parsing.references import Offered
from tools.linking import Mention

Find = Callable[[str, int], Sequence[Mention]]
"""Text and the year of the conversation -> what the linker finds in it."""

_YEAR = re.compile(r"\s*\(\d{4}\)$")
_WORD = r"[A-Z0-9][\w'’:&.!,-]*"
_DATED = re.compile(rf"({_WORD}(?:\s+(?:{_WORD}|&|of|the|and|in|a|to|for|with|on|at|from))*)\s*\(\d{{4}}\)")
_CAPITALS = re.compile(rf"(?<![.!?]\s)(?<!^)\b({_WORD}(?:\s+(?:of|the|and|in|a|to|&|with|on)?\s*{_WORD})*)")


@dataclass(frozen=True, slots=True)
class Offers:
    """What the turns before offered. Both newest utterance first, in its order of words."""

    titles: tuple[Offered, ...] = ()
    values: tuple[Mention, ...] = ()


def offers_of(turn: ParseInput, find: Find | None) -> Offers:
    """Return what the last turns named: titles of the newest turn that has any, values of all, newest first."""
    titles: tuple[Offered, ...] = ()
    values: list[Mention] = []
    for utterance in reversed(turn.context):
        found = tuple(find(utterance.text, turn.year)) if find is not None else ()
        values += [one for one in found if one.facet is not None and one.score >= 0.5]
        titles = titles or _titles(utterance.text, found)
    return Offers(titles, tuple(values))


def _titles(text: str, found: Sequence[Mention]) -> tuple[Offered, ...]:
    """Titles that the linker knows, and those it does not that a year in brackets or capitals show."""
    places = [
        (one.start, one.end, Offered(_YEAR.sub("", one.text), one))
        for one in found
        if one.kind == "item" and one.score >= 0.5
    ]
    for match in _DATED.finditer(text):
        if all(match.end(1) <= start or end <= match.start(1) for start, end, _ in places):
            places.append((match.start(1), match.end(1), Offered(match[1])))
    if not places:
        places = [
            (match.start(1), match.end(1), Offered(match[1].rstrip(".,!:"))) for match in _CAPITALS.finditer(text)
        ]
    return tuple(offer for _, _, offer in sorted(places, key=lambda place: place[0]))
