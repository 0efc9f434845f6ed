"""Wishes taken back in so many words: 'never mind the year', 'forget the decade', 'actually subtitles are fine'.

The thing taken back may be a facet by one of its nouns or a value that the linker found. English only.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from agent.commands import Preference, Range
from agent.parsing.parser import ParseInput
from agent.parsing.stances import stance_for_good
from tools.domain import Domain
from tools.mentions import Mention

_DROPPED = re.compile(
    r"\b(?:never ?mind|nvm|forget|scrap|drop|ditch|lose|(?:i |we )?(?:don'?t|do not) (?:really )?care|"
    r"(?:don'?t|do not) (?:bother|worry))(?: (?:about|with))? (?:(?:the|that|my|your|which|what) )?",
    re.IGNORECASE,
)
_FINE = r"(?:'s|is|are|'re|would be)? ?(?:totally |perfectly |quite |just )?(?:fine|ok(?:ay)?|all ?right|no problem)"
_RELENTED = re.compile(
    r"\b(?:actually|after all|on second thoughts?|come to think of it|changed my mind|now|again|too|as well|anyway|"
    r"but (?:just )?(?:for )?(?:tonight|today|this time|once))\b",
    re.IGNORECASE,
)
_IRRELEVANT = (
    r"(?:does(?:n'?t| not)|do(?:n'?t| not)) (?:really )?matter|(?:is|are)(?:n'?t| not) (?:so |that )?important"
)
_WANT = r"(?:wants?|fanc(?:y|ies)|needs?|likes?|feels? like|(?:in the|up) (?:mood )?for)"
_GIVEN_UP = re.compile(
    rf"\b(?:nobody|no one|none of us)\b[^.!?;]*?\b{_WANT}\b(?P<unwanted>[^.!?;]*?)\b(?:any ?more|any longer|now)\b|"
    rf"(?:n['’]?t|\bnot|\bno longer)\b[^.!?;,]*?\b{_WANT}\b(?P<past>[^.!?;]*?)\b(?:any ?more|any longer|after all)\b|"
    rf"\bno longer\W+{_WANT}\b(?P<over>[^.!?;,]*)|"
    r"\b(?:do|go|live) without\b(?P<without>[^.!?;,]*)|\b(?:gone|went|going) off\b(?P<off>[^.!?;,]*)|"
    r"\b(?:scratch|scrap|ditch|drop|lose|forget)\b(?P<scratched>[^.!?;,]*)|"
    r"(?P<before>[^.!?;]*)\b(?:that|it|this|they) (?:was|were) (?:an? |just an? |only an? )?(?:\w+ )?"
    r"(?:idea|mistake|thought|phase|whim)\b",
    re.IGNORECASE,
)
"""Where wishes are given up, and the stretch in which they are named."""
_SURE = 0.5


def taken_back(turn: ParseInput, domain: Domain) -> Iterator[Preference]:
    """Yield a remove for everything that a turn takes back in words that leave no doubt."""
    for match in _DROPPED.finditer(turn.text):
        if named := _named_at(turn, match.end(), domain):
            yield _removal(turn, *named, domain)
    for match in _GIVEN_UP.finditer(turn.text):
        if stance_for_good(match[0] + turn.text[match.end() :]) is not None:
            # Who turns away for good does more than take a wish back.
            continue
        start, end = next(match.span(name) for name, said in match.groupdict().items() if said is not None)
        for one in turn.mentions:
            # A figure's words hold the refusal itself: 'without films over two hours'. Only of a figure do 'gone
            # off' and 'scratch' reach so far.
            meets = (
                one.start < end
                and start < one.end
                and (not (match["off"] or match["scratched"]) or one.kind == "number")
            )
            if one.facet is not None and one.score >= _SURE and meets and one.direction is None:
                yield _removal(turn, one.start, one.end, one.facet, one, domain)
    relents = _RELENTED.search(turn.text) is not None
    for start, end, facet, mention in _everything_named(turn, domain):
        after = turn.text[end : end + 60]
        if (relents and re.match(rf"\s*{_FINE}", after, re.I)) or re.match(rf"\s*(?:{_IRRELEVANT})", after, re.I):
            yield _removal(turn, start, end, facet, mention, domain)


_Named = tuple[int, int, str, Mention | None]
"""Where something stands, its facet, and what the linker found there; None for the facet itself."""


def _named_at(turn: ParseInput, place: int, domain: Domain) -> _Named | None:
    """What is named at a place: the facet by its noun before a value, for 'the year' is no film of that name."""
    here = [one for one in _everything_named(turn, domain) if one[0] <= place < one[1]]
    ends = [one for one in here if not re.match(r"\s*(?:of|in|from)\b", turn.text[one[1] :])]
    return min(ends or here, key=lambda one: one[3] is not None, default=None)


def _everything_named(turn: ParseInput, domain: Domain) -> Iterator[_Named]:
    for match in _nouns(domain).finditer(turn.text):
        yield match.start(), match.end(), _facet_of(match[0], domain), None
    for mention in turn.mentions:
        if mention.facet is not None and mention.score >= _SURE and mention.direction is None:
            yield mention.start, mention.end, mention.facet, mention


def _removal(turn: ParseInput, start: int, end: int, facet: str, mention: Mention | None, domain: Domain) -> Preference:
    value: Range | str = ""
    if mention is not None and mention.value is not None:
        value = mention.value
    elif mention is not None and mention.bounds is not None and domain.facets[facet].kind == "number":
        value = Range(min=mention.bounds.min, max=mention.bounds.max)
    return Preference(
        facet=facet, value=value, op="remove", strength=domain.facets[facet].strength, quote=turn.text[start:end]
    )


@lru_cache(maxsize=8)
def _table(facets: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    table = {noun: facet for facet, nouns in facets for noun in nouns}
    nouns = sorted(table, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, nouns))})\b", re.IGNORECASE), table


def _nouns(domain: Domain) -> re.Pattern[str]:
    return _table(_names(domain))[0]


def _facet_of(noun: str, domain: Domain) -> str:
    return _table(_names(domain))[1][noun.casefold()]


def _names(domain: Domain) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every facet with its nouns: its own name first, which no other facet's list takes from it."""
    own = {name: {name, (facet.label or name).casefold()} for name, facet in domain.facets.items()}
    taken = set().union(*own.values())
    return tuple(
        (name, tuple(sorted(own[name] | {noun.casefold() for noun in facet.names if noun.casefold() not in taken})))
        for name, facet in domain.facets.items()
    )


def joined(preferences: Sequence[Preference], removals: Sequence[Preference]) -> tuple[Preference, ...]:
    """Return the removals, then the statements but those that were read from the same words."""
    spent = {(one.facet, str(one.value).casefold()) for one in removals}
    quotes = [one.quote.casefold() for one in removals if one.quote]
    kept = [
        one
        for one in preferences
        if (one.facet, str(one.value).casefold()) not in spent
        and not (one.quote and any(one.quote.casefold() in quote or quote in one.quote.casefold() for quote in quotes))
    ]
    return (*removals, *kept)
