"""What the API refuses, and how: right status, clear words, nothing lost, nothing leaked."""

import asyncio
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI

from agent.agent import Agent
from agent.api.keys import KeyRing
from agent.api.server import build_app, check_address
from agent.errors import SettingsError
from agent.parsing.parser import Parsed, ParseInput
from agent.parsing.rules import RulesParser
from agent.settings import load_settings
from tests.serving import app_over, client_of, served
from tests.talking import agent_over
from tools.context import ToolContext
from tools.domain import Domain
from tools.linking import Linker

TURNS = "/v1/threads/t/turns"


@pytest.fixture
def agent(tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(tiny_tools, tiny_linker, tmp_path)


@pytest.fixture
def app(agent: Agent) -> FastAPI:
    return app_over(agent)


@pytest.fixture
def client(app: FastAPI) -> httpx2.AsyncClient:
    return client_of(app)


class BrokenParser:
    """Fails in a way that nothing is prepared for."""

    async def parse(self, given: ParseInput) -> Parsed:
        raise RuntimeError(f"the password is swordfish, at {given.text}")


class SlowParser:
    """Takes its time, and says when it began."""

    def __init__(self, domain: Domain) -> None:
        self._rules = RulesParser(domain)
        self.begun = asyncio.Event()

    async def parse(self, given: ParseInput) -> Parsed:
        self.begun.set()
        await asyncio.sleep(0.3)
        return await self._rules.parse(given)


def problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """The problem that an answer tells; every one has the same shape and the id of its request."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert set(told) >= {"type", "title", "status", "detail", "request_id"}
    assert (told["status"], told["request_id"]) == (status, answer.headers["x-request-id"])
    assert told["title"] == HTTPStatus(status).phrase
    return told


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": None},
        {"text": 5},
        {"text": ["a"]},
        [],
        "a",
        None,
        {"text": "a", "txet": "b"},
        {"text": "a" * 100_001},
    ],
)
async def test_a_turn_of_the_wrong_shape_is_refused_and_says_where(client: httpx2.AsyncClient, body: Any) -> None:
    told = problem(await client.post(TURNS, json=body), 422)
    assert told["errors"][0]["field"].startswith("body")


async def test_a_refusal_does_not_repeat_what_was_said(client: httpx2.AsyncClient) -> None:
    answer = await client.post(TURNS, json={"text": {"secret": "my diary"}})
    assert "diary" not in answer.text


@pytest.mark.parametrize("body", [b"{", b'{"text": "a"', b"nonsense", b'{"text": "a",}'])
async def test_a_body_that_is_not_json_is_refused(client: httpx2.AsyncClient, body: bytes) -> None:
    answer = await client.post(TURNS, content=body, headers={"Content-Type": "application/json"})
    assert "not JSON" in problem(answer, 400)["detail"]


async def test_a_body_that_is_not_utf8_is_refused_with_its_first_bad_byte(client: httpx2.AsyncClient) -> None:
    answer = await client.post(TURNS, content=b'{"text": "caf\xe9"}', headers={"Content-Type": "application/json"})
    assert "byte 13" in problem(answer, 400)["detail"]


@pytest.mark.parametrize("depth", [40, 5_000, 200_000])
async def test_a_deeply_nested_body_is_refused(client: httpx2.AsyncClient, depth: int) -> None:
    body = b'{"text": ' + b"[" * depth + b"]" * depth + b"}"
    answer = await client.post(TURNS, content=body, headers={"Content-Type": "application/json"})
    assert "nests deeper" in problem(answer, 400)["detail"]


async def test_a_long_body_is_refused_whether_or_not_it_says_its_length(agent: Agent) -> None:
    client = client_of(app_over(agent, max_body_bytes=1_000))
    problem(await client.post(TURNS, json={"text": "a" * 2_000}), 413)

    async def pieces() -> Any:
        for _ in range(20):
            yield b"a" * 100

    problem(await client.post(TURNS, content=pieces(), headers={"Content-Type": "application/json"}), 413)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00\x07", "😀" * 50, "\u202eevil", "<script>alert(1)</script>", "a" * 5_000]
)
async def test_any_text_is_answered(client: httpx2.AsyncClient, text: str) -> None:
    answer = await client.post(TURNS, json={"text": text})
    assert answer.status_code == 200
    assert answer.json()["reply"]


async def test_lone_surrogates_in_escapes_are_answered(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        TURNS, content=rb'{"text": "\ud800 a sci-fi film"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 400, 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/threads/none/slate"),
        ("GET", "/v1/threads/none/wishes"),
        ("GET", "/v1/threads/none/trace"),
        ("DELETE", "/v1/threads/none"),
        ("GET", "/v1/items/none"),
        ("GET", "/v1/items/none/similar"),
        ("GET", "/v1/models/gpt"),
        ("GET", "/v1/nowhere"),
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(client: httpx2.AsyncClient, method: str, path: str) -> None:
    problem(await client.request(method, path), 404)


async def test_a_method_that_is_not_served_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.put("/v1/threads", json={})
    assert "PUT '/v1/threads'" in problem(answer, 405)["detail"]
    assert answer.headers["allow"]


@pytest.mark.parametrize(
    "body",
    [
        {"add": [{"facet": "colour", "value": "red"}]},
        {"add": [{"facet": "genre", "value": "polka"}]},
        {"add": [{"facet": "genre", "value": {"max": 3}}]},
        {"add": [{"facet": "runtime", "value": "short"}]},
        {"add": [{"facet": "runtime", "value": {"max": "PG"}}]},
        {"add": [{"facet": "runtime", "value": {"min": 9, "max": 3}}]},
        {"add": [{"facet": "runtime", "value": {}}]},
        {"add": [{"facet": "person", "value": "Tom Cruise", "role": "baker"}]},
        {"edit": [{"op": "harden", "id": "w99"}]},
        {"edit": [{"op": "explode", "id": "w1"}]},
        {"edit": [{"op": "harden", "id": "w1", "for_good": True}]},
        {},
    ],
)
async def test_wishes_that_cannot_be_are_refused_and_change_nothing(
    client: httpx2.AsyncClient, body: dict[str, Any]
) -> None:
    await client.post(TURNS, json={"text": "a sci-fi film"})
    before = (await client.get("/v1/threads/t/wishes")).json()
    problem(await client.patch("/v1/threads/t/wishes", json=body), 422)
    assert (await client.get("/v1/threads/t/wishes")).json() == before


async def test_figures_that_are_not_numbers_are_refused(client: httpx2.AsyncClient) -> None:
    for figure in ("NaN", "Infinity", "1e999"):
        body = f'{{"add": [{{"facet": "runtime", "value": {{"max": {figure}}}}}]}}'
        answer = await client.patch("/v1/threads/t/wishes", content=body, headers={"Content-Type": "application/json"})
        problem(answer, 422)


@pytest.mark.parametrize(
    "body",
    [
        {"opinion": "like"},
        {"opinion": "like", "n": 1, "item": "heat-1995"},
        {"opinion": "adore", "n": 1},
        {"opinion": "like", "n": 9},
    ],
)
async def test_reactions_that_cannot_be_are_refused(client: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    await client.post(TURNS, json={"text": "a sci-fi film"})
    problem(await client.post("/v1/threads/t/feedback", json=body), 422)


async def test_nobody_is_assumed(app: FastAPI) -> None:
    nobody = client_of(app, user=None)
    assert "X-Attune-User" in problem(await nobody.post(TURNS, json={"text": "hello"}), 422)["detail"]
    ana = client_of(app, user="ana")
    problem(await ana.post(TURNS, json={"text": "hello", "user": "bob"}), 422)
    assert (await ana.post(TURNS, json={"text": "hello", "user": "ana"})).status_code == 200


@pytest.mark.parametrize("user", ["a" * 201, "a\x00b", "  "])
async def test_users_that_cannot_be_are_refused(app: FastAPI, user: str) -> None:
    problem(await client_of(app, user=None).post(TURNS, json={"text": "hello", "user": user}), 422)


async def test_ids_with_slashes_and_dots_reach_nobody_elses_thread(app: FastAPI) -> None:
    bob = client_of(app, user="bob")
    await bob.post(TURNS, json={"text": "a western", "user": "bob"})
    for user, thread in (("ana", "../bob/t"), ("ana", "%2e%2e%2fbob%2ft"), ("ana", "bob/t"), ("bo", "b/t")):
        reached = await client_of(app, user=user).get(f"/v1/threads/{thread}/slate")
        problem(reached, 404)


async def test_a_thread_is_its_users_alone(app: FastAPI) -> None:
    ana, bob = client_of(app, user="ana"), client_of(app, user="bob")
    await ana.post(TURNS, json={"text": "a sci-fi film"})
    problem(await bob.get("/v1/threads/t/slate"), 404)
    assert (await bob.get("/v1/threads")).json() == {"threads": []}
    turn = (await bob.post(TURNS, json={"text": "anything else?"})).json()
    assert turn["turn"] == 1


async def test_two_turns_at_once_on_one_thread_are_both_kept(client: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(client.post(TURNS, json={"text": text}) for text in ("a sci-fi film", "under two hours"))
    )
    assert sorted(answer.json()["turn"] for answer in answers) == [1, 2]
    wishes = (await client.get("/v1/threads/t/wishes")).json()["wishes"]
    assert {wish["facet"] for wish in wishes} == {"genre", "runtime"}


async def test_a_turn_whose_listener_leaves_in_mid_stream_is_finished(app: FastAPI) -> None:
    async with served(app) as url, httpx2.AsyncClient(base_url=url, headers={"X-Attune-User": "ana"}) as client:
        headers = {"Accept": "text/event-stream", "Idempotency-Key": "k1"}
        async with client.stream("POST", TURNS, json={"text": "a sci-fi film"}, headers=headers) as answer:
            await anext(answer.aiter_lines())
        again = await client.post(TURNS, json={"text": "a sci-fi film"}, headers={"Idempotency-Key": "k1"})
        assert again.json()["turn"] == 1
        assert len((await client.get("/v1/threads/t/trace")).json()["turns"]) == 1


async def test_a_server_told_to_stop_finishes_the_turn_in_flight(
    tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path
) -> None:
    parser = SlowParser(tiny_tools.catalogue.domain)
    agent = agent_over(tiny_tools, tiny_linker, tmp_path, parser=parser)
    async with httpx2.AsyncClient(headers={"X-Attune-User": "ana"}, timeout=60) as client:
        async with served(app_over(agent)) as url:
            asked = asyncio.create_task(client.post(f"{url}{TURNS}", json={"text": "a sci-fi film"}))
            await parser.begun.wait()
        # The server has stopped by now.
        assert (await asked).json()["slate"]
    assert len(await agent.entries("ana", "t")) == 1


async def test_a_full_queue_sends_new_turns_away_for_a_while(agent: Agent) -> None:
    client = client_of(app_over(agent, turns_at_once=1, turns_waiting=0))
    answers = await asyncio.gather(
        *(client.post(f"/v1/threads/{n}/turns", json={"text": "a western"}) for n in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 503, 503]
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.headers["retry-after"] == "2"
    problem(refused, 503)


async def test_a_failure_nobody_foresaw_is_told_without_its_inside(
    tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path
) -> None:
    client = client_of(app_over(agent_over(tiny_tools, tiny_linker, tmp_path, parser=BrokenParser())))
    with structlog.testing.capture_logs() as logged:
        answer = await client.post(TURNS, json={"text": "hello"})
    problem(answer, 500)
    assert "swordfish" not in answer.text
    assert any(line.get("error") == "RuntimeError" for line in logged)
    assert 'attune_errors_total{error="RuntimeError"}' in (await client.get("/metrics")).text


async def test_the_log_carries_no_word_of_what_was_said(app: FastAPI) -> None:
    with structlog.testing.capture_logs() as logged:
        client = client_of(app, user="ana")
        await client.post(TURNS, json={"text": "a film about swordfish"})
        await client.get("/v1/items", params={"query": "swordfish"})
        await client.get("/v1/items/swordfish")
    assert len([line for line in logged if line["event"] == "request"]) == 3
    assert "swordfish" not in json.dumps(logged)


async def test_a_request_keeps_the_id_that_its_caller_gave_it_if_it_is_one(client: httpx2.AsyncClient) -> None:
    kept = await client.get("/healthz", headers={"X-Request-Id": "abc-1"})
    assert kept.headers["x-request-id"] == "abc-1"
    made = await client.get("/healthz", headers={"X-Request-Id": "a b\tc" * 40})
    assert made.headers["x-request-id"].isalnum()


async def test_without_keys_only_this_machine_is_answered(app: FastAPI) -> None:
    client = client_of(app)
    answer = await client.get("/v1/threads", headers={"Host": "attacker.example"})
    assert "attune keys create" in problem(answer, 421)["detail"]
    assert (await client.get("/v1/threads", headers={"Host": "localhost:7860"})).status_code == 200


async def test_with_keys_each_tenant_sees_its_own(agent: Agent, tmp_path: Path) -> None:
    keys = KeyRing(tmp_path / "keys.json")
    (shop, shop_key), (_, bank_key) = keys.create("shop"), keys.create("bank")
    app = build_app(agent, keys=keys)
    one, other = (client_of(app, Authorization=f"Bearer {key}") for key in (shop_key, bank_key))
    await one.post(TURNS, json={"text": "I never watch horror"})
    problem(await other.get("/v1/threads/t/slate"), 404)
    assert (await other.get("/v1/profile")).json()["wishes"] == []
    assert (await one.get("/v1/threads")).json()["threads"]
    keys.revoke(shop.id)
    problem(await one.get("/v1/threads"), 401)


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic abc", "Bearer att_00000000_x"])
async def test_with_keys_nobody_comes_in_without_one(agent: Agent, tmp_path: Path, header: str | None) -> None:
    keys = KeyRing(tmp_path / "keys.json")
    keys.create("shop")
    client = client_of(build_app(agent, keys=keys), **({"Authorization": header} if header else {}))
    for path in ("/v1/threads", "/v1/models", "/metrics", "/mcp"):
        answer = await client.get(path)
        problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await client.get("/healthz")).status_code == 200


async def test_a_key_may_do_so_much_and_no_more(agent: Agent, tmp_path: Path) -> None:
    keys = KeyRing(tmp_path / "keys.json")
    (_, first), (_, second) = keys.create("shop"), keys.create("shop")
    app = build_app(agent, agent.parts.settings.model_copy(update={"rate_limit": "2/minute"}), keys=keys)
    client = client_of(app, Authorization=f"Bearer {first}")
    assert [(await client.get("/v1/threads")).status_code for _ in range(3)] == [200, 200, 429]
    assert int((await client.get("/v1/threads")).headers["retry-after"]) >= 1
    assert (await client_of(app, Authorization=f"Bearer {second}").get("/v1/threads")).status_code == 200


def test_keys_are_kept_hashed_and_for_their_owner_only(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys.json")
    key, secret = ring.create("shop", "the web shop")
    kept = (tmp_path / "keys.json").read_text()
    assert secret not in kept and secret.rpartition("_")[2] not in kept
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
    assert KeyRing(tmp_path / "keys.json").find(secret) == key
    ring.revoke(key.id)
    assert ring.find(secret) is None
    with pytest.raises(SettingsError, match="keys list"):
        ring.revoke(key.id)


def test_a_damaged_key_file_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(SettingsError, match="cannot be read"):
        KeyRing(tmp_path / "keys.json").find("att_1_2")


def test_other_addresses_want_a_key_or_a_word(tmp_path: Path) -> None:
    keys = KeyRing(tmp_path / "keys.json")
    check_address(load_settings(home=tmp_path, host="::1"), keys)
    with pytest.raises(SettingsError, match="--unguarded"):
        check_address(load_settings(home=tmp_path, host="0.0.0.0"), keys)
    check_address(load_settings(home=tmp_path, host="0.0.0.0", unguarded=True), keys)
    keys.create("shop")
    check_address(load_settings(home=tmp_path, host="0.0.0.0"), keys)


async def test_other_origins_come_in_where_the_setting_says_so(agent: Agent) -> None:
    asking = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    closed = await client_of(app_over(agent)).options(TURNS, headers=asking)
    assert "access-control-allow-origin" not in closed.headers
    opened = client_of(app_over(agent, cors_origins=("https://shop.example",)))
    assert (await opened.options(TURNS, headers=asking)).headers[
        "access-control-allow-origin"
    ] == "https://shop.example"
    other = await opened.options(TURNS, headers=asking | {"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


async def test_a_form_from_another_page_is_not_taken_for_json(client: httpx2.AsyncClient) -> None:
    answer = await client.post(TURNS, content=b'{"text": "hello"}', headers={"Content-Type": "text/plain"})
    problem(answer, 422)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("wishes", {"facet": "colour"}),
        ("wishes", {"value": "polka"}),
        ("wishes", {"value": {"max": 90}}),
        ("wishes", {"id": "w1"}),
        ("wishes", {"id": "p99"}),
        ("wishes", {"since": "yesterday"}),
        ("items", {"since": "soon"}),
        ("affinities", {"last": "soon"}),
        ("affinities", {"facet": "colour"}),
    ],
)
async def test_an_export_that_was_meddled_with_is_refused_and_breaks_nothing(
    client: httpx2.AsyncClient, part: str, wrong: dict[str, Any]
) -> None:
    wish = {"facet": "genre", "value": "horror", "polarity": "dislike", "strength": "must"}
    await client.patch("/v1/profile", json={"remember": [wish], "items": {"heat-1995": "liked"}})
    await client.post(TURNS, json={"text": "a western"})
    document = (await client.get("/v1/profile/export")).json()
    document["profile"][part][0] |= wrong
    answer = await client.post("/v1/profile/import", json={"document": document, "overwrite": True})
    assert "damaged" in problem(answer, 422)["detail"]
    assert len((await client.get("/v1/profile")).json()["wishes"]) == 1
    assert (await client.post(TURNS, json={"text": "a romance"})).status_code == 200
