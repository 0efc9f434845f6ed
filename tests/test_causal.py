"""The causal student: lessons are what the instruct parser asks, and training, stopping, saving and loading them."""

import json
import random
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from agent.parsing.parser import ParseInput
from agent.parsing.review import read_command
from distill.__main__ import app
from distill.additions import merge
from distill.bases import open_base
from distill.bench import Bench
from distill.causal import ADDITIONS, CHECKPOINT, Student, Study, new_student, open_student, teach
from distill.courses import Mixture
from distill.lessons import Lesson, Lessons, Writer
from distill.simulate import Simulator
from distill.train import TrainingError
from prompts.loader import ParsePrompt, Shot, render
from tests.conftest import ROOT
from tools.catalogue import Catalogue
from tools.linking import Linker

STUDY = Study(epochs=2, width=64, layers=1, words=400, longest=2048)


@pytest.fixture(scope="module")
def games(boardgames: Catalogue) -> Bench:
    return Bench(boardgames, Linker.build(boardgames), ROOT)


@pytest.fixture(scope="module")
def lessons(games: Bench) -> list[Lesson]:
    writer = Writer(games)
    return [writer.lesson(one) for one in Simulator(games.catalogue).examples(12, random.Random(4))]


@pytest.fixture(scope="module")
def taught(lessons: list[Lesson]) -> Student:
    student = new_student(lessons, STUDY)
    teach(student, lambda _: lessons, STUDY)
    return student


def _weights(student: Student) -> dict[str, torch.Tensor]:
    return {name: part.detach().clone() for name, part in student.model.named_parameters()}


def test_a_lesson_is_what_the_parser_asks_and_what_it_can_read(games: Bench) -> None:
    writer, domain = Writer(games), games.catalogue.domain
    for example in Simulator(games.catalogue).examples(30, random.Random(5)):
        lesson = writer.lesson(example)
        assert json.dumps(example.turn.text)[1:-1] in lesson.messages[-1].text or "<" in example.turn.text
        command = read_command(json.loads(lesson.reply), games_turn(games, example.turn), domain)
        assert command.intent == example.command.intent or command.preferences


def games_turn(games: Bench, turn: ParseInput) -> ParseInput:
    return games.reading.read(turn)


def test_each_epoch_has_its_own_lessons_and_the_same_seed_the_same_ones(games: Bench) -> None:
    lessons = Lessons(games, (), Mixture(simulated=5), seed=1)
    assert lessons(0) == Lessons(games, (), Mixture(simulated=5), seed=1)(0)
    assert not any('"titles"' in lesson.reply for lesson in lessons(0))
    asked = Lessons(games, (), Mixture(simulated=5), seed=1, untitled=1.0)
    assert all(lesson.reply.endswith('"titles": []}') for lesson in asked(0))
    assert lessons(0) != lessons(1)


