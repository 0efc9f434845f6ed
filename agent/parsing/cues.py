"""Phrases that leave no doubt, read by rule after the network: it still slips on them now and then.

English only; what they do not match is left as the parser said it.
"""

import re
from collections.abc import Iterable, Sequence

from agent.commands import Command, ItemReference
from agent.parsing.compounds import with_all_parts
from agent.parsing.intents import with_intent
from agent.parsing.parser import ParseInput
from agent.parsing.reacting import takes_one, waved_off, with_verdicts
from agent.parsing.references import Offered
from agent.parsing.stances import settle_stance
from agent.parsing.statements import is_no_wish, with_statements
from agent.parsing.titles import capitalised_runs
from agent.parsing.unheard import BEYOND_DOUBT, unheard
from agent.parsing.verdicts import with_verdict
from agent.parsing.whole import says_more, says_thanks
from agent.parsing.words import place_of, sentences
from tools.domain import Domain

_MEMORY = re.compile(
    r"\b(?:what|anything|everything|all) (?:\w+ ){0,2}(?:you|u)(?:'ve)? (?:\w+ )?"
    r"(?:know|remember|stored?|saved?|learn(?:ed|t)) (?:\w+ ){0,2}(?:about|on|of) (?:me|us)\b|"
    r"\bwhat(?:'ve| have| all have| did)? (?:you|u)(?: got| have)? (?:(?:written|noted|put|jotted) down|"
    r"(?:on|about) (?:me|us)\b|(?:on|in) (?:file|record)\b)|"
    r"\b(?:forget|erase|delete|wipe) (?:everything|all) (?:you|about me|my)",
    re.IGNORECASE,
)
_INDIFFERENT = re.compile(
    r"\b(?:either (?:way|one) (?:is|'?s|would be) |(?:i |we )?(?:really )?(?:don'?t|do not|couldn'?t|can'?t say i) "
    r"(?:mind|care)\b(?! (?:for|to see))|(?:does(?:n'?t| not)) (?:really )?matter|no preference|"
    r"not (?:fussed|bothered)|up to you|"
    r"(?:any|anything|whatever|all)(?: of (?:them|those))? (?:is|are|will|would) (?:fine|ok|okay|do|good))",
    re.IGNORECASE,
)
_THOSE = re.compile(r"(?:any of )?(?:those|them|these|that|it)", re.IGNORECASE)
_UNDO = re.compile(
    r"^\W*(?:(?:ok|oops|no|sorry|please|and|wait)\W+)*(?:undo(?: (?:that|it|this|the last(?: one| change)?))?|"
    r"(?:can (?:we|you) )?go back to (?:the |your |my )?(?:previous|last|earlier|old|other) "
    r"(?:lists?|ones?|picks|slate|suggestions|results|lot))"
    r"(?: (?:too|please|again))*\W*$",
    re.IGNORECASE,
)
_NOT_IT = re.compile(r"\bnot (?:yet|quite|really|exactly|there yet) ?(?:the one|it|that|what i)?\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:seen|watched) (?:number |no\.? ?|#)(\d{1,2})\b", re.IGNORECASE)
_LIKE_ABROAD = re.compile(
    r"\b(?:parecid[oa]s? (?:com|a)|similar(?:es)? a|similaire [àa]|[äa]hnlich wie|simile a|tipo)\s+[\"'«“]?$",
    re.IGNORECASE,
)
"""'Like' before a title in the languages that are followed a little."""
_COVERED = 0.6
"""Share of a title's letters from which a linked name is that title rather than a word in it."""
_SEEN_IT = re.compile(
    r"\b(?:i|we)(?:'ve| have)?(?: already)? (?:seen|saw|watched) (?:it|that|this|them|both|those)\b", re.IGNORECASE
)


