"""Turns of the page go through the same turnstile as the API's: bounded together, and finished once begun."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from agent.agent import Agent
from agent.api.metrics import Metrics
from agent.memory.threads import list_threads
from agent.page.page import TENANT
from agent.page.presses import Meaning
from agent.page.sessions import Session
from agent.page.stage import Screen, Stage
from agent.turns import TurnOptions
from agent.turnstile import Turnstile
from tests.browsing import TroubledParser, Visitor, chromium, paged
from tests.serving import served_in_thread
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker

ANA, BEN = Session("a" * 32, "1" * 32), Session("b" * 32, "2" * 32)
SLOW = Meaning(text="a trading game, slowly")


@pytest.fixture
def agent(boardgames_tools: ToolContext, boardgames_linker: Linker, tmp_path: Path) -> Agent:
    parser = TroubledParser(boardgames_tools.catalogue.domain)
    return agent_over(boardgames_tools, boardgames_linker, tmp_path, parser=parser)


async def screens(stage: Stage, session: Session, meaning: Meaning = SLOW) -> list[Screen]:
    return [screen async for screen in stage.take(session, meaning, TurnOptions())]


async def test_where_too_many_wait_a_visitor_is_told_and_can_try_again(agent: Agent) -> None:
    stage = Stage(agent, Turnstile(1, 0, Metrics()))
    taken, refused = sorted(
        await asyncio.gather(screens(stage, ANA), screens(stage, BEN)), key=lambda drawn: "fault" in drawn[-1].talk
    )
    assert 'class="card' in taken[-1].picks and "fault" not in taken[-1].talk
    assert "1 turns are already waiting; try again in 2 seconds" in refused[-1].talk
    assert 'data-value="a trading game, slowly"' in refused[-1].talk
    assert "fault" not in (await screens(stage, BEN))[-1].talk


async def test_a_turn_whose_visitor_leaves_is_finished(agent: Agent) -> None:
    turnstile = Turnstile(1, 0, Metrics())
    turn = Stage(agent, turnstile).take(ANA, SLOW, TurnOptions())
    await anext(turn)
    leaving = asyncio.create_task(anext(turn))
    await asyncio.sleep(0.1)
    leaving.cancel()
    await turnstile.drain()
    assert [entry.text for entry in await agent.entries(ANA.user, ANA.thread)] == [SLOW.text]


def test_a_server_told_to_stop_finishes_the_turn_that_a_visitor_began(agent: Agent) -> None:
    with chromium() as browser:
        with served_in_thread(paged(agent)) as address:
            visitor = Visitor(browser, f"{address}/")
            visitor.page.fill("#words textarea", SLOW.text)
            visitor.page.press("#words textarea", "Enter")
            visitor.see(".turn.live .status")
            in_flight = httpx2.get(f"{address}/metrics").text
            # The window is closed, so that nobody listens when the server is told to stop.
            visitor.leave()
        assert "attune_turns_in_flight 1.0" in in_flight
    kept = asyncio.run(list_threads(agent.parts.profiles.database.saver, f"{TENANT}/"))
    assert [(thread.title, thread.turns) for _, thread in kept] == [(SLOW.text, 1)]


async def test_what_happened_in_the_last_turn_is_there_when_the_thread_is_opened_again(agent: Agent) -> None:
    stage = Stage(agent, Turnstile(1, 0, Metrics()))
    first = (await screens(stage, ANA, Meaning(text="a trading game")))[-1]
    assert (await stage.shown(ANA)).happened == first.happened
    last = (await screens(stage, ANA, Meaning(text="under 20 euros")))[-1]
    assert last.happened and "at most 20" in last.happened
    opened = await Stage(agent, Turnstile(1, 0, Metrics())).shown(ANA)
    assert opened == last
    assert (await stage.shown(BEN)).happened == ""


async def test_what_is_not_kept_of_a_turn_taken_elsewhere_is_said_to_be_so(agent: Agent) -> None:
    stage = Stage(agent, Turnstile(1, 0, Metrics()))
    await screens(stage, ANA, Meaning(text="a trading game"))
    await agent.chat(ANA.user, ANA.thread, "under 20 euros")
    happened = (await stage.shown(ANA)).happened
    assert happened and "is not kept" in happened and "<table>" not in happened
