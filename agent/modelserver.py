"""A language model behind a server that speaks the OpenAI protocol; vLLM is the one it is tried with (docs/models.md).

Logs carry purpose, prompt hash, counts and times, never what was said.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import httpx2
import openai
import structlog
import tenacity
from openai.types.chat import ChatCompletionChunk

from agent.breaker import Breaker
from agent.errors import ModelError, ModelRefused, ModelReplyInvalid, ModelUnavailable
from agent.llm import ModelCall, ModelReply
from agent.replies import MAX_REPLY_BYTES, Chunk, read_completion, read_model_name
from prompts.loader import Message

_log = structlog.get_logger(__name__)

_CONNECT_S = 3.0
_PATIENCE_S = 5.0
"""The longest `retry-after` that is waited for; a person is waiting too."""
_PASSING = {408, 409, 429}
_SCHEMA_REFUSALS = {400, 415, 422, 501}

_Arguments = dict[str, Any]
Answer = TypeVar("Answer")


class OpenAIModel:
    """A model behind an OpenAI-compatible URL ('http://127.0.0.1:8000/v1').

    The name is asked of the server where none is given. A schema goes to the server; one that refuses it (status 400)
    is asked in words instead from then on. Passing failures are tried again with growing waits within the deadline;
    a server that keeps failing is left alone for a while. Use one instance in one event loop, and close it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        model: str | None = None,
        api_key: str | None = None,
        deadline_s: float = 30.0,
        attempts: int = 3,
        breaker: Breaker | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.base_url = base_url
        self._model = model
        self._found_model: str | None = None
        self._deadline_s = deadline_s
        self._attempts = attempts
        self._breaker = breaker or Breaker()
        self._sleep = sleep
        self._takes_schema: dict[str, bool] = {}
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            # A key in the environment is meant for another server.
            api_key=api_key or "none",
            max_retries=0,
            timeout=httpx2.Timeout(deadline_s, connect=_CONNECT_S),
            http_client=httpx2.AsyncClient(transport=transport) if transport else None,
        )

    async def close(self) -> None:
        await self._client.close()

    async def name(self) -> str:
        """Return the name of the model that answers: the one given, else the first that the server lists."""
        if self._model:
            return self._model
        if self._found_model is None:
            listed = await self._client.models.with_raw_response.list()
            self._found_model = read_model_name(listed.text)
            if self._found_model is None:
                raise ModelReplyInvalid(f"{self.base_url} lists no model; name one in the settings")
        return self._found_model

    async def reply(self, call: ModelCall) -> ModelReply:
        """Return the model's answer. Raises ModelUnavailable, ModelRefused or ModelReplyInvalid."""
        began = time.perf_counter()
        body = await self._asked(call, self._completion, self._deadline_of(call))
        reply = read_completion(body, await self.name())
        return self._finished(call, reply, began)

    async def stream(self, call: ModelCall) -> AsyncIterator[str | ModelReply]:
        """Yield pieces of text as they come, then the whole as a ModelReply. Raises as `reply` does, at any piece."""
        began = time.perf_counter()
        deadline = self._deadline_of(call)
        whole = ModelReply(text="", model="", finished=False)
        chunks = await self._asked(call, self._opened, deadline)
        try:
            while True:
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    break
                piece, whole = _grown(whole, chunk)
                if piece:
                    yield piece
        except _FAILURES as error:
            self._breaker.failed()
            raise self._named(error) from error
        finally:
            await chunks.close()
        if not whole.text:
            raise ModelReplyInvalid("the model streamed no text")
        yield self._finished(call, replace(whole, model=whole.model or await self.name()), began)

    def _deadline_of(self, call: ModelCall) -> float:
        return asyncio.get_running_loop().time() + (call.deadline_s or self._deadline_s)

    def _finished(self, call: ModelCall, reply: ModelReply, began: float) -> ModelReply:
        reply = replace(reply, latency_ms=(time.perf_counter() - began) * 1000)
        _log.info(
            "model_call",
            purpose=call.purpose,
            prompt=call.prompt_hash,
            model=reply.model,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            latency_ms=round(reply.latency_ms, 1),
        )
        return reply

    async def _asked(self, call: ModelCall, send: Callable[[_Arguments], Awaitable[Answer]], deadline: float) -> Answer:
        if not self._breaker.admits():
            raise ModelUnavailable(f"the model at {self.base_url} failed several times and is left alone for a while")
        try:
            async with asyncio.timeout_at(deadline):
                answer = await self._negotiated(call, send)
        except _FAILURES as error:
            named = self._named(error)
            # A refusal or a wrong answer shows that the server is there.
            note = self._breaker.failed if isinstance(named, ModelUnavailable) else self._breaker.worked
            note()
            _log.warning("model_call_failed", purpose=call.purpose, prompt=call.prompt_hash, error=type(named).__name__)
            raise named from error
        self._breaker.worked()
        return answer

    async def _negotiated(self, call: ModelCall, send: Callable[[_Arguments], Awaitable[Answer]]) -> Answer:
        model = await self._retried(self.name)
        plain = _arguments(call, model)
        if call.schema is None:
            return await self._retried(lambda: send(plain))
        key = hashlib.blake2s(json.dumps(call.schema).encode()).hexdigest()
        in_words = {**plain, "messages": _with_schema_in_words(call.messages, call.schema)}
        if self._takes_schema.get(key) is False:
            return await self._retried(lambda: send(in_words))
        constrained = {**plain, "response_format": _response_format(call)}
        try:
            answer = await self._retried(lambda: send(constrained))
        except openai.APIStatusError as error:
            if key in self._takes_schema or error.status_code not in _SCHEMA_REFUSALS:
                raise
            answer = await self._retried(lambda: send(in_words))
            _log.info("model_takes_no_schema", purpose=call.purpose, model=model)
            self._takes_schema[key] = False
            return answer
        self._takes_schema[key] = True
        return answer

    async def _retried(self, send: Callable[[], Awaitable[Answer]]) -> Answer:
        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(self._attempts),
            wait=_wait,
            retry=tenacity.retry_if_exception(_passes),
            sleep=self._sleep,
            reraise=True,
        )

        async def attempt() -> Answer:
            return await send()

        return await retrying(attempt)

    async def _completion(self, arguments: _Arguments) -> bytes:
        body = bytearray()
        async with self._client.chat.completions.with_streaming_response.create(**arguments) as response:
            async for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_REPLY_BYTES:
                    raise ModelReplyInvalid(f"the reply is longer than {MAX_REPLY_BYTES} bytes")
        return bytes(body)

    async def _opened(self, arguments: _Arguments) -> openai.AsyncStream[ChatCompletionChunk]:
        stream: openai.AsyncStream[ChatCompletionChunk] = await self._client.chat.completions.create(
            **arguments, stream=True, stream_options={"include_usage": True}
        )
        return stream

    def _named(self, error: Exception) -> ModelError:
        """Return our error for one of the client's, by its type and status alone."""
        if isinstance(error, ModelError):
            return error
        if isinstance(error, openai.APIStatusError):
            if _is_passing(error.status_code):
                return ModelUnavailable(f"the model server at {self.base_url} answered {error.status_code}")
            # Another model may be served by now.
            self._found_model = None
            return ModelRefused(
                f"the model server at {self.base_url} refused the call with status {error.status_code}; check the "
                "model's name, the key, and that its context is long enough",
                error.status_code,
            )
        if isinstance(error, TimeoutError | openai.APITimeoutError | httpx2.TimeoutException):
            return ModelUnavailable(f"the model server at {self.base_url} did not answer in time")
        if isinstance(error, openai.APIConnectionError | httpx2.TransportError | httpx2.StreamError):
            return ModelUnavailable(f"no connection to the model server at {self.base_url}; is it running?")
        if isinstance(error, openai.APIError):
            return ModelUnavailable(f"the model server at {self.base_url} broke off")
        return ModelReplyInvalid(f"the server at {self.base_url} did not answer in the OpenAI protocol")


