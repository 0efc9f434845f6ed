"""A command over the films that ship: comparisons become figures, names are spelt, what is unknown is said."""

from typing import Any

import pytest

from agent.commands import Command, ItemReference, Preference, Range, Relative
from agent.grounding import Grounded, find_item, ground
from tools.catalogue import Catalogue
from tools.linking import Linker

SLATE = ("arrival-2016", "heat-1995", "airplane-1980")
"""116, 170 and 88 minutes; 2016, 1995 and 1980."""


@pytest.fixture
def grounded(movies: Catalogue, movies_linker: Linker) -> Any:
    def of(*preferences: Preference, items: tuple[ItemReference, ...] = (), text: str = "", **more: Any) -> Grounded:
        command = Command(preferences=preferences, items=items, **more)
        return ground(command, text, slate=SLATE, catalogue=movies, linker=movies_linker, year=2026)

    return of


def than(what: int | str, direction: Any, facet: str = "runtime") -> Preference:
    return Preference(facet=facet, value=Relative(than=what, dir=direction))


def test_shorter_than_a_number_on_the_slate_is_a_strict_bound(grounded: Any) -> None:
    (statement,) = grounded(than(2, "less")).statements
    assert statement.value == Range(max=169)
    assert statement.relative == "Heat (1995)"


def test_newer_than_a_title_is_a_strict_bound(grounded: Any) -> None:
    (statement,) = grounded(than("Arrival", "more", "year")).statements
    assert statement.value == Range(min=2017)


def test_shorter_than_the_slate_is_measured_against_its_median(grounded: Any) -> None:
    (statement,) = grounded(than("slate", "less")).statements
    assert statement.value == Range(max=115)


def test_shorter_beside_an_item_to_be_like_is_measured_against_that_item(grounded: Any) -> None:
    like = ItemReference(ref="Heat", relation="similar")
    (statement,) = grounded(than("slate", "less"), items=(like,)).statements
    assert statement.value == Range(max=169)


def test_shorter_with_nothing_on_screen_means_the_shorter_third(movies: Catalogue, movies_linker: Linker) -> None:
    command = Command(preferences=(than("slate", "less"),))
    found = ground(command, "", slate=(), catalogue=movies, linker=movies_linker, year=2026)
    value = found.statements[0].value
    assert isinstance(value, Range)
    assert value.max is not None
    shorter = (movies.numbers("runtime") <= float(value.max)).mean()
    assert 0.25 < shorter < 0.4


def test_a_milder_certificate_is_a_value_of_the_scale(grounded: Any) -> None:
    (statement,) = grounded(than(2, "less", "certificate")).statements
    assert statement.value == Range(max="PG-13")


def test_a_comparison_with_what_is_not_known_is_left_out_and_said(grounded: Any) -> None:
    found = grounded(than("The Lantern Keepers of Nowhere", "less"))
    assert found.statements == ()
    assert "The Lantern Keepers of Nowhere" in found.notices[0]


def test_a_comparison_with_a_number_that_is_not_on_the_slate_is_left_out_and_said(grounded: Any) -> None:
    found = grounded(than(9, "less"))
    assert found.statements == ()
    assert "9" in found.notices[0]


def test_a_number_on_the_slate_is_its_item(grounded: Any) -> None:
    found = grounded(items=(ItemReference(ref=2, relation="seen"),))
    assert [item.item for item in found.command.items] == ["heat-1995"]
    assert found.notices == ()


@pytest.mark.parametrize("number", [0, 4, 99, -1])
def test_a_number_that_is_not_on_the_slate_is_said(grounded: Any, number: int) -> None:
    found = grounded(items=(ItemReference(ref=number, relation="seen"),))
    assert found.command.items == ()
    assert f"no number {number}" in found.notices[0]
    assert "1 to 3" in found.notices[0]


def test_an_unknown_title_is_said_and_stays_as_words(grounded: Any) -> None:
    found = grounded(items=(ItemReference(ref="The Lantern Keepers", relation="similar"),))
    assert [(item.ref, item.item) for item in found.command.items] == [("The Lantern Keepers", None)]
    assert "The Lantern Keepers" in found.notices[0]


def test_a_title_gets_its_id_and_its_spelling(grounded: Any) -> None:
    found = grounded(items=(ItemReference(ref="arrival", relation="similar"),))
    assert (found.command.items[0].item, found.command.items[0].title) == ("arrival-2016", "Arrival (2016)")


def test_an_ordinary_word_named_as_a_title_is_one(movies: Catalogue, movies_linker: Linker) -> None:
    assert find_item("Heat", movies, movies_linker, 2026)[0] == "heat-1995"
    assert find_item("no such film at all", movies, movies_linker, 2026) == ()


def test_a_name_is_spelt_as_the_catalogue_spells_it(grounded: Any) -> None:
    found = grounded(Preference(facet="person", value="denis vileneuve", strength="must"))
    assert [statement.value for statement in found.statements] == ["Denis Villeneuve"]
    assert found.notices == ()


def test_an_unknown_name_is_said_when_it_is_wanted_and_not_when_it_is_refused(grounded: Any) -> None:
    wanted = grounded(Preference(facet="person", value="Zzyzx Quuxington", strength="must"))
    assert "Zzyzx Quuxington" in wanted.notices[0]
    refused = grounded(Preference(facet="person", value="Zzyzx Quuxington", polarity="dislike"))
    assert refused.notices == ()


def test_two_languages_of_one_turn_are_alternatives(grounded: Any) -> None:
    statements = grounded(
        Preference(facet="language", value="French", strength="must"),
        Preference(facet="language", value="Korean", strength="must"),
    ).statements
    assert statements[0].group is not None
    assert statements[0].group == statements[1].group


