"""What the words right around a value refuse, ask for or leave out, whatever the network heard."""

import pytest

from agent.commands import Preference
from agent.parsing.parser import ParseInput, Utterance
from agent.parsing.refusals import refusal_before, with_refusal
from tools.domain import Domain
from tools.linking import Linker


def settled(text: str, linker: Linker, domain: Domain, **said: object) -> Preference:
    wish = Preference.model_validate(
        {"facet": "genre", "value": "western", "quote": "western", "confidence": 0.6, **said}
    )
    return with_refusal(wish, ParseInput(text=text, mentions=linker.find(text)), domain)


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("Please nothing that was made in ", "must"),
        ("so long as it wasn't made in ", "must"),
        ("spare us any ", "must"),
        ("leave out ", "must"),
        ("anything but ", "must"),
        ("no more ", "must"),
        ("go easy on anything ", "prefer"),
        ("nothing overly ", "prefer"),
        ("not very ", "prefer"),
        ("it looks a bit too ", "prefer"),
        ("nothing but ", None),
        ("why not ", None),
        ("I wouldn't say no ", None),
        ("no horror, ", None),
        ("no horror but ", None),
        ("haven't you got any ", None),
        ("something ", None),
    ],
)
def test_a_refusal_reaches_what_it_leads_up_to(words: str, refused: str | None) -> None:
    assert refusal_before(f"{words}westerns", len(words)) == refused


def test_outright_words_after_it_make_a_soft_refusal_firm() -> None:
    assert refusal_before("nothing too gory whatsoever", len("nothing too ")) == "must"


def test_what_is_refused_is_disliked(movies_linker: Linker, movies_domain: Domain) -> None:
    wish = settled("as long as it's not a western", movies_linker, movies_domain)
    assert (wish.polarity, wish.strength) == ("dislike", "must")


def test_who_leaves_something_out_does_more_than_take_a_wish_back(movies_linker: Linker, movies_domain: Domain) -> None:
    wish = settled("please leave out any western", movies_linker, movies_domain, op="remove")
    assert (wish.op, wish.polarity, wish.strength) == ("add", "dislike", "must")


@pytest.mark.parametrize("op", ["add", "remove"])
def test_what_must_be_there_is_asked_for(op: str, movies_linker: Linker, movies_domain: Domain) -> None:
    polarity = "dislike" if op == "add" else "like"
    wish = settled("a western should come into it", movies_linker, movies_domain, op=op, polarity=polarity)
    assert (wish.op, wish.polarity) == ("add", "like")


def test_a_clause_of_its_own_is_not_refused_by_the_one_before(movies_linker: Linker, movies_domain: Domain) -> None:
    text = "no horror, about western"
    assert settled(text, movies_linker, movies_domain, polarity="dislike").polarity == "like"


def test_an_unsure_dislike_that_no_word_refuses_is_asked_for(movies_linker: Linker, movies_domain: Domain) -> None:
    assert settled("my dad insists on a western", movies_linker, movies_domain, polarity="dislike").polarity == "like"
    assert settled("a western bores me", movies_linker, movies_domain, polarity="dislike").polarity == "dislike"


def test_the_answer_to_what_should_be_left_out_stays_a_refusal(movies_linker: Linker, movies_domain: Domain) -> None:
    wish = Preference(facet="genre", value="western", quote="western", polarity="dislike", confidence=0.6)
    asked = (Utterance("assistant", "Is there anything you can't stand?"),)
    turn = ParseInput(text="western", mentions=movies_linker.find("western"), context=asked)
    assert with_refusal(wish, turn, movies_domain).polarity == "dislike"


def test_what_is_wanted_instead_is_not_refused_with_the_rest(movies_linker: Linker, movies_domain: Domain) -> None:
    text = "forget the thriller, a western instead"
    assert settled(text, movies_linker, movies_domain, polarity="dislike", confidence=0.9).polarity == "like"
    kept = settled("a comedy instead of a western", movies_linker, movies_domain, polarity="dislike", confidence=0.9)
    assert kept.polarity == "dislike"


@pytest.mark.parametrize("words", ["must never be in it", "has to go", "must be avoided", "has to be left out"])
def test_what_must_not_be_there_is_not_asked_for(words: str, movies_linker: Linker, movies_domain: Domain) -> None:
    wish = settled(f"a western {words}", movies_linker, movies_domain, polarity="dislike", confidence=0.9)
    assert wish.polarity == "dislike"
