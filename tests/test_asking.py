"""One question, where its answer would help most."""

import math

import numpy as np
import pytest

from agent.asking import ENOUGH_CANDIDATES, MOST_QUESTIONS, NO_PREFERENCE, VAGUE_WISHES, choose_question, entropy
from agent.history import View
from tests.talking import held
from tools.catalogue import Catalogue
from tools.domain import Domain

DOMAIN = Domain.model_validate(
    {
        "name": "teas",
        "noun": {"one": "tea", "many": "teas"},
        "document": ["{title}"],
        "facets": {
            "kind": {
                "kind": "category", "columns": ["kind"], "values": ["green", "black", "white", "oolong"],
                "question": "Kind?",
            },
            "origin": {"kind": "category", "columns": ["origin"], "values": ["China", "Japan"], "question": "Origin?"},
            "body": {"kind": "category", "columns": ["body"], "values": ["light", "full"], "question": "Body?"},
            "price": {"kind": "number", "columns": ["price"], "question": "How much?"},
            "note": {"kind": "text", "columns": ["notes"]},
        },
    }
)  # fmt: skip


def teas(count: int = 80) -> Catalogue:
    """Kind splits into four quarters (2 bits), origin into 3:1, body not at all; no price is known."""
    kinds = ("green", "black", "white", "oolong")
    return Catalogue.build(
        DOMAIN,
        [
            {
                "id": f"t{n}", "title": f"Tea {n}", "kind": kinds[n % 4], "origin": "Japan" if n % 8 < 2 else "China",
                "body": "light", "price": None, "notes": ["leaf"],
            }
            for n in range(count)
        ],
    )  # fmt: skip


def rows(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int32)


@pytest.mark.parametrize(
    ("shares", "bits"),
    [([1, 1], 1.0), ([1, 1, 1, 1], 2.0), ([3, 1], 2 - 0.75 * math.log2(3)), ([5], 0.0), ([0, 4], 0.0), ([], 0.0)],
)
def test_entropy_by_hand(shares: list[float], bits: float) -> None:
    assert entropy(shares) == pytest.approx(bits)


def test_entropy_does_not_depend_on_the_scale() -> None:
    assert entropy([2, 6, 4]) == pytest.approx(entropy([0.1, 0.3, 0.2]))


def test_the_facet_that_splits_best_is_asked_about_with_its_answers() -> None:
    question = choose_question(View(), rows(80), teas())
    assert question is not None
    assert question.facet == "kind"
    assert set(question.answers) == {"green", "black", "white", "oolong", NO_PREFERENCE}
    assert question.answers[-1] == NO_PREFERENCE


def test_the_same_facet_is_never_asked_about_twice() -> None:
    # Origin would give 0.81 bits, which is not worth a question.
    assert choose_question(View(asked=("kind",)), rows(80), teas()) is None


def test_nothing_is_asked_about_what_a_wish_already_says() -> None:
    question = choose_question(View(wishes=(held("kind", "green"),)), rows(80), teas())
    assert question is None or question.facet != "kind"


def test_nothing_is_asked_when_wishes_are_many() -> None:
    many = tuple(held("note", f"note {n}", id=f"w{n}") for n in range(VAGUE_WISHES + 1))
    assert choose_question(View(wishes=many), rows(80), teas()) is None
    assert choose_question(View(wishes=many[:VAGUE_WISHES]), rows(80), teas()) is not None


def test_nothing_is_asked_when_candidates_are_few() -> None:
    assert choose_question(View(), rows(ENOUGH_CANDIDATES - 1), teas()) is None
    assert choose_question(View(), rows(ENOUGH_CANDIDATES), teas()) is not None


def test_nobody_is_asked_on_and_on() -> None:
    asked = tuple(f"facet {n}" for n in range(MOST_QUESTIONS))
    assert choose_question(View(asked=asked), rows(80), teas()) is None
