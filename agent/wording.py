"""What words say plainly, held against an unsure reading of them: English, whatever the domain.

A parser weighs a whole turn and is at times wrong about the one word that settles it.
"""

import re

from agent.statements import Statement
from tools.catalogue import Catalogue

SURE = 0.75
"""From here on it is believed that what was asked for softly was meant so."""

_SOFTENED = re.compile(
    r"\b(?:ideally|maybe|perhaps|prefer\w*|possibl[ey]|bonus|like[sd]?|lov(?:e|es|ed|ing)|enjoy\w*|ador\w+|fans?|into|"
    r"favou?rites?|would be nice|kind of|sort of|rather|such as|or so|say)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\bone\s+(?:that|which|who|whose|where|with|from|in|by|of)\b", re.IGNORECASE)
_AVERSE = re.compile(
    r"\b(?:no|not|nor|none|nope|nah|non?|never|nothing|nobody|neither|without|hat(?:e|es|ed|ing)|dislik\w*|loath\w*|"
    r"avoid\w*|skip\w*|less|least|too|overly|rather|but|except|apart|bore[ds]?|boring|tired|sick|enough|off|over|out|"
    r"wrong|minus|sans|free|drop\w*|ditch\w*|scratch|scrap|leave|spare|refus\w*|allergic|away|instead|stand|bear|stop|"
    r"fed|done|forget|pass|meh|scared|afraid|fear\w*|phobi\w*|nightmare\w*|upset\w*|trigger\w*|easy|lay|ban\w*|"
    r"sin|nada|ning[uú]n\w*|kein\w*|ohne|nicht|nie|pas|jamais|aucun\w*|niente|senza|mai|nunca|odio|n[aã]o|sem|cannot)\b"
    r"|n[’']?t\b",
    re.IGNORECASE,
)
"""A turn in which none of these stands hardly refuses anything."""
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
    for, where no word of the turn refuses anything. A name of the catalogue that is asked for without a hedge is a
    must.
    """
    before = _before(statement.quote, text)
    adding = statement.op == "add"
    if adding and statement.polarity == "like" and before is not None and _TAKES_BACK.search(before):
        return statement.model_copy(update={"op": "remove"})
    if adding and statement.polarity == "dislike" and before is not None and _asked_for(before, text):
        statement = statement.model_copy(
            update={"polarity": "like", "strength": catalogue.domain.facets[statement.facet].strength}
        )
    if _is_plain_name(statement, text, catalogue):
        return statement.model_copy(update={"strength": "must"})
    return statement


def is_pronoun(text: str) -> bool:
    """Whether 'one' says what kind, not how many: 'one that he acts in'."""
    return bool(_PRONOUN.search(text))


def is_adverb(words: str | None, text: str) -> bool:
    """Whether words that could compare only say that something is over: 'I don't want them any longer'."""
    return words is not None and re.search(rf"\b(?:any|no)\s+{re.escape(words)}\b(?!\s+than\b)", text, re.I) is not None


def _before(quote: str | None, text: str) -> str | None:
    """The words before a quote in its sentence; None where it does not stand in the text."""
    place = text.find(quote) if quote else -1
    return None if place < 0 else re.split(r"[.!?;]\s", text[:place])[-1]


def _asked_for(before: str, text: str) -> bool:
    return bool(_LEADS_TO.search(before)) and not _AVERSE.search(text)


def _is_plain_name(statement: Statement, text: str, catalogue: Catalogue) -> bool:
    """Whether a name of the catalogue is plainly asked for: then it is meant, however unsure the rest was read."""
    wanted = (statement.op, statement.polarity, statement.lifetime) == ("add", "like", "session")
    if not wanted or statement.confidence >= SURE or _SOFTENED.search(text):
        return False
    facet = catalogue.domain.facets[statement.facet]
    named = facet.kind == "entity" and isinstance(statement.value, str)
    return named and facet.strength == "must" and catalogue.holders(statement.facet, str(statement.value)) > 0
