"""What a turn names beyond doubt although the network read nothing from it."""

import pytest

from agent.commands import Command, Preference
from agent.parsing.parser import ParseInput
from agent.parsing.unheard import needed, unheard
from tools.domain import Domain
from tools.linking import Linker

YEAR = 2026


def heard(text: str, linker: Linker, domain: Domain, *read: Preference) -> list[tuple[str, object, str, str]]:
    turn = ParseInput(text=text, mentions=linker.find(text, (), YEAR), year=YEAR)
    found = unheard(Command(intent="recommend", preferences=read), turn, domain)
    return [(one.facet, one.value, one.polarity, one.strength) for one in found]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("A western is the thing, by the way.", ("genre", "western", "like", "must")),
        ("Something bleak. It should be from France.", ("country", "France", "like", "must")),
        ("I had a day. Nothing scary please.", ("mood", "scary", "dislike", "must")),
        ("not from Germany, two hours at most", ("country", "Germany", "dislike", "must")),
    ],
)
def test_what_is_plainly_named_is_heard(
    text: str, wish: tuple[str, str, str, str], movies_linker: Linker, movies_domain: Domain
) -> None:
    assert wish in heard(text, movies_linker, movies_domain)


@pytest.mark.parametrize(
    "text",
    [
        "We saw a western last night.",
        "My brother usually likes a western.",
        "Unforgiven is a western.",
        "I live alone, no kids.",
        "I'm bored of every western.",
    ],
)
def test_what_is_told_is_not_asked_for(text: str, movies_linker: Linker, movies_domain: Domain) -> None:
    assert heard(text, movies_linker, movies_domain) == []


def test_what_was_read_is_not_heard_twice(movies_linker: Linker, movies_domain: Domain) -> None:
    read = Preference(facet="genre", value="western", quote="western")
    assert heard("a western", movies_linker, movies_domain, read) == []


def test_of_two_kinds_in_one_marked_phrase_the_other_is_heard(movies_linker: Linker, movies_domain: Domain) -> None:
    read = Preference(facet="country", value="France", quote="french romance")
    assert ("genre", "romance", "like", "must") in heard("french romance", movies_linker, movies_domain, read)


def test_a_limit_in_figures_is_heard_by_itself(movies_linker: Linker, movies_domain: Domain) -> None:
    found = heard("I have 110 minutes before I must be off.", movies_linker, movies_domain)
    assert [(facet, value.max) for facet, value, *_ in found] == [("runtime", 110.0)]  # type: ignore[attr-defined]


def test_the_year_of_a_title_is_no_limit(movies_linker: Linker, movies_domain: Domain) -> None:
    assert heard("something like Zorgon (1989)", movies_linker, movies_domain) == []


def test_what_must_come_into_it_is_wanted(movies_linker: Linker, movies_domain: Domain) -> None:
    text = "Vikings should come into it"
    wanted = needed(ParseInput(text=text, mentions=movies_linker.find(text)), movies_domain)
    assert [(one.facet, one.value, one.op) for one in wanted] == [("theme", "vikings", "add")]
