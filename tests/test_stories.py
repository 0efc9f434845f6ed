"""Stories: their files, what they can ask, and how turns are judged by them."""

from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from agent.commands import Command, Intent, ItemReference, Preference
from agent.memory.profile import Profile
from agent.parsing.parser import Parsed, ParseInput
from agent.turns import Question, SlateItem, Turn
from eval.conditions import Conditions, FacetTest
from eval.outcomes import Happened, Outcomes
from eval.scripts import Teller, Trial, TurnResult, pass_hat, report, tell_all
from eval.story import Expectation, Story, StoryError, Topic, read_stories
from eval.storytelling import STORIES, table, transcript
from tests.talking import agent_over, held
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.linking import Linker

NO_HORROR = Preference(facet="genre", value="horror", polarity="dislike", strength="must", quote="no horror")


def story(*turns: dict[str, Any], name: str = "one", about: tuple[str, ...] = ("recommend",)) -> Story:
    return Story.model_validate({"story": name, "about": about, "turns": turns})


def turn(*ids: str, catalogue: Catalogue | None = None, intent: Intent = "recommend", **more: Any) -> Turn:
    slate = tuple(
        SlateItem(n=n, id=item, title=item, year=None, score=1.0, reasons=(), contributions={})
        for n, item in enumerate(ids, start=1)
    )
    return Turn(
        **({"turn": 1, "command": Command(intent=intent), "wishes": (), "slate": slate, "reply": "Yes."} | more)
    )


def happened(result: Turn, **more: Any) -> Happened:
    fields = {"text": "x", "turn": result, "screen": (), "before": (), "opinions": {}, "profile": Profile()}
    return Happened(**(fields | more))


def problems(tiny: Catalogue, expect: dict[str, Any], result: Turn, **more: Any) -> list[str]:
    return Outcomes(tiny).problems(Expectation.model_validate(expect), happened(result, **more))


def test_the_shipped_stories_can_come_true_or_are_marked_impossible(movies: Catalogue) -> None:
    stories = read_stories(STORIES)
    conditions = Conditions(movies)
    assert [problem for one in stories for problem in one.problems(movies, conditions)] == []
    assert len(stories) >= 80
    assert {topic for one in stories for topic in one.about} == set(get_args(Topic))
    intents = {one.expect.intent for told in stories for one in told.turns if isinstance(one.expect.intent, str)}
    assert intents == set(get_args(Intent))


def test_unknown_keys_of_a_story_are_errors() -> None:
    with pytest.raises(ValidationError, match="sleight"):
        story({"user": "hi", "expect": {"sleight": {"size": 5}}})


def test_a_story_file_says_where_it_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("- story: odd\n  about: [recommend]\n  turns: [{user: hi, expect: {intent: dance}}]\n")
    with pytest.raises(StoryError, match=r"bad.yaml, story 'odd': turns.0.expect.intent"):
        read_stories(file)
    file.write_text("story: no list\n")
    with pytest.raises(StoryError, match="no list of stories"):
        read_stories(file)
    file.write_text("- [unclosed\n")
    with pytest.raises(StoryError, match="cannot be read"):
        read_stories(file)


def test_names_of_stories_are_unique(tmp_path: Path) -> None:
    one = "- {story: same, about: [more], turns: [{user: hi}]}\n"
    (tmp_path / "a.yaml").write_text(one)
    (tmp_path / "b.yaml").write_text(one)
    with pytest.raises(StoryError, match="'same'"):
        read_stories(tmp_path)


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ({"slate": {"all": {"genre": "western", "language": "Japanese"}}}, "1 items should satisfy it, and 0 can"),
        ({"slate": {"size": 5, "all": {"genre": "horror"}}}, "5 items should satisfy it, and 1 can"),
        ({"slate": {"includes": ["heat-1995"], "all": {"genre": "horror"}}}, "heat-1995 can never be included"),
        ({"slate": {"excludes": ["nothing-1900"]}}, "nothing-1900"),
        ({"slate": {"all": {"genre": "jolly"}}}, "genre has no value 'jolly'"),
        ({"slate": {"all": {"colour": "red"}}}, "there is no facet 'colour'"),
        ({"cannot": {"wanted": {"genre": "horror"}, "because": ["genre"]}}, "is marked impossible, and 1 items"),
        ({"wishes": {"hold": [{"facet": "colour"}]}}, "there is no facet 'colour'"),
    ],
)
def test_a_story_that_cannot_come_true_is_found(expect: dict[str, Any], problem: str, tiny: Catalogue) -> None:
    assert any(problem in found for found in story({"user": "x", "expect": expect}).problems(tiny))


