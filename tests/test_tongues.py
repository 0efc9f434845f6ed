"""Turns in other languages: which language it is, what they name, and that English is left alone."""

import pytest

from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.linking import Linker
from tools.mentions import Mention
from tools.tongues import Tongues


def named(linker: Linker, text: str) -> dict[str, object]:
    return {one.text: one.value or one.bounds or one.kind for one in linker.find(text)}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("quiero algo divertido de los 90", "Spanish"),
        ("bonjour, je cherche un film drôle", "French"),
        ("haben Sie Filme mit Romy Schneider?", "German"),
        ("cerco qualcosa di più leggero", "Italian"),
        ("uma comédia brasileira levinha", "Portuguese"),
    ],
)
def test_small_words_tell_the_language(movies_linker: Linker, text: str, language: str) -> None:
    assert movies_linker.language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "something like La La Land or Amélie please",
        "i loved y tu mama tambien",
        "die hard",
        "no country for old men",
        "non violent crime films... do they exist",
        "",
        "¿?",
        "42",
    ],
)
def test_english_and_titles_are_no_other_language(movies_linker: Linker, text: str) -> None:
    assert movies_linker.language_of(text) is None


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("quiero una comedia con mi familia", "comedia", "comedy"),
        ("un film d'horreur avec des enfants", "horreur", "horror"),
        ("ich suche einen Liebesfilm, bitte", "Liebesfilm", "romance"),
        ("niente che faccia paura, un film leggero", "paura", "scary"),
        ("quero um filme de ficção científica", "ficção científica", "sci-fi"),
    ],
)
def test_genres_and_moods_are_understood(movies_linker: Linker, text: str, words: str, value: str) -> None:
    assert named(movies_linker, text)[words] == value


@pytest.mark.parametrize(
    ("text", "words", "ends"),
    [
        ("una película de menos de dos horas", "menos de dos horas", (None, 120)),
        ("un film de moins de 100 minutes, pas de guerre", "moins de 100 minutes", (None, 100)),
        ("einen Thriller aus den 80ern, bitte", "80ern", (1980, 1989)),
        ("qualcosa degli anni 70, per favore, che sia leggero", "anni 70", (1970, 1979)),
        ("um filme dos anos 90 para a família", "anos 90", (1990, 1999)),
    ],
)
def test_figures_are_understood(movies_linker: Linker, text: str, words: str, ends: tuple[float | None, float]) -> None:
    (found,) = [one for one in movies_linker.find(text) if one.bounds is not None]
    assert found.text == words and found.bounds is not None
    assert (found.bounds.min, found.bounds.max) == ends


def test_small_words_of_the_language_are_nobodys_name(movies_linker: Linker) -> None:
    assert "person" not in {one.facet for one in movies_linker.find("me indica uma comédia brasileira levinha?")}


def test_mentions_keep_their_places_in_the_text_as_typed(movies_linker: Linker) -> None:
    text = "¡Hola! Busco una comedia romántica, pero sin violencia…"
    for found in movies_linker.find(text):
        assert text[found.start : found.end] == found.text


def test_a_mention_that_rests_on_no_changed_word_is_not_taken_back(movies_domain: Domain) -> None:
    tongue = Tongues(movies_domain).of(["quiero", "una", "comedia"])
    assert tongue is not None
    read = tongue.translated("quiero una comedia, Arrival")
    at = read.text.index("Arrival")
    assert read.back(Mention(start=at, end=at + 7, text="Arrival", kind="item"), "quiero una comedia, Arrival") is None


def test_a_domain_without_languages_knows_none(boardgames: Catalogue) -> None:
    assert Tongues(boardgames.domain).of(["quiero", "una", "comedia"]) is None
