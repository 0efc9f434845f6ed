"""A plan is data: which tools, with which wishes, in which order."""

from typing import Any

from agent.history import View
from agent.planning import PlanInput, excluded, plan_turn, tool_wish
from agent.statements import Seed
from agent.turns import PlanStep
from tests.talking import held, shown
from tools.catalogue import Catalogue


def plan(tiny: Catalogue, view: View, **more: Any) -> dict[str, dict[str, Any]]:
    return {step.tool: step.arguments for step in steps(tiny, view, **more)}


def steps(tiny: Catalogue, view: View, **more: Any) -> tuple[PlanStep, ...]:
    return plan_turn(PlanInput(view=view, catalogue=tiny, count=5, diversity=0.3, **more))


def test_a_thread_without_wishes_only_ranks_and_diversifies(tiny: Catalogue) -> None:
    assert list(plan(tiny, View())) == ["rank", "diversify"]


def test_each_kind_of_wish_goes_to_its_tool_in_a_fixed_order(tiny: Catalogue) -> None:
    view = View(
        wishes=(
            held("mood", "light", id="w1"),
            held("runtime", (None, 120.0), id="w2", strength="must"),
            held("mood", "violent", id="w3", polarity="dislike"),
        ),
        lasting=(held("genre", "sci-fi", id="p1", source="profile", lifetime="lasting"),),
        seeds=(Seed(id="w4", title="Arrival (2016)", item="arrival-2016", turn=1),),
    )
    made = plan(tiny, view)
    assert list(made) == ["filter", "match", "similar", "affinity", "attenuate", "rank", "diversify"]
    assert [wish["id"] for wish in made["filter"]["wishes"]] == ["w2"]
    assert [wish["id"] for wish in made["match"]["wishes"]] == ["w1", "w2"]
    assert made["similar"]["items"] == [{"id": "arrival-2016"}]
    assert [wish["id"] for wish in made["affinity"]["wishes"]] == ["p1"]
    assert [wish["id"] for wish in made["attenuate"]["wishes"]] == ["w3"]


def test_dislikes_never_enter_the_query(tiny: Catalogue) -> None:
    soft = held("mood", "dark", polarity="dislike")
    hard = held("genre", "war", id="w2", polarity="dislike", strength="must")
    view = View(wishes=(soft, hard))
    assert "match" not in plan(tiny, view)


def test_musts_of_the_profile_filter_too(tiny: Catalogue) -> None:
    never = held("genre", "horror", id="p1", polarity="dislike", strength="must", source="profile", lifetime="lasting")
    assert [wish["id"] for wish in plan(tiny, View(lasting=(never,)))["filter"]["wishes"]] == ["p1"]


def test_a_wish_that_rests_is_in_no_plan(tiny: Catalogue) -> None:
    never = held("genre", "horror", id="p1", polarity="dislike", strength="must", source="profile")
    assert "filter" not in plan(tiny, View(resting=(never,)))


def test_a_name_that_no_item_has_steers_by_its_words_and_filters_nothing(tiny: Catalogue) -> None:
    made = plan(tiny, View(wishes=(held("person", "Zzyzx Quux", strength="must"),)))
    assert "filter" not in made
    assert made["match"]["text"] == "Zzyzx Quux"


def test_a_title_that_the_catalogue_lacks_steers_by_its_words(tiny: Catalogue) -> None:
    made = plan(tiny, View(seeds=(Seed(id="w1", title="The Lantern Keepers", turn=1),)))
    assert made["match"]["text"] == "The Lantern Keepers"
    assert "similar" not in made


def test_an_ordinals_bounds_become_places(tiny: Catalogue) -> None:
    wish = tool_wish(held("certificate", (None, "PG-13"), strength="must"), tiny.domain)
    assert (wish.min, wish.max) == (None, 2.0)


def test_nothing_shown_seen_decided_or_named_is_shown_again() -> None:
    view = View(
        seeds=(Seed(id="w1", title="Arrival (2016)", item="arrival-2016", turn=1),),
        opinions={"heat-1995": "seen", "alien-1979": "interested", "contact-1997": "not_interested"},
        shown=("amelie-2001",),
    )
    assert excluded(view, {"airplane-1980": "disliked", "heat-1995": "liked"}) == {
        "arrival-2016", "heat-1995", "contact-1997", "amelie-2001", "airplane-1980",
    }  # fmt: skip


def test_the_last_step_leaves_out_what_was_shown(tiny: Catalogue) -> None:
    view = View(shown=tuple(item.id for item in shown("heat-1995", "alien-1979")))
    last = steps(tiny, view, again=("alien-1979",))[-1]
    assert last.tool == "diversify"
    assert last.arguments["exclude"] == ["heat-1995"]


def test_the_same_input_gives_the_same_plan_and_it_is_json(tiny: Catalogue) -> None:
    view = View(wishes=(held("mood", "light"),), opinions={"heat-1995": "liked", "alien-1979": "disliked"})
    assert steps(tiny, view) == steps(tiny, view)
    for step in steps(tiny, view):
        assert PlanStep.model_validate_json(step.model_dump_json()) == step


def test_what_is_remembered_of_other_threads_is_affinity_and_what_was_said_here_is_not(tiny: Catalogue) -> None:
    made = plan(
        tiny,
        View(opinions={"heat-1995": "liked"}, recent=("heat-1995",)),
        profile_opinions={"heat-1995": "liked", "alien-1979": "liked"},
    )
    assert [seed["id"] for seed in made["affinity"]["liked"]] == ["alien-1979"]
    assert [seed["id"] for seed in made["similar"]["items"]] == ["heat-1995"]
