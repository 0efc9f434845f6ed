"""The offline default: a small encoder with joint heads marks what a turn says; lexicon, linker and grammar read it."""

import asyncio
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Self, TypeVar

import numpy as np

from agent.commands import Command, Intent, ItemReference, Preference, Relative, Strength
from agent.parsing.confidence import confidence, item_evidence, wish_evidence
from agent.parsing.cues import settle
from agent.parsing.encoding import TurnEncoder
from agent.parsing.errors import WeightsError
from agent.parsing.intents import asks_for_more
from agent.parsing.labels import (
    BOUNDS,
    INTENTS,
    LIFETIMES,
    OPS,
    POINTINGS,
    POLARITIES,
    RELATIONS,
    STRENGTHS,
    Labels,
)
from agent.parsing.offers import Find, Offers, offers_of
from agent.parsing.parser import Parsed, ParseInput
from agent.parsing.preamble import without_preamble
from agent.parsing.reading import Marked, NetworkReader, TurnReading
from agent.parsing.references import Referent, TitleOf, referents
from agent.parsing.titles import is_capitalised
from agent.parsing.values import Option, Reading, Stretch, ValueReader, overlaps, own_words
from agent.parsing.weights import Calibration, load
from agent.parsing.words import count_in
from tools.domain import Domain

Part = TypeVar("Part", Preference, ItemReference)

_RANK = {
    "liked": 0,
    "disliked": 0,
    "accept": 1,
    "not_interested": 1,
    "interested": 2,
    "similar": 0,
    "about": 3,
    "seen": 4,
}
"""Which of two relations to one item is kept: the lower."""
_ASKING: tuple[Intent, ...] = ("recommend", "profile", "reset")
"""Intents whose turns are usually about what is wanted."""
_QUIET: frozenset[Intent] = frozenset({"feedback", "more", "smalltalk", "question", "compare", "explain", "undo"})
"""Intents whose turns usually wish for nothing."""
_REACTING, _ONLY_REACTING = 0.1, 0.01
"""What is left of the chance of a request where a turn only reacts to items, with and without words that ask."""
_LEAST_FACET = 0.15
"""A facet less likely than this is not tried when the likeliest has no value to read."""


_SIGNS = string.punctuation + string.whitespace + "…–—¿¡«»“”‘’"
"""A turn of nothing else says nothing; one of emoji may."""


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Part]):
    """A statement or item reference with what speaks for it, before confidence decides on it."""

    part: Part
    evidence: tuple[float, ...]
    alternative: bool = False
    """Statements: an alternative to the one before."""


