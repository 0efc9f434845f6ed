"""The compact parser: marking, reading values, resolving references, and weights that fit or say why not."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agent.commands import Command, Range, Relative
from agent.parsing.compact import CompactParser
from agent.parsing.confidence import confidence
from agent.parsing.decoding import Span, joined, spans_of, with_places
from agent.parsing.encoder import EncoderShape, base_state, fingerprint
from agent.parsing.encoding import CONTEXT_PIECES, LONGEST_TURN, TurnEncoder
from agent.parsing.errors import WeightsError
from agent.parsing.labels import OPEN_VALUES, Labels
from agent.parsing.network import CommandNetwork
from agent.parsing.offers import offers_of
from agent.parsing.parser import ParseInput, SlateEntry, Utterance
from agent.parsing.references import Offered, Referent, referents
from agent.parsing.values import Reading, Stretch, ValueReader, own_words
from agent.parsing.weights import FILE, Calibration, Manifest, load, save
from tests.conftest import ROOT
from tests.tiny_encoder import write_tiny_base
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.embedding import shipped_folder
from tools.linking import Linker
from tools.mentions import Bounds, Mention

KEEP_ALL = Calibration(keep_wish=0.0, keep_item=0.0, looseness=3.0)


def labels_of(domain: Domain) -> Labels:
    return Labels(
        domain=domain.name,
        facets=tuple(domain.facets),
        roles=("actor", "director"),
        asks=("plot", "director"),
        closed=(("genre", '"comedy"'), ("genre", '"horror"'), ("runtime", '{"max":95}')),
    )


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("encoder") / "base")


@pytest.fixture(scope="session")
def tiny_weights(tiny_base: Path, movies_domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Untrained weights that mark nearly everything."""
    torch.manual_seed(3)
    network = CommandNetwork(EncoderShape.of(tiny_base), labels_of(movies_domain), kept=1)
    network.encoder.load_state_dict(base_state(tiny_base))
    folder = tmp_path_factory.mktemp("weights")
    save(network, manifest_of(tiny_base, movies_domain), folder)
    return folder


def manifest_of(base: Path, domain: Domain) -> Manifest:
    return Manifest(base=fingerprint(base), labels=labels_of(domain), kept=1, calibration=KEEP_ALL)


@pytest.fixture(scope="session")
def linker(movies: Catalogue) -> Linker:
    return Linker.build(movies)


@pytest.fixture(scope="session")
def untrained(tiny_weights: Path, tiny_base: Path, movies_domain: Domain) -> CompactParser:
    return CompactParser.load(movies_domain, tiny_weights, tiny_base)


@pytest.fixture(scope="session")
def shipped(movies: Catalogue, linker: Linker) -> CompactParser:
    weights = ROOT / "models" / "compact"
    return CompactParser.load(movies.domain, weights, Path(shipped_folder()), lambda text, year: linker.find(text))


class TestMarking:
    """Tags to spans."""

    def test_inside_never_follows_outside(self) -> None:
        logits = np.array([[5, 0, 0], [0, 1, 4], [0, 0, 5]], np.float32)
        (span,) = spans_of(logits, [(0, 1), (2, 3), (4, 5)], "a b c")
        assert (span.first, span.last) == (1, 3)

    def test_pieces_of_a_word_are_marked_together(self) -> None:
        logits = np.array([[5, 0, 0], [0, 5, 0], [5, 0, 0]], np.float32)
        (span,) = spans_of(logits, [(0, 3), (4, 7), (7, 10)], "the whodun")
        assert "the whodun"[span.start : span.end] == "whodun"

    def test_a_looser_reading_finds_more(self) -> None:
        logits = np.array([[1, 0, 0]], np.float32)
        assert spans_of(logits, [(0, 4)], "maybe") == []
        assert len(spans_of(logits, [(0, 4)], "maybe", looseness=2.0)) == 1

    def test_nothing_is_marked_in_no_text(self) -> None:
        assert spans_of(np.zeros((0, 3), np.float32), [], "") == []

    def test_fragments_of_one_phrase_are_joined_and_others_not(self) -> None:
        text = "lord of the rings, dragons"
        spans = [Span(0, 1, 0, 4, 0.9), Span(3, 4, 12, 17, 0.9), Span(5, 6, 19, 26, 0.9)]
        assert joined(spans, text, ["theme", "theme", "theme"]) == [[0, 1], [2]]
        assert joined(spans, text, ["theme", "genre", "theme"]) == [[0], [1], [2]]

    def test_what_the_linker_found_is_considered_where_the_tags_are_silent(self) -> None:
        logits = np.array([[5, 0, 0], [5, 0, 0]], np.float32)
        (span,) = with_places([], [(2, 6)], logits, [(0, 1), (2, 6)])
        assert (span.start, span.end) == (2, 6) and span.score < 0.1
        assert with_places([span], [(3, 5)], logits, [(0, 1), (2, 6)]) == [span]


