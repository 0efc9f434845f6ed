import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toolset import dislike, filtered, ids_of, keeps, like, must, never, ranked, tools_over
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.errors import ToolError
from tools.filter import FilterReport, near_misses
from tools.registry import run
from tools.wishes import Wish

MUSTS = [
    must("genre", "comedy"),
    must("genre", "sci-fi"),
    never("genre", "horror"),
    must("runtime", max=120),
    must("year", min=1980, max=1999),
    never("year", max=1970),
    must("certificate", max=2),
    must("person", "Clint Eastwood", role="director"),
    never("person", "Amy Adams"),
    must("language", "Japanese"),
    must("genre", "western", any_of="a"),
    must("genre", "crime", any_of="a"),
    must("mood", "epic"),
    never("audience", "kids"),
]
some_musts = st.lists(st.sampled_from(MUSTS), unique_by=lambda wish: wish.id, max_size=6)
session_fixtures = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def kept_by_facts(context: ToolContext, row: int, wishes: list[Wish]) -> bool:
    singles = [wish for wish in wishes if wish.any_of is None]
    group = [wish for wish in wishes if wish.any_of is not None]
    return all(keeps(context, row, wish) for wish in singles) and (
        not group or any(keeps(context, row, wish) for wish in group)
    )


@session_fixtures
@given(wishes=some_musts)
def test_a_must_is_never_broken_and_nothing_that_keeps_all_is_lost(
    movies_tools: ToolContext, wishes: list[Wish]
) -> None:
    kept = filtered(movies_tools, *wishes)
    for row in range(0, movies_tools.size, 7):
        assert (movies_tools.catalogue.ids[row] in kept) == kept_by_facts(movies_tools, row, wishes)


@session_fixtures
@given(wishes=some_musts, data=st.data())
def test_the_order_of_musts_does_not_matter(movies_tools: ToolContext, wishes: list[Wish], data: st.DataObject) -> None:
    assert filtered(movies_tools, *wishes) == filtered(movies_tools, *data.draw(st.permutations(wishes)))


@session_fixtures
@given(wishes=some_musts, more=st.sampled_from([wish for wish in MUSTS if wish.any_of is None]))
def test_a_must_more_never_gives_more_items(movies_tools: ToolContext, wishes: list[Wish], more: Wish) -> None:
    assert filtered(movies_tools, *wishes, more) <= filtered(movies_tools, *wishes)


@session_fixtures
@given(wishes=some_musts.filter(bool))
def test_the_cost_of_a_must_is_what_leaving_it_out_gives_back(movies_tools: ToolContext, wishes: list[Wish]) -> None:
    report = run("filter", movies_tools, {"wishes": wishes}).report
    assert isinstance(report, FilterReport)
    for one in report.musts:
        without = filtered(movies_tools, *(wish for wish in wishes if wish.id not in one.wishes))
        assert one.cost == len(without) - report.kept


def test_wishes_that_merely_prefer_filter_nothing(tiny_tools: ToolContext) -> None:
    assert len(filtered(tiny_tools, like("genre", "western"), dislike("mood", "dark"))) == 12


def test_a_group_in_which_one_merely_prefers_is_no_must(tiny_tools: ToolContext) -> None:
    group = [must("genre", "western", any_of="1"), like("genre", "comedy", any_of="1")]
    assert len(filtered(tiny_tools, *group)) == 12


def test_refusals_are_never_alternatives(tiny_tools: ToolContext) -> None:
    kept = filtered(tiny_tools, never("genre", "western", any_of="1"), never("genre", "horror", any_of="1"))
    assert "unforgiven-1992" not in kept
    assert "alien-1979" not in kept


def test_a_person_is_found_in_any_role_or_the_one_asked(tiny_tools: ToolContext) -> None:
    assert filtered(tiny_tools, must("person", "clint eastwood")) == {"unforgiven-1992"}
    assert filtered(tiny_tools, must("person", "Denis Villeneuve", role="actor")) == set()
    assert len(filtered(tiny_tools, must("person", "Denis Villeneuve", role="director"))) == 2


def test_an_unknown_figure_fails_a_wanted_bound_keeps_a_refused_one_and_is_counted(boardgames: Catalogue) -> None:
    items = [dict(item.facts) for item in boardgames.items(range(4))]
    items[2]["price"] = None
    catalogue = Catalogue.build(boardgames.domain, items)
    context = tools_over(catalogue)
    wanted = run("filter", context, {"wishes": [must("price", max=1000)]})
    assert isinstance(wanted.report, FilterReport)
    assert wanted.report.musts[0].unknown == 1
    assert filtered(context, must("price", max=1000)) == {item["id"] for item in items} - {items[2]["id"]}
    assert filtered(context, never("price", max=1000)) == {items[2]["id"]}


