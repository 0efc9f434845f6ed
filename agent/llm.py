"""The language model: what a call and its reply are, and the protocol. `agent.modelserver` has the real one."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from agent.replies import ModelReply, first_object
from prompts.loader import Message

__all__ = ["LanguageModel", "ModelCall", "ModelReply", "first_object"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One question to a model."""

    purpose: str
    """What it is for ('parse', 'respond'): the name under which it is logged and counted."""
    messages: tuple[Message, ...]
    schema: Mapping[str, Any] | None = None
    """JSON schema of the reply; None asks for prose."""
    max_tokens: int = 512
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    seed: int | None = None
    deadline_s: float | None = None
    """Bounds the call with all its retries; None takes the implementation's."""

    @property
    def prompt_hash(self) -> str:
        """12 hex digits that are the same for the same messages."""
        text = json.dumps([(message.role, message.text) for message in self.messages])
        return hashlib.blake2s(text.encode(), digest_size=6).hexdigest()


class LanguageModel(Protocol):
    """Answers calls. Every failure is a ModelError, in bounded time."""

    async def reply(self, call: ModelCall) -> ModelReply: ...

    def stream(self, call: ModelCall) -> AsyncIterator[str | ModelReply]:
        """Yield the text piece by piece, then the whole reply with its counts as the last thing."""
        ...

    async def close(self) -> None: ...