def test_a_story_that_can_come_true_has_no_problems(tiny: Catalogue) -> None:
    expect = {
        "slate": {"size": 1, "all": {"genre": "western", "person": {"name": "Clint Eastwood", "role": "director"}}},
        "cannot": {"wanted": {"genre": {"every": ["western", "horror"]}}, "because": ["genre"]},
    }
    assert story({"user": "x", "expect": expect}).problems(tiny) == []


def test_conditions_are_decided_from_columns(tiny: Catalogue) -> None:
    conditions = Conditions(tiny)

    def ids(**condition: Any) -> set[str]:
        return {tiny.ids[row] for row in conditions.satisfied(condition, ("heat-1995", "alien-1979")).nonzero()[0]}

    assert ids(runtime=FacetTest(max=100)) == {"airplane-1980"}
    assert ids(runtime=FacetTest(below="airplane-1980")) == set()
    assert ids(year=FacetTest(below=2)) == {"seven-samurai-1954"}
    # The median of 1995 and 1979 is 1987.
    assert "airplane-1980" in ids(year=FacetTest(below="slate"))
    assert "before-sunrise-1995" not in ids(year=FacetTest(below="slate"))
    assert ids(genre="western") == {"unforgiven-1992"}
    assert ids(genre=("western", "animation")) == {"unforgiven-1992", "spirited-away-2001"}
    assert ids(theme="heists") == {"heat-1995"}
    assert ids(certificate=FacetTest(max="PG")) >= {"airplane-1980", "contact-1997"}


def test_a_number_that_is_not_on_the_screen_is_an_error(tiny: Catalogue) -> None:
    with pytest.raises(ValueError, match="no number 3"):
        Conditions(tiny).satisfied({"year": FacetTest(below=3)}, ("heat-1995",))


def test_a_test_is_of_one_kind() -> None:
    for given in ({}, {"min": 1, "below": 2}, {"role": "director", "min": 3}):
        with pytest.raises(ValidationError):
            FacetTest.model_validate(given)


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ({"intent": "more"}, "intent recommend, not more"),
        ({"slate": {"size": 3}}, "2 items on the slate, not 3"),
        ({"slate": {"all": {"genre": "horror"}}}, "heat-1995 is not genre horror"),
        ({"slate": {"none": {"genre": "horror"}}}, "alien-1979 is genre horror"),
        ({"slate": {"most": {"genre": "horror"}}}, "only 1 of 2 are genre horror"),
        ({"slate": {"some": {"genre": "western"}}}, "none of heat-1995, alien-1979 is genre western"),
        ({"slate": {"includes": ["arrival-2016"]}}, "arrival-2016 is not on the slate"),
        ({"slate": {"excludes": ["alien-1979"]}}, "alien-1979 is on the slate"),
        ({"slate": "none"}, "a new slate came"),
        ({"slate": "unchanged"}, "a new slate came"),
        ({"cannot": {"wanted": {"year": "1800"}, "because": ["year"]}}, "should say that it cannot"),
        ({"wishes": {"hold": [{"facet": "genre", "value": "crime"}]}}, "no wish for facet genre, value crime"),
        ({"wishes": {"gone": [{"facet": "mood", "value": "dark"}]}}, "the wish like mood 'dark' still holds"),
        ({"wishes": {"empty": True}}, "wishes hold: like mood dark"),
        ({"wishes": {"unchanged": True}}, "the wishes changed from none"),
        ({"wishes": {"like": ["heat-1995"]}}, "it is to be like nothing"),
        ({"opinions": {1: "seen"}}, "airplane-1980 is held nothing, not seen"),
        ({"opinions": {7: "seen"}}, "there is no number 7"),
        ({"profile": {"has": [{"facet": "genre"}]}}, "the profile has no facet genre"),
        ({"reply": {"says": [["sorry", "pity"]]}}, "does not say 'sorry' or 'pity'"),
        ({"reply": {"never": ["yes"]}}, "the reply says 'yes'"),
        ({"asks": True}, "nothing is asked"),
        ({"asks": "genre"}, "it asks about nothing, not genre"),
    ],
)
def test_what_is_not_as_expected_is_said(expect: dict[str, Any], problem: str, tiny: Catalogue) -> None:
    result = turn("heat-1995", "alien-1979", wishes=(held("mood", "dark"),))
    found = problems(tiny, expect, result, screen=("airplane-1980",))
    assert any(problem in one for one in found), found


