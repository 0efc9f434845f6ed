"""Threads and profiles in one SQLite file: the default."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import aiosqlite
import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.store.base import NOT_PROVIDED, Item, NotProvided
from langgraph.store.sqlite.aio import AsyncSqliteStore

from agent.errors import SettingsError
from agent.memory.database import SCHEMA, Database
from agent.memory.threads import Kept, described, summary

_APPLICATION = 0x41545455
"""'ATTU', in the file's header: whose file it is."""
_MAPPED_BYTES = 1 << 30
_OLDER = "thread_id = NEW.thread_id AND checkpoint_ns = NEW.checkpoint_ns AND checkpoint_id < NEW.checkpoint_id"
"""Checkpoint ids are time-ordered (UUID version 6)."""
_NEWEST_ONLY = f"""
CREATE TRIGGER IF NOT EXISTS attune_newest_only AFTER INSERT ON checkpoints BEGIN
    DELETE FROM checkpoints WHERE {_OLDER};
    DELETE FROM writes WHERE {_OLDER};
END
"""
"""In the transaction of the new one: there is never none, and never a second."""


class SqliteThreads(AsyncSqliteSaver):
    """Keeps the newest checkpoint of each thread and drops those before it.

    A thread's log holds all its turns, so older checkpoints say nothing more, and keeping them would make a thread
    grow with the square of its length.
    """

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return await super().aput(config, checkpoint, described(checkpoint, metadata), new_versions)

    async def setup(self) -> None:
        """Make the tables and the trigger where they are not there yet."""
        if self.is_setup:
            return
        await super().setup()
        async with self.lock:
            await (await self.conn.execute(_NEWEST_ONLY)).close()

    async def threads(self, prefix: str) -> list[Kept]:
        await self.setup()
        query = (
            "SELECT thread_id, CAST(metadata AS TEXT), max(checkpoint_id) FROM checkpoints "
            "WHERE thread_id >= ? AND thread_id < ? GROUP BY thread_id"
        )
        # Keys are ASCII: nothing that begins with the prefix sorts after it and the last sign there is.
        async with self.lock, self.conn.execute(query, (prefix, f"{prefix}\x7f")) as rows:
            return [(key, summary(orjson.loads(metadata))) async for key, metadata, _ in rows]

    async def scrub(self) -> None:
        """Rewrite the file without what was deleted, and empty the write-ahead log."""
        async with self.lock:
            # VACUUM writes the whole file anew: secure_delete zeroes freed cells, but a page that was rebalanced may
            # keep a copy of one in the gap between its cells.
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                cursor = await self.conn.execute(statement)
                await cursor.fetchall()
                await cursor.close()


class SqliteProfiles(AsyncSqliteStore):
    """A store whose transactions begin as what they are, writes: one that only becomes a write may not wait its turn.

    One that fails leaves nothing open.
    """

    async def aget(self, namespace: tuple[str, ...], key: str, *, refresh_ttl: bool | None = None) -> Item | None:
        """Return what is kept under the key: one statement, where the library's batch takes a transaction."""
        query = "SELECT value, created_at, updated_at FROM store WHERE prefix = ? AND key = ?"
        async with self.lock:
            rows = [*await self.conn.execute_fetchall(query, (".".join(namespace), key))]
        if not rows:
            return None
        value, created, updated = rows[0]
        return Item(value=orjson.loads(value), key=key, namespace=namespace, created_at=created, updated_at=updated)

    async def aput(
        self,
        namespace: tuple[str, ...],
        key: str,
        value: Mapping[str, Any],
        index: Literal[False] | list[str] | None = None,
        *,
        ttl: float | NotProvided | None = NOT_PROVIDED,
    ) -> None:
        """Keep the value under the key: one statement where nothing is to be indexed and nothing runs out."""
        if index is not False or isinstance(ttl, float):
            await super().aput(namespace, key, value, index, ttl=ttl)
            return
        statement = (
            "INSERT INTO store (prefix, key, value) VALUES (?, ?, ?) ON CONFLICT (prefix, key) "
            "DO UPDATE SET value = excluded.value, updated_at = CURRENT_TIMESTAMP"
        )
        async with self.lock:
            await self.conn.execute_insert(statement, (".".join(namespace), key, orjson.dumps(value).decode()))

    @asynccontextmanager
    async def _cursor(self, *, transaction: bool = True) -> AsyncIterator[aiosqlite.Cursor]:
        if not self.is_setup:
            await self.setup()
        async with self.lock:
            if transaction:
                await self.conn.execute("BEGIN IMMEDIATE")
            try:
                async with self.conn.cursor() as cursor:
                    yield cursor
                if transaction:
                    await self.conn.execute("COMMIT")
            except BaseException:
                if self.conn.in_transaction:
                    await self.conn.execute("ROLLBACK")
                raise


