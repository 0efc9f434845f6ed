"""The data of a training: labelled turns from files, split so that no frame of one part is in another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from agent.parsing.labelled import LabelledTurn, is_held_out, read_labelled
from distill.examples import Example, Part, part_of, place_labels

VALIDATION = 0.1
"""Share of frames that choose thresholds and epochs and are never trained on."""


@dataclass(frozen=True, slots=True)
class Material:
    """Labelled turns by part. `examples` are those of the training part, with labels placed."""

    examples: tuple[Example, ...]
    validation: tuple[LabelledTurn, ...]
    test: tuple[LabelledTurn, ...]
    """Turns of held-out real dialogues; empty without real ones."""

    @classmethod
    def read(cls, written: Iterable[Path], real: Path | None = None, share: float = 1.0) -> Self:
        """Return the material of these files.

        written: files of turns written for training; real: a file of turns of real dialogues, told apart by
        `source_id`. share: how much of the written training part is used, for learning curves.
        """
        turns = [(labelled, part_of(place_labels(labelled, "written"), VALIDATION)) for path in written
                 for labelled in read_labelled(path)]  # fmt: skip
        kept = _share([labelled for labelled, part in turns if part == "train"], share)
        recorded = [(labelled, real_part(labelled)) for labelled in (read_labelled(real) if real else ())]
        return cls(
            examples=(
                *(place_labels(labelled, "written") for labelled in kept),
                *(place_labels(labelled, "real") for labelled, part in recorded if part == "train"),
            ),
            validation=tuple(labelled for labelled, part in (*turns, *recorded) if part == "validation"),
            test=tuple(labelled for labelled, part in recorded if part == "test"),
        )


def real_part(labelled: LabelledTurn) -> Part:
    """Return the part that a real turn belongs to; all turns of a dialogue belong to the same."""
    return "test" if is_held_out(labelled) else part_of(place_labels(labelled, "real"))


def _share(turns: Sequence[LabelledTurn], share: float) -> list[LabelledTurn]:
    """Every n-th turn, so that all topics stay in proportion."""
    if share >= 1:
        return list(turns)
    return [turn for at, turn in enumerate(turns) if int((at + 1) * share) > int(at * share)]
