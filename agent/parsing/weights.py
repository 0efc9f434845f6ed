"""Compact weights on disk: one safetensors file of what training changed, with what it fits in its header."""

import json
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from agent.parsing.encoder import EncoderShape, base_state, fingerprint
from agent.parsing.errors import WeightsError
from agent.parsing.labels import Labels
from agent.parsing.network import CommandNetwork

FILE = "compact.safetensors"
_VERSION = 3


class Calibration(BaseModel):
    """Figures measured on the validation split after training; see confidence.py for how they are used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wish: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    """Weights of the evidence for a wish, then the offset."""
    item: tuple[float, ...] = (1.0, *[0.0] * 7)
    """Weights of the evidence for an item reference, then the offset."""
    keep_wish: float = 0.5
    """Wishes less confident than this are dropped."""
    keep_in_quiet: float = 0.7
    """The same where the turn as a whole seems to wish for nothing."""
    keep_item: float = 0.5
    firm: float = 0.4
    """Musts less confident than this are kept soft."""
    ask: float = 0.5
    looseness: float = 1.0
    """Added to the tags of words that may be part of something, so that confidence can choose among more spans."""


class Manifest(BaseModel):
    """What a weights file was made for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = _VERSION
    base: str
    """Fingerprint of the base checkpoint."""
    labels: Labels
    kept: int = 0
    """How many of the base's lowest layers are used as they are."""
    calibration: Calibration = Calibration()


def save(network: CommandNetwork, manifest: Manifest, folder: Path) -> Path:
    """Write the weights as half-precision floats and return the file. Raises WeightsError if the file exists."""
    path = folder / FILE
    if path.exists():
        raise WeightsError(f"{str(path)!r} exists; nothing is overwritten, so move it away or name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: part.detach().half().contiguous() for name, part in network.learned().items()}
    save_file(parts, path, metadata={"attune": manifest.model_dump_json()})
    return path


def load(folder: Path, base: Path) -> tuple[CommandNetwork, Manifest]:
    """Return the network in evaluation mode, float32.

    Raises WeightsError where the file is missing, cut short, of another version or base, or not ours.
    """
    path = folder / FILE
    manifest, parts = _read(path)
    if manifest.version != _VERSION:
        raise WeightsError(f"{str(path)!r} is of version {manifest.version}, this program reads {_VERSION}; retrain it")
    if manifest.base != (found := fingerprint(base)):
        raise WeightsError(
            f"{str(path)!r} was trained on the base {manifest.base!r}, but {str(base)!r} is {found!r}; "
            "give the base it was trained on, or train again with `python -m distill train`"
        )
    network = CommandNetwork(EncoderShape.of(base), manifest.labels, manifest.kept, dropout=0.0)
    state = {f"encoder.{name}": part for name, part in base_state(base).items()} | parts
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsError(f"{str(path)!r} does not fit the network: {error}") from error
    return network.eval().requires_grad_(False), manifest


def _read(path: Path) -> tuple[Manifest, dict[str, Tensor]]:
    if not path.is_file():
        raise WeightsError(f"no weights at {str(path)!r}; train them with `python -m distill train`")
    try:
        with safe_open(path, framework="pt") as stored:
            header = (stored.metadata() or {}).get("attune", "")
            parts = {name: stored.get_tensor(name).to(torch.float32) for name in stored.keys()}  # noqa: SIM118
        return Manifest.model_validate(json.loads(header)), parts
    except SafetensorError as error:
        raise WeightsError(f"{str(path)!r} is damaged or cut short: {error}; fetch or train it again") from error
    except (ValueError, ValidationError) as error:
        raise WeightsError(f"{str(path)!r} holds no manifest of a compact parser: {error}") from error
