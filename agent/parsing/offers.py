"""What was said before a turn, as far as the turn can answer to it: titles and values that were offered."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.parsing.parser import ParseInput
from agent.parsing.references import Offered
from agent.parsing.titles import capitalised_runs, dated_titles
from tools.linking import Mention

Find = Callable[[str, int], Sequence[Mention]]
"""Text and the year of the conversation -> what the linker finds in it."""

_YEAR = re.compile(r"\s*\(\d{4}\)$")


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


_LED = re.compile(r"^(?:Try|Maybe|Perhaps|Watch|Also|Or|Seen) ")
"""What a suggestion may begin with, whose capital is its place's."""


def _ending(known: Sequence[Mention], start: int, end: int) -> Mention | None:
    """The longest title known that ends with, or with the year after, a stretch and begins within it."""
    ends = [one for one in known if start <= one.start < end <= one.end]
    return min(ends, key=lambda one: one.start, default=None)


def _titles(text: str, found: Sequence[Mention]) -> tuple[Offered, ...]:
    """Titles that the linker knows, and those it does not that a year in brackets or capitals show."""
    known = [one for one in found if one.kind == "item" and one.score >= 0.5]
    places: dict[int, Offered] = {}
    for start, end in dated_titles(text):
        linked = next((one for one in known if one.start <= start and end <= one.end), _ending(known, start, end))
        if linked is not None:
            start = max(start, linked.start)
        elif led := _LED.match(text[start:end]):
            start += led.end()
        places[start] = Offered(_YEAR.sub("", text[start:end]), linked)
    taken = [(start, start + len(offer.title)) for start, offer in places.items()]
    for one in known:
        if all(one.end <= start or end <= one.start for start, end in taken):
            places[one.start] = Offered(_YEAR.sub("", one.text), one)
    if not places:
        places = {start: Offered(text[start:end].rstrip(".,!:")) for start, end in capitalised_runs(text)}
    return tuple(places[start] for start in sorted(places))
