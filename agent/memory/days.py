"""Says a day the way people do: 'today', 'yesterday', 'on Tuesday', 'in March', 'in March 2025'."""

from datetime import date

_WEEK = 7
_YEAR = 330
"""Days up to which the month alone says which one is meant."""


def say_day(day: str | None, today: str) -> str:
    """Return a day (ISO) as it is said on another; 'before' for one that is not known."""
    if day is None:
        return "before"
    then, now = date.fromisoformat(day), date.fromisoformat(today)
    ago = (now - then).days
    if ago <= 0:
        return "today"
    if ago == 1:
        return "yesterday"
    if ago < _WEEK:
        return f"on {then:%A}"
    if (then.year, then.month) == (now.year, now.month):
        return f"on {then.day} {then:%B}"
    return f"in {then:%B}" if ago < _YEAR else f"in {then:%B} {then.year}"
