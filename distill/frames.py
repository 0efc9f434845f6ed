"""Frames of whole turns, written once and filled from any domain: more of what people say around a wish or an item.

`frames.txt` holds them and says how they are written.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import get_args

from agent.commands import Command, Intent, ItemReference, Lifetime, Op, Polarity, Relation, Strength
from agent.parsing.parser import ParseInput, SlateEntry, Utterance
from distill.examples import Example, Pointed
from distill.sayings import Said, Saying, Vocabulary
from tools.catalogue import Catalogue, Item

_FILE = Path(__file__).with_name("frames.txt")
_PLACE = re.compile(r"\{([^{}]+)\}")
_NUMBERED = re.compile(r"@(\d+)")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_KINDS = {"c": "category", "e": "entity", "t": "text"}
_WISHES: dict[str, tuple[Strength | None, Polarity, Lifetime, Op]] = {
    "++": ("prefer", "like", "lasting", "add"),
    "--": ("must", "dislike", "lasting", "add"),
    "+~": ("prefer", "like", "session", "add"),
    "-~": ("prefer", "dislike", "session", "add"),
    "+": (None, "like", "session", "add"),
    "-": ("must", "dislike", "session", "add"),
    "x": ("prefer", "like", "session", "remove"),
}
"""Mark of a wish -> strength (None: the facet's own), polarity, lifetime and direction."""


class FrameError(Exception):
    """A line of the file of frames cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Frame:
    intent: Intent
    before: str
    """What was said before, '' for nothing."""
    text: str

    @property
    def shown(self) -> int:
        """How many items have to be on screen; 0 where the frame does not point at any."""
        places = [int(digit) for number in _NUMBERED.findall(self.text) for digit in number]
        return max(places, default=3 if "@all" in self.text else 0)


@cache
def read_frames(path: Path = _FILE) -> tuple[Frame, ...]:
    """Return the frames of a file. Raises FrameError naming the line that is no frame."""
    return tuple(_frames(path))


def _frames(path: Path) -> Iterator[Frame]:
    known = {*get_args(Intent)}
    for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or parts[0] not in known or not parts[2]:
            raise FrameError(f"{path}, line {number}: not 'intent | before | turn': {line!r}")
        intent: Intent = parts[0]  # type: ignore[assignment]
        yield Frame(intent, parts[1], parts[2])


class Frames:
    """Fills frames with what a catalogue holds."""

    def __init__(self, catalogue: Catalogue, vocabulary: Vocabulary, frames: Sequence[Frame] | None = None) -> None:
        self._domain = catalogue.domain
        self._items = [catalogue.item(row) for row in range(len(catalogue))]
        self._vocabulary = vocabulary
        self._frames = frames if frames is not None else read_frames()

    def example(self, chance: random.Random) -> Example:
        """Return a frame drawn at random, filled."""
        return self.filled(chance.choice(self._frames), chance)

    def filled(self, frame: Frame, chance: random.Random) -> Example:
        """Return the frame as a labelled turn. Raises FrameError for a mark that is none."""
        offered = dict(zip("AB", (item.title for item in chance.sample(self._items, 2)), strict=True))
        slate = self._slate(frame, chance)
        saying = Saying()
        at = 0
        for mark in _PLACE.finditer(frame.text):
            saying.add(frame.text[at : mark.start()])
            self._fill(saying, mark[1], offered, slate, chance)
            at = mark.end()
        saying.add(frame.text[at:])
        before = _PLACE.sub(lambda mark: offered.get(mark[1]) or self._noun(mark[1]), frame.before)
        command = Command(
            intent=frame.intent,
            preferences=tuple(wish.statement for wish in saying.wishes),
            items=tuple(item for one in saying.pointed for item in one.items),
            count=saying.count,
        )
        turn = ParseInput(
            text=saying.text, context=(Utterance("assistant", before),) if before else (), slate=slate
        )  # fmt: skip
        return Example("simulated", "simulated", turn, command, tuple(saying.wishes), tuple(saying.pointed))

    def _slate(self, frame: Frame, chance: random.Random) -> tuple[SlateEntry, ...]:
        shown = frame.shown
        if not shown and (frame.before or chance.random() < 0.75):
            return ()
        count = max(shown, chance.choice([3, 3, 3, 4, 5]))
        drawn = chance.sample(self._items, min(count, len(self._items)))
        return tuple(SlateEntry(n, item.title, item.year) for n, item in enumerate(drawn, start=1))

    def _fill(
        self, saying: Saying, mark: str, offered: dict[str, str], slate: Sequence[SlateEntry], chance: random.Random
    ) -> None:
        name, _, words = mark.partition(":")
        relation, _, at = name.partition("@")
        if mark in offered:
            saying.add(offered[mark])
        elif mark in ("n", "ns"):
            saying.add(self._noun(mark))
        elif mark.startswith("#"):
            said, _, number = mark[1:].partition("=")
            saying.add(said)
            saying.count = int(number)
        elif relation in get_args(Relation):
            self._point(saying, relation, at, words, offered, slate, chance)  # type: ignore[arg-type]
        else:
            self._wish(saying, mark, chance)

    def _point(
        self,
        saying: Saying,
        relation: Relation,
        at: str,
        words: str,
        offered: dict[str, str],
        slate: Sequence[SlateEntry],
        chance: random.Random,
    ) -> None:
        refs: list[int | str]
        if not at:
            title = self._item(chance).title
            words, refs = words or title, [title]
        elif at == "all":
            refs = [entry.n for entry in slate]
        elif at.isdigit():
            refs = [int(digit) for digit in at]
            words = words or _shown(slate[refs[0] - 1], chance)  # type: ignore[operator]
        else:
            refs = [offered[letter] for letter in at]
            words = words or str(refs[0])
        start = len(saying.text)
        saying.add(words)
        items = tuple(ItemReference(ref=ref, relation=relation, quote=words) for ref in refs)
        saying.pointed.append(Pointed(start, start + len(words), items))

    def _wish(self, saying: Saying, mark: str, chance: random.Random) -> None:
        kind = _KINDS.get(mark[-1])
        stance = _WISHES.get(mark[:-1] if kind else mark)
        if stance is None:
            raise FrameError(f"no mark of a frame: {'{' + mark + '}'}; see {_FILE.name}")
        strength, polarity, lifetime, op = stance
        said = self._said(kind, chance)
        led = bool(said.before) and mark.startswith("+") and kind is None and mark != "++"
        if led:
            saying.add(f"something {said.before} ")
        else:
            said = replace(said, role=None)
        statement = said.statement(strength or self._domain.facets[said.facet].strength, polarity, lifetime, op)
        saying.wish(said.words, statement)

    def _said(self, kind: str | None, chance: random.Random) -> Said:
        if kind is None:
            return self._vocabulary.any(chance, bounds=False)
        facets = [name for name, facet in self._domain.facets.items() if facet.kind == kind]
        return self._vocabulary.of(chance.choice(facets or [self._domain.text_facet]), chance)

    def _item(self, chance: random.Random) -> Item:
        """An item with a title that could be typed."""
        while len((item := chance.choice(self._items)).title.split()) > 7:
            pass
        return item

    def _noun(self, mark: str) -> str:
        nouns = {"n": self._domain.noun.one, "ns": self._domain.noun.many}
        if mark not in nouns:
            raise FrameError(f"no mark of what was said before: {'{' + mark + '}'}; see {_FILE.name}")
        return nouns[mark]


def _shown(entry: SlateEntry, chance: random.Random) -> str:
    """Words for an item on screen: its title, its number or its place."""
    ordinal = _ORDINALS[entry.n - 1]
    return chance.choice(
        [entry.title, entry.title, str(entry.n), str(entry.n), f"number {entry.n}", f"#{entry.n}", f"the {ordinal}",
         f"the {ordinal} one"]
    )  # fmt: skip
