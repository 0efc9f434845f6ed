import json

import pytest

from tests.toolset import ids_of, must
from tools.candidates import Candidates
from tools.compare import CompareArguments, Comparison
from tools.context import ToolContext
from tools.errors import ToolError
from tools.lookup import LookupReport
from tools.registry import TOOLS, run


def test_every_tool_has_a_name_a_description_and_a_schema_of_its_arguments() -> None:
    judging = ["filter", "match", "similar", "propose", "affinity", "attenuate", "rank", "diversify"]
    assert list(TOOLS) == [*judging, "lookup", "compare", "explain"]
    for name, tool in TOOLS.items():
        schema = json.loads(json.dumps(tool.schema()))["function"]
        assert schema["name"] == name
        assert len(schema["description"]) > 30
        assert schema["parameters"]["additionalProperties"] is False
        assert set(schema["parameters"]["properties"]) == set(tool.arguments.model_fields)
        assert not tool.writes


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("find", {}, "'find'"),
        ("rank", {"limits": 3}, "limits"),
        ("diversify", {"dial": 3}, "dial"),
        ("diversify", {"count": 0}, "count"),
        ("filter", {"wishes": [{"id": "w", "facet": "genre"}]}, "wishes.0"),
        ("filter", {"wishes": [{"id": "w", "facet": "year", "min": 9, "max": 3}]}, "from 9 to 3"),
        ("similar", {}, "items"),
        ("compare", {"items": ["heat-1995"]}, "items"),
        ("compare", {"items": ["heat-1995", "alien-1979"], "asks": ["smell"]}, "'smell'"),
        ("lookup", {}, "lookup"),
        ("rank", CompareArguments(items=("a", "b")), "CompareArguments"),
    ],
)
def test_bad_arguments_are_an_error_that_names_them(
    tiny_tools: ToolContext, tool: str, arguments: dict[str, object], named: str
) -> None:
    with pytest.raises(ToolError, match=named):
        run(tool, tiny_tools, arguments)


def test_an_outcome_says_how_many_went_in_and_out_and_how_long_it_took(tiny_tools: ToolContext) -> None:
    outcome = run("filter", tiny_tools, {"wishes": [must("genre", "western")]})
    assert (outcome.count_in, outcome.count_out) == (12, 1)
    assert outcome.ms > 0


def test_arguments_may_be_plain_json(tiny_tools: ToolContext) -> None:
    wish = {"id": "w1", "facet": "runtime", "max": 90, "strength": "must"}
    assert ids_of(tiny_tools, run("filter", tiny_tools, {"wishes": [wish]}).candidates) == ["airplane-1980"]


def found(context: ToolContext, **arguments: object) -> LookupReport:
    report = run("lookup", context, arguments).report
    assert isinstance(report, LookupReport)
    return report


def test_lookup_by_ids_says_which_are_missing(tiny_tools: ToolContext) -> None:
    report = found(tiny_tools, ids=["heat-1995", "nothing", "alien-1979"])
    assert [item.title for item in report.items] == ["Heat", "Alien"]
    assert report.missing == ("nothing",)
    assert report.items[0].facts["runtime"] == 170


def test_lookup_by_words_puts_the_very_title_first(movies_tools: ToolContext) -> None:
    assert found(movies_tools, query="heat").items[0].id == "heat-1995"
    assert "kurosawa" not in found(movies_tools, query="Akira Kurosawa").items[0].title.lower()
    row = movies_tools.catalogue.row(found(movies_tools, query="Akira Kurosawa").items[0].id)
    assert "Akira Kurosawa" in movies_tools.catalogue.values(row, "person")


def test_lookup_by_wishes_takes_each_as_a_must_and_counts_them_all(movies_tools: ToolContext) -> None:
    wish = {"id": "w", "facet": "person", "value": "Akira Kurosawa", "role": "director"}
    report = found(movies_tools, wishes=[wish], limit=3)
    assert len(report.items) == 3
    assert report.total == len(movies_tools.catalogue.rows_with("person", "Akira Kurosawa", "director"))
    priors = [movies_tools.prior[movies_tools.catalogue.row(item.id)] for item in report.items]
    assert priors == sorted(priors, reverse=True)
    assert found(movies_tools, wishes=[wish], query="samurai").items[0].id == "seven-samurai-1954"


def test_lookup_leaves_the_candidates_alone(tiny_tools: ToolContext) -> None:
    before = Candidates.all(tiny_tools.size)
    assert run("lookup", tiny_tools, {"query": "alien"}, before).candidates is before


def test_compare_tells_which_is_least_and_most(tiny_tools: ToolContext) -> None:
    arguments = {
        "items": ["heat-1995", "alien-1979", "arrival-2016"],
        "asks": ["runtime", "certificate", "genre", "where"],
    }
    report = run("compare", tiny_tools, arguments).report
    assert isinstance(report, Comparison)
    lines = {line.name: line for line in report.facets}
    assert lines["runtime"].values == (170, 117, 116)
    assert lines["runtime"].least == (2,)
    assert lines["runtime"].most == (0,)
    assert lines["certificate"].least == (2,)
    assert lines["certificate"].most == (0, 1)
    assert lines["genre"].shared == ()
    assert report.unanswered == ("where",)


def test_compare_without_asks_takes_the_usual_facets_of_any_domain(boardgames_tools: ToolContext) -> None:
    report = run("compare", boardgames_tools, {"items": ["harbour-lights", "tin-rockets"]}).report
    assert isinstance(report, Comparison)
    lines = {line.name: line for line in report.facets}
    assert lines["price"].least == (1,)
    assert lines["weight"].values == ("medium", "light")
