"""A base checkpoint small enough to train in a test, with the real tokenizer and random weights."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from tools.embedding import shipped_folder

_SHAPE = {
    "vocab_size": 30522, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 512,
}  # fmt: skip


def write_tiny_base(folder: Path, seed: int = 0) -> Path:
    """Write the checkpoint and return its folder."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(_SHAPE), "utf8")
    shutil.copy(Path(shipped_folder()) / "tokenizer.json", folder / "tokenizer.json")
    width, inner = _SHAPE["hidden_size"], _SHAPE["intermediate_size"]
    made = torch.Generator().manual_seed(seed)

    def drawn(*size: int) -> torch.Tensor:
        return torch.randn(*size, generator=made) * 0.3

    state = {
        "embeddings.word_embeddings.weight": drawn(_SHAPE["vocab_size"], width),
        "embeddings.position_embeddings.weight": drawn(_SHAPE["max_position_embeddings"], width) * 0.1,
        "embeddings.token_type_embeddings.weight": drawn(2, width),
        "embeddings.LayerNorm.weight": torch.ones(width),
        "embeddings.LayerNorm.bias": torch.zeros(width),
    }
    for layer in range(_SHAPE["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            state[f"{at}.{part}.weight"], state[f"{at}.{part}.bias"] = drawn(width, width), drawn(width)
        state[f"{at}.intermediate.dense.weight"], state[f"{at}.intermediate.dense.bias"] = (
            drawn(inner, width),
            drawn(inner),
        )
        state[f"{at}.output.dense.weight"], state[f"{at}.output.dense.bias"] = drawn(width, inner), drawn(width)
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            state[f"{at}.{part}.weight"], state[f"{at}.{part}.bias"] = torch.ones(width), torch.zeros(width)
    save_file(state, folder / "model.safetensors")
    return folder
