"""Which rows are worth judging."""

import numpy as np
import pytest

from tools.pool import top


@pytest.mark.parametrize("size", [5, 300, 40_000])
@pytest.mark.parametrize("distinct", [1, 3, 10**6])
def test_the_highest_are_found_however_many_are_alike(size: int, distinct: int) -> None:
    scores = np.random.default_rng(size).integers(distinct, size=size).astype(np.float32)
    found = top(scores, 250)
    assert len(set(found.tolist())) == min(size, 250)
    assert np.array_equal(np.sort(scores[found]), np.sort(scores)[-250:])
