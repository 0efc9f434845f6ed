"""The command line: JSON on standard output, diagnostics on standard error, exit codes 0, 1 and 2."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.settings import load_settings
from agent.terminal.commands import app
from tests.conftest import BOARDGAMES, ROOT
from tools.catalogue import Catalogue
from tools.embedding import SentenceEmbedder
from tools.index import Index

TURN_KEYS = {
    "turn", "command", "wishes", "plan", "slate", "near_misses", "question", "reply", "parser", "model", "notices",
    "timings_ms",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, boardgames: Catalogue, sentences: SentenceEmbedder) -> Path:
    """A home with the index of the board games, which is small."""
    folder = tmp_path_factory.mktemp("home")
    settings = load_settings(home=folder, domain=BOARDGAMES)
    Index.build(boardgames, sentences, settings.index_folder)
    return folder


@pytest.fixture(autouse=True)
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ATTUNE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ATTUNE_HOME", str(home))
    monkeypatch.setenv("ATTUNE_DOMAIN", str(BOARDGAMES))
    monkeypatch.setenv("ATTUNE_PARSER", "rules")


def attune(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=said)


def test_ask_answers_one_turn_as_one_json_object() -> None:
    done = attune("ask", "something under 30 euros for 4 players", "--json")
    assert done.exit_code == 0, done.stderr
    turn = json.loads(done.stdout)
    assert set(turn) == TURN_KEYS
    assert turn["slate"]
    assert len(done.stdout.strip().splitlines()) == 1


def test_ask_answers_a_person_with_a_numbered_slate() -> None:
    done = attune("ask", "a co-operative game")
    assert done.exit_code == 0, done.stderr
    assert "attune" in done.stdout
    assert "1" in done.stdout


def test_chat_reads_a_turn_a_line_and_writes_an_object_a_line() -> None:
    done = attune("chat", "--json", said="a dice game\nunder 40 euros\n\nundo\n")
    assert done.exit_code == 0, done.stderr
    turns = [json.loads(line) for line in done.stdout.splitlines()]
    assert [turn["turn"] for turn in turns] == [1, 2, 3, 4]
    assert all(set(turn) == TURN_KEYS for turn in turns)
    assert turns[3]["slate"] == turns[0]["slate"]


def test_chat_without_input_says_nothing_and_ends_well() -> None:
    done = attune("chat", "--json", said="")
    assert (done.exit_code, done.stdout) == (0, "")


def test_a_named_thread_goes_on_in_the_next_run() -> None:
    first = json.loads(attune("ask", "a co-operative game", "--thread", "ours", "--user", "ana", "--json").stdout)
    second = json.loads(attune("ask", "anything else?", "--thread", "ours", "--user", "ana", "--json").stdout)
    other = json.loads(attune("ask", "anything else?", "--thread", "ours", "--user", "bob", "--json").stdout)
    assert (first["turn"], second["turn"], other["turn"]) == (1, 2, 1)


def test_chat_with_a_person_knows_its_slash_commands() -> None:
    said = "a co-operative game\n/wishes\n/plan\n/why 1\n/undo\n/reset\n/help\n/nonsense\n/quit\n"
    done = attune("chat", said=said)
    assert done.exit_code == 0, done.stderr
    assert "There is no command '/nonsense'" in done.stdout


def test_the_program_itself_answers_in_a_process_of_its_own(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "ask", "a dice game", "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["slate"]


def test_a_missing_domain_folder_is_named_with_what_a_domain_is() -> None:
    done = attune("ask", "hello", "--domain", "/no/such/folder")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "/no/such/folder" in done.stderr
    assert "domain.toml" in done.stderr


def test_a_model_url_that_is_none_is_quoted() -> None:
    done = attune("ask", "hello", "--model-url", "localhost:8000")
    assert done.exit_code == 2
    assert "'localhost:8000'" in done.stderr
    assert "http://127.0.0.1:8000/v1" in done.stderr


def test_a_user_that_cannot_be_is_quoted() -> None:
    done = attune("ask", "hello", "--user", "")
    assert done.exit_code == 2
    assert "user" in done.stderr


def test_a_bad_setting_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_SLATE_SIZE", "many")
    done = attune("ask", "hello")
    assert done.exit_code == 2
    assert "ATTUNE_SLATE_SIZE" in done.stderr
    assert "'many'" in done.stderr


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A file in the place of the folder refuses everybody, root too.
    blocked = tmp_path / "home"
    blocked.write_text("")
    monkeypatch.setenv("ATTUNE_HOME", str(blocked / "inside"))
    done = attune("ask", "hello")
    assert done.exit_code == 2
    assert str(blocked) in done.stderr.replace("\n", "")
    assert "ATTUNE_HOME" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path / "home"))
    assert attune("ask", "hello").exit_code == 2


def test_a_model_server_that_is_away_costs_only_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    # Port 9 is the discard port: nothing listens.
    done = attune("ask", "a dice game", "--model-url", "http://127.0.0.1:9/v1", "--model", "none", "--json")
    assert done.exit_code == 0, done.stderr
    turn = json.loads(done.stdout)
    assert turn["slate"]
    assert turn["model"] is None


def test_an_unknown_option_is_bad_input() -> None:
    assert attune("ask", "hello", "--nonsense").exit_code == 2


def test_the_doctor_says_what_is_in_use() -> None:
    done = attune("doctor", "--json")
    assert done.exit_code == 0, done.stdout
    found = {one["name"]: one for one in json.loads(done.stdout)["findings"]}
    assert set(found) == {"packages", "home", "catalogue", "embedding model", "index", "parser", "language model"}
    assert found["parser"]["says"].startswith("rules")
    assert attune("doctor").exit_code == 0


def test_the_doctor_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    done = attune("doctor", "--json")
    assert done.exit_code == 1
    (missing,) = [one for one in json.loads(done.stdout)["findings"] if not one["well"]]
    assert missing["name"] == "index"
    assert "attune index" in missing["says"]
