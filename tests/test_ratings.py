from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.ratings import judge, read_date, read_rating, scale_of


def judged(*ratings: float | None, top: float = 5) -> list[int]:
    """What the ratings of one person say."""
    figures = np.array([np.nan if rating is None else rating for rating in ratings])
    return judge(np.zeros(len(ratings), np.int32), figures, top).tolist()


def test_a_single_rating_is_read_as_anybody_s() -> None:
    # Beside five imagined ratings around 3: centre (5 + 15) / 6 = 3.33, spread sqrt(5 / 6) = 0.91.
    assert judged(5) == [1]
    assert judged(3) == [0]
    assert judged(1) == [-1]


def test_a_three_is_praise_from_a_severe_person_and_not_from_a_generous_one() -> None:
    severe = judged(*[1, 2] * 15, 3)
    generous = judged(*[4, 5] * 15, 3)
    assert severe[-1] == 1
    assert generous[-1] == -1


def test_who_gives_everything_the_highest_mark_likes_everything() -> None:
    assert set(judged(*[5] * 40)) == {1}


def test_an_item_without_a_rating_was_seen() -> None:
    assert judged(5, None, 1) == [1, 0, -1]


def test_people_do_not_change_what_others_ratings_say() -> None:
    together = judge(np.array([0, 1, 0, 1, 1]), np.array([5.0, 1.0, 4.0, 2.0, 3.0]), 5)
    assert together[[0, 2]].tolist() == judged(5, 4)
    assert together[[1, 3, 4]].tolist() == judged(1, 2, 3)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_a_higher_rating_never_says_less(ratings: list[int]) -> None:
    pairs = sorted(zip(ratings, judged(*ratings), strict=True))
    assert [said for _, said in pairs] == sorted(said for _, said in pairs)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_twice_the_marks_on_twice_the_scale_say_the_same(ratings: list[int]) -> None:
    assert judged(*ratings) == judged(*[2.0 * rating for rating in ratings], top=10)


def test_the_scale_is_the_least_that_holds_all_ratings() -> None:
    assert [scale_of(np.array([most, 0.5])) for most in (0.5, 1, 4.5, 5, 7, 88, 300)] == [1, 1, 5, 5, 10, 100, 300]


@pytest.mark.parametrize("cell", ["good", "-1", -3, float("nan"), float("inf"), True, [4]])
def test_what_is_no_rating_is_refused(cell: object) -> None:
    with pytest.raises(ValueError, match="rating is not a number"):
        read_rating(cell)


def test_ratings_and_dates_are_read_as_tables_write_them() -> None:
    assert [read_rating(cell) for cell in ("4.5", 3, " ", None)] == [4.5, 3.0, None, None]
    cells = (
        "2024-02-03",
        date(2024, 2, 3),
        datetime(2024, 2, 3),
        "2024-02-03T01:00:00+01:00",
        1706918400,
        "1706918400",
    )
    assert {read_date(cell) for cell in cells} == {"2024-02-03T00:00:00"}
    assert read_date("") is None


@pytest.mark.parametrize("cell", ["yesterday", "2024-13-01", "31/03/2024", -5, 1e30])
def test_what_is_no_date_is_refused(cell: object) -> None:
    with pytest.raises(ValueError, match="date is not one"):
        read_date(cell)
