"""The slate as cards: what an item is, why it is there, how it meets each wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agent.answering import say_fact
from agent.memory.changes import Opinion
from agent.page.matching import Match, matches
from agent.phrasing import say_wish
from agent.statements import HeldWish, Seed
from agent.turns import NearMiss, SlateItem
from tools.catalogue import Item
from tools.context import ToolContext
from tools.domain import Domain

_NAMES = 3
_TAGS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One item of the slate as it is shown."""

    n: int
    id: str
    title: str
    year: int | None
    facts: tuple[str, ...]
    credits: tuple[tuple[str, str], ...]
    """Role and names: ('director', 'Denis Villeneuve')."""
    tags: tuple[str, ...]
    summary: str
    reasons: tuple[str, ...]
    matches: tuple[Match, ...]
    opinion: Opinion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An item that breaks a must, and which."""

    id: str
    label: str
    breaks: str


def make_cards(
    slate: Sequence[SlateItem],
    wishes: Sequence[HeldWish],
    seeds: Sequence[Seed],
    opinions: Mapping[str, Opinion],
    tools: ToolContext,
) -> tuple[Card, ...]:
    """Return the slate's cards, in its order. An item that has since left the catalogue is left out."""
    catalogue = tools.catalogue
    shown = [item for item in slate if item.id in catalogue]
    rows = np.array([catalogue.row(item.id) for item in shown], dtype=np.int32)
    met = matches(rows, wishes, seeds, tools)
    return tuple(
        _card(entry, item, found, opinions.get(entry.id), catalogue.domain)
        for entry, item, found in zip(shown, catalogue.items(rows), met, strict=True)
    )


def make_misses(misses: Sequence[NearMiss], wishes: Sequence[HeldWish], domain: Domain) -> tuple[Miss, ...]:
    """Return the near misses with the wishes they break in words."""
    by_id = {wish.id: wish for wish in wishes}
    return tuple(
        Miss(
            id=miss.id,
            label=miss.label,
            breaks=", ".join(say_wish(by_id[wish], domain) for wish in miss.breaks if wish in by_id),
        )
        for miss in misses
    )


def _card(entry: SlateItem, item: Item, found: tuple[Match, ...], opinion: Opinion | None, domain: Domain) -> Card:
    return Card(
        n=entry.n,
        id=item.id,
        title=item.title,
        year=item.year,
        facts=_facts(item, domain),
        credits=_credits(item, domain),
        tags=_tags(item, domain),
        summary=str(item.facts.get(domain.columns.summary or "") or ""),
        reasons=entry.reasons,
        matches=found,
        opinion=opinion,
    )


def _facts(item: Item, domain: Domain) -> tuple[str, ...]:
    plain = [
        name
        for name, facet in domain.facets.items()
        if facet.kind in ("number", "ordinal") and not (facet.calendar or facet.quality)
    ]
    said = []
    for name in domain.display.facts or plain:
        facet = domain.facets[name]
        values = [value for column in facet.all_columns for value in _listed(item.facts.get(column))]
        if values:
            label = f"{facet.label or name} " if facet.quality else ""
            said.append(label + ", ".join(say_fact(name, value, domain) for value in values[:_NAMES]))
    return tuple(said)


def _credits(item: Item, domain: Domain) -> tuple[tuple[str, str], ...]:
    columns = {role: column for facet in domain.facets.values() for role, column in facet.roles.items()}
    shown = domain.display.credits or dict.fromkeys(columns, _NAMES)
    named = ((role, _listed(item.facts.get(columns[role]))[:most]) for role, most in shown.items())
    return tuple((role, ", ".join(map(str, names))) for role, names in named if names)


def _tags(item: Item, domain: Domain) -> tuple[str, ...]:
    facets = domain.display.tags or tuple(domain.of_kind("category"))[:2]
    tags = [
        str(value)
        for name in facets
        for column in domain.facets[name].all_columns
        for value in _listed(item.facts.get(column))[:_TAGS]
    ]
    return tuple(dict.fromkeys(tags))


def _listed(value: object) -> list[object]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
