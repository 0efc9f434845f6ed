import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import BOARDGAMES, MOVIES
from tests.stored import stored_items, write_items
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.errors import DomainError, ItemError, UnknownItem


@pytest.fixture
def game() -> dict[str, Any]:
    return stored_items(BOARDGAMES)[0]


@pytest.fixture
def games() -> Domain:
    return Domain.load(BOARDGAMES)


def test_every_shipped_film_fits_its_domain(movies: Catalogue) -> None:
    assert len(movies) == len(stored_items(MOVIES)) == 2297


def test_no_shipped_name_is_a_scrap_of_its_source(movies: Catalogue) -> None:
    assert not {
        name
        for name in movies.vocabulary("person")
        if len(name) < 2 or set(name) & set("()[]") or name.startswith("Best ")
    }


def test_an_item_is_labelled_with_its_year_where_the_domain_has_one(tiny: Catalogue, boardgames: Catalogue) -> None:
    assert tiny.item(0).label == tiny.labels[0] == "Arrival (2016)"
    assert boardgames.item(0).label == boardgames.labels[0] == "Harbour Lights"


def test_items_come_back_in_the_order_asked_for(tiny: Catalogue) -> None:
    assert [item.id for item in tiny.items([3, 0])] == ["heat-1995", "arrival-2016"]
    assert tiny.items(np.array([], np.int32)) == []


def test_facts_hold_every_column_in_spoken_values(tiny: Catalogue) -> None:
    facts = tiny.item(tiny.row("arrival-2016")).facts
    assert facts["countries"] == ["United States", "Canada"]
    assert facts["runtime"] == 116
    assert facts["imdb_id"].startswith("tt")
    assert facts["series"] is None


def test_an_id_that_is_not_there_is_named(tiny: Catalogue) -> None:
    with pytest.raises(UnknownItem, match="'solaris-1972'"):
        tiny.row("solaris-1972")
    assert "solaris-1972" not in tiny
    assert "heat-1995" in tiny


def test_a_value_is_had_whatever_its_case(tiny: Catalogue) -> None:
    western = tiny.has("genre", "Western")
    assert [tiny.ids[row] for row in np.flatnonzero(western)] == ["unforgiven-1992"]
    assert tiny.rows_with("person", "denis VILLENEUVE").tolist() == [0, 8]
    assert not tiny.has("genre", "polka").any()


def test_roles_are_told_apart_and_no_role_means_any(tiny: Catalogue) -> None:
    row = tiny.row("unforgiven-1992")
    assert tiny.has("person", "Clint Eastwood", "director")[row]
    assert tiny.has("person", "Clint Eastwood", "actor")[row]
    assert not tiny.has("person", "Michael Mann", "actor").any()
    assert tiny.rows_with("person", "Clint Eastwood").tolist() == [row]
    assert tiny.values(row, "person", "director") == ("Clint Eastwood",)
    assert tiny.values(row, "person").count("Clint Eastwood") == 1


def test_a_mask_can_be_changed_without_changing_the_catalogue(tiny: Catalogue) -> None:
    tiny.has("genre", "western")[:] = True
    tiny.known("theme")[:] = False
    assert tiny.has("genre", "western").sum() == 1
    assert tiny.known("theme").all()


def test_a_text_facet_reads_all_its_columns(movies: Catalogue) -> None:
    row = movies.row("the-godfather-1972")
    assert "mafia" in movies.values(row, "theme")
    assert "The Godfather" in movies.values(row, "theme")
    assert movies.has("theme", "the godfather")[row]


def test_ordinals_are_ranks_and_unknown_figures_are_nan(games: Domain, game: dict[str, Any]) -> None:
    catalogue = Catalogue.build(games, [game, {"id": "bare", "title": "Bare"}])
    assert catalogue.numbers("weight")[0] == games.facets["weight"].rank(game["weight"])
    for facet in ("weight", "price", "minutes"):
        assert math.isnan(catalogue.numbers(facet)[1])
        assert catalogue.known(facet).tolist() == [True, False]
    assert catalogue.known("mechanic").tolist() == [True, False]
    assert catalogue.popularity.dtype == np.float32


def test_vocabulary_is_most_frequent_first(movies: Catalogue) -> None:
    counts = movies.counts("theme")
    assert list(counts) == movies.vocabulary("theme")
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert counts["time travel"] == len(movies.rows_with("theme", "time travel"))


def test_a_value_listed_twice_counts_once(games: Domain, game: dict[str, Any]) -> None:
    catalogue = Catalogue.build(games, [game | {"themes": ["bees", "Bees", "honey"]}])
    assert catalogue.values(0, "theme") == ("bees", "honey")
    assert sum(catalogue.counts("theme").values()) == 2


def test_places_say_how_telling_a_value_is(tiny: Catalogue) -> None:
    rows = np.arange(len(tiny), dtype=np.int32)
    places = tiny.places(rows, "genre", "sci-fi")
    for row, place in zip(rows, places, strict=True):
        genres = tiny.values(int(row), "genre")
        assert place == (genres.index("sci-fi") if "sci-fi" in genres else -1)


