"""Means with 95 % intervals, clustered: dialogues that share an instance are not independent of each other.

Outcomes of yes and no, one a cluster: Wilson's score interval, which stays honest near 0 and 1 (Wilson 1927). All else:
percentile bootstrap over the means of the clusters (Efron and Tibshirani 1993), with a fixed seed.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

LEVEL = 0.95
_RESAMPLES = 2000
_SEED = 20261


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean and where it lies with 95 % confidence."""

    mean: float
    low: float
    high: float
    n: int
    """Clusters."""

    def as_json(self) -> dict[str, Any]:
        """Return it rounded to four places; ends that one cluster cannot tell are None."""
        low, high = (None if math.isnan(end) else round(end, 4) for end in (self.low, self.high))
        return {"mean": round(self.mean, 4), "low": low, "high": high, "n": self.n}


def interval(values: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Interval | None:
    """Return the mean of the clusters' means with its interval; None for no values.

    clusters: which cluster each value belongs to; None: each is its own.
    """
    means = np.array(list(cluster_means(values, clusters).values()), np.float64)
    if not len(means):
        return None
    if np.isin(means, (0.0, 1.0)).all():
        wilson = stats.binomtest(int(means.sum()), len(means)).proportion_ci(LEVEL, method="wilson")
        return Interval(mean=float(means.mean()), low=float(wilson.low), high=float(wilson.high), n=len(means))
    return _bootstrapped(means)


def paired(ours: Mapping[Hashable, float], theirs: Mapping[Hashable, float]) -> Interval | None:
    """Return the mean difference (ours minus theirs) over the clusters that both have; None where they share none."""
    shared = [key for key in ours if key in theirs]
    differences = np.array([ours[key] - theirs[key] for key in shared], np.float64)
    return _bootstrapped(differences) if len(differences) else None


def cluster_means(values: Sequence[float], clusters: Sequence[Hashable] | None = None) -> dict[Hashable, float]:
    """Return the mean of each cluster, in order of first mention."""
    keys: Sequence[Hashable] = range(len(values)) if clusters is None else clusters
    grouped: dict[Hashable, list[float]] = {}
    for key, value in zip(keys, values, strict=True):
        grouped.setdefault(key, []).append(float(value))
    return {key: sum(group) / len(group) for key, group in grouped.items()}


def _bootstrapped(means: np.ndarray) -> Interval:
    mean = float(means.mean())
    if len(means) < 2 or np.ptp(means) == 0:
        # One cluster tells nothing of how much clusters differ.
        spread = (float("nan"), float("nan")) if len(means) < 2 else (mean, mean)
        return Interval(mean=mean, low=spread[0], high=spread[1], n=len(means))
    found = stats.bootstrap(
        (means,), np.mean, n_resamples=_RESAMPLES, confidence_level=LEVEL, method="percentile",
        rng=np.random.default_rng(_SEED), vectorized=True,
    ).confidence_interval  # fmt: skip
    return Interval(mean=mean, low=float(found.low), high=float(found.high), n=len(means))
