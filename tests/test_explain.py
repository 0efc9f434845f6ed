import pytest

from tests.toolset import dislike, like, must, ranked
from tools.candidates import Candidates
from tools.context import ToolContext
from tools.errors import ToolError, UnknownItem
from tools.explain import Explanation
from tools.reasons import Reason, joined
from tools.registry import run


def explained(context: ToolContext, candidates: Candidates, item: str) -> list[Reason]:
    report = run("explain", context, {"item": item, "limit": 20}, candidates).report
    assert isinstance(report, Explanation)
    return list(report.reasons)


def test_reasons_are_facts_of_the_item_weightiest_first(movies_tools: ToolContext) -> None:
    wishes = [like("mood", "cerebral", id="a"), must("runtime", max=155, id="b"), like("theme", "aliens", id="c")]
    candidates = ranked(movies_tools, wishes, like_items=["arrival-2016"])
    reasons = explained(movies_tools, candidates, "contact-1997")
    strengths = [abs(reason.strength) for reason in reasons]
    assert strengths == sorted(strengths, reverse=True)
    catalogue = movies_tools.catalogue
    row = catalogue.row("contact-1997")
    for reason in reasons:
        for value in reason.values:
            assert any(value in catalogue.values(row, facet) for facet in ("genre", "mood", "theme", "person"))
    said = {reason.wish or reason.kind: reason.text(catalogue.domain) for reason in reasons}
    assert said["a"] == "cerebral"
    assert said["b"] == "150 min"
    assert "first contact" in said["similar"]
    assert said["similar"].endswith("like Arrival")


def test_strengths_are_the_contributions(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, [like("mood", "funny", id="a")])
    best = movies_tools.catalogue.ids[candidates.rows[0]]
    parts = {part.key: part.amount for part in candidates.contributions(0)}
    strength = next(reason.strength for reason in explained(movies_tools, candidates, best) if reason.wish == "a")
    assert strength == pytest.approx(parts["a"])


def test_what_was_held_against_an_item_is_owned_up_to(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, [like("genre", "crime"), dislike("mood", "violent", id="no")])
    reasons = explained(movies_tools, candidates, "pulp-fiction-1994")
    against = next(reason for reason in reasons if reason.wish == "no")
    assert against.kind == "against"
    assert against.strength < 0
    assert against.text(movies_tools.catalogue.domain) == "but violent"


def test_a_near_value_is_said_to_be_near(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, [like("mood", "creepy", id="a")])
    catalogue = movies_tools.catalogue
    siblings = movies_tools.siblings("mood", "creepy")
    row = next(
        row
        for row in candidates.rows
        if "creepy" not in catalogue.values(row, "mood")
        and any(siblings.get(mood, 0) >= 0.6 for mood in catalogue.values(row, "mood"))
    )
    reason = explained(movies_tools, candidates, catalogue.ids[row])[0]
    assert reason.kind == "near"
    assert "near to creepy" in reason.text(catalogue.domain)


def test_what_is_remembered_is_marked(movies_tools: ToolContext) -> None:
    candidates = run("match", movies_tools, {"wishes": [like("genre", "animation")]}).candidates
    arguments = {"liked": [{"id": "toy-story-1995"}], "wishes": [like("mood", "funny", id="old")]}
    candidates = run("affinity", movies_tools, arguments, candidates).candidates
    candidates = run("rank", movies_tools, {}, candidates).candidates
    kinds = {(reason.kind, reason.remembered) for reason in explained(movies_tools, candidates, "toy-story-2-1999")}
    assert ("profile", False) in kinds
    assert ("value", True) in kinds


def test_only_ranked_items_can_be_explained(tiny_tools: ToolContext) -> None:
    with pytest.raises(ToolError, match="heat-1995"):
        run("explain", tiny_tools, {"item": "heat-1995"}, ranked(tiny_tools, [must("genre", "western")]))
    with pytest.raises(UnknownItem):
        run("explain", tiny_tools, {"item": "nothing"}, ranked(tiny_tools))


def test_an_ordinal_is_said_by_its_name(boardgames_tools: ToolContext) -> None:
    candidates = ranked(boardgames_tools, [like("weight", max=0, id="easy")])
    best = boardgames_tools.catalogue.ids[candidates.rows[0]]
    reason = next(one for one in explained(boardgames_tools, candidates, best) if one.wish == "easy")
    assert "light" in reason.text(boardgames_tools.catalogue.domain)


def test_values_are_joined_as_said() -> None:
    assert joined(()) == ""
    assert joined(("a",)) == "a"
    assert joined(("a", "b", "c")) == "a, b and c"
