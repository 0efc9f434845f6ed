import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.synthetic import clustered
from tools.embedding import Vectors
from tools.vectors import Layout, VectorStore

LAYOUTS: tuple[Layout, ...] = ("flat", "ivf")


def some_vectors(count: int, seed: int, dimension: int = 8) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@st.composite
def searches(draw: st.DrawFn) -> tuple[Vectors, Vectors, int, np.ndarray | None]:
    vectors = some_vectors(draw(st.integers(1, 60)), draw(st.integers(0, 9)))
    if draw(st.booleans()):
        vectors[len(vectors) // 2 :] = vectors[0]
    queries = some_vectors(draw(st.integers(1, 4)), draw(st.integers(10, 19)))
    allowed = draw(st.none() | st.lists(st.booleans(), min_size=len(vectors), max_size=len(vectors)).map(np.array))
    return vectors, queries, draw(st.integers(1, 70)), allowed


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=20)
@given(search=searches())
def test_a_filtered_search_is_a_full_comparison(
    layout: Layout, search: tuple[Vectors, Vectors, int, np.ndarray | None]
) -> None:
    vectors, queries, k, allowed = search
    rows, cosines = VectorStore.build(vectors, layout).nearest(queries, k, allowed)
    among = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    found = min(k, len(among))
    exact = -np.sort(-(queries @ vectors[among].T), axis=1)[:, :found]
    np.testing.assert_allclose(cosines[:, :found], exact, atol=2e-3)
    for row, cosine, query in zip(rows, cosines, queries, strict=True):
        assert set(row[:found]) <= set(among)
        assert len(set(row[:found])) == found
        np.testing.assert_allclose(vectors[row[:found]] @ query, cosine[:found], atol=2e-3)
    assert (rows[:, found:] == -1).all()


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=20)
@given(search=searches())
def test_many_queries_at_once_are_each_alone(
    layout: Layout, search: tuple[Vectors, Vectors, int, np.ndarray | None]
) -> None:
    vectors, queries, k, allowed = search
    store = VectorStore.build(vectors, layout)
    _, together = store.nearest(queries, k, allowed)
    alone = np.concatenate([store.nearest(query[None], k, allowed)[1] for query in queries])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_ties_are_settled_by_row(layout: Layout) -> None:
    vectors = np.repeat(some_vectors(2, 1), 5, axis=0)
    rows, _ = VectorStore.build(vectors, layout).nearest(vectors[:1], 10)
    assert rows[0].tolist() == list(range(10))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_store_comes_back_from_its_bytes(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> None:
    vectors = some_vectors(300, 2, 16)
    store = VectorStore.build(vectors, layout)
    path = tmp_path_factory.mktemp("store") / "v.faiss"
    path.write_bytes(store.to_bytes())
    again = VectorStore.open(path)
    assert (len(again), again.dimension, again.layout) == (300, 16, layout)
    np.testing.assert_array_equal(again.get(np.arange(300)), store.get(np.arange(300)))
    np.testing.assert_allclose(again.get(np.array([7, 3])), vectors[[7, 3]], atol=1e-3)
    np.testing.assert_array_equal(again.nearest(vectors[:9], 5)[0], store.nearest(vectors[:9], 5)[0])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_empty_store_finds_nothing(layout: Layout) -> None:
    store = VectorStore.build(np.zeros((0, 8), np.float32))
    rows, cosines = store.nearest(some_vectors(2, 3), 3)
    assert (rows == -1).all()
    assert np.isneginf(cosines).all()
    assert store.get(np.zeros(0, np.int64)).shape == (0, 8)


def test_groups_find_what_a_full_comparison_finds() -> None:
    vectors = clustered(20_500, 64)
    vectors, queries = vectors[:20_000], vectors[20_000:20_200]
    exact, grouped = VectorStore.build(vectors, "flat"), VectorStore.build(vectors, "ivf")
    for share in (1.0, 0.3, 0.12, 0.01):
        allowed = np.random.default_rng(1).random(len(vectors)) < share
        truth = exact.nearest(queries, 10, allowed)[0]
        # One at a time, as turns ask: many at once are compared with all that few are.
        found = [grouped.nearest(query[None], 10, allowed)[0][0] for query in queries]
        recall = np.mean([len(set(one) & set(other)) / 10 for one, other in zip(truth, found, strict=True)])
        assert recall >= 0.95, share


def test_groups_are_taken_over_where_they_fit() -> None:
    vectors = clustered(3000, 32)
    first = VectorStore.build(vectors[:2000], "ivf")
    second = VectorStore.build(vectors, "ivf", like=first)
    rows, _ = second.nearest(vectors[2500:2600], 1)
    assert rows[:, 0].tolist() == list(range(2500, 2600))
    np.testing.assert_allclose(second.get(np.arange(3000)), vectors, atol=1e-3)
    assert len(first) == 2000
