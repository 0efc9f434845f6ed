"""Replies of a model, and reading them from what servers send: nothing of it is trusted before it is read here."""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.errors import ModelReplyInvalid

MAX_REPLY_BYTES = 1_000_000
_OBJECT = re.compile(r'\{\s*"')
_THOUGHT = re.compile(r"^\s*<think>.*?</think>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    text: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    latency_ms: float = 0.0
    finished: bool = True
    """False where the text was cut at `max_tokens`."""

    def json(self) -> dict[str, Any]:
        """Return the first JSON object of the text, whatever stands around it. Raises ModelReplyInvalid."""
        if not self.finished:
            raise ModelReplyInvalid(f"the reply was cut short after {self.tokens_out} tokens, before its JSON ended")
        return first_object(self.text)


def first_object(text: str) -> dict[str, Any]:
    """Return the first JSON object in a text, code fences and chatter around it ignored. Raises ModelReplyInvalid.

    Where it is broken, no object inside it is taken for the whole.
    """
    start = _OBJECT.search(text)
    if start is None:
        raise ModelReplyInvalid("the reply holds no JSON object")
    try:
        # Models write line ends into strings, which a strict reader refuses.
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start.start())
    except ValueError as error:
        raise ModelReplyInvalid(f"the reply's JSON is broken: {error}") from None
    except RecursionError:
        raise ModelReplyInvalid("the reply's JSON is nested too deeply") from None
    return cast(dict[str, Any], value)


class _Reply(BaseModel):
    """The parts of a chat completion that are used; servers add fields of their own."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _ReplyMessage(_Reply):
    content: str | None = None


class _Choice(_Reply):
    message: _ReplyMessage
    finish_reason: str | None = None


class _Usage(_Reply):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(_Reply):
    choices: tuple[_Choice, ...]
    model: str = ""
    usage: _Usage | None = None


class _Delta(_Reply):
    content: str | None = None


class _ChunkChoice(_Reply):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class Chunk(_Reply):
    choices: tuple[_ChunkChoice, ...] = ()
    model: str | None = None
    usage: _Usage | None = None


class _Listed(_Reply):
    id: str


class _Models(_Reply):
    data: tuple[_Listed, ...]


def read_model_name(body: str) -> str | None:
    """Return the first model that a server lists, None where it lists none. Raises ValueError for anything else."""
    models = _Models.model_validate_json(body).data
    return models[0].id if models else None


def read_completion(body: bytes, model: str) -> ModelReply:
    """Return the reply that a response holds; `model` where it names none. Raises ModelReplyInvalid."""
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError as error:
        raise ModelReplyInvalid(
            f"the answer is not a chat completion: {error.error_count()} fields are wrong"
        ) from None
    if not completion.choices:
        raise ModelReplyInvalid("the answer has no choices")
    choice = completion.choices[0]
    text = _THOUGHT.sub("", choice.message.content or "")
    if not text.strip():
        raise ModelReplyInvalid("the model answered with no text")
    usage = completion.usage or _Usage()
    return ModelReply(
        text=text,
        model=completion.model or model,
        tokens_in=usage.prompt_tokens,
        tokens_out=usage.completion_tokens,
        finished=choice.finish_reason != "length",
    )
