"""Words that settle what an unsure reading got wrong."""

import pytest

from agent.statements import Statement
from agent.wording import put_plainly
from tests.talking import said
from tools.catalogue import Catalogue


def plainly(statement: Statement, text: str, movies: Catalogue) -> tuple[str, str, str]:
    found = put_plainly(statement, text, movies)
    return found.op, found.polarity, found.strength


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("scratch the war films, a comedy please", "remove"),
        ("I've gone off war films", "remove"),
        ("I don't want war films any more", "remove"),
        ("fed up with all those war films", "remove"),
        ("scratch that. war films it is", "add"),
        ("some war films", "add"),
    ],
)
def test_what_is_given_up_is_taken_back_not_asked_for(movies: Catalogue, text: str, op: str) -> None:
    assert plainly(said("genre", "war", strength="must", quote="war films"), text, movies)[0] == op


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("a story dealing with ageing", "like"),
        ("could you find one about ageing?", "like"),
        ("please, not about ageing", "dislike"),
        ("I can't stand anything about ageing", "dislike"),
        ("I'm scared of ageing", "dislike"),
        ("ageing gives me the creeps", "dislike"),
    ],
)
def test_nothing_is_refused_where_no_word_refuses(movies: Catalogue, text: str, polarity: str) -> None:
    refused = said("theme", "ageing", polarity="dislike", strength="must", quote="ageing")
    assert plainly(refused, text, movies)[1] == polarity


def test_a_name_that_somebody_insists_on_is_a_must(movies: Catalogue) -> None:
    read = said("person", "Brad Pitt", polarity="dislike", quote="Brad Pitt", confidence=0.45)
    assert plainly(read, "my husband insists on Brad Pitt", movies) == ("add", "like", "must")


def test_words_that_stand_nowhere_in_the_turn_change_nothing(movies: Catalogue) -> None:
    read = said("theme", "ageing", polarity="dislike", quote="old age")
    assert put_plainly(read, "one about ageing", movies) == read
