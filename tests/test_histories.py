from pathlib import Path

import pytest

from tools.catalogue import Catalogue
from tools.errors import ImportFault
from tools.histories import History, Rated, judge_history, plain, read_history


def history(catalogue: Catalogue, folder: Path, text: str, name: str = "mine.csv") -> History:
    (folder / name).write_text(text, encoding="utf8")
    rated, malformed = read_history(folder / name, catalogue.domain.noun)
    return judge_history(rated, catalogue, malformed)


def said(found: History) -> dict[str, int]:
    return {one.item: one.said for one in found.judged}


def test_a_history_by_id_says_what_was_liked_disliked_and_seen(tiny: Catalogue, tmp_path: Path) -> None:
    found = history(tiny, tmp_path, "id,rating\nheat-1995,5\nalien-1979,1\narrival-2016,3\nunforgiven-1992,\n")
    assert said(found) == {"heat-1995": 1, "alien-1979": -1, "arrival-2016": 0, "unforgiven-1992": 0}


def test_a_history_by_title_and_year_finds_articles_accents_and_other_titles(tiny: Catalogue, tmp_path: Path) -> None:
    text = "Date,Name,Year,Rating\n2024-01-02,Amélie,2001,5\n2024-01-03,Airplane!,1980,4\n2024-01-01,Heat,1995,2\n"
    found = history(tiny, tmp_path, text)
    assert [one.item for one in found.judged] == ["heat-1995", "amelie-2001", "airplane-1980"], "oldest first"
    assert found.unmatched == ()


def test_a_year_may_be_one_off_but_not_more(tiny: Catalogue, tmp_path: Path) -> None:
    found = history(tiny, tmp_path, "title,year,rating\nHeat,1996,5\nAlien,1986,5\n")
    assert said(found) == {"heat-1995": 1}
    assert found.unmatched[0].named == "Alien (1986)"
    assert found.unmatched[0].near[0] == "Alien (1979)"


def test_what_is_not_found_is_listed_with_titles_near_to_it(tiny: Catalogue, tmp_path: Path) -> None:
    found = history(tiny, tmp_path, "title,rating\nInterstelar,5\nSomething else entirely,5\nHeat (1995),5\n")
    assert [(one.row, one.near) for one in found.unmatched] == [(1, ("Interstellar (2014)",)), (2, ())]
    assert said(found) == {"heat-1995": 1}


def test_columns_are_known_by_what_the_domain_calls_its_items(tiny: Catalogue, tmp_path: Path) -> None:
    assert said(history(tiny, tmp_path, "Movie Title\tYour Rating\nHeat\t10\n", "mine.tsv")) == {"heat-1995": 1}


def test_of_two_ratings_of_an_item_the_latest_counts(tiny: Catalogue, tmp_path: Path) -> None:
    found = history(
        tiny, tmp_path, "id,rating,date\nheat-1995,1,2024-05-05\nheat-1995,5,2020-05-05\nalien-1979,5,2021-01-01\n"
    )
    assert said(found) == {"alien-1979": 1, "heat-1995": -1}
    assert found.repeated == 1


def test_malformed_rows_are_listed_and_the_others_read(tiny: Catalogue, tmp_path: Path) -> None:
    text = "title,year,rating,date\nHeat,1995,great,\nHeat,MCMXCV,4,\n,,4,\nHeat,1995,4,soon\nHeat,1995,5,2024-01-01\n"
    found = history(tiny, tmp_path, text)
    assert [row for row, _ in found.malformed] == [1, 2, 3, 4]
    assert found.malformed[1][1] == "year is not one: 'MCMXCV'"
    assert said(found) == {"heat-1995": 1}


def test_a_table_without_items_is_refused(tiny: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(ImportFault, match=r"names no items: give it a column 'id' or 'title'; it has \['stars'\]"):
        history(tiny, tmp_path, "stars\n5\n")
    with pytest.raises(ImportFault, match="has no rows"):
        history(tiny, tmp_path, "title,rating\n")


def test_ratings_are_read_by_the_person_s_own_habits(tiny: Catalogue) -> None:
    strict = [Rated(item=item, rating=1.0) for item in tiny.ids[:9]] + [
        Rated(item=tiny.ids[9], rating=3.0),
        Rated(rating=5.0),
    ]
    found = judge_history(strict[:10], tiny)
    assert said(found)[tiny.ids[9]] == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Matrix, The", "The Matrix"), ("AMÉLIE", "amelie"), ("Ocean's Eleven", "Oceans Eleven"), ("A & B", "a and b")],
)
def test_a_title_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert plain(one) == plain(other)
