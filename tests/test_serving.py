"""`attune serve` and `attune keys`: where it listens, what it refuses, how it stops."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from agent.errors import SettingsError
from agent.terminal.commands import app
from agent.terminal.serving import bound, placed_by
from tests.conftest import BOARDGAMES, ROOT


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ATTUNE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    monkeypatch.setenv("ATTUNE_DOMAIN", str(BOARDGAMES))
    monkeypatch.setenv("ATTUNE_PARSER", "rules")


def test_a_space_listens_where_its_proxy_reaches_it() -> None:
    assert placed_by({}) == {}
    assert placed_by({"SPACE_ID": "ana/attune"}) == {"host": "0.0.0.0", "unguarded": True}
    assert placed_by({"GRADIO_SERVER_PORT": "7861", "GRADIO_SERVER_NAME": "::1"}) == {"host": "::1", "port": "7861"}


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port}"):
            bound("127.0.0.1", port)


def test_other_addresses_are_refused_before_anything_is_loaded() -> None:
    done = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0"])
    assert done.exit_code == 2
    assert "--unguarded" in done.stderr


def test_a_key_is_made_listed_and_revoked() -> None:
    made = json.loads(CliRunner().invoke(app, ["keys", "create", "shop", "--name", "web", "--json"]).stdout)
    assert made["key"].startswith(f"att_{made['id']}_")
    listed = CliRunner().invoke(app, ["keys", "list", "--json"]).stdout
    assert json.loads(listed)["keys"][0]["tenant"] == "shop"
    assert made["key"] not in listed
    assert CliRunner().invoke(app, ["keys", "revoke", made["id"]]).exit_code == 0
    assert CliRunner().invoke(app, ["keys", "revoke", made["id"]]).exit_code == 2
    assert CliRunner().invoke(app, ["keys", "create", "Bad Name"]).exit_code == 2


def test_the_program_without_a_command_serves_and_stops_when_told_to() -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "ATTUNE_PORT": "0"}
    command = [sys.executable, str(ROOT / "app.py")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stderr is not None
        said = ""
        while not (found := re.search(r"listens on (http://\S+)", said)):
            line = program.stderr.readline()
            assert line, said
            said += line
        answer = httpx2.post(f"{found[1]}/v1/threads/t/turns", json={"text": "a dice game", "user": "ana"}, timeout=60)
        program.send_signal(signal.SIGTERM)
        program.stderr.read()
    assert answer.json()["slate"]
    assert program.returncode in (0, -signal.SIGTERM)
