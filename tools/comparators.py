"""Words around a figure that make it a bound: 'under', 'no more than', 'or so', 'tops', and what denies them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tools.mentions import Direction

Operator = Literal["below", "above", "max", "min", "spare", "around"]
"""How a figure bounds: 'spare' is 'I have two hours', a limit for amounts only."""

_FILL = r"(?: (?:a|an|about|around|say|the|of|like|-|,|its|year|years|roughly|maybe|something|that is|whats))*"
_NEGATOR = (
    r"(?:no|not|nothing|never|none|nowt|nah|dont|doesnt|isnt|arent|cant|cannot|wont|wouldnt|shouldnt|without|avoid|"
    r"avoiding|skip|hate|neither|nor|aint|refuse)"
)
_OPEN = (
    r"(?: (?!but\b|and\b|so\b|if\b|because\b|when\b|while\b|mind\b|matter\b|care\b|only\b|just\b|"
    r"except\b)[^\W\d_]+){0,4}?"
)
_BEFORE: dict[Operator, str] = {
    "below": r"under|underneath|below|beneath|(?:less|fewer|lower|smaller|softer|milder|tamer) than|prior to|sub|pre",
    "above": (
        r"over|above|past|beyond|exceeding|north of|"
        r"(?:more|greater|higher|bigger|stronger|harder|stricter|better) than|"
        r"further than|go past|goes past"
    ),
    "max": (
        r"at (?:the )?(?:very )?most|up to(?: and including)?|max(?:imum)?(?: of)?|within|inside|"
        r"(?:limit|cap|ceiling) (?:of|is|at)|capped at|no later than"
    ),
    "min": (
        r"at (?:the )?(?:very )?least|min(?:imum)?(?: of)?|since|upwards of|starting (?:from|at|in)|"
        r"as of|post|no earlier than"
    ),
    "spare": (
        r"(?:have|got|ive|weve|has|only|spare|with|in|free for|time for|theres|there is)(?: only|"
        r" just| about| exactly)?"
    ),
    "around": (
        r"around|(?<!what )(?<!how )about|roughly|approximately|approx|circa|ca|near|nearly|some|close to|~|ideally|"
        r"somewhere around|in the region of"
    ),
}
_CALENDAR_BEFORE: dict[Operator, str] = {
    "below": r"before|earlier than|until|till|(?:made|from) before",
    "above": r"after|later than|following",
    "max": r"by|up until|no later than",
    "min": r"no earlier than",
}
_LIMIT = (
    r"(?:limit|max|maximum|ceiling|cutoff|cut off|outer limit|absolute limit|absolute max|absolute maximum|upper limit)"
)
_AFTER: dict[Operator, str] = {
    "max": (
        r"max(?:imum)?|tops|at (?:the )?(?:very )?(?:most|latest)|(?:or|and|n) (?:less|under|"
        r"below|fewer|lower|earlier|before|older|"
        rf"shorter|{{less}})|(?:(?:is|s|as|was) )?(?:(?:the|my|our|about my|a) )?{_LIMIT}|(?:(?:is|"
        r"s) )?enough|at a push|grand maximum|"
        r"(?:and|n) (?:not a minute|no) more|and no longer"
    ),
    "min": (
        r"min(?:imum)?(?! \d)|at (?:the )?(?:very )?least|(?:or|and) (?:more|over|above|higher|"
        r"better|up|upwards|later|after|newer|onwards?|"
        r"beyond|on|older than that|{more})|\+|plus|upwards?|onwards?|on(?= [.,;!?]|$| please| only)"
    ),
    "around": (
        r"(?:- )?ish|or so|or thereabouts|give or take|odd|approximately|approx|roughly|more or less|or around there|"
        r"(?:or|ish) (?:a )?(?:tad|bit|touch|little) (?:over|more|less|under)|ideal(?:ly)?|ideal"
    ),
}
_HEDGE = re.compile(
    r"\b(?:ideally|maybe|perhaps|preferably|if possible|if you can|bonus|would be nice|"
    r"would be lovely|probably|kinda|ish)\b"
)


@dataclass(frozen=True, slots=True)
class Comparator:
    """What stands beside a figure. words_before and words_after: how many tokens of it on either side."""

    operator: Operator | None = None
    denied: bool = False
    words_before: int = 0
    words_after: int = 0
    facet: str | None = None
    """The facet that a comparative names ('shorter than': runtime)."""


class Comparators:
    """Finds the comparator of a figure, given the tokens on either side as strings of normal forms."""

    def __init__(self, comparatives: Mapping[str, tuple[str, Direction]]) -> None:
        """comparatives: 'shorter' -> ('runtime', 'less')."""
        self._comparatives = comparatives
        words = {
            way: "|".join(
                sorted(
                    map(re.escape, (word for word, (_, to) in comparatives.items() if to == way)), key=len, reverse=True
                )
            )
            or r"(?!)"
            for way in ("less", "more")
        }
        self._before = _left(_BEFORE, words)
        self._calendar_before = _left(_CALENDAR_BEFORE, words, than=False)
        self._after = [
            (name, re.compile(rf"(?:long |in length |each )?(?:{pattern.format(**words)})(?= |$)"))
            for name, pattern in _AFTER.items()
        ]

    def read(self, before: str, after: str, calendar: bool) -> Comparator:
        """Return the comparator: the words before decide, else the words after.

        before, after: some eight normal forms on either side, joined by spaces, nearest at the end and at the start.
        """
        patterns = [*self._before, *self._calendar_before] if calendar else self._before
        best: tuple[int, Operator, re.Match[str]] | None = None
        for name, pattern in patterns:
            match = pattern.search(before)
            if match and (
                best is None
                or (name == "around") < (best[1] == "around")
                or (match.start() < best[0] and name != "around")
            ):
                best = (match.start(), name, match)
        behind = next(((name, found) for name, pattern in self._after if (found := pattern.match(after))), None)
        if best is None or (behind and best[1] == "around" and behind[0] != "around"):
            return Comparator(behind[0], words_after=_count(behind[1].group())) if behind else Comparator()
        return self._of_match(best[1], best[2], behind)

    def _of_match(
        self, name: Operator, match: re.Match[str], behind: tuple[Operator, re.Match[str]] | None
    ) -> Comparator:
        groups = match.groupdict()
        comparative = groups.get("less") or groups.get("more")
        facet = self._comparatives[comparative][0] if comparative else None
        denied = bool(groups.get("no")) and name in ("below", "above")
        return Comparator(name, denied, _count(match.group()), _count(behind[1].group()) if behind else 0, facet)


def is_hedged(before: str, after: str) -> bool:
    """Return whether words near a figure make it a wish rather than a bound ('ideally', 'maybe')."""
    return bool(_HEDGE.search(" ".join(before.split()[-5:])) or _HEDGE.search(" ".join(after.split()[:5])))


def _left(
    table: Mapping[Operator, str], words: Mapping[str, str], than: bool = True
) -> list[tuple[Operator, re.Pattern[str]]]:
    patterns = []
    for name, pattern in table.items():
        way = {"below": "less", "above": "more"}.get(name)
        own = rf"|(?P<{way}>{words[way]}) than" if way and than else ""
        deny = rf"(?:(?P<no>{_NEGATOR}){_OPEN} )?" if way else ""
        patterns.append((name, re.compile(rf"(?:^|(?<= )){deny}(?:{pattern}{own}){_FILL}$")))
    return patterns


def _count(text: str) -> int:
    return len(text.split())
