"""Labelled turns as a language model learns them: what the instruct parser asks, and the JSON that it should answer."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.commands import Command
from agent.parsing.instruct import InstructParser, as_written
from agent.parsing.linked import LinkedReading
from agent.parsing.parser import ParseInput
from distill.augment import Augmenter
from distill.bench import Bench
from distill.courses import Mixture
from distill.examples import Example
from distill.label import NoParser
from distill.simulate import Simulator
from prompts.loader import Message


@dataclass(frozen=True, slots=True)
class Lesson:
    """Messages and the reply to them."""

    messages: tuple[Message, ...]
    reply: str


class Lessons:
    """Gives the lessons of each epoch; the same seed gives the same ones."""

    def __init__(
        self, bench: Bench, examples: Sequence[Example], mixture: Mixture, seed: int, untitled: float = 0.0
    ) -> None:
        """untitled: share of lessons that propose no titles, for a model that knows none but may be asked for some."""
        self._untitled = untitled
        self._examples = [one for one in examples for _ in range(mixture.recorded if one.source == "real" else 1)]
        self._writer = Writer(bench)
        self._augmenter, self._simulator = Augmenter(bench.catalogue), Simulator(bench.catalogue)
        self._mixture = mixture
        self._seed = seed

    def __call__(self, epoch: int) -> list[Lesson]:
        """Return the lessons of an epoch, from 0."""
        chance = random.Random(f"lessons {self._seed} {epoch}")
        examples = self._augmenter.epoch(self._examples, chance) if self._mixture.augment else self._examples
        simulated = self._simulator.examples(self._mixture.simulated, chance)
        return [self._writer.lesson(one, chance.random() < self._untitled) for one in (*examples, *simulated)]


class Writer:
    """Writes lessons over a bench's domain, as the instruct parser would ask without examples."""

    def __init__(self, bench: Bench) -> None:
        self._domain = bench.catalogue.domain
        self._reading = LinkedReading(bench.catalogue, bench.linker)
        self._parser = InstructParser(_NoModel(), self._domain, NoParser(), title_of=bench.title_of)  # type: ignore[arg-type]

    def lesson(self, example: Example, untitled: bool = False) -> Lesson:
        """Return the example as a lesson; labels stand in the order of their words."""
        command = as_written(command_of(example), self._domain) | ({"titles": []} if untitled else {})
        reply = json.dumps(command, ensure_ascii=False, separators=(", ", ": "))
        return Lesson(self.messages(example.turn), reply)

    def messages(self, turn: ParseInput) -> tuple[Message, ...]:
        return self._parser.messages(self._reading.read(turn))


def command_of(example: Example) -> Command:
    """Return the command that the placed labels make: variations move the labels, not the command."""
    text = example.turn.text
    preferences = (one.statement.model_copy(update={"quote": text[one.start : one.end]}) for one in example.wishes)
    items = (item for one in example.pointed for item in one.items)
    return example.command.model_copy(update={"preferences": tuple(preferences), "items": tuple(items)})


def texts_of(lessons: Iterable[Lesson]) -> Iterable[str]:
    """Yield what is said in lessons: messages without those of the system, and replies."""
    for lesson in lessons:
        yield from (message.text for message in lesson.messages if message.role != "system")
        yield lesson.reply


class _NoModel:
    """Stands where the parser wants a model: lessons are only written."""