def test_one_text_will_do_for_a_list_of_one(games: Domain, game: dict[str, Any]) -> None:
    catalogue = Catalogue.build(games, [game, game | {"id": "other", "designers": "Sam Okoro"}])
    assert catalogue.values(1, "designer") == ("Sam Okoro",)
    assert catalogue.item(1).facts["designers"] == ["Sam Okoro"]


def test_documents_leave_out_lines_that_lack_something(boardgames: Catalogue, games: Domain) -> None:
    assert boardgames.documents([0])[0].splitlines()[:2] == ["Harbour Lights.", "worker placement, trading."]
    assert Catalogue.build(games, [{"id": "bare", "title": "Bare"}]).documents() == ["Bare."]


def test_what_can_be_searched_for_includes_names_and_other_titles(tiny: Catalogue) -> None:
    texts = tiny.searchable()
    assert "Denis Villeneuve" in texts[0]
    assert all(alias in texts[5] for alias in tiny.aliases(5))


def test_the_fingerprint_follows_the_items_and_not_the_words_for_them(games: Domain, game: dict[str, Any]) -> None:
    one = Catalogue.build(games, [game])
    assert one.fingerprint == Catalogue.build(games, [dict(reversed(game.items()))]).fingerprint
    assert one.fingerprint != Catalogue.build(games, [game | {"price": 46}]).fingerprint
    reworded = games.model_copy(update={"openers": ("Anything new?",)})
    assert one.fingerprint == Catalogue.build(reworded, [game]).fingerprint
    otherwise = games.model_copy(update={"document": ("{title}",)})
    assert one.fingerprint != Catalogue.build(otherwise, [game]).fingerprint


def test_a_catalogue_loaded_is_the_one_built(boardgames: Catalogue, games: Domain) -> None:
    assert boardgames.fingerprint == Catalogue.build(games, stored_items(BOARDGAMES)).fingerprint
    assert boardgames.source == BOARDGAMES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mechanics": ["dice", "tradng"]}, r"column 'mechanics' holds 'tradng'.*did you mean 'trading'"),
        ({"weight": "enormous"}, r"column 'weight' holds 'enormous', which facet 'weight' does not have"),
        ({"price": "45"}, r"column 'price' holds '45'; it must be a number or null"),
        ({"price": True}, r"holds True; it must be a number"),
        ({"price": float("nan")}, r"holds nan; it must be a number"),
        ({"price": 10**30}, r"must be a number"),
        ({"title": 7}, r"'title' is 7; give it a title"),
        ({"title": "  "}, r"'title' is '  '"),
        ({"designers": ["Ana", 3]}, r"column 'designers' holds \['Ana', 3\]; it must be text or a list of texts"),
        ({"summary": ["a", "b"]}, r"column 'summary' holds \['a', 'b'\]; it must be text"),
        ({"themes": {"a": 1}}, r"column 'themes' holds \{'a': 1\}"),
        ({"id": 12}, r"'id' is 12; give each item an id"),
        ({"id": None}, r"'id' is None"),
    ],
)
def test_an_item_that_does_not_fit_is_named(
    games: Domain, game: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ItemError, match=r"item 2.*" + message):
        Catalogue.build(games, [game, game | {"id": "second"} | change])


def test_a_year_must_be_whole(movies_domain: Domain) -> None:
    with pytest.raises(ItemError, match=r"holds 1999.5; it must be a whole number"):
        Catalogue.build(movies_domain, [{"id": "a", "title": "A", "year": 1999.5}])


def test_a_column_of_two_types_is_refused(games: Domain, game: dict[str, Any]) -> None:
    with pytest.raises(ItemError, match=r"item 2, item 'second': column 'shelf' holds 3; it must be like 'A'"):
        Catalogue.build(games, [game | {"shelf": "A"}, game | {"id": "second", "shelf": 3}])


def test_a_repeated_id_names_both_places(tmp_path: Path, game: dict[str, Any]) -> None:
    (tmp_path / "domain.toml").write_bytes((BOARDGAMES / "domain.toml").read_bytes())
    write_items(tmp_path, [game, game])
    with pytest.raises(ItemError, match=r"line 2: the id 'harbour-lights' is also that of items.jsonl line 1"):
        Catalogue.load(tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{oops", "line 2 is not JSON"),
        (b'["a"]', "line 2 holds"),
        (b'{"id": "x", "title": "X", "price": NaN}', "line 2 is not JSON"),
        (b'{"id": "\xff"}', "line 2 is not JSON"),
    ],
)
def test_a_line_that_is_no_object_is_named(tmp_path: Path, game: dict[str, Any], line: bytes, message: str) -> None:
    (tmp_path / "domain.toml").write_bytes((BOARDGAMES / "domain.toml").read_bytes())
    write_items(tmp_path, [game])
    with (tmp_path / "items.jsonl").open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(ItemError, match=message):
        Catalogue.load(tmp_path)


def test_missing_files_say_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=r"no domain.toml"):
        Catalogue.load(tmp_path)
    (tmp_path / "domain.toml").write_bytes((BOARDGAMES / "domain.toml").read_bytes())
    with pytest.raises(ItemError, match=r"no items.jsonl in .*attune import"):
        Catalogue.load(tmp_path)
    (tmp_path / "items.jsonl").write_text("\n\n")
    with pytest.raises(ItemError, match="has no items"):
        Catalogue.load(tmp_path)
