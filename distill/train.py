"""Fine-tunes the compact parser's network; reproducible from a seed, resumable, running averages as the result."""

import math
import pickle
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from agent.parsing.encoder import EncoderShape, base_state
from agent.parsing.labels import LAYERS, TAGS, Labels
from agent.parsing.network import CommandNetwork
from distill.batches import CHOICES, Batch, Prepared, batches, collate
from distill.targets import IGNORED

_INTENT_WEIGHT = 1.5
CHECKPOINT = "checkpoint.pt"


class TrainingError(Exception):
    """A training cannot go on or be exported; the message says which file, and what to do."""


Course = Callable[[int], Sequence[Prepared]]
"""Epoch (from 0) -> the examples of that epoch, augmented anew each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How training goes. The learning rate rises for `warmup` of it and then falls along a cosine."""

    epochs: int = 16
    seed: int = 20260101
    tokens: int = 512
    """Tokens a batch."""
    encoder_rate: float = 2e-4
    """Of the last layer; each layer below learns `layer_decay` times as fast."""
    head_rate: float = 1e-3
    layer_decay: float = 0.85
    warmup: float = 0.06
    decay: float = 0.01
    dropout: float = 0.1
    kept: int = 2
    """Lowest layers of the base that are used as they are: they cost time to train and hardly change."""
    average: float = 0.997
    """How slowly the running average of the weights, which is what is kept, follows them."""
    tag_weight: float = 2.0

    def paced(self, share: float) -> "Schedule":
        """Return the schedule with this share of its learning rates: less where a finished training goes on."""
        return replace(self, encoder_rate=self.encoder_rate * share, head_rate=self.head_rate * share)


@dataclass(frozen=True, slots=True)
class Progress:
    epoch: int
    loss: float
    seconds: float


def train(
    labels: Labels,
    base: Path,
    course: Course,
    schedule: Schedule,
    checkpoints: Path | None = None,
    start: dict[str, Tensor] | None = None,
    report: Callable[[Progress, CommandNetwork], None] | None = None,
) -> CommandNetwork:
    """Return the trained network with averaged weights.

    checkpoints: folder written after every epoch and resumed from if it holds an unfinished run of the same schedule.
    start: weights to begin from instead of the base's, of an earlier stage. The same seed, data and number of threads
    give the same weights.
    """
    torch.manual_seed(schedule.seed)
    network = CommandNetwork(EncoderShape.of(base), labels, schedule.kept, schedule.dropout)
    network.encoder.load_state_dict(base_state(base))
    if start is not None:
        network.load_state_dict(start, strict=False)
    for part in network.encoder.shared():
        part.requires_grad_(False)
    run = _Run(network, schedule)
    first = run.resume(checkpoints)
    began = time.monotonic()
    for epoch in range(first, schedule.epochs):
        loss = run.epoch(epoch, course(epoch))
        run.keep(checkpoints, epoch)
        if report is not None:
            with run.averaged():
                report(Progress(epoch, loss, time.monotonic() - began), network)
    network.load_state_dict(run.average, strict=False)
    return network.eval()


def restore(path: Path, labels: Labels, base: Path) -> tuple[CommandNetwork, int]:
    """Return the averaged network of a checkpoint, and how many of the base's layers it keeps.

    Raises TrainingError where the file is missing, damaged or of other labels.
    """
    state = _read_checkpoint(path)
    network = CommandNetwork(EncoderShape.of(base), labels, state["kept"], dropout=0.0)
    network.encoder.load_state_dict(base_state(base))
    try:
        network.load_state_dict(state["average"], strict=False)
    except RuntimeError as error:
        raise TrainingError(f"{str(path)!r} was trained on other data than given: {error}") from error
    return network.eval(), int(state["kept"])


def _read_checkpoint(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError) as error:
        raise TrainingError(f"cannot read the checkpoint {str(path)!r}: {error}; remove it to start again") from error
    return state