class CompactParser:
    """Understands turns with the shipped network. Threads may share one."""

    def __init__(
        self,
        domain: Domain,
        labels: Labels,
        reader: NetworkReader,
        calibration: Calibration,
        find: Find | None = None,
        title_of: TitleOf | None = None,
    ) -> None:
        """Use `load`."""
        self._domain = domain
        self._labels = labels
        self._own = labels.domain == domain.name
        self._reader = reader
        self._calibration = calibration
        self._find = find
        self._title_of = title_of
        self._values = ValueReader(domain, labels if self._own else None, reader.nearest())

    @classmethod
    def load(
        cls, domain: Domain, folder: Path, base: Path, find: Find | None = None, title_of: TitleOf | None = None
    ) -> Self:
        """Return the parser with the weights in `folder` over the base checkpoint in `base`.

        Over a domain of another name only what holds for any domain is used: spans, polarity, strength, relations.
        find: links what was said before, so that 'yes' can be resolved; without it only capitals and years tell titles.
        title_of: spells linked titles as the catalogue does; without it they stay as typed.
        Raises WeightsError where weights and base or domain do not fit each other.
        """
        network, manifest = load(folder, base)
        labels = manifest.labels
        if labels.domain == domain.name and (misfit := labels.misfit(domain)) is not None:
            raise WeightsError(
                f"the weights in {str(folder)!r} are of another label set than the domain {domain.name!r}: {misfit}; "
                "train again with `python -m distill train`, or give the domain another name to use what is general"
            )
        network.encoder.for_reading()
        reader = NetworkReader(network, TurnEncoder(base, labels.facets), labels, manifest.calibration.looseness)
        return cls(domain, labels, reader, manifest.calibration, find, title_of)

    async def parse(self, turn: ParseInput) -> Parsed:
        # In a thread: a turn's arithmetic would hold up everybody else's.
        return Parsed(await asyncio.to_thread(self.command, turn), "compact")

    def command(self, turn: ParseInput) -> Command:
        """Return what the turn means. Raises nothing for any text."""
        if not turn.text.strip(_SIGNS):
            return Command(intent="smalltalk")
        whole, turn = turn, without_preamble(turn)
        reading = self._reader.read(turn)
        offers = offers_of(turn, self._find)
        quiet = INTENTS[int(reading.intent.argmax())] in _QUIET
        wishes = self._kept_wishes(self.wish_candidates(turn, reading, offers), quiet)
        items = _unmeasured(self._kept_items(self.item_candidates(turn, reading, offers)), wishes, turn)
        intent = _settled(reading.intent, wishes, items, asks_for_more(turn.text))
        command = Command(
            intent=intent,
            preferences=wishes,
            items=items,
            asks=self._asks(reading) if intent in ("question", "compare") else (),
            count=_count(turn, reading),
        )
        return settle(command, whole, self._domain, offers.titles)

    def wish_candidates(self, turn: ParseInput, reading: TurnReading, offers: Offers) -> list[Candidate[Preference]]:
        """Return every statement that the marked spans could be, likely or not."""
        candidates = []
        asked = float(sum(reading.intent[INTENTS.index(intent)] for intent in _ASKING))
        for marked in reading.wishes:
            facet, readings = self._read(turn, marked, offers)
            for at, value in enumerate(readings):
                statement = self._statement(turn, marked, facet, value)
                alternative = at == 0 and marked.alternative > 0.5
                candidates.append(
                    Candidate(
                        statement,
                        self._evidence(marked, facet, value, asked),
                        alternative,
                    )
                )
        return candidates

    def item_candidates(self, turn: ParseInput, reading: TurnReading, offers: Offers) -> list[Candidate[ItemReference]]:
        """Return every item reference that the marked spans could be; 'the rest' is worked out last."""
        candidates: list[Candidate[ItemReference]] = []
        pointed = [(marked, POINTINGS[marked.best("pointing")]) for marked in reading.items]
        for marked, pointing in sorted(pointed, key=lambda pair: pair[1] == "rest"):
            at = Stretch(marked.span.start, marked.span.end)
            taken = [one.part.ref for one in candidates]
            found = referents(turn, at, pointing, offers.titles, taken, self._title_of)
            candidates += [_item_candidate(turn, marked, referent) for referent in found]
        return candidates

    def _read(self, turn: ParseInput, marked: Marked, offers: Offers) -> tuple[str, list[Reading]]:
        """The facet that a span is about and what it says about it."""
        at = Stretch(marked.span.start, marked.span.end)
        if not self._own:
            return self._read_anywhere(turn, at, offers)
        if POLARITIES[marked.best("polarity")] == "like" and (blend := self._values.blended(turn, at)) is not None:
            return blend
        chances = marked.chances["facet"]
        bound = BOUNDS[marked.best("bound")] if marked.chance("bound") > 0.8 else None
        for option in np.argsort(-chances):
            if chances[option] < _LEAST_FACET and option != chances.argmax():
                break
            facet = self._labels.facets[option]
            allowed = self._options(marked, facet)
            taken_back = OPS[marked.best("op")] == "remove"
            readings = self._values.read(turn, at, facet, allowed, bound, offers.values, taken_back)
            if readings:
                return facet, readings
        words = own_words(turn.text[at.start : at.end])
        return self._domain.text_facet, [Reading(words)] if words else []

    def _options(self, marked: Marked, facet: str) -> list[Option]:
        """The value head's outputs that the facet can take, likeliest first, with their share of its probability."""
        outputs = list(self._labels.of_facet[facet])
        chances = marked.chances["value"][outputs]
        order = np.argsort(-chances)
        return [(outputs[at], float(chances[at] / max(chances.sum(), 1e-9))) for at in order]

    def _read_anywhere(self, turn: ParseInput, at: Stretch, offers: Offers) -> tuple[str, list[Reading]]:
        """The same over a domain that the weights do not know: the linker says the facet, else the words stand."""
        for found in turn.mentions:
            if found.facet is not None and found.score >= 0.5 and overlaps(at, found):
                readings = self._values.read(turn, at, found.facet, (), None, offers.values)
                if readings:
                    return found.facet, readings
        words = own_words(turn.text[at.start : at.end])
        return self._domain.text_facet, [Reading(words)] if words else []

    def _statement(self, turn: ParseInput, marked: Marked, facet: str, reading: Reading) -> Preference:
        role = reading.role
        if self._own and self._domain.facets[facet].kind == "entity" and role is None and marked.chance("role") > 0.6:
            option = marked.best("role")
            role = self._labels.roles[option - 1] if option else None
        return Preference(
            facet=facet,
            value=reading.value,
            polarity=POLARITIES[marked.best("polarity")],
            strength=STRENGTHS[marked.best("strength")],
            lifetime=LIFETIMES[marked.best("lifetime")],
            op=OPS[marked.best("op")],
            role=role if self._domain.facets[facet].kind == "entity" else None,
            quote=turn.text[marked.span.start : marked.span.end][:120],
        )

    def _evidence(self, marked: Marked, facet: str, reading: Reading, asked: float) -> tuple[float, ...]:
        return wish_evidence(marked, reading.sure, reading.chance, asked, facet == self._domain.text_facet)

    def _kept_wishes(self, candidates: Sequence[Candidate[Preference]], quiet: bool) -> tuple[Preference, ...]:
        enough = max(self._calibration.keep_wish, self._calibration.keep_in_quiet if quiet else 0.0)
        kept: list[Preference] = []
        group = 0
        for candidate in candidates:
            sure = confidence(candidate.evidence, self._calibration.wish)
            if sure < enough or _said(candidate.part, kept):
                continue
            strength: Strength = candidate.part.strength if sure >= self._calibration.firm else "prefer"
            any_of = None
            if candidate.alternative and kept:
                if kept[-1].any_of is None:
                    group += 1
                    kept[-1] = kept[-1].model_copy(update={"any_of": group})
                any_of = kept[-1].any_of
            update = {"confidence": round(sure, 3), "strength": strength, "any_of": any_of}
            kept.append(candidate.part.model_copy(update=update))
        return tuple(kept)

    def _kept_items(self, candidates: Sequence[Candidate[ItemReference]]) -> tuple[ItemReference, ...]:
        kept: dict[int | str, ItemReference] = {}
        for candidate in candidates:
            sure = confidence(candidate.evidence, self._calibration.item)
            if sure < self._calibration.keep_item:
                continue
            part = candidate.part.model_copy(update={"confidence": round(sure, 3)})
            earlier = kept.get(part.ref)
            if earlier is None or _RANK[part.relation] < _RANK[earlier.relation]:
                kept[part.ref] = part
        return tuple(kept.values())

    def _asks(self, reading: TurnReading) -> tuple[str, ...]:
        if not self._own:
            return ()
        likely = [(chance, name) for chance, name in zip(reading.asks, self._labels.asks, strict=True)]
        return tuple(name for chance, name in sorted(likely, reverse=True) if chance >= self._calibration.ask)


