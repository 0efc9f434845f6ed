"""A small catalogue whose items tell nothing, and people of two tastes who rated them."""

from typing import Any

import numpy as np
import polars as pl

from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.interactions import Interactions

ITEMS = 24
"""Half of them are liked by people of one taste, half by those of the other."""


def named(number: int) -> str:
    return f"item-{number:02d}"


def two_tastes(domain: Domain) -> Catalogue:
    """Return a catalogue of which only interactions tell what goes with what."""
    return Catalogue.build(domain, [{"id": named(number), "title": f"Title {number}"} for number in range(ITEMS)])


def ratings(people: int = 60, each: int = 7, seed: int = 0, dated: bool = True) -> list[dict[str, Any]]:
    """Return rows of a table: everybody rates some items of their own taste 4 or 5, and two of the other 1."""
    drawn = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        own = drawn.permutation(np.arange(person % 2, ITEMS, 2))[:each].tolist()
        other = drawn.permutation(np.arange(1 - person % 2, ITEMS, 2))[:2].tolist()
        for place, item in enumerate([*other, *own]):
            row: dict[str, Any] = {"user": f"u{person}", "item": named(item)}
            row["rating"] = 1 if item in other else int(drawn.integers(4, 6))
            if dated:
                row["date"] = f"2024-01-{place + 1:02d}"
            rows.append(row)
    return rows


def interactions_of(catalogue: Catalogue, rows: list[dict[str, Any]]) -> Interactions:
    """Return rows as `read_interactions` would."""
    users = {user: number for number, user in enumerate(dict.fromkeys(row["user"] for row in rows))}
    table = pl.DataFrame(
        {
            "user": [users[row["user"]] for row in rows],
            "item": [row["item"] for row in rows],
            "rating": [row.get("rating") for row in rows],
            "date": [row.get("date") for row in rows],
        },
        schema={"user": pl.Int32, "item": pl.String, "rating": pl.Float64, "date": pl.String},
    )
    return Interactions.of(table, catalogue)
