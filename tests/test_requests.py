"""Recorded requests: reading, what can be judged, what is ranked, and the figures."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.parsing.parser import Utterance
from eval.requests import Request, RequestsError, ranked_by, read_ids, read_requests, report, table, tasks_over
from tools.catalogue import Catalogue


def asked(name: str, gold: Sequence[str], mentioned: Sequence[str] = (), **more: Any) -> Request:
    plain = {"id": name, "context": [{"role": "user", "text": "something like this"}], "gold": gold}
    return Request.model_validate(plain | {"mentioned": mentioned} | more)


class Listed:
    """Ranks by a list that a test wrote down."""

    name = "listed"

    def __init__(self, *ids: str) -> None:
        self.ids = ids
        self.asked: list[tuple[tuple[Utterance, ...], int]] = []

    def begin(self, user: str, thread: str) -> Any:
        raise AssertionError("no dialogue is held here")

    async def rank(self, turns: Sequence[Utterance], k: int) -> tuple[str, ...]:
        self.asked.append((tuple(turns), k))
        return self.ids[:k]


def write(file: Path, *lines: object) -> Path:
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf8")
    return file


def test_requests_are_read_in_order(tmp_path: Path) -> None:
    plain = {"id": "a-1", "source": "s", "context": [{"role": "user", "text": "hi"}], "gold": ["x"], "mentioned": []}
    assert [one.id for one in read_requests(write(tmp_path / "r.jsonl", plain, "", plain | {"id": "a-2"}))] == [
        "a-1",
        "a-2",
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 1: the line"),
        ({"id": "a", "gold": []}, "line 1: context"),
        ({"id": "a", "gold": [], "context": [{"role": "bot", "text": ""}]}, "context.0.role"),
        ({"id": "a", "gold": [], "context": [{"role": "user", "text": ""}], "extra": 1}, "extra"),
        ("", "holds no requests"),
    ],
)
def test_a_bad_line_is_named(line: object, problem: str, tmp_path: Path) -> None:
    with pytest.raises(RequestsError, match=problem):
        read_requests(write(tmp_path / "r.jsonl", line))


def test_ids_are_unique(tmp_path: Path) -> None:
    plain = {"id": "a", "context": [{"role": "user", "text": "hi"}], "gold": []}
    with pytest.raises(RequestsError, match="'a'"):
        read_requests(write(tmp_path / "r.jsonl", plain, plain))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    for read in (read_requests, read_ids):
        with pytest.raises(RequestsError, match=r"none.txt.*cannot be read"):
            read(tmp_path / "none.txt")


def test_ids_of_another_column_are_told_by_themselves(tiny: Catalogue) -> None:
    # Arrival and Heat by their numbers in a public database.
    numbers = {item.id: str(item.facts["imdb_id"]) for item in tiny.items(range(len(tiny)))}
    found = tasks_over(tiny, [asked("a", [numbers["arrival-2016"]], [numbers["heat-1995"]])])
    assert found.column == "imdb_id"
    assert found.usable[0].gold == {"arrival-2016"}
    assert found.usable[0].mentioned == {"heat-1995"}
    assert tasks_over(tiny, [asked("a", ["arrival-2016"])]).column == "id"


def test_what_cannot_be_judged_is_counted_by_reason(tiny: Catalogue) -> None:
    found = tasks_over(
        tiny,
        [
            asked("a", ["arrival-2016", "unheard-of"]),
            asked("b", ["unheard-of"]),
            asked("c", ["heat-1995"], ["heat-1995"]),
            asked("d", []),
        ],
    )
    assert [task.request.id for task in found.usable] == ["a"]
    assert sorted(found.unusable.values()) == [1, 1, 1]
    assert found.lost_gold == 1


def test_ids_that_nobody_knows_are_an_error(tiny: Catalogue) -> None:
    with pytest.raises(RequestsError, match="no column of the catalogue"):
        tasks_over(tiny, [asked("a", ["unheard-of"])])


def test_a_restriction_leaves_out_gold_too(tiny: Catalogue) -> None:
    found = tasks_over(tiny, [asked("a", ["arrival-2016", "heat-1995"])], ["heat-1995", "alien-1979"])
    assert found.usable[0].gold == {"heat-1995"}
    assert found.allowed == {"heat-1995", "alien-1979"}
    with pytest.raises(RequestsError, match="none of 1 requests"):
        tasks_over(tiny, [asked("a", ["arrival-2016"])], ["heat-1995"])


async def test_what_was_mentioned_is_not_ranked(tiny: Catalogue) -> None:
    found = tasks_over(tiny, [asked("a", ["arrival-2016"], ["heat-1995"])])
    system = Listed("heat-1995", "alien-1979", "arrival-2016")
    assert await ranked_by(system, found, 2) == {"a": ("alien-1979", "arrival-2016")}
    assert system.asked[0][0] == (Utterance("user", "something like this"),)


async def test_under_a_restriction_all_is_ranked_and_the_rest_left_out(tiny: Catalogue) -> None:
    found = tasks_over(tiny, [asked("a", ["arrival-2016"])], ["arrival-2016"])
    assert await ranked_by(Listed(*tiny.ids), found, 1) == {"a": ("arrival-2016",)}


def test_figures_are_as_worked_out_by_hand(tiny: Catalogue) -> None:
    found = tasks_over(
        tiny,
        [
            asked("x-1", ["arrival-2016", "heat-1995"], source="s"),
            asked("x-2", ["alien-1979"], source="s"),
            asked("y-1", ["contact-1997"], source="t"),
        ],
    )
    ranked = {"x-1": ("arrival-2016", "alien-1979"), "x-2": ("heat-1995", "alien-1979"), "y-1": ("contact-1997",)}
    summary = report(found, {"listed": ranked})
    figures = summary["systems"]["listed"]
    # Dialogue x: recall@1 of 1/2 and 0, so 1/4; dialogue y: 1. The mean is over dialogues.
    assert figures["recall@1"]["mean"] == pytest.approx((0.25 + 1) / 2)
    assert figures["hit@5"]["mean"] == 1.0
    assert figures["mrr"]["mean"] == pytest.approx(((1 + 0.5) / 2 + 1) / 2)
    assert figures["recall@50"]["n"] == 2
    assert summary["by_source"]["t"]["systems"]["listed"]["recall@1"]["mean"] == 1.0
    assert "3 of 3 requests" in table(summary, ["recall@1"])
    assert "0.625" in table(summary, ["recall@1"])


def test_a_system_that_ranks_nothing_scores_nothing(tiny: Catalogue) -> None:
    found = tasks_over(tiny, [asked("a", ["arrival-2016"])])
    assert report(found, {"mute": {"a": ()}})["systems"]["mute"]["mrr"]["mean"] == 0.0
