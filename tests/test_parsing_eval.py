"""The scorer of parsed commands, on examples worked out by hand."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.commands import Command, ItemReference, Preference, Range, Relative
from agent.parsing.agreement import Matcher
from agent.parsing.labelled import LabelledFileError, LabelledTurn, is_held_out, read_labelled
from agent.parsing.parser import Parsed, ParseInput, SlateEntry
from eval.__main__ import app
from eval.parsing import Measurement
from eval.scoring import Tally, judge, percentiles
from tools.catalogue import Catalogue

COMEDY = Preference(facet="genre", value="comedy", strength="must")
NO_HORROR = Preference(facet="genre", value="horror", polarity="dislike", strength="must")
SHORT = Preference(facet="runtime", value=Range(max=120), strength="must")


@pytest.fixture(scope="module")
def matcher(movies: Catalogue) -> Matcher:
    return Matcher(movies.domain)


def labelled(
    command: Command, leniency: dict[str, object] | None = None, slate: tuple[SlateEntry, ...] = ()
) -> LabelledTurn:
    turn = ParseInput(text="something", slate=slate)
    return LabelledTurn(id="case-1", turn=turn, command=command, leniency=leniency or {})


def theme(words: str) -> Preference:
    return Preference(facet="theme", value=words)


def test_precision_recall_and_f1_count_statements(matcher: Matcher) -> None:
    gold = labelled(Command(preferences=(COMEDY, NO_HORROR, SHORT)))
    found = Command(preferences=(COMEDY, theme("trains")))
    figures = Tally([judge(gold, found, matcher, lenient=False)]).summary()["preferences"]
    assert figures["precision"] == 0.5
    assert figures["recall"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["f1"] == pytest.approx(2 * 1 / (2 + 3), abs=1e-4)


def test_strength_and_lifetime_are_figures_of_their_own(matcher: Matcher) -> None:
    gold = labelled(Command(preferences=(COMEDY, NO_HORROR)))
    soft = COMEDY.model_copy(update={"strength": "prefer"})
    lasting = NO_HORROR.model_copy(update={"lifetime": "lasting"})
    figures = Tally([judge(gold, Command(preferences=(soft, lasting)), matcher, lenient=False)]).summary()[
        "preferences"
    ]
    assert (figures["f1"], figures["f1_with_strength"], figures["f1_with_lifetime"]) == (1.0, 0.5, 0.0)


def test_each_label_is_met_once(matcher: Matcher) -> None:
    twice = Command(preferences=(COMEDY, COMEDY))
    judged = judge(labelled(Command(preferences=(COMEDY,))), twice, matcher, lenient=True)
    assert (judged.hits, len(judged.surplus)) == (1, 1)


def test_an_alternative_label_counts_only_leniently(matcher: Matcher) -> None:
    case = LabelledTurn(
        id="case-2",
        turn=ParseInput(text="a love story"),
        command=Command(preferences=(Preference(facet="genre", value="romance", strength="must"),)),
        alternatives=((Preference(facet="mood", value="romantic"),),),
    )
    found = Command(preferences=(Preference(facet="mood", value="romantic"),))
    assert judge(case, found, matcher, lenient=True).strong == 1
    assert judge(case, found, matcher, lenient=False).hits == 0


def test_optional_statements_may_be_missing_and_extra_ones_may_be_there(matcher: Matcher) -> None:
    leniency: dict[str, object] = {
        "optional_preferences": [1],
        "extra_ok": [{"facet": "audience", "value": "date", "polarity": "like", "strength": "prefer"}],
        "intent": ["question"],
        "count": [3],
    }
    gold = labelled(Command(preferences=(COMEDY, theme("heist")), count=5), leniency)
    found = Command(
        intent="question", preferences=(COMEDY, Preference(facet="audience", value="date", strength="must")), count=3
    )
    assert judge(gold, found, matcher, lenient=True).exact
    strict = judge(gold, found, matcher, lenient=False)
    assert (strict.intent, len(strict.missed), len(strict.surplus), strict.count) == (False, 1, 1, False)


def test_an_item_by_number_is_the_title_shown_there(matcher: Matcher) -> None:
    slate = (SlateEntry(1, "Heat", 1995), SlateEntry(2, "The Sting", 1973))
    gold = labelled(Command(intent="feedback", items=(ItemReference(ref="sting", relation="liked"),)), slate=slate)
    found = Command(intent="feedback", items=(ItemReference(ref=2, relation="liked"),))
    assert judge(gold, found, matcher, lenient=False).exact
    other = Command(intent="feedback", items=(ItemReference(ref=2, relation="seen"),))
    assert judge(gold, other, matcher, lenient=False).item_hits == 0


def test_another_item_or_relation_is_accepted_where_the_line_lists_it(matcher: Matcher) -> None:
    leniency: dict[str, object] = {"items_alt": {"0": [{"ref": "Heat", "relation": "seen"}]}, "optional_items": [1]}
    gold = labelled(
        Command(items=(ItemReference(ref="Heat", relation="liked"), ItemReference(ref="Ran", relation="seen"))),
        leniency,
    )
    found = Command(items=(ItemReference(ref="Heat (1995)", relation="seen"),))
    assert judge(gold, found, matcher, lenient=True).exact
    assert Tally([judge(gold, found, matcher, lenient=False)]).summary()["items"]["f1"] == 0.0


@pytest.mark.parametrize(
    ("said", "meant", "same"),
    [
        ("a bank heist", "heists", True),
        ("set in the desert", "desert", True),
        ("twist endings", "a twist ending", True),
        ("dogs", "cats", False),
        ("haunted house", "haunted castle by the sea", False),
    ],
)
def test_themes_are_compared_by_their_words(matcher: Matcher, said: str, meant: str, same: bool) -> None:
    assert matcher.same(theme(said), theme(meant)) is same


def test_themes_without_shared_words_are_compared_in_meaning(movies: Catalogue) -> None:
    alike = Matcher(movies.domain, lambda one, other: 0.8)
    unlike = Matcher(movies.domain, lambda one, other: 0.5)
    assert alike.same(theme("kitties"), theme("cats"))
    assert not unlike.same(theme("kitties"), theme("cats"))


def test_a_role_counts_only_where_both_give_one(matcher: Matcher) -> None:
    anyone = Preference(facet="person", value="Clint Eastwood")
    director = Preference(facet="person", value="clint eastwood", role="director")
    actor = Preference(facet="person", value="Eastwood", role="actor")
    assert matcher.same(anyone, director) and matcher.same(anyone, actor)
    assert not matcher.same(director, actor)


def test_country_names_are_compared_by_what_they_mean(matcher: Matcher) -> None:
    assert matcher.same(
        Preference(facet="country", value="american"), Preference(facet="country", value="United States")
    )


def test_ranges_agree_within_what_around_allows(matcher: Matcher) -> None:
    def years(low: float | None, high: float | None) -> Preference:
        return Preference(facet="year", value=Range(min=low, max=high))

    assert matcher.same(years(1990, 1999), years(1990, 1999))
    assert matcher.same(years(None, 1989), years(None, 1990))
    assert not matcher.same(years(None, 1989), years(1989, None))
    assert not matcher.same(years(1990, 1999), years(1990, None))


def test_a_dislike_of_the_far_side_is_a_like_of_the_near(matcher: Matcher) -> None:
    not_long = Preference(facet="runtime", value=Range(min=120), polarity="dislike")
    assert matcher.same(not_long, SHORT)
    no_adults_only = Preference(facet="certificate", value=Range(min="R"), polarity="dislike")
    assert matcher.same(no_adults_only, Preference(facet="certificate", value=Range(max="PG-13")))


def test_comparisons_agree_in_direction(matcher: Matcher) -> None:
    shorter = Preference(facet="runtime", value=Relative(than=2, dir="less"))
    assert matcher.same(shorter, Preference(facet="runtime", value=Relative(than="slate", dir="less")))
    assert not matcher.same(shorter, Preference(facet="runtime", value=Relative(than=2, dir="more")))
    assert not matcher.same(shorter, SHORT)


def test_taking_back_is_not_wishing(matcher: Matcher) -> None:
    taken_back = NO_HORROR.model_copy(update={"op": "remove"})
    assert not matcher.same(NO_HORROR, taken_back)
    assert matcher.same(taken_back, taken_back.model_copy(update={"polarity": "like"}))


def test_turns_without_a_wish_that_get_one_are_counted(matcher: Matcher) -> None:
    quiet = [labelled(Command(intent="smalltalk")) for _ in range(4)]
    found = [Command(intent="smalltalk"), Command(preferences=(COMEDY,)), Command(), Command()]
    judged = [judge(gold, command, matcher, lenient=True) for gold, command in zip(quiet, found, strict=True)]
    assert Tally(judged).summary()["no_wish_turns"] == {"n": 4, "with_a_wish": 0.25}


def test_percentiles_of_nothing_are_zero_and_of_a_hundred_are_in_order() -> None:
    assert percentiles([]) == {"p50": 0.0, "p95": 0.0}
    assert percentiles([float(n) for n in range(1, 101)]) == {"p50": 50.5, "p95": 96.0}


def test_a_measurement_reports_groups_and_explains_errors(matcher: Matcher) -> None:
    turns = [
        LabelledTurn(id="a-1", turn=ParseInput(text="a comedy"), command=Command(preferences=(COMEDY,)), group="a"),
        LabelledTurn(id="b-1", turn=ParseInput(text="no horror"), command=Command(preferences=(NO_HORROR,)), group="b"),
    ]
    measured = Measurement(
        turns, lambda turn: turn, lambda turn: Parsed(Command(preferences=(COMEDY,)), "fake"), matcher
    )
    report = measured.report()
    assert (report["n"], report["groups"]["a"]["exact"], report["groups"]["b"]["exact"]) == (2, 1.0, 0.0)
    assert report["answered_by"] == {"fake": 2}
    (error,) = measured.errors()
    assert "no horror" in error and "missed" in error and "surplus" in error


def test_a_line_that_is_no_labelled_turn_is_named(tmp_path: Path) -> None:
    path = tmp_path / "turns.jsonl"
    path.write_text('{"id": "x", "utterance": "hi", "command": {"intent": "smalltalk"}}\n{"id": "y"}\n', "utf8")
    with pytest.raises(LabelledFileError, match="line 2"):
        read_labelled(path)


def test_the_command_prints_one_json_object_of_the_agreed_shape(tmp_path: Path) -> None:
    path = tmp_path / "turns.jsonl"
    wish = {"facet": "genre", "value": "comedy", "polarity": "like", "strength": "must"}
    line = {"id": "a-1", "utterance": "a comedy", "command": {"intent": "recommend", "preferences": [wish]}}
    path.write_text(json.dumps(line), "utf8")
    result = CliRunner().invoke(app, ["parsing", str(path), "--parser", "rules", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert {"n", "intent_accuracy", "preferences", "items", "exact", "latency_ms", "strict", "groups"} <= set(report)
    assert {"precision", "recall", "f1", "f1_with_strength"} <= set(report["preferences"])


def test_only_dialogues_that_training_leaves_out_are_measured_where_asked(tmp_path: Path) -> None:
    path = tmp_path / "turns.jsonl"
    lines = [
        {"id": f"t-{n}", "source_id": f"talk{n // 2}-{n % 2}", "utterance": "hi", "command": {"intent": "smalltalk"}}
        for n in range(40)
    ]
    path.write_text("\n".join(map(json.dumps, lines)), "utf8")
    held = [turn for turn in read_labelled(path) if is_held_out(turn)]
    assert 0 < len(held) < 40 and len(held) % 2 == 0
    result = CliRunner().invoke(app, ["parsing", str(path), "--parser", "rules", "--json", "--held-out"])
    assert json.loads(result.stdout)["n"] == len(held)


def test_bad_input_ends_with_exit_code_2_and_says_why(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["parsing", str(tmp_path / "none.jsonl"), "--parser", "rules"])
    assert result.exit_code == 2
    assert "none.jsonl" in result.stderr
