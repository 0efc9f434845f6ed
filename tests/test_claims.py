"""A reply may say what its data say, in any way a person would, and nothing else."""

import pytest

from agent.claims import unsupported
from tools.catalogue import Catalogue
from tools.domain import Domain

DOMAIN = Domain.model_validate(
    {
        "name": "films",
        "noun": {"one": "film", "many": "films"},
        "columns": {"year": "year"},
        "document": ["{title}"],
        "facets": {
            "country": {"kind": "category", "columns": ["countries"], "values": ["Brazil", "France"]},
            "theme": {"kind": "text", "columns": ["themes"]},
            "year": {"kind": "number", "columns": ["year"], "calendar": True, "low": 1888, "high": 2035},
            "runtime": {
                "kind": "number", "columns": ["runtime"], "unit": "min",
                "units": {"min": 1, "minutes": 1, "m": 1, "h": 60, "hour": 60, "hours": 60},
            },
        },
    }
)  # fmt: skip
TITLES = (
    "Arrival", "Heat", "It", "Up", "Let Me In", "Blade Runner", "Blade Runner 2049", "12 Angry Men", "Carol", "Brazil",
    "The Thing", "Seven Samurai", "One Day", "Her", "The Good, the Bad and the Ugly", "Amélie",
)  # fmt: skip
CATALOGUE = Catalogue.build(
    DOMAIN,
    [
        {"id": f"i{n}", "title": title, "year": 1990, "countries": [], "themes": [], "runtime": 100}
        for n, title in enumerate(TITLES)
    ],
)


def found(
    text: str, titles: tuple[str, ...] = ("Arrival",), numbers: tuple[float, ...] = (), facts: str = ""
) -> list[str]:
    return unsupported(text, titles, numbers, CATALOGUE, facts)


@pytest.mark.parametrize(
    "text",
    [
        "Arrival is the one to start with.",
        "Start with *Arrival*: it lets you in slowly, one day at a time.",
        "It is up to you, and so is the heat of the moment. Her choice.",
        "“Arrival” suits an evening like this; let me in on what you think.",
        "It stars Carol Danvers and was shot in Brazil.",
        "I kept to your “nothing too heavy”.",
        "Up next, as you asked: Arrival.",
        "",
    ],
)
def test_words_that_only_look_like_titles_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("You may prefer Heat tonight.", "Heat"),
        ("Arrival is close to Blade Runner in mood.", "Blade Runner"),
        ("Try *It* for a fright.", "It"),
        ("If not, “Up” is kinder.", "Up"),
        ("Let Me In is another.", "Let Me In"),
        ("There is The Good, the Bad and the Ugly as well.", "The Good, the Bad and the Ugly"),
        ("And Amelie charms as ever, says Amélie.", "Amélie"),
        ("Seven Samurai is longer.", "Seven Samurai"),
    ],
)
def test_a_title_of_the_catalogue_that_was_not_given_is_found(text: str, claim: str) -> None:
    assert claim in found(text)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Then there is *The Lantern Keepers*.", "The Lantern Keepers"),
        ("Some like “Midnight Harbour” more.", "Midnight Harbour"),
        ("I would try The Lantern Keepers (1990) first.", "The Lantern Keepers"),
    ],
)
def test_a_title_that_nobody_has_heard_of_is_found(text: str, claim: str) -> None:
    assert found(text, numbers=(1990,)) == [claim]


def test_a_longer_title_that_was_given_covers_a_shorter_one() -> None:
    assert found("Blade Runner 2049 is slow.", ("Blade Runner 2049",)) == []
    assert found("12 Angry Men and *Seven Samurai* hold up.", ("12 Angry Men", "Seven Samurai")) == []
    assert found("Blade Runner is slow.", ("Blade Runner 2049",)) == ["Blade Runner"]


@pytest.mark.parametrize(
    "text",
    [
        "It runs 116 minutes and is from 2016.",
        "It is a hundred and sixteen minutes long.",
        "At 1h56 it is short. 1 hour 56 minutes, to be exact.",
        "It is just under two hours, about two hours at most.",
        "A film of the 2010s, made in twenty sixteen.",
        "A 21st century classic that scores 7.9.",
        "This one, and one more reason.",
        "Arrival (2016) fits.",
        "Five of them; two are short.",
    ],
)
def test_figures_that_the_data_have_are_fine_however_they_are_said(text: str) -> None:
    assert found(text, numbers=(116, 2016, 7.94, 5, 2)) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("It runs 118 minutes.", "118 minutes"),
        ("It won eight Oscars.", "eight"),
        ("It is exactly two hours long.", "two hours"),
        ("It lasts an hour and a half.", "an hour and a half"),
        ("A gem of the nineties.", "nineties"),
        ("It is from the late 80s.", "late 80s"),
        ("Made in nineteen eighty-five.", "nineteen eighty-five"),
        ("It scores 8.1.", "8.1"),
        ("A 19th century tale.", "19th"),
        ("It took 1,200 people.", "1,200"),
    ],
)
def test_figures_that_the_data_do_not_have_are_found(text: str, claim: str) -> None:
    assert found(text, numbers=(116, 2016, 7.94)) == [claim]


def test_what_the_facts_say_may_be_said_again() -> None:
    facts = "like Heat; at most 120 min; for my 9-year-old; from the 1990s"
    assert (
        found("Arrival, like Heat, is at most two hours and fine for a nine-year-old, not 1990s though.", facts=facts)
        == []
    )


def test_claims_come_in_order_and_once() -> None:
    assert found("Heat, then Up to 3 of *Heat* and *Up*, 3 times.") == ["Up", "3", "Heat"]


def test_a_century_that_the_facts_name_may_be_named() -> None:
    assert found("There was nothing about “17th century” to drop.", facts="17th century, please") == []
