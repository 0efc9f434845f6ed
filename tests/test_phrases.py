import pytest

from tools.phrases import Vocabulary, near, stems

PHRASES = ["heist", "art heist", "aliens", "alienation", "space station", "astronauts", "Star Wars", "war crimes"]
VOCABULARY = Vocabulary(PHRASES, {"space": ("outer space", "astronaut")}, frozenset({"Star Wars"}))


@pytest.mark.parametrize(
    ("words", "first", "how"),
    [
        ("heist", "heist", "same"),
        ("a heist", "heist", "form"),
        ("heists", "heist", "form"),
        ("Star wars", "Star Wars", "same"),
        ("star", "Star Wars", "within"),
        ("outer space", "astronauts", "form"),
    ],
)
def test_words_are_found_in_any_form(words: str, first: str, how: str) -> None:
    found = VOCABULARY.resolve(words)[0]
    assert (found.text, found.how) == (first, how)


def test_a_phrase_that_says_more_is_found_after_one_that_says_the_same() -> None:
    assert [phrase.text for phrase in VOCABULARY.resolve("heist")] == ["heist", "art heist"]


def test_words_in_the_middle_of_a_name_do_not_mean_it() -> None:
    assert [phrase.text for phrase in VOCABULARY.resolve("war")] == ["war crimes"]


def test_aliens_are_not_alienation() -> None:
    assert [phrase.text for phrase in VOCABULARY.resolve("alien")] == ["aliens"]


def test_words_of_no_phrase_resolve_to_none() -> None:
    assert VOCABULARY.resolve("zebra crossing") == ()
    assert VOCABULARY.resolve("") == ()


def test_the_lexicon_works_from_any_of_its_words() -> None:
    assert {phrase.text for phrase in VOCABULARY.resolve("space")} == {"space station", "astronauts"}


def test_a_part_of_what_was_said_is_half_as_close_as_it_looks() -> None:
    assert near("death", 0.8, "animal death").closeness == pytest.approx(
        near("grief", 0.8, "animal death").closeness / 2
    )
    assert near("death", 0.8, "animal death").how == "part"


def test_stems_keep_the_telling_words() -> None:
    assert stems("set on trains") == frozenset({"train"})
    assert stems("who's this") == frozenset({"who", "this"})
    assert stems("witches and cities") == frozenset({"witch", "city"})
