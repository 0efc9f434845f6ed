"""The laws by which a new statement meets the wishes that hold."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.commands import Range
from agent.preferences import WishChange, join_ranges, merge
from agent.statements import HeldWish, Statement
from tests.talking import said
from tools.domain import Domain

DOMAIN = Domain.model_validate(
    {
        "name": "films",
        "noun": {"one": "film", "many": "films"},
        "document": ["{title}"],
        "facets": {
            "genre": {"kind": "category", "columns": ["genres"], "values": ["comedy", "drama", "horror", "western"]},
            "language": {"kind": "category", "columns": ["language"], "values": ["French", "Dutch"], "exclusive": True},
            "theme": {"kind": "text", "columns": ["themes"]},
            "person": {"kind": "entity", "roles": {"director": "directors", "actor": "cast"}},
            "runtime": {"kind": "number", "columns": ["runtime"]},
            "year": {"kind": "number", "columns": ["year"], "calendar": True},
            "certificate": {"kind": "ordinal", "columns": ["certificate"], "values": ["G", "PG", "R"]},
        },
    }
)
_VALUES = {
    "genre": ("comedy", "drama", "horror", "western"),
    "theme": ("heists", "time travel", "trains"),
    "person": ("Tilda Swinton", "Bong Joon-ho"),
}


def fold(statements: Sequence[Statement], held: Sequence[HeldWish] = ()) -> tuple[HeldWish, ...]:
    wishes = tuple(held)
    for number, statement in enumerate(statements, start=len(wishes) + 1):
        wishes, _ = add(wishes, statement, number)
    return wishes


def add(
    held: Sequence[HeldWish], statement: Statement, number: int = 100, turn: int | None = None, group: str | None = None
) -> tuple[tuple[HeldWish, ...], WishChange]:
    return merge(held, statement, wish_id=f"w{number}", turn=turn or number, domain=DOMAIN, group=group)


def meanings(wishes: Sequence[HeldWish]) -> set[str]:
    """What wishes say, whatever their ids and turns."""
    return {wish.model_dump_json(exclude={"id", "turn"}) for wish in wishes}


@st.composite
def words(draw: st.DrawFn) -> Statement:
    """A statement in words on a facet that is not exclusive."""
    facet = draw(st.sampled_from(sorted(_VALUES)))
    return _statement(draw, facet, draw(st.sampled_from(_VALUES[facet])))


@st.composite
def bounds(draw: st.DrawFn) -> Statement:
    low, high = sorted(draw(st.tuples(st.integers(60, 240), st.integers(60, 240))))
    ends = draw(st.sampled_from([(low, high), (low, None), (None, high)]))
    return _statement(draw, "runtime", ends)


def _statement(draw: st.DrawFn, facet: str, value: Any) -> Statement:
    return said(
        facet,
        value,
        polarity=draw(st.sampled_from(["like", "dislike"])),
        strength=draw(st.sampled_from(["must", "prefer"])),
        lifetime=draw(st.sampled_from(["session", "lasting"])),
    )


def _thing(statement: Statement) -> tuple[str, str]:
    return statement.facet, str(statement.value)


@given(st.lists(words(), unique_by=_thing, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_unrelated_wishes_does_not_matter(statements: list[Statement], random: Any) -> None:
    other = list(statements)
    random.shuffle(other)
    assert meanings(fold(statements)) == meanings(fold(other))
    assert len(fold(statements)) == len(statements)


@given(st.lists(words(), max_size=5), st.one_of(words(), bounds()))
def test_add_then_remove_is_nothing(before: list[Statement], one: Statement) -> None:
    unrelated = [other for other in before if _thing(other) != _thing(one)]
    wishes = fold(unrelated)
    with_it, _ = add(wishes, one)
    without, change = add(with_it, one.model_copy(update={"op": "remove"}), 101)
    assert without == wishes
    assert change.kind == "removed"
    assert [wish.value for wish in change.before] == [one.value]


@given(st.lists(words(), max_size=5), words())
def test_the_same_thing_with_the_other_polarity_replaces(before: list[Statement], one: Statement) -> None:
    wishes, _ = add(fold(before), one)
    opposite = one.model_copy(update={"polarity": "dislike" if one.polarity == "like" else "like"})
    after, change = add(wishes, opposite, 101)
    about = [wish for wish in after if wish.says_about(one)]
    assert [wish.polarity for wish in about] == [opposite.polarity]
    assert change.kind == "replaced"
    assert len(after) == len(wishes)


@given(st.lists(words(), max_size=5), words(), words())
def test_the_same_thing_said_again_updates_strength_and_lifetime_and_keeps_its_id(
    before: list[Statement], one: Statement, other: Statement
) -> None:
    wishes, first = add(fold(before), one)
    again = one.model_copy(update={"strength": other.strength, "lifetime": other.lifetime})
    after, change = add(wishes, again, 101)
    assert change.kind == "updated"
    assert change.wish and first.wish
    assert change.wish.id == first.wish.id
    assert (change.wish.strength, change.wish.lifetime) == (other.strength, other.lifetime)
    assert len(after) == len(wishes)


@given(st.lists(st.one_of(words(), bounds()), max_size=12))
def test_ids_that_hold_are_never_shared(statements: list[Statement]) -> None:
    ids = [wish.id for wish in fold(statements)]
    assert len(ids) == len(set(ids))


@given(st.lists(st.one_of(words(), bounds()), max_size=8), words())
def test_what_is_not_spoken_of_stays_as_it_was(before: list[Statement], one: Statement) -> None:
    wishes = fold(before)
    after, change = add(wishes, one)
    touched = {wish.id for wish in (*change.before, *([change.wish] if change.wish else []))}
    assert [wish for wish in wishes if wish.id not in touched] == [wish for wish in after if wish.id not in touched]


def test_case_and_endings_do_not_make_another_thing() -> None:
    after = fold([said("theme", "heists"), said("theme", "Heist", polarity="dislike")])
    assert [(wish.value, wish.polarity) for wish in after] == [("Heist", "dislike")]


def test_a_bound_said_anew_replaces_that_bound_and_the_other_stays() -> None:
    after = fold([said("runtime", (90, 120)), said("runtime", (None, 150))])
    assert [wish.value for wish in after] == [Range(min=90, max=150)]
    after = fold([said("runtime", (None, 120)), said("runtime", (90, None))])
    assert [wish.value for wish in after] == [Range(min=90, max=120)]


def test_bounds_that_cannot_both_hold_replace() -> None:
    after = fold([said("runtime", (None, 100)), said("runtime", (150, None))])
    assert [wish.value for wish in after] == [Range(min=150)]


@given(bounds(), bounds())
def test_a_joined_range_has_the_bounds_that_were_said_last(one: Statement, other: Statement) -> None:
    old, new = one.value, other.value
    assert isinstance(old, Range) and isinstance(new, Range)
    joined = join_ranges(old, new)
    low, high = (new.min if new.min is not None else old.min), (new.max if new.max is not None else old.max)
    if isinstance(low, float) and isinstance(high, float) and low > high:
        assert joined is None
    else:
        assert joined == Range(min=low, max=high)


@given(st.lists(bounds(), max_size=5))
def test_one_liked_range_of_a_strength_holds_of_a_facet_at_a_time(statements: list[Statement]) -> None:
    after = fold([one.model_copy(update={"polarity": "like"}) for one in statements])
    assert len({wish.strength for wish in after}) == len(after)


def test_a_hedge_does_not_soften_a_must() -> None:
    after = fold([said("runtime", (None, 120), strength="must"), said("runtime", (None, 100), strength="prefer")])
    assert [(wish.value, wish.strength) for wish in after] == [(Range(max=120), "must"), (Range(max=100), "prefer")]


def test_a_hedge_that_contradicts_a_must_is_the_newer_word() -> None:
    after = fold([said("runtime", (None, 90), strength="must"), said("runtime", (150, None), strength="prefer")])
    assert [wish.value for wish in after] == [Range(min=150)]


def test_ordinals_join_like_numbers() -> None:
    after = fold([said("certificate", ("PG", None)), said("certificate", (None, "R"))])
    assert [wish.value for wish in after] == [Range(min="PG", max="R")]


def test_ordinal_bounds_that_cannot_both_hold_replace() -> None:
    after = fold([said("certificate", (None, "PG")), said("certificate", ("R", None))])
    assert [wish.value for wish in after] == [Range(min="R")]


def test_a_must_on_an_exclusive_facet_takes_the_place_of_the_one_before() -> None:
    after = fold([said("language", "French", strength="must"), said("language", "Dutch", strength="must")])
    assert [wish.value for wish in after] == ["Dutch"]


def test_wishes_on_an_exclusive_facet_that_only_prefer_stand_side_by_side() -> None:
    after = fold([said("language", "French"), said("language", "Dutch")])
    assert [wish.value for wish in after] == ["French", "Dutch"]


def test_refusals_on_an_exclusive_facet_stand_beside_a_must() -> None:
    never = said("language", "French", strength="must", polarity="dislike")
    after = fold([never, said("language", "Dutch", strength="must")])
    assert [wish.value for wish in after] == ["French", "Dutch"]


def test_instead_clears_the_likes_of_the_facet_and_nothing_else() -> None:
    before = fold(
        [said("genre", "drama"), said("genre", "horror", polarity="dislike"), said("theme", "trains")],
    )
    after, change = add(before, said("genre", "comedy", replaces=True))
    assert [(wish.facet, wish.value) for wish in after] == [
        ("genre", "horror"), ("theme", "trains"), ("genre", "comedy"),
    ]  # fmt: skip
    assert change.kind == "replaced"
    assert [wish.value for wish in change.before] == ["drama"]


def test_alternatives_of_one_turn_stand_side_by_side() -> None:
    first, _ = add((), said("language", "French", strength="must", group=1), 1, turn=1, group="1.1")
    both, _ = add(first, said("language", "Dutch", strength="must", group=1), 2, turn=1, group="1.1")
    assert [(wish.value, wish.group) for wish in both] == [("French", "1.1"), ("Dutch", "1.1")]


def test_alternative_ranges_of_one_turn_stand_side_by_side_and_give_way_together() -> None:
    first, _ = add((), said("year", (1940, 1949), group=1), 1, turn=1, group="1.1")
    both, _ = add(first, said("year", (1970, 1979), group=1), 2, turn=1, group="1.1")
    assert len(both) == 2
    after, change = add(both, said("year", (2000, None)), 3, turn=2)
    assert [wish.value for wish in after] == [Range(min=2000)]
    assert len(change.before) == 2


def test_a_remove_takes_what_it_names() -> None:
    before = fold([said("genre", "drama"), said("genre", "horror", polarity="dislike")])
    after, change = add(before, said("genre", "horror", op="remove"))
    assert [wish.value for wish in after] == ["drama"]
    assert [wish.value for wish in change.before] == ["horror"]


def test_a_remove_of_a_range_takes_the_facets_newest_wish() -> None:
    before = fold([said("runtime", (None, 120)), said("genre", "drama")])
    after, change = add(before, said("runtime", (None, 90), op="remove"))
    assert [wish.value for wish in after] == ["drama"]
    assert [wish.value for wish in change.before] == [Range(max=120)]


def test_a_remove_takes_the_nearest_thing_and_says_what_it_took() -> None:
    before = fold([said("theme", "animal death", polarity="dislike"), said("theme", "trains")])
    after, change = add(before, said("theme", "dying animals", op="remove"))
    assert [wish.value for wish in after] == ["trains"]
    assert [wish.value for wish in change.before] == ["animal death"]


def test_a_remove_finds_a_wish_by_the_words_it_came_from() -> None:
    before = fold([said("language", "English", strength="must", quote="no subtitles")])
    after, change = add(before, said("theme", "subtitles", op="remove"))
    assert after == ()
    assert change.kind == "removed"


@given(st.lists(words(), max_size=5))
def test_a_remove_of_what_was_never_said_changes_nothing_and_says_so(before: list[Statement]) -> None:
    wishes = fold(before)
    after, change = add(wishes, said("theme", "submarines", op="remove", quote="no submarines"))
    assert after == wishes
    assert change.kind == "not found"
    assert change.asked == "no submarines"


def test_a_name_without_a_role_is_the_same_name_in_any_role() -> None:
    before = fold([said("person", "Clint Eastwood", role="director")])
    after, change = add(before, said("person", "Clint Eastwood", strength="must"))
    assert change.kind == "updated"
    assert [(wish.role, wish.strength) for wish in after] == [("director", "must")]


def test_the_same_name_in_another_role_is_another_wish() -> None:
    before = fold([said("person", "Clint Eastwood", role="director")])
    after, change = add(before, said("person", "Clint Eastwood", role="actor"))
    assert change.kind == "added"
    assert len(after) == 2
