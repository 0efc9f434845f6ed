"""Values by nearness: phrases that no lexicon has, and words that name several values at once."""

from collections.abc import Sequence

import numpy as np
import pytest

from agent.parsing.labels import Labels
from agent.parsing.nearest import NEAR, NearestValues
from agent.parsing.parser import ParseInput
from agent.parsing.values import Stretch, ValueReader, own_words
from tools.domain import Domain
from tools.linking import Linker

WORDS = ["scary", "gooseflesh", "comedy", "lamp"]
LABELS = Labels(
    domain="movies", facets=("mood", "theme"), roles=(), asks=(), closed=(("mood", '"sad"'), ("mood", '"light"'))
)


@pytest.fixture
def nearest() -> NearestValues:
    """Two words that are nearly the same, and others at right angles; the rest of the vocabulary is the mean."""
    embeddings = np.zeros((2100, 4), np.float32)
    embeddings[2000:2004] = [[1, 0.1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]

    def pieces(phrase: str) -> Sequence[int]:
        return [2000 + WORDS.index(word) for word in phrase.split() if word in WORDS]

    return NearestValues(embeddings, pieces)


def test_a_phrase_is_the_value_it_is_nearest_to(nearest: NearestValues, movies_domain: Domain) -> None:
    found = nearest.value("gooseflesh", "mood", movies_domain.facets["mood"])
    assert found is not None and found[0] == "scary" and found[1] >= NEAR


def test_a_phrase_near_to_nothing_is_not_near(nearest: NearestValues, movies_domain: Domain) -> None:
    found = nearest.value("lamp", "genre", movies_domain.facets["genre"])
    assert found is not None and found[1] < NEAR


def test_a_phrase_of_no_known_piece_is_near_to_nothing(nearest: NearestValues, movies_domain: Domain) -> None:
    assert nearest.value("", "mood", movies_domain.facets["mood"]) is None


@pytest.mark.parametrize(("chance", "value"), [(0.3, "scary"), (0.9, "sad")])
def test_the_head_goes_before_nearness_only_where_it_is_sure(
    nearest: NearestValues, movies_domain: Domain, chance: float, value: str
) -> None:
    reader = ValueReader(movies_domain, LABELS, nearest)
    sad = 4 + LABELS.closed.index(("mood", '"sad"'))
    (reading,) = reader.read(ParseInput(text="gooseflesh"), Stretch(0, 10), "mood", [(sad, chance)], None)
    assert reading.value == value


def test_words_that_nothing_is_sure_of_are_no_closed_value(nearest: NearestValues, movies_domain: Domain) -> None:
    reader = ValueReader(movies_domain, LABELS, nearest)
    assert reader.read(ParseInput(text="lamp"), Stretch(0, 4), "mood", [(4, 0.1)], None) == []


def test_one_word_for_several_values_is_all_of_them(movies_domain: Domain, movies_linker: Linker) -> None:
    text = "a romcom please"
    turn = ParseInput(text=text, mentions=movies_linker.find(text))
    blended = ValueReader(movies_domain, LABELS).blended(turn, Stretch(2, 8))
    assert blended is not None
    assert blended[0] == "genre" and [one.value for one in blended[1]] == ["romance", "comedy"]
    assert ValueReader(movies_domain, LABELS).blended(turn, Stretch(9, 15)) is None


@pytest.mark.parametrize("words", ["a", "not", "makes", "the"])
def test_a_small_word_alone_is_no_theme(words: str) -> None:
    assert own_words(words) == ""