def test_what_is_as_expected_is_not_said(tiny: Catalogue) -> None:
    expect = {
        "intent": ["recommend", "more"],
        "slate": {
            "size": {"min": 1, "max": 2},
            "all": {"certificate": {"min": "R"}},
            "some": {"genre": "horror"},
            "most": {"year": {"below": 1}},
            "none": {"genre": "western"},
        },
        "wishes": {"hold": [{"facet": "runtime", "value": {"max": 180}}], "gone": [{"facet": "mood"}], "like": []},
        "opinions": {1: ["seen", "liked"]},
        "reply": {"says": [["sure", "yes"]], "never": ["no"]},
        "asks": False,
    }
    result = turn("heat-1995", "alien-1979", wishes=(held("runtime", (60, 180)),))
    assert problems(tiny, expect, result, screen=("arrival-2016",), opinions={"arrival-2016": "seen"}) == []


@pytest.mark.parametrize(
    ("result", "more", "problem"),
    [
        (turn("alien-1979", reply=" "), {}, "the reply is empty"),
        (turn("alien-1979", wishes=(held("genre", "western", strength="must"),)), {}, "alien-1979 breaks a must"),
        (
            turn("alien-1979", wishes=(held("person", "Clint Eastwood", role="director", strength="must"),)),
            {},
            "breaks a must",
        ),
        (turn("alien-1979", wishes=(held("year", (1990, None), strength="must"),)), {}, "breaks a must"),
        (turn("alien-1979"), {"earlier": (turn("alien-1979"),)}, "alien-1979 was shown before"),
        (turn("alien-1979"), {"opinions": {"alien-1979": "seen"}}, "is shown though seen"),
        (turn("alien-1979", "alien-1979"), {}, "twice on the slate"),
        (turn("alien-1979", reply="I'd start with “Spirited Away”."), {}, "the reply speaks of 'Spirited Away'"),
        (
            turn("alien-1979", question=Question(facet="genre", text="?", answers=())),
            {"earlier": (turn("heat-1995", question=Question(facet="genre", text="?", answers=())),)},
            "it asks about genre again",
        ),
    ],
)
def test_some_things_hold_of_every_turn(result: Turn, more: dict[str, Any], problem: str, tiny: Catalogue) -> None:
    found = problems(tiny, {}, result, **more)
    assert any(problem in one for one in found), found


def test_alternatives_are_one_must(tiny: Catalogue) -> None:
    both = (
        held("genre", "western", strength="must", group="1.1"),
        held("genre", "horror", strength="must", id="w2", group="1.1"),
    )
    assert problems(tiny, {}, turn("alien-1979", wishes=both)) == []


def test_titles_that_were_spoken_of_may_be_said(tiny: Catalogue) -> None:
    about = Command(intent="question", items=(ItemReference(ref="Heat", relation="about", item="heat-1995"),))
    assert problems(tiny, {}, turn(command=about, reply="“Heat” runs for 170 min.")) == []


