"""Causal language models to begin from: a folder as transformers writes it, or one with a single GGUF file.

GGUF is what packages carry models in; its weights are quantised and are made whole again on reading. They stay as
coarse as they were written.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill.train import TrainingError


@dataclass(frozen=True, slots=True)
class Base:
    """A model in float32 and its tokenizer, which has a chat template."""

    model: Any
    tokenizer: Any


def open_base(folder: Path) -> Base:
    """Return the instruct model in a folder.

    Raises TrainingError where there is none, where it has no chat template, or where reading it needs a package that is
    not installed.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    packed = sorted(folder.glob("*.gguf"))
    if len(packed) > 1:
        raise TrainingError(f"{str(folder)!r} holds {len(packed)} GGUF files; give a folder with one")
    options: dict[str, Any] = {"gguf_file": packed[0].name} if packed else {}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, **options)
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype="float32", **options)
    except ImportError as error:
        raise TrainingError(
            f"reading {packed[0].name if packed else folder} needs a package that is not installed: {error}; "
            "pip install -c constraints.txt 'attune[student]'"
        ) from error
    except (OSError, ValueError) as error:
        raise TrainingError(f"no causal language model in {str(folder)!r}: {error}") from error
    if not tokenizer.chat_template:
        raise TrainingError(f"the tokenizer in {str(folder)!r} has no chat template; give an instruct model")
    return Base(_whole(model) if packed else model, tokenizer)


def _whole(model: Any) -> Any:
    """The same model without the mark of having been quantised, with which transformers refuses to save it."""
    from transformers import AutoModelForCausalLM

    config = type(model.config)(
        **{name: value for name, value in model.config.to_dict().items() if name != "quantization_config"}
    )
    whole = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    whole.load_state_dict(model.state_dict())
    return whole
