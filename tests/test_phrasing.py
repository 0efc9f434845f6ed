"""Wishes in plain words, from the domain's phrases."""

import pytest

from agent.commands import Range
from agent.phrasing import count_noun, join, say_chip, say_range, say_wish, say_wishes
from tests.talking import held
from tools.domain import Domain


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_joined_as_people_write_them(words: list[str], said: str) -> None:
    assert join(words) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1990.0, 1999.0, "from the 1990s"),
        (1986.0, 1989.0, "from 1986 to 1989"),
        (1994.0, 1994.0, "from 1994"),
        (None, 1979.0, "from 1979 or earlier"),
        (2021.0, None, "from 2021 or later"),
    ],
)
def test_years_are_said_as_years(movies_domain: Domain, low: float | None, high: float | None, said: str) -> None:
    assert say_range(Range(min=low, max=high), movies_domain.facets["year"]) == said


def test_bounds_have_their_unit(movies_domain: Domain) -> None:
    assert say_range(Range(max=120), movies_domain.facets["runtime"]) == "at most 120 min"
    assert say_range(Range(max="PG-13"), movies_domain.facets["certificate"]) == "rated PG-13 or below"


def test_dislikes_say_whether_they_are_hard(movies_domain: Domain) -> None:
    hard = held("mood", "violent", polarity="dislike", strength="must")
    soft = held("mood", "violent", polarity="dislike")
    assert say_wish(hard, movies_domain) == "no violent"
    assert say_wish(soft, movies_domain) == "not too violent"


def test_a_name_is_said_with_its_role(movies_domain: Domain) -> None:
    wish = held("person", "Denis Villeneuve", role="director", strength="must")
    assert "Denis Villeneuve" in say_wish(wish, movies_domain)
    assert say_wish(wish, movies_domain) != say_wish(held("person", "Denis Villeneuve"), movies_domain)


def test_alternatives_are_said_together(movies_domain: Domain) -> None:
    wishes = [
        held("genre", "comedy", id="w1", group="1.1"),
        held("runtime", (None, 120.0), id="w2"),
        held("genre", "thriller", id="w3", group="1.1"),
    ]
    assert say_wishes(wishes, movies_domain) == ["comedy or thriller", "at most 120 min"]


@pytest.mark.parametrize(
    ("polarity", "strength", "lifetime", "said"),
    [
        ("like", "must", "session", "must: horror"),
        ("like", "prefer", "session", "like: horror"),
        ("dislike", "must", "lasting", "never: horror"),
        ("dislike", "must", "session", "no: horror"),
        ("dislike", "prefer", "session", "less: horror"),
    ],
)
def test_chips_say_how_much_a_wish_counts(
    movies_domain: Domain, polarity: str, strength: str, lifetime: str, said: str
) -> None:
    wish = held("genre", "horror", polarity=polarity, strength=strength, lifetime=lifetime)
    assert say_chip(wish, movies_domain) == said


def test_every_value_of_every_facet_can_be_said(movies_domain: Domain, boardgames: object) -> None:
    for name, facet in movies_domain.facets.items():
        for polarity in ("like", "dislike"):
            for strength in ("must", "prefer"):
                for value in facet.values if facet.kind == "category" else ():
                    said = say_wish(held(name, value, polarity=polarity, strength=strength), movies_domain)
                    assert value in said
                    assert "{" not in said


def test_counts_are_said_with_their_noun(movies_domain: Domain) -> None:
    assert count_noun(1, movies_domain) == "1 film"
    assert count_noun(2297, movies_domain) == "2,297 films"