class TestEncoding:
    """Turns to arrays."""

    def test_mentions_and_slate_are_seen_as_features(self, tiny_base: Path, movies_domain: Domain) -> None:
        encoder = TurnEncoder(tiny_base, tuple(movies_domain.facets))
        mention = Mention(start=2, end=8, text="comedy", kind="value", facet="genre", value="comedy")
        turn = ParseInput(text="a comedy please", mentions=(mention,), slate=(SlateEntry(1, "Heat"),))
        encoded = encoder.encode(turn)
        assert encoded.kinds[0] > 0 and encoded.kinds[2] > 0 and encoded.kinds[1] == 0
        assert encoded.facets[2] == 1 + list(movies_domain.facets).index("genre")

    def test_long_turns_and_contexts_are_cut(self, tiny_base: Path) -> None:
        encoder = TurnEncoder(tiny_base, ())
        encoded = encoder.encode(ParseInput(text="word " * 5000, context=(Utterance("assistant", "blah " * 900),)))
        assert encoded.said == LONGEST_TURN
        assert len(encoded.ids) <= LONGEST_TURN + CONTEXT_PIECES + 3


class TestValues:
    """What marked words say."""

    def read(
        self,
        domain: Domain,
        text: str,
        words: str,
        facet: str,
        mentions: Sequence[Mention] = (),
        choice: str = "words",
        **more: object,
    ) -> list[Reading]:
        at = text.index(words)
        output = OPEN_VALUES.index(choice) if choice in OPEN_VALUES else len(OPEN_VALUES) + int(choice)
        options = [(output, 1.0)]
        turn = ParseInput(text=text, mentions=tuple(mentions), slate=(SlateEntry(1, "Heat"), SlateEntry(2, "Ran")))
        reader = ValueReader(domain, labels_of(domain))
        bound, offered = more.get("bound"), more.get("offered", ())
        return reader.read(turn, Stretch(at, at + len(words)), facet, options, bound, offered)  # type: ignore[arg-type]

    def test_the_lexicon_goes_before_the_head(self, movies_domain: Domain) -> None:
        found = Mention(start=2, end=7, text="scary", kind="value", facet="genre", value="horror")
        assert self.read(movies_domain, "a scary one", "scary", "genre", [found], "0") == [
            Reading("horror", None, True)
        ]

    def test_the_head_says_what_the_lexicon_does_not_know(self, movies_domain: Domain) -> None:
        assert self.read(movies_domain, "tickle my ribs", "tickle my ribs", "genre", (), "0") == [Reading("comedy")]

    def test_words_of_the_text_facet_stand_without_filler(self, movies_domain: Domain) -> None:
        assert self.read(movies_domain, "about a lonely clown please", "a lonely clown", "theme") == [
            Reading("lonely clown")
        ]

    def test_a_figure_is_read_by_the_grammar(self, movies_domain: Domain) -> None:
        found = Mention(start=0, end=15, text="under two hours", kind="number", facet="runtime", bounds=Bounds(max=120))
        (reading,) = self.read(movies_domain, "under two hours", "under two hours", "runtime", [found], "figure")
        assert reading.value == Range(max=120)

    def test_a_bound_is_turned_where_the_sentence_turns_it(self, movies_domain: Domain) -> None:
        text = "I don't do anything before 1990"
        loose = Mention(
            start=20, end=31, text="before 1990", kind="number", facet="year", bounds=Bounds(max=1989), firm=False
        )
        (reading,) = self.read(movies_domain, text, "before 1990", "year", [loose], "figure", bound="min")
        assert reading.value == Range(min=1989)
        firm = replace(loose, firm=True)
        (reading,) = self.read(movies_domain, text, "before 1990", "year", [firm], "figure", bound="min")
        assert reading.value == Range(max=1989)

    def test_a_comparison_is_against_what_is_named_behind_it(self, movies_domain: Domain) -> None:
        text = "shorter than 2"
        found = [
            Mention(start=0, end=7, text="shorter", kind="relative", facet="runtime", direction="less"),
            Mention(start=13, end=14, text="2", kind="slate", numbers=(2,)),
        ]
        (reading,) = self.read(movies_domain, text, "shorter", "runtime", found, "less")
        assert reading.value == Relative(than=2, dir="less")

    def test_a_comparison_with_nothing_named_is_against_the_slate(self, movies_domain: Domain) -> None:
        (reading,) = self.read(movies_domain, "shorter", "shorter", "runtime", (), "less")
        assert reading.value == Relative(than="slate", dir="less")

    def test_a_yes_takes_the_value_that_was_offered(self, movies_domain: Domain) -> None:
        offered = [Mention(start=0, end=7, text="Western", kind="value", facet="genre", value="western")]
        (reading,) = self.read(movies_domain, "yes please", "yes", "genre", (), "0", offered=offered)
        assert reading.value == "western"

    @pytest.mark.parametrize(
        ("said", "kept"),
        [("the sea", "sea"), ("any kind of dragons", "dragons"), ("heist movies", "heist"), ("  ", ""), ("The", "")],
    )
    def test_own_words_lose_articles_and_nouns(self, said: str, kept: str) -> None:
        assert own_words(said) == kept