def test_a_must_that_cannot_be_kept_is_named(tiny: Catalogue) -> None:
    expect = {"cannot": {"wanted": {"year": {"max": 1900}}, "because": ["year", "genre"]}}
    wish = held("year", (None, 1900), strength="must")
    reply = "No film here satisfies all of that; from 1900 or earlier costs most."
    assert problems(tiny, expect, turn(wishes=(wish,), reply=reply)) == []
    assert problems(tiny, expect, turn(wishes=(wish,), reply="Nothing."))


class Scripted:
    """A parser that understands what a test wrote down, turn by turn."""

    def __init__(self, *commands: Command) -> None:
        self._commands = list(commands)

    async def parse(self, turn: ParseInput) -> Parsed:
        return Parsed(self._commands.pop(0), "scripted")


async def test_a_story_is_told_in_sessions_of_its_users(
    movies_tools: ToolContext, movies_linker: Linker, tmp_path: Path
) -> None:
    lasting = NO_HORROR.model_copy(update={"lifetime": "lasting"})
    scary = Command(preferences=(Preference(facet="mood", value="scary"),))
    parser = Scripted(Command(preferences=(lasting,)), scary, scary)
    agent = agent_over(movies_tools, movies_linker, tmp_path, parser=parser)
    no_horror = {"slate": {"size": 5, "none": {"genre": "horror"}}}
    told = await Teller(agent).tell(
        story(
            {"user": "never horror", "expect": {"profile": {"has": [{"facet": "genre", "lifetime": "lasting"}]}}},
            {"user": "something scary", "session": 2, "expect": no_horror},
            {"user": "something scary", "who": "ben", "expect": {"profile": {"empty": True}, **no_horror}},
        )
    )
    assert [bool(one.problems) for one in told.turns] == [False, False, True]
    assert "is genre horror" in told.turns[2].problems[0]
    assert not told.passed
    assert "!! " in transcript(told)


class Broken:
    async def parse(self, turn: ParseInput) -> Parsed:
        raise RuntimeError("out of paper")


async def test_an_exception_is_a_failure_and_does_not_end_the_run(
    movies_tools: ToolContext, movies_linker: Linker, tmp_path: Path
) -> None:
    agent = agent_over(movies_tools, movies_linker, tmp_path, parser=Broken())
    heard: list[Trial] = []
    told = await tell_all(agent, [story({"user": "hi"}), story({"user": "hi"}, name="two")], 2, heard.append)
    assert [trial.error for trial in told] == ["RuntimeError: out of paper"] * 4
    assert heard == told
    summary = report(told)
    assert (summary["stories"], summary["errors"], summary["pass^1"], summary["pass^2"]) == (2, 4, 0.0, 0.0)
    assert "out of paper" in table(summary)


def trial(name: str, number: int, *, good: bool) -> Trial:
    result = TurnResult("x", turn(timings_ms={"total": 10.0}), () if good else ("wrong",))
    return Trial(story({"user": "x"}, name=name), number, (result,))


def test_pass_hat_k_is_the_chance_that_k_tellings_all_pass() -> None:
    always = [trial("always", n, good=True) for n in (1, 2, 3)]
    twice = [trial("twice", n, good=n < 3) for n in (1, 2, 3)]
    assert pass_hat([always, twice], 1) == pytest.approx((1 + 2 / 3) / 2)
    # Of the three pairs of tellings one passes whole.
    assert pass_hat([always, twice], 2) == pytest.approx((1 + 1 / 3) / 2)
    assert pass_hat([always, twice], 3) == pytest.approx((1 + 0) / 2)
    with pytest.raises(ValueError, match=r"pass\^4"):
        pass_hat([always], 4)


def test_the_report_counts_stories_by_topic_and_lists_failures() -> None:
    summary = report([trial("good", 1, good=True), trial("bad", 1, good=False)])
    assert summary["pass^1"] == 0.5
    assert summary["topics"] == {"recommend": {"stories": 2, "passed": 1}}
    assert [failure["story"] for failure in summary["failures"]] == ["bad"]
    assert "2 stories, 2 turns: pass^1 0.500" in table(summary)
