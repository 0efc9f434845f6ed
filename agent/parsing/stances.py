"""How somebody stands to what they name, where their words leave no doubt: turned away from it for good, or come round.

English only, read by rule after the network; what is not matched stays as the parser said it.
"""

import re

from agent.commands import Polarity, Preference, Range
from agent.parsing.words import place_of

_I = r"\b(?:i|we)(?:'m| am|'ve| have|'re| are|'d| would)?(?: \w+ly| really| just| always| now)?"
_AWAY = re.compile(
    rf"{_I} (?:gone off|been put off|lost (?:my|all) (?:taste|love) for|stopped (?:liking|watching|enjoying))\b|"
    r"\b(?:done|finished|through|fed up) with\b|\bhad (?:my fill|enough|it) (?:of|with)\b|"
    rf"{_I} (?:skip|avoid|steer clear of|stay away from|keep away from|pass on|give up on)\b|"
    r"\bas a rule (?:i|we) (?:skip|avoid)\b|"
    r"\b(?:can'?t|cannot|don'?t|do not|won'?t|will not) (?:like|love|enjoy|want|watch|do|stand|bear|take|see)\b|"
    r"\bno more\b(?! than)|\bnone of (?:that|those|these)\b|"
    r"\b(?:never|(?:don'?t|do not) ever)(?: ever| again)? (?:watch|show|suggest|recommend|want|pick|give|offer)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:come|came|warmed|grown) (?:round|around|up|to (?:like|love|enjoy)) ?(?:to)?\b|"
    r"\bturns out (?:that )?(?:i|we) (?:do )?(?:really )?(?:like|love|enjoy)\b|"
    r"\bchanged my mind\b[^.!?]*\b(?:like|love|enjoy)\b|"
    r"\b(?:i|we) do (?:like|love|enjoy)\b|"
    r"\bactually (?:i|we)(?: do| really| quite)? (?:like|love|enjoy)\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\b(?:as a rule|in general|generally|usually|normally|from now on|for good|for ?ever|for the future|"
    r"in (?:the )?future|any day of the week|always (?:have|has) been|never (?:have|has) been|full stop|"
    r"keep in mind|bear in mind)\b|"
    r"\b(?:never|no|not|nothing|none|don'?t|can'?t|cannot|won'?t)\b[^.!?]*\bever\b",
    re.IGNORECASE,
)
"""What holds of everything in its sentence."""
_LASTS_HERE = re.compile(
    r"\b(?:any ?more|no longer|these days|nowadays|gone off|done with|come (?:round|around) to|changed my mind|"
    r"turns out)\b|\b(?:never|(?:don'?t|do not) ever)(?: ever)? (?:watch|show|suggest|recommend|want|more than|over)\b|"
    r"\b(?:like|love|enjoy) [\w ]+ now\b",
    re.IGNORECASE,
)
"""What holds of the part of it that it stands in."""
_FOR_NOW = re.compile(
    r"\b(?:tonight|today|this (?:time|once|evening|weekend|afternoon)|right now|at the moment|for now|for once)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:over|above|beyond|past|after|since|newer|(?:longer|more|later|older|higher|more recent) than)\b",
    re.IGNORECASE,
)
_UNDER = re.compile(r"\b(?:under|below|before|prior to|(?:shorter|less|fewer|earlier|lower) than)\b", re.IGNORECASE)
_ENDS = re.compile(r"[.;!?\n]|\bbut\b|\bthough\b")
_PARTS = re.compile(r"[.;:!?\n,]|\bbut\b|\bthough\b|\bbecause\b| - ")


def settle_stance(wish: Preference, text: str) -> Preference:
    """Return a wish with polarity and lifetime as unmistakable words around it say."""
    if not wish.quote or wish.quote not in text:
        return wish
    clause, sentence = (_around(text, wish.quote, ends) for ends in (_PARTS, _ENDS))
    if wish.op == "remove":
        return _turned(wish, clause, sentence)
    changes: dict[str, str] = {}
    # Words that name a value may hold their own refusal: who never wants subtitles wants their own language.
    beside = clause.replace(wish.quote, " ")
    if wish.polarity == "like" and not isinstance(wish.value, Range) and _AWAY.search(beside):
        changes = {"polarity": "dislike", "strength": "must"}
    elif wish.polarity == "dislike" and _is_limit(wish, clause):
        # 'Never over two hours' dislikes what is longer: two hours at most is what is liked.
        changes = {"polarity": "like", "strength": "must"}
    elif wish.polarity == "dislike" and _BACK.search(sentence) and not _AWAY.search(clause):
        changes = {"polarity": "like", "strength": "prefer"}
    lasts = _LASTS.search(sentence) or _LASTS_HERE.search(clause) or (changes and _BACK.search(sentence))
    if lasts and not _FOR_NOW.search(sentence):
        changes["lifetime"] = "lasting"
    return wish.model_copy(update=changes) if changes else wish


def _is_limit(wish: Preference, clause: str) -> bool:
    """Whether a range is what a refusal leaves: 'nothing after 2010' was read as up to 2010."""
    if not isinstance(wish.value, Range):
        return False
    if wish.value.min is None:
        return bool(_OVER.search(clause))
    return wish.value.max is None and bool(_UNDER.search(clause))


def stance_for_good(text: str) -> Polarity | None:
    """Return how the speaker of a turn stands to what it names, where it says for good that this has changed."""
    if _FOR_NOW.search(text) or not (_LASTS.search(text) or _LASTS_HERE.search(text)):
        return None
    if _AWAY.search(text):
        return "dislike"
    return "like" if _BACK.search(text) else None


def _turned(wish: Preference, clause: str, sentence: str) -> Preference:
    """'I've gone off westerns for good' does more than take a wish for them back."""
    if isinstance(wish.value, Range) or _FOR_NOW.search(sentence):
        return wish
    lasts = _LASTS.search(sentence) or _LASTS_HERE.search(clause)
    if lasts and _AWAY.search(clause):
        polarity, strength = "dislike", "must"
    elif lasts and _BACK.search(sentence):
        polarity, strength = "like", "prefer"
    else:
        return wish
    changes = {"op": "add", "polarity": polarity, "strength": strength, "lifetime": "lasting"}
    return wish.model_copy(update=changes)


def _around(text: str, quote: str, ends: re.Pattern[str]) -> str:
    """The part of a text, between two ends, that some of its words stand in."""
    at = place_of(quote, text)
    breaks = [match.start() for match in ends.finditer(text)]
    start = max((place for place in breaks if place < at), default=-1) + 1
    end = min((place for place in breaks if place >= at + len(quote)), default=len(text))
    return text[start:end]