class TestReferences:
    """What words point at."""

    slate = (SlateEntry(1, "Heat", 1995), SlateEntry(2, "The Sting", 1973), SlateEntry(3, "Ran", 1985))

    def refer(self, text: str, pointing: str, mentions: Sequence[Mention] = (), **more: object) -> list[Referent]:
        turn = ParseInput(text=text, slate=more.get("slate", self.slate), mentions=tuple(mentions))  # type: ignore[arg-type]
        offered, taken = more.get("offered", ()), more.get("taken", ())
        return referents(turn, Stretch(0, len(text)), pointing, offered, taken)  # type: ignore[arg-type]

    def test_a_place_on_the_slate_is_its_number(self) -> None:
        found = Mention(start=0, end=14, text="the second one", kind="slate", numbers=(2,))
        assert [one.ref for one in self.refer("the second one", "named", [found])] == [2]

    def test_a_title_of_the_slate_is_its_number(self) -> None:
        assert [one.ref for one in self.refer("sting", "named")] == [2]

    def test_a_title_that_nobody_knows_stays_an_item(self) -> None:
        assert [one.ref for one in self.refer("My Lost Film", "named", slate=())] == ["My Lost Film"]

    def test_a_linked_title_carries_its_id_and_its_namesakes(self) -> None:
        found = Mention(start=0, end=4, text="Dune", kind="item", items=("dune-2021", "dune-1984"))
        (one,) = self.refer("Dune", "named", [found], slate=())
        assert (one.item, one.others, one.trust) == ("dune-2021", ("dune-1984",), 1.0)

    def test_all_of_them_are_the_slate(self) -> None:
        assert [one.ref for one in self.refer("these", "every")] == [1, 2, 3]

    def test_the_rest_is_what_was_not_spoken_of(self) -> None:
        assert [one.ref for one in self.refer("the others", "rest", taken=[2])] == [1, 3]

    def test_it_is_what_was_offered_last(self) -> None:
        offered = [Offered("Jaws"), Offered("Alien")]
        assert [one.ref for one in self.refer("it", "one", offered=offered, slate=())] == ["Alien"]
        assert [one.ref for one in self.refer("both", "every", offered=offered, slate=())] == ["Jaws", "Alien"]

    @pytest.mark.parametrize(
        ("words", "meant"),
        [
            ("the first one", ["Jaws"]),
            ("latter", ["Tootsie"]),
            ("2nd", ["Alien"]),
            ("the last two", ["Alien", "Tootsie"]),
        ],
    )
    def test_a_place_among_titles_that_were_just_named(self, words: str, meant: list[str]) -> None:
        offered = [Offered("Jaws"), Offered("Alien"), Offered("Tootsie")]
        assert [one.ref for one in self.refer(words, "one", offered=offered, slate=())] == meant

    def test_both_of_three_on_screen_are_the_two_just_spoken_of(self) -> None:
        assert [one.ref for one in self.refer("both", "every", taken=[3, 1])] == [3, 1]
        assert [one.ref for one in self.refer("both", "every", offered=[Offered("Ran"), Offered("Heat")])] == [3, 1]
        assert self.refer("both", "every") == []

    def test_it_is_the_only_item_on_screen(self) -> None:
        assert [one.ref for one in self.refer("it", "one", slate=self.slate[:1])] == [1]

    def test_it_is_nothing_where_several_are_on_screen_and_none_was_named(self) -> None:
        assert self.refer("it", "one") == []

    def test_a_title_offered_before_is_known_by_a_part_of_it(self) -> None:
        offered = [Offered("Shaun of the Dead"), Offered("Hot Fuzz")]
        assert [one.ref for one in self.refer("shaun", "named", offered=offered, slate=())] == ["Shaun of the Dead"]

    def test_titles_with_years_are_heard_without_a_linker(self) -> None:
        turn = ParseInput(
            text="yes", context=(Utterance("assistant", "Have you seen Quiet Harbour (2011) or Dune (2021)?"),)
        )
        assert [one.title for one in offers_of(turn, None).titles] == ["Quiet Harbour", "Dune"]

    def test_what_leads_up_to_a_title_is_no_part_of_it(self, movies_linker: Linker) -> None:
        def find(text: str, year: int) -> tuple[Mention, ...]:
            return movies_linker.find(text, (), year)

        said = "Try Jaws (1975)! Or maybe Quiet Harbour (2011)? Perhaps Glass Rivers (1988)."
        turn = ParseInput(text="seen it", context=(Utterance("assistant", said),))
        assert [one.title for one in offers_of(turn, find).titles] == ["Jaws", "Quiet Harbour", "Glass Rivers"]


