import csv
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from tests.conftest import BOARDGAMES
from tests.rating import ITEMS, named, ratings
from tools.catalogue import Catalogue
from tools.collaborative import Collaborative
from tools.errors import ImportFault, IndexFault
from tools.factors import learn
from tools.importing import ImportReport, import_items
from tools.interactions import DROPPED, TABLE
from tools.mapping import Mapping

MAPPING = f"""
domain = "{BOARDGAMES}"
[columns]
title = {{from = "name"}}
id = {{from = "code"}}
old = {{from = "old", type = "integer"}}
"""
COLUMNS = '[interactions]\nuser = "user"\nitem = "item"\nrating = "rating"\ndate = "date"\n'


def mapping(folder: Path, interactions: str = COLUMNS) -> Mapping:
    path = folder / "mapping.toml"
    path.write_text(MAPPING + interactions)
    return Mapping.load(path)


def items(folder: Path) -> Path:
    path = folder / "items-in.csv"
    lines = [f"{named(number)},Title {number},{100 + number}" for number in range(ITEMS)]
    path.write_text("code,name,old\n" + "\n".join(lines) + "\n")
    return path


def table(folder: Path, rows: list[dict[str, Any]], name: str = "ratings.csv") -> Path:
    path = folder / name
    with path.open("w", newline="", encoding="utf8") as file:
        writer = csv.DictWriter(file, ["user", "item", "rating", "date"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def imported(folder: Path, rows: list[dict[str, Any]], columns: str = COLUMNS) -> ImportReport:
    return import_items(
        items(folder), mapping(folder, columns), folder / "out", interactions=table(folder, rows), overwrite=True
    )


def test_interactions_are_imported_with_the_items_and_learned_from(tmp_path: Path) -> None:
    report = imported(tmp_path, ratings())
    assert report.interactions is not None
    assert (report.interactions.rows, report.interactions.kept, report.interactions.users) == (540, 540, 60)
    catalogue = Catalogue.load(tmp_path / "out")
    model = Collaborative.open(tmp_path / "out", catalogue)
    assert model is not None
    assert model.factors.shape == (ITEMS, ITEMS)
    assert not (tmp_path / "out" / DROPPED).exists()


def test_nobody_s_name_is_kept(tmp_path: Path) -> None:
    rows = [{**row, "user": f"person {row['user']}"} for row in ratings()]
    imported(tmp_path, rows)
    for path in (tmp_path / "out").iterdir():
        assert b"person" not in path.read_bytes()
    assert pl.read_parquet(tmp_path / "out" / TABLE)["user"].dtype == pl.Int32


def test_every_row_that_does_not_count_is_listed_with_its_reason(tmp_path: Path) -> None:
    bad = [
        {"user": "x", "item": "nowhere", "rating": 3},
        {"user": "", "item": named(1), "rating": 3},
        {"user": "x", "item": "", "rating": 3},
        {"user": "x", "item": named(1), "rating": "good"},
        {"user": "x", "item": named(1), "rating": 3, "date": "soon"},
        {"user": "x", "item": named(2), "rating": 5, "date": "2024-05-01"},
        {"user": "x", "item": named(2), "rating": 1, "date": "2024-06-01"},
    ]
    report = imported(tmp_path, [*ratings(), *bad]).interactions
    assert report is not None
    assert report.kept == 541
    assert report.unknown_items == {"nowhere": 1}
    listed = [orjson.loads(line) for line in (tmp_path / "out" / DROPPED).read_bytes().splitlines()]
    assert [(entry["row"], entry["reason"]) for entry in listed] == [
        (541, "unknown item: 'nowhere'"),
        (542, "no user"),
        (543, "no item"),
        (544, "rating is not a number"),
        (545, "date is not one (write 2026-03-31)"),
        (546, "the same user and item: row 547 counts"),
    ]
    assert sum(report.dropped.values()) == 6


def test_of_two_ratings_the_later_counts_whatever_their_order(tmp_path: Path) -> None:
    twice = [
        {"user": "u0", "item": named(1), "rating": 2, "date": "2024-06-02"},
        {"user": "u0", "item": named(1), "rating": 5, "date": "2024-06-01"},
    ]
    imported(tmp_path, [row for row in ratings() if (row["user"], row["item"]) != ("u0", named(1))] + twice)
    kept = pl.read_parquet(tmp_path / "out" / TABLE).filter(pl.col("user") == 0, pl.col("item") == named(1))
    assert kept["rating"].to_list() == [2.0]


def test_items_may_be_named_by_another_column_than_their_id(tmp_path: Path) -> None:
    rows = [{**row, "item": f"{100 + int(row['item'][-2:])}"} for row in ratings()]
    report = imported(tmp_path, rows, COLUMNS + 'key = "old"\n')
    assert report.interactions is not None
    assert report.interactions.kept == 540


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ("", r"add \[interactions\] with user and item"),
        (COLUMNS.replace('"date"', '"when"'), "no column 'when'"),
        (COLUMNS + 'key = "ean"\n', "no item has such a column"),
    ],
)
def test_a_mapping_that_does_not_fit_the_table_is_refused(tmp_path: Path, columns: str, complaint: str) -> None:
    with pytest.raises(ImportFault, match=complaint):
        imported(tmp_path, ratings(), columns)
    assert not (tmp_path / "out").exists()


def test_a_table_of_other_items_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFault, match=r"no row of 'ratings\.csv' is an interaction"):
        imported(tmp_path, [{"user": "x", "item": "nowhere", "rating": 3}])


def test_what_was_learned_of_other_items_is_an_error_that_says_what_to_run(tmp_path: Path) -> None:
    imported(tmp_path, ratings())
    out = tmp_path / "out"
    kept = (out / "items.jsonl").read_bytes().splitlines(keepends=True)[1:]
    (out / "items.jsonl").write_bytes(b"".join(kept))
    catalogue = Catalogue.load(out)
    with pytest.raises(IndexFault, match=r"other items; run `attune index"):
        Collaborative.open(out, catalogue)
    assert learn(out, catalogue)
    model = Collaborative.open(out, catalogue)
    assert model is not None
    assert len(model.factors) == ITEMS - 1


@pytest.mark.parametrize("damage", [b"", b"{}"])
def test_damaged_factors_are_an_error_and_learned_anew(tmp_path: Path, damage: bytes) -> None:
    imported(tmp_path, ratings())
    out = tmp_path / "out"
    catalogue = Catalogue.load(out)
    before = (out / "collaborative.npz").read_bytes()
    for name in ("collaborative.npz", "collaborative.json"):
        (out / name).write_bytes(damage)
        with pytest.raises(IndexFault, match="attune index"):
            Collaborative.open(out, catalogue)
        learn(out, catalogue)
        assert (out / "collaborative.npz").read_bytes() == before, "the same table gives the same factors"


def test_a_catalogue_without_interactions_has_nothing_to_learn(tmp_path: Path) -> None:
    import_items(items(tmp_path), mapping(tmp_path), tmp_path / "out")
    catalogue = Catalogue.load(tmp_path / "out")
    assert Collaborative.open(tmp_path / "out", catalogue) is None
    assert not learn(tmp_path / "out", catalogue)
