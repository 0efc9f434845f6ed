"""Phrases that leave no doubt, read by rule after the network: it still slips on them now and then.

English only; what they do not match is left as the parser said it.
"""

import re
from collections.abc import Iterable, Sequence

from agent.commands import Command, Intent, ItemReference, Preference, Range, Relative
from agent.parsing.compounds import with_all_parts
from agent.parsing.parser import ParseInput
from agent.parsing.reacting import takes_one, waved_off, with_verdicts
from agent.parsing.references import Offered, Referent, asked_about
from agent.parsing.refusals import with_refusal
from agent.parsing.stances import settle_stance
from agent.parsing.takebacks import joined, taken_back
from agent.parsing.titles import capitalised_runs
from agent.parsing.unheard import BEYOND_DOUBT, SURE, TELLS, named, named_instead, needed, unheard
from agent.parsing.verdicts import with_verdict
from agent.parsing.whole import names_values_only, says_more, says_thanks, starts_afresh
from agent.parsing.words import count_in, place_of, sentences
from tools.domain import Domain
from tools.mentions import Mention
from tools.words import FUNCTION_WORDS

_MEMORY = re.compile(
    r"\b(?:what|anything|everything|all) (?:\w+ ){0,2}(?:you|u)(?:'ve)? (?:\w+ )?"
    r"(?:know|remember|stored?|saved?|learn(?:ed|t)) (?:\w+ ){0,2}(?:about|on|of) (?:me|us)\b|"
    r"\bwhat(?:'ve| have| all have| did)? (?:you|u)(?: got| have)? (?:(?:written|noted|put|jotted) down|"
    r"(?:on|about) (?:me|us)\b|(?:on|in) (?:file|record)\b)|"
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
_HAVE_YOU = re.compile(
    r"\b(?:(?:do|have|has|'ve) (?:you|u|ya)|got (?:any|anything|some)|is there|are there|any(?:thing)?|how many|"
    r"know of|(?:what|which) else)\b",
    re.IGNORECASE,
)
_GIVE = re.compile(
    r"\b(?:give|show|list|pick|suggest|recommend|name|find)(?: me| us)? (?:(?:your|the|my) )?(?:(?:top|best) )?",
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
_QUESTION = re.compile(
    r"\?|\b(?:what|which|who|whose|how|when|where is|do you|have you|has it|got any|any|is there|are there|"
    r"does|know of)\b",
    re.IGNORECASE,
)
_UNDO = re.compile(
    r"^\W*(?:(?:ok|oops|no|sorry|please|and|wait)\W+)*(?:undo(?: (?:that|it|this|the last(?: one| change)?))?|"
    r"(?:can (?:we|you) )?go back to (?:the |your |my )?(?:previous|last|earlier|old|other) "
    r"(?:lists?|ones?|picks|slate|suggestions|results|lot))"
    r"(?: (?:too|please|again))*\W*$",
    re.IGNORECASE,
)
_POLITELY = re.compile(
    r"\b(?:(?:would|might) you (?:happen to )?have|(?:could|can|would) (?:you|we) (?:please )?(?:dig|find|get|show|"
    r"pull|line|point|try|track))\b",
    re.IGNORECASE,
)
"""'Could you dig out a western' is no question of whether there is one."""
_OBLIGES = re.compile(r"^\W*(?:\w+\W+){0,3}(?:has|have|needs?|ought|must|should)\b", re.IGNORECASE)
_NOT_IT = re.compile(r"\bnot (?:yet|quite|really|exactly|there yet) ?(?:the one|it|that|what i)?\b", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"^\W*(?:\w+\W+){0,2}(?:what|how) about\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:seen|watched) (?:number |no\.? ?|#)(\d{1,2})\b", re.IGNORECASE)
_ASKED_OF = re.compile(r"\b(?:by|with|starring|featuring|directed by|made by) $", re.IGNORECASE)
_LIKE_ABROAD = re.compile(
    r"\b(?:parecid[oa]s? (?:com|a)|similar(?:es)? a|similaire [àa]|[äa]hnlich wie|simile a|tipo)\s+[\"'«“]?$",
    re.IGNORECASE,
)
"""'Like' before a title in the languages that are followed a little."""
_TYPE = re.compile(r"\s+(?:type|kind|sort|style|vibes?|things?|stuff)(?: of)?(?: things?)?$", re.IGNORECASE)
"""Nouns that mean nothing after what they hold ('pixar type thing')."""
_EMPTY = FUNCTION_WORDS | {"made", "came", "set", "shot", "filmed", "out", "rated", "called", "named"}
"""Words that are nobody's wish by themselves."""
_COVERED = 0.6
"""Share of a title's letters from which a linked name is that title rather than a word in it."""
_REACTIONS = ("seen", "liked", "disliked", "not_interested", "interested", "accept")
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
_DENIED = re.compile(r"(?:\b(?:no|not|never|nothing|none|without)|n't)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)
_HEDGED = re.compile(
    r"\b(?:ideally|maybe|perhaps|preferably|if possible|if you can|bonus|would be (?:nice|lovely|good)|probably|"
    r"kinda|kind of|sort of|ish|or so|around|about|roughly|rather|preferred|not too|could be|might|a bit|slightly)\b",
    re.IGNORECASE,
)
_NOT_AGAINST = re.compile(
    r"\b(?:nothing|no (?:problem|issue|objection|quarrel)s?) (?:at all )?(?:against|with|to)\b"
    r"(?:(?!\b(?:but|though|only|just|except|no|not|never|without)\b)[^,.;!?])*$",
    re.IGNORECASE,
)
_SEEN_IT = re.compile(
    r"\b(?:i|we)(?:'ve| have)?(?: already)? (?:seen|saw|watched) (?:it|that|this|them|both|those)\b", re.IGNORECASE
)
_IT = re.compile(r"\b(?:it|its|this|that|he|she|him|her|who)\b|^\W*(?:why|how come)\W*$", re.IGNORECASE)


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
    command = _with_statements(command, turn, domain)
    if _MEMORY.search(turn.text):
        # What is named beside such a question is what was suggested, no wish; what is said for good is one.
        lasting = tuple(one for one in command.preferences if one.lifetime == "lasting" or one.op == "remove")
        return command.model_copy(update={"intent": "profile", "preferences": lasting})
    command = _with_items(command, turn, domain)
    command = with_verdict(_with_intent(command, turn, domain, offered), turn, offered)
    if command.intent == "recommend":
        passed_by = (settle_stance(one, turn.text) for one in unheard(command, turn, domain))
        command = command.model_copy(update={"preferences": (*command.preferences, *passed_by)})
    if command.intent == "reset":
        # Nothing is left to take back.
        asked = tuple(one.model_copy(update={"op": "add"}) for one in command.preferences)
        command = command.model_copy(update={"preferences": asked})
    return command.model_copy(update={"preferences": with_all_parts(command.preferences, turn, domain)})


def _with_statements(command: Command, turn: ParseInput, domain: Domain) -> Command:
    """Take back what is taken back, keep for good what is said for good, hear how many are wanted."""
    preferences = tuple(
        _firm(
            _directed(_lasting(_taken_back(settle_stance(wish, turn.text), turn.text), turn.text), turn), turn, domain
        )
        for wish in (
            with_refusal(named_instead(_bare(one, domain), turn, domain), turn, domain) for one in command.preferences
        )
        if not (_is_empty(wish, domain) or _is_allowed(wish, turn.text))
    )
    if names_values_only(turn, domain):
        # Nothing in such a turn refuses.
        preferences = tuple(one.model_copy(update={"polarity": "like", "op": "add"}) for one in preferences)
    count = command.count or _counted(turn)
    if removals := tuple({(one.facet, str(one.value)): one for one in taken_back(turn, domain)}.values()):
        preferences = joined(preferences, removals)
        intent: Intent = command.intent if command.intent in ("profile", "reset") else "recommend"
        return command.model_copy(update={"preferences": preferences, "intent": intent, "count": count})
    return command.model_copy(update={"preferences": preferences, "count": count})


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


def _with_intent(command: Command, turn: ParseInput, domain: Domain, offered: Sequence[Offered]) -> Command:
    text, intent, asks = turn.text, command.intent, command.asks
    preferences, items = command.preferences, command.items
    values_only = names_values_only(turn, domain) or (not items and _WHAT_ABOUT.search(text))
    wanted = _wanted(turn.mentions, turn, domain) if values_only and not preferences else ()
    if preferences := preferences or wanted:
        # 'Max two hours' is a reaction to nothing, and 'what about the 80s' no question.
        intent, items, asks = ("recommend", (), ()) if wanted else (intent, items, asks)
    if intent == "question" and not (items or asks) and (_POLITELY.search(text) or _WHAT_ABOUT.search(text)):
        preferences = preferences or _wanted(turn.mentions, turn, domain)
        intent = "recommend" if preferences else intent
    if starts_afresh(text):
        intent = "reset"
    elif intent == "reset" and items and all(item.relation in _REACTIONS for item in items):
        intent = "feedback"
    elif _WHY.search(text) and turn.slate and not preferences:
        intent = "explain"
    elif _MORE_ABOUT.search(text) and not preferences:
        intent, asks = "question", asks or ("plot",)
    elif intent == "question" and items and all(item.relation in _REACTIONS for item in items) and not asks:
        intent = "feedback"
    elif intent not in ("recommend", "reset") and (
        names_values_only(turn, domain) or any(item.relation == "similar" for item in items)
    ):
        intent = "recommend"
    if intent not in ("recommend", "reset", "profile") and (wanted := tuple(needed(turn, domain))):
        # 'A heist should come into it' asks nothing, and is about nothing on the list.
        intent, preferences, items, asks = "recommend", preferences or wanted, (), ()
    if intent == "question" and preferences and not (items or asks or _QUESTION.search(text)):
        # 'She has to be in the cast' asks nothing.
        intent = "recommend"
    if intent in ("smalltalk", "question", "more") and not (preferences or items) and not _QUESTION.search(text):
        # 'It has to have come out after 2010' is no chat, and asks nothing.
        limits = [one for one in turn.mentions if one.kind == "number" and one.firm] if _OBLIGES.search(text) else []
        preferences = _wanted(limits, turn, domain)
        intent, asks = ("recommend", ()) if preferences else (intent, asks)
    if intent in ("question", "compare", "explain") and len(items) < _wanted_items(intent):
        items = items or tuple(_pointed(turn.mentions)) or tuple(map(_about, _meant(turn, offered, preferences)))
    if intent == "question" and not items and not preferences:
        asked = _asks_for_items(text, domain) or any(
            one.kind == "entity" and one.score >= SURE for one in turn.mentions
        )
        preferences = tuple(named(turn.mentions, domain)) if asked else ()
        if not preferences and not asks:
            intent = "smalltalk"
    elif intent == "feedback" and not items and not preferences and not TELLS.search(text):
        # 'Not very cheerful' is about nothing on the list: it says what is wanted.
        sure = [one for one in turn.mentions if one.score >= BEYOND_DOUBT]
        preferences = _wanted(sure, turn, domain)
        intent = "recommend" if preferences else intent
    elif intent in ("recommend", "reset") and not preferences and not items:
        # The network saw nothing in it, yet a name, a value or a figure was linked beyond doubt.
        preferences = _wanted(turn.mentions, turn, domain)
    return command.model_copy(update={"intent": intent, "preferences": preferences, "items": items, "asks": asks})


def asks_for_more(text: str) -> bool:
    """Return whether any word asks for something: of turns that only name items, hardly any is a request without."""
    return _ASKS.search(text) is not None


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


def _wanted(mentions: Iterable[Mention], turn: ParseInput, domain: Domain) -> tuple[Preference, ...]:
    """What a turn names, with what its words say of it; nothing of what it merely has nothing against."""
    found = (one for one in named(mentions, domain) if not _is_allowed(one, turn.text))
    return tuple(_as_said(one, turn, domain) for one in found)


def _as_said(wish: Preference, turn: ParseInput, domain: Domain) -> Preference:
    """A wish that rests on a name alone, with what the words around it say of it."""
    return settle_stance(with_refusal(wish, turn, domain), turn.text)


def _bare(wish: Preference, domain: Domain) -> Preference:
    """A phrase of people's own without the empty noun at its end."""
    if wish.facet != domain.text_facet or not isinstance(wish.value, str):
        return wish
    return wish.model_copy(update={"value": _TYPE.sub("", wish.value) or wish.value})


def _is_empty(wish: Preference, domain: Domain) -> bool:
    """Whether a phrase of people's own says nothing: 'in', 'made', 'one of them'."""
    own = wish.facet == domain.text_facet and isinstance(wish.value, str)
    return own and all(word in _EMPTY for word in re.findall(r"\w+", str(wish.value).casefold()))


def _is_allowed(wish: Preference, text: str) -> bool:
    """Whether 'I have nothing against' stands before it: then it is neither wanted nor refused."""
    at = place_of(wish.quote, text)
    return at > 0 and wish.op == "add" and _NOT_AGAINST.search(text[:at]) is not None


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


def _asks_for_items(text: str, domain: Domain) -> bool:
    """Whether a question is one of the catalogue: 'do you have any', 'which films', but not 'what's the capital of'."""
    return _HAVE_YOU.search(text) is not None or any(
        re.search(rf"\b{re.escape(noun)}\b", text, re.IGNORECASE)
        for noun in (domain.noun.one, domain.noun.many, *domain.noun.also)
    )


def _counted(turn: ParseInput) -> int | None:
    """How many are wanted after 'list', 'give me' and their like; a place on the screen or a length is no count."""
    for verb in _GIVE.finditer(turn.text):
        for start, end, number in count_in(turn.text[verb.end() : verb.end() + 15]):
            place = (verb.end() + start, verb.end() + end)
            taken = any(one.start < place[1] and place[0] < one.end for one in turn.mentions)
            goes_on = re.match(r"\s+\w", turn.text[place[1] :]) is not None
            if start == 0 and number > 1 and goes_on and not taken:
                return number
    return None


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


def _directed(wish: Preference, turn: ParseInput) -> Preference:
    """A comparative says its own direction: 'longer' is more, unless it is denied."""
    measured = wish.value
    if not isinstance(measured, Relative) or not wish.quote:
        return wish
    start = place_of(wish.quote, turn.text)
    inside = [one for one in turn.mentions if one.start < start + len(wish.quote) and start < one.end]
    compared = [one for one in inside if one.direction is not None and not _DENIED.search(turn.text[: one.start])]
    if not any(one.facet == wish.facet for one in inside) and compared and compared[0].facet is not None:
        # 'Longer' is about length, whatever the network took it for.
        wish = wish.model_copy(update={"facet": compared[0].facet})
    said = next((one for one in compared if one.facet == wish.facet), None)
    return wish.model_copy(update={"value": measured.model_copy(update={"dir": said.direction})}) if said else wish


def _firm(wish: Preference, turn: ParseInput, domain: Domain) -> Preference:
    """A bound in figures, and a country or language by name, is meant, unless it is hedged in its clause."""
    facet = domain.facets[wish.facet]
    if wish.op == "remove" or wish.strength == "must" or not wish.quote or _HEDGED.search(_clause(wish, turn.text)):
        return wish
    at = place_of(wish.quote, turn.text)
    here = [
        one for one in turn.mentions if one.facet == wish.facet and at < one.end and one.start < at + len(wish.quote)
    ]
    bounded = isinstance(wish.value, Range) and any(one.kind == "number" and one.firm for one in here)
    named = facet.exclusive and facet.kind == "category" and any(one.value == wish.value for one in here)
    by_name = facet.kind == "entity" and any(
        one.value == wish.value and _ASKED_OF.search(turn.text[: one.start]) for one in here
    )
    if not (bounded or named or by_name):
        return wish
    return wish.model_copy(update={"strength": "must", "confidence": max(wish.confidence, SURE)})


def _clause(wish: Preference, text: str) -> str:
    """The clause that a wish's words stand in; nothing where they are not the turn's."""
    at = place_of(wish.quote, text)
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
