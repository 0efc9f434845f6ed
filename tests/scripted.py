"""A language model that says what a test wrote down for it, and keeps the calls it got."""

import re
from collections import deque
from collections.abc import AsyncIterator

from agent.errors import ModelError
from agent.llm import ModelCall, ModelReply

Script = str | ModelReply | ModelError


class ScriptedModel:
    """Gives its script in order: text, a whole reply, or an error to raise. A call past its end fails the test."""

    def __init__(self, *script: Script) -> None:
        self.calls: list[ModelCall] = []
        self.closed = False
        self._left = deque(script)

    async def reply(self, call: ModelCall) -> ModelReply:
        self.calls.append(call)
        if not self._left:
            raise AssertionError(f"unscripted model call: {call.purpose}")
        said = self._left.popleft()
        if isinstance(said, ModelError):
            raise said
        if isinstance(said, ModelReply):
            return said
        return ModelReply(text=said, model="scripted", tokens_in=1, tokens_out=1, latency_ms=1.0)

    async def stream(self, call: ModelCall) -> AsyncIterator[str | ModelReply]:
        whole = await self.reply(call)
        for piece in re.findall(r"\s*\S+|\s+", whole.text):
            yield piece
        yield whole

    async def close(self) -> None:
        self.closed = True

    def is_used_up(self) -> bool:
        return not self._left
