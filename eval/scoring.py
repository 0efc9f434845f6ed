"""Figures for parsed commands against labelled ones, strictly and as lenient as the labels allow."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.commands import Command, ItemReference, Preference
from agent.parsing.agreement import Matcher, item_key, item_keys
from agent.parsing.labelled import LabelledTurn


@dataclass(frozen=True, slots=True)
class Judged:
    """How one parsed command compares with its label."""

    labelled: LabelledTurn
    command: Command
    intent: bool
    hits: int
    strong: int
    """Hits that also agree in strength."""
    lasting: int
    """Hits that also agree in strength and lifetime."""
    missed: tuple[Preference, ...]
    surplus: tuple[Preference, ...]
    item_hits: int
    items_missed: frozenset[tuple[str, str]]
    items_surplus: frozenset[tuple[str, str]]
    count: bool

    @property
    def exact(self) -> bool:
        """Whether intent, statements, items and count are all right."""
        complete = not (self.missed or self.surplus or self.items_missed or self.items_surplus)
        return self.intent and complete and self.count


def judge(labelled: LabelledTurn, command: Command, matcher: Matcher, lenient: bool) -> Judged:
    """Compare a parsed command with its label.

    lenient: other labels, optional and extra statements, other intents and counts are accepted where the line says so.
    """
    leniency = labelled.leniency if lenient else {}
    gold = labelled.command
    others = labelled.alternatives if lenient and labelled.alternatives else ((),) * len(gold.preferences)
    wanted = [(label, *alike) for label, alike in zip(gold.preferences, others, strict=True)]
    pairs = matcher.pairs(wanted, command.preferences)
    met = {row for row, _, _ in pairs}
    used = {column for _, column, _ in pairs}
    optional = set(leniency.get("optional_preferences", ()))
    extra = _extra_labels(leniency)
    surplus = [
        statement
        for at, statement in enumerate(command.preferences)
        if at not in used and not any(matcher.same(label, statement) for label in extra)
    ]
    strong = [(label, command.preferences[column]) for _, column, label in pairs if _agrees(label, column, command)]
    wanted_items, found_items = _items(labelled, command, leniency)
    return Judged(
        labelled=labelled,
        command=command,
        intent=command.intent == gold.intent or command.intent in leniency.get("intent", ()),
        hits=len(pairs),
        strong=len(strong),
        lasting=sum(label.lifetime == statement.lifetime or label.op == "remove" for label, statement in strong),
        missed=tuple(label for at, label in enumerate(gold.preferences) if at not in met and at not in optional),
        surplus=tuple(surplus),
        item_hits=len(wanted_items & found_items),
        items_missed=frozenset(wanted_items - found_items),
        items_surplus=frozenset(found_items - wanted_items),
        count=command.count == gold.count or command.count in _listed(leniency.get("count")),
    )


def _agrees(label: Preference, column: int, command: Command) -> bool:
    return label.op == "remove" or label.strength == command.preferences[column].strength


def _extra_labels(leniency: dict[str, Any]) -> list[Preference]:
    labels = []
    for plain in leniency.get("extra_ok", ()):
        others = plain.get("alt", ())
        labels += [Preference.model_validate({name: part for name, part in one.items() if name != "alt"})
                   for one in (plain, *others)]  # fmt: skip
    return labels


def _items(
    labelled: LabelledTurn, command: Command, leniency: dict[str, Any]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Wanted and found items; a label met by another that the line accepts, or left out where it may be, is settled."""
    slate = labelled.turn.slate
    wanted = item_keys(labelled.command.items, slate)
    found = item_keys(command.items, slate)
    optional = set(leniency.get("optional_items", ()))
    for at, label in enumerate(labelled.command.items):
        key = (item_key(label.ref, slate), label.relation)
        if key in found or key not in wanted:
            continue
        others = [(item_key(one.ref, slate), one.relation) for one in _other_items(leniency, at, label)]
        taken = next((other for other in others if other in found and other not in wanted), None)
        if taken is not None:
            wanted = (wanted - {key}) | {taken}
        elif at in optional:
            wanted = wanted - {key}
    return wanted, found


def _other_items(leniency: dict[str, Any], at: int, label: ItemReference) -> list[ItemReference]:
    listed = leniency.get("items_alt", {}).get(str(at), ())
    return [ItemReference.model_validate({"ref": label.ref, "relation": label.relation} | plain) for plain in listed]


def _listed(part: object) -> Sequence[object]:
    return part if isinstance(part, list) else [] if part is None else [part]


@dataclass(slots=True)
class Tally:
    """Sums over judged turns."""

    judged: list[Judged] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Return the figures of these turns; 0.0 where there is nothing to divide by, None for no turns at all."""
        turns = self.judged
        found = sum(one.hits + len(one.surplus) for one in turns)
        wanted = sum(one.hits + len(one.missed) for one in turns)
        item_found = sum(one.item_hits + len(one.items_surplus) for one in turns)
        item_wanted = sum(one.item_hits + len(one.items_missed) for one in turns)
        hits = sum(one.hits for one in turns)
        item_hits = sum(one.item_hits for one in turns)
        quiet = [one for one in turns if not one.labelled.command.preferences]
        return {
            "n": len(turns),
            "intent_accuracy": _share(sum(one.intent for one in turns), len(turns)),
            "preferences": {
                "precision": _share(hits, found),
                "recall": _share(hits, wanted),
                "f1": _f1(hits, found, wanted),
                "f1_with_strength": _f1(sum(one.strong for one in turns), found, wanted),
                "f1_with_lifetime": _f1(sum(one.lasting for one in turns), found, wanted),
            },
            "items": {
                "precision": _share(item_hits, item_found),
                "recall": _share(item_hits, item_wanted),
                "f1": _f1(item_hits, item_found, item_wanted),
            },
            "count": _share(sum(one.count for one in turns), len(turns)),
            "exact": _share(sum(one.exact for one in turns), len(turns)),
            "no_wish_turns": {
                "n": len(quiet),
                "with_a_wish": _share(sum(bool(one.surplus) for one in quiet), len(quiet)),
            },
        }

    def by_facet(self) -> dict[str, dict[str, float | int]]:
        """Return recall and surplus by facet of the labels."""
        names = sorted({one.facet for turn in self.judged for one in turn.labelled.command.preferences})
        table: dict[str, dict[str, float | int]] = {}
        for name in names:
            wanted = sum(one.facet == name for turn in self.judged for one in turn.labelled.command.preferences)
            missed = sum(one.facet == name for turn in self.judged for one in turn.missed)
            surplus = sum(one.facet == name for turn in self.judged for one in turn.surplus)
            table[name] = {"n": wanted, "recall": _share(wanted - missed, wanted), "surplus": surplus}
        return table


def percentiles(latencies_ms: Sequence[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds, rounded to a tenth."""
    if not latencies_ms:
        return {"p50": 0.0, "p95": 0.0}
    ordered = sorted(latencies_ms)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 1),
    }


def grouped(judged: Iterable[Judged]) -> dict[str, Tally]:
    """Return a tally for each group of turns, in order of name."""
    groups: dict[str, Tally] = {}
    for one in judged:
        groups.setdefault(one.labelled.group or "all", Tally()).judged.append(one)
    return dict(sorted(groups.items()))


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def _f1(hits: float, found: float, wanted: float) -> float:
    return _share(2 * hits, found + wanted)
