"""The client against a server that answers as servers do on bad days. No socket is opened, no second is waited."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from agent.breaker import Breaker
from agent.errors import ModelError, ModelRefused, ModelReplyInvalid, ModelUnavailable
from agent.llm import LanguageModel, ModelCall, ModelReply, first_object
from agent.modelserver import OpenAIModel
from prompts.loader import Message
from tests.scripted import ScriptedModel

SCHEMA = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
CALL = ModelCall(purpose="parse", messages=(Message("system", "Rules."), Message("user", "hello")))
JSON_CALL = ModelCall(purpose="parse", messages=CALL.messages, schema=SCHEMA)

Answer = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


class Server:
    """Gives its answers in order, the last one for ever; keeps the bodies it got."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.waits: list[float] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/models"):
            return httpx2.Response(200, json={"object": "list", "data": [{"id": "served", "object": "model"}]})
        self.bodies.append(json.loads(request.content))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def model(self, **options: Any) -> OpenAIModel:
        transport = httpx2.MockTransport(self)
        return OpenAIModel("http://model.test/v1", transport=transport, sleep=self.sleep, **options)


def completion(text: str | None, *, finish: str = "stop") -> httpx2.Response:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return httpx2.Response(200, json={"id": "c", "model": "served", "choices": [choice], "usage": usage})


def events(*parts: dict[str, Any] | str) -> httpx2.Response:
    lines = [f"data: {part if isinstance(part, str) else json.dumps(part)}\n\n" for part in parts]
    return httpx2.Response(200, text="".join(lines), headers={"content-type": "text/event-stream"})


def chunk(text: str | None, finish: str | None = None) -> dict[str, Any]:
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]
    return {"id": "c", "object": "chat.completion.chunk", "model": "served", "choices": choices}


async def streamed(model: LanguageModel) -> list[str | ModelReply]:
    return [part async for part in model.stream(CALL)]


async def test_a_reply_carries_text_counts_and_the_name_that_the_server_listed() -> None:
    server = Server(completion("hi"))
    model = server.model()
    reply = await model.reply(CALL)
    await model.close()
    assert (reply.text, reply.model, reply.tokens_in, reply.tokens_out) == ("hi", "served", 7, 3)
    assert server.bodies[0]["model"] == "served"
    assert server.bodies[0]["messages"][1] == {"role": "user", "content": "hello"}


async def test_a_name_that_is_given_is_not_asked_for() -> None:
    server = Server(completion("hi"))
    await server.model(model="mine").reply(CALL)
    assert server.bodies[0]["model"] == "mine"


async def test_a_server_error_is_tried_again_with_growing_waits() -> None:
    server = Server(httpx2.Response(500), httpx2.Response(503), completion("hi"))
    assert (await server.model().reply(CALL)).text == "hi"
    assert len(server.waits) == 2


async def test_too_many_requests_waits_as_long_as_the_server_asks() -> None:
    server = Server(httpx2.Response(429, headers={"retry-after": "2"}), completion("hi"))
    await server.model().reply(CALL)
    assert server.waits == [2.0]


async def test_a_server_that_asks_for_a_long_wait_is_not_waited_for() -> None:
    server = Server(httpx2.Response(429, headers={"retry-after": "60"}))
    with pytest.raises(ModelUnavailable, match="429"):
        await server.model().reply(CALL)
    assert not server.waits


async def test_a_connection_that_is_refused_is_unavailable_after_three_tries() -> None:
    server = Server(httpx2.ConnectError("refused"))
    with pytest.raises(ModelUnavailable, match="is it running"):
        await server.model().reply(CALL)
    assert len(server.bodies) == 3


async def test_a_read_that_times_out_is_unavailable_and_not_tried_again() -> None:
    server = Server(httpx2.ReadTimeout("slow"))
    with pytest.raises(ModelUnavailable, match="in time"):
        await server.model().reply(CALL)
    assert len(server.bodies) == 1


async def test_a_reply_that_trickles_ends_at_the_deadline() -> None:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    server = Server(lambda _: httpx2.Response(200, content=drops()))
    with pytest.raises(ModelUnavailable, match="in time"):
        await server.model(deadline_s=0.1).reply(CALL)


