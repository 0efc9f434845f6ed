from itertools import combinations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toolset import ids_of, like, must, ranked
from tools.candidates import Candidates
from tools.context import ToolContext
from tools.registry import run

session_fixtures = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def slate(context: ToolContext, candidates: Candidates, **arguments: object) -> list[str]:
    return ids_of(context, run("diversify", context, arguments, candidates).candidates)


@session_fixtures
@given(count=st.integers(1, 50), dial=st.floats(0, 1), shown=st.integers(0, 280))
def test_nothing_twice_nothing_excluded_and_as_many_as_asked(
    movies_tools: ToolContext, count: int, dial: float, shown: int
) -> None:
    candidates = ranked(movies_tools, [like("mood", "funny")])
    exclude = ids_of(movies_tools, candidates)[:shown]
    chosen = slate(movies_tools, candidates, count=count, dial=dial, exclude=exclude)
    assert len(set(chosen)) == len(chosen) == min(count, len(candidates) - shown)
    assert not set(chosen) & set(exclude)
    assert chosen == slate(movies_tools, candidates, count=count, dial=dial, exclude=exclude)


def test_at_nothing_the_dial_keeps_the_order_of_score(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, [must("genre", "horror")])
    chosen = run("diversify", movies_tools, {"dial": 0, "count": 4}, candidates).candidates
    assert chosen.score is not None
    assert candidates.score is not None
    assert chosen.rows[0] == candidates.rows[0]
    assert np.all(np.diff(chosen.score) <= 0)


def test_turning_the_dial_up_makes_slates_less_alike(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, like_items=["the-godfather-1972"])

    def alike(dial: float) -> float:
        rows = run("diversify", movies_tools, {"dial": dial}, candidates).candidates.rows
        vectors = movies_tools.index.vectors(rows)
        return float(np.mean([vectors[one] @ vectors[other] for one, other in combinations(range(5), 2)]))

    assert alike(1.0) < alike(0.3) <= alike(0.0) + 1e-6


def test_a_slate_is_not_five_of_one_series(movies_tools: ToolContext) -> None:
    assert movies_tools.catalogue.domain.columns.series
    candidates = ranked(movies_tools, like_items=["harry-potter-and-the-chamber-of-secrets-2002"])
    chosen = run("diversify", movies_tools, {"dial": 0}, candidates).candidates
    series = [movies_tools.catalogue.series(row) for row in chosen.rows]
    assert series.count("Harry Potter") in (1, 2)


def test_a_series_asked_for_fills_the_slate(movies_tools: ToolContext) -> None:
    candidates = ranked(movies_tools, [must("theme", "Harry Potter")])
    assert len(slate(movies_tools, candidates)) == 5


def test_unranked_candidates_are_taken_in_their_order(tiny_tools: ToolContext) -> None:
    everything = Candidates.all(tiny_tools.size)
    assert slate(tiny_tools, everything, dial=0, count=3) == list(tiny_tools.catalogue.ids[:3])
