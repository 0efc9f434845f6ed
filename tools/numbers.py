"""Bounds from figures in a text: 'nothing over two hours', 'late 80s', 'PG-13 or lower', 'at least 7.5', 'under €30'.

Units, ranges and words come from the domain; the grammar knows only numbers, years and comparison.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from tools.comparators import Comparator, Comparators, is_hedged
from tools.domain import Domain
from tools.mentions import Bounds, Direction, Mention
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
from tools.timespans import OPEN_END, relative_years
from tools.words import FUNCTION_WORDS, key

_LONGEST_TEXT = 4000
_SIDE = 9
_JOINS = frozenset({"to", "through", "thru", "until", "till", "and"})
_NOT_BESIDE = frozenset(
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
_AGE_BEFORE = re.compile(
    r"\b(?:aged?|turn(?:ed|s|ing)?|im|shes|hes|theyre|are|is|were|was|number|no|nr|grade|channel|at|by|till|until|option)$|[#:/.]$"
)
_NOT_BEFORE_AMOUNT = re.compile(r"\b(?:in|first|last|every|after|another|each|per|next|past)(?: the| a| an)?$")
_CALENDAR_CUE = re.compile(r"\b(?:from|out|out in|released|made|filmed|shot|since|of)(?: the| in)?$")
_DATING = frozenset({"in", "from", "of", "year", "the", "for", "around", "(", "since", "circa"})
_OWNED = re.compile(r"\b(?:my|her|his|their|your|our|(?:im|hes|shes|theyre|were) in)(?: (?:early|mid|late))?$")
_BIRTH = re.compile(r"\b(?:(?:year|when) (?:that )?(?:i|she|he|we|they) w(?:as|ere) born|birth year)\b")
_BORN = re.compile(r"\bborn (?:in|back in)?$")


class NumberGrammar:
    """Reads figures for one domain. Holds nothing of any text."""

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

    def find(self, text: str, year: int) -> tuple[Mention, ...]:
        """Return the mentions of kind 'number' in a text, by position, without overlaps.

        year: of the conversation, which 'the last five years' is measured from. Only the first 4,000 characters are
        read.
        """
        reading = _Reading(self, text[:_LONGEST_TEXT], year)
        mentions: list[Mention] = []
        for quantity in reading.quantities():
            mention = reading.mention(quantity)
            if mention and (not mentions or mention.start >= mentions[-1].end):
                mentions.append(mention)
        return tuple(mentions)


class _Reading:
    """One text being read."""

    def __init__(self, grammar: NumberGrammar, text: str, year: int) -> None:
        self._grammar = grammar
        self._facets = grammar.domain.facets
        self._text = text
        self._year = year
        self._tokens = tokens_of(text)
        self._norms = [token.norm for token in self._tokens]
        self._birth_wanted = bool(_BIRTH.search(" ".join(self._norms)))

    def quantities(self) -> Iterator[Quantity]:
        """Yield what is written in figures, left to right, with both ends of a range as one."""
        found: list[Quantity] = []
        at = 0
        while at < len(self._tokens):
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
        for name, form, rank in self._grammar.ranks.get(self._norms[at], ()):
            end = self._matches(form, at)
            if end and self._rank_allowed(name, form, at, end):
                return Quantity(first=at, last=end - 1, low=rank, high=rank, kind="rank", facet=name)
        return None

    def _matches(self, form: tuple[str, ...], at: int) -> int | None:
        place = at
        for part in form:
            while place > at and is_dash(norm_at(self._tokens, place)):
                place += 1
            if norm_at(self._tokens, place) != part:
                return None
            place += 1
        return place

    def _rank_allowed(self, name: str, form: tuple[str, ...], at: int, end: int) -> bool:
        after = norm_at(self._tokens, end)
        if after in _NOT_BESIDE or (end < len(self._tokens) and self._tokens[end].glued and after.isalnum()):
            return False
        if len(form) > 1 and not form[0].isdigit():
            return True
        written = "".join(form)
        if len(written) > 1 and not written.isdigit() and not (written[:-1].isdigit() and written[-1] == "s"):
            return True
        before = norm_at(self._tokens, at - 1)
        cue = self._grammar.cues.get(name)
        if cue and (cue.search(after) or cue.search(before)):
            return True
        comparator = self._comparators_of(at, end, calendar=False)
        bound = comparator.operator in ("below", "above", "max", "min")
        if written.isdigit():
            return before in ("a", "an", "proper") and (bound or len(written) == 2)
        if written.isalpha():
            capital = self._tokens[at].raw.isupper() and not self._text.isupper()
            return (bound and (before in ("a", "an") or capital or comparator.operator == "above")) or (
                capital and (before in ("no", "an", "not", "is", "s") or after == "is" or self._is_noun(after))
            )
        return before not in ("under", "over")

    def _stretch(self, at: int) -> Quantity | None:
        """Read a decade, or years counted from now."""
        if not self._grammar.calendar:
            return None
        if norm_at(self._tokens, at) == "the":
            at += 1
        decade = read_decade(self._tokens, at) if at < len(self._tokens) else None
        people = at > 1 and is_dash(norm_at(self._tokens, at - 1))
        if (
            decade
            and not people
            and not _OWNED.search(self._before(at))
            and norm_at(self._tokens, decade[2]) not in _NOT_BESIDE
        ):
            low, high, after = decade
            return self._years(at, after, low, high, "decade")
        span = relative_years(self._norms, at, self._year, bool(_CALENDAR_CUE.search(self._before(at))))
        return self._years(at, span[2], span[0], span[1], "span") if span else None

    def _years(self, at: int, after: int, low: float, high: float, kind: str) -> Quantity:
        facet = self._grammar.calendar
        return Quantity(first=at, last=after - 1, low=low, high=high, kind=kind, facet=facet)  # type: ignore[arg-type]

    def _year_at(self, at: int) -> Quantity | None:
        name = self._grammar.calendar
        if not name:
            return None
        facet = self._facets[name]
        year = read_year(self._tokens, at, facet.low or 1000, facet.high or 2999)
        if year is None or self._is_amount(at) or (_BORN.search(self._before(at)) and not self._birth_wanted):
            return None
        return self._years(at, year[1], year[0], year[0], "year")

    def _is_amount(self, at: int) -> bool:
        return any(read_amount(self._tokens, at, units) for units in self._grammar.units.values() if units)

    def _amount(self, at: int) -> Quantity | None:
        for name, units in self._grammar.units.items():
            amount = read_amount(self._tokens, at, units) if units else None
            if amount and self._fits(name, amount[0]) and norm_at(self._tokens, amount[1]) not in _NOT_BESIDE - {"of"}:
                number = read_number(self._tokens, at)
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
        number = read_number(self._tokens, at)
        if number is None:
            return None
        return Quantity(first=at, last=number[1] - 1, low=number[0], high=number[0], kind="plain")

    def _fits(self, name: str, value: float) -> bool:
        facet = self._facets[name]
        return (facet.low is None or value >= facet.low) and (facet.high is None or value <= facet.high)

    def _joined(self, left: Quantity, right: Quantity) -> Quantity | None:
        """Return the range from one quantity to the next where the words between them make one, else None."""
        between = self._norms[left.last + 1 : right.first]
        if len(between) != 1 or not (between[0] in _JOINS or is_dash(between[0])):
            return None
        if between[0] == "and" and norm_at(self._tokens, left.first - 1) != "between":
            return None
        low, high, kind, facet = left.low, right.high, right.kind, right.facet
        if left.kind == "plain" and right.kind == "amount":
            low = left.low * right.factor
        elif left.kind == "year" and right.kind == "plain" and right.high < 100:
            high, kind, facet = left.low // 100 * 100 + right.high, "year", left.facet
        elif left.kind == right.kind == "plain" and self._two_digit_years(left, right):
            low, high, kind, facet = 1900 + left.low, 1900 + right.high, "year", self._grammar.calendar
        elif left.facet != right.facet:
            return None
        if low >= high:
            return None
        return Quantity(first=left.first, last=right.last, low=low, high=high, kind=kind, facet=facet)

    def _two_digit_years(self, left: Quantity, right: Quantity) -> bool:
        two_digits = all(len(self._tokens[quantity.first].raw) == 2 for quantity in (left, right))
        return (
            bool(self._grammar.calendar) and two_digits and 20 <= left.low < right.high and right.high - left.low <= 30
        )

    def mention(self, quantity: Quantity) -> Mention | None:
        """Return the mention that a quantity and the words around it make, or None where it is no bound on a facet."""
        calendar = quantity.facet is not None and quantity.facet == self._grammar.calendar
        comparator = self._comparators_of(quantity.first, quantity.last + 1, calendar)
        if quantity.kind == "plain":
            placed = self._place_plain(quantity, comparator)
            if placed is None:
                return None
            quantity = placed
        if quantity.kind == "amount" and self._is_about_something_else(quantity, comparator):
            return None
        bounds, score = self._bounds(quantity, comparator)
        first = quantity.first - comparator.words_before
        if quantity.low != quantity.high and norm_at(self._tokens, first - 1) == "between":
            first -= 1
        last = quantity.last + comparator.words_after
        start, end = self._tokens[first].start, self._tokens[last].end
        hedged = is_hedged(self._before(quantity.first), self._after(quantity.last + 1))
        single = quantity.low == quantity.high
        around = single and (comparator.operator == "around" or (not comparator.operator and quantity.kind == "amount"))
        return Mention(
            start=start,
            end=end,
            text=self._text[start:end],
            kind="number",
            facet=quantity.facet,
            bounds=bounds,
            firm=not (hedged or around),
            score=score,
        )

    def _comparators_of(self, first: int, after: int, calendar: bool) -> Comparator:
        return self._grammar.comparators.read(self._before(first), self._after(after), calendar)

    def _before(self, place: int) -> str:
        return " ".join(self._norms[max(0, place - _SIDE) : place])

    def _after(self, place: int) -> str:
        return " ".join(self._norms[place : place + _SIDE])

    def _is_about_something_else(self, quantity: Quantity, comparator: Comparator) -> bool:
        """Whether an amount tells when or how often something happens rather than how much is wanted."""
        if norm_at(self._tokens, quantity.last + 1) in (_NOT_BESIDE | {"in"}) - {"of"}:
            return True
        if comparator.operator == "spare" and norm_at(self._tokens, quantity.first - 1) == "in":
            return quantity.low < 40
        if comparator.denied or (
            comparator.operator == "above" and norm_at(self._tokens, quantity.first - 1) == "past"
        ):
            return False
        loose = comparator.operator in (None, "above", "around")
        return loose and bool(_NOT_BEFORE_AMOUNT.search(self._before(quantity.first)))

    def _place_plain(self, quantity: Quantity, comparator: Comparator) -> Quantity | None:
        """Return a figure without a unit as a quantity of the facet it must be about, or None."""
        before, after = self._before(quantity.first), self._after(quantity.last + 1)
        following = norm_at(self._tokens, quantity.last + 1 + comparator.words_after)
        next_word = norm_at(self._tokens, quantity.last + 1)
        if next_word in _NOT_BESIDE or (next_word.isalpha() and self._tokens[quantity.last + 1].glued):
            return None
        if next_word in (":", "/") or (_AGE_BEFORE.search(before) and comparator.words_before == 0):
            return None
        for name, cue in self._grammar.cues.items():
            facet = self._facets[name]
            near = cue.search(" ".join(before.split()[-5:])) or cue.search(" ".join(after.split()[:4]))
            if facet.kind == "number" and not facet.calendar and near:
                placed = self._scaled(quantity, name)
                if placed and (comparator.operator or quantity.low != quantity.high or cue.search(before[-20:])):
                    return placed
        goes_on = following.isalpha() and following not in FUNCTION_WORDS and not self._is_noun(following)
        compared = norm_at(self._tokens, quantity.first - 1) == "than" and quantity.low < 5 and not comparator.facet
        if comparator.operator in (None, "around", "spare") or goes_on or compared:
            return None
        return self._place_bounded(quantity, comparator)

    def _is_noun(self, word: str) -> bool:
        noun = self._grammar.domain.noun
        return word in (noun.one, noun.many, *noun.also)

    def _scaled(self, quantity: Quantity, name: str) -> Quantity | None:
        """Return a bare figure in the facet's range: as it is, or in a unit that brings it there ('over 90' of 100)."""
        smaller = sorted((size for size in set(self._facets[name].units.values()) if size < 1), reverse=True)
        for factor in (1.0, *smaller):
            if self._fits(name, quantity.low * factor) and self._fits(name, quantity.high * factor):
                return replace(
                    quantity, low=quantity.low * factor, high=quantity.high * factor, kind="amount", facet=name
                )
        return None

    def _place_bounded(self, quantity: Quantity, comparator: Comparator) -> Quantity | None:
        """Return a bare figure with a comparator as a quantity of the one facet whose range and units it fits."""
        if comparator.facet:
            fits = self._fits(comparator.facet, quantity.low) and comparator.facet != self._grammar.calendar
            return replace(quantity, kind="amount", facet=comparator.facet) if fits and quantity.low > 20 else None
        for name, facet in self._grammar.domain.of_kind("number").items():
            if facet.calendar or not facet.units:
                continue
            if facet.quality:
                high = facet.high or 0.0
                lower_bound = comparator.operator in ("above", "min") or (
                    comparator.operator == "below" and comparator.denied
                )
                if lower_bound and high / 2 <= quantity.low <= high and self._fits(name, quantity.low):
                    return replace(quantity, kind="amount", facet=name)
            elif self._fits(name, quantity.low) and quantity.low >= 2 * (facet.low or 0.0):
                return replace(quantity, kind="amount", facet=name)
            elif comparator.operator in ("below", "max") or (comparator.operator == "above" and comparator.denied):
                biggest = max(facet.units.values())
                value = quantity.low * biggest
                if quantity.low <= 4 and biggest > 1 and self._fits(name, value):
                    return replace(quantity, low=value, high=value, kind="amount", facet=name)
        return None

    def _bounds(self, quantity: Quantity, comparator: Comparator) -> tuple[Bounds, float]:
        """Return the bounds and how surely they are meant."""
        low, high = quantity.low, quantity.high
        counted = quantity.kind in ("year", "decade", "span", "rank")
        step = 1.0 if counted else 0.0
        operator = comparator.operator
        if quantity.kind == "span" and operator not in ("below", "above"):
            return self._unbounded(quantity, around=False)
        if comparator.denied:
            return (Bounds(min=low), 0.95) if operator == "below" else (Bounds(max=high), 0.95)
        if operator == "below":
            return Bounds(max=low - step), 0.9
        if operator == "above":
            return Bounds(min=high + step), 0.9
        if operator == "max" or (operator == "spare" and quantity.kind == "amount"):
            return Bounds(max=high), 0.9 if operator == "max" else 0.75
        if operator == "min":
            return Bounds(min=low), 0.9
        return self._unbounded(quantity, operator == "around")

    def _unbounded(self, quantity: Quantity, around: bool) -> tuple[Bounds, float]:
        facet = self._facets[quantity.facet or ""]
        low, high = quantity.low, quantity.high
        if quantity.kind == "rank":
            upper = low > (len(facet.values) - 1) / 2
            return (Bounds(min=low) if upper else Bounds(max=high)), 0.8
        if quantity.kind == "span":
            return Bounds(min=low, max=None if high == OPEN_END else high), 0.9
        if low == high and (around or quantity.kind == "amount"):
            return Bounds(min=low - facet.about, max=high + facet.about), 0.85 if around else 0.6
        bare_year = quantity.kind == "year" and low == high
        return Bounds(min=low, max=high), 0.55 if bare_year and not self._dated(quantity) else 0.9

    def _dated(self, quantity: Quantity) -> bool:
        """Whether a preposition shows that a year is a date rather than a title."""
        before = norm_at(self._tokens, quantity.first - 1)
        return before in _DATING or bool(_CALENDAR_CUE.search(self._before(quantity.first)))