async def open_sqlite(path: Path, wait_s: float, resources: AsyncExitStack) -> Database:
    """Open the file, made where there is none; `resources` closes it.

    wait_s: how long a turn waits for another process's write. Raises SettingsError for a file that cannot be used,
    saying what to do; such a file is left as it is.
    """
    # Its debug lines carry whole statements with what they keep: what was said is in no log, at any level.
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = await _connect(path, wait_s, resources)
        await _check(connection, path)
        saver = SqliteThreads(connection)
        await saver.setup()
        store = SqliteProfiles(connection)
        # One connection for both: two of one process would only wait for each other.
        store.lock = saver.lock
        await resources.enter_async_context(store)
        await store.setup()
        await connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        await connection.execute(f"PRAGMA user_version = {SCHEMA}")
    except (OSError, aiosqlite.Error) as error:
        raise SettingsError(f"cannot keep threads and profiles in {str(path)!r}: {error}; {_advice(error)}") from error
    return Database(store=store, saver=saver, scrub=saver.scrub)


async def _connect(path: Path, wait_s: float, resources: AsyncExitStack) -> aiosqlite.Connection:
    connection = await resources.enter_async_context(aiosqlite.connect(path, isolation_level=None))
    settings = (
        f"busy_timeout = {round(wait_s * 1000)}",
        "journal_mode = WAL",
        # A turn outlives the process from the moment it is answered; the machine's power is what a backup is for.
        "synchronous = NORMAL",
        "secure_delete = ON",
        # Pages are read where they lie in memory instead of through a cache of two megabytes.
        f"mmap_size = {_MAPPED_BYTES}",
    )
    for setting in settings:
        # An unfinished statement would hold the file against the next connection.
        await (await connection.execute(f"PRAGMA {setting}")).close()
    return connection


async def _check(connection: aiosqlite.Connection, path: Path) -> None:
    """Raise SettingsError where the file is somebody else's, or of a shape that this version does not know."""
    found = [await _pragma(connection, name) for name in ("application_id", "user_version")]
    async with connection.execute("SELECT count(*) FROM sqlite_master") as rows:
        row = await rows.fetchone()
    if row is not None and row[0] and found != [_APPLICATION, SCHEMA]:
        ours = found[0] == _APPLICATION
        what = f"has schema version {found[1]}, this one reads {SCHEMA}" if ours else "is not Attune's"
        raise SettingsError(
            f"the database {str(path)!r} {what}; nothing was changed. Move it away or set ATTUNE_HOME to another folder"
        )


async def _pragma(connection: aiosqlite.Connection, name: str) -> int:
    async with connection.execute(f"PRAGMA {name}") as rows:
        row = await rows.fetchone()
    return int(row[0]) if row else 0


def _advice(error: Exception) -> str:
    said = str(error)
    if "not a database" in said or "malformed" in said:
        return "the file is damaged and was left as it is: put a backup in its place, or move it away to start anew"
    if "locked" in said:
        return "another program holds it: stop that one, or try again"
    if "full" in said:
        return "make room on that disk"
    return "make that folder writable or set ATTUNE_HOME to one that is"