def _item_candidate(turn: ParseInput, marked: Marked, referent: Referent) -> Candidate[ItemReference]:
    reference = ItemReference(
        ref=referent.ref,
        relation=RELATIONS[marked.best("relation")],
        quote=turn.text[marked.span.start : marked.span.end][:120],
        item=referent.item,
        others=referent.others,
    )
    named = POINTINGS[marked.best("pointing")] == "named"
    known = referent.known or referent.item is not None or isinstance(referent.ref, int)
    capital = is_capitalised(turn.text, marked.span.start)
    return Candidate(reference, item_evidence(marked, referent.trust, named, known, capital))


def _settled(
    chances: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    wishes: Sequence[Preference],
    items: Sequence[ItemReference],
    asks: bool,
) -> Intent:
    """The likeliest intent that fits what was found: a reaction with a wish is a request, without one it hardly is."""
    fitting = chances.copy()
    if items and not wishes and all(item.relation != "similar" for item in items):
        fitting[INTENTS.index("recommend")] *= _REACTING if asks else _ONLY_REACTING
    intent = INTENTS[int(fitting.argmax())]
    if wishes and intent in ("feedback", "more", "smalltalk"):
        return "recommend"
    if items and intent == "smalltalk":
        return "feedback"
    return intent


def _unmeasured(
    items: Sequence[ItemReference], wishes: Sequence[Preference], turn: ParseInput
) -> tuple[ItemReference, ...]:
    """The items without those that are only measured against: in 'shorter than Heat' nothing is said of Heat."""
    if not any(isinstance(wish.value, Relative) for wish in wishes):
        return tuple(items)
    return tuple(
        item for item in items if not re.search(rf"\bthan (?:the )?{re.escape(item.quote or ' ')}", turn.text, re.I)
    )


def _said(statement: Preference, kept: Sequence[Preference]) -> bool:
    same = (statement.facet, statement.value, statement.op)
    return any((one.facet, one.value, one.op) == same for one in kept)


def _count(turn: ParseInput, reading: TurnReading) -> int | None:
    for span in reading.counts:
        if span.score >= 0.5:
            for _, _, number in count_in(turn.text[span.start : span.end]):
                return number
    return None
