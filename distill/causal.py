"""The causal student: a language model taught to write commands, exported as a folder that vLLM serves as is.

From scratch it is a small Llama with a tokenizer of its own, whose chat template leaves the instructions out: it knows
its one task. Over a base checkpoint it is supervised fine-tuning on the very messages that the instruct parser sends,
of all weights where the base is small and of low-rank additions (LoRA, Hu et al. 2021) where it is large or where that
is asked for; additions are also kept by themselves, to be merged into the same base elsewhere.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from distill import additions
from distill.bases import open_base
from distill.lessons import Lesson, texts_of
from distill.train import TrainingError

LARGE = 1_000_000_000
"""Parameters from which a base is trained by low-rank additions."""
CHECKPOINT = "student.pt"
ADDITIONS = "additions"
_TEMPLATE = (
    "{% for m in messages %}{% if m.role != 'system' %}<|{{ m.role }}|>"
    "{{ m.content.split('turn to understand:\\n') | last }}<|end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""The turn stands last in a parse prompt, after what is the same for every turn; data in it never hold a line break."""
_TERSE = (
    "{% for m in messages %}{% if m.role != 'system' %}<|im_start|>{{ m.role }}\n"
    "{{ m.content.split('turn to understand:\n') | last }}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""The same for a base that marks messages as ChatML does: small ones cannot hold to long instructions anyway."""
_PIECES = r"\w+|\W+"
"""Words apart from what is around them: those of a turn are the same tokens in the reply that quotes them."""
_END, _MARKS = "<|end|>", ("<|user|>", "<|assistant|>")
_SERVED_WITH = ("--structured-outputs-config", '{"backend": "xgrammar"}')
"""Lessons are written with a blank after each comma and colon; held to JSON without blanks, a small student that was
taught so writes items and statements where it means to write none."""
_IGNORED = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """How a student learns. The rate rises for 5 % of the steps and then falls along a cosine."""

    epochs: int = 3
    seed: int = 20260101
    tokens: int = 2048
    """Tokens a batch: with a base of 135 million parameters 8192 need over 20 GB."""
    longest: int = 4096
    """Lessons of more tokens are left out: their reply would be cut."""
    drawn: int | None = None
    """How many of an epoch's lessons are taken, by chance; None takes all."""
    adapted: bool = False
    """Low-rank additions whatever the base's size."""
    terse: bool = False
    """Leave the instructions out of what a base is asked; it must be one whose messages are marked as in ChatML."""
    rate: float | None = None
    """Highest learning rate; None takes 1e-3 from scratch, 2e-5 for a base, 2e-4 for low-rank additions."""
    width: int = 256
    layers: int = 4
    words: int = 4000
    """Size of the tokenizer, from scratch."""


@dataclass(slots=True)
class Student:
    """A model with its tokenizer."""

    model: Any
    tokenizer: Any
    rate: float
    adapted: bool = False

    @property
    def parameters(self) -> int:
        return sum(part.numel() for part in self.model.parameters())

    def save(self, folder: Path) -> None:
        """Write the folder that vLLM serves, in half precision.

        Low-rank additions are written to a folder of their own in it, and merged into the base.
        """
        if self.adapted:
            additions.keep(self.model, folder / ADDITIONS)
        model = deepcopy(self.model)
        model = model.merge_and_unload() if self.adapted else model
        model.to(torch.bfloat16).save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        (folder / "vllm-options").write_text("\n".join(_SERVED_WITH) + "\n", encoding="utf8")


Report = Callable[[int, float], None]
"""Called with the epoch, from 1, and its mean loss a token."""


def new_student(lessons: Sequence[Lesson], study: Study) -> Student:
    """Return a small Llama with random weights, and a tokenizer made from the lessons."""
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = _tokenizer(lessons, study.words)
    end = tokenizer.token_to_id(_END)
    wrapped = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, eos_token=_END, pad_token=_END, additional_special_tokens=list(_MARKS),
        chat_template=_TEMPLATE,
    )  # fmt: skip
    torch.manual_seed(study.seed)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=study.width, intermediate_size=study.width * 8 // 3,
        num_hidden_layers=study.layers, num_attention_heads=study.width // 64, num_key_value_heads=study.width // 64,
        max_position_embeddings=8192, bos_token_id=None, eos_token_id=end, pad_token_id=end, tie_word_embeddings=True,
    )  # fmt: skip
    return Student(LlamaForCausalLM(config), wrapped, study.rate or 1e-3)


def open_student(base: Path, study: Study, large: int = LARGE) -> Student:
    """Return the checkpoint in a folder, ready to be trained: whole, or by low-rank additions from `large` on.

    Raises TrainingError where the folder holds no causal model with a chat template, or where peft is missing.
    """
    opened = open_base(base)
    if study.terse:
        _be_terse(opened.tokenizer, base)
    student = Student(opened.model, opened.tokenizer, study.rate or 2e-5)
    if not study.adapted and student.parameters < large:
        return student
    return Student(additions.begin(student.model, study.seed), student.tokenizer, study.rate or 2e-4, adapted=True)


def merged_student(folder: Path, base: Path, terse: bool) -> Student:
    """Return a base with the low-rank additions in a folder merged into it; terse: as they were trained.

    Raises TrainingError where either cannot be read, or where the additions are of another base.
    """
    opened = open_base(base)
    if terse:
        _be_terse(opened.tokenizer, base)
    return Student(additions.merge(opened.model, folder), opened.tokenizer, rate=0.0)


def _be_terse(tokenizer: Any, base: Path) -> None:
    if tokenizer.eos_token != "<|im_end|>":
        raise TrainingError(
            f"{str(base)!r} ends messages with {tokenizer.eos_token!r}, not as ChatML does; leave out --terse"
        )
    tokenizer.chat_template = _TERSE