async def test_a_call_can_bound_its_own_time() -> None:
    async def nothing() -> AsyncIterator[bytes]:
        await asyncio.sleep(60)
        yield b""

    server = Server(lambda _: httpx2.Response(200, content=nothing()))
    call = ModelCall(purpose="parse", messages=CALL.messages, deadline_s=0.05)
    with pytest.raises(ModelUnavailable):
        await server.model().reply(call)


@pytest.mark.parametrize("status", [401, 403, 404, 413, 501])
async def test_a_refusal_is_not_tried_again_and_tells_the_status(status: int) -> None:
    server = Server(httpx2.Response(status, json={"error": {"message": "no"}}))
    with pytest.raises(ModelRefused) as caught:
        await server.model().reply(CALL)
    assert caught.value.status == status
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, text="<html>502</html>", headers={"content-type": "text/html"}),
        httpx2.Response(200, text="{not json", headers={"content-type": "application/json"}),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json={"choices": []}),
        httpx2.Response(200, json={"choices": [{"message": None}]}),
        httpx2.Response(200, json={"choices": "many"}),
        completion(None),
        completion("  "),
        httpx2.Response(200, content=b'{"choices": "' + b"x" * 20_000_000 + b'"}'),
    ],
    ids=["html", "broken", "list", "no-choices", "no-message", "wrong-type", "null", "blank", "20-megabytes"],
)
async def test_an_answer_outside_the_protocol_is_a_named_error(answer: httpx2.Response) -> None:
    with pytest.raises(ModelReplyInvalid):
        await Server(answer).model().reply(CALL)


@pytest.mark.parametrize("listed", [{"data": []}, {"data": None}, {}, [1], "x"])
async def test_a_server_that_lists_no_model_is_a_named_error(listed: Any) -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=listed))
    with pytest.raises(ModelReplyInvalid):
        await OpenAIModel("http://model.test/v1", transport=transport).reply(CALL)


async def test_a_reply_cut_short_is_not_read_as_json() -> None:
    reply = await Server(completion('{"answer": "ye', finish="length")).model().reply(CALL)
    assert not reply.finished
    with pytest.raises(ModelReplyInvalid, match="cut short"):
        reply.json()


async def test_thinking_aloud_is_left_out() -> None:
    reply = await Server(completion('<think>{"answer": 1}</think>\n{"answer": 2}')).model().reply(CALL)
    assert reply.json() == {"answer": 2}


async def test_a_schema_goes_to_the_server() -> None:
    server = Server(completion('{"answer": "yes"}'))
    assert (await server.model().reply(JSON_CALL)).json() == {"answer": "yes"}
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == SCHEMA


async def test_a_server_that_takes_no_schema_is_asked_in_words_from_then_on() -> None:
    server = Server(httpx2.Response(400, json={"error": {}}), completion('Sure:\n```json\n{"answer": "yes"}\n```'))
    model = server.model()
    for _ in range(2):
        assert (await model.reply(JSON_CALL)).json() == {"answer": "yes"}
    assert ["response_format" in body for body in server.bodies] == [True, False, False]
    assert json.dumps(SCHEMA) in server.bodies[1]["messages"][0]["content"]
    assert server.bodies[1]["messages"][1] == {"role": "user", "content": "hello"}


async def test_a_prompt_that_is_refused_either_way_is_a_refusal_and_the_schema_is_tried_next_time() -> None:
    server = Server(httpx2.Response(400), httpx2.Response(400), completion('{"answer": "yes"}'))
    model = server.model()
    with pytest.raises(ModelRefused):
        await model.reply(JSON_CALL)
    await model.reply(JSON_CALL)
    assert "response_format" in server.bodies[-1]


async def test_a_server_that_keeps_failing_is_left_alone_then_probed() -> None:
    now = [0.0]
    server = Server(httpx2.ConnectError("refused"))
    model = server.model(breaker=Breaker(limit=2, rest_s=30, clock=lambda: now[0]))
    for _ in range(4):
        with pytest.raises(ModelUnavailable):
            await model.reply(CALL)
    assert len(server.bodies) == 2 * 3
    now[0] = 31.0
    server.answers = [completion("back")]
    assert (await model.reply(CALL)).text == "back"
    assert (await model.reply(CALL)).text == "back"


