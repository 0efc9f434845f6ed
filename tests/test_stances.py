import pytest

from agent.commands import Preference, Range
from agent.parsing.stances import settle_stance


def settled(text: str, quote: str, polarity: str = "like") -> tuple[str, str]:
    wish = Preference.model_validate({"facet": "genre", "value": "x", "polarity": polarity, "quote": quote})
    found = settle_stance(wish, text)
    return found.polarity, found.lifetime


@pytest.mark.parametrize(
    "text",
    [
        "I've gone off musicals for good",
        "I'm done with musicals, for good",
        "No more musicals for me from now on",
        "I always skip musicals, as a rule",
        "As a rule I avoid musicals",
        "I don't like musicals any more, never show me any",
        "I can't watch musicals any more, ever",
        "Don't ever suggest musicals",
        "I can't stand musicals, ever",
    ],
)
def test_who_has_turned_away_for_good_dislikes_for_good(text: str) -> None:
    assert settled(text, "musicals") == ("dislike", "lasting")


@pytest.mark.parametrize(
    "text",
    [
        "I've changed my mind: I love musicals now",
        "I've come round to musicals, I enjoy them now",
        "From now on I do like musicals",
        "Turns out I love musicals these days, remember that",
        "Actually I like musicals now",
    ],
)
def test_who_has_come_round_likes_for_good(text: str) -> None:
    assert settled(text, "musicals", "dislike") == ("like", "lasting")


@pytest.mark.parametrize(
    "text",
    [
        "Something with musicals tonight",
        "I never miss a chance for musicals tonight",
        "No horror but musicals please",
        "I've seen no more than two musicals",
        "I don't like westerns, show me musicals",
    ],
)
def test_other_words_leave_the_wish_as_it_was(text: str) -> None:
    assert settled(text, "musicals") == ("like", "session")


def test_what_is_said_of_tonight_does_not_last() -> None:
    assert settled("No more musicals for me tonight", "musicals") == ("dislike", "session")
    assert settled("A thriller, and I never want musicals", "thriller") == ("like", "session")


def test_who_has_gone_off_something_for_good_does_more_than_take_it_back() -> None:
    taken_back = Preference(facet="genre", value="x", op="remove", quote="musicals")
    found = settle_stance(taken_back, "I've gone off musicals for good, they all end the same way")
    assert (found.op, found.polarity, found.strength, found.lifetime) == ("add", "dislike", "must", "lasting")
    assert settle_stance(taken_back, "No more musicals tonight") == taken_back
    assert settle_stance(taken_back, "Drop the musicals") == taken_back


def test_words_that_refuse_in_their_own_name_are_not_turned_away_from() -> None:
    wish = Preference(
        facet="language",
        value="English",
        polarity="like",
        strength="must",
        lifetime="lasting",
        op="add",
        quote="never want subtitles",
    )
    assert settle_stance(wish, "2 looks great but I never want subtitles").polarity == "like"


def test_never_over_two_hours_is_two_hours_at_most() -> None:
    cap = Preference(facet="runtime", value=Range(max=120), polarity="dislike", quote="over two hours")
    found = settle_stance(cap, "I never want films over two hours")
    assert (found.polarity, found.strength, found.lifetime) == ("like", "must", "lasting")