class _Run:
    """One training run: the optimiser, the running average, and what is needed to go on after a stop."""

    def __init__(self, network: CommandNetwork, schedule: Schedule) -> None:
        self.network = network
        self.schedule = schedule
        self.average = {name: part.detach().clone() for name, part in network.learned().items()}
        self.optimiser = torch.optim.AdamW(
            _parameter_groups(network, schedule), weight_decay=schedule.decay, fused=True
        )
        self.step = 0
        self._rates = [float(group["lr"]) for group in self.optimiser.param_groups]

    def epoch(self, epoch: int, prepared: Sequence[Prepared]) -> float:
        """Go once over the examples; return the mean loss."""
        order = random.Random(f"{self.schedule.seed} {epoch}")
        torch.manual_seed(self.schedule.seed + epoch)
        groups = list(batches(prepared, self.schedule.tokens, order))
        self.network.train()
        total = 0.0
        for at, group in enumerate(groups):
            self._set_rate((epoch + at / len(groups)) / self.schedule.epochs)
            loss = loss_of(self.network, collate(group), self.schedule.tag_weight)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self.optimiser.step()
            self._follow()
            total += loss.item()
        self.network.eval()
        return total / len(groups)

    def _set_rate(self, done: float) -> None:
        rise = min(1.0, done / self.schedule.warmup) if self.schedule.warmup else 1.0
        factor = rise * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for group, rate in zip(self.optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor

    def _follow(self) -> None:
        self.step += 1
        pace = min(self.schedule.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, part in self.network.learned().items():
                self.average[name].lerp_(part, 1 - pace)

    def averaged(self) -> "_Swapped":
        """While it is entered, the network holds its running average."""
        return _Swapped(self.network, self.average)

    def keep(self, folder: Path | None, epoch: int) -> None:
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "schedule": repr(self.schedule),
            "kept": self.schedule.kept,
            "epoch": epoch,
            "step": self.step,
            "network": self.network.learned(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
        }
        fresh = folder / "checkpoint.new"
        torch.save(state, fresh)
        fresh.replace(folder / CHECKPOINT)

    def resume(self, folder: Path | None) -> int:
        """Take up a run that was stopped; return the epoch to go on with. Raises TrainingError for another's."""
        if folder is None or not (folder / CHECKPOINT).is_file():
            return 0
        state = _read_checkpoint(folder / CHECKPOINT)
        if state["schedule"] != repr(self.schedule):
            raise TrainingError(
                f"{str(folder)!r} holds a training with other settings ({state['schedule']}); "
                "train with those, or into another folder"
            )
        self.network.load_state_dict(state["network"], strict=False)
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        return int(state["epoch"]) + 1


class _Swapped:
    def __init__(self, network: CommandNetwork, average: dict[str, Tensor]) -> None:
        self._network, self._average = network, average

    def __enter__(self) -> None:
        self._own = {name: part.detach().clone() for name, part in self._network.learned().items()}
        self._network.load_state_dict(self._average, strict=False)

    def __exit__(self, *_: object) -> None:
        self._network.load_state_dict(self._own, strict=False)


def _parameter_groups(network: CommandNetwork, schedule: Schedule) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = []
    layers = list(network.encoder.layers)[schedule.kept :]
    for depth, layer in enumerate(reversed(layers)):
        rate = schedule.encoder_rate * schedule.layer_decay**depth
        groups.append({"params": list(layer.parameters()), "lr": rate})
    groups.append({"params": list(_heads(network)), "lr": schedule.head_rate})
    return groups


def _heads(network: CommandNetwork) -> Iterator[nn.Parameter]:
    for name, part in network.named_parameters():
        if not name.startswith("encoder."):
            yield part


def loss_of(network: CommandNetwork, batch: Batch, tag_weight: float) -> Tensor:
    """Return the summed loss of every head over a batch."""
    scores = network(batch.tokens)
    loss: Tensor = _INTENT_WEIGHT * cross_entropy(scores.intent, batch.intent)
    for layer in range(len(LAYERS)):
        logits = scores.tags[:, :, layer].reshape(-1, len(TAGS))
        loss = loss + tag_weight * cross_entropy(logits, batch.tags[:, :, layer].reshape(-1), ignore_index=IGNORED)
    if batch.asks.shape[1]:
        loss = loss + 4 * binary_cross_entropy_with_logits(scores.asks, batch.asks)
    if not len(batch.rows):
        return loss
    vectors = network.spans(scores.hidden, batch.rows, batch.starts, batch.ends)
    chosen = network.choose(vectors)
    for name in CHOICES:
        if (batch.choices[name] != IGNORED).any():
            loss = loss + cross_entropy(chosen[name], batch.choices[name], ignore_index=IGNORED)
    if len(batch.pairs):
        logits = network.alternatives(vectors[batch.pairs[:, 0]], vectors[batch.pairs[:, 1]])
        loss = loss + binary_cross_entropy_with_logits(logits, batch.alternative)
    return loss
