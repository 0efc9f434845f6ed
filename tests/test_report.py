"""Reports: what they hold, that they need nothing else, and that comparisons are paired."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.__main__ import app
from eval.report import comparisons, write_report
from eval.simulation.records import Run, RunFault
from tools.catalogue import Catalogue


def dialogue(system: str, number: int, *, found_at: int | None, failure: str | None = None) -> dict[str, Any]:
    turn = {
        "user": "a <western>, please", "said": ["n1"], "slate": ["heat-1995", "unforgiven-1992"], "reply": "Two films.",
        "question": None, "impossible": False, "blamed": [], "broken": [["heat-1995", "n1"]], "repeats": 0,
        "calls": 0, "tokens": 0,
    }  # fmt: skip
    instance = {
        "id": f"multi-{number:04d}", "scenario": "multi", "targets": ["unforgiven-1992"],
        "wants": [{"id": "n1", "facet": "genre", "value": "western", "strength": "must"}],
    }  # fmt: skip
    return {
        "dialogue": f"{system}/terse/multi-{number:04d}", "system": system, "users": "terse", "instance": instance,
        "uncounted": 0, "turns": [turn] * (found_at or 2), "success": found_at is not None, "found_at": found_at,
        "left": "found" if found_at else "turns", "failure": failure,
    }  # fmt: skip


@pytest.fixture
def run(movies: Catalogue) -> Run:
    head = {
        "format": 1, "scenario": "multi", "users": ["terse"], "systems": ["attune", "dense"], "n": 2, "seed": 1,
        "turns": 2, "slate_size": 5, "catalogue": movies.fingerprint, "year": 2026,
    }  # fmt: skip
    kept = [
        dialogue("attune", 0, found_at=1), dialogue("attune", 1, found_at=2), dialogue("dense", 0, found_at=1),
        dialogue("dense", 1, found_at=None), dialogue("dense", 2, found_at=None, failure="RuntimeError: x"),
    ]  # fmt: skip
    return Run(
        head=head, dialogues=kept, latencies_ms={"attune/terse/multi-0000": [10.0, 30.0]}, path=Path("night.jsonl")
    )


def test_figures_are_what_they_are_by_hand(run: Run, movies: Catalogue) -> None:
    report = json.loads(write_report([run], movies, ".json"))["runs"]["night"]["systems"]
    assert report["attune"]["success"]["mean"] == 1.0 and report["attune"]["turns"]["mean"] == 1.5
    # A failed dialogue is counted apart, never as a zero.
    assert (report["dense"]["dialogues"], report["dense"]["failed"], report["dense"]["success"]["mean"]) == (3, 1, 0.5)
    assert report["attune"]["must_violations"] == {"mean": 1.5, "low": 1.0, "high": 2.0, "n": 2, "total": 3}
    assert [row["success"]["mean"] for row in report["attune"]["by_turn"]] == [0.5, 1.0]
    # The one target of two items, second: recall 1, NDCG 1 / log2(3).
    assert report["attune"]["by_turn"][0]["recall@5"]["mean"] == 1.0
    assert report["attune"]["by_turn"][0]["ndcg@5"]["mean"] == pytest.approx(0.6309, abs=1e-4)
    assert report["attune"]["coverage"] == pytest.approx(2 / len(movies), abs=1e-4)
    assert report["attune"]["latency_ms"] == {"p50": 20.0, "p95": 30.0}


def test_systems_are_compared_over_the_instances_that_both_finished(run: Run) -> None:
    (found,) = comparisons([run])
    assert (found["ours"], found["theirs"]) == ("night: attune", "night: dense")
    assert (found["difference"]["mean"], found["difference"]["n"]) == (0.5, 2)


def test_two_runs_are_compared_system_by_system(run: Run) -> None:
    better = Run(head=run.head, dialogues=[dialogue("dense", n, found_at=1) for n in (0, 1)], path=Path("day.jsonl"))
    found = {(one["ours"], one["theirs"]): one["difference"]["mean"] for one in comparisons([run, better])}
    assert found[("day: dense", "night: dense")] == 0.5


def test_the_page_needs_nothing_else_and_is_well_formed(run: Run, movies: Catalogue) -> None:
    page = write_report([run], movies, ".html")
    assert "src=" not in page and "@import" not in page
    assert "&lt;western&gt;" in page and "<western>" not in page
    assert page.count("<svg") == page.count("</svg>") == 5
    open_tags: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "line", "rect", "polygon", "polyline"):
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("line", "rect", "polygon", "polyline"):
                assert open_tags.pop() == tag

    Checker().feed(page)
    assert open_tags == []
    for anchor in ("night-attune", "night-dense"):
        assert f'href="#{anchor}"' in page and f'id="{anchor}"' in page


def test_markdown_has_a_row_a_system(run: Run, movies: Catalogue) -> None:
    text = write_report([run], movies, ".md")
    assert "| attune | 2 | 0 | 1.00 [" in text and "| dense | 3 | 1 | 0.50 [" in text


def test_an_ending_that_there_is_no_form_for_is_named(run: Run, movies: Catalogue) -> None:
    with pytest.raises(RunFault, match=r"\.pdf"):
        write_report([run], movies, ".pdf")


def test_replay_shows_a_dialogue_and_names_those_there_are(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "night.jsonl"
    path.write_text("\n".join(map(json.dumps, [run.head, *run.dialogues])), encoding="utf8")
    shown = CliRunner().invoke(app, ["replay", str(path), "--dialogue", "attune/terse/multi-0001"])
    assert shown.exit_code == 0 and "a <western>, please" in shown.output and "unforgiven-1992 *" in shown.output
    missing = CliRunner().invoke(app, ["replay", str(path), "--dialogue", "x"])
    assert missing.exit_code == 2 and "attune/terse/multi-0000" in missing.output


@pytest.mark.parametrize(
    "options", [["--scenario", "double"], ["--users", "kind"], ["--systems", "bert"], ["--users", "model"]]
)
def test_what_simulate_does_not_have_is_an_error_in_one_line(options: list[str]) -> None:
    done = CliRunner().invoke(app, ["simulate", *options])
    assert done.exit_code == 2 and done.output.startswith("error: ") and done.output.count("\n") == 1
