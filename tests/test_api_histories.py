"""Rating histories over HTTP: what is kept, what is skipped and why, what is refused."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from agent.agent import Agent
from tests.serving import app_over, client_of
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

HISTORY = "/v1/profile/history"


@pytest.fixture
def agent(tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(tiny_tools, tiny_linker, tmp_path)


@pytest.fixture
def client(agent: Agent) -> httpx2.AsyncClient:
    return client_of(app_over(agent))


async def remembered(client: httpx2.AsyncClient) -> dict[str, str]:
    return {item["id"]: item["opinion"] for item in (await client.get("/v1/profile")).json()["items"]}


async def test_every_line_is_kept_or_skipped_with_the_reason(client: httpx2.AsyncClient) -> None:
    await client.patch("/v1/profile", json={"items": {"unforgiven-1992": "disliked"}})
    lines: list[dict[str, Any]] = [
        {"title": "Arrival", "year": 2016, "rating": 5, "date": "2024-01-02"},
        {"item": "alien-1979", "rating": 1},
        {"item": "heat-1995"},
        {"title": "Intersteller", "rating": 5},
        {"rating": 5},
        {"title": "Amelie", "date": "soon"},
        {"title": "Unforgiven", "rating": 5},
        {"item": "heat-1995", "rating": 3, "date": "2024-05-05"},
    ]
    answer = await client.post(HISTORY, json={"ratings": lines})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "kept": [
            {"row": 1, "id": "arrival-2016", "title": "Arrival (2016)", "opinion": "liked"},
            {"row": 2, "id": "alien-1979", "title": "Alien (1979)", "opinion": "disliked"},
            {"row": 8, "id": "heat-1995", "title": "Heat (1995)", "opinion": "seen"},
        ],
        "skipped": [
            {"row": 3, "named": "Heat (1995)", "why": "a later line is about it", "near": []},
            {"row": 4, "named": "Intersteller", "why": "not found", "near": ["Interstellar (2014)"]},
            {"row": 5, "named": "", "why": "no item", "near": []},
            {"row": 6, "named": "", "why": "date is not one (write 2026-03-31)", "near": []},
            {"row": 7, "named": "Unforgiven (1992)", "why": "what was said of it since stands", "near": []},
        ],
    }
    assert await remembered(client) == {
        "unforgiven-1992": "disliked", "arrival-2016": "liked", "alien-1979": "disliked", "heat-1995": "seen",
    }  # fmt: skip


async def test_the_same_history_twice_is_the_same_memory(client: httpx2.AsyncClient) -> None:
    body = {"ratings": [{"title": "Arrival", "rating": 5}, {"item": "heat-1995", "rating": 1, "date": "2024-05-05"}]}
    first = (await client.post(HISTORY, json=body)).json()
    before = await remembered(client)
    assert (await client.post(HISTORY, json=body)).json() == first
    assert await remembered(client) == before


async def test_a_history_belongs_to_its_user_and_shapes_what_is_suggested(agent: Agent) -> None:
    ana, bob = (client_of(app_over(agent), user=user) for user in ("ana", "bob"))
    await ana.post(HISTORY, json={"ratings": [{"item": "arrival-2016", "rating": 5}, {"item": "alien-1979"}]})
    assert await remembered(bob) == {}
    turn = (await ana.post("/v1/threads/t/turns", json={"text": "a sci-fi film"})).json()
    assert not {"arrival-2016", "alien-1979"} & {item["id"] for item in turn["slate"]}
    assert "affinity" in [step["tool"] for step in turn["plan"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.ratings"),
        ({"ratings": []}, "body.ratings"),
        ({"ratings": [{"title": "Heat"}] * 5_001}, "body.ratings"),
        ({"ratings": [{"title": "Heat", "rating": "great"}]}, "body.ratings.0.rating"),
        ({"ratings": [{"title": "Heat", "rating": -1}]}, "body.ratings.0.rating"),
        ({"ratings": [{"title": "Heat", "year": 0}]}, "body.ratings.0.year"),
        ({"ratings": [{"title": "x" * 301}]}, "body.ratings.0.title"),
        ({"ratings": [{"name": "Heat"}]}, "body.ratings.0.name"),
        ({"ratings": "Heat"}, "body.ratings"),
    ],
)
async def test_what_is_no_history_is_refused_and_nothing_is_kept(
    client: httpx2.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await client.post(HISTORY, json=body)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    assert await remembered(client) == {}


async def test_figures_that_json_does_not_have_are_skipped(client: httpx2.AsyncClient) -> None:
    sent = b'{"ratings": [{"title": "Heat", "rating": NaN}]}'
    answer = await client.post(HISTORY, content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert await remembered(client) == {}


async def test_the_longest_history_is_taken_in_time(client: httpx2.AsyncClient) -> None:
    lines = [{"title": f"No such title {n}", "rating": n % 10} for n in range(5_000)]
    skipped = (await client.post(HISTORY, json={"ratings": lines}, timeout=30)).json()["skipped"]
    assert len(skipped) == 5_000
