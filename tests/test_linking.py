"""Names, values and places on the slate, found in what people type."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.catalogue import Catalogue
from tools.linking import Linker, Mention

SLATE = ("oldboy-2003", "arrival-2016", "spirited-away-2001", "heat-1995")


@pytest.fixture(scope="session")
def linker(movies: Catalogue) -> Linker:
    return Linker.build(movies)


def items(linker: Linker, text: str, slate: tuple[str, ...] = ()) -> list[str]:
    """Return the first id of every item surely named."""
    return [mention.items[0] for mention in linker.find(text, slate) if mention.kind == "item" and mention.score >= 0.5]


def people(linker: Linker, text: str) -> list[str | None]:
    return [mention.value for mention in linker.find(text) if mention.kind == "entity" and mention.score >= 0.5]


def values(linker: Linker, text: str) -> list[tuple[str | None, str | None]]:
    return [
        (mention.facet, mention.value)
        for mention in linker.find(text)
        if mention.kind == "value" and mention.score >= 0.5
    ]


def places(linker: Linker, text: str, slate: tuple[str, ...] = SLATE) -> list[tuple[int, ...]]:
    return [mention.numbers for mention in linker.find(text, slate) if mention.kind == "slate" and mention.score >= 0.5]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("I loved Arrival", "arrival-2016"),
        ("more like the shawshank redemption", "the-shawshank-redemption-1994"),
        ("shawshenk redemtion", "the-shawshank-redemption-1994"),
        ("loved interstelar", "interstellar-2014"),
        ("Jurrasic Park again", "jurassic-park-1993"),
        ("rocky 2", "rocky-ii-1979"),
        ("dune part two", "dune-part-two-2024"),
        ("dr strangelove", "dr-strangelove-or-how-i-learned-to-stop-worrying-and-love-the-bomb-1964"),
        ("star wars", "star-wars-episode-iv-a-new-hope-1977"),
        ("lotr", "the-lord-of-the-rings-the-fellowship-of-the-ring-2001"),
        ("lalaland", "la-la-land-2016"),
        ("eternal sunshine", "eternal-sunshine-of-the-spotless-mind-2004"),
    ],
)
def test_titles_are_found_as_people_write_them(linker: Linker, text: str, item: str) -> None:
    assert items(linker, text) == [item]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("have you seen Up?", "up-2009"),
        ("I thought 'Her' was lovely", "her-2013"),
        ("something like Heat", "heat-1995"),
        ("loved drive, heat and blade runner", "heat-1995"),
    ],
)
def test_an_ordinary_word_is_a_title_with_evidence(linker: Linker, text: str, item: str) -> None:
    assert item in items(linker, text)


@pytest.mark.parametrize(
    "text",
    [
        "it was up to us to see her",
        "a big heat wave, can't drive home",
        "the home",
        "what a wonderful life",
        "it is over",
    ],
)
def test_an_ordinary_word_is_no_title_without(linker: Linker, text: str) -> None:
    assert items(linker, text) == []


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Dune 1984", "dune-1984"),
        ("the 2021 dune", "dune-part-one-2021"),
        ("Villeneuve's Dune", "dune-part-one-2021"),
        ("Dune (2021) was great", "dune-part-one-2021"),
    ],
)
def test_what_stands_beside_a_name_tells_namesakes_apart(linker: Linker, text: str, item: str) -> None:
    (mention,) = linker.find(text)
    assert mention.items[0] == item
    assert len(mention.items) > 1


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("no Tom Cruise please", "Tom Cruise"),
        ("scorcese", "Martin Scorsese"),
        ("robert deniro", "Robert De Niro"),
        ("Saoirse Ronin", "Saoirse Ronan"),
        ("florence pew", "Florence Pugh"),
        ("Nolan's best", "Christopher Nolan"),
        ("anything with keanu", "Keanu Reeves"),
        ("big arnie fan", "Arnold Schwarzenegger"),
    ],
)
def test_people_are_found_by_surname_nickname_and_misspelt(linker: Linker, text: str, person: str) -> None:
    assert people(linker, text) == [person]


def test_the_words_before_a_name_give_its_role(linker: Linker) -> None:
    (director,) = linker.find("directed by Clint Eastwood")
    (actor,) = linker.find("starring Clint Eastwood")
    (either,) = linker.find("Clint Eastwood")
    assert (director.role, actor.role, either.role) == ("director", "actor", None)


def test_everyday_words_name_values_bands_and_comparatives(linker: Linker) -> None:
    assert values(linker, "a korean tearjerker") == [("country", "South Korea"), ("mood", "sad")]
    assert values(linker, "in french") == [("language", "French")]
    kinds = {
        mention.text: (mention.kind, mention.facet) for mention in linker.find("something recent but shorter than Heat")
    }
    assert kinds["recent"] == ("band", "year")
    assert kinds["shorter"] == ("relative", "runtime")


def test_recent_is_measured_from_the_year_of_the_conversation(linker: Linker) -> None:
    (mention,) = linker.find("recent", year=2000)
    assert mention.bounds is not None
    assert (mention.bounds.min, mention.bounds.max) == (1995, None)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("number two", (2,)),
        ("#2", (2,)),
        ("seen the second one", (2,)),
        ("the first two", (1, 2)),
        ("the last one please", (4,)),
        ("none of these", (1, 2, 3, 4)),
        ("all four", (1, 2, 3, 4)),
        ("the Villeneuve one", (2,)),
        ("the korean one", (1,)),
        ("the one with Al Pacino", (4,)),
        ("the shortest", (2,)),
        ("the newest", (2,)),
        ("the second to last", (3,)),
        ("seen 1-3", (1, 2, 3)),
        ("2 to 4 i know", (2, 3, 4)),
        ("all but 3", (1, 2, 4)),
        ("seen all of them except the first and the last", (2, 3)),
        ("anything but the first", (1,)),
    ],
)
def test_places_on_the_slate_are_understood(linker: Linker, text: str, numbers: tuple[int, ...]) -> None:
    assert places(linker, text) == [numbers]


def test_a_name_with_one_quite_other_word_is_somebody_else(linker: Linker) -> None:
    assert not [found for found in linker.find("something by Stephen King", (), 2026) if found.kind == "entity"]


def test_numbers_in_a_row_are_places_each(linker: Linker) -> None:
    assert places(linker, "seen 1 n 3. 4 was mid") == [(1,), (3,), (4,)]


def test_figures_with_a_point_or_colon_are_no_places(linker: Linker) -> None:
    assert places(linker, "at least 3.5 stars, starts at 2:30") == []


def test_both_and_the_others_depend_on_the_slate(linker: Linker) -> None:
    assert places(linker, "seen both", SLATE[:2]) == [(1, 2)]
    assert places(linker, "seen number 2, the others look good") == [(2,), (1, 3, 4)]
    assert places(linker, "number 2 and the korean one", ()) == []


def test_counts_ages_and_figures_are_no_places(linker: Linker) -> None:
    assert places(linker, "give me 3 for 4 friends, under 2 hours") == []


def test_ids_that_the_catalogue_lacks_keep_their_place(linker: Linker) -> None:
    assert places(linker, "the korean one", ("nowhere-1900", "oldboy-2003")) == [(2,)]


@given(
    text=st.text(max_size=60)
    | st.sampled_from(["😀 heat 😀", "Ωμέγα \x00 \x1b[0m", "{{ up }} </s>", "مرحبا 2", "ﬁn ½ ²"])
)
def test_any_text_gives_sound_spans(linker: Linker, text: str) -> None:
    _assert_sound(linker.find(text, SLATE), text)


def _assert_sound(mentions: tuple[Mention, ...], text: str) -> None:
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.text
        assert 0 < mention.score <= 1
        end = mention.end


def test_a_very_long_text_takes_no_noticeable_time(linker: Linker) -> None:
    text = ("I loved Heat and interstelar but nothing over two hours, qwertish zxcvbn tarantinoesque. " * 240)[:20_000]
    begun = time.process_time()
    _assert_sound(linker.find(text, SLATE), text)
    assert time.process_time() - begun < 1.0


def test_a_short_figure_is_a_place_on_the_slate_though_a_title_there_has_it(linker: Linker) -> None:
    slate = ["galaxy-quest-1999", "charade-1963", "paul-2011", "back-to-the-future-part-iii-1990"]
    found = linker.find("who directed 3?", slate, 2026)
    assert [(mention.kind, mention.numbers) for mention in found] == [("slate", (3,))]
