from datetime import date
from pathlib import Path

from agent.commands import Command
from tests.talking import agent_over
from tools.context import ToolContext
from tools.histories import Rated
from tools.linking import Linker


async def test_a_rating_history_lets_a_user_start_warm(
    tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path
) -> None:
    agent = agent_over(tiny_tools, tiny_linker, tmp_path)
    ratings = [
        Rated(title="Arrival", year=2016, rating=5, date="2024-01-02T00:00:00"),
        Rated(title="Alien", rating=1, date="2024-01-01T00:00:00"),
        Rated(item="heat-1995", rating=3),
        Rated(title="Intersteller", rating=5, row=4),
    ]
    found = await agent.memory.import_history("ana", ratings)
    assert [one.near for one in found.unmatched] == [("Interstellar (2014)",)]
    items = (await agent.memory.profile("ana")).items
    assert {item: (kept.opinion, kept.since) for item, kept in items.items()} == {
        "heat-1995": ("seen", date.today().isoformat()),
        "alien-1979": ("disliked", "2024-01-01"),
        "arrival-2016": ("liked", "2024-01-02"),
    }
    turn = await agent.chat("ana", "t", "something good", command=Command())
    affinity = [step for step in turn.plan if step.tool == "affinity"]
    assert affinity[0].arguments["liked"] == [{"id": "arrival-2016"}]
    assert not {"arrival-2016", "heat-1995", "alien-1979"} & {item.id for item in turn.slate}
    assert not (await agent.memory.profile("bo")).items
    await agent.close()


async def test_what_was_said_since_stands_against_an_older_rating(
    tiny_tools: ToolContext, tiny_linker: Linker, tmp_path: Path
) -> None:
    agent = agent_over(tiny_tools, tiny_linker, tmp_path)
    await agent.memory.note_items("ana", {"heat-1995": "liked", "alien-1979": "liked"})
    await agent.memory.import_history(
        "ana", [Rated(item="heat-1995", rating=1, date="2020-01-01T00:00:00"), Rated(item="alien-1979", rating=1)]
    )
    assert set((await agent.memory.profile("ana")).opinions.values()) == {"liked"}
    await agent.close()
