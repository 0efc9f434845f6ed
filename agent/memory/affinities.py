"""Affinities: what a person keeps asking for, or keeps turning down, without ever having said so outright.

The rule. Each time something is asked for anew adds 1 to its `up`, each time it is turned down adds 1 to its `down`;
saying it again in the same thread adds nothing. Both are halved every half-life. The strength is

    (up - down) / (up + down + 1)

which is 1/2 after one mention, 2/3 after two, 3/4 after three, and falls at once with a contradiction. It counts from
0.6 on: two mentions of late, none against. What was said outright is a lasting wish, which never fades.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from agent.memory.changes import Affinity, Evidence

COUNTS_FROM = 0.6
_NEGLIGIBLE = 0.01
"""An affinity whose mentions have faded to less is dropped when the next one is noted."""


def strength(affinity: Affinity, today: str, half_life_days: float) -> float:
    """Return how strongly something is liked (up to 1) or disliked (down to -1) on a day, by the rule."""
    left = _left(affinity.last, today, half_life_days)
    up, down = affinity.up * left, affinity.down * left
    return (up - down) / (up + down + 1)


def strong(affinities: Iterable[Affinity], today: str, half_life_days: float) -> list[tuple[Affinity, float]]:
    """Return the affinities that count on a day with their strengths, the strongest first."""
    rated = [(affinity, strength(affinity, today, half_life_days)) for affinity in affinities]
    return sorted((one for one in rated if abs(one[1]) >= COUNTS_FROM), key=lambda one: -abs(one[1]))


def reinforced(
    affinities: Sequence[Affinity], evidence: Iterable[Evidence], half_life_days: float
) -> tuple[Affinity, ...]:
    """Return the affinities with these signs added; what has faded to nothing is left out."""
    held = {affinity.about: affinity for affinity in affinities}
    for sign in evidence:
        old = held.get(sign.about) or Affinity(
            facet=sign.facet, value=sign.value, role=sign.role, first=sign.day, last=sign.day
        )
        held[sign.about] = _with(old, sign, 1, half_life_days)
    return tuple(affinity for affinity in held.values() if affinity.up + affinity.down > _NEGLIGIBLE)


def weakened(
    affinities: Sequence[Affinity], evidence: Iterable[Evidence], half_life_days: float
) -> tuple[Affinity, ...]:
    """Return the affinities without these signs, as if they had never been given."""
    held = {affinity.about: affinity for affinity in affinities}
    for sign in evidence:
        if old := held.get(sign.about):
            held[sign.about] = _with(old, sign, -1, half_life_days)
    return tuple(affinity for affinity in held.values() if affinity.times > 0)


def _with(old: Affinity, sign: Evidence, step: int, half_life_days: float) -> Affinity:
    day = max(old.last, sign.day)
    kept, weight = _left(old.last, day, half_life_days), step * _left(sign.day, day, half_life_days)
    liked = sign.polarity == "like"
    return old.model_copy(
        update={
            "up": max(old.up * kept + (weight if liked else 0.0), 0.0),
            "down": max(old.down * kept + (0.0 if liked else weight), 0.0),
            "times": old.times + step,
            "last": day,
            "quote": (sign.quote or old.quote) if step > 0 else old.quote,
        }
    )


def _left(since: str, today: str, half_life_days: float) -> float:
    days = max((date.fromisoformat(today) - date.fromisoformat(since)).days, 0)
    return float(0.5 ** (days / half_life_days))
