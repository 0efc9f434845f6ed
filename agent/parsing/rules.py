"""The floor: a parser of cue words over what the linker found; answers when the compact weights are missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.commands import (
    Command,
    Intent,
    ItemReference,
    Lifetime,
    Op,
    Polarity,
    Preference,
    Range,
    Relation,
    Relative,
    Strength,
)
from agent.parsing.parser import Parsed, ParseInput
from agent.parsing.ranges import as_value
from tools.domain import Domain
from tools.linking import Mention

_SURE = 0.5
"""Mentions scored below this are only possible, and rules have no means to weigh them."""

_NEGATION = re.compile(
    r"\b(no|not|never|without|n't|nothing|hate[sd]?|avoid|except|isn't|don'?t|can'?t|sick of|tired of|less|skip|too)\b"
)
_HEDGE = re.compile(r"\b(maybe|ideally|perhaps|preferably|bonus|rather|not too|less|kind of|ish|would be nice)\b")
_HARD = re.compile(r"\b(only|no|without|never|nothing|has to|have to|must|anything but|hate[sd]?|can'?t stand)\b")
_LASTING = re.compile(r"\b(always|never|hate[sd]?|favou?rites?|in general|usually|normally|remember that)\b")
_TAKEN_BACK = re.compile(r"\b(never mind|after all|forget (about )?the|scrap the|drop the|don'?t care about)\b")
_CLAUSE = re.compile(r"[.;!?,]|\bbut\b|\band\b|\bjust\b")
_OWN_WORDS = re.compile(r"\b(?:about|set (?=in|on|at)|involving|featuring)\s+(?:an?\s+|the\s+)?((?:[\w'-]+\s?){1,4})")
_COUNT = re.compile(
    r"\b(?:give|show|list|pick|suggest|recommend)(?: me| us)? (one|two|three|four|five|six|ten|\d{1,2})\b"
)
_WORD_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}

_INTENTS: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    ("reset", re.compile(r"\b(start (over|again|afresh)|from scratch|reset|clean slate)\b")),
    ("undo", re.compile(r"\b(undo|go back|take (that|it) back|back (a|one) step)\b")),
    ("profile", re.compile(r"\b(remember|forget|know about me|my profile|remind me what i)\b")),
    ("explain", re.compile(r"^(but )?why\b|\b(why (did|do|would) you|what makes you think)\b")),
    ("compare", re.compile(r"\b(which (one )?of (the|these|those)|compare|\bvs\b|or the \w+ one\?)")),
    ("question", re.compile(r"^(who|when|what year|how (long|old|scary)|is (it|that|the)|does|did|do you have)\b")),
    ("more", re.compile(r"\b(anything else|something else|what else|more like these|show me more|other ones|next)\b")),
    ("smalltalk", re.compile(r"^(hi|hello|hey|thanks?|thank you|cheers|bye|good (morning|evening)|lol)\b|\bignore\b")),
)
_RELATIONS: tuple[tuple[Relation, re.Pattern[str]], ...] = (
    ("similar", re.compile(r"\b(like|similar to|along the lines of|in the vein of)\W*(the )?$")),
    ("disliked", re.compile(r"\b(hated?|disliked?|didn'?t (like|enjoy)|bored by)\b")),
    ("not_interested", re.compile(r"\b(not|no|skip|never)\b")),
    ("liked", re.compile(r"\b(loved?|liked?|enjoyed|adored?|favou?rites?|fan of)\b")),
    ("seen", re.compile(r"\b(seen|saw|watched|already)\b")),
    ("accept", re.compile(r"\b(i'?ll (take|watch|go)|let'?s (go|watch)|going with|sold)\b")),
    ("interested", re.compile(r"\b(looks?|sounds?) (good|great|interesting)\b")),
)


@dataclass(frozen=True, slots=True)
class RulesParser:
    """Understands what the linker found and little else; misses wishes rather than inventing them."""

    domain: Domain

    async def parse(self, turn: ParseInput) -> Parsed:
        return Parsed(self.command(turn), "rules")

    def command(self, turn: ParseInput) -> Command:
        """Return the command that cue words around the mentions suggest. Raises nothing for any text."""
        preferences = tuple(self._preferences(turn))
        items = tuple(_items(turn))
        return Command(
            intent=_intent(turn.text, bool(preferences), bool(items)),
            preferences=preferences,
            items=items,
            count=_count(turn.text),
        )

    def _preferences(self, turn: ParseInput) -> Iterator[Preference]:
        taken: list[tuple[int, int]] = []
        for at, mention in enumerate(turn.mentions):
            if mention.facet not in self.domain.facets or mention.score < _SURE:
                continue
            value: Range | Relative | str | None = mention.value
            if mention.bounds is not None:
                value = as_value(mention.bounds, self.domain.facets[mention.facet])
            elif mention.direction is not None:
                value = Relative(than=_measured_against(turn, at), dir=mention.direction)
            if value is not None:
                taken.append((mention.start, mention.end))
                yield self._statement(turn.text, mention, value)
        for match in _OWN_WORDS.finditer(turn.text):
            if not any(start < match.end(1) and match.start(1) < end for start, end in taken):
                span = Mention(start=match.start(1), end=match.end(1), text=match[1].strip(), kind="value")
                yield self._statement(turn.text, span, span.text)

    def _statement(self, text: str, mention: Mention, value: Range | Relative | str) -> Preference:
        facet = mention.facet or self.domain.text_facet
        before = _clause_before(text, mention.start)
        bounded = mention.bounds is not None and mention.kind == "number"
        polarity: Polarity = "dislike" if _NEGATION.search(before) and not bounded else "like"
        lasting: Lifetime = "lasting" if _LASTING.search(text.lower()) else "session"
        op: Op = "remove" if _TAKEN_BACK.search(text.lower()) else "add"
        return Preference(
            facet=facet,
            value=value,
            polarity=polarity,
            strength=self._strength(facet, mention, before, polarity),
            lifetime=lasting,
            op=op,
            role=mention.role,
            quote=text[mention.start : mention.end],
            confidence=0.5,
        )

    def _strength(self, facet: str, mention: Mention, before: str, polarity: Polarity) -> Strength:
        if _HEDGE.search(before):
            return "prefer"
        if polarity == "dislike" or _HARD.search(before):
            return "must"
        if mention.kind == "number":
            return "must" if mention.firm else "prefer"
        return self.domain.facets[facet].strength


def _clause_before(text: str, at: int) -> str:
    before = text[:at].lower()
    cuts = [match.end() for match in _CLAUSE.finditer(before)]
    return before[cuts[-1] if cuts else 0 :]


def _measured_against(turn: ParseInput, at: int) -> int | str:
    """What a comparative is measured against: the item or place named next, else the whole slate."""
    for mention in turn.mentions[at + 1 : at + 2]:
        if mention.kind == "slate" and mention.numbers:
            return mention.numbers[0]
        if mention.kind == "item":
            return mention.text
    return "slate"


def _items(turn: ParseInput) -> Iterator[ItemReference]:
    for mention in turn.mentions:
        if mention.score < _SURE or mention.kind not in ("item", "slate"):
            continue
        relation = _relation(turn.text, mention)
        quote = turn.text[mention.start : mention.end]
        if mention.kind == "item":
            yield ItemReference(
                ref=quote,
                relation=relation,
                quote=quote,
                item=mention.items[0],
                others=mention.items[1:],
                confidence=0.5,
            )
        for number in mention.numbers:
            yield ItemReference(ref=number, relation=relation, quote=quote, confidence=0.5)


def _relation(text: str, mention: Mention) -> Relation:
    before = _clause_before(text, mention.start)
    around = before + text[mention.start : mention.end + 30].lower()
    for at, (relation, cue) in enumerate(_RELATIONS):
        if cue.search(before if at == 0 else around):
            return relation
    return "about"


def _intent(text: str, wishes: bool, items: bool) -> Intent:
    lowered = text.lower().strip()
    for intent, cue in _INTENTS:
        if cue.search(lowered) and not (wishes and intent in ("smalltalk", "more", "question")):
            return intent
    if wishes:
        return "recommend"
    return "feedback" if items else "recommend"


def _count(text: str) -> int | None:
    match = _COUNT.search(text.lower())
    if match is None:
        return None
    count = _WORD_NUMBERS[match[1]] if match[1] in _WORD_NUMBERS else int(match[1])
    return count if 1 <= count <= 50 else None
