"""Questions to memory about one thing: recognised in plain English, and what is remembered of what they name.

'How do I feel about westerns?', 'remind me what I said about heists', 'why don't you show me musicals any more?'. They
name a thing without wishing for it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from agent.parsing.stances import stance_for_good
from agent.statements import HeldWish, Statement, stems

_YOU = r"(?:do|did|can|could|would) you (?:still )?"
_TOLD = r"(?:told|tell|said|say|mention(?:ed)?|think|thought|feel|felt)"
_SHOW = re.compile(
    r"\bhow (?:do|did) (?:i|we) (?:feel|think) (?:about|of)\b|"
    r"\bwhat (?:do|did) (?:i|we) (?:think|say|feel|tell you) (?:about|of|on)\b|"
    rf"\bwhat (?:have )?(?:i|we)(?:'ve)? (?:ever )?{_TOLD}(?: (?:to )?you)? (?:about|of|on)\b|"
    rf"{_YOU}(?:remember|know|recall) (?:what|how|if|whether|that) (?:i|we)\b|"
    r"\bremind me (?:what|how|if|whether) (?:i|we)\b|"
    r"\bwhat do you (?:know|remember|have) about me and\b|"
    r"\b(?:did|have) i (?:ever )?(?:tell|told|mention(?:ed)?|say|said)(?: (?:to )?you)? "
    r"(?:that|anything|something|about)\b|"
    r"^\W*(?:so |and |ok |wait )?(?:do|did) (?:i|we) (?:even |still |really )?"
    r"(?:like|love|hate|enjoy|watch|want|mind)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\b(?:why|how come|what made|what makes|what was the reason|for what reason)\b[^.?!]*\b(?:"
    r"(?:i|me|we|us) (?:go(?:ne)? off|went off|stop(?:ped)?|quit|give up|gave up|chang(?:e|ed)|"
    r"turn(?:ed)? (?:against|away)|"
    r"(?:no longer|don'?t|do not|didn'?t|never|hate|dislike|avoid|skip)\b)|"
    r"(?:don'?t|do not|won'?t|never|no longer|stopped?) (?:you )?(?:ever )?"
    r"(?:show|suggest|recommend|offer|giv)\w* (?:me|us)|"
    r"don'?t you (?:ever )?(?:show|suggest|recommend|offer|give))|"
    r"^\W*(?:so |and |but )?(?:why|how come) (?:no|not|never|none)\b[^.?!]*\bfor (?:me|us)\b",
    re.IGNORECASE,
)
_LONGEST_QUOTE = 200


def asks_about(text: str) -> Literal["show", "why"] | None:
    """Return whether a turn asks what is remembered of something, or why; None where it does neither."""
    if _WHY.search(text):
        return "why"
    return "show" if _SHOW.search(text) else None


def remembered_of(wishes: Iterable[HeldWish], topics: Sequence[Statement], words: str) -> list[HeldWish]:
    """Return the wishes about what was named: by the parser, in the very words of the wish, or where it was said."""
    named = stems(words)
    values = [stems(topic.value) for topic in topics if isinstance(topic.value, str)]
    return [
        wish
        for wish in wishes
        if any(wish.says_about(topic) for topic in topics)
        or (isinstance(wish.value, str) and stems(wish.value) <= named)
        or any(value and value <= stems(wish.quote or "") for value in values)
    ]


def turned(wishes: Iterable[HeldWish], statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """Return what somebody says who has turned against a remembered wish for good, or come round, in so many words.

    For turns in which the parser saw no wish of it: 'I've gone off westerns for good'.
    """
    stance = stance_for_good(text)
    if stance is None:
        return ()
    named = stems(text)
    return tuple(
        Statement(
            facet=wish.facet,
            value=wish.value,
            role=wish.role,
            polarity=stance,
            strength="must" if stance == "dislike" else "prefer",
            lifetime="lasting",
            quote=" ".join(text.split())[:_LONGEST_QUOTE],
        )
        for wish in wishes
        if isinstance(wish.value, str) and wish.polarity != stance and stems(wish.value) <= named
        if not any(wish.says_about(statement) for statement in statements)
    )
