"""Low-rank additions to a causal model (LoRA, Hu et al. 2021): begun, kept by themselves, and merged into their base.

They are a few megabytes where the base is hundreds, and worth nothing on any other base, so its fingerprint goes with
them.
"""

import hashlib
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from distill.train import TrainingError

RANK = 16
_PARTS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_WEIGHTS = "adapter_model.safetensors"


def begin(model: Any, seed: int) -> Any:
    """Return the model with additions to learn; they start at nothing. Raises TrainingError where peft is missing."""
    peft = _peft()
    torch.manual_seed(seed)
    added = peft.LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=list(_PARTS), task_type="CAUSAL_LM")
    base = fingerprint(model)
    adapted = peft.get_peft_model(model, added)
    adapted.peft_config["default"].base_model_name_or_path = base
    return adapted


def keep(model: Any, folder: Path) -> None:
    """Write a model's additions, in half precision, as peft reads them."""
    model.save_pretrained(folder, save_embedding_layers=False)
    state = load_file(folder / _WEIGHTS)
    save_file({name: part.half() for name, part in state.items()}, folder / _WEIGHTS)


def merge(model: Any, folder: Path) -> Any:
    """Return the base with the additions in a folder merged into it.

    Raises TrainingError where they cannot be read, where they are of another base, and where peft is missing.
    """
    peft = _peft()
    try:
        made_for = peft.PeftConfig.from_pretrained(str(folder)).base_model_name_or_path
        if made_for != fingerprint(model):
            raise TrainingError(
                f"the additions in {str(folder)!r} are of another base ({made_for}, not {fingerprint(model)})"
            )
        return peft.PeftModel.from_pretrained(model, str(folder), local_files_only=True).merge_and_unload()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        raise TrainingError(f"cannot read the additions in {str(folder)!r}: {error}") from error


def fingerprint(model: Any) -> str:
    """Return a hash of a model's word vectors: what sets one base apart from another of the same build."""
    words = model.get_input_embeddings().weight.detach().float().contiguous()
    return f"sha256:{hashlib.sha256(words.numpy().tobytes()).hexdigest()}"


def _peft() -> Any:
    try:
        import peft  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise TrainingError(
            "low-rank additions, of which a large base is trained, need peft: "
            "pip install -c constraints.txt 'attune[student]', or give a smaller base"
        ) from error
    return peft