def teach(
    student: Student,
    course: Callable[[int], Sequence[Lesson]],
    study: Study,
    checkpoints: Path | None = None,
    report: Report | None = None,
) -> None:
    """Train a student on the replies of each epoch's lessons.

    checkpoints: folder written after every epoch, from which a stopped training of the same study goes on. Raises
    TrainingError for a checkpoint that is damaged or of another study, or where every lesson is too long.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = student.model.to(device)
    learned = [part for part in model.parameters() if part.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=student.rate, betas=(0.9, 0.95), weight_decay=0.01)
    first = _resume(student, optimiser, study, checkpoints)
    for epoch in range(first, study.epochs):
        order = random.Random(f"{study.seed} {epoch}")
        torch.manual_seed(study.seed + epoch)
        lessons = list(course(epoch))
        taken = order.sample(lessons, min(study.drawn or len(lessons), len(lessons)))
        groups = list(_groups([one for one in map(_encoder(student), taken) if _fits(one, study)], study, order))
        if not groups:
            raise TrainingError(f"no lesson has at most {study.longest} tokens; raise the limit")
        model.train()
        total = tokens = 0.0
        for at, group in enumerate(groups):
            for part in optimiser.param_groups:
                part["lr"] = student.rate * _share((epoch + at / len(groups)) / study.epochs)
            loss, count = _loss(model, group, device)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
            total, tokens = total + loss.item() * count, tokens + count
        _keep(student, optimiser, study, checkpoints, epoch)
        if report is not None:
            report(epoch + 1, total / tokens)
    model.eval()


@dataclass(frozen=True, slots=True)
class _Encoded:
    ids: list[int]
    asked: int
    """How many of the tokens are the question, which is not learned."""


def _encoder(student: Student) -> Callable[[Lesson], _Encoded]:
    tokenizer = student.tokenizer

    def encode(lesson: Lesson) -> _Encoded:
        messages = [{"role": message.role, "content": message.text} for message in lesson.messages]
        asked = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        question = tokenizer(asked, add_special_tokens=False)["input_ids"]
        reply = tokenizer(lesson.reply, add_special_tokens=False)["input_ids"]
        return _Encoded([*question, *reply, tokenizer.eos_token_id], len(question))

    return encode


def _fits(encoded: _Encoded, study: Study) -> bool:
    return len(encoded.ids) <= study.longest


def _groups(lessons: Sequence[_Encoded], study: Study, order: random.Random) -> Iterator[list[_Encoded]]:
    """Every lesson once, in groups of similar length and at most so many tokens, in random order."""
    ordered = sorted(lessons, key=lambda one: len(one.ids) + 8 * order.random())
    groups: list[list[_Encoded]] = []
    for one in ordered:
        if groups and len(one.ids) * (len(groups[-1]) + 1) <= study.tokens:
            groups[-1].append(one)
        else:
            groups.append([one])
    order.shuffle(groups)
    yield from groups


def _loss(model: Any, group: Sequence[_Encoded], device: str) -> tuple[Tensor, int]:
    """The mean loss a token of the replies, and how many tokens those are."""
    ids = pad_sequence([torch.tensor(one.ids) for one in group], batch_first=True).to(device)
    wanted = torch.full_like(ids, _IGNORED)
    seen = torch.zeros_like(ids)
    for row, one in enumerate(group):
        wanted[row, one.asked : len(one.ids)] = ids[row, one.asked : len(one.ids)]
        seen[row, : len(one.ids)] = 1
    # What is only asked is not learned: its logits, over tens of thousands of tokens, are left out.
    kept = ids.shape[1] - min(one.asked for one in group) + 1
    logits = model(input_ids=ids, attention_mask=seen, logits_to_keep=kept).logits[:, :-1]
    targets = wanted[:, 1 - kept :]
    loss = cross_entropy(logits.reshape(-1, logits.shape[-1]).float(), targets.reshape(-1), ignore_index=_IGNORED)
    return loss, int((targets != _IGNORED).sum())


def _share(done: float) -> float:
    rise = min(1.0, done / 0.05) if done < 0.05 else 1.0
    return max(0.02, rise * 0.5 * (1 + math.cos(math.pi * done)))


def _keep(student: Student, optimiser: torch.optim.Optimizer, study: Study, folder: Path | None, epoch: int) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: part.detach() for name, part in student.model.named_parameters() if part.requires_grad}
    fresh = folder / "student.new"
    torch.save(
        {"study": repr(study), "epoch": epoch, "model": state, "optimiser": optimiser.state_dict()}, fresh
    )  # fmt: skip
    fresh.replace(folder / CHECKPOINT)


def _resume(student: Student, optimiser: torch.optim.Optimizer, study: Study, folder: Path | None) -> int:
    if folder is None or not (folder / CHECKPOINT).is_file():
        return 0
    path = folder / CHECKPOINT
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
    except Exception as error:  # torch raises many kinds for a damaged file
        raise TrainingError(f"cannot read the checkpoint {str(path)!r}: {error}; remove it to start again") from error
    if state["study"] != repr(study):
        raise TrainingError(
            f"{str(folder)!r} holds a training with other settings ({state['study']}); "
            "train with those, or into another folder"
        )
    student.model.load_state_dict(state["model"], strict=False)
    optimiser.load_state_dict(state["optimiser"])
    return int(state["epoch"]) + 1


def _tokenizer(lessons: Sequence[Lesson], words: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words, special_tokens=[_END, *_MARKS], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(texts_of(lessons), trainer)
    return tokenizer
