"""Statements put right by what their own clause says: taken back, said for good, meant firmly, directed, or empty.

English only.
"""

import re
from collections.abc import Iterable

from agent.commands import Command, Intent, Preference, Range, Relative
from agent.parsing.parser import ParseInput
from agent.parsing.refusals import with_refusal
from agent.parsing.stances import settle_stance
from agent.parsing.takebacks import joined, taken_back
from agent.parsing.unheard import SURE, named, named_instead
from agent.parsing.whole import names_values_only
from agent.parsing.words import count_in, place_of, sentences
from tools.domain import Domain
from tools.mentions import Mention
from tools.words import FUNCTION_WORDS

_GIVE = re.compile(
    r"\b(?:give|show|list|pick|suggest|recommend|name|find)(?: me| us)? (?:(?:your|the|my) )?(?:(?:top|best) )?",
    re.IGNORECASE,
)
_ASKED_OF = re.compile(r"\b(?:by|with|starring|featuring|directed by|made by) $", re.IGNORECASE)
_TYPE = re.compile(r"\s+(?:type|kind|sort|style|vibes?|things?|stuff)(?: of)?(?: things?)?$", re.IGNORECASE)
"""Nouns that mean nothing after what they hold ('pixar type thing')."""
_EMPTY = FUNCTION_WORDS | frozenset(
    """made came comes come coming into set shot filmed out rated called named fit fits overly overtly terribly
    particularly especially extremely awfully""".split()  # noqa: SIM905
)
"""Words that are nobody's wish by themselves."""
_COMES_IN = re.compile(r"\s+(?:comes?|coming|came) into (?:it|things|play|the story)$", re.IGNORECASE)
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
_DENIED = re.compile(r"(?:\b(?:no|not|never|nothing|none|without)|n't)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)
_TASTE = re.compile(
    r"\b(?:likes?|liked|loves?|loved|enjoy(?:s|ed)?|prefers?|into|fans?|favou?rites?|kinds?|types?|sorts?)\b",
    re.IGNORECASE,
)
_FINE_AFTER = re.compile(
    r"(?:(?<=['’]s)|['’]s| is| are| was)(?: (?:also|totally|perfectly|quite|just|all))? "
    r"(?:fine|ok(?:ay)?|all ?right|no problem)\b",
    re.IGNORECASE,
)
_WHICH = re.compile(r"\b(?:what|which|who|whose|where|how|or|any)\b", re.IGNORECASE)
_FINE_TOO = re.compile(r"\b(?:fine|ok(?:ay)?|all ?right)\b[^.;!?]*\bso (?:is|are|would be) (?:an? )?$", re.IGNORECASE)
_UNHEARD_OF = re.compile(
    r"\b(?:never|not|n'?t)(?: even)? heard of (?:it|that|this|them|those|him|her)\b", re.IGNORECASE
)
_OBLIGED = re.compile(
    r"^\W*(?:(?:really|definitely|also|just|simply) )?(?:must|has to|have to|needs? to)\b"
    r"(?!\W+(?:not|n't|never|go|stop)\b)",
    re.IGNORECASE,
)
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


def with_statements(command: Command, turn: ParseInput, domain: Domain) -> Command:
    """Return the command with its statements put right, and how many are wanted."""
    preferences = tuple(
        _firm(
            _directed(_lasting(_taken_back(settle_stance(wish, turn.text), turn.text), turn.text), turn), turn, domain
        )
        for wish in (
            with_refusal(named_instead(_bare(one, domain), turn, domain), turn, domain) for one in command.preferences
        )
        if not (_is_empty(wish, domain) or is_no_wish(wish, turn))
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


def wishes_named(mentions: Iterable[Mention], turn: ParseInput, domain: Domain) -> tuple[Preference, ...]:
    """Return what a turn names, with what its words say of it; nothing of what it merely has nothing against."""
    found = (one for one in named(mentions, domain) if not is_no_wish(one, turn))
    return tuple(_as_said(one, turn, domain) for one in found)


def _as_said(wish: Preference, turn: ParseInput, domain: Domain) -> Preference:
    """A wish that rests on a name alone, with what the words around it say of it."""
    return settle_stance(with_refusal(wish, turn, domain), turn.text)


def _bare(wish: Preference, domain: Domain) -> Preference:
    """A phrase of people's own without the empty noun at its end."""
    if wish.facet != domain.text_facet or not isinstance(wish.value, str):
        return wish
    return wish.model_copy(update={"value": _TYPE.sub("", _COMES_IN.sub("", wish.value)) or wish.value})


def _is_empty(wish: Preference, domain: Domain) -> bool:
    """Whether a phrase of people's own says nothing: 'in', 'made', 'one of them'."""
    own = wish.facet == domain.text_facet and isinstance(wish.value, str)
    return own and all(word in _EMPTY for word in re.findall(r"\w+", str(wish.value).casefold()))


def is_no_wish(wish: Preference, turn: ParseInput) -> bool:
    """Return whether the words around a value say that it is neither wanted nor refused."""
    return _is_allowed(wish, turn) or _is_about_it(wish, turn.text)


def _is_allowed(wish: Preference, turn: ParseInput) -> bool:
    """Whether it is neither wanted nor refused: 'I have nothing against' stands before it, or 'is fine' after it."""
    text, at = turn.text, place_of(wish.quote, turn.text)
    if at < 0 or wish.op != "add":
        return False
    # 'Up to two hours is fine' is a limit, and 'a comedy is fine' an answer to 'what kind?'.
    fine = (
        wish.polarity == "like"
        and isinstance(wish.value, str)
        and not _was_asked_which(turn)
        and (_FINE_AFTER.match(text, at + len(wish.quote or "")) or _FINE_TOO.search(text[:at]))
    )
    return bool(fine) or _NOT_AGAINST.search(text[:at]) is not None


def _was_asked_which(turn: ParseInput) -> bool:
    asked = next((one.text for one in reversed(turn.context) if one.role == "assistant"), "")
    question = asked[slice(*[*sentences(asked)][-1])] if asked.rstrip().endswith("?") else ""
    return _WHICH.search(question) is not None


def _is_about_it(wish: Preference, text: str) -> bool:
    """Whether 'never heard of it' was read as a wish for what few have heard of."""
    at = place_of(wish.quote, text)
    return at >= 0 and any(
        found.start() < at + len(wish.quote or "") and at < found.end() for found in _UNHEARD_OF.finditer(text)
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
    """A bound in figures, a country or language by name, and a kind said with its noun ('a crime film') are meant.

    Unless they are hedged in their clause.
    """
    facet = domain.facets[wish.facet]
    if wish.op == "remove" or wish.strength == "must" or not wish.quote or is_hedged(wish, turn.text):
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
    alike = [one for one in here if one.value == wish.value]
    obliged = facet.kind in ("category", "entity") and any(_OBLIGED.match(turn.text[one.end :]) for one in alike)
    kind = wish.polarity == "like" and facet.kind == "category" and facet.strength == "must"
    told = wish.lifetime == "lasting" or _TASTE.search(_clause(wish, turn.text))
    with_noun = kind and not told and any(_goes_with_noun(one, turn.text, domain) for one in alike)
    if not (bounded or named or by_name or obliged or with_noun):
        return wish
    return wish.model_copy(update={"strength": "must", "confidence": max(wish.confidence, SURE)})


def _goes_with_noun(mention: Mention, text: str, domain: Domain) -> bool:
    """Whether a mention ends in, or is followed by, a noun for an item: 'crime film'."""
    nouns = "|".join(map(re.escape, (domain.noun.one, domain.noun.many, *domain.noun.also)))
    following = re.match(rf"\s+(?:{nouns})\b", text[mention.end :], re.IGNORECASE)
    return following is not None or re.search(rf"\s(?:{nouns})$", mention.text, re.IGNORECASE) is not None


def is_hedged(wish: Preference, text: str) -> bool:
    """Return whether the clause that a wish stands in says 'maybe', 'ideally' or the like."""
    return _HEDGED.search(_clause(wish, text)) is not None


def _clause(wish: Preference, text: str) -> str:
    """The clause that a wish's words stand in; nothing where they are not the turn's."""
    at = place_of(wish.quote, text)
    if at < 0:
        return ""
    breaks = [match.start() for match in re.finditer(r"[.;!?\n,]|\bbut\b", text)]
    start = max((place for place in breaks if place < at), default=-1) + 1
    end = min((place for place in breaks if place >= at + len(wish.quote or "")), default=len(text))
    return text[start:end]
