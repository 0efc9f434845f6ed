"""A thread is its log; what holds is the fold of it."""

from hypothesis import given
from hypothesis import strategies as st

from agent.commands import Intent
from agent.history import Entry, fold, undoable
from agent.memory.changes import ProfileChange
from tests.talking import entry, held, said
from tests.test_preferences import DOMAIN, words


def values(entries: list[Entry]) -> list[object]:
    return [wish.value for wish in fold(entries, DOMAIN).wishes]


@st.composite
def threads(draw: st.DrawFn) -> list[Entry]:
    kinds: list[Intent] = ["recommend", "recommend", "recommend", "undo", "question", "smalltalk"]
    entries = []
    for turn in range(1, draw(st.integers(0, 8)) + 1):
        intent = draw(st.sampled_from(kinds))
        statements = tuple(draw(st.lists(words(), max_size=2))) if intent == "recommend" else ()
        slate = (f"item-{turn}", f"item-{turn}b") if intent == "recommend" else None
        fresh = intent == "recommend" and draw(st.integers(0, 4)) == 0
        entries.append(entry(turn, *statements, slate=slate, intent=intent, fresh=fresh))
    return entries


@given(threads())
def test_an_undo_shows_what_the_person_saw_before_the_change(entries: list[Entry]) -> None:
    taken = undoable(entries)
    after = fold([*entries, entry(len(entries) + 1, intent="undo")], DOMAIN)
    expected = fold(entries if taken is None else entries[: taken.turn - 1], DOMAIN)
    assert after.wishes == expected.wishes
    assert after.slate == expected.slate
    assert after.opinions == expected.opinions


@given(threads(), threads())
def test_what_is_said_later_does_not_change_what_was_seen(first: list[Entry], then: list[Entry]) -> None:
    log = [*first, *(one.model_copy(update={"turn": len(first) + one.turn}) for one in then)]
    assert fold(log[: len(first)], DOMAIN) == fold(first, DOMAIN)


@given(threads())
def test_an_id_never_comes_to_mean_something_else(entries: list[Entry]) -> None:
    meant: dict[str, tuple[str, object]] = {}
    for length in range(len(entries) + 1):
        for wish in fold(entries[:length], DOMAIN).wishes:
            assert meant.setdefault(wish.id, (wish.facet, wish.value)) == (wish.facet, wish.value)


@given(threads())
def test_everything_ever_shown_is_remembered_as_shown_undone_or_not(entries: list[Entry]) -> None:
    shown = {item.id for one in entries for item in one.slate or ()}
    view = fold(entries, DOMAIN)
    assert set(view.shown) == shown
    assert set(view.shown_this_epoch) <= shown


@given(threads())
def test_as_many_undos_as_there_are_changes_lead_back_to_the_beginning(entries: list[Entry]) -> None:
    log = list(entries)
    while undoable(log):
        log.append(entry(len(log) + 1, intent="undo"))
        assert len(log) <= 2 * len(entries) + 1
    view = fold(log, DOMAIN)
    assert not view.wishes and not view.slate


def test_an_undo_takes_the_last_change_and_passes_over_questions() -> None:
    log = [
        entry(1, said("genre", "drama"), slate=("a",)),
        entry(2, said("genre", "comedy"), slate=("b",)),
        entry(3, intent="question"),
        entry(4, intent="undo"),
    ]
    view = fold(log, DOMAIN)
    assert values(log) == ["drama"]
    assert view.slate_ids == ("a",)
    assert view.shown == ("a", "b")


def test_a_second_undo_takes_the_change_before() -> None:
    log = [
        entry(1, said("genre", "drama"), slate=("a",)),
        entry(2, said("genre", "comedy"), slate=("b",)),
        entry(3, intent="undo"),
        entry(4, intent="undo"),
        entry(5, said("theme", "trains"), slate=("c",)),
    ]
    assert undoable(log[:3]) == log[0]
    assert undoable(log[:4]) is None
    assert values(log) == ["trains"]


def test_an_undo_with_nothing_to_take_back_changes_nothing() -> None:
    assert fold([entry(1, intent="undo")], DOMAIN) == fold([], DOMAIN)


