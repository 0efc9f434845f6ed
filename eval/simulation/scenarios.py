"""Scenarios: what a simulated user is after, drawn from the catalogue by number and seed.

After RecBot (single round, multi round, interest drift), and three of our own: impossible, cold start, returning.
"""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict

from eval.simulation.drawing import Drawer
from eval.simulation.wants import Reveal, Want, all_hold
from tools.candidates import Rows
from tools.catalogue import Catalogue

Scenario = Literal["single", "multi", "drift", "impossible", "cold", "returning"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)

MOST_TARGETS = 10
"""More items than this that satisfy everything would make success cheap."""
FEWEST_WANTS, MOST_WANTS = 3, 5
_NEVER = 0.15
_ON_ASK = 0.25
_SEEN = 6
_TRIES = 400
_WORD = re.compile(r"\w+")


class Instance(BaseModel):
    """One person on one occasion. The same scenario, number and seed over the same catalogue is the same instance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    scenario: Scenario
    targets: tuple[str, ...]
    """Every item that satisfies all wants, said or not: any of them would do. Empty: impossible."""
    wants: tuple[Want, ...]
    """What is wanted in the end, in the order in which it comes to mind."""
    first: tuple[Want, ...] = ()
    """drift: what is asked for at first and given up then, beside those wants that stay."""
    lasting: tuple[Want, ...] = ()
    """returning: what was said for good in an earlier dialogue and is not said again."""
    slips: tuple[Want, ...] = ()
    """What a contrary user says by mistake and takes back."""
    seen: tuple[str, ...] = ()
    """Items that fit some of it and were seen before: the user says so when shown one."""


def names(text: str, titles: Iterable[str]) -> str | None:
    """Return the first of the titles that stands in a text word for word, case and marks ignored; None for none."""
    said = f" {' '.join(_WORD.findall(text.casefold()))} "
    return next((title for title in titles if f" {' '.join(_WORD.findall(title.casefold()))} " in said), None)


class ScenarioFault(Exception):
    """The catalogue gives no such scenario; the message says what it lacks."""


class ScenarioMaker:
    """Draws instances over one catalogue."""

    def __init__(self, catalogue: Catalogue, weights: Mapping[str, float]) -> None:
        """weights: facet -> how often people speak of it; only these are drawn."""
        self._catalogue = catalogue
        self._weights = dict(weights)
        self._drawer = Drawer(catalogue)
        known = np.nan_to_num(catalogue.popularity, nan=0.0)
        # People look for what they may have heard of; the obscure is looked for too.
        self._chances = (known - known.min() + 0.2 * max(float(np.ptp(known)), 1.0)).tolist()
        words = {word.casefold() for word in catalogue.domain.title_words}
        self._eligible = [title.casefold() not in words for title in catalogue.titles]

    def make(self, scenario: Scenario, number: int, seed: int) -> Instance:
        """Return an instance. Raises ScenarioFault where none can be drawn."""
        chance = random.Random(f"{seed} {scenario} {number}")
        name = f"{scenario}-{number:04d}"
        for _ in range(_TRIES):
            made = (
                self._impossible(name, chance) if scenario == "impossible" else self._possible(name, scenario, chance)
            )
            if made is not None:
                return made
        raise ScenarioFault(
            f"no {scenario} scenario could be drawn from {len(self._catalogue)} items in {_TRIES} tries; "
            "the catalogue is too small or its facets say too little"
        )

    def _possible(self, name: str, scenario: Scenario, chance: random.Random) -> Instance | None:
        row = self._row(chance)
        count = chance.randint(FEWEST_WANTS, MOST_WANTS)
        wants = self._wants(row, count, chance)
        rows = np.flatnonzero(all_hold(wants, self._catalogue)).astype(np.int32)
        if len(wants) < FEWEST_WANTS or not 1 <= len(rows) <= MOST_TARGETS:
            return None
        if not all(self._eligible[row] for row in rows) or self._names_a_target(rows, wants):
            return None
        lasting: tuple[Want, ...] = ()
        against = self._given_up(rows, wants, chance)
        if scenario == "returning":
            lasting = self._lasting(wants, chance)
            wants = [want for want in wants if want.id not in {one.id for one in lasting}]
            if not lasting or len(wants) < FEWEST_WANTS - 1:
                return None
        if scenario == "drift" and not against:
            return None
        return Instance(
            id=name,
            scenario=scenario,
            targets=tuple(self._catalogue.ids[row] for row in rows),
            wants=tuple(_revealed(wants, scenario, chance)),
            first=against if scenario == "drift" else (),
            slips=against,
            lasting=lasting,
            seen=self._seen(rows, wants, chance),
        )

    def _names_a_target(self, rows: Rows, wants: Sequence[Want]) -> bool:
        """Whether what is wanted holds a target's title, which nobody may say."""
        titles = [self._catalogue.titles[row] for row in rows]
        return any(names(want.value, titles) for want in wants if want.value)

    def _row(self, chance: random.Random) -> int:
        return chance.choices(range(len(self._catalogue)), self._chances)[0]

    def _facets(self, count: int, chance: random.Random) -> list[str]:
        """Facets to speak of, each once, by how often people speak of them."""
        left = dict(self._weights)
        picked: list[str] = []
        while left and len(picked) < count:
            (name,) = chance.choices(list(left), list(left.values()))
            picked.append(name)
            del left[name]
        return picked

    def _wants(self, row: int, count: int, chance: random.Random) -> list[Want]:
        """Wants that the item at a row satisfies: mostly likes, at times something that it is not."""
        likes = [self._drawer.like(row, facet, chance) for facet in self._facets(count, chance)]
        wants = [want for want in likes if want is not None]
        refusable = [name for name in self._catalogue.domain.of_kind("category") if name in self._weights]
        if refusable and chance.random() < 0.4:
            # One fewer like, so that there are as many wants as were to be.
            wants = wants[: max(count - 1, 1)]
            facet = chance.choice(refusable[:2])
            refused = self._drawer.dislike([row], facet, chance, must=self._is_firm(facet))
            wants += [refused] if refused else []
        return [want.model_copy(update={"id": f"n{place}"}) for place, want in enumerate(wants, 1)]

    def _is_firm(self, facet: str) -> bool:
        return self._catalogue.domain.facets[facet].strength == "must"

    def _lasting(self, wants: Sequence[Want], chance: random.Random) -> tuple[Want, ...]:
        """What of it this person would say for good: a refusal, or a taste."""
        open_to = [want for want in wants if want.value is not None and want.role is None]
        refusals = [want for want in open_to if want.polarity == "dislike"]
        kept = chance.sample(refusals or open_to, 1) if open_to else []
        return tuple(
            want.model_copy(update={"lasting": True, "strength": "must" if want.polarity == "dislike" else "prefer"})
            for want in kept
        )

    def _given_up(self, rows: Rows, wants: Sequence[Want], chance: random.Random) -> tuple[Want, ...]:
        """A want that stands against all targets and is asked for until the mind is changed; empty: none."""
        chosen = [want for want in wants if want.polarity == "like" and want.strength == "must"]
        for want in chance.sample(chosen, len(chosen)):
            for _ in range(20):
                other = self._drawer.like(self._row(chance), want.facet, chance)
                if other is None or other.role != want.role:
                    continue
                if not other.holds(self._catalogue)[rows].any():
                    return (other.model_copy(update={"id": "f1", "reveal": "volunteer"}),)
        return ()

    def _seen(self, rows: Rows, wants: Sequence[Want], chance: random.Random) -> tuple[str, ...]:
        """Well-known items that keep half of the wants; no target is among them."""
        kept = np.sum([want.holds(self._catalogue) for want in wants], axis=0) * 2 >= len(wants)
        kept[rows] = False
        near = np.flatnonzero(kept)
        known = near[np.argsort(-np.nan_to_num(self._catalogue.popularity[near]), kind="stable")][:60]
        picked = chance.sample(known.tolist(), min(_SEEN, len(known)))
        return tuple(self._catalogue.ids[row] for row in picked)

    def _impossible(self, name: str, chance: random.Random) -> Instance | None:
        """Firm wants of which each can be had without any one of the others, and all together cannot."""
        facets = [name for name in self._facets(8, chance) if self._is_firm(name)][: chance.choice((2, 2, 3))]
        drawn = [self._drawer.like(self._row(chance), facet, chance) for facet in facets]
        wants = [want for want in drawn if want is not None]
        if len(wants) < 2 or all_hold(wants, self._catalogue).any():
            return None
        without = [[other for other in wants if other is not want] for want in wants]
        if not all(all_hold(others, self._catalogue).any() for others in without):
            return None
        wants = [want.model_copy(update={"id": f"n{place}", "strength": "must"}) for place, want in enumerate(wants, 1)]
        return Instance(id=name, scenario="impossible", targets=(), wants=tuple(wants))


def _revealed(wants: Sequence[Want], scenario: Scenario, chance: random.Random) -> list[Want]:
    """When each is said. At least two are volunteered, musts are never kept quiet, and cold users wait to be asked."""
    if scenario == "single":
        return list(wants)
    order = chance.sample(list(wants), len(wants))
    told: list[Want] = []
    for place, want in enumerate(order):
        luck = chance.random()
        reveal: Reveal = "volunteer"
        if place >= 2 and luck < _NEVER and want.strength == "prefer":
            reveal = "never"
        elif place >= 2 and luck < _NEVER + _ON_ASK:
            reveal = "on ask"
        told.append(want.model_copy(update={"reveal": reveal}))
    return told
