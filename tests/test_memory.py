"""What is remembered of users: the laws that every store keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import TurnRefused
from agent.memory.changes import ProfileChange
from agent.memory.database import Database
from agent.memory.names import MAX_ID_CHARS, checked_id
from agent.memory.profile import Profile, learn, note_items, unlearn
from agent.memory.profiles import Profiles
from agent.statements import Statement
from tests.talking import said
from tests.test_preferences import bounds, meanings, words

TODAY = "2026-11-21"


def lasting(*statements: Statement) -> tuple[Statement, ...]:
    return tuple(statement.model_copy(update={"lifetime": "lasting"}) for statement in statements)


def profile_of(*statements: Statement) -> Profile:
    return learn(Profile(), lasting(*statements), today=TODAY)[0]


async def test_a_profile_saved_is_the_profile_loaded(database: Database) -> None:
    profiles = Profiles(database, "films")
    kept = note_items(
        profile_of(said("genre", "horror", polarity="dislike", strength="must", quote="never horror")),
        [("heat-1995", "liked")],
        TODAY,
    )
    await profiles.save("ana", kept)
    assert await profiles.load("ana") == kept


async def test_no_user_reads_anothers_profile(database: Database) -> None:
    profiles = Profiles(database, "films")
    await profiles.save("ana", profile_of(said("genre", "horror")))
    for other in ("bob", "an", "ana ", "Ana", "ana/x", "profiles", "*", "%", "a.na", "ана"):
        assert (await profiles.load(other)).is_empty, other


async def test_one_user_has_a_profile_a_domain(database: Database) -> None:
    await Profiles(database, "films").save("ana", profile_of(said("genre", "horror")))
    assert (await Profiles(database, "games").load("ana")).is_empty


async def test_forgetting_a_user_leaves_nothing_and_touches_nobody_else(database: Database) -> None:
    profiles = Profiles(database, "films")
    for user in ("ana", "bob"):
        await profiles.save(user, profile_of(said("genre", "horror")))
    await profiles.forget("ana")
    assert await profiles.load("ana") == Profile()
    assert not (await profiles.load("bob")).is_empty
    assert [item.namespace[2] for item in await database.store.asearch(("profiles",))] == ["bob"]


async def test_forgetting_a_stranger_is_no_error(database: Database) -> None:
    await Profiles(database, "films").forget("nobody")


@pytest.mark.parametrize(
    "user", ["ana", "ana.b@example.org", "用户", "a/b", "'; DROP TABLE store;--", "x" * MAX_ID_CHARS]
)
async def test_any_printable_id_is_a_user(database: Database, user: str) -> None:
    profiles = Profiles(database, "films")
    await profiles.save(user, profile_of(said("genre", "horror")))
    assert not (await profiles.load(user)).is_empty


@pytest.mark.parametrize("user", ["", "  ", "a\nb", "a\x00b", "x" * (MAX_ID_CHARS + 1), "\ud800"])
async def test_what_cannot_be_an_id_is_refused_by_every_method(database: Database, user: str) -> None:
    profiles = Profiles(database, "films")
    with pytest.raises(TurnRefused):
        await profiles.load(user)
    with pytest.raises(TurnRefused):
        await profiles.save(user, Profile())
    with pytest.raises(TurnRefused):
        await profiles.forget(user)


def test_a_refused_id_is_named_with_what_would_do() -> None:
    with pytest.raises(TurnRefused, match=r"the thread 'a\\nb' is not an id: up to 200 printable"):
        checked_id("a\nb", "thread")


@given(st.lists(st.one_of(words(), bounds()), max_size=5), st.lists(st.one_of(words(), bounds()), max_size=3))
def test_learning_then_unlearning_restores(before: list[Statement], turn: list[Statement]) -> None:
    profile = profile_of(*before)
    learned, change = learn(profile, lasting(*turn), today=TODAY)
    assert meanings(unlearn(learned, change).wishes) == meanings(profile.wishes)


@given(st.lists(st.one_of(words(), bounds()), max_size=8))
def test_ids_are_issued_once(statements: list[Statement]) -> None:
    profile, seen = Profile(), set[str]()
    for statement in lasting(*statements):
        profile, change = learn(profile, [statement], today=TODAY)
        for wish in change.added:
            assert wish.id not in seen
            seen.add(wish.id)


@given(st.lists(words(), max_size=5))
def test_session_wishes_are_not_remembered(statements: list[Statement]) -> None:
    session = [statement.model_copy(update={"lifetime": "session"}) for statement in statements]
    assert learn(Profile(), session, today=TODAY) == (Profile(), ProfileChange())


def test_a_lasting_wish_takes_the_place_of_what_was_said_of_the_same_thing() -> None:
    profile = profile_of(said("genre", "horror", polarity="dislike"))
    profile, change = learn(profile, lasting(said("genre", "horror")), today=TODAY)
    assert [(wish.value, wish.polarity) for wish in profile.wishes] == [("horror", "like")]
    assert [wish.polarity for wish in change.removed] == ["dislike"]


def test_a_lasting_wish_carries_its_words_and_its_day() -> None:
    wish = profile_of(said("theme", "subtitles", polarity="dislike", quote="I never want subtitles")).wishes[0]
    assert (wish.quote, wish.since, wish.source, wish.lifetime) == (
        "I never want subtitles", TODAY, "profile", "lasting",
    )  # fmt: skip


def test_a_remove_reaches_the_profile_only_when_memory_is_what_the_turn_is_about() -> None:
    profile = profile_of(said("genre", "horror", polarity="dislike"))
    remove = said("genre", "horror", op="remove")
    assert learn(profile, [remove], today=TODAY)[0] == profile
    assert learn(profile, [remove], today=TODAY, forgetting=True)[0].wishes == ()
    assert learn(profile, lasting(remove), today=TODAY)[0].wishes == ()


def test_the_last_word_on_an_item_counts() -> None:
    profile = note_items(Profile(), [("heat-1995", "liked")], TODAY)
    profile = note_items(profile, [("heat-1995", "disliked")], "2026-11-22")
    assert profile.opinions == {"heat-1995": "disliked"}
