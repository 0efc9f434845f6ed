"""Bounds read from figures, in films and in a domain of another subject."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.domain import Domain
from tools.mentions import Mention
from tools.numbers import NumberGrammar
from tools.quantities import read_number, tokens_of

YEAR = 2026
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


@pytest.fixture(scope="module")
def films() -> Domain:
    return Domain.load(Path("data/movies"))


@pytest.fixture(scope="module")
def grammar(films: Domain) -> NumberGrammar:
    return NumberGrammar(films)


def found(grammar: NumberGrammar, text: str) -> list[tuple[str | None, float | None, float | None]]:
    return [
        (mention.facet, mention.bounds.min, mention.bounds.max)
        for mention in grammar.find(text, YEAR)
        if mention.bounds is not None
    ]


@pytest.mark.parametrize(
    ("text", "facet", "low", "high"),
    [
        ("nothing over two hours", "runtime", None, 120),
        ("nothing under 2 hours", "runtime", 120, None),
        ("over 2 hours", "runtime", 120, None),
        ("around two hours", "runtime", 105, 135),
        ("1h45 max", "runtime", None, 105),
        ("an hour and a half tops", "runtime", None, 90),
        ("less than two hours ten", "runtime", None, 130),
        ("90-120 minutes", "runtime", 90, 120),
        ("between 80 and 110 mins", "runtime", 80, 110),
        ("two to three hours", "runtime", 120, 180),
        ("no longer than 2 hrs", "runtime", None, 120),
        ("I've got 90 minutes", "runtime", None, 90),
        ("hour n 20 n not a minute more", "runtime", None, 80),
        ("late 80s", "year", 1986, 1989),
        ("early nineties", "year", 1990, 1994),
        ("mid-90s", "year", 1994, 1996),
        ("'70s", "year", 1970, 1979),
        ("the sixties", "year", 1960, 1969),
        ("nineteen eighty-five", "year", 1985, 1985),
        ("before 1980", "year", None, 1979),
        ("after 2000", "year", 2001, None),
        ("since 2000", "year", 2000, None),
        ("pre-1980", "year", None, 1979),
        ("not older than 2000", "year", 2000, None),
        ("newer than 2005", "year", 2006, None),
        ("nothing before the 80s", "year", 1980, None),
        ("from 1990 to 1999", "year", 1990, 1999),
        ("1939 to 45", "year", 1939, 1945),
        ("turn of the millennium", "year", 1998, 2002),
        ("the last five years", "year", 2021, None),
        ("within the last 18 months", "year", 2025, None),
        ("this decade", "year", 2020, 2029),
        ("released last year", "year", 2025, 2025),
        ("above 8", "rating", 8, None),
        ("8/10 or better", "rating", 8, None),
        ("at least 7.5 on imdb", "rating", 7.5, None),
        ("four stars or more", "rating", 8, None),
        ("over 90 on rotten tomatoes", "rating", 9, None),
        ("PG-13 or lower", "certificate", None, 2),
        ("nothing above a 15", "certificate", None, 3),
        ("12A or below", "certificate", None, 2),
        ("rated G", "certificate", None, 0),
        ("nothing harder than pg-13", "certificate", None, 2),
    ],
)
def test_a_figure_and_its_words_set_the_bounds(
    grammar: NumberGrammar, text: str, facet: str, low: float | None, high: float | None
) -> None:
    assert found(grammar, text) == [(facet, low, high)]


def test_alternative_decades_are_two_mentions(grammar: NumberGrammar) -> None:
    assert found(grammar, "80s or 90s") == [("year", 1980, 1989), ("year", 1990, 1999)]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("80s and under 2 hours", [("year", 1980, 1989), ("runtime", None, 120)]),
        ("from the last 5 yrs n under 2hrs", [("year", 2021, None), ("runtime", None, 120)]),
        ("80s and under eighty minutes", [("year", 1980, 1989), ("runtime", None, 80)]),
        ("from 1990 and over 100 minutes", [("year", 1990, 1990), ("runtime", 100, None)]),
        ("PG-13 and under, 90 min", [("certificate", None, 2), ("runtime", 75, 105)]),
        ("2012+ / 100 min", [("year", 2012, None), ("runtime", 85, 115)]),
    ],
)
def test_what_bounds_one_figure_does_not_bound_the_next(
    grammar: NumberGrammar, text: str, bounds: list[tuple[str, float | None, float | None]]
) -> None:
    assert found(grammar, text) == bounds


@pytest.mark.parametrize(
    "text",
    [
        "my kids are 5 and 8",
        "my 7 year old",
        "at 8pm",
        "I was born in 1998",
        "give me five",
        "seen 1 and 3",
        "5 minutes ago",
        "the first 20 minutes",
        "is 2 longer than 3",
        "shorter than 2",
        "in her 30s",
        "I saw it last year",
    ],
)
def test_ages_clocks_counts_and_places_are_no_bounds(grammar: NumberGrammar, text: str) -> None:
    assert found(grammar, text) == []


def test_the_year_somebody_was_born_counts_when_it_is_asked_for(grammar: NumberGrammar) -> None:
    assert found(grammar, "a film from the year I was born, I was born in 1998") == [("year", 1998, 1998)]


@pytest.mark.parametrize(("text", "firm"), [("under two hours", True), ("ideally under two hours", False)])
def test_a_hedged_bound_is_a_wish(grammar: NumberGrammar, text: str, firm: bool) -> None:
    (mention,) = grammar.find(text, YEAR)
    assert mention.firm is firm


def test_units_and_words_come_from_the_domain() -> None:
    shop = Domain.model_validate(
        {
            "name": "teas",
            "noun": {"one": "tea", "many": "teas"},
            "document": ["{title}"],
            "facets": {
                "note": {"kind": "text", "columns": ["notes"]},
                "price": {
                    "kind": "number",
                    "columns": ["price"],
                    "units": {"€": 1, "euros": 1, "quid": 1},
                    "low": 1,
                    "high": 500,
                    "less": ["cheaper"],
                },
            },
        }
    )
    grammar = NumberGrammar(shop)
    assert found(grammar, "under €30") == [("price", None, 30)]
    assert found(grammar, "20 quid at most") == [("price", None, 20)]
    assert found(grammar, "cheaper than 40 euros") == [("price", None, 40)]


@given(st.integers(min_value=1, max_value=9999))
def test_a_number_in_words_is_its_digits(number: int) -> None:
    spelt = read_number(tokens_of(_in_words(number)), 0)
    assert spelt is not None
    assert spelt[0] == number
    assert spelt == (read_number(tokens_of(str(number)), 0)[0], len(tokens_of(_in_words(number))))  # type: ignore[index]


_PIECES = "under 2 h 90 80s to 1990 and PG - a half no hours between or over"


@given(st.text(max_size=80) | st.lists(st.sampled_from(_PIECES.split())).map(" ".join))
def test_bounds_are_ordered_and_spans_are_of_the_text(text: str) -> None:
    for mention in _shared().find(text, YEAR):
        _assert_sound(mention, text)


def _assert_sound(mention: Mention, text: str) -> None:
    assert mention.bounds is not None
    low, high = mention.bounds.min, mention.bounds.max
    assert low is not None or high is not None
    assert low is None or high is None or low <= high
    assert text[mention.start : mention.end] == mention.text != ""


_GRAMMARS: dict[str, NumberGrammar] = {}


def _shared() -> NumberGrammar:
    return _GRAMMARS.setdefault("films", NumberGrammar(Domain.load(Path("data/movies"))))


def _in_words(number: int) -> str:
    ones, tens = _ONES.split(), _TENS.split()
    if number < 20:
        return ones[number]
    if number < 100:
        rest = number % 10
        return tens[number // 10 - 2] + (f"-{ones[rest]}" if rest else "")
    if number < 1000:
        rest = number % 100
        return f"{ones[number // 100]} hundred" + (f" and {_in_words(rest)}" if rest else "")
    rest = number % 1000
    joint = " and " if 0 < rest < 100 else " "
    return f"{_in_words(number // 1000)} thousand" + (joint + _in_words(rest) if rest else "")
