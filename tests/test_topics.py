import pytest

from agent.memory.topics import asks_about, remembered_of, turned
from tests.talking import held, said


@pytest.mark.parametrize(
    "text",
    [
        "What did I tell you about westerns?",
        "How do I feel about westerns?",
        "Remind me what I said about westerns",
        "Do you remember what I think of westerns?",
        "Do I like westerns?",
        "What do you know about me and westerns?",
    ],
)
def test_a_question_about_one_thing_is_no_wish_for_it(text: str) -> None:
    assert asks_about(text) == "show"


@pytest.mark.parametrize(
    "text",
    [
        "Why don't you show me westerns any more?",
        "Why did I go off westerns?",
        "What made me stop watching westerns?",
        "Why did I change my mind about westerns?",
        "Why no westerns for me?",
    ],
)
def test_a_reason_is_asked_for_in_many_words(text: str) -> None:
    assert asks_about(text) == "why"


@pytest.mark.parametrize("text", ["A western please", "Why number 2?", "I like westerns", "Do you have any westerns?"])
def test_other_turns_ask_nothing_of_memory(text: str) -> None:
    assert asks_about(text) is None


def test_what_was_said_is_found_by_value_and_by_words() -> None:
    sport = held("genre", "sport", quote="As a rule I avoid boxing films")
    heist = held("theme", "heist", id="w2")
    assert remembered_of((sport, heist), [said("theme", "boxing")], "boxing") == [sport]
    assert remembered_of((sport, heist), [], "what did I say about heists") == [heist]


def test_who_turns_away_from_what_is_remembered_is_taken_at_their_word() -> None:
    heist = held("theme", "heist", source="profile")
    found = turned((heist,), (), "I've gone off heists for good, they upset me")
    assert [(one.polarity, one.lifetime, one.quote) for one in found] == [
        ("dislike", "lasting", "I've gone off heists for good, they upset me")
    ]
    assert turned((heist,), (), "no more heists tonight") == ()
    assert turned((heist,), (), "I've gone off westerns for good") == ()
    assert turned((heist,), (said("theme", "heist", polarity="dislike"),), "I've gone off heists for good") == ()
