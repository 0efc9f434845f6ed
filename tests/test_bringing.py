"""Files that a visitor of the page brings in, without a browser."""

import base64
import json
from pathlib import Path

import pytest

from agent.agent import Agent
from agent.page.bringing import MOST_BYTES, Brought, Told, bring
from tests.talking import agent_over
from tools.context import ToolContext
from tools.errors import ImportFault
from tools.linking import Linker


@pytest.fixture
def agent(boardgames_tools: ToolContext, boardgames_linker: Linker, tmp_path: Path) -> Agent:
    return agent_over(boardgames_tools, boardgames_linker, tmp_path)


def brought(name: str, content: bytes, *, replace: bool = False) -> Brought:
    return Brought(act="bring", name=name, content=base64.b64encode(content).decode(), replace=replace)


async def take(agent: Agent, given: Brought) -> Told:
    return await bring(agent.memory, "ana", agent.parts.catalogue, given)


async def test_a_list_of_ratings_is_a_history_too(agent: Agent) -> None:
    lines = [{"title": "Lantern Reef", "rating": 5}, {"title": "Trade", "rating": 1}, "Heist"]
    told = await take(agent, brought("mine.json", json.dumps(lines).encode()))
    assert told.words == "Kept 2 games: 1 liked, 1 disliked, 0 seen. Left out: 1 line."
    assert [line.why for line in told.skipped] == ["not a JSON object"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("mine.csv", b"title\n\xff\xfe", "'mine.csv' is not UTF-8"),
        ("mine.csv", b"", "'mine.csv' has no rows"),
        ("mine.exe", b"MZ", "neither an export"),
        ("mine", b"title", "neither an export"),
        ("mine.parquet", b"PAR1", "neither an export"),
        ("mine.json", b"{", "not JSON"),
        ("mine.json", b"7", "neither an export"),
        ("x.csv", b"x" * (MOST_BYTES + 1), "longer than 2,000,000 bytes"),
    ],
)
async def test_files_that_are_none_are_refused_without_saying_where_they_lay(
    agent: Agent, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(ImportFault, match=why) as refused:
        await take(agent, brought(name, content))
    assert "/tmp" not in str(refused.value)
    assert (await agent.memory.profile("ana")).is_empty


@pytest.mark.parametrize("sent", [None, {"act": "bring"}, {"act": "bring", "name": "a", "content": "x" * 3_000_000}])
def test_what_a_browser_makes_up_is_no_file(sent: object) -> None:
    assert Brought.read(sent) is None


async def test_a_file_that_did_not_arrive_whole_is_refused(agent: Agent) -> None:
    with pytest.raises(ImportFault, match="did not arrive whole"):
        await take(agent, Brought(act="bring", name="mine.csv", content="a"))