_FAILURES = (
    ModelError,
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.StreamError,
    TimeoutError,
    ValueError,
)
"""What asking a server can raise: whatever it sends, the client library included, ends as a ModelError."""


def _is_passing(status: int) -> bool:
    return status in _PASSING or (status >= 500 and status != 501)


def _passes(error: BaseException) -> bool:
    """Whether the same call may work in a moment. What took its whole time once is not asked again."""
    if isinstance(error, openai.APIStatusError):
        return _is_passing(error.status_code) and _retry_after(error) <= _PATIENCE_S
    if isinstance(error, openai.APITimeoutError | httpx2.ReadTimeout):
        return False
    return isinstance(error, openai.APIConnectionError | httpx2.TransportError)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = _retry_after(error) if isinstance(error, openai.APIStatusError) else 0.0
    return asked or float(tenacity.wait_random_exponential(multiplier=0.2, max=2.0)(state))


def _retry_after(error: openai.APIStatusError) -> float:
    """Return the seconds that the server asks to wait, 0 where it does not say."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0


def _arguments(call: ModelCall, model: str) -> _Arguments:
    arguments: _Arguments = {
        "model": model,
        "messages": [{"role": message.role, "content": message.text} for message in call.messages],
        "max_tokens": call.max_tokens,
        "temperature": call.temperature,
    }
    if call.stop:
        arguments["stop"] = list(call.stop)
    if call.seed is not None:
        arguments["seed"] = call.seed
    return arguments


def _response_format(call: ModelCall) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": call.purpose, "schema": call.schema, "strict": True}}


def _with_schema_in_words(messages: tuple[Message, ...], schema: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the messages with the schema told at the end of the first, where it does not break the prefix cache."""
    told = "\n\nReply with one JSON object and nothing else. It must fit this JSON schema:\n" + json.dumps(schema)
    written = [{"role": message.role, "content": message.text} for message in messages]
    written[0]["content"] += told
    return written


def _grown(whole: ModelReply, chunk: object) -> tuple[str, ModelReply]:
    """Return a chunk's text and the reply so far with it. The client library passes on whatever the server sent."""
    if not isinstance(chunk, ChatCompletionChunk):
        raise ModelReplyInvalid("the server streamed something that is not part of a chat completion")
    read = Chunk.model_validate(chunk.model_dump(warnings=False))
    piece = ""
    for choice in read.choices[:1]:
        piece = choice.delta.content or ""
        finished = whole.finished or choice.finish_reason not in (None, "length")
        whole = replace(whole, text=whole.text + piece, finished=finished)
    if read.usage:
        whole = replace(whole, tokens_in=read.usage.prompt_tokens, tokens_out=read.usage.completion_tokens)
    if len(whole.text) > MAX_REPLY_BYTES:
        raise ModelReplyInvalid(f"the reply is longer than {MAX_REPLY_BYTES} bytes")
    return piece, replace(whole, model=read.model or whole.model)
