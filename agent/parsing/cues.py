"""Phrases that leave no doubt, read by rule after the network: it still slips on them now and then.

English only; what they do not match is left as the parser said it.
"""

import re
from collections.abc import Iterable, Sequence

from agent.commands import Command, Intent, ItemReference, Preference, Range, Relative
from agent.parsing.parser import ParseInput
from agent.parsing.references import Offered, Referent, asked_about
from agent.parsing.stances import settle_stance
from tools.domain import Domain
from tools.mentions import Mention

_MEMORY = re.compile(
    r"\b(?:what|anything|everything|all) (?:\w+ ){0,2}(?:you|u)(?:'ve)? (?:\w+ )?"
    r"(?:know|remember|stored?|saved?|learn(?:ed|t)) (?:\w+ ){0,2}(?:about|on|of) (?:me|us)\b|"
    r"\b(?:forget|erase|delete|wipe) (?:everything|all) (?:you|about me|my)",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"^\W*(?:(?:and|but|ok|so|hmm) )?why (?:on earth |the hell )?"
    r"(?:number|no\.?|#|\d|did you|do you|would you|are you|these|those|this|that one|"
    r"the (?:first|second|third|fourth|fifth|last))\b",
    re.IGNORECASE,
)
_MORE_ABOUT = re.compile(
    r"\b(?:tell me (?:a bit |a little )?more|more about (?:it|that|the|number|#?\d))\b", re.IGNORECASE
)
_ASKS_FOR_ITEMS = re.compile(
    r"\b(?:do|have|has|got|is there|are there|any|how many|which|what|anything|know)\b", re.IGNORECASE
)
_NOT_NEEDED = re.compile(
    r"\b(?:(?:is|are|was)(?:n'?t| not) (?:really )?(?:necessary|needed|required|important|a must|a problem|an issue)|"
    r"(?:does|do)(?:n'?t| not) (?:have|need) to be|need(?:n'?t| not) be|"
    r"(?:is|are) (?:fine|ok|okay|all right|allowed) (?:after all|again|now))\b",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(
    r"\b(?:i|we) (?:never|always|(?:really |absolutely )?(?:hate|despise|loathe|detest)|can'?t stand|cannot stand)\b"
    r"(?! (?:mind|saw|seen|heard|watched|finished|got))",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:recommend\w*|suggest\w*|what (?:should|shall|next|else|now|would|do|have|could)|what's (?:next|left)|find|"
    r"give|show|looking for|look for|want|need|more|others?|another|any(?:thing)?|something|got|help|pick|list|"
    r"go)\b|\?",
    re.IGNORECASE,
)
_SEEN_IT = re.compile(
    r"\b(?:i|we)(?:'ve| have)?(?: already)? (?:seen|saw|watched) (?:it|that|this|them|both|those)\b", re.IGNORECASE
)
_IT = re.compile(r"\b(?:it|its|this|that|he|she|him|her|who)\b|^\W*(?:why|how come)\W*$", re.IGNORECASE)
SURE = 0.5


def settle(command: Command, turn: ParseInput, domain: Domain, offered: Sequence[Offered] = ()) -> Command:
    """Return the command with what unmistakable phrases of the turn say put right.

    offered: titles of the last thing said before.
    """
    text = turn.text
    preferences = tuple(_lasting(_taken_back(settle_stance(wish, text), text), text) for wish in command.preferences)
    items, intent = command.items, command.intent
    asks = command.asks
    if _SEEN_IT.search(text):
        items = tuple(_seen(item) for item in items)
    if _MEMORY.search(text):
        return command.model_copy(update={"intent": "profile", "preferences": preferences})
    if _WHY.search(text) and turn.slate and not preferences:
        intent = "explain"
    elif _MORE_ABOUT.search(text) and not preferences:
        intent, asks = "question", asks or ("plot",)
    if intent in ("question", "compare", "explain") and len(items) < _wanted_items(intent):
        items = items or tuple(_pointed(turn.mentions)) or tuple(map(_about, _meant(turn, offered, preferences)))
    if intent == "question" and not items and not preferences:
        preferences = tuple(_named(turn.mentions, domain))
        intent = "question" if _ASKS_FOR_ITEMS.search(text) or not preferences else "recommend"
    return command.model_copy(update={"intent": intent, "preferences": preferences, "items": items, "asks": asks})


def asks_for_more(text: str) -> bool:
    """Return whether any word asks for something: of turns that only name items, hardly any is a request without."""
    return _ASKS.search(text) is not None


def _seen(item: ItemReference) -> ItemReference:
    """'2 looks great but I've seen it': liked and disliked say more than seen, interest says less."""
    weaker = item.relation in ("interested", "accept", "about")
    return item.model_copy(update={"relation": "seen"}) if weaker else item


def _wanted_items(intent: Intent) -> int:
    return 2 if intent == "compare" else 1


def _taken_back(wish: Preference, text: str) -> Preference:
    """'Black and white isn't necessary' takes a wish back; it is neither a like nor a dislike."""
    if wish.op == "add" and _NOT_NEEDED.search(_clause(wish, text)):
        return wish.model_copy(update={"op": "remove", "polarity": "like"})
    return wish


def _lasting(wish: Preference, text: str) -> Preference:
    """'I never', 'I hate' and 'I always' are said for good."""
    if wish.op == "add" and _FOR_GOOD.search(_clause(wish, text)):
        return wish.model_copy(update={"lifetime": "lasting"})
    return wish


def _clause(wish: Preference, text: str) -> str:
    """The clause that a wish's words stand in; nothing where they are not the turn's."""
    at = text.find(wish.quote) if wish.quote else -1
    if at < 0:
        return ""
    breaks = [match.start() for match in re.finditer(r"[.;!?\n,]|\bbut\b", text)]
    start = max((place for place in breaks if place < at), default=-1) + 1
    end = min((place for place in breaks if place >= at + len(wish.quote or "")), default=len(text))
    return text[start:end]


def _pointed(mentions: Iterable[Mention]) -> Iterable[ItemReference]:
    for mention in mentions:
        if mention.kind == "slate" and mention.score >= SURE:
            yield from (ItemReference(ref=number, relation="about", quote=mention.text) for number in mention.numbers)


def _meant(turn: ParseInput, offered: Sequence[Offered], preferences: Sequence[Preference]) -> Iterable[Referent]:
    """What 'who is in it?' is about, where the turn wishes for nothing."""
    return asked_about(turn, offered) if _IT.search(turn.text) and not preferences else ()


def _about(referent: Referent) -> ItemReference:
    return ItemReference(ref=referent.ref, relation="about", item=referent.item, others=referent.others)


def _named(mentions: Iterable[Mention], domain: Domain) -> Iterable[Preference]:
    """What a question of the catalogue is filtered by: the names, values and figures that it mentions."""
    for mention in mentions:
        if mention.facet is None or mention.score < SURE:
            continue
        facet = domain.facets[mention.facet]
        bounds = mention.bounds
        value: Range | Relative | str | None = mention.value
        if bounds is not None and facet.kind == "number":
            value = Range(min=bounds.min, max=bounds.max)
        if mention.direction is not None and facet.kind == "number":
            value = Relative(than="slate", dir=mention.direction)
        if value is not None:
            role = mention.role if facet.kind == "entity" else None
            yield Preference(facet=mention.facet, value=value, role=role, strength=facet.strength, quote=mention.text)
