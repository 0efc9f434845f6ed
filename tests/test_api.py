"""The native API over twelve films: turns, threads, wishes, reactions, memory, items."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from agent.agent import Agent
from tests.serving import app_over, client_of
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker


@pytest.fixture
def agent(tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(tiny_tools, tiny_linker, tmp_path)


@pytest.fixture
def app(agent: Agent) -> FastAPI:
    return app_over(agent)


@pytest.fixture
def client(app: FastAPI) -> httpx2.AsyncClient:
    return client_of(app)


async def say(client: httpx2.AsyncClient, text: str, thread: str = "t", **headers: str) -> dict[str, Any]:
    answer = await client.post(f"/v1/threads/{thread}/turns", json={"text": text}, headers=headers)
    assert answer.status_code == 200, answer.text
    turn: dict[str, Any] = answer.json()
    return turn


def events(answer: httpx2.Response) -> list[tuple[str, dict[str, Any]]]:
    blocks = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


async def test_a_turn_is_answered_with_slate_wishes_and_plan(client: httpx2.AsyncClient) -> None:
    turn = await say(client, "a sci-fi film under two hours")
    assert turn["thread"] == "t"
    assert turn["slate"]
    assert {wish["facet"] for wish in turn["wishes"]} == {"genre", "runtime"}
    assert turn["plan"][0]["tool"] == "filter"


async def test_a_streamed_turn_tells_its_events_in_order_and_ends_with_the_whole(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/v1/threads/t/turns", json={"text": "a sci-fi film"}, headers={"Accept": "text/event-stream"}
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer)
    names = [name for name, _ in told]
    assert [name for name in dict.fromkeys(names) if name != "question"] == [
        "understood", "plan", "slate", "text", "done",
    ]  # fmt: skip
    assert "".join(content["delta"] for name, content in told if name == "text") == told[-1][1]["reply"]


async def test_what_holds_can_be_read(client: httpx2.AsyncClient) -> None:
    turn = await say(client, "a sci-fi film")
    assert (await client.get("/v1/threads/t/slate")).json()["slate"] == turn["slate"]
    assert (await client.get("/v1/threads/t/wishes")).json() == {"wishes": turn["wishes"], "resting": []}
    (logged,) = (await client.get("/v1/threads/t/trace")).json()["turns"]
    assert (logged["text"], logged["slate"]) == ("a sci-fi film", [item["id"] for item in turn["slate"]])


async def test_threads_are_listed_newest_first_and_erased(client: httpx2.AsyncClient) -> None:
    created = (await client.post("/v1/threads", json={})).json()["thread"]
    await say(client, "a sci-fi film", thread=created)
    await say(client, "a western", thread="second")
    listed = (await client.get("/v1/threads")).json()["threads"]
    assert [(thread["id"], thread["turns"]) for thread in listed] == [("second", 1), (created, 1)]
    assert (await client.delete(f"/v1/threads/{created}")).status_code == 204
    assert (await client.get(f"/v1/threads/{created}/slate")).status_code == 404


async def test_a_wish_is_added_hardened_flipped_and_removed_and_undo_takes_it_back(client: httpx2.AsyncClient) -> None:
    await say(client, "something to watch")

    async def change(**body: Any) -> list[dict[str, Any]]:
        answer = await client.patch("/v1/threads/t/wishes", json=body)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["wishes"])

    (wish,) = await change(add=[{"facet": "genre", "value": "Sci-Fi"}])
    assert (wish["value"], wish["strength"]) == ("sci-fi", "prefer")
    (wish,) = await change(edit=[{"op": "harden", "id": wish["id"]}])
    assert wish["strength"] == "must"
    (wish,) = await change(edit=[{"op": "flip", "id": wish["id"]}])
    assert (wish["polarity"], wish["strength"]) == ("dislike", "must")
    undone = (await client.post("/v1/threads/t/undo", json={})).json()
    assert [one["polarity"] for one in undone["wishes"]] == ["like"]
    assert await change(edit=[{"op": "remove", "id": undone["wishes"][0]["id"]}]) == []


async def test_a_range_is_hardened_in_place_and_alternatives_stay_alternatives(client: httpx2.AsyncClient) -> None:
    added = await client.patch(
        "/v1/threads/t/wishes",
        json={
            "add": [
                {"facet": "runtime", "value": {"max": 120}},
                {"facet": "genre", "value": "sci-fi", "any_of": 1},
                {"facet": "genre", "value": "western", "any_of": 1},
            ]
        },
    )
    runtime, scifi, _ = added.json()["wishes"]
    edits = [{"op": "harden", "id": runtime["id"]}, {"op": "harden", "id": scifi["id"]}]
    wishes = (await client.patch("/v1/threads/t/wishes", json={"edit": edits})).json()["wishes"]
    assert sorted((wish["facet"], wish["strength"]) for wish in wishes) == [
        ("genre", "must"), ("genre", "must"), ("runtime", "must"),
    ]  # fmt: skip
    assert len({wish.get("group") for wish in wishes if wish["facet"] == "genre"}) == 1


async def test_a_pinned_wish_is_remembered_and_an_unpinned_one_is_not(client: httpx2.AsyncClient) -> None:
    turn = await say(client, "a sci-fi film")
    wish = turn["wishes"][0]["id"]
    await client.patch("/v1/threads/t/wishes", json={"edit": [{"op": "pin", "id": wish}]})
    (kept,) = (await client.get("/v1/profile")).json()["wishes"]
    assert (kept["value"], kept["lifetime"]) == ("sci-fi", "lasting")
    (held,) = (await client.get("/v1/threads/t/wishes")).json()["wishes"]
    await client.patch("/v1/threads/t/wishes", json={"edit": [{"op": "unpin", "id": held["id"]}]})
    assert (await client.get("/v1/profile")).json()["wishes"] == []
    (held,) = (await client.get("/v1/threads/t/wishes")).json()["wishes"]
    assert held["lifetime"] == "session"


@pytest.mark.parametrize(
    ("opinion", "kept"),
    [
        ("like", "liked"),
        ("dislike", "disliked"),
        ("not_for_me", "not_interested"),
        ("seen", "seen"),
        ("accept", "accept"),
    ],
)
async def test_a_reaction_is_remembered(client: httpx2.AsyncClient, opinion: str, kept: str) -> None:
    turn = await say(client, "a sci-fi film")
    first = turn["slate"][0]["id"]
    after = await client.post("/v1/threads/t/feedback", json={"n": 1, "opinion": opinion})
    assert after.status_code == 200, after.text
    assert first not in [item["id"] for item in after.json()["slate"]]
    (noted,) = (await client.get("/v1/profile")).json()["items"]
    assert (noted["id"], noted["opinion"]) == (first, kept)


async def test_more_like_this_makes_an_item_what_the_rest_should_be_like(client: httpx2.AsyncClient) -> None:
    await say(client, "something to watch")
    after = await client.post("/v1/threads/t/feedback", json={"item": "arrival-2016", "opinion": "more_like_this"})
    assert [wish["item"] for wish in after.json()["wishes"] if wish["facet"] == "similar"] == ["arrival-2016"]


async def test_an_item_to_be_like_is_taken_away_again(client: httpx2.AsyncClient) -> None:
    turn = await say(client, "something like Arrival")
    (seed,) = [wish["id"] for wish in turn["wishes"] if wish["facet"] == "similar"]
    after = await client.patch("/v1/threads/t/wishes", json={"edit": [{"op": "remove", "id": seed}]})
    assert after.json()["wishes"] == []


async def test_a_turn_sent_again_with_its_key_is_taken_once(client: httpx2.AsyncClient) -> None:
    first = await say(client, "a sci-fi film", **{"Idempotency-Key": "k1"})
    again = await say(client, "a sci-fi film", **{"Idempotency-Key": "k1"})
    assert again == first
    assert (await client.get("/v1/threads")).json()["threads"][0]["turns"] == 1


async def test_the_profile_is_changed_exported_erased_and_imported(client: httpx2.AsyncClient) -> None:
    changed = await client.patch(
        "/v1/profile",
        json={
            "remember": [{"facet": "genre", "value": "horror", "polarity": "dislike", "strength": "must"}],
            "items": {"arrival-2016": "liked"},
        },
    )
    assert changed.status_code == 200, changed.text
    document = (await client.get("/v1/profile/export")).json()
    assert (await client.delete("/v1/profile")).status_code == 204
    assert (await client.get("/v1/profile")).json() == {"user": "ana", "wishes": [], "items": []}
    back = await client.post("/v1/profile/import", json={"document": document})
    assert back.json()["items"][0]["title"] == "Arrival (2016)"
    forgotten = await client.patch(
        "/v1/profile", json={"forget_wishes": [back.json()["wishes"][0]["id"]], "forget_items": ["arrival-2016"]}
    )
    assert forgotten.json() == {"user": "ana", "wishes": [], "items": []}


async def test_items_are_read_searched_and_compared_by_likeness(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/v1/items/arrival-2016")).json()["facts"]["runtime"] == 116
    found = (await client.get("/v1/items", params={"query": "arrival"})).json()
    assert found["items"][0]["id"] == "arrival-2016"
    like = (await client.get("/v1/items/arrival-2016/similar", params={"limit": 3})).json()["items"]
    assert len(like) == 3
    assert "arrival-2016" not in [item["id"] for item in like]


async def test_a_slate_without_a_thread_keeps_its_musts_and_nothing_else(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/v1/recommend",
        json={
            "wishes": [{"facet": "runtime", "value": {"max": 120}, "strength": "must"}],
            "like": ["contact-1997"],
            "exclude": ["arrival-2016"],
            "count": 3,
        },
    )
    slate = answer.json()["slate"]
    ids = [item["id"] for item in slate]
    assert set(ids) <= {"airplane-1980", "before-sunrise-1995", "alien-1979", "amelie-2001"} and len(ids) == 3
    assert (await client.get("/v1/threads")).json()["threads"] == []
