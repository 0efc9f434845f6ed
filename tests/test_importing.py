import csv
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import BOARDGAMES
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.errors import ImportFault
from tools.importing import ImportReport, import_items
from tools.mapping import ColumnSource, Converter, Mapping

TABLE = [
    {"name": "Harbour", "kind": "Dice|Trading", "cost": "19.50", "seats": "4", "by": "Ana Sol"},
    {"name": "Reef", "kind": "auction", "cost": "", "seats": "2", "by": "Ana Sol;Bo Li"},
    {"name": "Orbit", "kind": "Dice|Legacy|Campaign", "cost": "about 20", "seats": "4.5", "by": "NA"},
]
MAPPING = f"""
domain = "{BOARDGAMES}"
empty = ["NA"]
[columns]
title = {{from = "name"}}
mechanics = {{from = "kind", separator = "|", values = {{Campaign = ""}}}}
price = {{from = "cost"}}
players = {{from = "seats", type = "integer"}}
designers = {{from = "by", separator = ";"}}
weight = {{default = "light"}}
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING)
    return Mapping.load(path)


def write_csv(path: Path, rows: list[dict[str, Any]], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf8") as file:
        table = csv.DictWriter(file, rows[0].keys(), delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)
    return path


def write_jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def dropped(out: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (out / "dropped.jsonl").read_bytes().splitlines()]


def test_csv_tsv_jsonl_and_parquet_make_the_same_items(tmp_path: Path, mapping: Mapping) -> None:
    pl.DataFrame(TABLE).write_parquet(tmp_path / "t.parquet")
    sources = [
        write_csv(tmp_path / "t.csv", TABLE),
        write_csv(tmp_path / "t.tsv", TABLE, "\t"),
        write_jsonl(tmp_path / "t.jsonl", TABLE),
        tmp_path / "t.parquet",
    ]
    made = []
    for source in sources:
        out = tmp_path / source.suffix[1:]
        import_items(source, mapping, out)
        made.append((out / "items.jsonl").read_bytes())
    assert made[0].count(b"\n") == 3
    assert len(set(made)) == 1


def test_what_is_imported_is_a_catalogue(tmp_path: Path, mapping: Mapping) -> None:
    import_items(write_csv(tmp_path / "t.csv", TABLE), mapping, tmp_path / "out")
    games = Catalogue.load(tmp_path / "out")
    assert games.ids == ("harbour", "reef", "orbit")
    assert games.values(0, "mechanic") == ("dice", "trading")
    assert games.values(1, "designer") == ("Ana Sol", "Bo Li")
    assert games.numbers("price")[0] == 19.5
    assert games.known("price").tolist() == [True, False, False]
    assert games.known("designer").tolist() == [True, True, False]
    assert games.values(2, "weight") == ("light",)


def test_every_value_left_out_is_counted(tmp_path: Path, mapping: Mapping) -> None:
    report = import_items(write_csv(tmp_path / "t.csv", TABLE), mapping, tmp_path / "out")
    assert report == ImportReport(
        out=tmp_path / "out",
        rows=3,
        items=3,
        dropped={},
        unmapped={"mechanics": {"Legacy": 1}},
        unread={"price": {"about 20": 1}, "players": {"4.5": 1}},
        unused=(),
    )
    assert orjson.loads((tmp_path / "out" / "import.json").read_bytes())["unmapped"] == report.unmapped
    assert not (tmp_path / "out" / "dropped.jsonl").exists()


def test_every_row_dropped_is_listed_with_its_reason(tmp_path: Path, mapping: Mapping) -> None:
    rows = [TABLE[0], TABLE[0], TABLE[1] | {"name": " "}, TABLE[2]]
    source = write_jsonl(tmp_path / "t.jsonl", rows)
    with source.open("ab") as file:
        file.write(b'{"name": \n["list"]\n\n')
    report = import_items(source, mapping, tmp_path / "out")
    assert (report.rows, report.items, sum(report.dropped.values())) == (6, 2, 4)
    reasons = {entry["row"]: entry["reason"] for entry in dropped(tmp_path / "out")}
    assert reasons[2] == "the same as an earlier row: row 1"
    assert reasons[3] == "no title"
    assert reasons[5].startswith("not JSON")
    assert reasons[6] == "not a JSON object"
    assert dropped(tmp_path / "out")[0]["fields"] == TABLE[0]


def test_a_ragged_line_is_dropped_with_all_it_holds(tmp_path: Path, mapping: Mapping) -> None:
    source = write_csv(tmp_path / "t.csv", TABLE)
    with source.open("a") as file:
        file.write("Extra,dice,1,2,Ana,surplus\nShort,dice\n")
    report = import_items(source, mapping, tmp_path / "out")
    assert report.items == 3
    assert [entry["reason"] for entry in dropped(tmp_path / "out")] == [
        "6 fields under a header of 5",
        "2 fields under a header of 5",
    ]
    assert dropped(tmp_path / "out")[0]["fields"][""] == ["surplus"]


def test_namesakes_get_ids_of_their_own(tmp_path: Path, mapping: Mapping) -> None:
    rows = [TABLE[0], TABLE[0] | {"cost": "5"}, TABLE[0] | {"name": "Hárbour!"}]
    import_items(write_jsonl(tmp_path / "t.jsonl", rows), mapping, tmp_path / "out")
    assert Catalogue.load(tmp_path / "out").ids == ("harbour", "harbour-2", "harbour-3")


def test_a_repeated_id_of_the_source_is_dropped(tmp_path: Path, mapping: Mapping) -> None:
    with_ids = mapping.model_copy(update={"columns": mapping.columns | {"id": ColumnSource(source="key")}})
    rows = [TABLE[0] | {"key": 7}, TABLE[1] | {"key": 7}, TABLE[2] | {"key": None}]
    import_items(write_jsonl(tmp_path / "t.jsonl", rows), with_ids, tmp_path / "out")
    assert Catalogue.load(tmp_path / "out").ids == ("7",)
    assert [entry["reason"] for entry in dropped(tmp_path / "out")] == ["id of an earlier row: '7', row 1", "no id"]


def test_a_pattern_takes_a_year_out_of_a_title(tmp_path: Path, movies_domain: Domain) -> None:
    columns = {
        "title": ColumnSource(source="t", pattern=r"^(.*?)\s*(?:\(\d{4}\))?$"),
        "year": ColumnSource(source="t", pattern=r"\((\d{4})\)$"),
        "countries": ColumnSource(source="c"),
        "rating": ColumnSource(source="stars", times=2),
    }
    convert = Converter(Mapping(domain=tmp_path, columns=columns), movies_domain)
    made = convert.item({"t": "Arrival (2016)", "c": ["US", "canada", "Atlantis"], "stars": "4.1"})
    assert made == {"title": "Arrival", "year": 2016, "countries": ["US", "Canada"], "rating": 8.2}
    assert convert.unmapped == {"countries": {"Atlantis": 1}}
    assert convert.item({"t": "Undated"}) == {"title": "Undated"}
    assert convert.unread["year"] == {"Undated": 1}


@given(st.dictionaries(st.sampled_from(["name", "kind", "cost", "seats", "by"]), st.text() | st.floats() | st.none()))
def test_any_cell_makes_an_item_that_fits_or_is_counted(fields: dict[str, Any]) -> None:
    columns = {
        "title": ColumnSource(source="name"),
        "mechanics": ColumnSource(source="kind", separator="|"),
        "price": ColumnSource(source="cost"),
        "players": ColumnSource(source="seats", type="integer"),
        "designers": ColumnSource(source="by"),
    }
    domain = Domain.load(BOARDGAMES)
    convert = Converter(Mapping(domain=BOARDGAMES, columns=columns), domain)
    made = {"title": "Untitled"} | convert.item(fields) | {"id": "x"}
    assert len(Catalogue.build(domain, [made])) == 1


def test_a_catalogue_is_not_overwritten_unasked(tmp_path: Path, mapping: Mapping) -> None:
    source, out = write_csv(tmp_path / "t.csv", TABLE), tmp_path / "out"
    import_items(source, mapping, out)
    (out / "notes.txt").write_text("mine")
    before = (out / "items.jsonl").read_bytes()
    with pytest.raises(ImportFault, match=r"already holds domain\.toml"):
        import_items(write_csv(tmp_path / "t.csv", TABLE[:1]), mapping, out)
    assert (out / "items.jsonl").read_bytes() == before
    import_items(source, mapping, out, overwrite=True)
    assert len(Catalogue.load(out)) == 1
    assert (out / "notes.txt").read_text() == "mine"


def test_an_import_that_fails_leaves_nothing_behind(tmp_path: Path, mapping: Mapping) -> None:
    source = write_jsonl(tmp_path / "t.jsonl", [{"name": "", "kind": "", "cost": "", "seats": "", "by": ""}])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ImportFault, match=r"no row of 't\.jsonl' became an item: no title"):
        import_items(source, mapping, tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == before


def test_a_column_that_the_source_lacks_is_named(tmp_path: Path, mapping: Mapping) -> None:
    source = write_jsonl(tmp_path / "t.jsonl", [{"name": "A", "kind": "dice", "cost": "1", "seats": "2", "by_": "X"}])
    with pytest.raises(ImportFault, match=r"has no column 'by'; it has \['by_'"):
        import_items(source, mapping, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("domain = 3", r"domain: "),
        ("oops", r"not TOML"),
        ('domain = "."\n[columns.title]\nfrm = "name"', r"columns\.title\.frm"),
        ('domain = "."\n[columns.title]', r"needs from, default or both"),
        ('domain = "."\n[columns.title]\nfrom = "a"\npattern = "("', r"not a regular expression"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    with pytest.raises(ImportFault, match=message):
        Mapping.load(path)


def test_a_mapping_must_fit_its_domain(tmp_path: Path, mapping: Mapping) -> None:
    def altered(**columns: ColumnSource) -> Mapping:
        return mapping.model_copy(update={"columns": mapping.columns | columns})

    source = write_csv(tmp_path / "t.csv", TABLE)
    with pytest.raises(ImportFault, match=r"'price' has type 'text'; the domain reads it as 'number'"):
        import_items(source, altered(price=ColumnSource(source="cost", type="text")), tmp_path / "out")
    with pytest.raises(ImportFault, match=r"default 'huge' of column 'weight'"):
        import_items(source, altered(weight=ColumnSource(default="huge")), tmp_path / "out")
    without = mapping.model_copy(update={"columns": {"price": ColumnSource(source="cost")}})
    with pytest.raises(ImportFault, match=r"no \[columns\.title\]"):
        import_items(source, without, tmp_path / "out")


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path, mapping: Mapping) -> None:
    (tmp_path / "t.parquet").write_text("not parquet")
    (tmp_path / "latin.csv").write_bytes("name\nAmélie\n".encode("latin1"))
    (tmp_path / "quotes.csv").write_text('name\n"open\n')
    (tmp_path / "twice.csv").write_text("name,name\na,b\n")
    for name, message in {
        "none.csv": r"no file",
        "table.xlsx": r"cannot tell what",
        "t.parquet": r"cannot be read as Parquet",
        "latin.csv": r"not UTF-8",
        "quotes.csv": r"check its quotes",
        "twice.csv": r"two columns of one name",
    }.items():
        with pytest.raises(ImportFault, match=message):
            import_items(tmp_path / name, mapping, tmp_path / "out")
    with pytest.raises(ImportFault, match=r"no mapping file"):
        Mapping.load(tmp_path / "none.toml")
