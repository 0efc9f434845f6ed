"""The judge, with a scripted model: orders, ties, what cannot be read, the cache, and being off."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.errors import ModelUnavailable
from eval.__main__ import app
from eval.judge import Cache, Dialogue, Judge, Judged, RunError, judge_all, read_run, report
from eval.judging import table
from tests.scripted import ScriptedModel
from tools.catalogue import Catalogue

FIRST = '{"reason": "It kept the must.", "better": "first"}'
SECOND = '{"reason": "It kept the must.", "better": "second"}'
TIE = '{"reason": "Alike.", "better": "tie"}'


def told(system: str = "attune", instance: str = "multi-0001", **more: Any) -> Dialogue:
    plain = {
        "dialogue": f"{system}/terse/{instance}",
        "system": system,
        "users": "terse",
        "instance": {
            "id": instance,
            "scenario": "multi",
            "wants": [{"id": "w1", "facet": "genre", "value": "western", "strength": "must", "reveal": "never"}],
            "seen": ["heat-1995"],
        },
        "turns": [{"user": "cowboys", "reply": f"{system} says so.", "slate": ["unforgiven-1992"], "tokens": 0}],
        "success": True,
        "failure": None,
    }
    return Dialogue.model_validate(plain | more)


def write(file: Path, *dialogues: Dialogue) -> Path:
    file.write_text("\n".join(one.model_dump_json() for one in dialogues), encoding="utf8")
    return file


@pytest.mark.parametrize(
    ("script", "verdict", "agreed"),
    [
        ((FIRST, SECOND), "a", True),
        ((SECOND, FIRST), "b", True),
        ((TIE, TIE), "tie", True),
        # Whoever stands first wins: that is a preference for a place.
        ((FIRST, FIRST), "tie", False),
        ((FIRST, TIE), "tie", False),
    ],
)
async def test_a_verdict_counts_where_both_orders_agree(
    script: tuple[str, str], verdict: str, agreed: bool, tiny: Catalogue
) -> None:
    model = ScriptedModel(*script)
    judged = await Judge(model, tiny).compare(told("ours"), told("theirs"))
    assert (judged.verdict, judged.agreed) == (verdict, agreed)
    assert model.is_used_up()


async def test_the_second_question_has_the_order_swapped(tiny: Catalogue) -> None:
    model = ScriptedModel(FIRST, SECOND)
    await Judge(model, tiny).compare(told("ours"), told("theirs"))
    one, other = (call.messages[-1].text for call in model.calls)
    assert one.index("ours says so") < one.index("theirs says so")
    assert other.index("theirs says so") < other.index("ours says so")


async def test_the_judge_sees_wants_and_facts_but_not_who_spoke(tiny: Catalogue) -> None:
    model = ScriptedModel(TIE, TIE)
    await Judge(model, tiny).compare(told("ours", turns=()), told("theirs"))
    text = model.calls[0].messages[-1].text
    assert '"western"' in text and "Heat (1995)" in text and "Clint Eastwood" in text
    assert "reveal" not in text and "success" not in text


@pytest.mark.parametrize("garbage", ["I cannot say.", '{"better": "both"}', '{"better": '])
async def test_a_verdict_that_cannot_be_read_is_unscored(garbage: str, tiny: Catalogue) -> None:
    judged = await Judge(ScriptedModel(FIRST, garbage), tiny).compare(told(), told("theirs"))
    assert judged.verdict == "unscored"
    assert judged.problem


async def test_a_model_that_is_away_leaves_the_pair_unscored(tiny: Catalogue) -> None:
    judged = await Judge(ScriptedModel(ModelUnavailable("away")), tiny).compare(told(), told("theirs"))
    assert (judged.verdict, judged.problem) == ("unscored", "ModelUnavailable: away")


async def test_what_was_judged_is_not_asked_again(tiny: Catalogue, tmp_path: Path) -> None:
    first = await Judge(ScriptedModel(FIRST, SECOND), tiny, Cache(tmp_path, "m")).compare(told(), told("theirs"))
    cache = Cache(tmp_path, "m")
    again = await Judge(ScriptedModel(), tiny, cache).compare(told(), told("theirs"))
    assert again == first
    assert cache.hits == 2
    # Another model is another judge.
    other = await Judge(ScriptedModel(TIE, TIE), tiny, Cache(tmp_path, "n")).compare(told(), told("theirs"))
    assert other.verdict == "tie"


async def test_garbage_is_not_kept(tiny: Catalogue, tmp_path: Path) -> None:
    await Judge(ScriptedModel("garbage"), tiny, Cache(tmp_path, "m")).compare(told(), told("theirs"))
    model = ScriptedModel(FIRST, SECOND)
    await Judge(model, tiny, Cache(tmp_path, "m")).compare(told(), told("theirs"))
    assert model.is_used_up()


async def test_only_occasions_that_both_have_are_judged(tiny: Catalogue) -> None:
    ours = {one.occasion: one for one in (told(), told(instance="multi-0002"))}
    theirs = {one.occasion: one for one in (told("theirs"), told("theirs", "multi-0003"))}
    judged = await judge_all(Judge(ScriptedModel(FIRST, SECOND), tiny), ours, theirs)
    summary = report(judged, ours, theirs)
    assert [one.occasion for one in judged] == [("terse", "multi-0001")]
    assert (summary["only_in_a"], summary["only_in_b"]) == (1, 1)
    assert summary["systems"] == {"a": "attune", "b": "theirs"}


def test_the_report_leaves_the_unscored_out_of_the_mean() -> None:
    judged = [
        Judged(("terse", "1"), "a", agreed=True),
        Judged(("terse", "2"), "tie", agreed=False),
        Judged(("terse", "3"), "b", agreed=True),
        Judged(("terse", "4"), "a", agreed=True),
        Judged(("terse", "5"), "unscored", agreed=False, problem="?"),
    ]
    summary = report(judged, {}, {})
    assert (summary["a_wins"], summary["b_wins"], summary["ties"]) == (2, 1, 1)
    assert (summary["unscored"], summary["contradictions"]) == (1, 1)
    # (1 + 0.5 + 0 + 1) / 4
    assert summary["a_preferred"]["mean"] == 0.625
    assert "A is preferred in 0.625" in table(summary)


def test_nothing_scored_has_no_mean() -> None:
    assert report([Judged(("terse", "1"), "unscored", agreed=False)], {}, {})["a_preferred"] is None


def test_a_run_is_read_by_system(tmp_path: Path) -> None:
    file = write(tmp_path / "run.jsonl", told(), told("dense"), told("dense", "multi-0002", failure="RuntimeError: x"))
    assert list(read_run(file, "dense")) == [("terse", "multi-0001")]
    with pytest.raises(RunError, match="attune, dense; say which"):
        read_run(file)
    with pytest.raises(RunError, match="no dialogues of 'bm25'"):
        read_run(file, "bm25")


def test_a_file_that_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be read"):
        read_run(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("{}\n")
    with pytest.raises(RunError, match="holds no dialogues"):
        read_run(tmp_path / "empty.jsonl")
    (tmp_path / "bad.jsonl").write_text('{"turns": 3}\n')
    with pytest.raises(RunError, match=r"bad.jsonl, line 1"):
        read_run(tmp_path / "bad.jsonl")


def test_without_a_model_the_judge_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATTUNE_MODEL_URL", raising=False)
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    file = write(tmp_path / "run.jsonl", told())
    done = CliRunner().invoke(app, ["judge", str(file), str(file)])
    assert done.exit_code == 2
    assert "judging needs an instruct model" in done.output


def test_runs_of_other_occasions_cannot_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    a, b = write(tmp_path / "a.jsonl", told()), write(tmp_path / "b.jsonl", told(instance="multi-0002"))
    done = CliRunner().invoke(app, ["judge", str(a), str(b), "--model-url", "http://127.0.0.1:9/v1", "--json"])
    assert done.exit_code == 2
    assert "share no occasion" in done.output


def test_a_model_that_never_answers_fails_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    monkeypatch.setenv("ATTUNE_MODEL_TIMEOUT_S", "0.2")
    file = write(tmp_path / "run.jsonl", told())
    done = CliRunner().invoke(
        app, ["judge", str(file), str(file), "--model-url", "http://127.0.0.1:9/v1", "--model", "m", "--json"]
    )
    assert done.exit_code == 1
    assert json.loads(done.stdout)["unscored"] == 1
