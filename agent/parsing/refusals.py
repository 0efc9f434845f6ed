"""What the words before a value refuse, softly or outright: 'nothing made in France', 'go easy on the gore'.

English only, read by rule after the network, which hears a refusal better than it hears how far it reaches.
"""

import re
from itertools import pairwise
from typing import Literal

from agent.commands import Preference
from agent.parsing.parser import ParseInput
from agent.parsing.words import place_of, sentences
from tools.domain import Domain

Refusal = Literal["must", "prefer"]

_SURE = 0.85
"""From here on the network is believed that something is disliked that no word refuses."""
_LINK = (
    r"(?:that|which|who|it|is|it's|its|'s|are|was|were|be|been|being|has|have|had|come|comes|came|made|shot|filmed|set|"
    r"produced|directed|any|anything|anyone|the|a|an|from|in|of|on|with|by|about|like|really|remotely|even|at all|too|"
    r"overly|very|so|all that|that|terribly|especially|particularly|much|more|kind of|sort of|things?|stuff|one)"
)
_CUE = (
    r"(?:\bnothing|\bnone|\bnot|\bnever|\bwithout|(?:\bwas|\bis|\bare|\bwere|\bdo|\bdoes|\bdid|\bca|\bwo|\bwould)n['’]?t|"
    r"\bspare (?:me|us)|\bleave (?:out|off)|\b(?:go )?easy on|\blay off|\bsteer clear of|\b(?:keep|stay) away from|"
    r"\banything but|\banywhere but|\ba bit too|\bfar too|\bway too|\btoo|\bw/o|\bminus|\bsans)"
)
_REFUSED = re.compile(rf"(?P<cue>{_CUE})(?P<links>(?:\W+{_LINK}\b)*)\W+$|\bno(?P<more> more)?\s+$", re.IGNORECASE)
_NO_REFUSAL = re.compile(
    r"\b(?:why|if|whether or|or|but) not\W*$|\bn['’]?t (?:you|we|there|they|mind)\b|\b(?:say|says|said) no\s+$|"
    r"\bnot (?:that|so much as|like)\W*$|\bnothing like\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(r"\b(?:too|overly|very|so|all that|that|terribly|especially|particularly|much)\W+$", re.IGNORECASE)
_EASY = re.compile(r"\beasy on|\blay off|\btoo$", re.IGNORECASE)
AVERSE = re.compile(
    r"\b(?:no|not|nor|none|nope|nah|non?|never|nothing|nobody|neither|without|hat(?:e|es|ed|ing)|dislik\w*|loath\w*|"
    r"avoid\w*|skip\w*|less|least|too|overly|rather|but|except|apart|bore[ds]?|boring|tired|sick|enough|off|"
    r"over (?:it|them|that|with)|(?:leave|count|rule|cut|keep)\w* (?:\w+ )?out|"
    r"wrong|minus|sans|w/o|free|drop\w*|ditch\w*|scratch|scrap|leave|spare|refus\w*|allergic|away|instead|stand|bear|stop|"
    r"fed|done|forget|pass|meh|scared|afraid|fear\w*|phobi\w*|nightmare\w*|upset\w*|trigger\w*|easy|lay|ban\w*|"
    r"sin|nada|ning[uú]n\w*|kein\w*|ohne|nicht|nie|pas|jamais|aucun\w*|niente|senza|mai|nunca|odio|n[aã]o|sem|cannot)\b"
    r"|n[’']t\b|\b(?:do|does|did|wo|ca|is|are|was|were|have|has|had|should|would|could|need)nt\b",
    re.IGNORECASE,
)
"""A turn in which none of these stands hardly refuses anything."""
_CLAUSE = re.compile(r"[.;:!?\n,()]|\bbut\b(?<!anything but)(?<!anywhere but)|\bthough\b", re.IGNORECASE)
_ONWARD = re.compile(
    r"^\W*(?:about|from|in|with|by|for|starring|directed by|made by)\W+(?:(?:the|an?)\W+)?$", re.IGNORECASE
)
_REFUSED_AFTER = re.compile(
    r"^\s*,?\s*(?:(?:but|just) )?(?:no+|nope|nah|not)(?: (?:thanks|thank you|please|way|ta))?\s*(?:[.!;,)\n]|$)",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"^(?: \w+)? (?:without|w/o|minus|sans|sin|ohne|senza|sem)\b", re.IGNORECASE)
_LEFT_OUT = re.compile(r"\b(?:leave (?:out|off)|spare (?:me|us))\W+(?:(?:any|all|the|more)\W+)*$", re.IGNORECASE)
_OUTRIGHT = re.compile(r"\b(?:whatsoever|at all|ever|altogether|of any kind)\b", re.IGNORECASE)
_NEEDED = re.compile(
    r"^\W*(?:is where it )?(?:(?:really|definitely|also|just) )?"
    r"(?:should|ought to|must|has to|have to|needs? to|had better)\b"
    r"(?!\W+(?:not|n't|never|go|stop|wait|"
    r"be (?:avoided|excluded|(?:left|kept|ruled) out|skipped|dropped|banned|off|out)))",
    re.IGNORECASE,
)


def refusal_before(text: str, at: int) -> Refusal | None:
    """Return how firmly the words right before a place in a text refuse what stands there; None: they do not."""
    before = _CLAUSE.split(text[:at])[-1]
    found = _REFUSED.search(before)
    if found is None or _NO_REFUSAL.search(before):
        return None
    soft = _EASY.search(found[0].strip()) or _DEGREE.search(found[0])
    after = _CLAUSE.split(text[at:], maxsplit=1)[0]
    return "prefer" if soft and not _OUTRIGHT.search(after) else "must"


def refusal_after(text: str, end: int) -> Refusal | None:
    """Return how firmly the words right after a place refuse what ends there: 'Steve Coogan yes, Rob Brydon no'."""
    return "must" if _REFUSED_AFTER.match(text[end:]) else None


def begins_anew(text: str, at: int) -> bool:
    """Whether a place in a text is led up to by a clause of its own: 'no gore, about a wedding'."""
    clauses = re.split(r"(,)", text[:at])
    return len(clauses) > 1 and _ONWARD.match(clauses[-1]) is not None


def is_needed(text: str, end: int) -> bool:
    """Whether what ends at a place is what must be there: 'a heist should come into it'."""
    return _NEEDED.match(text[end:]) is not None


_HELD = re.compile(
    r"\b(?:dealing with|about|featuring|involving|full of|centred on|to do with)\s+(?:(?:a|an|the|some)\s+)?$",
    re.IGNORECASE,
)


def with_refusal(wish: Preference, turn: ParseInput, domain: Domain) -> Preference:
    """Return a statement with its polarity and strength as the words right around its own say."""
    text = turn.text
    start = place_of(wish.quote, text)
    if start < 0:
        return wish
    if wish.polarity == "dislike" and wish.op == "add" and _takes_its_place(text, start):
        return wish.model_copy(update={"polarity": "like", "strength": domain.facets[wish.facet].strength})
    if not isinstance(wish.value, str):
        return wish
    if wish.polarity == "dislike" and wish.op == "add" and _HELD.search(text[:start]) and not AVERSE.search(text):
        # Nothing in the turn refuses anything.
        return wish.model_copy(update={"polarity": "like", "strength": domain.facets[wish.facet].strength})
    assert wish.quote is not None
    end = start + len(wish.quote)
    # The words that were marked may hold their own refusal: 'nothing scary', 'very scary'.
    named = (one.start for one in turn.mentions if one.value == wish.value and start <= one.start and one.end <= end)
    at = next(named, start)
    refused = refusal_before(text, at) or refusal_after(text, end)
    if wish.op == "remove":
        if _LEFT_OUT.search(text[:at]):
            # 'Leave out the westerns' does more than take a wish for them back.
            return wish.model_copy(update={"op": "add", "polarity": "dislike", "strength": "must"})
        asked = is_needed(text, end) or re.match(r"\s*(?:\w+\s+){0,2}(?:instead of|rather than)\b", text[end:])
        return wish.model_copy(update={"op": "add", "polarity": "like"}) if asked else wish
    if refused is None and wish.polarity == "dislike" and wish.op == "add" and _without_others(text, start, end):
        return wish.model_copy(update={"polarity": "like", "strength": domain.facets[wish.facet].strength})
    if refused is None and wish.polarity == "dislike" and is_needed(text, end):
        return wish.model_copy(update={"polarity": "like", "lifetime": "session"})
    if refused is not None and wish.polarity == "like" and not is_needed(text, end):
        return wish.model_copy(update={"polarity": "dislike", "strength": refused})
    if refused == "prefer" and wish.lifetime == "session":
        return wish.model_copy(update={"strength": "prefer"})
    if wish.polarity == "dislike" and refused is None and _asked_for(wish, turn, at):
        return wish.model_copy(update={"polarity": "like", "strength": domain.facets[wish.facet].strength})
    return wish


def _without_others(text: str, start: int, end: int) -> bool:
    """Whether 'without' follows a value and nothing averse leads up to it: 'a thriller sans Tom Cruise' wants one."""
    clause = _CLAUSE.split(text[:start])[-1]
    return _WITHOUT.match(text[end:]) is not None and AVERSE.search(clause) is None


def _takes_its_place(text: str, at: int) -> bool:
    """Whether a place stands in the part of a sentence that says what is wanted instead."""
    parts = [0, *(match.end() for match in re.finditer(r"[.;:!?\n,]|\bbut\b", text)), len(text)]
    part = next(text[start:end] for start, end in pairwise(parts) if start <= at < end)
    said, instead, _ = part.partition("instead")
    return bool(instead) and not part.split("instead", 1)[1].lstrip().startswith("of") and not AVERSE.search(said)


def _asked_for(wish: Preference, turn: ParseInput, at: int) -> bool:
    """Whether what was read as disliked is asked for: in a clause of its own, or where nothing refuses anything."""
    if begins_anew(turn.text, at):
        return True
    if wish.confidence >= _SURE or wish.lifetime == "lasting":
        return False
    asked = next((one.text for one in reversed(turn.context) if one.role == "assistant"), "")
    question = asked[slice(*[*sentences(asked)][-1])] if "?" in asked else ""
    return not any(AVERSE.search(said) for said in (_told_of(turn, at), question))


def _told_of(turn: ParseInput, at: int) -> str:
    """What its sentence says up to the value at a place and on, to where the next one begins that is named."""
    start, end = next(sentence for sentence in sentences(turn.text) if sentence[0] <= at < sentence[1])
    commas = [match.start() for match in re.finditer(",", turn.text) if at < match.start() < end]
    others = [one.start for one in turn.mentions if one.facet is not None and one.start > at]
    if commas and any(commas[0] < other < end for other in others):
        end = commas[0]
    return turn.text[start:end]
