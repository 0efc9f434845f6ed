"""What a turn wants, put right by its phrases and by what was heard in it: asking is not wishing, and wishing no chat.

English only.
"""

import re
from collections.abc import Iterable, Sequence

from agent.commands import Command, Intent, ItemReference, Preference
from agent.parsing.parser import ParseInput
from agent.parsing.references import Offered, Referent, asked_about
from agent.parsing.statements import wishes_named
from agent.parsing.titles import capitalised_runs
from agent.parsing.unheard import BEYOND_DOUBT, SURE, TELLS, named, needed
from agent.parsing.whole import names_values_only, starts_afresh
from tools.domain import Domain
from tools.mentions import Mention

_WHY = re.compile(
    r"^\W*(?:(?:and|but|ok|so|hmm) )?why (?:on earth |the hell )?"
    r"(?:number|no\.?|#|\d|did you|do you|would you|are you|these|those|this|that one|"
    r"the (?:first|second|third|fourth|fifth|last))\b",
    re.IGNORECASE,
)
_MORE_ABOUT = re.compile(
    r"\b(?:tell me (?:a bit |a little )?more|more about (?:it|that|the|number|#?\d))\b", re.IGNORECASE
)
_HAVE_YOU = re.compile(
    r"\b(?:(?:do|have|has|'ve) (?:you|u|ya)|got (?:any|anything|some)|is there|are there|any(?:thing)?|how many|"
    r"know of|(?:what|which) else)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|\b(?:what|which|who|whose|how|when|where is|do you|have you|has it|got any|any|is there|are there|"
    r"does|know of)\b",
    re.IGNORECASE,
)
_POLITELY = re.compile(
    r"\b(?:(?:would|might) you (?:happen to )?have|(?:could|can|would) (?:you|we) (?:please )?(?:dig|find|get|show|"
    r"pull|line|point|try|track))\b",
    re.IGNORECASE,
)
"""'Could you dig out a western' is no question of whether there is one."""
_OBLIGES = re.compile(r"^\W*(?:\w+\W+){0,3}(?:has|have|needs?|ought|must|should)\b", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"(?:^|[.!;]\s)\W*(?:\w+\W+){0,2}(?:what|how) about\b", re.IGNORECASE)
_REACTIONS = ("seen", "liked", "disliked", "not_interested", "interested", "accept")
_ASKS = re.compile(
    r"\b(?:recommend\w*|suggest\w*|what (?:should|shall|next|else|now|would|do|have|could)|what's (?:next|left)|find|"
    r"give|show|looking for|look for|want|need|more|others?|another|any(?:thing)?|something|got|help|pick|list|"
    r"go)\b|\?",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"\b(?:with|starring|featuring|by) $", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|its|this|that|he|she|him|her|who)\b|^\W*(?:why|how come)\W*$", re.IGNORECASE)


def with_intent(command: Command, turn: ParseInput, domain: Domain, offered: Sequence[Offered]) -> Command:
    """Return the command with its intent put right, and with what follows from another one.

    offered: titles of the last thing said before, which a question may be about.
    """
    command = _asked_nicely(command, turn, domain)
    command = command.model_copy(update=_plainly(command, turn, domain))
    command = _wished_after_all(command, turn, domain)
    return _filled(command, turn, domain, offered)


def _asked_nicely(command: Command, turn: ParseInput, domain: Domain) -> Command:
    """'Max two hours' is a reaction to nothing, and 'what about the 80s' and 'could you find' are no questions."""
    text = turn.text
    reacted = bool(command.items) and all(item.relation in _REACTIONS for item in command.items)
    if reacted and not command.preferences and (asked := _WHAT_ABOUT.search(text)):
        # 'Already seen it. What about 70s horror?'
        after = [one for one in turn.mentions if one.start >= asked.end()]
        if wishes := wishes_named(after, turn, domain):
            return command.model_copy(update={"intent": "recommend", "preferences": wishes, "asks": ()})
    values_only = names_values_only(turn, domain) or (not command.items and _WHAT_ABOUT.search(text))
    if values_only and not command.preferences and (wishes := wishes_named(turn.mentions, turn, domain)):
        return _request(command, wishes)
    politely = _POLITELY.search(text) or _WHAT_ABOUT.search(text)
    if command.intent != "question" or command.items or command.asks or not politely:
        return command
    wishes = command.preferences or wishes_named(turn.mentions, turn, domain)
    return _request(command, wishes) if wishes else command


def _plainly(command: Command, turn: ParseInput, domain: Domain) -> dict[str, object]:
    """What one phrase, or a relation to an item, says of the intent."""
    text, intent, items = turn.text, command.intent, command.items
    reacts = bool(items) and all(item.relation in _REACTIONS for item in items)
    if starts_afresh(text):
        return {"intent": "reset"}
    if intent == "reset" and reacts:
        return {"intent": "feedback"}
    if _WHY.search(text) and turn.slate and not command.preferences:
        return {"intent": "explain"}
    if _MORE_ABOUT.search(text) and not command.preferences:
        return {"intent": "question", "asks": command.asks or ("plot",)}
    if intent == "question" and reacts and not command.asks:
        return {"intent": "feedback"}
    likened = any(item.relation == "similar" for item in items)
    if intent not in ("recommend", "reset") and (likened or names_values_only(turn, domain)):
        return {"intent": "recommend"}
    return {}


