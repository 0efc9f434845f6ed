"""langgraph.json: the graph as LangGraph's own tools open it."""

import importlib
import json
from pathlib import Path

import pytest

from agent.trace import Done
from tests.conftest import BOARDGAMES, ROOT


async def test_the_graph_of_langgraph_json_takes_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    monkeypatch.setenv("ATTUNE_DOMAIN", str(BOARDGAMES))
    monkeypatch.setenv("ATTUNE_PARSER", "rules")
    path, _, factory = json.loads((ROOT / "langgraph.json").read_text())["graphs"]["attune"].partition(":")
    module = importlib.import_module(".".join(Path(path).with_suffix("").parts))
    graph = await getattr(module, factory)()
    try:
        assert {"recall", "parse", "plan", "act", "respond", "remember"} <= set(graph.get_graph().nodes)
        given = {"user": "ana", "text": "a game for 4 players"}
        told = [event async for event in graph.astream(given, stream_mode="custom")]
        (turn,) = [event.turn for event in told if isinstance(event, Done)]
        assert turn.slate
        assert turn.timings_ms["total"] < 60_000
    finally:
        await module._opened.pop().close()
