"""Simulated users: their scenarios can be met, they keep their rules, and a run is the same each time."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.agent import Agent
from agent.statements import HeldWish
from agent.turns import Question
from eval.simulate import Setup, run_simulation, unbelievable
from eval.simulation.dialogue import Played, TitleLeaked, play, right_reason
from eval.simulation.figures import figures
from eval.simulation.phrases import Phrases, PhrasesFault, Speaker
from eval.simulation.player import ModelUser
from eval.simulation.records import RunFault, read_run
from eval.simulation.scenarios import SCENARIOS, Instance, Scenario, ScenarioMaker, names
from eval.simulation.users import KINDS, Kind, PhraseUser, Utterance
from eval.simulation.wants import Want, all_hold, broken
from eval.systems.protocol import Answer
from tests.conftest import MOVIES
from tests.scripted import ScriptedModel
from tests.talking import agent_over
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.linking import Linker


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return Phrases.load(MOVIES)


@pytest.fixture(scope="module")
def maker(movies: Catalogue, phrases: Phrases) -> ScenarioMaker:
    return ScenarioMaker(movies, phrases.weights)


@pytest.fixture
def agent(movies_tools: ToolContext, movies_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(movies_tools, movies_linker, tmp_path)


def instances(maker: ScenarioMaker, scenario: Scenario, n: int = 12) -> Iterator[Instance]:
    return (maker.make(scenario, number, seed=3) for number in range(n))


def user_of(instance: Instance, kind: Kind, movies: Catalogue, phrases: Phrases) -> PhraseUser:
    return PhraseUser(instance, kind, movies, Speaker(phrases, movies.domain), seed=3)


class Shows:
    """A system that shows what it is told to, one slate a turn, then the last again."""

    def __init__(self, *slates: tuple[str, ...], question: Question | None = None) -> None:
        self.name = "shows"
        self.heard: list[str] = []
        self._slates = list(slates)
        self._question = question

    def begin(self, user: str, thread: str) -> "Shows":
        return self

    async def say(self, text: str) -> Answer:
        self.heard.append(text)
        slate = self._slates.pop(0) if len(self._slates) > 1 else self._slates[0]
        return Answer(slate=slate, question=self._question)

    async def rank(self, turns: object, k: int) -> tuple[str, ...]:
        return self._slates[0][:k]


class Breaks(Shows):
    async def say(self, text: str) -> Answer:
        raise RuntimeError("out of order")


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != "impossible"])
def test_targets_are_all_items_that_satisfy_every_want(
    maker: ScenarioMaker, movies: Catalogue, scenario: Scenario
) -> None:
    for made in instances(maker, scenario):
        wants = (*made.wants, *made.lasting)
        assert {movies.ids[row] for row in all_hold(wants, movies).nonzero()[0]} <= set(made.targets)
        assert 1 <= len(made.targets) <= 10
        assert not broken(made.targets, made.wants, movies)
        assert not set(made.seen) & set(made.targets)


def test_an_impossible_one_is_possible_without_any_one_of_its_wants(maker: ScenarioMaker, movies: Catalogue) -> None:
    for made in instances(maker, "impossible", 6):
        assert not all_hold(made.wants, movies).any() and made.targets == ()
        for want in made.wants:
            assert all_hold([other for other in made.wants if other != want], movies).any()


def test_what_is_given_up_stands_against_every_target(maker: ScenarioMaker, movies: Catalogue) -> None:
    for made in instances(maker, "drift"):
        rows = [movies.row(item) for item in made.targets]
        assert not made.first[0].holds(movies)[rows].any()


def test_the_same_number_and_seed_is_the_same_person(maker: ScenarioMaker) -> None:
    assert maker.make("multi", 4, 9) == maker.make("multi", 4, 9) != maker.make("multi", 4, 10)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("kind", KINDS)
async def test_no_user_says_a_target_or_a_want_that_is_never_said(
    maker: ScenarioMaker, movies: Catalogue, phrases: Phrases, scenario: Scenario, kind: Kind
) -> None:
    for made in instances(maker, scenario, 4):
        user = user_of(made, kind, movies, phrases)
        system = Shows(made.seen[:5] or ("heat-1995",), question=Question(facet="mood", text="?", answers=()))
        played = await play(system, user, Played(instance=made, system="s", users=kind), movies, 5, user.earlier())
        assert played.failure is None
        titles = [movies.titles[movies.row(item)] for item in made.targets]
        assert all(names(text, titles) is None for text in system.heard)
        said = {want for turn in played.turns for want in turn["said"]}
        assert not said & {want.id for want in made.wants if want.reveal == "never"}


async def test_a_want_that_waits_to_be_asked_is_said_when_asked(movies: Catalogue, phrases: Phrases) -> None:
    wants = (
        Want(id="n1", facet="genre", value="western", strength="must"),
        Want(id="n2", facet="mood", value="funny", reveal="on ask"),
    )
    made = Instance(id="x", scenario="multi", targets=("heat-1995",), wants=wants)
    for facet, expected in (("mood", ["n2"]), ("year", [])):
        user = user_of(made, "cooperative", movies, phrases)
        await user.open()
        answer = Answer(slate=("unforgiven-1992",), question=Question(facet=facet, text="?", answers=()))
        reaction = await user.react(answer)
        assert reaction is not None and [want.id for want in reaction.said] == expected


async def test_who_gets_nothing_useful_leaves(movies: Catalogue, phrases: Phrases) -> None:
    want = Want(id="n1", facet="genre", value="western", strength="must")
    made = Instance(id="x", scenario="multi", targets=("unforgiven-1992",), wants=(want,))
    played = await play(
        Shows(("heat-1995",)),
        user_of(made, "terse", movies, phrases),
        Played(instance=made, system="s", users="terse"),
        movies,
        5,
    )
    assert (played.left, len(played.turns), played.success) == ("patience", 2, False)
    assert played.turns[0]["broken"] == [["heat-1995", "n1"]] and played.turns[1]["repeats"] == 1


async def test_a_target_shown_is_success_at_its_turn(movies: Catalogue, phrases: Phrases) -> None:
    want = Want(id="n1", facet="genre", value="western", strength="must")
    made = Instance(id="x", scenario="multi", targets=("unforgiven-1992",), wants=(want,))
    system = Shows(("rio-bravo-1959",), ("high-noon-1952", "unforgiven-1992"))
    user = user_of(made, "cooperative", movies, phrases)
    played = await play(system, user, Played(instance=made, system="s", users="cooperative"), movies, 5)
    assert (played.success, played.found_at, played.left) == (True, 2, "found")


async def test_a_system_that_breaks_is_a_failed_dialogue_not_a_zero(
    maker: ScenarioMaker, movies: Catalogue, phrases: Phrases
) -> None:
    made = maker.make("multi", 0, 3)
    user = user_of(made, "cooperative", movies, phrases)
    played = await play(Breaks(()), user, Played(instance=made, system="s", users="cooperative"), movies, 5)
    assert played.failure == "RuntimeError: out of order" and played.left == "failure"


async def test_a_leaking_user_stops_the_run(movies: Catalogue) -> None:
    made = Instance(
        id="x", scenario="multi", targets=("unforgiven-1992",), wants=(Want(id="n1", facet="mood", value="dark"),)
    )

    class Leaks:
        async def open(self) -> Utterance:
            return Utterance(text="is UNFORGIVEN there?")

        async def react(self, answer: Answer) -> Utterance | None:
            return None

    with pytest.raises(TitleLeaked, match="Unforgiven"):
        await play(Shows(()), Leaks(), Played(instance=made, system="s", users="x"), movies, 5)


def test_a_right_reason_blames_something_that_was_wanted() -> None:
    want = Want(id="n1", facet="genre", value="western", strength="must")
    made = Instance(id="x", scenario="impossible", targets=(), wants=(want,))

    def blames(value: str, **more: object) -> Answer:
        wish = HeldWish(
            id="w1", facet="genre", value=value, polarity="like", strength="must", lifetime="session", turn=1
        )
        return Answer(impossible=True, blamed=(wish,), **more)  # type: ignore[arg-type]

    assert right_reason(blames("western"), made)
    assert not right_reason(blames("horror"), made)
    assert not right_reason(Answer(impossible=True), made)
    assert not right_reason(blames("western", slate=("heat-1995",)), made)


async def test_the_same_run_is_the_same_to_the_byte_and_goes_on_where_it_stopped(
    movies: Catalogue, movies_tools: ToolContext, movies_linker: Linker, tmp_path: Path
) -> None:
    setup = Setup(scenario="multi", kinds=("cooperative", "contrary"), systems=("attune", "bad"), n=2, seed=1, turns=3)
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    run = await run_simulation(setup, agent_over(movies_tools, movies_linker, tmp_path), one)
    lines = one.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + 8
    # Broken off in the middle of its third dialogue.
    other.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    await run_simulation(setup, agent_over(movies_tools, movies_linker, tmp_path), other)
    assert other.read_bytes() == one.read_bytes()
    report = figures(run, movies)
    assert json.loads(json.dumps(report)) == report
    assert report["systems"]["attune"]["dialogues"] == 4 and report["systems"]["attune"]["failed"] == 0
    assert report["systems"]["bad"]["success"]["mean"] == 0.0
    assert len(report["systems"]["attune"]["by_turn"]) == 3


async def test_another_run_is_not_gone_on_with(agent: Agent, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    setup = Setup(scenario="single", kinds=("terse",), systems=("popularity",), n=1, seed=1, turns=1)
    await run_simulation(setup, agent, path)
    other = Setup(scenario="single", kinds=("terse",), systems=("popularity",), n=1, seed=2, turns=1)
    with pytest.raises(RunFault, match="another run"):
        await run_simulation(other, agent, path)


def test_what_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"format": 0}\n')
    with pytest.raises(RunFault, match="not a run"):
        read_run(tmp_path / "x.jsonl")


def test_a_bad_system_that_does_well_discredits_the_run() -> None:
    good = {"success": {"mean": 0.9, "low": 0.8, "high": 1.0}}
    assert unbelievable({"systems": {"attune": good}}) is None
    assert "bad on purpose" in (unbelievable({"systems": {"attune": good, "bad": good}}) or "")
    assert "failed" in (unbelievable({"systems": {"attune": {"success": None}}}) or "")


async def test_a_model_can_play_the_user(maker: ScenarioMaker, movies: Catalogue) -> None:
    made = maker.make("multi", 1, 3)
    first = made.wants[0].id
    model = ScriptedModel(
        json.dumps({"say": "a thing to watch", "said": [first, "n99"], "leave": False}),
        json.dumps({"say": "", "said": [], "leave": True}),
    )
    user = ModelUser(made, movies, model, seed=1)
    system = Shows(("heat-1995",))
    played = await play(system, user, Played(instance=made, system="s", users="model"), movies, 5)
    assert system.heard == ["a thing to watch"]
    assert played.turns[0]["said"] == [first] and played.left == "patience"
    asked = model.calls[1].messages[-1].text
    assert "Heat (1995)" in asked and not any(item in asked for item in made.targets)


async def test_a_model_that_names_a_target_spoils_its_dialogue_only(maker: ScenarioMaker, movies: Catalogue) -> None:
    made = maker.make("multi", 1, 3)
    title = movies.titles[movies.row(made.targets[0])]
    model = ScriptedModel(json.dumps({"say": f"I want {title}", "said": [], "leave": False}))
    user = ModelUser(made, movies, model, seed=1)
    played = await play(Shows(("heat-1995",)), user, Played(instance=made, system="s", users="model"), movies, 5)
    assert played.failure is not None and "TitleSpoken" in played.failure


def test_a_domain_without_phrases_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(PhrasesFault, match=r"users\.toml"):
        Phrases.load(tmp_path)


def test_every_drawn_want_can_be_said(maker: ScenarioMaker, movies: Catalogue, phrases: Phrases) -> None:
    speaker = Speaker(phrases, movies.domain)
    for scenario in SCENARIOS:
        for made in instances(maker, scenario, 15):
            assert all(speaker.can_say(want) for want in (*made.wants, *made.first, *made.slips, *made.lasting))