async def test_only_one_probe_goes_out_at_a_time() -> None:
    now = [0.0]
    breaker = Breaker(limit=1, rest_s=10, clock=lambda: now[0])
    breaker.failed()
    now[0] = 11.0
    assert [breaker.admits(), breaker.admits()] == [True, False]
    now[0] = 22.0
    assert breaker.admits()
    breaker.worked()
    assert breaker.admits() and not breaker.is_open


async def test_refusals_do_not_open_the_breaker() -> None:
    breaker = Breaker(limit=1)
    with pytest.raises(ModelRefused):
        await Server(httpx2.Response(400)).model(breaker=breaker).reply(CALL)
    assert not breaker.is_open


async def test_a_stream_gives_pieces_then_the_whole() -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}, "model": "served"}
    server = Server(events(chunk(None), chunk("Two "), chunk("films.", "stop"), usage, "[DONE]"))
    *pieces, whole = await streamed(server.model())
    assert pieces == ["Two ", "films."]
    assert isinstance(whole, ModelReply)
    assert (whole.text, whole.tokens_in, whole.tokens_out, whole.finished) == ("Two films.", 5, 2, True)


async def test_a_stream_cut_at_its_length_is_unfinished() -> None:
    *_, whole = await streamed(Server(events(chunk("Two ", "length"), "[DONE]")).model())
    assert isinstance(whole, ModelReply) and not whole.finished


async def test_a_stream_is_opened_again_after_a_server_error() -> None:
    server = Server(httpx2.Response(503), events(chunk("hi", "stop"), "[DONE]"))
    assert (await streamed(server.model()))[0] == "hi"


async def test_a_stream_that_breaks_off_gives_what_came_and_a_named_error() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield f"data: {json.dumps(chunk('Two '))}\n\n".encode()
        raise httpx2.ReadError("gone")

    server = Server(lambda _: httpx2.Response(200, content=broken(), headers={"content-type": "text/event-stream"}))
    stream = server.model().stream(CALL)
    assert await anext(stream) == "Two "
    with pytest.raises(ModelUnavailable):
        await anext(stream)


@pytest.mark.parametrize(
    "part",
    ["nonsense", "5", '{"choices": 7}', '{"choices": [{"delta": 3}]}', '{"error": {"message": "no"}}', "[DONE]"],
)
async def test_a_stream_of_nonsense_is_a_named_error(part: str) -> None:
    with pytest.raises(ModelError):
        await streamed(Server(events(part)).model())


async def test_a_stream_left_early_is_closed() -> None:
    stream = Server(events(*(chunk(str(n)) for n in range(50)), "[DONE]")).model().stream(CALL)
    assert await anext(stream) == "0"
    await stream.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Here you are:\n```json\n{"a": {"b": 2}}\n``` Enjoy {this}', {"a": {"b": 2}}),
        ('{oops} {"a": "}"}', {"a": "}"}),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}),
    ],
)
def test_the_first_object_is_found_among_words(text: str, expected: dict[str, Any]) -> None:
    assert first_object(text) == expected


@pytest.mark.parametrize(
    "text", ["", "none here", "[1, 2]", "{}", '{"a": 1', '{"a": {"b": 1}', "{" * 100_000, '{"a":' * 50_000]
)
def test_text_without_an_object_is_invalid_at_once(text: str) -> None:
    with pytest.raises(ModelReplyInvalid):
        first_object(text)


async def test_logs_hold_counts_and_never_words(capsys: pytest.CaptureFixture[str]) -> None:
    call = ModelCall(purpose="parse", messages=(Message("user", "my secret wish"),))
    await Server(completion("a secret answer")).model().reply(call)
    logged = capsys.readouterr()
    assert "secret" not in logged.out + logged.err
    assert call.prompt_hash in logged.out + logged.err


async def test_the_scripted_model_fails_a_test_that_calls_more_than_it_says() -> None:
    model: LanguageModel = ScriptedModel("one two", ModelUnavailable("away"))
    assert [part async for part in model.stream(CALL)][:2] == ["one", " two"]
    with pytest.raises(ModelUnavailable):
        await model.reply(CALL)
    with pytest.raises(AssertionError, match="unscripted model call: parse"):
        await model.reply(CALL)
