"""Writes a model folder that vLLM can serve in seconds: a Llama of two small layers with random weights.

It knows nothing. It is for what is true of any model: the protocol, the schema, streaming, and failing. Run as
`python tests/e2e/tiny_model.py FOLDER` with the packages of either environment.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

COMMANDS = Path(__file__).parents[2] / "data" / "commands" / "teacher.jsonl"
CHAT_TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>"
SPECIAL = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
WIDTH = 64


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer()
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|end|>",
        pad_token="<|end|>",
        additional_special_tokens=SPECIAL[1:],
        chat_template=CHAT_TEMPLATE,
    )
    wrapped.save_pretrained(folder)
    _model(tokenizer).save_pretrained(folder)


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=3000,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    lines = [json.loads(line) for line in COMMANDS.read_text(encoding="utf8").splitlines()[:800]]
    texts = [text for line in lines for text in (line["utterance"], json.dumps(line["command"]))]
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _model(tokenizer: Tokenizer) -> LlamaForCausalLM:
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=16384,
        bos_token_id=None,
        eos_token_id=tokenizer.token_to_id("<|end|>"),
        pad_token_id=tokenizer.token_to_id("<|end|>"),
        tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        # Random weights would fill every list and text to the length that the schema allows. One direction that every
        # token carries, and that what ends a text or list answers to, keeps replies short.
        model.model.embed_tokens.weight[:, 0] = 0.2
        model.lm_head.weight[:, 0] = 0.0
        for token, index in tokenizer.get_vocab().items():
            if token in ("<|end|>", '"', "]", "}", '",', '"}', "],", "},", "null", "null}"):
                model.lm_head.weight[index, 0] = 0.07
    return model.to(torch.bfloat16)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
