"""How the compact parser is made: placing labels, varying and simulating turns, training, calibration."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from agent.commands import Command, ItemReference, Preference, Range
from agent.parsing.confidence import confidence
from agent.parsing.encoding import TurnEncoder
from agent.parsing.labelled import LabelledTurn, read_labelled
from agent.parsing.labels import LAYERS, OPEN_VALUES, POINTINGS, TAGS
from agent.parsing.linked import LinkedReading
from agent.parsing.parser import ParseInput, SlateEntry
from distill import edits
from distill.__main__ import app
from distill.augment import Augmenter
from distill.batches import batches, collate
from distill.bench import Bench
from distill.calibrate import Evidence, best_threshold, fit, reliability
from distill.courses import Preparer
from distill.examples import Example, Placed, find_quote, part_of, place_labels
from distill.heads import head_figures
from distill.lines import as_line
from distill.material import Material, real_part
from distill.plot import reliability_svg
from distill.simulate import Simulator
from distill.targets import IGNORED, derive_labels, pointing_of, targets_of
from distill.train import CHECKPOINT, Schedule, TrainingError, restore, train
from tests.conftest import BOARDGAMES, ROOT
from tests.tiny_encoder import write_tiny_base
from tools.catalogue import Catalogue
from tools.linking import Linker

TEACHER = ROOT / "data" / "commands" / "teacher.jsonl"


def turn_of(text: str, *statements: Preference, items: Sequence[ItemReference] = (), **more: object) -> LabelledTurn:
    command = Command(preferences=statements, items=tuple(items), count=more.get("count"))  # type: ignore[arg-type]
    slate = tuple(SlateEntry(n, title) for n, title in enumerate(more.get("slate", ()), start=1))  # type: ignore[arg-type, var-annotated]
    return LabelledTurn(id=str(more.get("id", "case-1")), turn=ParseInput(text=text, slate=slate), command=command)


def wish(facet: str, value: str, quote: str, **more: object) -> Preference:
    return Preference.model_validate({"facet": facet, "value": value, "quote": quote, **more})


COMEDY_NOT_SAD = turn_of(
    "a comedy, not sad, like Airplane!",
    wish("genre", "comedy", "comedy", strength="must"),
    wish("mood", "sad", "sad", polarity="dislike"),
    items=[ItemReference(ref="Airplane!", relation="similar", quote="Airplane!")],
)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("distill") / "base")


@pytest.fixture(scope="module")
def games(boardgames: Catalogue, tiny_base: Path) -> Bench:
    return Bench(boardgames, Linker.build(boardgames), tiny_base)


class TestPlacing:
    """Labels at the words they quote."""

    def test_labels_are_placed_at_their_words(self) -> None:
        example = place_labels(COMEDY_NOT_SAD, "test")
        assert [example.turn.text[one.start : one.end] for one in example.wishes] == ["comedy", "sad"]
        assert [example.turn.text[one.start : one.end] for one in example.pointed] == ["Airplane!"]

    def test_a_whole_word_goes_before_a_part_of_one(self) -> None:
        assert find_quote("warm war films", "war") == Placed(5, 8)

    def test_a_quote_that_is_not_there_has_no_place(self) -> None:
        assert find_quote("a comedy", "horror") is None

    def test_one_quote_for_several_items_is_one_stretch(self) -> None:
        both = [ItemReference(ref=n, relation="seen", quote="both") for n in (1, 2)]
        (pointed,) = place_labels(turn_of("seen both", items=both, slate=("Heat", "Ran")), "test").pointed
        assert [item.ref for item in pointed.items] == [1, 2]

    def test_the_same_frame_falls_into_the_same_part(self) -> None:
        one = place_labels(
            turn_of("something with a comedy in it", wish("genre", "comedy", "comedy"), id="a-1"), "test"
        )
        other = place_labels(
            turn_of("something with a horror in it", wish("genre", "horror", "horror"), id="b-7"), "test"
        )
        assert one.frame == other.frame
        assert part_of(one, 0.5) == part_of(other, 0.5)

    def test_turns_of_one_dialogue_are_never_split(self) -> None:
        turns = [turn_of(f"text {n}").model_copy(update={"source_id": f"talk-7-{n}"}) for n in range(20)]
        assert len({real_part(turn) == "test" for turn in turns}) == 1

    def test_nothing_of_the_validation_part_is_trained_on(self) -> None:
        material = Material.read([TEACHER])
        frames = {example.frame for example in material.examples if len(example.frame) > 12}
        held = {place_labels(turn, "held").frame for turn in material.validation}
        assert material.validation and not frames & held

    def test_a_share_keeps_topics_in_proportion(self) -> None:
        half, whole = Material.read([TEACHER], share=0.5), Material.read([TEACHER])
        assert len(half.examples) == pytest.approx(len(whole.examples) / 2, abs=1)


class TestTargets:
    """What the network should say."""

    @pytest.fixture(scope="class")
    @classmethod
    def labels(cls, movies: Catalogue) -> object:
        return derive_labels(movies.domain, [place_labels(COMEDY_NOT_SAD, "test")] * 2)

    def test_words_are_tagged_and_choices_made(self, movies: Catalogue, tiny_base: Path) -> None:
        example = place_labels(COMEDY_NOT_SAD, "test")
        labels = derive_labels(movies.domain, [example, example])
        encoded = TurnEncoder(tiny_base, labels.facets).encode(example.turn)
        targets = targets_of(example, encoded, labels)
        wishes = targets.tags[:, LAYERS.index("wish")]
        assert [int(tag) for tag in wishes if tag != IGNORED].count(TAGS.index("begin")) == 2
        assert targets.choices[1]["polarity"] == 1
        assert labels.values[targets.choices[0]["value"]] == 'genre="comedy"'
        assert POINTINGS[targets.choices[2]["pointing"]] == "named"

    def test_figures_are_left_to_the_grammar(self, movies: Catalogue, tiny_base: Path) -> None:
        said = turn_of("under 2 hours", Preference(facet="runtime", value=Range(max=120), quote="under 2 hours"))
        example = place_labels(said, "test")
        labels = derive_labels(movies.domain, [example] * 3)
        assert labels.closed == ()
        targets = targets_of(example, TurnEncoder(tiny_base, labels.facets).encode(example.turn), labels)
        assert OPEN_VALUES[targets.choices[0]["value"]] == "figure"

    @pytest.mark.parametrize(
        ("text", "refs", "pointing"),
        [("the second one", [2], "named"), ("it", [1], "one"), ("these", [1, 2, 3], "every"),
         ("the others", [2, 3], "rest"), ("first two", [1, 2], "named")],
    )  # fmt: skip
    def test_how_words_point_is_derived_from_what_they_mean(self, text: str, refs: list[int], pointing: str) -> None:
        items = [ItemReference(ref=ref, relation="liked", quote=text) for ref in refs]
        example = place_labels(turn_of(text, items=items, slate=("Heat", "Ran", "Up")), "test")
        assert pointing_of(example.pointed[0], example) == pointing

    def test_a_count_is_tagged_where_a_number_says_it(self, movies: Catalogue, tiny_base: Path) -> None:
        example = place_labels(turn_of("give me three westerns", count=3), "test")
        labels = derive_labels(movies.domain, [example])
        targets = targets_of(example, TurnEncoder(tiny_base, labels.facets).encode(example.turn), labels)
        assert list(targets.tags[:, LAYERS.index("count")]).count(TAGS.index("begin")) == 1


class TestVarying:
    """Edits keep labels in place."""

    def labels_hold(self, example: Example) -> None:
        assert all(0 <= one.start < one.end <= len(example.turn.text) for one in (*example.wishes, *example.pointed))

    def test_labels_move_with_what_is_put_before_them(self) -> None:
        example = place_labels(COMEDY_NOT_SAD, "test")
        longer = edits.replaced(example, Placed(0, 1), "some wonderful")
        assert [longer.turn.text[one.start : one.end] for one in longer.wishes] == ["comedy", "sad"]

    def test_an_edit_across_a_label_is_not_made(self) -> None:
        example = place_labels(COMEDY_NOT_SAD, "test")
        assert edits.replaced(example, Placed(5, 10), "x") is example

    def test_two_turns_become_one_with_both_labels(self) -> None:
        example = place_labels(COMEDY_NOT_SAD, "test")
        both = edits.followed_by(example, example, random.Random(1))
        assert [both.turn.text[one.start : one.end] for one in both.wishes] == ["comedy", "sad", "comedy", "sad"]

    def test_variations_of_the_teachers_turns_stay_labelled(self, movies: Catalogue) -> None:
        augmenter, chance = Augmenter(movies), random.Random(5)
        examples = [place_labels(turn, "teacher") for turn in read_labelled(TEACHER)[:300]]
        varied = augmenter.epoch(examples, chance)
        for example in varied:
            self.labels_hold(example)
        assert sum(one.turn.text != other.turn.text for one, other in zip(examples, varied, strict=True)) > 100

    def test_the_same_seed_varies_the_same(self, movies: Catalogue) -> None:
        examples = [place_labels(turn, "teacher") for turn in read_labelled(TEACHER)[:60]]
        augmenter = Augmenter(movies)
        assert augmenter.epoch(examples, random.Random(2)) == augmenter.epoch(examples, random.Random(2))


class TestSimulating:
    """Labelled turns over any domain."""

    @pytest.mark.parametrize("which", ["movies", "boardgames"])
    def test_simulated_turns_read_back_as_labelled_ones(
        self, which: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        catalogue: Catalogue = request.getfixturevalue(which)
        path = tmp_path / "turns.jsonl"
        examples = list(Simulator(catalogue).examples(150, random.Random(3)))
        path.write_text("\n".join(json.dumps(as_line(example)) for example in examples), "utf8")
        turns = read_labelled(path)
        assert len(turns) == 150
        assert {one.facet for turn in turns for one in turn.command.preferences} <= set(catalogue.domain.facets)
        for turn in turns:
            placed = place_labels(turn, "simulated")
            assert len(placed.wishes) == len(turn.command.preferences)

    def test_all_kinds_of_turns_come_up(self, boardgames: Catalogue) -> None:
        intents = {one.command.intent for one in Simulator(boardgames).examples(400, random.Random(1))}
        assert {"recommend", "feedback", "question", "smalltalk", "undo", "reset", "explain", "profile"} <= intents

    def test_the_command_writes_a_file_once(self, tmp_path: Path) -> None:
        out = tmp_path / "turns.jsonl"
        arguments = ["simulate", "--out", str(out), "--domain", str(BOARDGAMES), "--count", "20"]
        assert CliRunner().invoke(app, arguments).exit_code == 0
        again = CliRunner().invoke(app, arguments)
        assert again.exit_code == 2 and "nothing is overwritten" in again.stderr


class TestTraining:
    """Weights from examples, over an encoder small enough to wait for."""

    schedule = Schedule(epochs=3, kept=1, encoder_rate=1e-3, head_rate=5e-3)

    @pytest.fixture
    def material(self, games: Bench) -> Material:
        examples = tuple(Simulator(games.catalogue).examples(40, random.Random(1)))
        turns = [
            LabelledTurn(id=one.id, turn=one.turn, command=one.command)
            for one in Simulator(games.catalogue).examples(20, random.Random(2))
        ]
        return Material(examples, tuple(turns), ())

    def test_training_learns_and_repeats_exactly(self, games: Bench, material: Material) -> None:
        labels = games.labels(material)
        preparer = Preparer(LinkedReading(games.catalogue, games.linker), games.encoder(labels), labels)
        prepared = [preparer.prepare(example) for example in material.examples]
        losses: list[float] = []
        runs = [
            train(
                labels, games.base, lambda _: prepared, self.schedule, report=lambda made, _: losses.append(made.loss)
            )
            for _ in range(2)
        ]
        assert losses[2] < losses[0] and losses[:3] == losses[3:]
        first, second = (run.learned() for run in runs)
        assert all(torch.equal(first[name], second[name]) for name in first)
        figures = head_figures(runs[0], prepared)
        assert {"intent", "facet", "wish tags"} <= set(figures)

    def test_a_stopped_training_goes_on_to_the_same_weights(
        self, games: Bench, material: Material, tmp_path: Path
    ) -> None:
        labels = games.labels(material)
        preparer = Preparer(LinkedReading(games.catalogue, games.linker), games.encoder(labels), labels)
        prepared = [preparer.prepare(example) for example in material.examples]

        class Stop(Exception):
            pass

        def stop(progress: object, _: object) -> None:
            if getattr(progress, "epoch", 0) == 1:
                raise Stop

        with pytest.raises(Stop):
            train(labels, games.base, lambda _: prepared, self.schedule, tmp_path, report=stop)
        resumed = train(labels, games.base, lambda _: prepared, self.schedule, tmp_path)
        straight = train(labels, games.base, lambda _: prepared, self.schedule)
        left, right = resumed.learned(), straight.learned()
        assert all(torch.allclose(left[name], right[name], atol=1e-6) for name in left)
        restored, kept = restore(tmp_path / CHECKPOINT, labels, games.base)
        assert kept == 1 and torch.equal(restored.learned()["intent.weight"], left["intent.weight"])

    def test_a_training_with_other_settings_is_not_taken_up(
        self, games: Bench, material: Material, tmp_path: Path
    ) -> None:
        labels = games.labels(material)
        preparer = Preparer(LinkedReading(games.catalogue, games.linker), games.encoder(labels), labels)
        prepared = [preparer.prepare(example) for example in material.examples[:4]]
        train(labels, games.base, lambda _: prepared, Schedule(epochs=1, kept=1), tmp_path)
        with pytest.raises(TrainingError, match="other settings"):
            train(labels, games.base, lambda _: prepared, Schedule(epochs=2, kept=1), tmp_path)

    def test_a_damaged_checkpoint_is_named(self, games: Bench, material: Material, tmp_path: Path) -> None:
        (tmp_path / CHECKPOINT).write_bytes(b"not a checkpoint")
        with pytest.raises(TrainingError, match="cannot read the checkpoint"):
            restore(tmp_path / CHECKPOINT, games.labels(material), games.base)

    def test_trained_weights_calibrate_save_and_load(self, games: Bench, material: Material, tmp_path: Path) -> None:
        labels = games.labels(material)
        network = train(labels, games.base, lambda _: [], Schedule(epochs=0, kept=1))
        calibration, wishes, _ = games.calibrate(network, labels, material)
        path = games.save(network, labels, 1, calibration, tmp_path / "weights")
        assert path.stat().st_size > 0 and wishes.wanted > 0

    def test_weights_that_are_there_are_not_trained_over(self, tmp_path: Path) -> None:
        (tmp_path / "compact.safetensors").write_bytes(b"mine")
        result = CliRunner().invoke(app, ["train", "--out", str(tmp_path)])
        assert result.exit_code == 2 and "nothing is overwritten" in result.stderr

    def test_every_example_is_in_one_batch_of_bounded_size(self, games: Bench, material: Material) -> None:
        labels = games.labels(material)
        preparer = Preparer(LinkedReading(games.catalogue, games.linker), games.encoder(labels), labels)
        prepared = [preparer.prepare(example) for example in material.examples]
        groups = list(batches(prepared, 128, random.Random(0)))
        assert sum(map(len, groups)) == len(prepared)
        assert all(len(group) == 1 or collate(group).tokens.ids.numel() <= 128 * 1.5 for group in groups)


class TestCalibration:
    """Confidence from evidence."""

    def noted(self) -> Evidence:
        evidence = Evidence()
        chance = np.random.default_rng(0)
        for _ in range(400):
            strength = float(chance.normal())
            evidence.add((strength,), bool(chance.random() < 1 / (1 + np.exp(-2 * strength))))
        evidence.wanted = sum(evidence.right)
        return evidence

    def test_the_fit_finds_how_much_evidence_weighs(self) -> None:
        slope, offset = fit(self.noted())
        assert slope == pytest.approx(2.0, abs=0.5) and offset == pytest.approx(0.0, abs=0.4)

    def test_confidence_is_as_often_right_as_it_says(self) -> None:
        evidence = self.noted()
        for said, right, count in reliability(evidence, fit(evidence), bins=4):
            assert abs(said - right) < 0.15 or count < 20

    def test_a_picture_shows_every_curve(self) -> None:
        evidence = self.noted()
        picture = reliability_svg({"wishes": reliability(evidence, fit(evidence)), "items": []})
        assert picture.startswith("<svg") and "wishes" in picture and picture.count("<polyline") == 2

    def test_the_threshold_trades_surplus_for_misses(self) -> None:
        evidence = self.noted()
        weights = fit(evidence)
        assert best_threshold(evidence, weights, beta=0.5) > best_threshold(evidence, weights)
        assert 0 < confidence((0.0,), weights) < 1
