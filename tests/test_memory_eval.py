from pathlib import Path

import pytest

from agent.commands import Command
from agent.turns import SlateItem, Turn
from eval.facts import Fact, facts, honours, tells
from eval.memory import measure, report
from eval.questions import KINDS, draw_questions, is_right
from eval.returning import draw_returning
from tests.talking import agent_over, held
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.linking import Linker


def answer(reply: str = "", *slate: str, **more: object) -> Turn:
    shown = tuple(
        SlateItem(n=n, id=item, title=item, year=None, score=1.0, reasons=(), contributions={})
        for n, item in enumerate(slate, 1)
    )
    return Turn.model_validate({"turn": 1, "command": Command(), "wishes": (), "reply": reply, "slate": shown} | more)


def fact(value: str, polarity: str) -> Fact:
    return next(one for one in facts() if one.value == value and one.polarity == polarity)


@pytest.mark.parametrize(
    ("reply", "liked", "disliked"),
    [
        ("I remember: no horror (“I never watch horror”, today).", False, True),
        ("I remember: horror (“I never tire of horror”, today).", True, False),
        ("I remember nothing about you from before.", False, False),
        ("You like comedies, never horror.", False, True),
        ("You don't like musicals, horror you do.", True, False),
        ("You told me today: “I've gone off horror for good”.", False, True),
    ],
)
def test_an_answer_must_name_the_fact_with_its_polarity(reply: str, liked: bool, disliked: bool) -> None:
    assert tells(reply, fact("horror", "like")) is liked
    assert tells(reply, fact("horror", "dislike")) is disliked


def test_a_slate_must_keep_to_a_dislike_throughout_and_have_something_liked(tiny: Catalogue) -> None:
    assert honours(answer("", "heat-1995", "arrival-2016"), fact("horror", "dislike"), tiny)
    assert not honours(answer("", "heat-1995", "alien-1979"), fact("horror", "dislike"), tiny)
    assert honours(answer("", "heat-1995", "alien-1979"), fact("horror", "like"), tiny)
    assert not honours(answer("", "heat-1995"), fact("horror", "like"), tiny)
    assert not honours(answer("sorry"), fact("horror", "dislike"), tiny), "nothing shown is no answer"


def test_a_bound_is_kept_by_every_item(tiny: Catalogue) -> None:
    bound = next(one for one in facts() if one.maximum == 120)
    assert honours(answer("", "airplane-1980"), bound, tiny)
    assert not honours(answer("", "airplane-1980", "heat-1995"), bound, tiny)


def test_the_latest_of_two_is_right_only_if_the_first_is_gone(tiny: Catalogue) -> None:
    question = next(one for one in draw_questions("latest", 60) if one.fact == fact("horror", "like").turned())
    now = held("genre", "horror", polarity="dislike", strength="must", source="profile")
    old = held("genre", "horror", source="profile")
    assert is_right(question, answer("I remember: no horror.", wishes=(now,)), tiny)
    assert not is_right(question, answer("I remember: no horror and horror.", wishes=(now, old)), tiny)
    assert not is_right(question, answer("I remember: horror.", wishes=(old,)), tiny)


def test_a_reason_is_right_only_in_the_person_s_words(tiny: Catalogue) -> None:
    question = draw_questions("reason", 1)[0]
    assert is_right(question, answer(f"You told me: “{question.sessions[-1][0]} {question.keep}”."), tiny)
    assert not is_right(question, answer("You told me so."), tiny)


def test_what_another_user_told_may_not_show(tiny: Catalogue) -> None:
    question = next(one for one in draw_questions("others", 60) if not one.by_slate and one.fact.value == "horror")
    assert question.asker != question.teller
    assert is_right(question, answer("I remember nothing about you from before."), tiny)
    assert not is_right(question, answer("I remember: no horror."), tiny)


@pytest.mark.parametrize("kind", KINDS)
def test_questions_are_drawn_in_many_words_and_the_same_again(kind: str) -> None:
    drawn = draw_questions(kind, 40)  # type: ignore[arg-type]
    assert drawn == draw_questions(kind, 40)  # type: ignore[arg-type]
    assert len({(one.sessions, one.ask) for one in drawn}) == 40
    assert len({one.fact.words for one in drawn}) >= 11


def test_what_a_returning_user_said_is_true_of_what_they_are_after(movies: Catalogue) -> None:
    for seed in range(8):
        returning = draw_returning(movies, seed)
        row = movies.row(returning.target)
        kind = movies.values(row, "genre")[0]
        assert kind in returning.opening
        assert movies.item(row).title not in " ".join((*returning.sessions, returning.opening))
        assert draw_returning(movies, seed) == returning


async def test_an_agent_that_hardly_understands_does_badly(
    tiny_tools: ToolContext, tiny: Catalogue, tmp_path: Path
) -> None:
    agent = agent_over(tiny_tools, Linker.build(tiny), tmp_path)
    outcomes, answers, ablated = await measure(agent, 0, KINDS, 3)
    found = report(outcomes, answers, ablated)["questions"]
    assert found["all"]["n"] == 15
    assert set(found) == {"all", *KINDS}
    assert found["reason"]["right"] < 1
    assert found["all"]["ablation"] < 0.5
    await agent.close()