def _wished_after_all(command: Command, turn: ParseInput, domain: Domain) -> Command:
    """What was taken for a question or for chat, and says what there is to be."""
    text, intent = turn.text, command.intent
    if intent not in ("recommend", "reset", "profile") and (wishes := tuple(needed(turn, domain))):
        # 'A heist should come into it' asks nothing, and is about nothing on the list.
        return _request(command, command.preferences or wishes)
    if intent == "compare" and command.preferences and len(command.items) < 2 and not _QUESTION.search(text):
        # 'Longer than number 1' weighs nothing against it.
        return _request(command, command.preferences)
    if _QUESTION.search(text) or command.items:
        return command
    if intent == "question" and command.preferences and not command.asks:
        # 'She has to be in the cast' asks nothing.
        return _request(command, command.preferences)
    if intent in ("smalltalk", "question", "more") and not command.preferences and _OBLIGES.search(text):
        # 'It has to have come out after 2010' is no chat, and asks nothing.
        limits = [one for one in turn.mentions if one.kind == "number" and one.firm]
        if wishes := wishes_named(limits, turn, domain):
            return _request(command, wishes)
    return command


def _filled(command: Command, turn: ParseInput, domain: Domain, offered: Sequence[Offered]) -> Command:
    """The command with what its intent lacks: the item of a question, the wish of a request."""
    text, intent = turn.text, command.intent
    preferences, items = command.preferences, command.items
    if intent in ("question", "compare", "explain") and len(items) < _wanted_items(intent):
        items = items or tuple(_pointed(turn.mentions)) or tuple(map(_about, _meant(turn, offered, preferences)))
    if items or preferences:
        return command.model_copy(update={"items": items})
    if intent == "question":
        asked = _asks_for_items(text, domain) or any(
            one.kind == "entity" and one.score >= SURE for one in turn.mentions
        )
        preferences = (tuple(named(turn.mentions, domain)) or tuple(_unknown_names(turn, domain))) if asked else ()
        intent = "question" if preferences or command.asks else "smalltalk"
    elif intent == "feedback" and not TELLS.search(text):
        # 'Not very cheerful' is about nothing on the list: it says what is wanted.
        preferences = wishes_named([one for one in turn.mentions if one.score >= BEYOND_DOUBT], turn, domain)
        intent = "recommend" if preferences else intent
    elif intent in ("recommend", "reset"):
        # The network saw nothing in it, yet a name, a value or a figure was linked beyond doubt.
        preferences = wishes_named(turn.mentions, turn, domain)
    return command.model_copy(update={"intent": intent, "preferences": preferences})


def _unknown_names(turn: ParseInput, domain: Domain) -> Iterable[Preference]:
    """'Anything with Bartholomew Quigglesworth in it?': a name that nothing knows is one all the same."""
    facet = next(iter(domain.of_kind("entity")), None)
    for start, end in capitalised_runs(turn.text) if facet else ():
        if facet and _NAME_BEFORE.search(turn.text[:start]) and " " in turn.text[start:end]:
            name = turn.text[start:end]
            yield Preference(facet=facet, value=name, strength=domain.facets[facet].strength, quote=name)


def _request(command: Command, wishes: Sequence[Preference]) -> Command:
    return command.model_copy(update={"intent": "recommend", "preferences": tuple(wishes), "items": (), "asks": ()})


def asks_for_more(text: str) -> bool:
    """Return whether any word asks for something: of turns that only name items, hardly any is a request without."""
    return _ASKS.search(text) is not None


def _asks_for_items(text: str, domain: Domain) -> bool:
    """Whether a question is one of the catalogue: 'do you have any', 'which films', but not 'what's the capital of'."""
    return _HAVE_YOU.search(text) is not None or any(
        re.search(rf"\b{re.escape(noun)}\b", text, re.IGNORECASE)
        for noun in (domain.noun.one, domain.noun.many, *domain.noun.also)
    )


def _wanted_items(intent: Intent) -> int:
    return 2 if intent == "compare" else 1


def _pointed(mentions: Iterable[Mention]) -> Iterable[ItemReference]:
    for mention in mentions:
        if mention.kind == "slate" and mention.score >= SURE:
            yield from (ItemReference(ref=number, relation="about", quote=mention.text) for number in mention.numbers)


def _meant(turn: ParseInput, offered: Sequence[Offered], preferences: Sequence[Preference]) -> Iterable[Referent]:
    """What 'who is in it?' is about, where the turn wishes for nothing."""
    return asked_about(turn, offered) if _IT.search(turn.text) and not preferences else ()


def _about(referent: Referent) -> ItemReference:
    return ItemReference(ref=referent.ref, relation="about", item=referent.item, others=referent.others)
