"""Which items words refer to: by name, by number, or pointing ('it', 'both', 'the rest') at slate and context."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from agent.parsing.labels import Pointing
from agent.parsing.parser import ParseInput
from agent.parsing.titles import dated_titles, spelled, widened
from agent.parsing.values import Stretch, overlaps
from agent.parsing.words import names_the_same, plain
from tools.linking import Mention

_YEAR = re.compile(r"\s*\(\d{4}\)\s*$")
_LIST = re.compile(r",|\band\b|\bor\b|&")
_DESCRIBED = re.compile(r"\b(?:ones?|guys?|thing)$", re.IGNORECASE)
"""'The octopus one' is on the slate or nothing: it is no title."""
_PLACES = {"first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "latter": -1, "last": -1}
_PLACE = re.compile(
    rf"^(?:the |that )?({'|'.join(_PLACES)})(?: (two|2|pair|couple))?(?: ones?| movies?| films?)?\W*$", re.IGNORECASE
)
_PAIR = re.compile(r"\bboth\b|\b(?:those|these|the) (?:two|2)\b|\bneither\b|\beither\b", re.IGNORECASE)
_POSSIBLE = 0.3
"""Mentions of items scored below this are not taken even where the network marks the words as an item."""
_POINTING_WORDS = """
    it its this that these those them they both all one ones yes yeah yep no nah nope first last which him her he she
    sounds good great looks love loved like seen saw either neither any each lot rest other others film movie films
    movies title titles the a an go on list thing things stuff and of to for not too so very really which who what
""".split()  # noqa: SIM905

_SPEAKER = frozenset({"i", "im", "ive", "id", "ill", "me", "my", "we", "weve", "were"})

TitleOf = Callable[[str], str]
"""An item's id -> its title as the catalogue spells it."""


@dataclass(frozen=True, slots=True)
class Referent:
    """An item that is referred to."""

    ref: int | str
    item: str | None = None
    others: tuple[str, ...] = ()
    trust: float = 0.0
    """How much the linker's find counts, 0 where it found nothing; 1 for a title of the slate."""
    known: bool = False
    """It was said before by name, whether or not the catalogue has it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A title in what was said before."""

    title: str
    mention: Mention | None = None


def referents(
    turn: ParseInput,
    at: Stretch,
    pointing: Pointing,
    offered: Sequence[Offered],
    taken: Iterable[int | str] = (),
    title_of: TitleOf | None = None,
) -> list[Referent]:
    """Return the items that a marked stretch refers to; none where nothing fits.

    offered: titles of the last thing said before, in its order. taken: what the turn refers to elsewhere, which
    'the rest' leaves out. title_of: spells linked titles as the catalogue does.
    """
    words = turn.text[at.start : at.end]
    here = [found for found in turn.mentions if overlaps(at, found) or _within(at, found)]
    placed = [found for found in here if found.kind == "slate" and found.numbers]
    if not here and (dated := _dated(turn.text, at)) is not None:
        return [Referent(dated)]
    if placed and pointing != "rest":
        return [Referent(number, trust=found.score) for found in placed for number in found.numbers]
    if not turn.slate and (among := _placed_among(words, offered)):
        return [_offer(one) for one in among]
    titled = [found for found in here if found.kind == "item" and found.score >= _POSSIBLE]
    if titled and (pointing == "named" or (pointing == "one" and not _only_points(words))):
        if not _LIST.search(words):
            titled = [max(titled, key=lambda found: (found.end - found.start) * found.score)]
        return [_from_mention(found, title_of) for found in titled]
    if pointing == "rest":
        used = set(taken)
        rest = [entry.n for entry in turn.slate if entry.n not in used and entry.title not in used]
        return [Referent(number) for number in rest]
    known = _named_before(words, turn, offered)
    if known and not _only_points(words):
        return known
    if pointing == "named" and not _only_points(words) and not (turn.slate and _DESCRIBED.search(words)):
        start, end = widened(turn.text, at.start, at.end)
        title = _YEAR.sub("", turn.text[start:end].strip(" .,;:?\"'"))
        return [Referent(title)] if title else []
    if pointing == "every" and _PAIR.search(words) and len(turn.slate) > 2:
        return _pair(turn, offered, tuple(taken))
    return _pointed_at(turn, pointing, offered)


def _placed_among(words: str, offered: Sequence[Offered]) -> Sequence[Offered]:
    """What 'the first one', 'the latter' or 'the last two' is among several titles just named."""
    place = _PLACE.search(words)
    if place is None or len(offered) < 2:
        return ()
    at, several = _PLACES[place[1].lower()], place[2]
    if several is not None:
        return (offered[:2] if at == 0 else offered[-2:]) if len(offered) > 2 else ()
    return offered[at:][:1]


def _pair(turn: ParseInput, offered: Sequence[Offered], taken: Sequence[int | str]) -> list[Referent]:
    """What 'both' is where more are on screen: the two that were just spoken of, by the other or in this turn."""
    if len(taken) == 2:
        return [Referent(ref) for ref in taken]
    if len(offered) != 2:
        return []
    numbers = [[entry.n for entry in turn.slate if names_the_same(one.title, entry.title)] for one in offered]
    return [Referent(found[0]) if found else _offer(one) for found, one in zip(numbers, offered, strict=True)]


def _dated(text: str, at: Stretch) -> str | None:
    """The title with a year in brackets that a stretch is part of."""
    places = (place for place in dated_titles(text) if place[0] < at.end and at.start < place[1])
    return next((text[start:end] for start, end in places), None)


def _from_mention(found: Mention, title_of: TitleOf | None) -> Referent:
    title = _YEAR.sub("", found.text).strip()
    if title_of is not None and found.items:
        title = spelled(title, title_of(found.items[0]))
    return Referent(title, found.items[0] if found.items else None, found.items[1:], found.score)


def _pointed_at(turn: ParseInput, pointing: Pointing, offered: Sequence[Offered]) -> list[Referent]:
    """What 'it' or 'both' is: what was last offered by name, else what is on screen."""
    shown = [entry.n for entry in turn.slate]
    named = [_offer(one) for one in offered]
    if pointing == "every":
        return [Referent(number) for number in shown] if shown else named
    if len(shown) == 1:
        return [Referent(shown[0])]
    if shown and not any(one.item for one in named):
        return []
    if named:
        on_slate = [one for one in named if any(names_the_same(str(one.ref), entry.title) for entry in turn.slate)]
        return (on_slate or named)[-1:]
    return []


def _offer(one: Offered) -> Referent:
    items = one.mention.items if one.mention is not None else ()
    return Referent(one.title, items[0] if items else None, items[1:], known=True)


def asked_about(turn: ParseInput, offered: Sequence[Offered]) -> list[Referent]:
    """Return what a question that names nothing is about: the one title just offered, or the one item on screen."""
    if len(turn.slate) == 1:
        return [Referent(turn.slate[0].n)]
    return [_offer(offered[0])] if len(offered) == 1 and not turn.slate else []


def _named_before(words: str, turn: ParseInput, offered: Sequence[Offered]) -> list[Referent]:
    """The entry of the slate, or the title just offered, that these words are part of."""
    for entry in turn.slate:
        if names_the_same(words, entry.title):
            return [Referent(entry.n, trust=1.0)]
    return [_offer(one) for one in offered if names_the_same(words, one.title)][:1]


def _only_points(words: str) -> bool:
    return all(word in _POINTING_WORDS or word in _SPEAKER for word in plain(words).split())


def _within(at: Stretch, found: Mention) -> bool:
    return at.start <= found.start and found.end <= at.end
