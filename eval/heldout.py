"""Leave-one-out on what many people rated: does each one's last like come among the first ten?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from agent.history import View
from agent.memory.changes import Opinion
from agent.planning import PlanInput, plan_turn
from eval.intervals import interval, paired
from tools import registry
from tools.candidates import Candidates, Rows
from tools.collaborative import MODEL, SEEN, Collaborative, Liked
from tools.context import ToolContext
from tools.factors import write
from tools.interactions import Interactions

FIRST = 10
LEAST_LIKES = 4
"""Who liked fewer items is not asked about: three have to be left to tell their taste by."""
SYSTEMS = ("popularity", "content", "collaborative", "combined")
_SAID: dict[int, Opinion] = {1: "liked", 0: "seen", -1: "disliked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Interactions with one like of each person taken out."""

    training: Interactions
    targets: Mapping[int, int]
    """User -> the row of the item taken out."""


def hold_out(interactions: Interactions, seed: int = 0, people: int | None = None) -> HeldOut:
    """Return interactions without the last like of everybody who has at least four.

    Where there are no dates, a like drawn by the seed. people: of so many, drawn by the seed; None: of all.
    """
    drawn = np.random.default_rng(seed)
    said = interactions.judgements()
    dated = all(interactions.dates)
    kept = np.ones(len(interactions), np.bool_)
    targets: dict[int, int] = {}
    chosen = drawn.permutation(interactions.people)
    for user in chosen.tolist():
        liked = np.flatnonzero((interactions.users == user) & (said > 0))
        if len(liked) >= LEAST_LIKES and (people is None or len(targets) < people):
            place = int(liked[-1] if dated else drawn.choice(liked))
            kept[place] = False
            targets[user] = int(interactions.rows[place])
    return HeldOut(training=interactions.take(kept), targets=targets)


def measure(
    context: ToolContext, held_out: HeldOut, progress: Callable[[int, int], None] | None = None
) -> dict[str, list[int | None]]:
    """Return, for each system, the place of every person's target in its ranking (1 for first), None beyond 100.

    All rank the same items: those that somebody rated, but the person did not. content and combined are what Attune
    shows somebody who says nothing: its own plan for a remembered profile, without and with what was learned from
    `training`. Nothing is learned from a target.
    """
    training = held_out.training
    places: dict[str, list[int | None]] = {system: [] for system in SYSTEMS}
    with TemporaryDirectory() as folder:
        manifest = write(Path(folder), context.catalogue, training, "leave-one-out")
        model = Collaborative(manifest, Path(folder) / MODEL, context.size)
        learned = ToolContext(context.catalogue, context.index, context.embedder, model)
        said = training.judgements()
        popularity = np.bincount(training.rows[said > 0], minlength=context.size).astype(np.float64)
        rated = np.zeros(context.size, np.bool_)
        rated[training.rows] = True
        for done, (user, target) in enumerate(held_out.targets.items(), 1):
            own = training.users == user
            history = {int(row): _SAID[int(one)] for row, one in zip(training.rows[own], said[own], strict=True)}
            open_rows = rated.copy()
            open_rows[list(history)] = False
            rankings = {
                "popularity": _by_score(popularity, open_rows),
                "content": _planned(context, history, open_rows),
                "collaborative": _by_score(_taste(model, history, popularity), open_rows),
                "combined": _planned(learned, history, open_rows),
            }
            for system, rows in rankings.items():
                found = np.flatnonzero(rows[:100] == target)
                places[system].append(int(found[0]) + 1 if len(found) else None)
            if progress is not None:
                progress(done, len(held_out.targets))
    return places


def report(places: Mapping[str, Sequence[int | None]], people: int) -> dict[str, Any]:
    """Return recall@1, recall@10 and NDCG@10 of every system, and how far combined is ahead of the others."""
    hits = {
        system: [float(place is not None and place <= FIRST) for place in found] for system, found in places.items()
    }
    return {
        "people": people,
        "asked": len(next(iter(places.values()))),
        "systems": {
            system: {
                "recall@1": _figure([float(place == 1) for place in found]),
                "recall@10": _figure(hits[system]),
                "ndcg@10": _figure([_gain(place) for place in found]),
            }
            for system, found in places.items()
        },
        "combined_ahead_by": {
            system: _ahead(hits["combined"], hits[system]) for system in places if system != "combined"
        },
    }


def _figure(values: Sequence[float]) -> dict[str, Any]:
    found = interval(values)
    assert found is not None
    return found.as_json()


def _ahead(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    found = paired(dict(enumerate(ours)), dict(enumerate(theirs)))
    assert found is not None
    return found.as_json()


def _gain(place: int | None) -> float:
    return 1 / float(np.log2(place + 1)) if place is not None and place <= FIRST else 0.0


def _by_score(scores: npt.NDArray[np.float64], open_rows: npt.NDArray[np.bool_]) -> Rows:
    rows = np.flatnonzero(open_rows)
    return rows[np.argsort(-scores[rows], kind="stable")].astype(np.int32)


def _taste(
    model: Collaborative, history: Mapping[int, Opinion], popularity: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    liked = [Liked(row) for row, opinion in history.items() if opinion == "liked"]
    seen = [Liked(row, SEEN, outright=False) for row, opinion in history.items() if opinion == "seen"]
    taste = model.taste([*liked, *seen])
    if taste is None:
        return popularity
    return taste(np.arange(len(popularity), dtype=np.int32)).astype(np.float64)


def _planned(context: ToolContext, history: Mapping[int, Opinion], open_rows: npt.NDArray[np.bool_]) -> Rows:
    opinions = {context.catalogue.ids[row]: opinion for row, opinion in history.items()}
    given = PlanInput(
        view=View(),
        catalogue=context.catalogue,
        count=FIRST,
        diversity=0.0,
        profile_opinions=opinions,
        learned=context.collaborative is not None,
    )
    candidates = Candidates.all(context.size).restrict(open_rows)
    for step in plan_turn(given):
        if step.tool != "diversify":
            candidates = registry.run(step.tool, context, step.arguments, candidates).candidates
    return candidates.rows
