"""What words say plainly, held against an unsure reading of them: English, whatever the domain.

A parser weighs a whole turn and is at times wrong about the one word that settles it.
"""

import re
from collections.abc import Sequence

from agent.memory.talk import says_for_now
from agent.parsing.refusals import AVERSE
from agent.parsing.words import place_of
from agent.preferences import named_by
from agent.statements import HeldWish, Statement
from tools.catalogue import Catalogue

SURE = 0.75
"""From here on it is believed that what was asked for softly was meant so."""
_SHORT = 25
"""Words of a turn in which a hedge could hardly be missed: of what is named in one without, 93 in 100 are meant."""

_SOFTENED = re.compile(
    r"\b(?:ideally|maybe|perhaps|prefer\w*|possibl[ey]|bonus|like[sd]?|lov(?:e|es|ed|ing)|enjoy\w*|ador\w+|fans?|into|"
    r"favou?rites?|would be nice|kind of|sort of|rather|such as|or so|say|optional\w*|a plus|if you (?:can|have)|"
    r"(?:could|might) be|a bit|slightly)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\bone\s+(?:that|which|who|whose|where|with|from|in|by|of)\b", re.IGNORECASE)
_LASTS = re.compile(
    r"\b(?:always|never|ever|usual\w*|general\w*|normal\w*|typical\w*|rule|hat(?:e|es|ed)|loath\w*|detest\w*|despis\w*|"
    r"stand|bear|favou?rites?|fav\w*|fans?|lov(?:e|es|ed)|ador\w+|enjoy\w*|allergic|phobi\w*|my|our|me|remember|mind|"
    r"note|record|good|every\w*|household|i[’']?m|i am|we[’']re|we are|sucker|prefer\w*|more|permanent\w*|kids?|"
    r"years?|future|no longer|softened|unlearn|mostly|sempre|mai|immer|nie|toujours|jamais|siempre|nunca)\b|n[’']?t\b",
    re.IGNORECASE,
)
"""A turn in which none of these stands hardly says anything that holds beyond it."""
_GIVES_UP = re.compile(
    r"\b(?:never ?mind|nvm|forg[eo]t\w*|dropp?\w*|scrap\w*|scratch|lose|ditch\w*|skip|remov\w*|ignore|cancel|lift|"
    r"relax|loosen|fine|ok|okay|alright|all right|necessar\w*|matter\w*|care|fussed|bothered|after all|longer|"
    r"any ?more|instead|rather|chang\w*|swap|replace|switch|stop|off|out|away|back|allow\w*|whatever|either|any|open|"
    r"enough|done|over|again|actually|wait|undo|mind|without|not|no|bored|tired|sick|gone|went|wrong|mistake|bad|regret|hasty|"
    r"unlearn|erase|delete|strike|scrub|oublie|va bene|egal)\b|n[’']?t\b",
    re.IGNORECASE,
)
"""A turn in which none of these stands hardly takes anything back."""
_UNWANTED = re.compile(r"\b(?:nobody|no one|none of us|do without|go without|no longer wants?)\b", re.IGNORECASE)
_LEADS_TO = re.compile(
    r"\b(?:about|dealing with|with|insists? on|from|by|in|where|featuring|starring|of)\s+(?:(?:the|an?|some)\s+)?$",
    re.IGNORECASE,
)
"""What stands before something asked for."""
_TAKES_BACK = re.compile(
    r"\b(?:scratch|scrap|ditch|drop|forget|forget about|never mind|gone off|went off|going off|over with|done with|"
    r"bored of|bored with|fed up with|had enough of|changed my mind about|(?:don[’']?t|do not|no longer) "
    r"(?:want|fancy|feel like|need))\s+(?:(?:all|any|the|that|those|these|an?|things?|stuff)\s+)*"
    r"(?:\w+\s+(?:with|from|about|by|in|made|of|for)\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
"""What stands before something that is no longer wanted."""


def put_plainly(statement: Statement, text: str, catalogue: Catalogue) -> Statement:
    """Return a statement as its words have it, where they are plain and the reading of them is not.

    What follows 'scratch' or 'gone off' is taken back, not asked for. What follows 'about' or 'insists on' is asked
    for, where no word of the turn refuses anything. A name or kind of the catalogue that is asked for without a hedge
    is a must.
    """
    if not text:
        # What was pressed or given is as it is meant.
        return statement
    before = _before(statement.quote, text)
    adding = statement.op == "add"
    if adding and statement.polarity == "like" and before is not None and _TAKES_BACK.search(before):
        return statement.model_copy(update={"op": "remove"})
    if adding and statement.polarity == "dislike" and before is not None and _asked_for(before, text):
        statement = statement.model_copy(
            update={"polarity": "like", "strength": catalogue.domain.facets[statement.facet].strength}
        )
    if statement.lifetime == "lasting" and (
        says_for_now(text) or (statement.confidence < SURE and not _LASTS.search(text))
    ):
        statement = statement.model_copy(update={"lifetime": "session"})
    if _is_plain_name(statement, text, catalogue):
        return statement.model_copy(update={"strength": "must"})
    return statement


def asked_or_taken_back(statement: Statement, held: Sequence[HeldWish], text: str) -> Statement:
    """Return a remove that names nothing held as what it must be: asked for where no word takes anything back, refused
    where what is named is what nobody wants."""
    if statement.op == "add" or not statement.value or named_by(held, statement):
        return statement
    if not _GIVES_UP.search(text):
        return statement.model_copy(update={"op": "add", "polarity": "like"})
    if isinstance(statement.value, str) and _UNWANTED.search(text):
        return statement.model_copy(update={"op": "add", "polarity": "dislike", "strength": "must"})
    return statement


def is_pronoun(text: str) -> bool:
    """Whether 'one' says what kind, not how many: 'one that he acts in'."""
    return bool(_PRONOUN.search(text))


def is_adverb(words: str | None, text: str) -> bool:
    """Whether words that could compare only say that something is over: 'I don't want them any longer'."""
    return words is not None and re.search(rf"\b(?:any|no)\s+{re.escape(words)}\b(?!\s+than\b)", text, re.I) is not None


def _before(quote: str | None, text: str) -> str | None:
    """The words before a quote in its sentence; None where it does not stand in the text."""
    place = place_of(quote, text)
    return None if place < 0 else re.split(r"[.!?;]\s", text[:place])[-1]


def _asked_for(before: str, text: str) -> bool:
    return bool(_LEADS_TO.search(before)) and not AVERSE.search(text)


def _is_plain_name(statement: Statement, text: str, catalogue: Catalogue) -> bool:
    """Whether a name or kind of the catalogue is plainly asked for: then it is meant, however unsurely it was read."""
    wanted = (statement.op, statement.polarity, statement.lifetime) == ("add", "like", "session")
    unsure = statement.confidence < SURE or len(text.split()) <= _SHORT
    if not wanted or not unsure or _SOFTENED.search(text):
        return False
    facet = catalogue.domain.facets[statement.facet]
    named = facet.kind in ("entity", "category") and isinstance(statement.value, str)
    known = named and bool(catalogue.has(statement.facet, str(statement.value)).any())
    return known and facet.strength == "must"
