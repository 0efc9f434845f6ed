"""Openings that say nothing themselves ('no wait,', 'forget all that.'): blanked out, so that nobody reads a refusal
into the words after them. English only."""

import re
from dataclasses import replace

from agent.parsing.parser import ParseInput

_HEM = r"(?:(?:ok(?:ay)?|oh|ah|um+|hmm+|right|well|so|hey|yeah)[\s,]+)*"
_DISMISSAL = re.compile(
    rf"^\W*{_HEM}(?:forget|scrap|scratch|ditch|never ?mind|nvm)\s+(?:about\s+)?"
    r"(?:all(?:\s+of)?\s+|everything\s+)?"
    r"(?:that|this|those|it|it all|everything|what (?:i|we) said(?! about)(?: before)?)"
    r"\s*(?:[.,;:!\n-]+|$)\s*",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    rf"^\W*{_HEM}(?:no+|nah|nope|oops|whoops)[\s,]+"
    r"(?:(?:actually|wait|sorry|hang on|hold on|i meant?|make (?:it|that)(?= an?\b))\b[\s,]*)+",
    re.IGNORECASE,
)


def without_preamble(turn: ParseInput) -> ParseInput:
    """Return the turn with its opening as blanks, so that every other place stays; the same turn where nothing is left.

    What the linker found in the opening goes with it.
    """
    text = turn.text
    for opening in (_DISMISSAL, _CORRECTION):
        found = opening.match(text)
        if found and text[found.end() :].strip(" .!?"):
            text = " " * found.end() + text[found.end() :]
    if text == turn.text:
        return turn
    start = len(text) - len(text.lstrip())
    return replace(turn, text=text, mentions=tuple(one for one in turn.mentions if one.start >= start))
