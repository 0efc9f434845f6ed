"""The JSON of a turn is what scripts rely on: names, nesting and types as design section 12 writes them."""

import json

from agent.commands import Command, ItemReference, Preference, Range, Relative
from agent.statements import Seed
from agent.turns import NearMiss, PlanStep, Question, SlateItem, Turn
from tests.talking import held

TURN = Turn(
    turn=1,
    command=Command(
        intent="recommend",
        preferences=(
            Preference(facet="runtime", value=Range(max=120), strength="must", quote="nothing over two hours"),
            Preference(facet="runtime", value=Relative(than=2, dir="less")),
        ),
        items=(ItemReference(ref="Arrival", relation="similar", item="arrival-2016", title="Arrival (2016)"),),
    ),
    wishes=(held("runtime", (None, 120.0), strength="must", quote="nothing over two hours"),),
    seeds=(Seed(id="w2", title="Arrival (2016)", item="arrival-2016", turn=1, quote="Arrival"),),
    plan=(PlanStep(tool="filter", arguments={}, count_in=2297, count_out=412, ms=0.8123),),
    slate=(
        SlateItem(
            n=1, id="arrival-2016", title="Arrival", year=2016, score=0.83, reasons=("116 min",),
            contributions={"match": 0.4, "similar": 0.43}, facts={"cast": ["Amy Adams"]},
        ),
    ),
    near_misses=(NearMiss(id="heat-1995", title="Heat", year=1995, breaks=("w1",)),),
    question=Question(facet="mood", text="What mood are you in?", answers=("light", "no preference")),
    reply="One film for you.",
    parser="rules",
    notices=("said",),
    timings_ms={"parse": 11.912, "total": 19.2},
)  # fmt: skip


def test_a_turn_has_the_keys_that_the_design_names_in_its_order() -> None:
    assert list(TURN.as_json()) == [
        "turn", "command", "wishes", "plan", "slate", "near_misses", "question", "reply", "parser", "model", "notices",
        "timings_ms",
    ]  # fmt: skip


def test_a_turn_is_the_same_json_after_a_round_trip() -> None:
    written = TURN.as_json()
    assert json.loads(json.dumps(written)) == written


def test_a_command_has_all_five_fields_even_when_empty() -> None:
    empty = Turn(turn=1, command=Command(), wishes=()).as_json()
    assert empty["command"] == {"intent": "recommend", "preferences": [], "items": [], "asks": [], "count": None}
    assert empty["slate"] == empty["plan"] == empty["near_misses"] == empty["wishes"] == []
    assert empty["question"] is None and empty["model"] is None


def test_a_wish_says_where_it_came_from() -> None:
    assert TURN.as_json()["wishes"][0] == {
        "id": "w1", "facet": "runtime", "value": {"max": 120}, "polarity": "like", "strength": "must",
        "lifetime": "session", "source": "thread", "quote": "nothing over two hours", "turn": 1, "confidence": 1.0,
    }  # fmt: skip


def test_an_item_to_be_like_stands_among_the_wishes() -> None:
    wish = TURN.as_json()["wishes"][1]
    assert (wish["facet"], wish["value"], wish["item"], wish["polarity"]) == (
        "similar", "Arrival (2016)", "arrival-2016", "like",
    )  # fmt: skip


def test_bounds_leave_open_ends_out_and_whole_figures_have_no_point() -> None:
    first, second = TURN.as_json()["command"]["preferences"]
    assert first["value"] == {"max": 120} and isinstance(first["value"]["max"], int)
    assert second["value"] == {"than": 2, "dir": "less"}


def test_a_plan_step_has_its_counts_and_its_time() -> None:
    assert TURN.as_json()["plan"] == [{"tool": "filter", "arguments": {}, "in": 2297, "out": 412, "ms": 0.81}]


def test_a_slate_item_has_reasons_and_contributions() -> None:
    assert TURN.as_json()["slate"] == [
        {
            "n": 1, "id": "arrival-2016", "title": "Arrival", "year": 2016, "score": 0.83, "reasons": ["116 min"],
            "contributions": {"match": 0.4, "similar": 0.43},
        }
    ]  # fmt: skip


def test_a_near_miss_names_the_wishes_it_breaks() -> None:
    (miss,) = TURN.as_json()["near_misses"]
    assert {"id", "title", "breaks"} <= set(miss)
    assert miss["breaks"] == ["w1"]


def test_a_question_offers_answers() -> None:
    assert TURN.as_json()["question"] == {
        "facet": "mood", "text": "What mood are you in?", "answers": ["light", "no preference"],
    }  # fmt: skip


def test_times_are_rounded_milliseconds() -> None:
    assert TURN.as_json()["timings_ms"] == {"parse": 11.91, "total": 19.2}
