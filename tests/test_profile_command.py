"""`attune profile`: what a person runs to see, take along and erase what is kept of somebody."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.commands import Command, Preference
from agent.terminal.profile import app
from tests.conftest import BOARDGAMES
from tests.databases import opened
from tests.talking import agent_over
from tools.context import ToolContext
from tools.linking import Linker


@pytest.fixture
def home(
    boardgames_tools: ToolContext, boardgames_linker: Linker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A home in which ana has talked once."""
    wish = Preference(facet="theme", value="trains", strength="prefer", lifetime="lasting", quote="I love trains")

    async def talk() -> None:
        async with opened(tmp_path / "attune.db") as database:
            agent = agent_over(boardgames_tools, boardgames_linker, tmp_path, database=database)
            await agent.chat("ana", "t", "I love trains", command=Command(preferences=(wish,)))

    asyncio.run(talk())
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--domain", str(BOARDGAMES)])
    return done.exit_code, done.output


def test_a_profile_is_shown_in_words_and_as_json(home: Path) -> None:
    code, said = run("show", "ana")
    assert code == 0 and "trains" in said and "today" in said and "1 turns" in said
    shown = json.loads(run("show", "ana", "--json")[1])
    assert shown["profile"]["wishes"][0]["quote"] == "I love trains"
    assert "I remember nothing about you" in run("show", "bob")[1]


def test_an_export_is_taken_in_by_its_owner_alone(home: Path) -> None:
    file = home / "ana.json"
    assert run("export", "ana", str(file))[0] == 0
    assert json.loads(file.read_text(encoding="utf8"))["threads"][0]["turns"][0]["text"] == "I love trains"
    for arguments in (("ana", str(file)), ("bob", str(file)), ("ana", str(home / "none.json"))):
        assert run("import", *arguments)[0] == 2
    assert run("export", "ana", str(file))[0] == 2
    assert run("import", "bob", str(file), "--of-another")[0] == 0
    assert run("import", "ana", str(file), "--overwrite")[0] == 0
    assert "trains" in run("show", "bob")[1]


def test_forgetting_takes_one_thing_or_everything(home: Path) -> None:
    assert run("forget", "ana", "--wish", "p9")[0] == 2
    assert run("forget", "ana", "--wish", "p1")[0] == 0
    assert "I remember nothing" in run("show", "ana")[1]
    assert run("forget", "ana", "--yes")[0] == 0
    assert "turns" not in run("show", "ana")[1]
    assert b"I love trains" not in b"".join(path.read_bytes() for path in home.glob("attune.db*"))