def settle(command: Command, turn: ParseInput, domain: Domain, offered: Sequence[Offered] = ()) -> Command:
    """Return the command with what unmistakable phrases of the turn say put right.

    offered: titles of the last thing said before.
    """
    if says_thanks(turn.text):
        return Command(intent="smalltalk")
    if _UNDO.match(turn.text):
        return Command(intent="undo")
    if says_more(turn.text) and not command.preferences:
        return Command(intent="more", count=command.count)
    command = with_statements(command, turn, domain)
    if _MEMORY.search(turn.text):
        # What is named beside such a question is what was suggested, no wish; what is said for good is one.
        lasting = tuple(one for one in command.preferences if one.lifetime == "lasting" or one.op == "remove")
        return command.model_copy(update={"intent": "profile", "preferences": lasting})
    command = _with_items(command, turn, domain)
    command = with_verdict(with_intent(command, turn, domain, offered), turn, domain, offered)
    if command.intent == "recommend":
        found = (one for one in unheard(command, turn, domain) if not is_no_wish(one, turn))
        passed_by = (settle_stance(one, turn.text) for one in found)
        command = command.model_copy(update={"preferences": (*command.preferences, *passed_by)})
    if command.intent == "reset":
        # Nothing is left to take back.
        asked = tuple(one.model_copy(update={"op": "add"}) for one in command.preferences)
        command = command.model_copy(update={"preferences": asked})
    return command.model_copy(update={"preferences": with_all_parts(command.preferences, turn, domain)})


def _with_items(command: Command, turn: ParseInput, domain: Domain) -> Command:
    """Hear what is said of items: taken, seen and loved, too much of something."""
    if not command.preferences and (taken := takes_one(turn)):
        return command.model_copy(update={"intent": "feedback", "items": taken, "asks": ()})
    items = command.items
    if _SEEN_IT.search(turn.text):
        items = tuple(_seen(item) for item in items)
    items = waved_off(turn, with_verdicts(tuple(_like_abroad(item, turn) for item in items), turn.text))
    mistaken = (_means_kind, _means_question, _means_nothing_yet)
    items = tuple(item for item in items if not any(means(item, turn) for means in mistaken))
    items = items or tuple(_unknown_titles(turn, domain))
    if not items and command.intent == "feedback" and (place := _PLACE.search(turn.text)):
        items = (ItemReference(ref=int(place[1]), relation="seen", quote=place[0]),)
    return command.model_copy(update={"items": items})


def _means_kind(item: ItemReference, turn: ParseInput) -> bool:
    """Whether 'those' is what its own sentence has just refused, not what is on screen: 'no musicals, not those'."""
    if item.relation not in ("not_interested", "disliked") or not _THOSE.fullmatch(item.quote or ""):
        return False
    at = place_of(item.quote, turn.text)
    start = next((start for start, end in sentences(turn.text) if start <= at < end), at)
    return any(one.facet is not None and one.score >= BEYOND_DOUBT and start <= one.start < at for one in turn.mentions)


def _means_question(item: ItemReference, turn: ParseInput) -> bool:
    """Whether 'either way is fine' is said of the question that was asked, not of what is on screen."""
    if item.relation in ("similar", "about"):
        return False
    at = place_of(item.quote, turn.text)
    said = [turn.text[start:end] for start, end in sentences(turn.text) if at < 0 or start <= at < end]
    return any(_INDIFFERENT.search(sentence) for sentence in said)


def _means_nothing_yet(item: ItemReference, turn: ParseInput) -> bool:
    """Whether its words are those of 'not quite the one', which is on no list."""
    at = place_of(item.quote, turn.text)
    return any(found.start() <= at < found.end() for found in _NOT_IT.finditer(turn.text))


def _like_abroad(item: ItemReference, turn: ParseInput) -> ItemReference:
    # The words that were marked may hold the 'like'.
    at = max(place_of(item.quote, turn.text), place_of(str(item.ref), turn.text))
    if at > 0 and item.relation == "about" and _LIKE_ABROAD.search(turn.text[:at]):
        return item.model_copy(update={"relation": "similar"})
    return item


def _unknown_titles(turn: ParseInput, domain: Domain) -> Iterable[ItemReference]:
    """'The film Glorbnar 7': what is called a film and written like a title is one, known or not."""
    nouns = "|".join(map(re.escape, (domain.noun.one, *domain.noun.also)))
    for start, end in capitalised_runs(turn.text):
        before = turn.text[:start]
        called = re.search(
            rf"\b(?:the|a|this|that|called|named|titled) (?:{nouns})(?: called| named)? ?[\"'“]?$", before
        )
        named = (one for one in turn.mentions if one.kind in ("item", "entity"))
        covered = max((min(end, one.end) - max(start, one.start) for one in named), default=0)
        if called and covered < _COVERED * (end - start):
            yield ItemReference(ref=turn.text[start:end], relation="similar", quote=turn.text[start:end])


def _seen(item: ItemReference) -> ItemReference:
    """'2 looks great but I've seen it': liked and disliked say more than seen, interest says less."""
    weaker = item.relation in ("interested", "accept", "about")
    return item.model_copy(update={"relation": "seen"}) if weaker else item
