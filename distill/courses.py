"""What each epoch is trained on: labelled turns varied anew, and some simulated ones, as the parser will see them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.parsing.encoding import TurnEncoder
from agent.parsing.labels import Labels
from agent.parsing.linked import LinkedReading
from distill.augment import Augmenter
from distill.batches import Prepared
from distill.examples import Example
from distill.simulate import Simulator
from distill.targets import targets_of
from tools.mentions import Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """How an epoch is made up."""

    simulated: int = 1000
    """Simulated turns, new ones every epoch."""
    recorded: int = 3
    """How often each turn of real dialogues comes up an epoch: they are few, and what people are like."""
    augment: bool = True
    forgotten: float = 0.06
    """Share of the linker's finds that are hidden, so that the network does not rest on them alone."""
    unknown: float = 0.2
    """The same of titles: people name many that a catalogue lacks, and in lower case as often as not."""


class Preparer:
    """Makes examples into numbers as the parser will see them."""

    def __init__(self, reading: LinkedReading, encoder: TurnEncoder, labels: Labels) -> None:
        self._reading = reading
        self._encoder = encoder
        self._labels = labels

    def prepare(
        self, example: Example, chance: random.Random | None = None, mixture: Mixture | None = None
    ) -> Prepared:
        """Return the example encoded, with its targets; some of the linker's finds hidden as the mixture says."""
        turn = self._reading.read(example.turn)
        if chance is not None and mixture is not None:
            turn = replace(turn, mentions=_some(turn.mentions, chance, mixture))
        encoded = self._encoder.encode(turn)
        return Prepared(encoded, targets_of(replace(example, turn=turn), encoded, self._labels))


class Courses:
    """Gives the examples of each epoch; the same seed gives the same ones."""

    def __init__(
        self,
        examples: Sequence[Example],
        preparer: Preparer,
        augmenter: Augmenter,
        simulator: Simulator,
        mixture: Mixture,
        seed: int,
    ) -> None:
        self._examples = examples
        self._preparer = preparer
        self._augmenter = augmenter
        self._simulator = simulator
        self._mixture = mixture
        self._seed = seed

    def __call__(self, epoch: int) -> list[Prepared]:
        chance = random.Random(f"course {self._seed} {epoch}")
        examples = [one for one in self._examples for _ in range(self._mixture.recorded if one.source == "real" else 1)]
        if self._mixture.augment:
            examples = self._augmenter.epoch(examples, chance)
        simulated = list(self._simulator.examples(self._mixture.simulated, chance))
        if self._mixture.augment:
            simulated = [self._augmenter.retype(example, chance) for example in simulated]
        return [self._preparer.prepare(example, chance, self._mixture) for example in (*examples, *simulated)]


def _some(mentions: Sequence[Mention], chance: random.Random, mixture: Mixture) -> tuple[Mention, ...]:
    if chance.random() < mixture.forgotten / 2:
        return ()
    titles = mixture.unknown if chance.random() >= mixture.unknown / 2 else 1.0
    return tuple(one for one in mentions if chance.random() >= (titles if one.kind == "item" else mixture.forgotten))
