"""Bounds from figures in a text: 'nothing over two hours', 'late 80s', 'PG-13 or lower', 'at least 7.5', 'under €30'.

Units, ranges and words come from the domain; the grammar knows only numbers, years and comparison.
"""

import re
from dataclasses import replace

from tools.comparators import Comparator, is_hedged
from tools.domain import Domain
from tools.figures import CALENDAR_CUE, NOT_BESIDE, FigureReader, NumberLexicon, Scan
from tools.mentions import Bounds, Mention
from tools.quantities import Quantity
from tools.timespans import OPEN_END
from tools.words import FUNCTION_WORDS

_LONGEST_TEXT = 4000
_AGE_BEFORE = re.compile(
    r"\b(?:aged?|turn(?:ed|s|ing)?|im|shes|hes|theyre|are|is|were|was|number|no|nr|grade|channel|at|by|till|until|option)$|[#:/.]$"
)
_NOT_BEFORE_AMOUNT = re.compile(r"\b(?:in|first|last|every|after|another|each|per|next|past)(?: the| a| an)?$")
_DATING = frozenset({"in", "from", "of", "year", "the", "for", "around", "(", "since", "circa"})


class NumberGrammar:
    """Reads bounds for one domain. Holds nothing of any text."""

    def __init__(self, domain: Domain) -> None:
        self._lexicon = NumberLexicon(domain)

    def find(self, text: str, year: int) -> tuple[Mention, ...]:
        """Return the mentions of kind 'number' in a text, by position, without overlaps.

        year: of the conversation, which 'the last five years' is measured from. Only the first 4,000 characters are
        read.
        """
        scan = Scan(self._lexicon, text[:_LONGEST_TEXT])
        bounder = _Bounder(self._lexicon, scan)
        mentions: list[Mention] = []
        for quantity in FigureReader(self._lexicon, scan, year).quantities():
            # 'PG and under, 90 min': what bounds one figure does not bound the next.
            mention = bounder.mention(quantity, since=mentions[-1].end if mentions else 0)
            if mention and (not mentions or mention.start >= mentions[-1].end):
                mentions.append(mention)
        return tuple(mentions)


