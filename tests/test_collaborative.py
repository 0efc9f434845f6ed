from pathlib import Path

import numpy as np
import pytest
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from tests.rating import ITEMS, interactions_of, named, ratings, two_tastes
from tests.toolset import ids_of, tools_over
from tools.catalogue import Catalogue
from tools.collaborative import MODEL, SEEN, Collaborative, Liked
from tools.context import ToolContext
from tools.explain import Explanation
from tools.factors import train, write
from tools.registry import run
from tools.wishes import Seed

EVEN, ODD = ({named(number) for number in range(first, ITEMS, 2)} for first in (0, 1))


@pytest.fixture(scope="module")
def catalogue(boardgames: Catalogue) -> Catalogue:
    return two_tastes(boardgames.domain)


@pytest.fixture(scope="module")
def model(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Collaborative:
    folder = tmp_path_factory.mktemp("learned")
    manifest = write(folder, catalogue, interactions_of(catalogue, ratings()), "a table")
    return Collaborative(manifest, folder / MODEL, len(catalogue))


@pytest.fixture(scope="module")
def plain(catalogue: Catalogue) -> ToolContext:
    return tools_over(catalogue)


@pytest.fixture(scope="module")
def learned(plain: ToolContext, model: Collaborative) -> ToolContext:
    return ToolContext(plain.catalogue, plain.index, plain.embedder, model)


def best(context: ToolContext, *liked: str, n: int = 8) -> list[str]:
    candidates = run("affinity", context, {"liked": [Seed(id=item) for item in liked]}).candidates
    ranked = run("rank", context, {}, candidates).candidates
    return [item for item in ids_of(context, ranked) if item not in liked][:n]


def test_people_are_shown_what_those_of_their_taste_like(learned: ToolContext) -> None:
    assert set(best(learned, "item-00", "item-02", "item-04")) <= EVEN
    assert set(best(learned, "item-01", "item-03", "item-05")) <= ODD


def test_without_interactions_nothing_is_told_from_tastes(plain: ToolContext) -> None:
    candidates = run("affinity", plain, {"liked": [Seed(id="item-00")]}).candidates
    assert {column.source for column in candidates.columns} == {"affinity"}


def test_items_named_as_examples_are_followed_too_and_kept_apart_from_content(learned: ToolContext) -> None:
    candidates = run("similar", learned, {"items": [Seed(id="item-01"), Seed(id="item-03")]}).candidates
    ranked = run("rank", learned, {}, candidates).candidates
    assert set(ids_of(learned, ranked)[:6]) <= ODD
    parts = ranked.by_source(0)
    assert parts["collaborative"] > 0
    assert sum(parts.values()) == pytest.approx(float(ranked.score[0]) if ranked.score is not None else None, abs=1e-5)


def test_a_reason_names_an_item_that_was_liked_by_the_same_people(learned: ToolContext, model: Collaborative) -> None:
    candidates = run("affinity", learned, {"liked": [Seed(id="item-00"), Seed(id="item-02")]}).candidates
    ranked = run("rank", learned, {}, candidates).candidates
    first = next(item for item in ids_of(learned, ranked) if item not in ("item-00", "item-02"))
    found = run("explain", learned, {"item": first}, ranked).report
    assert isinstance(found, Explanation)
    reason = next(reason for reason in found.reasons if reason.kind == "together")
    assert reason.item in ("item-00", "item-02")
    row, other = (learned.catalogue.row(item) for item in (first, str(reason.item)))
    assert reason.figure == model.liked_together(row, other) > 0
    assert reason.text(learned.catalogue.domain) == f"people who liked {reason.item_title} liked it too"


def test_how_many_liked_both_is_counted_and_chance_is_left_out(catalogue: Catalogue, model: Collaborative) -> None:
    rows = ratings()
    liked = {(row["user"], row["item"]) for row in rows if row["rating"] >= 4}
    both = sum((f"u{person}", named(0)) in liked and (f"u{person}", named(2)) in liked for person in range(60))
    assert model.liked_together(0, 2) == model.liked_together(2, 0) == both >= 3
    assert model.liked_together(0, 1) == 0


def test_what_too_few_people_liked_tells_nothing(boardgames: Catalogue, tmp_path: Path) -> None:
    catalogue = two_tastes(boardgames.domain)
    rows = [row for row in ratings() if row["item"] != "item-00"] + [{"user": "u0", "item": "item-00", "rating": 5}]
    manifest = write(tmp_path, catalogue, interactions_of(catalogue, rows), "a table")
    model = Collaborative(manifest, tmp_path / MODEL, len(catalogue))
    assert model.taste([Liked(0)]) is None
    assert model.taste([Liked(2)]) is not None


def test_the_parts_of_the_liked_items_sum_to_the_taste_of_the_library(
    catalogue: Catalogue, model: Collaborative
) -> None:
    liked = [0, 2, 4]
    with threadpool_limits(limits=1, user_api="blas"):
        library = AlternatingLeastSquares(
            factors=model.manifest.factors,
            regularization=model.manifest.regularization,
            alpha=model.manifest.confidence,
            num_threads=1,
        )
    library.item_factors = model.factors
    row = csr_matrix((np.ones(3, np.float32), ([0, 0, 0], liked)), shape=(1, ITEMS))
    theirs = library.recalculate_user(0, row)
    ours = model.solve([Liked(row) for row in liked]).sum(axis=0)
    assert np.allclose(ours, np.ravel(theirs), atol=1e-3)


def test_what_was_only_seen_tells_less_and_is_never_named_as_liked(model: Collaborative) -> None:
    seen = [Liked(row, SEEN, outright=False) for row in (1, 3, 5)]
    taste = model.taste([Liked(row) for row in (0, 2, 4)] + seen)
    assert taste is not None
    even, odd = (np.arange(first, ITEMS, 2, dtype=np.int32) for first in (6, 7))
    assert taste(even).mean() > taste(odd).mean() > 0
    assert {taste.because(row) for row in odd.tolist()} == {None}


def test_the_same_interactions_give_the_same_factors(catalogue: Catalogue) -> None:
    given = interactions_of(catalogue, ratings())
    assert np.array_equal(train(given, len(catalogue)), train(given, len(catalogue)))