def test_words_are_taken_for_phrases_of_the_catalogue_and_it_says_so(movies_tools: ToolContext) -> None:
    outcome = run("filter", movies_tools, {"wishes": [must("theme", "heists")]})
    assert isinstance(outcome.report, FilterReport)
    taken = outcome.report.musts[0].taken_as["heists"]
    assert "heist" in taken
    assert "diamond heist" in taken
    assert "heat-1995" in ids_of(movies_tools, outcome.candidates)


def test_words_inside_the_name_of_a_series_do_not_mean_it(movies_tools: ToolContext) -> None:
    assert "how-to-train-your-dragon-2010" not in filtered(movies_tools, must("theme", "set on a train"))


def test_a_refused_word_counts_in_the_summary_too_but_not_in_names(movies_tools: ToolContext) -> None:
    kept = filtered(movies_tools, never("theme", "blackout drinking goat"))
    assert len(kept) == movies_tools.size
    row = movies_tools.catalogue.row("arrival-2016")
    assert "linguist" in movies_tools.catalogue.item(row).facts["summary"]
    assert "arrival-2016" not in filtered(movies_tools, never("theme", "linguist"))
    gore = [r for r in range(movies_tools.size) if "Gore Verbinski" in movies_tools.catalogue.values(r, "person")]
    kept = filtered(movies_tools, never("theme", "gore"))
    assert any(movies_tools.catalogue.ids[row] in kept for row in gore)


def test_near_misses_break_exactly_the_fewest_musts_and_no_refusal(movies_tools: ToolContext) -> None:
    wishes = [
        must("genre", "comedy", any_of="1"),
        must("genre", "thriller", any_of="1"),
        must("person", "Bill Murray"),
        must("runtime", max=60),
        never("theme", "ghosts"),
    ]
    candidates = ranked(movies_tools, wishes)
    assert len(candidates) == 0
    found = near_misses(movies_tools, wishes, candidates, 3, exclude=["groundhog-day-1993"])
    assert [miss.breaks for miss in found] == [(wishes[3].id,)] * 3
    for miss in found:
        row = movies_tools.catalogue.row(miss.id)
        assert "Bill Murray" in movies_tools.catalogue.values(row, "person")
        assert miss.id != "groundhog-day-1993"
        assert miss.id in filtered(movies_tools, wishes[4])


def test_a_broken_group_names_all_its_alternatives(tiny_tools: ToolContext) -> None:
    group = [must("genre", "western", any_of="1", id="a"), must("genre", "comedy", any_of="1", id="b")]
    wishes = [*group, must("person", "Sigourney Weaver", id="c")]
    found = near_misses(tiny_tools, wishes, ranked(tiny_tools, wishes), 12)
    assert ("alien-1979", ("a", "b")) in [(miss.id, miss.breaks) for miss in found]


def test_without_wanted_musts_there_are_no_near_misses(tiny_tools: ToolContext) -> None:
    wishes = [never("genre", "western"), like("mood", "dark")]
    assert near_misses(tiny_tools, wishes, ranked(tiny_tools, wishes), 3) == ()


def test_the_costliest_must_is_the_one_whose_removal_gives_most_back(movies_tools: ToolContext) -> None:
    wishes = [must("genre", "western", id="genre"), must("runtime", max=75, id="time")]
    report = run("filter", movies_tools, {"wishes": wishes}).report
    assert isinstance(report, FilterReport)
    costliest = report.costliest()
    assert costliest is not None
    assert costliest.wishes == ("time",)
    assert costliest.cost == len(filtered(movies_tools, wishes[0]))
    assert FilterReport(considered=1, kept=1).costliest() is None


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        (must("colour", "red"), "'colour'"),
        (must("genre", "romcom"), "'romcom'"),
        (must("person", "X", role="singer"), "'singer'"),
        (must("runtime", "short"), "'short'"),
        (must("genre", min=1), "genre"),
    ],
)
def test_a_wish_that_the_domain_does_not_know_is_an_error_that_names_it(
    tiny_tools: ToolContext, wish: Wish, named: str
) -> None:
    with pytest.raises(ToolError, match=named):
        run("filter", tiny_tools, {"wishes": [wish]})
