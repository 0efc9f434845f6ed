"""Frames of whole turns: how their file is read, and that filling any of them gives a labelled turn."""

import random
from pathlib import Path

import pytest

from agent.commands import Relation
from distill.frames import Frame, FrameError, Frames, read_frames
from distill.sayings import Vocabulary
from tools.catalogue import Catalogue


@pytest.fixture(scope="module")
def frames(boardgames: Catalogue) -> Frames:
    return Frames(boardgames, Vocabulary(boardgames))


def test_every_frame_can_be_filled_and_its_labels_rest_on_its_words(frames: Frames) -> None:
    chance = random.Random(1)
    for frame in read_frames():
        made = frames.filled(frame, chance)
        text = made.turn.text
        assert "{" not in text and "}" not in text, frame
        assert made.command.intent == frame.intent
        assert all(text[one.start : one.end] == one.statement.quote for one in made.wishes), frame
        assert all(text[one.start : one.end] == one.items[0].quote for one in made.pointed), frame
        shown = {entry.n for entry in made.turn.slate}
        assert all(item.ref in shown for one in made.pointed for item in one.items if isinstance(item.ref, int)), frame


def test_words_can_mean_what_was_said_before(frames: Frames) -> None:
    frame = Frame("feedback", "How about {A} or {B}?", "I've seen {seen@AB:both}")
    made = frames.filled(frame, random.Random(2))
    (pointed,) = made.pointed
    assert [made.turn.context[0].text.count(str(item.ref)) for item in pointed.items] == [1, 1]
    assert made.turn.text[pointed.start : pointed.end] == "both"


@pytest.mark.parametrize(("mark", "relation", "numbers"), [("seen@13", "seen", [1, 3]), ("liked@2", "liked", [2])])
def test_places_on_screen_are_its_numbers(frames: Frames, mark: str, relation: Relation, numbers: list[int]) -> None:
    made = frames.filled(Frame("feedback", "", f"{{{mark}:those}} yes"), random.Random(3))
    assert [(item.ref, item.relation) for item in made.command.items] == [(number, relation) for number in numbers]


@pytest.mark.parametrize(
    ("mark", "stance"),
    [
        ("{+t}", ("prefer", "like", "session", "add")),
        ("{--t}", ("must", "dislike", "lasting", "add")),
        ("{-~t}", ("prefer", "dislike", "session", "add")),
        ("{x}", ("prefer", "like", "session", "remove")),
    ],
)
def test_marks_of_wishes_say_how_they_are_meant(frames: Frames, mark: str, stance: tuple[str, ...]) -> None:
    (wish,) = frames.filled(Frame("recommend", "", f"so {mark} then"), random.Random(4)).command.preferences
    assert (wish.strength, wish.polarity, wish.lifetime, wish.op) == stance


def test_a_count_is_told(frames: Frames) -> None:
    assert frames.filled(Frame("recommend", "", "{#half a dozen=6} please"), random.Random(5)).command.count == 6


@pytest.mark.parametrize("line", ["recommend | only two parts", "wish | | unknown intent", "recommend | x | "])
def test_a_line_that_is_no_frame_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "frames.txt"
    path.write_text(f"# a comment\n\n{line}\n", encoding="utf8")
    with pytest.raises(FrameError, match="line 3"):
        read_frames(path)


@pytest.mark.parametrize(("before", "text"), [("", "{wish}"), ("{seen}", "hello")])
def test_an_unknown_mark_is_an_error(frames: Frames, before: str, text: str) -> None:
    with pytest.raises(FrameError, match="no mark"):
        frames.filled(Frame("recommend", before, text), random.Random(6))