def test_two_decades_of_one_turn_are_alternatives_and_two_bounds_are_not(grounded: Any) -> None:
    decades = grounded(
        Preference(facet="year", value=Range(min=1940, max=1949)),
        Preference(facet="year", value=Range(min=1970, max=1979)),
    ).statements
    assert decades[0].group == decades[1].group is not None
    bounds = grounded(
        Preference(facet="year", value=Range(min=1940)), Preference(facet="year", value=Range(max=1979))
    ).statements
    assert [bound.group for bound in bounds] == [None, None]


def test_two_genres_of_one_turn_are_both_wanted(grounded: Any) -> None:
    statements = grounded(
        Preference(facet="genre", value="comedy", strength="must"),
        Preference(facet="genre", value="romance", strength="must"),
    ).statements
    assert [statement.group for statement in statements] == [None, None]


def test_a_must_of_low_confidence_is_kept_as_a_preference(grounded: Any) -> None:
    unsure, sure = grounded(
        Preference(facet="theme", value="dragons", strength="must", confidence=0.3),
        Preference(facet="theme", value="wizards", strength="must", confidence=0.6),
    ).statements
    assert (unsure.strength, sure.strength) == ("prefer", "must")


def test_instead_replaces_and_also_does_not(grounded: Any) -> None:
    comedy = Preference(facet="genre", value="comedy", strength="must")
    assert grounded(comedy, text="make it a comedy instead").statements[0].replaces
    assert not grounded(comedy, text="a comedy").statements[0].replaces
    assert not grounded(comedy, text="actually a comedy would be good as well").statements[0].replaces


@pytest.mark.parametrize("text", ["something completely different", "start over, a western", "forget what I said"])
def test_a_new_topic_is_a_fresh_start(grounded: Any, text: str) -> None:
    assert grounded(text=text).fresh


def test_a_refinement_is_no_fresh_start(grounded: Any) -> None:
    assert not grounded(text="something different from the 80s but shorter").fresh


def test_a_role_that_a_name_never_has_here_is_left_open(grounded: Any) -> None:
    made, acted = (Preference(facet="person", value=name, role="actor") for name in ("Justin Lin", "Clint Eastwood"))
    lin, eastwood = grounded(made, acted).statements
    assert lin.role is None
    assert eastwood.role == "actor"


@pytest.mark.parametrize(
    ("text", "count"), [("let it be one that he acts in", None), ("just one, please", 1), ("give me one film", 1)]
)
def test_one_that_says_what_kind_does_not_say_how_many(grounded: Any, text: str, count: int | None) -> None:
    assert grounded(text=text, count=1).command.count == count


@pytest.mark.parametrize(("text", "count"), [("I don't want war films any longer", 0), ("something longer", 1)])
def test_any_longer_is_about_no_running_time(grounded: Any, text: str, count: int) -> None:
    longer = Preference(facet="runtime", value=Relative(than="slate", dir="more"), quote="longer")
    assert len(grounded(longer, text=text).statements) == count


@pytest.mark.parametrize(
    ("text", "confidence", "strength"),
    [
        ("one with Clint Eastwood", 0.3, "must"),
        ("maybe with Clint Eastwood", 0.3, "prefer"),
        ("I love Clint Eastwood", 0.3, "prefer"),
        ("one with Clint Eastwood", 0.9, "must"),
        ("one with Clint Eastwood " + "and so on " * 9, 0.9, "prefer"),
    ],
)
def test_a_name_plainly_asked_for_is_meant(grounded: Any, text: str, confidence: float, strength: str) -> None:
    asked = Preference(facet="person", value="Clint Eastwood", confidence=confidence)
    (statement,) = grounded(asked, text=text).statements
    assert statement.strength == strength


def test_number_nine_is_a_place_on_the_slate_though_there_is_none(grounded: Any) -> None:
    found = grounded(items=(ItemReference(ref="number 9", relation="seen"),), intent="feedback")
    assert found.notices == ("There is no number 9 on the list; it goes from 1 to 3.",)


def test_both_sides_of_a_comparison_are_titles(grounded: Any) -> None:
    found = grounded(text="compare Alien and Aliens", intent="compare")
    assert [item.item for item in found.command.items] == ["alien-1979", "aliens-1986"]


def test_one_title_is_no_comparison(grounded: Any) -> None:
    assert grounded(text="which one is like Alien?", intent="compare").command.items == ()


def test_an_exchange_beyond_doubt_takes_preferences_too(grounded: Any) -> None:
    light = Preference(facet="mood", value="light")
    assert grounded(light, text="changed my mind, something light").statements[0].replaces
    assert not grounded(light, text="actually something light").statements[0].replaces
    assert not grounded(light, text="something light too").statements[0].replaces


def test_being_too_tired_is_not_wanting_it_too(grounded: Any) -> None:
    comedy = Preference(facet="genre", value="comedy", strength="must")
    assert grounded(comedy, text="i'm too tired, a comedy instead").statements[0].replaces


def test_forgetting_one_thing_is_no_fresh_start(grounded: Any) -> None:
    assert not grounded(text="forget what i said about horror").fresh
    assert grounded(text="forget what i said").fresh


def test_what_says_more_of_an_item_is_what_counts(grounded: Any) -> None:
    first = ItemReference(ref=1, relation="interested")
    taken, seen = (ItemReference(ref="Arrival", relation=relation) for relation in ("accept", "seen"))
    assert [one.relation for one in grounded(items=(first, taken)).command.items] == ["accept"]
    assert [one.relation for one in grounded(items=(first, seen)).command.items] == ["interested", "seen"]