class TestWeights:
    """Files of weights."""

    def test_what_is_saved_is_loaded(self, tiny_weights: Path, tiny_base: Path, movies_domain: Domain) -> None:
        network, manifest = load(tiny_weights, tiny_base)
        assert manifest == manifest_of(tiny_base, movies_domain)
        assert not any(name.startswith(("encoder.words", "encoder.layers.0")) for name in network.learned())

    def test_nothing_is_overwritten(self, tiny_weights: Path, tiny_base: Path) -> None:
        network, manifest = load(tiny_weights, tiny_base)
        with pytest.raises(WeightsError, match="nothing is overwritten"):
            save(network, manifest, tiny_weights)

    def test_missing_weights_say_what_to_run(self, tmp_path: Path, tiny_base: Path) -> None:
        with pytest.raises(WeightsError, match="python -m distill train"):
            load(tmp_path, tiny_base)

    def test_a_truncated_file_is_called_damaged(self, tmp_path: Path, tiny_weights: Path, tiny_base: Path) -> None:
        whole = (tiny_weights / FILE).read_bytes()
        (tmp_path / FILE).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(WeightsError, match="damaged or cut short"):
            load(tmp_path, tiny_base)

    def test_another_base_is_refused(self, tmp_path: Path, tiny_weights: Path) -> None:
        other = write_tiny_base(tmp_path / "other", seed=1)
        with pytest.raises(WeightsError, match="trained on the base"):
            load(tiny_weights, other)

    def test_a_folder_that_is_no_base_is_refused(self, tmp_path: Path, tiny_weights: Path) -> None:
        with pytest.raises(WeightsError, match="base checkpoint"):
            load(tiny_weights, tmp_path)

    def test_another_label_set_is_refused(self, tmp_path: Path, tiny_base: Path, movies_domain: Domain) -> None:
        labels = labels_of(movies_domain).model_copy(update={"facets": ("genre", "flavour")})
        network = CommandNetwork(EncoderShape.of(tiny_base), labels, kept=1)
        save(network, Manifest(base=fingerprint(tiny_base), labels=labels, kept=1), tmp_path)
        with pytest.raises(WeightsError, match=r"another label set.*flavour"):
            CompactParser.load(movies_domain, tmp_path, tiny_base)


