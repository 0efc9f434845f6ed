"""Finds what a written reply claims without grounds: titles and figures that the data behind it do not have."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.quantities import Token, norm_at, read_amount, read_decade, read_number, read_year, tokens_of
from tools.words import Words, key

_MAX_TITLE_WORDS = 12
_SET_OFF = re.compile(r"\*{1,2}([^*\n]{2,120})\*{1,2}|[“\"]([^”\"\n]{2,120})[”\"]|\b_([^_\n]{2,120})_\b")
_DATED = re.compile(r"((?:[^\s().,;:!?]+ ){0,11}[^\s().,;:!?]+) \((?:1[89]|20)\d\d\)")
_HEDGES = frozenset(("about", "around", "nearly", "almost", "roughly", "under", "over", "some", "circa", "~", "just"))
_SLACK = 0.1
"""How far a hedged figure may be from the fact: 'about two hours' for 116 minutes."""
_JOINTS = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"))
"""Words that titles write small."""
_CENTURY = ("st", "nd", "rd", "th")

Span = tuple[int, int]
"""Offsets into the text."""

_titles: WeakKeyDictionary[Catalogue, frozenset[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Claim:
    start: int
    end: int
    text: str


def unsupported(
    text: str, titles: Iterable[str], numbers: Iterable[float], catalogue: Catalogue, facts: str = ""
) -> list[str]:
    """Return the titles and figures in `text` that have no grounds, as written there, in order.

    titles, numbers: what may be said, numbers in stored units. facts: other text that may be repeated (reasons, the
    person's words): its titles and figures count too. A title counts as said where it is set off by quotes, emphasis
    or a year, or written with its capitals; 'it' and 'up' are words, not films.
    """
    allowed = {key(title) for title in titles}
    grounds = f" {key(facts)} "
    spans = list(_spans_of(text, allowed))
    domain = catalogue.domain
    stated = [100 * value - 1 if kind == "century" else value for _, _, value, kind in _figures(facts, (), domain)]
    figures = sorted({*numbers, *stated})
    claims = [*_title_claims(text, spans, allowed, grounds, catalogue)]
    taken = [*spans, *((claim.start, claim.end) for claim in claims)]
    claims += _figure_claims(text, taken, figures, domain)
    claims.sort(key=lambda claim: claim.start)
    return list(dict.fromkeys(claim.text for claim in claims))


def _spans_of(text: str, titles: AbstractSet[str]) -> Iterator[Span]:
    """Yield where these titles stand, longest first at each place, none inside another."""
    words = Words(text)
    free = 0
    for first in range(len(words)):
        if first < free:
            continue
        for last in range(min(first + _MAX_TITLE_WORDS, len(words)) - 1, first - 1, -1):
            if " ".join(words.norms[first : last + 1]) in titles:
                yield words[first].start, words[last].end
                free = last + 1
                break


def _title_claims(
    text: str, spans: Sequence[Span], allowed: set[str], grounds: str, catalogue: Catalogue
) -> Iterator[_Claim]:
    found: list[_Claim] = []
    for match in (*_SET_OFF.finditer(text), *_DATED.finditer(text)):
        group = match.lastindex or 1
        said = _capitalised_end(match.group(group)) if match.re is _DATED else match.group(group)
        end = match.end(group)
        start = end - len(said) if match.re is _DATED else match.start(group)
        claim = _Claim(start, end, text[start:end].strip())
        if _reads_as_title(said) and not _overlaps(claim, spans) and f" {key(said)} " not in grounds:
            found.append(claim)
    yield from found
    words = Words(text)
    closed = {key(value) for facet in catalogue.domain.facets.values() for value in facet.values}
    known = _known_titles(catalogue) - allowed
    for start, end in _spans_of(text, known):
        claim = _Claim(start, end, text[start:end])
        named = f" {key(claim.text)} " in grounds or _overlaps(claim, spans) or _overlaps(claim, _ends(found))
        if not named and _is_meant(words, claim, key(claim.text) in closed):
            yield claim


def _known_titles(catalogue: Catalogue) -> frozenset[str]:
    if catalogue not in _titles:
        _titles[catalogue] = frozenset(key(title) for title in catalogue.titles) - {""}
    return _titles[catalogue]


def _is_meant(words: Words, claim: _Claim, is_value: bool) -> bool:
    """Whether words that are also a title are meant as one."""
    places = [place for place in range(len(words)) if claim.start <= words[place].start < claim.end]
    first, last = places[0], places[-1]
    if words.quoted(first, last):
        return True
    content = [place for place in places if words[place].norm not in _JOINTS]
    if is_value or not content or not all(words[place].capital for place in (first, *content)):
        return False
    if len(content) > 1:
        return True
    # A capital next to another one belongs to a longer name: 'Carol Danvers' is not 'Carol'.
    before = first > 0 and words.capital_inside(first - 1) and words.between(first - 1, first) == " "
    after = last + 1 < len(words) and words[last + 1].raw[0].isupper() and words.between(last, last + 1) == " "
    return words.capital_inside(content[0]) and not before and not after


def _reads_as_title(said: str) -> bool:
    words = Words(said)
    content = [word for word in words.words if word.norm not in _JOINTS]
    return bool(content) and words[0].capital and all(word.capital for word in content)


def _capitalised_end(said: str) -> str:
    """Return the longest end of a phrase that is written as a title: 'try The Thing' gives 'The Thing'."""
    words = said.split(" ")
    start = len(words)
    for place in range(len(words) - 1, -1, -1):
        word = words[place].strip("*_“”\"'")
        if word[:1].isupper() or word[:1].isdigit():
            start = place
        elif key(word) not in _JOINTS:
            break
    return " ".join(words[start:])


def _ends(claims: Iterable[_Claim]) -> list[Span]:
    return [(claim.start, claim.end) for claim in claims]


def _overlaps(claim: _Claim, spans: Iterable[Span]) -> bool:
    return any(start < claim.end and claim.start < end for start, end in spans)


def _figure_claims(text: str, spans: Sequence[Span], allowed: Sequence[float], domain: Domain) -> Iterator[_Claim]:
    for start, end, value, kind in _figures(text, spans, domain):
        if kind == "decade":
            good = any(value <= figure <= value + 9 for figure in allowed)
        elif kind == "century":
            good = any(100 * (value - 1) <= figure < 100 * value for figure in allowed)
        else:
            places = len(text[start:end].partition(".")[2]) if re.fullmatch(r"\d+\.\d+", text[start:end]) else 0
            slack = _SLACK * value if kind == "hedged" else 0.0
            good = any(
                figure == value or abs(figure - value) <= slack or (places and round(figure, places) == value)
                for figure in allowed
            )
        if not good:
            yield _Claim(start, end, text[start:end])


def _figures(text: str, spans: Sequence[Span], domain: Domain) -> Iterator[tuple[int, int, float, str]]:
    """Yield every figure outside the spans: its place, its value in stored units, and how it is said."""
    tokens = tokens_of(text)
    units = {unit: size for facet in domain.facets.values() for unit, size in facet.units.items()}
    years = [facet for facet in domain.facets.values() if facet.calendar]
    low = min((facet.low for facet in years if facet.low is not None), default=0.0)
    high = max((facet.high for facet in years if facet.high is not None), default=0.0)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        inside = any(start <= token.start < end for start, end in spans)
        read = None if inside else _read(tokens, at, units, (low, high))
        if read is None:
            at += 1
            continue
        value, after, kind = read
        yield token.start, tokens[after - 1].end, value, kind
        at = after


def _read(
    tokens: Sequence[Token], at: int, units: Mapping[str, float], years: tuple[float, float]
) -> tuple[float, int, str] | None:
    hedged = "hedged" if at and tokens[at - 1].norm in _HEDGES else "plain"
    if decade := read_decade(tokens, at):
        return float(decade[0] - decade[0] % 10), decade[2], "decade"
    if year := read_year(tokens, at, *years) if years[1] else None:
        return float(year[0]), year[1], hedged
    if (amount := read_amount(tokens, at, units)) and any(token.norm in units for token in tokens[at : amount[1]]):
        said_one = amount[1] - at == 1
        return None if said_one else (*amount, hedged)
    number = read_number(tokens, at)
    if number is None or (tokens[at].norm in ("one", "a") and number[1] == at + 1):
        return None
    if norm_at(tokens, number[1]) in _CENTURY and "century" in (norm_at(tokens, number[1] + step) for step in (1, 2)):
        return number[0], number[1] + 1, "century"
    return (*number, hedged)
