"""What a turn says of titles that were just named to it: not seen yet, wanted, taken; and what it asks back.

English only, read by rule after the network; what is not matched stays as the parser said it.
"""

import re
from collections.abc import Sequence

from agent.commands import Command, Intent, ItemReference, Relation
from agent.parsing.parser import ParseInput
from agent.parsing.references import Offered
from agent.parsing.words import place_of
from tools.domain import Domain

_THAT = r"(?:it|that|this|them|those|these|both)\b"
_ABOUT_TO = (
    r"(?:i|we)(?:'?ll| will|'?m (?:going to|gonna)| am going to| have to| need to| should| must)|gonna|going to|will|"
    r"have to|gotta"
)
_NOT_SEEN = re.compile(
    r"\b(?:(?:have|has|had|did|do)(?:n'?t| not)|never|not)(?: \w+){0,2} (?:seen|saw|see|watched|heard (?:of|about))\b|"
    r"\b(?:never|not) (?:seen|saw|watched|heard)\b",
    re.IGNORECASE,
)
_TAKES_IT = re.compile(
    rf"\b(?:{_ABOUT_TO})\b(?: \w+){{0,4}}? (?:(?:watch|see|try|rent|stream) {_THAT}|"
    rf"check(?:ing)? (?:out )?{_THAT}|give {_THAT}(?: \w+)? a (?:try|go|chance|shot|watch))",
    re.IGNORECASE,
)
_WANTS_IT = re.compile(
    rf"\b(?:(?:want(?:ed)?|would (?:like|love)|'d (?:like|love)|meaning) to(?: (?:see|watch|try) {_THAT}|\W*$)|"
    r"on my (?:watch ?)?list|"
    r"^\W*(?:(?:ok|oh|yes|yeah|no|well|wow|cool)\W+)*(?:it|that|this|they|those|both)(?: one| \w+ one)?(?: all| both)? "
    r"(?:sounds?|looks?|seems?) (?:\w+ )?(?:good|great|interesting|fun|funny|awesome|cool|amazing|nice|perfect))",
    re.IGNORECASE,
)
_PASSES = re.compile(
    rf"\b(?:pass on|skip) {_THAT}|\bgive {_THAT}(?: one)? a miss\b|"
    r"\b(?:i|we)(?:'?ll| will|'d| would)(?: (?:probably|rather|just|have to))* pass\b(?! (?:it|this|that)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|\b(?:recommend\w*|suggest\w*|another|others?|more|else|looking for|in the mood|give me|show me|find me|"
    r"what about|how about|something|anything|i(?:'d)? (?:also |really )?(?:like|love|enjoy|prefer))\b",
    re.IGNORECASE,
)
_ASKS_YOU = re.compile(
    r"\b(?:did|have) (?:you|u|ya)(?: \w+)? (?:see|seen|saw|watch|watched|like|liked|enjoy|enjoyed|heard of)\b"
    r"(?! (?:any|some|what))[^.!?]*\?*\W*$",
    re.IGNORECASE,
)
_ASKS_FOR_SOME = re.compile(
    r"\b(?:can|could|would|will|do) (?:you|u)(?: \w+){0,3} (?:recommend|suggest)|"
    r"\bwhat (?:should|would) (?:i|you|u|we) (?:watch|see|try|recommend|"
    r"suggest)|\b(?:have|got|any) (?:(?:any|other|more) ){0,2}(?:recommendations|suggestions)\b",
    re.IGNORECASE,
)
_WHICH = re.compile(r"\b(?:which|what) (\w+) (?:should|would|do|can|could) (?:i|you|u|we)\b", re.IGNORECASE)
_OTHERS = re.compile(r"\b(?:else|other|others|more|another)\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:both|them|those|these|either|all|they)\b", re.IGNORECASE)


def with_verdict(command: Command, turn: ParseInput, domain: Domain, offered: Sequence[Offered]) -> Command:
    """Return the command with what the turn plainly says of the titles just named, and with what that makes of it."""
    text = turn.text
    if asking := _asking(command, text, domain):
        return asking
    passed, taken = _PASSES.search(text), _TAKES_IT.search(text)
    said = passed or taken or _WANTS_IT.search(text)
    items = tuple(map(_passed_on, command.items)) if passed else command.items
    if said and not items and not turn.slate:
        relation: Relation = "not_interested" if passed else "accept" if taken else "interested"
        named = offered if _SEVERAL.search(text) else offered[-1:]
        items = tuple(_reference(one, relation, said[0]) for one in named)
    reacts = said or _NOT_SEEN.search(text)
    if reacts and (offered or items) and not command.preferences and not _ASKS.search(text):
        intent = "feedback" if command.intent in ("recommend", "more", "smalltalk") else command.intent
        return command.model_copy(update={"intent": intent, "items": items})
    return command.model_copy(update={"items": items})


def _asking(command: Command, text: str, domain: Domain) -> Command | None:
    """The command as the question or the request that such a turn ends with, None where it asks neither."""
    if command.preferences or command.intent not in ("recommend", "more", "feedback", "smalltalk"):
        return None
    if (asked := _ASKS_YOU.search(text)) is not None:
        items = tuple(
            item.model_copy(update={"relation": "about"}) if place_of(item.quote, text) >= asked.start() else item
            for item in command.items
        )
        return command.model_copy(update={"intent": "question", "items": items}) if items else None
    if command.intent in ("feedback", "smalltalk") and _asks_for_some(text, domain):
        intent: Intent = "more" if _OTHERS.search(text) else "recommend"
        return command.model_copy(update={"intent": intent})
    return None


def _passed_on(item: ItemReference) -> ItemReference:
    """'I'll pass on that one': what was taken for an acceptance is none."""
    taken = item.relation in ("accept", "interested")
    return item.model_copy(update={"relation": "not_interested"}) if taken else item


def _asks_for_some(text: str, domain: Domain) -> bool:
    nouns = {"one", "ones", domain.noun.one, domain.noun.many, *domain.noun.also}
    which = any(found[1].casefold() in nouns for found in _WHICH.finditer(text))
    return which or _ASKS_FOR_SOME.search(text) is not None


def _reference(one: Offered, relation: Relation, quote: str) -> ItemReference:
    items = one.mention.items if one.mention is not None else ()
    first = items[0] if items else None
    return ItemReference(ref=one.title, relation=relation, quote=quote[:120], item=first, others=items[1:])