class TestParsing:
    """The parser as a whole, over weights that know nothing: it must hold whatever they say."""

    @given(text=st.text(max_size=200), shown=st.integers(0, 5))
    def test_any_text_gives_a_command(self, untrained: CompactParser, linker: Linker, text: str, shown: int) -> None:
        slate = tuple(SlateEntry(n, f"Film {n}") for n in range(1, shown + 1))
        turn = ParseInput(text=text, slate=slate, mentions=linker.find(text, [f"film-{n}" for n in range(shown)], 2026))
        command = untrained.command(turn)
        assert all(statement.facet for statement in command.preferences)
        assert all(1 <= item.ref <= shown for item in command.items if isinstance(item.ref, int))

    @pytest.mark.parametrize("text", ["", "   ", "🎬🎬🎬", "\x00\x07", "a" * 20_000, "{{ user }} <b>$name</b>"])
    def test_odd_text_gives_a_command(self, untrained: CompactParser, text: str) -> None:
        assert untrained.command(ParseInput(text=text)).intent

    @pytest.mark.parametrize("text", [" \n ", "......", "?!", "—"])
    def test_a_turn_without_words_is_smalltalk(self, untrained: CompactParser, text: str) -> None:
        assert untrained.command(ParseInput(text=text)) == Command(intent="smalltalk")

    def test_the_parser_names_itself(self, untrained: CompactParser) -> None:
        assert asyncio.run(untrained.parse(ParseInput(text="hello"))).parser == "compact"

    def test_a_domain_that_the_weights_do_not_know_is_read_by_its_own_words(
        self, boardgames: Catalogue, tiny_weights: Path, tiny_base: Path
    ) -> None:
        parser = CompactParser.load(boardgames.domain, tiny_weights, tiny_base)
        text = "a cooperative game under 30 euros"
        mentions = Linker.build(boardgames).find(text)
        command = parser.command(ParseInput(text=text, mentions=mentions))
        assert {statement.facet for statement in command.preferences} <= set(boardgames.domain.facets)
        known = {mention.value for mention in mentions if mention.kind == "value"}
        assert known and known <= {statement.value for statement in command.preferences}

    def test_confidence_grows_with_evidence(self) -> None:
        weights = (1.0, 0.5, -1.0)
        assert confidence((0.0, 0.0), weights) < confidence((1.0, 0.0), weights) < confidence((1.0, 2.0), weights)


@pytest.mark.skipif(not (ROOT / "models" / "compact" / FILE).exists(), reason="the weights are not trained yet")
class TestShipped:
    """The weights that ship, on sentences of their card."""

    @pytest.mark.parametrize(
        ("text", "facet", "value", "polarity"),
        [
            ("something funny please", "mood", "funny", "like"),
            ("a western, but no musicals", "genre", "musical", "dislike"),
            ("I'd like a thriller under two hours", "runtime", Range(max=120), "like"),
            ("anything with Meryl Streep?", "person", "Meryl Streep", "like"),
        ],
    )
    def test_plain_wishes_are_understood(
        self, shipped: CompactParser, linker: Linker, text: str, facet: str, value: object, polarity: str
    ) -> None:
        command = shipped.command(ParseInput(text=text, mentions=linker.find(text)))
        found = {(statement.facet, statement.value, statement.polarity) for statement in command.preferences}
        assert (facet, value, polarity) in found
        assert command.intent == "recommend"

    @pytest.mark.parametrize("text", ["hello there", "thanks, bye!", "lol", "how are you today?"])
    def test_small_talk_wishes_for_nothing(self, shipped: CompactParser, linker: Linker, text: str) -> None:
        assert shipped.command(ParseInput(text=text, mentions=linker.find(text))).preferences == ()
