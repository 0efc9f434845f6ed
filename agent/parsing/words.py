"""Words of the language itself, whatever the domain: counts, and whether two names are the same."""

import re
import unicodedata
from collections.abc import Iterator

from rapidfuzz import fuzz

_COUNTS = {
    "one": 1, "another": 1, "single": 1, "couple": 2, "two": 2, "pair": 2, "three": 3, "handful": 5, "four": 4,
    "five": 5, "six": 6, "half a dozen": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "a dozen": 12, "dozen": 12,
    "twelve": 12, "fifteen": 15, "twenty": 20, "otra": 1, "una": 1, "un": 1, "tres": 3, "eine": 1, "eines": 1, "a": 1,
    "an": 1, "the one": 1, "just one": 1,
}  # fmt: skip
_COUNT = re.compile(r"\b(" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + r"|\d{1,2})\b", re.IGNORECASE)
_EMPTY = frozenset({"a", "an", "the", "of", "in", "on", "at", "to", "and", "or", "for", "with", "one", "ones", "that"})


def count_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, number) for every word or figure that can say how many."""
    for match in _COUNT.finditer(text):
        word = match[0].lower()
        number = _COUNTS[word] if word in _COUNTS else int(word)
        if 1 <= number <= 50:
            yield match.start(), match.end(), number


def place_of(quote: str | None, text: str) -> int:
    """Return where words stand in a text, whole ones before parts of others ('war', not 'warm'); -1: nowhere."""
    if not quote:
        return -1
    whole = re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", text)
    return whole.start() if whole else text.find(quote)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of a text starts and ends."""
    start = 0
    for match in re.finditer(r"[.!?;\n]+(?:\s+|$)", text):
        yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def plain(text: str) -> str:
    """Return the text in lower case, without accents or punctuation, single spaces between words."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", bare.replace("&", " and ").replace("'", "").replace("’", "")).strip()


def names_the_same(words: str, name: str) -> bool:
    """Whether words name the same as a name: all of it, its beginning, or with a slip of spelling."""
    said, known = plain(words), plain(re.sub(r"\(\d{4}\)", "", name))
    if not said or not known:
        return False
    if said == known or fuzz.ratio(said, known) >= 80:
        return True
    telling = [word for word in said.split() if word not in _EMPTY]
    others = known.split()
    return bool(telling) and sum(word in others for word in telling) >= 0.6 * len(telling)