def test_an_undo_gives_a_changed_profile_change_back_to_the_caller() -> None:
    change = ProfileChange(added=(held("genre", "horror", id="p1"),))
    log = [entry(1, said("genre", "horror", lifetime="lasting"), profile_change=change)]
    taken = undoable(log)
    assert taken and taken.profile_change == change


def test_a_fresh_start_leaves_wishes_and_seeds_behind_but_not_opinions() -> None:
    log = [
        entry(1, said("genre", "drama"), slate=("a",), items=(("x", "similar"), ("y", "liked")), count=3),
        entry(2, said("theme", "trains"), slate=("b",), intent="reset", fresh=True),
    ]
    view = fold(log, DOMAIN)
    assert values(log) == ["trains"]
    assert view.seeds == () and view.count is None
    assert view.opinions == {"y": "liked"}
    assert view.shown == ("a", "b") and view.shown_this_epoch == ("b",)


def test_an_undone_reset_brings_everything_back() -> None:
    before = [entry(1, said("genre", "drama"), slate=("a",), items=(("x", "similar"),))]
    log = [*before, entry(2, intent="reset", fresh=True), entry(3, intent="undo")]
    assert fold(log, DOMAIN).wishes == fold(before, DOMAIN).wishes
    assert fold(log, DOMAIN).seeds == fold(before, DOMAIN).seeds


def test_liked_and_disliked_are_not_weakened_to_seen_but_can_change_into_each_other() -> None:
    log = [
        entry(1, items=(("a", "liked"), ("b", "disliked"), ("c", "seen"))),
        entry(2, items=(("a", "seen"), ("b", "seen"), ("c", "liked"))),
    ]
    assert fold(log, DOMAIN).opinions == {"a": "liked", "b": "disliked", "c": "liked"}
    assert fold([*log, entry(3, items=(("a", "disliked"),))], DOMAIN).opinions["a"] == "disliked"


def test_new_items_to_be_like_take_the_place_of_the_old_ones_and_stay_until_then() -> None:
    log = [entry(1, items=(("a", "similar"),)), entry(2, said("genre", "drama"))]
    assert [seed.item for seed in fold(log, DOMAIN).seeds] == ["a"]
    log.append(entry(3, items=(("b", "similar"), ("c", "similar"))))
    assert [seed.item for seed in fold(log, DOMAIN).seeds] == ["b", "c"]


def test_an_item_asked_about_is_no_opinion() -> None:
    assert fold([entry(1, items=(("a", "about"),), intent="question")], DOMAIN).opinions == {}


def test_the_count_holds_until_another_is_asked_for() -> None:
    log = [entry(1, count=3), entry(2), entry(3, count=7)]
    assert [fold(log[:n], DOMAIN).count for n in (1, 2, 3)] == [3, 3, 7]


def test_a_session_wish_stands_over_a_lasting_one_for_now() -> None:
    never = held("genre", "horror", id="p1", polarity="dislike", strength="must", lifetime="lasting", source="profile")
    view = fold([entry(1, said("genre", "horror", strength="must"))], DOMAIN, [never])
    assert view.resting == (never,) and view.lasting == ()
    assert fold([], DOMAIN, [never]).lasting == (never,)


def test_what_thread_and_profile_both_say_is_said_once() -> None:
    lasting = held("genre", "drama", id="p1", lifetime="lasting", source="profile")
    view = fold([entry(1, said("genre", "drama", strength="must"))], DOMAIN, [lasting])
    assert [wish.id for wish in view.all_wishes] == ["w1"]


def test_a_lasting_wish_taken_back_for_now_rests_until_a_fresh_start() -> None:
    lasting = held("genre", "horror", id="p1", polarity="dislike", strength="must", source="profile")
    log = [entry(1, said("genre", "horror", op="remove"))]
    view = fold(log, DOMAIN, [lasting])
    assert view.resting == (lasting,)
    assert [change.kind for change in view.changes] == ["overridden"]
    log.append(entry(2, intent="reset", fresh=True))
    assert fold(log, DOMAIN, [lasting]).lasting == (lasting,)


def test_a_question_of_the_catalogue_aside_keeps_no_wish() -> None:
    log = [
        entry(1, said("genre", "drama"), slate=("a",)),
        entry(2, said("genre", "western"), slate=("b",), intent="question", aside=True),
    ]
    assert values(log) == ["drama"]
    assert fold(log, DOMAIN).slate_ids == ("b",)
