"""Figures in a text before anything is made of them: amounts, years, decades, ranges, ranks.

Units, ranges and words come from the domain; the reader knows only numbers, years and comparison.
"""

import re
from collections.abc import Iterator

from tools.comparators import Comparator, Comparators
from tools.domain import Domain
from tools.mentions import Direction
from tools.quantities import (
    Quantity,
    is_dash,
    key_of_unit,
    norm_at,
    rank_forms,
    read_amount,
    read_decade,
    read_number,
    read_year,
    tokens_of,
)
from tools.timespans import relative_years
from tools.words import key

_SIDE = 9
_AHEAD = frozenset({"under", "below", "over", "above", "before", "after"})
_ARTICLES = frozenset({"a", "an", "the", "about"})
_JOINS = frozenset({"to", "through", "thru", "until", "till", "and"})
NOT_BESIDE = frozenset(
    (
        "am",
        "pm",
        "oclock",
        "th",
        "st",
        "nd",
        "rd",
        "times",
        "ago",
        "later",
        "away",
        "earlier",
        "yo",
        "of",
        "into",
        "old",
        "year",
        "years",
        "yr",
        "yrs",
        "month",
        "months",
        "week",
        "weeks",
        "day",
        "days",
    )
)
"""Words right after a figure that make it a time, an age or a place in a row."""
CALENDAR_CUE = re.compile(r"\b(?:from|out|out in|released|made|filmed|shot|since|of)(?: the| in)?$")
_OWNED = re.compile(r"\b(?:my|her|his|their|your|our|(?:im|hes|shes|theyre|were) in)(?: (?:early|mid|late))?$")
_BIRTH = re.compile(r"\b(?:(?:year|when) (?:that )?(?:i|she|he|we|they) w(?:as|ere) born|birth year)\b")
_BORN = re.compile(r"\bborn (?:in|back in)?$")