def test_a_student_learns_its_lessons_and_repeats_exactly(lessons: list[Lesson], taught: Student) -> None:
    losses: list[float] = []
    again = new_student(lessons, STUDY)
    teach(again, lambda _: lessons, STUDY, report=lambda _, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    left, right = _weights(taught), _weights(again)
    assert all(torch.equal(left[name].bfloat16(), right[name].bfloat16()) for name in left)


def test_the_template_leaves_out_instructions_and_examples(taught: Student) -> None:
    asked = render(
        ParsePrompt(
            noun="games", facets=(), firm=(), asks=(), year=2026, propose=False, mentions=(),
            turn={"text": "hi", "context": [], "slate": []},
            shots=(Shot({"text": "others"}, {"intent": "more"}),),
        )
    )  # fmt: skip
    messages = [{"role": message.role, "content": message.text} for message in asked]
    shown = taught.tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert shown == '<|user|><turn>"hi"</turn><|end|><|assistant|>'


def test_what_is_saved_can_be_taught_further(taught: Student, lessons: list[Lesson], tmp_path: Path) -> None:
    taught.save(tmp_path / "student")
    opened = open_student(tmp_path / "student", STUDY)
    left, right = _weights(taught), _weights(opened)
    assert all(torch.equal(left[name].bfloat16(), right[name].bfloat16()) for name in left)
    losses: list[float] = []
    teach(opened, lambda _: lessons, STUDY, report=lambda _, loss: losses.append(loss))
    assert len(losses) == STUDY.epochs


def test_a_stopped_training_goes_on_to_the_same_weights(taught: Student, lessons: list[Lesson], tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(epoch: int, _: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        teach(new_student(lessons, STUDY), lambda _: lessons, STUDY, tmp_path, stop)
    resumed = new_student(lessons, STUDY)
    teach(resumed, lambda _: lessons, STUDY, tmp_path)
    left, right = _weights(taught), _weights(resumed)
    assert all(torch.allclose(left[name], right[name], atol=1e-6) for name in left)
    with pytest.raises(TrainingError, match="other settings"):
        teach(resumed, lambda _: lessons, Study(epochs=5, width=64, layers=1), tmp_path)


def test_a_damaged_checkpoint_is_named(lessons: list[Lesson], tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"no checkpoint")
    with pytest.raises(TrainingError, match="cannot read the checkpoint"):
        teach(new_student(lessons, STUDY), lambda _: lessons, STUDY, tmp_path)


def test_lessons_that_are_all_too_long_are_an_error(lessons: list[Lesson]) -> None:
    study = Study(epochs=1, width=64, layers=1, words=400, longest=4)
    with pytest.raises(TrainingError, match="at most 4 tokens"):
        teach(new_student(lessons, study), lambda _: lessons, study)


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no causal language model"):
        open_student(tmp_path, STUDY)


def test_a_base_without_a_chat_template_is_an_error(taught: Student, tmp_path: Path) -> None:
    taught.save(tmp_path)
    (tmp_path / "chat_template.jinja").unlink(missing_ok=True)
    with pytest.raises(TrainingError, match="chat template"):
        open_student(tmp_path, STUDY)


def test_a_large_base_without_peft_says_what_to_install(
    taught: Student, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught.save(tmp_path)
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(TrainingError, match=r"attune\[student\]"):
        open_student(tmp_path, STUDY, large=1)


@pytest.fixture(scope="module")
def adapted(taught: Student, lessons: list[Lesson], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders of a base and of a student that was adapted from it."""
    base, folder = (tmp_path_factory.mktemp("adapted") / name for name in ("base", "student"))
    taught.save(base)
    study = replace(STUDY, adapted=True, epochs=4, rate=0.02)
    student = open_student(base, study)
    losses: list[float] = []
    teach(student, lambda _: lessons, study, report=lambda _, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    student.save(folder)
    return base, folder


def _logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.arange(20)[None]).logits.float()  # type: ignore[no-any-return]


def test_additions_merged_into_their_base_are_the_student(adapted: tuple[Path, Path]) -> None:
    base, folder = adapted
    merged = _logits(merge(open_base(base).model, folder / ADDITIONS))
    learned = (merged - _logits(open_base(base).model)).abs().max()
    assert (merged - _logits(open_base(folder).model)).abs().max() < learned / 10
    kept, full = (folder / ADDITIONS / "adapter_model.safetensors", folder / "model.safetensors")
    assert kept.stat().st_size < full.stat().st_size


def test_additions_of_another_base_are_refused(adapted: tuple[Path, Path], lessons: list[Lesson]) -> None:
    other = new_student(lessons, replace(STUDY, seed=1))
    with pytest.raises(TrainingError, match="another base"):
        merge(other.model, adapted[1] / ADDITIONS)


@pytest.mark.parametrize("left", [0, 100])
def test_additions_cut_short_are_an_error(adapted: tuple[Path, Path], tmp_path: Path, left: int) -> None:
    base, folder = adapted
    shutil.copytree(folder / ADDITIONS, tmp_path / "cut")
    path = tmp_path / "cut" / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(TrainingError, match="cannot read the additions"):
        merge(open_base(base).model, tmp_path / "cut")


def test_a_base_that_marks_messages_otherwise_cannot_be_terse(adapted: tuple[Path, Path]) -> None:
    with pytest.raises(TrainingError, match="not as ChatML does"):
        open_student(adapted[0], replace(STUDY, terse=True))


def test_two_packed_models_in_a_folder_are_an_error(tmp_path: Path) -> None:
    for name in ("one.gguf", "two.gguf"):
        (tmp_path / name).write_bytes(b"GGUF")
    with pytest.raises(TrainingError, match="holds 2 GGUF files"):
        open_base(tmp_path)


def test_a_packed_model_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one.gguf").write_bytes(b"no model")
    with pytest.raises(TrainingError, match="no causal language model"):
        open_base(tmp_path)


def test_an_epoch_takes_as_many_lessons_as_are_drawn(lessons: list[Lesson]) -> None:
    study = replace(STUDY, drawn=3, epochs=1, tokens=1)
    student, steps = new_student(lessons, study), []
    student.model.register_forward_hook(lambda *_: steps.append(1))
    teach(student, lambda _: lessons, study)
    assert len(steps) == 3


@pytest.mark.parametrize("base", ["scratch", "no-such-folder"])
def test_the_command_overwrites_nothing_and_names_a_missing_base(base: str, tmp_path: Path) -> None:
    arguments: list[Any] = ["train", "--student", "causal", "--base", base, "--out", str(tmp_path)]
    if base == "scratch":
        (tmp_path / "config.json").write_text("{}")
    done = CliRunner().invoke(app, [*arguments, "--domain", str(ROOT / "tests" / "domains" / "boardgames")])
    assert done.exit_code == 2
    assert ("nothing is overwritten" if base == "scratch" else "no causal language model") in done.stderr
