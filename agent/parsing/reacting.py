"""Reactions in so many words: taking one, having loved what was seen, waving one off. English only."""

import re
from collections.abc import Iterable, Iterator, Sequence

from agent.commands import ItemReference, Relation
from agent.parsing.parser import ParseInput

SURE = 0.5

_TAKES = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|right|great|perfect|cool|yes|yeah|yep|nice|alright|fine|so|well)\W+)*"
    r"(?:(?:sold|deal|done|we have a winner)\b|"
    r"(?:i'?ll|we'?ll|let'?s|i'?m|we'?re|i think i'?ll|gonna|going to|i(?:'m| am) gonna)\W*(?:just )?"
    r"(?:take|go(?:ing|nna)? (?:with|for)|watch(?:ing)?|pick|have|do)\b|going with\b)",
    re.IGNORECASE,
)
_IT_IS = re.compile(
    r"\b(?:one|number \w+|no\.? ?\d+|#?\d+)[, ]+(?:it is|it'?s gonna be|sounds perfect|is the one)\b", re.I
)
_OF_THEM = r"(?:it|them|that|this|both|those|these|every|all)\b"
_LOVED = re.compile(
    r"(?<!n't )(?<!nt )(?<!not )(?<!never )(?<!would )\b(?:really |absolutely )?"
    rf"(?:loved|liked|enjoyed|adored) {_OF_THEM}",
    re.IGNORECASE,
)
_HATED = re.compile(
    rf"\b(?:hated|disliked|couldn'?t stand|(?:didn'?t|did not) (?:really |much )?(?:like|enjoy|care for)) {_OF_THEM}",
    re.IGNORECASE,
)
_TOO_MUCH = re.compile(
    r"^\W*(?:looks?|sounds?|seems?|is|are|'s)(?: like it'?s)? (?:a bit |a little |way |far |much |just )?too\b",
    re.IGNORECASE,
)


def takes_one(turn: ParseInput) -> tuple[ItemReference, ...]:
    """Return what on screen a turn says will be watched; nothing where it points at none or at several."""
    pointed = list(_pointed(turn))
    if len(pointed) == 1 and (_TAKES.search(turn.text) or _IT_IS.search(turn.text)):
        return (pointed[0].model_copy(update={"relation": "accept"}),)
    return ()


def with_verdicts(items: Sequence[ItemReference], text: str) -> tuple[ItemReference, ...]:
    """Return the items, those seen as liked or disliked where the turn goes on to say so ('seen it, loved it')."""
    loved, hated = _LOVED.search(text) is not None, _HATED.search(text) is not None
    if loved == hated:
        return tuple(items)
    verdict: Relation = "liked" if loved else "disliked"
    return tuple(item.model_copy(update={"relation": verdict}) if item.relation == "seen" else item for item in items)


def waved_off(turn: ParseInput, items: Iterable[ItemReference]) -> tuple[ItemReference, ...]:
    """Return the items with those on screen of which the turn says that they are too much of something."""
    known = {item.ref for item in items}
    found = [
        reference.model_copy(update={"relation": "not_interested"})
        for end, reference in _placed(turn)
        if reference.ref not in known and _TOO_MUCH.match(turn.text[end:])
    ]
    return (*items, *found)


def _pointed(turn: ParseInput) -> Iterator[ItemReference]:
    yield from (reference for _, reference in _placed(turn))


def _placed(turn: ParseInput) -> Iterator[tuple[int, ItemReference]]:
    """Where pointing at the screen ends, and at what."""
    for mention in turn.mentions:
        if mention.kind == "slate" and mention.score >= SURE:
            for number in mention.numbers:
                yield mention.end, ItemReference(ref=number, relation="about", quote=mention.text)
