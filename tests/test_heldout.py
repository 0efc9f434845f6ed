import pytest

from eval.heldout import SYSTEMS, hold_out, measure, report
from tests.rating import interactions_of, ratings, two_tastes
from tests.toolset import tools_over
from tools.catalogue import Catalogue
from tools.context import ToolContext


@pytest.fixture(scope="module")
def context(boardgames: Catalogue) -> ToolContext:
    return tools_over(two_tastes(boardgames.domain))


def test_what_is_held_out_is_the_last_like_and_never_trained_on(context: ToolContext) -> None:
    given = interactions_of(context.catalogue, ratings())
    held_out = hold_out(given)
    assert len(held_out.targets) == 60
    assert len(held_out.training) == len(given) - 60
    said = given.judgements()
    for user, target in held_out.targets.items():
        own = given.users == user
        assert given.rows[own & (said > 0)][-1] == target
        assert target not in held_out.training.rows[held_out.training.users == user]


def test_without_dates_the_seed_draws(context: ToolContext) -> None:
    given = interactions_of(context.catalogue, ratings(dated=False))
    assert hold_out(given, seed=1).targets == hold_out(given, seed=1).targets
    assert hold_out(given, seed=1).targets != hold_out(given, seed=2).targets


def test_who_liked_too_little_is_not_asked_about(context: ToolContext) -> None:
    few = [row for row in ratings() if row["user"] != "u0" or row["item"] in ("item-00", "item-02", "item-04")]
    assert 0 not in hold_out(interactions_of(context.catalogue, few)).targets


def test_planted_tastes_are_found_where_popularity_and_content_know_nothing(context: ToolContext) -> None:
    held_out = hold_out(interactions_of(context.catalogue, ratings()), people=30)
    found = report(measure(context, held_out), people=60)
    assert set(found["systems"]) == set(SYSTEMS)
    # Five of the own taste and ten of the other are left: whoever knows the taste cannot miss.
    assert found["systems"]["combined"]["recall@10"]["mean"] == 1.0
    assert found["combined_ahead_by"]["popularity"]["low"] > 0
    assert found["combined_ahead_by"]["content"]["low"] > 0
