"""domain.toml: the film domain that ships, and what is said of files that cannot be."""

from pathlib import Path

import pytest

from tools.domain import Domain
from tools.errors import DomainError

SMALL = """
name = "teas"
document = ["{title}"]
[noun]
one = "tea"
many = "teas"
[facets.note]
kind = "text"
columns = ["notes"]
[facets.kind]
kind = "category"
columns = ["kind"]
values = ["green", "black"]
"""


def load(folder: Path, text: str) -> Domain:
    (folder / "domain.toml").write_text(text, encoding="utf8")
    return Domain.load(folder)


def test_the_film_domain_has_the_facets_that_commands_speak_of(movies_domain: Domain) -> None:
    facets = "genre mood theme person country language audience certificate year runtime rating popularity"
    assert set(movies_domain.facets) == set(facets.split())
    assert movies_domain.text_facet == "theme"
    assert movies_domain.facets["certificate"].rank("PG-13") == 2


def test_no_everyday_word_of_a_facet_means_two_values(movies_domain: Domain) -> None:
    for name, facet in movies_domain.of_kind("category").items():
        meanings: dict[str, str] = {}
        for value, words in facet.lexicon.items():
            for word in words:
                assert meanings.setdefault(word, value) == value, (name, word)


def test_every_ask_names_columns_and_has_words(movies_domain: Domain) -> None:
    asked = {*movies_domain.asks, *movies_domain.asks_unanswered}
    assert set(movies_domain.ask_words) == asked


def test_a_small_domain_of_another_subject_loads(tmp_path: Path) -> None:
    assert load(tmp_path, SMALL).noun.many == "teas"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("", "]["), "not valid TOML"),
        (('kind = "text"', 'kind = "prose"'), "facets.note.kind"),
        (('values = ["green", "black"]', ""), "needs values"),
        (('kind = "text"', 'kind = "entity"'), "needs roles"),
        (('columns = ["kind"]', 'colums = ["kind"]'), "facets.kind"),
        (('one = "tea"', ""), "noun.one"),
        (('name = "teas"', 'name = "Fine Teas"'), "name"),
        (('values = ["green", "black"]', 'values = ["green"]\nlexicon = { white = ["pale"] }'), "white"),
        (('values = ["green", "black"]', 'values = ["green"]\nstored = { W = "white" }'), "white"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    old, new = change
    with pytest.raises(DomainError, match=r"domain\.toml") as caught:
        load(tmp_path, SMALL.replace(old, new, 1))
    assert complaint in str(caught.value)


def test_two_text_facets_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="exactly one"):
        load(tmp_path, SMALL + '[facets.more]\nkind = "text"\ncolumns = ["more"]\n')


def test_a_folder_without_a_domain_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=r"items\.jsonl"):
        Domain.load(tmp_path)


def test_a_compound_of_values_that_there_are_not_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="compound 'snow white'"):
        load(tmp_path, SMALL + '[compounds]\n"snow white" = { colour = ["snowy"] }\n')
