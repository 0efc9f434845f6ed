"""Figures in a text: numbers in digits and words, years and decades, amounts with units; not what they bound.

A text is cut into tokens; `read_*` functions read one thing that starts at a token and return it with the token after
it, or None.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.domain import Facet
from tools.words import NUMBER_WORDS

_TOKEN = re.compile(r"\d+(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_", re.UNICODE)
_DASHES = frozenset("-–—‐‑−~")
_HALVES = {"half": 0.5, "quarter": 0.25, "quarters": 0.25, "third": 1 / 3}
_DECADES = {
    word: 10 * place
    for place, words in enumerate(
        (
            ("noughties", "aughts", "naughties", "twothousands"),
            ("tens", "teens"),
            ("twenties",),
            ("thirties",),
            ("forties",),
            ("fifties",),
            ("sixties",),
            ("seventies",),
            ("eighties",),
            ("nineties",),
        )
    )
    for word in words
}
_PARTS = {"early": (0, 4), "mid": (4, 6), "middle": (4, 6), "late": (6, 9), "later": (6, 9), "end": (7, 9)}


@dataclass(frozen=True, slots=True)
class Token:
    """A number, a word or a sign. `norm` is lower case without apostrophes; `glued`: nothing stands before it."""

    norm: str
    raw: str
    start: int
    end: int
    number: float | None
    glued: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A figure at tokens first to last: low and high are equal for a single one. kind says how it was written."""

    first: int
    last: int
    low: float
    high: float
    kind: Literal["plain", "amount", "year", "decade", "span", "rank"]
    facet: str | None = None
    factor: float = 1.0
    """amount: stored units in the unit named, for a figure before it that shares the unit ('two to three hours')."""


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text in order."""
    tokens = []
    end = -1
    for match in _TOKEN.finditer(text):
        raw = match.group()
        norm = re.sub(r"['’]", "", raw.lower()) if len(raw) > 1 else raw.lower()
        number = float(norm.replace(",", "")) if raw[0].isdecimal() and len(raw) < 10 else None
        tokens.append(Token(norm, raw, match.start(), match.end(), number, match.start() == end))
        end = match.end()
    return tokens


def norm_at(tokens: Sequence[Token], place: int) -> str:
    """Return the normal form at a place, '' outside the text."""
    return tokens[place].norm if 0 <= place < len(tokens) else ""


def is_dash(norm: str) -> bool:
    """Return whether a token is a hyphen or a dash."""
    return norm in _DASHES


def read_number(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """Read '12', '7.5', 'twelve', 'ninety-five', 'a hundred and forty', 'two and a half', '2½'."""
    whole = _read_whole(tokens, at)
    if whole is None:
        return None
    value, after = whole
    return _with_fraction(tokens, value, after)


def _read_whole(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    if at >= len(tokens):
        return None
    if tokens[at].number is not None:
        return tokens[at].number, at + 1  # type: ignore[return-value]
    return read_words(tokens, at)


def read_words(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """Read a number below a million that is written in words: 'two thousand and four', 'a hundred', 'forty-two'."""
    total, group, place = 0, _below_hundred(tokens, at), at
    if group is None and norm_at(tokens, at) == "hundred":
        return 100.0, at + 1
    if group is None:
        if norm_at(tokens, at) not in ("a", "one") or norm_at(tokens, at + 1) not in ("hundred", "thousand"):
            return None
        value, place = 1, at + 1
    else:
        value, place = group
    while norm_at(tokens, place) in ("hundred", "thousand"):
        if norm_at(tokens, place) == "hundred":
            value *= 100
        else:
            total, value = total + value * 1000, 0
        place += 1
        skip = place + 1 if norm_at(tokens, place) == "and" else place
        more = _below_hundred(tokens, skip)
        if more and norm_at(tokens, more[1]) == "hundred" and value == 0:
            value, place = more
            continue
        if more:
            return float(total + value + more[0]), more[1]
    return float(total + value), place


def _below_hundred(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    value = NUMBER_WORDS.get(norm_at(tokens, at))
    if value is None:
        return None
    if value < 20 or value % 10:
        return value, at + 1
    unit_at = at + 2 if is_dash(norm_at(tokens, at + 1)) else at + 1
    unit = NUMBER_WORDS.get(norm_at(tokens, unit_at), 0)
    return (value + unit, unit_at + 1) if 0 < unit < 10 else (value, at + 1)


def _with_fraction(tokens: Sequence[Token], value: float, at: int) -> tuple[float, int]:
    """Add a fraction that follows a number: 'and a half', 'and three quarters', '1/2', '½'."""
    if norm_at(tokens, at) in ("½", "¼", "¾"):
        return value + {"½": 0.5, "¼": 0.25, "¾": 0.75}[norm_at(tokens, at)], at + 1
    if [norm_at(tokens, at + step) for step in range(3)] == ["1", "/", "2"]:
        return value + 0.5, at + 3
    fraction = read_fraction(tokens, at)
    return (value + fraction[0], fraction[1]) if fraction else (value, at)


def read_fraction(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """Read 'and a half', 'and a quarter', 'and three quarters', 'n a half'."""
    if norm_at(tokens, at) not in ("and", "n", "&"):
        return None
    count, place = (3, at + 2) if norm_at(tokens, at + 1) in ("three", "3") else (1, at + 1)
    if norm_at(tokens, place) in ("a", "an"):
        place += 1
    part = _HALVES.get(norm_at(tokens, place))
    return (count * part, place + 1) if part else None


def read_amount(tokens: Sequence[Token], at: int, units: Mapping[str, float]) -> tuple[float, int] | None:
    """Read a figure with a unit, in the stored unit: '90 mins', '1h45', 'an hour and a half', '€30', 'half an hour'.

    units: unit word (with spaces where it has several words) -> stored units. None where no unit is named.
    """
    before = units.get(norm_at(tokens, at))
    if before and not norm_at(tokens, at).isalpha():
        figure = read_number(tokens, at + 1)
        return (figure[0] * before, figure[1]) if figure else None
    figure = _read_count(tokens, at, units)
    if figure is None:
        return None
    value, place = figure
    place = place + 1 if is_dash(norm_at(tokens, place)) or norm_at(tokens, place) in ("+", "odd") else place
    unit = _read_unit(tokens, place, units)
    if unit is None:
        return None
    factor, place = unit
    return _with_smaller(tokens, value * factor, factor, place, units)


def _read_count(tokens: Sequence[Token], at: int, units: Mapping[str, float]) -> tuple[float, int] | None:
    """Read how many units: a number, 'a' or 'an' or nothing for one, 'half an', 'a couple of'."""
    norm, after = norm_at(tokens, at), norm_at(tokens, at + 1)
    if norm in _HALVES and after in ("a", "an", "of"):
        return _HALVES[norm], at + (3 if norm_at(tokens, at + 2) in ("a", "an") else 2)
    if norm in ("a", "an") and after in units:
        return 1.0, at + 1
    if norm == "couple" or (norm == "a" and after == "couple"):
        place = at + (2 if norm == "a" else 1)
        return 2.0, place + 1 if norm_at(tokens, place) == "of" else place
    number = read_number(tokens, at)
    if number:
        return number
    bare_unit = norm in units and units[norm] > 1 and len(norm) > 2
    rest = at + 2 if after in ("and", "n", "&") else at + 1
    return (1.0, at) if bare_unit and (read_fraction(tokens, at + 1) or _read_whole(tokens, rest)) else None


def _read_unit(tokens: Sequence[Token], at: int, units: Mapping[str, float]) -> tuple[float, int] | None:
    for length in (4, 3, 2, 1):
        if at + length <= len(tokens):
            words = " ".join(token.norm for token in tokens[at : at + length])
            factor = units.get(words) or units.get(words.replace(" ", ""))
            if factor and (length > 1 or len(words) > 1 or tokens[at].glued or not words.isalpha()):
                return factor, at + length
    return None


def _with_smaller(
    tokens: Sequence[Token], value: float, factor: float, at: int, units: Mapping[str, float]
) -> tuple[float, int]:
    """Add what follows a big unit: 'and a half' of it, or a figure in the stored unit ('two hours ten', '1h45m')."""
    fraction = read_fraction(tokens, at)
    if fraction:
        return value + fraction[0] * factor, fraction[1]
    if factor <= 1:
        return value, at
    place = at + 1 if norm_at(tokens, at) in ("and", "n", "&", ".") else at
    rest = _read_whole(tokens, place)
    if rest is None or not 1 <= rest[0] < factor:
        return value, at
    dash = is_dash(norm_at(tokens, rest[1]))
    unit = _read_unit(tokens, rest[1], units)
    if unit and unit[0] == 1:
        return value + rest[0], unit[1]
    if unit or dash or (place != at and rest[0] < 10):
        return value, at
    return (value + rest[0], rest[1]) if rest[0] >= 5 else (value, at)


def read_year(tokens: Sequence[Token], at: int, low: float, high: float) -> tuple[int, int] | None:
    """Read a year: '1994', "'85", 'nineteen eighty-five', 'twenty twenty-four', 'two thousand and one'."""
    token = tokens[at]
    if token.number is not None:
        quoted = at > 0 and norm_at(tokens, at - 1) in ("'", "’", "‘") and token.glued
        value = token.number + (1900 if token.number > 35 else 2000) if quoted and len(token.raw) == 2 else token.number
        whole = value == int(value) and (len(token.raw) == 4 or quoted)
        return (int(value), at + 1) if whole and low <= value <= high else None
    century = {"nineteen": 1900, "eighteen": 1800, "twenty": 2000}.get(token.norm)
    if century:
        place = at + 1
        rest = _below_hundred(tokens, place)
        if rest and rest[0] >= 10 and low <= century + rest[0] <= high:
            return century + rest[0], rest[1]
        if norm_at(tokens, place) in ("oh", "hundred"):
            rest = _below_hundred(tokens, place + 1)
            return (century + rest[0], rest[1]) if rest and rest[0] < 10 else None
        return None
    number = read_words(tokens, at)
    return (int(number[0]), number[1]) if number and low <= number[0] <= high else None


def read_decade(tokens: Sequence[Token], at: int) -> tuple[int, int, int] | None:
    """Read a decade or a part of it, as (first year, last year, token after): '80s', "late '80s", 'the nineties'."""
    part, place = (0, 9), at
    while (
        norm_at(tokens, place) in _PARTS
        or is_dash(norm_at(tokens, place))
        or norm_at(tokens, place) in ("to", "of", "the")
    ):
        if norm_at(tokens, place) in _PARTS:
            new = _PARTS[norm_at(tokens, place)]
            part = new if part == (0, 9) else (min(part[0], new[0]), max(part[1], new[1]))
        elif place == at:
            return None
        place += 1
    decade = _read_whole_decade(tokens, place)
    return (decade[0] + part[0], decade[0] + part[1], decade[1]) if decade else None


def _read_whole_decade(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    place = at + 1 if norm_at(tokens, at) in ("'", "’", "‘") else at
    norm = norm_at(tokens, place)
    if norm in ("nineteen", "eighteen", "twenty") and norm_at(tokens, place + 1) in _DECADES:
        return {"eighteen": 1800, "nineteen": 1900, "twenty": 2000}[norm] + _DECADES[
            norm_at(tokens, place + 1)
        ], place + 2
    if norm in _DECADES and norm not in ("tens", "teens"):
        return (1900 if _DECADES[norm] >= 20 else 2000) + _DECADES[norm], place + 1
    if [norm, norm_at(tokens, place + 1)] == ["two", "thousands"]:
        return 2000, place + 2
    if place >= len(tokens) or tokens[place].number is None or not re.fullmatch(r"(?:1[89]|20)?\d0", tokens[place].raw):
        return None
    after = place + 2 if norm_at(tokens, place + 1) in ("'", "’") else place + 1
    if norm_at(tokens, after) != "s" or not tokens[after].glued:
        return None
    value = int(tokens[place].raw)
    if value < 100:
        value += 1900 if value >= 20 else 2000
    return value, after + 1


def key_of_unit(unit: str) -> str:
    """Return a unit as the tokens of a text spell it: '/10' gives '/ 10'."""
    return " ".join(token.norm for token in tokens_of(unit))


def rank_forms(facet: Facet) -> list[tuple[tuple[str, ...], int]]:
    """Return the forms of an ordinal's values with their ranks, longest first, as tokens without dashes."""
    forms = {}
    for rank, value in enumerate(facet.values):
        for phrase in (value, *facet.lexicon.get(value, ())):
            forms[tuple(token.norm for token in tokens_of(phrase) if not is_dash(token.norm))] = rank
    return sorted(forms.items(), key=lambda pair: -len(pair[0]))