class NumberLexicon:
    """What a domain says of figures: units, comparatives, cues, the forms of ordered values."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        numbers = domain.of_kind("number")
        self.calendar = next((name for name, facet in numbers.items() if facet.calendar), None)
        self.units = {
            name: {key_of_unit(unit): size for unit, size in facet.units.items()} for name, facet in numbers.items()
        }
        comparatives: dict[str, tuple[str, Direction]] = {}
        for name, facet in numbers.items():
            comparatives |= {key(word): (name, "less") for word in facet.less}
            comparatives |= {key(word): (name, "more") for word in facet.more}
        self.comparators = Comparators(comparatives)
        self.cues = {
            name: re.compile(r"\b(?:" + "|".join(map(re.escape, map(key, facet.cues))) + r")\b")
            for name, facet in domain.facets.items()
            if facet.cues
        }
        self.ranks: dict[str, list[tuple[str, tuple[str, ...], int]]] = {}
        for name, facet in domain.of_kind("ordinal").items():
            for form, rank in rank_forms(facet):
                self.ranks.setdefault(form[0], []).append((name, form, rank))

    def fits(self, name: str, value: float) -> bool:
        """Return whether a facet can have a value."""
        facet = self.domain.facets[name]
        return (facet.low is None or value >= facet.low) and (facet.high is None or value <= facet.high)

    def is_noun(self, word: str) -> bool:
        """Return whether a word is one for an item."""
        noun = self.domain.noun
        return word in (noun.one, noun.many, *noun.also)


class Scan:
    """A text in tokens, and the words around a place in it."""

    def __init__(self, lexicon: NumberLexicon, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.norms = [token.norm for token in self.tokens]
        self._comparators = lexicon.comparators

    def norm(self, place: int) -> str:
        """Return a token in its normal form; nothing outside the text."""
        return norm_at(self.tokens, place)

    def before(self, place: int, since: int = 0) -> str:
        """Return the few words before a place, none from before the character `since`."""
        first = max(0, place - _SIDE)
        return " ".join(token.norm for token in self.tokens[first:place] if token.start >= since)

    def after(self, place: int) -> str:
        """Return the few words from a place on."""
        return " ".join(self.norms[place : place + _SIDE])

    def comparator(self, first: int, after: int, calendar: bool, since: int = 0) -> Comparator:
        """Return how what stands from `first` up to `after` is compared, by words from the character `since` on."""
        before = self.before(first, since)
        found = self._comparators.read(before, self.after(after), calendar)
        next_place = after + found.words_after
        if found.words_after and self.norm(next_place - 1) in _AHEAD and self._begins_figure(next_place):
            # '80s and under two hours': what looks back in 'PG and under' looks ahead where a figure follows.
            return self._comparators.read(before, "", calendar)
        return found

    def _begins_figure(self, place: int) -> bool:
        while self.norm(place) in _ARTICLES:
            place += 1
        return place < len(self.tokens) and (
            read_number(self.tokens, place) is not None or self.norm(place) in ("half", "hour")
        )


class FigureReader:
    """Reads one text's figures."""

    def __init__(self, lexicon: NumberLexicon, scan: Scan, year: int) -> None:
        """year: of the conversation, which 'the last five years' is measured from."""
        self._lexicon = lexicon
        self._scan = scan
        self._year = year
        self._birth_wanted = bool(_BIRTH.search(" ".join(scan.norms)))

    def quantities(self) -> Iterator[Quantity]:
        """Yield what is written in figures, left to right, with both ends of a range as one."""
        found: list[Quantity] = []
        at = 0
        while at < len(self._scan.tokens):
            quantity = self._quantity(at)
            if quantity is None:
                at += 1
                continue
            at = quantity.last + 1
            joined = self._joined(found[-1], quantity) if found else None
            if joined:
                found[-1] = joined
            else:
                found.append(quantity)
        yield from found

    def _quantity(self, at: int) -> Quantity | None:
        return self._rank(at) or self._stretch(at) or self._year_at(at) or self._amount(at) or self._plain(at)

    def _rank(self, at: int) -> Quantity | None:
        """Read a value of an ordinal facet by any of its forms; short ones need evidence, see `_rank_allowed`."""
        for name, form, rank in self._lexicon.ranks.get(self._scan.norms[at], ()):
            end = self._matches(form, at)
            if end and self._rank_allowed(name, form, at, end):
                return Quantity(first=at, last=end - 1, low=rank, high=rank, kind="rank", facet=name)
        return None

    def _matches(self, form: tuple[str, ...], at: int) -> int | None:
        place = at
        for part in form:
            while place > at and is_dash(self._scan.norm(place)):
                place += 1
            if self._scan.norm(place) != part:
                return None
            place += 1
        return place

    def _rank_allowed(self, name: str, form: tuple[str, ...], at: int, end: int) -> bool:
        after = self._scan.norm(end)
        if after in NOT_BESIDE or (end < len(self._scan.tokens) and self._scan.tokens[end].glued and after.isalnum()):
            return False
        if len(form) > 1 and not form[0].isdigit():
            return True
        written = "".join(form)
        if len(written) > 1 and not written.isdigit() and not (written[:-1].isdigit() and written[-1] == "s"):
            return True
        before = self._scan.norm(at - 1)
        cue = self._lexicon.cues.get(name)
        if cue and (cue.search(after) or cue.search(before)):
            return True
        comparator = self._scan.comparator(at, end, calendar=False)
        bound = comparator.operator in ("below", "above", "max", "min")
        if written.isdigit():
            return before in ("a", "an", "proper") and (bound or len(written) == 2)
        if written.isalpha():
            capital = self._scan.tokens[at].raw.isupper() and not self._scan.text.isupper()
            return (bound and (before in ("a", "an") or capital or comparator.operator == "above")) or (
                capital and (before in ("no", "an", "not", "is", "s") or after == "is" or self._lexicon.is_noun(after))
            )
        return before not in ("under", "over")

    def _stretch(self, at: int) -> Quantity | None:
        """Read a decade, or years counted from now."""
        if not self._lexicon.calendar:
            return None
        if self._scan.norm(at) == "the":
            at += 1
        decade = read_decade(self._scan.tokens, at) if at < len(self._scan.tokens) else None
        people = at > 1 and is_dash(self._scan.norm(at - 1))
        if (
            decade
            and not people
            and not _OWNED.search(self._scan.before(at))
            and self._scan.norm(decade[2]) not in NOT_BESIDE
        ):
            low, high, after = decade
            return self._years(at, after, low, high, "decade")
        span = relative_years(self._scan.norms, at, self._year, bool(CALENDAR_CUE.search(self._scan.before(at))))
        return self._years(at, span[2], span[0], span[1], "span") if span else None

    def _years(self, at: int, after: int, low: float, high: float, kind: str) -> Quantity:
        facet = self._lexicon.calendar
        return Quantity(first=at, last=after - 1, low=low, high=high, kind=kind, facet=facet)  # type: ignore[arg-type]

    def _year_at(self, at: int) -> Quantity | None:
        name = self._lexicon.calendar
        if not name:
            return None
        facet = self._lexicon.domain.facets[name]
        year = read_year(self._scan.tokens, at, facet.low or 1000, facet.high or 2999)
        if year is None or self._is_amount(at) or (_BORN.search(self._scan.before(at)) and not self._birth_wanted):
            return None
        return self._years(at, year[1], year[0], year[0], "year")

    def _is_amount(self, at: int) -> bool:
        """Whether a figure has a unit, and a facet that can have so much of it: of '2012 / 100 min' only the second."""
        amounts = (
            (name, read_amount(self._scan.tokens, at, units)) for name, units in self._lexicon.units.items() if units
        )
        return any(amount is not None and self._lexicon.fits(name, amount[0]) for name, amount in amounts)

    def _amount(self, at: int) -> Quantity | None:
        for name, units in self._lexicon.units.items():
            amount = read_amount(self._scan.tokens, at, units) if units else None
            if amount and self._lexicon.fits(name, amount[0]) and self._scan.norm(amount[1]) not in NOT_BESIDE - {"of"}:
                number = read_number(self._scan.tokens, at)
                factor = amount[0] / number[0] if number and number[0] else 1.0
                return Quantity(
                    first=at,
                    last=amount[1] - 1,
                    low=amount[0],
                    high=amount[0],
                    kind="amount",
                    facet=name,
                    factor=factor,
                )
        return None

    def _plain(self, at: int) -> Quantity | None:
        number = read_number(self._scan.tokens, at)
        if number is None:
            return None
        return Quantity(first=at, last=number[1] - 1, low=number[0], high=number[0], kind="plain")

    def _joined(self, left: Quantity, right: Quantity) -> Quantity | None:
        """Return the range from one quantity to the next where the words between them make one, else None."""
        between = self._scan.norms[left.last + 1 : right.first]
        if len(between) != 1 or not (between[0] in _JOINS or is_dash(between[0])):
            return None
        if between[0] == "and" and self._scan.norm(left.first - 1) != "between":
            return None
        low, high, kind, facet = left.low, right.high, right.kind, right.facet
        if left.kind == "plain" and right.kind == "amount":
            low = left.low * right.factor
        elif left.kind == "year" and right.kind == "plain" and right.high < 100:
            high, kind, facet = left.low // 100 * 100 + right.high, "year", left.facet
        elif left.kind == right.kind == "plain" and self._two_digit_years(left, right):
            low, high, kind, facet = 1900 + left.low, 1900 + right.high, "year", self._lexicon.calendar
        elif left.facet != right.facet:
            return None
        if low >= high:
            return None
        return Quantity(first=left.first, last=right.last, low=low, high=high, kind=kind, facet=facet)

    def _two_digit_years(self, left: Quantity, right: Quantity) -> bool:
        two_digits = all(len(self._scan.tokens[quantity.first].raw) == 2 for quantity in (left, right))
        return (
            bool(self._lexicon.calendar) and two_digits and 20 <= left.low < right.high and right.high - left.low <= 30
        )
