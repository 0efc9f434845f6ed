"""Figures of a run, system by system. docs/evaluation.md has the formulas and where they come from."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from eval.intervals import Interval, interval, paired
from eval.ranking import rank_scores
from eval.scoring import percentiles
from eval.simulation.records import Run
from tools.catalogue import Catalogue

Dialogue = Mapping[str, Any]


def figures(run: Run, catalogue: Catalogue) -> dict[str, Any]:
    """Return the run's head and, for each system, every figure; means come with intervals over instances."""
    by_system: dict[str, list[Dialogue]] = {}
    for one in run.dialogues:
        by_system.setdefault(one["system"], []).append(one)
    return {
        "run": run.head,
        "systems": {name: _figures_of(dialogues, run, catalogue) for name, dialogues in by_system.items()},
    }


def _figures_of(dialogues: Sequence[Dialogue], run: Run, catalogue: Catalogue) -> dict[str, Any]:
    played = [one for one in dialogues if one["failure"] is None]
    clusters = [one["instance"]["id"] for one in played]

    def mean(of: Callable[[Dialogue], float]) -> dict[str, Any] | None:
        return _json(interval([of(one) for one in played], clusters))

    found = [one for one in played if one["success"]]
    turns = [turn for one in played for turn in one["turns"]]
    shown = {item for turn in turns for item in turn["slate"]}
    latencies = [ms for one in played for ms in run.latencies_ms.get(one["dialogue"], ())]
    return {
        "dialogues": len(dialogues),
        "failed": len(dialogues) - len(played),
        "success": mean(lambda one: float(one["success"])),
        "turns": _json(interval([one["found_at"] for one in found], [one["instance"]["id"] for one in found])),
        "left": mean(lambda one: float(one["left"] == "patience")),
        "must_violations": (mean(_violations) or {}) | {"total": int(sum(map(_violations, played)))},
        "repeats": mean(lambda one: float(sum(turn["repeats"] for turn in one["turns"]))),
        "questions": mean(lambda one: float(sum(turn["question"] is not None for turn in one["turns"]))),
        "diversity": _json(_diversity(played, clusters, catalogue)),
        "coverage": round(len(shown) / len(catalogue), 4),
        "by_turn": _by_turn(played, run.head["turns"], run.head["slate_size"]),
        "latency_ms": percentiles(latencies) if latencies else None,
        "calls_a_turn": round(_mean([turn["calls"] for turn in turns]), 3),
        "tokens_a_turn": round(_mean([turn["tokens"] for turn in turns]), 1),
    }


def _violations(one: Dialogue) -> float:
    return float(sum(len(turn["broken"]) for turn in one["turns"]))


def _by_turn(played: Sequence[Dialogue], most: int, k: int) -> list[dict[str, Any]]:
    """Success up to each turn over all dialogues; Recall@k and NDCG@k of the slates of those still going on."""
    rows = []
    for turn in range(1, most + 1):
        counted = [(one, _uncounted(one) + turn) for one in played]
        still = {one["dialogue"]: (one, place) for one, place in counted if len(one["turns"]) >= place}
        gold = {name: one["instance"]["targets"] for name, (one, _) in still.items()}
        ranked = {name: one["turns"][place - 1]["slate"] for name, (one, place) in still.items()}
        scores = rank_scores(gold, ranked, [k]) if any(gold.values()) else {}
        clusters = [one["instance"]["id"] for one in played]
        success = interval([float((one["found_at"] or most + 1) <= turn) for one in played], clusters)
        row: dict[str, Any] = {"turn": turn, "success": _json(success), "still": len(still)}
        for name in (f"recall@{k}", f"ndcg@{k}"):
            by_dialogue = scores.get(name, {})
            of = [still[dialogue][0]["instance"]["id"] for dialogue in by_dialogue]
            row[name] = _json(interval(list(by_dialogue.values()), of))
        rows.append(row)
    return rows


def _uncounted(one: Dialogue) -> int:
    """Turns before the count of turns begins: those before a change of mind."""
    return int(one["uncounted"])


def _diversity(played: Sequence[Dialogue], clusters: Sequence[str], catalogue: Catalogue) -> Interval | None:
    """Mean distance of two items of a slate, 1 less the Jaccard index of their listed values (after Ziegler et al.)."""
    facets = list(catalogue.domain.of_kind("category", "text"))
    known: dict[str, frozenset[tuple[str, str]]] = {}

    def values(item: str) -> frozenset[tuple[str, str]]:
        if item not in known:
            row = catalogue.row(item)
            known[item] = frozenset((name, value) for name in facets for value in catalogue.values(row, name))
        return known[item]

    def apart(slate: Sequence[str]) -> float:
        pairs = [(values(one), values(other)) for one, other in combinations(slate, 2)]
        return _mean([1 - len(one & other) / max(len(one | other), 1) for one, other in pairs])

    spreads = [
        (_mean([apart(turn["slate"]) for turn in one["turns"] if len(turn["slate"]) > 1]), cluster)
        for one, cluster in zip(played, clusters, strict=True)
        if any(len(turn["slate"]) > 1 for turn in one["turns"])
    ]
    return interval([spread for spread, _ in spreads], [cluster for _, cluster in spreads])


def difference(ours: Run, theirs: Run, system: str, against: str) -> dict[str, Any] | None:
    """Return the paired difference in success of one run's system against another's, over the instances of both."""
    return _json(paired(_successes(ours, system), _successes(theirs, against)))


def _successes(run: Run, system: str) -> dict[Any, float]:
    grouped: dict[Any, list[float]] = {}
    for one in run.dialogues:
        if one["system"] == system and one["failure"] is None:
            key = (run.head["seed"], one["instance"]["id"], one["users"])
            grouped.setdefault(key, []).append(float(one["success"]))
    return {key: _mean(values) for key, values in grouped.items()}


def _json(found: Interval | None) -> dict[str, Any] | None:
    return found.as_json() if found else None


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