class _Bounder:
    """Makes the figures of one text into bounds."""

    def __init__(self, lexicon: NumberLexicon, scan: Scan) -> None:
        self._lexicon = lexicon
        self._scan = scan

    def mention(self, quantity: Quantity, since: int) -> Mention | None:
        """Return the mention that a quantity and the words around it make, or None where it is no bound on a facet.

        since: the character from which words are its own.
        """
        calendar = quantity.facet is not None and quantity.facet == self._lexicon.calendar
        comparator = self._scan.comparator(quantity.first, quantity.last + 1, calendar, since)
        if quantity.kind == "plain":
            placed = self._place_plain(quantity, comparator)
            if placed is None:
                return None
            quantity = placed
        if quantity.kind == "amount" and self._is_about_something_else(quantity, comparator):
            return None
        bounds, score = self._bounds(quantity, comparator)
        first = quantity.first - comparator.words_before
        if quantity.low != quantity.high and self._scan.norm(first - 1) == "between":
            first -= 1
        last = quantity.last + comparator.words_after
        start, end = self._scan.tokens[first].start, self._scan.tokens[last].end
        hedged = is_hedged(self._scan.before(quantity.first), self._scan.after(quantity.last + 1))
        single = quantity.low == quantity.high
        around = single and (comparator.operator == "around" or (not comparator.operator and quantity.kind == "amount"))
        return Mention(
            start=start,
            end=end,
            text=self._scan.text[start:end],
            kind="number",
            facet=quantity.facet,
            bounds=bounds,
            firm=not (hedged or around),
            score=score,
        )

    def _is_about_something_else(self, quantity: Quantity, comparator: Comparator) -> bool:
        """Whether an amount tells when or how often something happens rather than how much is wanted."""
        if self._scan.norm(quantity.last + 1) in (NOT_BESIDE | {"in"}) - {"of"}:
            return True
        if comparator.operator == "spare" and self._scan.norm(quantity.first - 1) == "in":
            return quantity.low < 40
        if comparator.denied or (comparator.operator == "above" and self._scan.norm(quantity.first - 1) == "past"):
            return False
        loose = comparator.operator in (None, "above", "around")
        return loose and bool(_NOT_BEFORE_AMOUNT.search(self._scan.before(quantity.first)))

    def _place_plain(self, quantity: Quantity, comparator: Comparator) -> Quantity | None:
        """Return a figure without a unit as a quantity of the facet it must be about, or None."""
        before, after = self._scan.before(quantity.first), self._scan.after(quantity.last + 1)
        following = self._scan.norm(quantity.last + 1 + comparator.words_after)
        next_word = self._scan.norm(quantity.last + 1)
        if next_word in NOT_BESIDE or (next_word.isalpha() and self._scan.tokens[quantity.last + 1].glued):
            return None
        if next_word in (":", "/") or (_AGE_BEFORE.search(before) and comparator.words_before == 0):
            return None
        for name, cue in self._lexicon.cues.items():
            facet = self._lexicon.domain.facets[name]
            near = cue.search(" ".join(before.split()[-5:])) or cue.search(" ".join(after.split()[:4]))
            if facet.kind == "number" and not facet.calendar and near:
                placed = self._scaled(quantity, name)
                if placed and (comparator.operator or quantity.low != quantity.high or cue.search(before[-20:])):
                    return placed
        goes_on = following.isalpha() and following not in FUNCTION_WORDS and not self._lexicon.is_noun(following)
        compared = self._scan.norm(quantity.first - 1) == "than" and quantity.low < 5 and not comparator.facet
        if comparator.operator in (None, "around", "spare") or goes_on or compared:
            return None
        return self._place_bounded(quantity, comparator)

    def _scaled(self, quantity: Quantity, name: str) -> Quantity | None:
        """Return a bare figure in the facet's range: as it is, or in a unit that brings it there ('over 90' of 100)."""
        smaller = sorted(
            (size for size in set(self._lexicon.domain.facets[name].units.values()) if size < 1), reverse=True
        )
        for factor in (1.0, *smaller):
            if self._lexicon.fits(name, quantity.low * factor) and self._lexicon.fits(name, quantity.high * factor):
                return replace(
                    quantity, low=quantity.low * factor, high=quantity.high * factor, kind="amount", facet=name
                )
        return None

    def _place_bounded(self, quantity: Quantity, comparator: Comparator) -> Quantity | None:
        """Return a bare figure with a comparator as a quantity of the one facet whose range and units it fits."""
        if comparator.facet:
            fits = self._lexicon.fits(comparator.facet, quantity.low) and comparator.facet != self._lexicon.calendar
            return replace(quantity, kind="amount", facet=comparator.facet) if fits and quantity.low > 20 else None
        for name, facet in self._lexicon.domain.of_kind("number").items():
            if facet.calendar or not facet.units:
                continue
            if facet.quality:
                high = facet.high or 0.0
                lower_bound = comparator.operator in ("above", "min") or (
                    comparator.operator == "below" and comparator.denied
                )
                if lower_bound and high / 2 <= quantity.low <= high and self._lexicon.fits(name, quantity.low):
                    return replace(quantity, kind="amount", facet=name)
            elif self._lexicon.fits(name, quantity.low) and quantity.low >= 2 * (facet.low or 0.0):
                return replace(quantity, kind="amount", facet=name)
            elif comparator.operator in ("below", "max") or (comparator.operator == "above" and comparator.denied):
                biggest = max(facet.units.values())
                value = quantity.low * biggest
                if quantity.low <= 4 and biggest > 1 and self._lexicon.fits(name, value):
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
        facet = self._lexicon.domain.facets[quantity.facet or ""]
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
        before = self._scan.norm(quantity.first - 1)
        return before in _DATING or bool(CALENDAR_CUE.search(self._scan.before(quantity.first)))
