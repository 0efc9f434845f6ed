"""Years counted from now, or named without figures: 'the last five years', 'this decade', 'turn of the century'."""

import re

from tools.quantities import read_number, tokens_of

OPEN_END = float("inf")
"""Last year of a stretch that still goes on."""

_LAST_YEARS = re.compile(
    r"(?:last|past|previous) (?:(?P<vague>couple|few)(?: of)? |(?P<n>[^\W_]+(?: - [a-z]+)?)(?: or [^\W_]+)? )?"
    r"(?P<unit>years?|yrs?|decades?|months)\b"
)
_FIXED_STRETCHES = (
    (re.compile(r"(?:this century|21 st century|twenty first century|21 st c)\b"), 2000, OPEN_END),
    (re.compile(r"(?:last century|20 th century|twentieth century)\b"), 1900, 1999),
    (re.compile(r"turn of the (?:millennium|millenium|century)\b"), 1998, 2002),
)


def relative_years(norms: list[str], at: int, year: int, cued: bool) -> tuple[float, float, int] | None:
    """Read years counted from now, as (first, last, token after): 'last five years', 'this decade', '21st century'."""
    words = norms[at : at + 6]
    text = " ".join(words)
    for pattern, low, high in _FIXED_STRETCHES:
        match = pattern.match(text)
        if match:
            return low, high, at + len(match.group().split())
    if text.startswith("this decade"):
        return year // 10 * 10, year // 10 * 10 + 9, at + 2
    if text.startswith(("this year", "last year")) and cued:
        then = year if words[0] == "this" else year - 1
        return then, then, at + 2
    match = _LAST_YEARS.match(text)
    if not match:
        return None
    number = read_number(tokens_of(match["n"]), 0) if match["n"] else (1.0, 0)
    count = {"couple": 2.0, "few": 5.0}.get(match["vague"] or "", number[0] if number else 0.0)
    if not count or (match["unit"].startswith("year") and not (match["n"] or match["vague"])):
        return None
    years = (
        count * 10 if match["unit"].startswith("decade") else count / 12 if match["unit"].startswith("month") else count
    )
    return year - int(years), OPEN_END, at + len(match.group().split())
