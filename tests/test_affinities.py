"""Affinities keep their rule, days are said as people say them, and what is recalled is chosen."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.memory.affinities import COUNTS_FROM, reinforced, strength, strong, weakened
from agent.memory.changes import Affinity, Evidence
from agent.memory.choosing import chosen
from agent.memory.days import say_day
from agent.memory.profile import Profile, applied, learn
from agent.statements import HeldWish
from tests.talking import held, said

TODAY = "2026-11-21"
HALF_LIFE = 180.0


def sign(value: str = "comedy", *, ago: int = 0, polarity: str = "like") -> Evidence:
    day = (date.fromisoformat(TODAY) - timedelta(days=ago)).isoformat()
    return Evidence(facet="genre", value=value, polarity=polarity, day=day, quote=f"{value} please")  # type: ignore[arg-type]


def rated(*signs: Evidence) -> float:
    (affinity,) = reinforced((), signs, HALF_LIFE)
    return strength(affinity, TODAY, HALF_LIFE)


def test_an_affinity_rises_with_repetition() -> None:
    assert rated(sign()) == pytest.approx(1 / 2)
    assert rated(sign(), sign()) == pytest.approx(2 / 3)
    assert rated(sign(), sign(), sign()) == pytest.approx(3 / 4)


def test_an_affinity_falls_with_contradiction() -> None:
    assert rated(sign(), sign(), sign(polarity="dislike")) == pytest.approx(1 / 4)
    assert rated(sign(polarity="dislike"), sign(polarity="dislike")) == pytest.approx(-2 / 3)


def test_an_affinity_fades_by_half_every_half_life() -> None:
    (old,) = reinforced((), [sign(ago=180), sign(ago=180)], HALF_LIFE)
    assert strength(old, TODAY, HALF_LIFE) == pytest.approx(1 / 2)
    (new,) = reinforced((old,), [sign()], HALF_LIFE)
    assert (new.up, new.times, new.last) == (pytest.approx(2.0), 3, TODAY)


def test_two_mentions_of_late_count_and_one_does_not() -> None:
    once, twice = reinforced((), [sign("western"), sign(), sign()], HALF_LIFE)
    assert [known.value for known, _ in strong((once, twice), TODAY, HALF_LIFE)] == ["comedy"]
    assert rated(sign()) < COUNTS_FROM <= rated(sign(), sign())


@given(st.lists(st.tuples(st.sampled_from(["comedy", "war"]), st.sampled_from(["like", "dislike"])), max_size=6))
def test_evidence_taken_back_leaves_no_trace(given_signs: list[tuple[str, str]]) -> None:
    before = reinforced((), [sign("comedy")], HALF_LIFE)
    signs = [sign(value, polarity=polarity) for value, polarity in given_signs]
    after = weakened(reinforced(before, signs, HALF_LIFE), signs, HALF_LIFE)
    assert {(one.about, round(one.up, 9), round(one.down, 9), one.times) for one in after} == {
        (one.about, round(one.up, 9), round(one.down, 9), one.times) for one in before
    }


def test_what_was_said_outright_never_fades() -> None:
    wish = said("genre", "horror", polarity="dislike", lifetime="lasting")
    profile, _ = learn(Profile(), [wish], today="1990-01-01")
    _, change = learn(profile, [said("genre", "war", lifetime="lasting")], today=TODAY)
    later = applied(profile, change, half_life_days=1.0)
    assert [(one.value, one.since) for one in later.wishes] == [("horror", "1990-01-01"), ("war", TODAY)]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"), ("2026-11-20", "yesterday"), ("2026-11-17", "on Tuesday"), ("2026-11-03", "on 3 November"),
        ("2026-03-14", "in March"), ("2025-12-30", "in December"), ("2025-11-21", "in November 2025"), (None, "before"),
        ("2027-01-01", "today"),
    ],
)  # fmt: skip
def test_a_day_is_said_as_people_say_it(day: str | None, words: str) -> None:
    assert say_day(day, TODAY) == words


def lasting(number: int, facet: str, value: str, **more: str) -> HeldWish:
    return held(facet, value, id=f"p{number}", source="profile", lifetime="lasting", turn=0, **more)


def test_conditions_and_touched_facets_are_always_recalled_and_others_by_closeness() -> None:
    wishes = [
        lasting(1, "genre", "horror", polarity="dislike", strength="must"),
        lasting(2, "mood", "dark", polarity="dislike"),
        lasting(3, "genre", "western"),
        *(lasting(number, "theme", f"theme {number}") for number in range(4, 24)),
    ]

    def closeness(_: str, phrases: list[str]) -> list[float]:
        return [1.0 if phrase == "theme 20" else 0.0 for phrase in phrases]

    def choose(*touched: str, budget: int) -> list[str]:
        statements = [said(facet, "x") for facet in touched]
        kept = chosen(
            wishes, statements, "text", say=lambda wish: str(wish.value), closeness=closeness, budget=budget  # type: ignore[arg-type]
        )  # fmt: skip
        return [wish.id for wish in kept]

    assert choose("genre", budget=1) == ["p1", "p2", "p3", "p20"]
    assert choose(budget=0) == ["p1", "p2"]
    assert len(choose("theme", budget=1)) == 23 and len(choose(budget=99)) == 23


def test_an_affinity_is_told_by_what_it_is_about() -> None:
    known = Affinity(facet="person", value="Tom Hanks", role="actor", first=TODAY, last=TODAY)
    assert known.about == ("person", "Tom Hanks", "actor")
