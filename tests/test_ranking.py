"""match, similar, affinity, attenuate and rank: what ends up above what, and why."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toolset import dislike, ids_of, like, must, never, ranked
from tools.context import ToolContext
from tools.errors import UnknownItem
from tools.registry import run
from tools.wishes import Seed, Wish

LIKES = [
    like("mood", "funny"),
    like("mood", "scary"),
    like("genre", "sci-fi"),
    like("audience", "kids"),
    like("theme", "time travel"),
    like("theme", "set on a train"),
    like("runtime", max=100),
    like("year", min=2015),
    like("rating", min=7.5),
    like("popularity", max=40),
    like("person", "Tom Hanks"),
    like("country", "France", any_of="a"),
    like("country", "Japan", any_of="a"),
    dislike("mood", "violent"),
    dislike("theme", "romance"),
    must("genre", "drama"),
    never("genre", "horror"),
]
some_wishes = st.lists(st.sampled_from(LIKES), unique_by=lambda wish: wish.id, max_size=5)
some_items = st.lists(st.sampled_from(["heat-1995", "amelie-2001", "alien-1979"]), unique=True, max_size=2)
session_fixtures = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@session_fixtures
@given(wishes=some_wishes, like_items=some_items, liked=some_items, disliked=some_items)
def test_contributions_sum_to_the_score_and_scores_fall(
    movies_tools: ToolContext, wishes: list[Wish], like_items: list[str], liked: list[str], disliked: list[str]
) -> None:
    candidates = ranked(movies_tools, wishes, like_items, disliked, liked)
    assert candidates.score is not None
    assert np.all(np.diff(candidates.score) <= 1e-5)
    assert np.isfinite(candidates.score).all()
    for position in range(min(len(candidates), 20)):
        total = sum(part.amount for part in candidates.contributions(position))
        assert total == pytest.approx(float(candidates.score[position]), abs=1e-5)
        assert sum(candidates.by_source(position).values()) == pytest.approx(total, abs=1e-6)


@session_fixtures
@given(wishes=some_wishes, like_items=some_items)
def test_every_column_is_between_nothing_and_one(
    movies_tools: ToolContext, wishes: list[Wish], like_items: list[str]
) -> None:
    for column in ranked(movies_tools, wishes, like_items).columns:
        assert column.scores.dtype == np.float32
        assert np.all((column.scores >= 0) & (column.scores <= 1.0001))


@session_fixtures
@given(wishes=some_wishes, like_items=some_items)
def test_the_same_request_gives_the_same_ranks(
    many_tools: ToolContext, wishes: list[Wish], like_items: list[str]
) -> None:
    first, second = (ids_of(many_tools, ranked(many_tools, wishes, like_items)) for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)


def test_an_item_with_everything_wished_stands_above_those_with_little_of_it(movies_tools: ToolContext) -> None:
    wishes = [like("mood", "funny"), like("genre", "romance"), like("country", "France")]
    candidates = ranked(movies_tools, wishes)
    held = np.array(
        [
            sum(wish.value in movies_tools.catalogue.values(row, wish.facet) for wish in wishes)
            for row in candidates.rows
        ]
    )
    assert (held[:4] == 3).all()
    assert np.flatnonzero(held == 3).max() < np.flatnonzero(held <= 1).min()


def test_nomination_finds_what_judging_everything_finds(many_tools: ToolContext) -> None:
    wishes = [like("mood", "funny"), like("theme", "time travel"), like("year", min=1980, max=1999)]
    nominated = ranked(many_tools, wishes)
    assert len(nominated) < many_tools.size / 2
    everything = run("filter", many_tools, {}).candidates.nominate(np.arange(many_tools.size, dtype=np.int32))
    everything = run("match", many_tools, {"wishes": wishes}, everything).candidates
    best = ids_of(many_tools, run("rank", many_tools, {}, everything).candidates)[:10]
    assert set(best) <= set(ids_of(many_tools, nominated)[:12])


def test_soft_bounds_count_less_the_further_outside(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, [like("runtime", max=100)])
    minutes = movies_tools.catalogue.numbers("runtime")[candidates.rows]
    scores = candidates.columns[0].scores
    assert np.all(scores[minutes <= 100] == 1)
    assert scores[minutes == 115][0] == pytest.approx(0.5)
    assert scores[minutes > 200].max() < 0.02


def test_a_leading_value_counts_more_than_a_trailing_one(movies_tools: ToolContext) -> None:
    column = ranked(movies_tools, [like("genre", "western")]).columns[0]
    rows = ranked(movies_tools, [like("genre", "western")]).rows
    places = movies_tools.catalogue.places(rows, "genre", "western")
    assert column.scores[places == 0].min() > column.scores[places == 3].max()


def test_the_best_alternative_counts_and_is_named(movies_tools: ToolContext) -> None:
    wishes = [like("genre", "western", any_of="1", id="w"), like("genre", "musical", any_of="1", id="m")]
    candidates = ranked(movies_tools, wishes)
    assert len([column for column in candidates.columns if column.source == "match"]) == 1
    top = [set(movies_tools.catalogue.values(row, "genre")) & {"western", "musical"} for row in candidates.rows[:10]]
    assert all(top)
    musical = next(row for row in candidates.rows if "musical" in movies_tools.catalogue.values(row, "genre"))
    explained = run("explain", movies_tools, {"item": movies_tools.catalogue.ids[musical]}, candidates).report
    assert "m" in [reason.wish for reason in explained.reasons]  # type: ignore[union-attr]


def test_similar_never_gives_the_items_themselves(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, like_items=["heat-1995", "amelie-2001"])
    assert not {"heat-1995", "amelie-2001"} & set(ids_of(movies_tools, candidates))


def test_what_shares_rare_traits_is_similar(movies_tools: ToolContext) -> None:
    assert {"contact-1997", "close-encounters-of-the-third-kind-1977"} <= set(
        ids_of(movies_tools, ranked(movies_tools, like_items=["arrival-2016"]))[:10]
    )


def test_a_dislike_pushes_down_and_removes_nothing(movies_tools: ToolContext) -> None:
    plain = ranked(movies_tools, [like("mood", "scary")])
    without = ranked(movies_tools, [like("mood", "scary"), dislike("mood", "violent")])
    assert set(plain.rows.tolist()) == set(without.rows.tolist())
    violent = movies_tools.catalogue.has("mood", "violent")
    assert violent[without.rows[:20]].sum() < violent[plain.rows[:20]].sum() or not violent[plain.rows[:20]].any()
    places = np.flatnonzero(violent[without.rows])
    assert places.mean() > np.flatnonzero(violent[plain.rows]).mean()


def test_a_disliked_item_pushes_its_like_down(movies_tools: ToolContext) -> None:
    plain = ids_of(movies_tools, ranked(movies_tools, [must("genre", "superhero")]))
    after = ids_of(movies_tools, ranked(movies_tools, [must("genre", "superhero")], disliked=["batman-begins-2005"]))
    assert after.index("the-dark-knight-2008") > plain.index("the-dark-knight-2008")


def test_a_profile_leans_but_does_not_override_what_is_wished_now(movies_tools: ToolContext) -> None:
    wishes = [like("mood", "suspenseful")]
    leaning = ranked(movies_tools, wishes, liked=["toy-story-1995"])
    suspenseful = movies_tools.catalogue.has("mood", "suspenseful")
    assert suspenseful[leaning.rows[:20]].all()
    animated = movies_tools.catalogue.has("genre", "animation")
    plain = ranked(movies_tools, wishes)
    assert np.flatnonzero(animated[leaning.rows]).mean() < np.flatnonzero(animated[plain.rows]).mean()


def test_with_no_wish_at_all_the_best_liked_come_first(many_tools: ToolContext) -> None:
    candidates = ranked(many_tools)
    assert len(candidates) >= 200
    assert many_tools.quality[candidates.rows[:20]].min() > 0.9
    assert many_tools.prior[candidates.rows[0]] == many_tools.prior.max()


def test_a_wish_for_the_little_known_silences_the_prior_for_the_well_known(movies_tools: ToolContext) -> None:
    keys = {column.key for column in ranked(movies_tools, [like("popularity", max=40)]).columns}
    assert "popularity" not in keys
    assert "quality" in keys


def test_free_words_find_what_no_wish_covers(movies_tools: ToolContext) -> None:
    assert ids_of(movies_tools, ranked(movies_tools, text="lighthouse keeper"))[0] == "the-lighthouse-2019"


def test_the_tools_rank_another_domain(boardgames_tools: ToolContext) -> None:
    wishes = [like("mechanic", "dice"), like("theme", "space travel"), like("price", max=25)]
    candidates = ranked(boardgames_tools, wishes, like_items=["harbour-lights"])
    assert "harbour-lights" not in ids_of(boardgames_tools, candidates)
    assert "tin-rockets" in ids_of(boardgames_tools, candidates)[:3]


def test_items_that_do_not_exist_are_named(tiny_tools: ToolContext) -> None:
    with pytest.raises(UnknownItem, match="heat-2055"):
        run("similar", tiny_tools, {"items": [Seed(id="heat-2055")]})


def test_nothing_left_by_the_musts_is_ranked_as_nothing(movies_tools: ToolContext) -> None:
    wishes = [must("runtime", max=1), like("mood", "funny"), like("theme", "time travel"), dislike("mood", "dark")]
    candidates = ranked(movies_tools, wishes, like_items=["heat-1995"], liked=["alien-1979"])
    assert len(candidates) == 0
    assert len(run("diversify", movies_tools, {}, candidates).candidates) == 0


def test_tools_may_come_in_any_order(movies_tools: ToolContext) -> None:
    candidates = run("attenuate", movies_tools, {"wishes": [dislike("mood", "dark")]}).candidates
    candidates = run("match", movies_tools, {"wishes": [like("mood", "funny")]}, candidates).candidates
    candidates = run("filter", movies_tools, {"wishes": [must("genre", "comedy")]}, candidates).candidates
    candidates = run("rank", movies_tools, {}, candidates).candidates
    again = run("rank", movies_tools, {}, candidates).candidates
    assert candidates.rows.tolist() == again.rows.tolist()
    assert movies_tools.catalogue.has("genre", "comedy")[candidates.rows].all()
