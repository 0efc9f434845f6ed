"""Means and intervals: worked by hand where that can be done."""

import math

import pytest

from eval.intervals import cluster_means, interval, paired


def test_all_right_is_not_taken_for_certain() -> None:
    found = interval([1.0] * 20)
    assert found is not None
    # Wilson: low = n / (n + z²) for n of n, with z² = 3.8415.
    assert (found.mean, found.n) == (1.0, 20)
    assert found.low == pytest.approx(20 / 23.8415, abs=1e-4)
    assert found.high == pytest.approx(1.0)


def test_half_right_of_ten_is_wilsons_interval() -> None:
    found = interval([1, 0] * 5)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


def test_dialogues_of_one_cluster_count_once() -> None:
    alone = interval([1.0, 0.0, 0.5, 0.25])
    doubled = interval([1.0, 1.0, 0.0, 0.0, 0.5, 0.5, 0.25, 0.25], clusters=[1, 1, 2, 2, 3, 3, 4, 4])
    assert alone == doubled


def test_a_cluster_is_its_mean_however_large() -> None:
    assert cluster_means([1, 0, 0, 1], ["a", "a", "a", "b"]) == {"a": pytest.approx(1 / 3), "b": 1.0}


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    values = [0.1, 0.4, 0.35, 0.8, 0.2, 0.9]
    found = interval(values)
    assert found is not None and found == interval(values)
    assert found.low < found.mean < found.high


def test_nothing_has_no_mean() -> None:
    assert interval([]) is None


def test_one_figure_has_no_interval() -> None:
    found = interval([0.3])
    assert found is not None and found.mean == 0.3 and math.isnan(found.low)


def test_a_paired_difference_looks_only_at_what_both_have() -> None:
    found = paired({"a": 1.0, "b": 0.0, "c": 1.0}, {"a": 0.0, "b": 0.0, "x": 1.0})
    assert found is not None
    assert (found.mean, found.n) == (0.5, 2)


def test_what_never_differs_differs_by_nothing() -> None:
    found = paired({"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 0.0})
    assert found is not None and (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)
