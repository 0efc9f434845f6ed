"""The places that memory can lie in, for tests: in memory, in a SQLite file, in a PostgreSQL of their own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from agent.memory.database import Database
from agent.memory.postgres import open_postgres
from agent.memory.sqlite import open_sqlite

BIN = Path("/usr/lib/postgresql/15/bin")
KINDS = ("memory", "sqlite", "postgres")
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of Debian's package in a folder of its own, on a Unix socket; yields what its URLs end with."""
    if not (BIN / "initdb").exists():
        pytest.skip(f"PostgreSQL 15 is not installed in {BIN} (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="attune-pg-", dir="/tmp"))
    # The server refuses to run as root.
    as_user = {"user": "nobody"} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, user="nobody")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [BIN / program, "-D", folder / "data", *arguments],
            check=True, capture_output=True, cwd=folder, env={"PATH": os.environ["PATH"]}, **as_user,  # type: ignore[call-overload]
        )  # fmt: skip

    try:
        run("initdb", "-U", "attune", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"?host={folder}&user=attune"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of an empty database."""
    name = f"t{next(_numbers)}"
    with psycopg.connect(f"postgresql:///postgres{postgres_server}", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql:///{name}{postgres_server}"


@asynccontextmanager
async def opened(place: str | Path | None) -> AsyncIterator[Database]:
    """The database in a place: a URL, a file, or None for memory."""
    async with AsyncExitStack() as resources:
        if place is None:
            yield Database(store=InMemoryStore(), saver=InMemorySaver())
        elif isinstance(place, Path):
            yield await open_sqlite(place, 5.0, resources)
        else:
            yield await open_postgres(place, 5.0, resources)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path | None:
    """A new place of each kind."""
    match request.param:
        case "memory":
            return None
        case "sqlite":
            return tmp_path / "attune.db"
        case _:
            url: str = request.getfixturevalue("postgres_url")
            return url


@pytest.fixture
async def database(place: str | Path | None) -> AsyncIterator[Database]:
    """An empty database of each kind."""
    async with opened(place) as one:
        yield one
