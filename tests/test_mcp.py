"""The MCP server, driven by the official client over HTTP and over standard input and output."""

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from agent.agent import Agent
from agent.api.keys import KeyRing
from agent.api.server import build_app
from tests.conftest import BOARDGAMES, ROOT
from tests.serving import served
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

TOOLS = {"recommend", "refine", "explain", "search_items", "item_facts", "profile"}


@pytest.fixture
def agent(tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(tiny_tools, tiny_linker, tmp_path)


@pytest.fixture
async def url(agent: Agent) -> AsyncIterator[str]:
    async with served(build_app(agent)) as url:
        yield url


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    done = await client.call_tool(tool, arguments)
    assert not done.is_error, done.content
    assert done.structured_content is not None
    return done.structured_content


async def test_the_tools_hold_a_conversation_over_http(url: str) -> None:
    async with Client(f"{url}/mcp") as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        first = await call(client, "recommend", request="a sci-fi film", user="ana")
        assert first["slate"]
        thread = first["thread"]
        narrowed = await call(client, "refine", thread=thread, request="under two hours", user="ana")
        assert {wish["facet"] for wish in narrowed["wishes"]} == {"genre", "runtime"}
        genre = next(wish["id"] for wish in narrowed["wishes"] if wish["facet"] == "genre")
        edited = await call(client, "refine", thread=thread, edit=[{"op": "remove", "id": genre}], user="ana")
        assert [wish["facet"] for wish in edited["wishes"]] == ["runtime"]
        why = await call(client, "explain", thread=thread, n=1, user="ana")
        assert edited["slate"][0]["title"] in why["reply"]
        found = await call(client, "search_items", query="arrival")
        assert found["items"][0]["id"] == "arrival-2016"
        facts = await call(client, "item_facts", item="Arrival")
        assert facts["facts"]["runtime"] == 116
        await call(client, "recommend", request="I never watch horror", user="ana", thread=thread)
        kept = await call(client, "profile", user="ana")
        assert [wish["value"] for wish in kept["wishes"]] == ["horror"]


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("recommend", {"request": "a western"}, "who the user is"),
        ("refine", {"thread": "t", "user": "ana"}, "either a request"),
        ("refine", {"thread": "t", "user": "ana", "edit": [{"op": "flip", "id": "w9"}]}, "no wish 'w9'"),
        ("refine", {"thread": "t", "user": "ana", "add": [{"facet": "colour", "value": "red"}]}, "no facet 'colour'"),
        ("item_facts", {"item": "no such thing at all"}, "no item has the id"),
        ("nonsense", {}, "nonsense"),
    ],
)
async def test_what_the_calling_model_can_mend_is_told_to_it(
    url: str, tool: str, arguments: dict[str, Any], told: str
) -> None:
    async with Client(f"{url}/mcp") as client:
        done = await client.call_tool(tool, arguments)
    assert done.is_error
    assert told in str(done.content)


async def test_over_http_a_key_says_the_tenant_and_a_header_the_user(agent: Agent, tmp_path: Path) -> None:
    keys = KeyRing(tmp_path / "keys.json")
    _, secret = keys.create("shop")
    headers = {"Authorization": f"Bearer {secret}", "X-Attune-User": "ana"}
    async with (
        served(build_app(agent, keys=keys)) as url,
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        first = await call(client, "recommend", request="a western")
        assert len(await agent.for_tenant("shop").entries("ana", first["thread"])) == 1
        assert await agent.entries("ana", first["thread"]) == ()
        refused = await client.call_tool("profile", {"user": "bob"})
        assert refused.is_error


async def test_the_program_speaks_mcp_on_standard_input_and_output(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "ATTUNE_HOME": str(tmp_path),
        "ATTUNE_DOMAIN": str(BOARDGAMES),
        "ATTUNE_PARSER": "rules",
        "HF_HUB_OFFLINE": "1",
    }
    program = StdioServerParameters(
        command=sys.executable, args=[str(ROOT / "app.py"), "mcp", "--user", "ana"], env=environment
    )
    async with Client(stdio_client(program)) as client:
        first = await call(client, "recommend", request="a game for 4 players")
        assert first["slate"]
        assert (await call(client, "profile"))["user"] == "ana"
