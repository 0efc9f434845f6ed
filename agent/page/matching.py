"""How each item of a slate meets each wish, as the tools judge it: a must is met or not, a preference by degrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agent.phrasing import join, say_seed, say_wish
from agent.planning import tool_wish
from agent.statements import HeldWish, Seed
from tools.candidates import Rows, Scores
from tools.context import ToolContext
from tools.filter import keeps
from tools.likeness import LikenessMeasure
from tools.measures import HAS, NEAR, measure_of

Verdict = Literal["yes", "partly", "no", "unknown"]

STEPS = 5
"""A meter's marks."""
_PARTLY = 0.3
"""Amount from which something of a wish is there."""
_ALIKE = 0.5
"""Likeness that counts as having it: two different items are never wholly alike."""
_SAID = {"yes": "fits", "partly": "fits in part", "no": "does not fit", "unknown": "not known"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One wish held against one item."""

    label: str
    must: bool
    verdict: Verdict
    filled: int = 0
    """Marks of the meter that are lit, 0 to STEPS; a must has no meter."""

    @property
    def said(self) -> str:
        """The verdict in words, for who does not see the meter."""
        return _SAID[self.verdict]


def matches(
    rows: Rows, wishes: Sequence[HeldWish], seeds: Sequence[Seed], tools: ToolContext
) -> list[tuple[Match, ...]]:
    """Return for each row how it meets each wish, alternatives as one, in the order of the wishes; seeds come first."""
    found = [_likeness(rows, seed, tools) for seed in seeds if seed.item]
    groups: dict[str, list[HeldWish]] = {}
    for wish in wishes:
        groups.setdefault(f"group {wish.group}" if wish.group else wish.id, []).append(wish)
    found += [_group(rows, group, tools) for group in groups.values()]
    return [tuple(column[place] for column in found) for place in range(len(rows))]


def _likeness(rows: Rows, seed: Seed, tools: ToolContext) -> list[Match]:
    amounts = np.minimum(LikenessMeasure(tools, seed.item or "")(rows) / _ALIKE, 1)
    return [_match(say_seed(seed), float(amount), known=True) for amount in amounts]


def _group(rows: Rows, group: Sequence[HeldWish], tools: ToolContext) -> list[Match]:
    """Alternatives: the best of them counts."""
    label = join([say_wish(wish, tools.catalogue.domain) for wish in group], "or")
    known = np.any([_known(rows, wish, tools) for wish in group], axis=0)
    if all(wish.strength == "must" for wish in group):
        met = keeps(tools, [tool_wish(wish, tools.catalogue.domain) for wish in group])[rows]
        return [_must(label, bool(kept), known=bool(there)) for kept, there in zip(met, known, strict=True)]
    amounts = np.max([_amounts(rows, wish, tools) for wish in group], axis=0)
    return [_match(label, float(amount), known=bool(there)) for amount, there in zip(amounts, known, strict=True)]


def _amounts(rows: Rows, wish: HeldWish, tools: ToolContext) -> Scores:
    amounts = measure_of(tools, tool_wish(wish, tools.catalogue.domain))(rows)
    if wish.polarity == "like":
        return amounts
    # Every item is a little like anything: only beyond NEAR does likeness speak for what should be absent.
    return np.asarray(np.clip((HAS - amounts) / (HAS - NEAR), 0, 1), np.float32)


def _known(rows: Rows, wish: HeldWish, tools: ToolContext) -> np.ndarray:
    if tools.catalogue.domain.facets[wish.facet].kind == "text":
        return np.ones(len(rows), np.bool_)
    return tools.catalogue.known(wish.facet, wish.role)[rows]


def _must(label: str, met: bool, *, known: bool) -> Match:
    return Match(label=label, must=True, verdict="unknown" if not known else "yes" if met else "no")


def _match(label: str, amount: float, *, known: bool) -> Match:
    verdict: Verdict = "unknown"
    if known:
        verdict = "yes" if amount >= HAS else "partly" if amount >= _PARTLY else "no"
    return Match(label=label, must=False, verdict=verdict, filled=round(amount * STEPS) if known else 0)
