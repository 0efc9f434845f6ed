"""What a rating says of the person who gave it: liked, disliked or only seen, by their own habits of rating.

A three is praise from one person and a complaint from another. With n ratings of mean m and variance v from one person,
on a scale whose highest is T, the person's centre and spread are

    centre = (n * m + K * 0.6 * T) / (n + K)        spread = sqrt((n * v + K * (0.2 * T) ** 2) / (n + K))

that is, K = 5 ratings around 0.6 T are imagined beside their own, so that a single rating is read as it would be from
anybody. A rating from a quarter of a spread above the centre is a like, from a whole one below it a dislike, and
everything else says no more than that the item was seen: people mostly choose what they expect to like, so that what
they rate as usual was no disappointment. An item without a rating was seen.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

Judgements = npt.NDArray[np.int8]
"""1 liked, 0 seen, -1 disliked."""

_IMAGINED = 5
_USUAL, _USUAL_SPREAD = 0.6, 0.2
_LIKED_FROM, _DISLIKED_FROM = 0.25, -1.0
_SCALES = (1.0, 5.0, 10.0, 100.0)
_EPOCH_FROM = 100_000_000
"""A whole number from here (March 1973) is a Unix time; a smaller one is a year at most."""


def scale_of(ratings: npt.NDArray[np.float64]) -> float:
    """Return the highest rating of the scale that these are on: the first of 1, 5, 10 and 100 that none exceeds."""
    highest = float(np.nanmax(ratings, initial=0.0))
    return next((top for top in _SCALES if highest <= top), highest)


def judge(people: npt.NDArray[np.integer[Any]], ratings: npt.NDArray[np.float64], top: float) -> Judgements:
    """Return what each rating says, by the rule above.

    people: (n,) who gave it, numbered from 0. ratings: (n,) from 0 to `top`, nan where there is none.
    """
    rated = ~np.isnan(ratings)
    known = np.where(rated, ratings, 0.0)
    size = int(people.max(initial=-1)) + 1
    count = np.bincount(people, rated, size)
    total = np.bincount(people, known, size)
    mean = total / np.maximum(count, 1)
    off = np.where(rated, known - mean[people], 0.0)
    centre = (total + _IMAGINED * _USUAL * top) / (count + _IMAGINED)
    spread = np.sqrt((np.bincount(people, off**2, size) + _IMAGINED * (_USUAL_SPREAD * top) ** 2) / (count + _IMAGINED))
    place = np.where(rated, (known - centre[people]) / spread[people], 0.0)
    said = (place >= _LIKED_FROM).astype(np.int8) - (place <= _DISLIKED_FROM).astype(np.int8)
    return np.where(rated, said, 0).astype(np.int8)


def read_rating(cell: Any) -> float | None:
    """Return a cell as a rating, None where it is empty. Raises ValueError saying what is wrong with it."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    try:
        rating = float(cell)
    except (TypeError, ValueError):
        raise ValueError("rating is not a number") from None
    if isinstance(cell, bool) or not isfinite(rating) or rating < 0:
        raise ValueError("rating is not a number from 0 up")
    return rating


def read_date(cell: Any) -> str | None:
    """Return a cell as ISO date and time in UTC, None where it is empty.

    Read are ISO dates with or without a time, dates of Parquet and JSON, and Unix times in seconds. Raises ValueError.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell).strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    try:
        when = datetime.fromtimestamp(seconds, UTC) if seconds >= _EPOCH_FROM else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError("date is not one (write 2026-03-31)") from None
    return (when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)).isoformat(timespec="seconds")
