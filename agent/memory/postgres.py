"""Threads and profiles in PostgreSQL, for several processes at once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import blake2b
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.store.postgres.aio import AsyncPostgresStore
from psycopg import AsyncConnection, Error
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from agent.errors import SettingsError
from agent.memory.database import SCHEMA, Database
from agent.memory.locks import Locks
from agent.memory.threads import Kept, described, summary

CONNECTIONS = 10
"""At most so many at once; further turns wait for one."""
_TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "store")
_POLL_S = (0.002, 0.05)
"""How long to wait before asking again for a lock that another process holds: at first, and at most."""

_Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


class PostgresThreads(AsyncPostgresSaver):
    """Keeps the newest checkpoint of each thread, for the reason that SqliteThreads gives."""

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        kept = await super().aput(config, checkpoint, described(checkpoint, metadata), new_versions)
        where: dict[str, Any] = kept["configurable"]
        thread = (where["thread_id"], where.get("checkpoint_ns", ""))
        older = (*thread, where["checkpoint_id"])
        versions = Jsonb(checkpoint["channel_versions"])
        async with self._cursor(pipeline=True) as cursor:
            for table in ("checkpoints", "checkpoint_writes"):
                await cursor.execute(
                    f"DELETE FROM {table} WHERE thread_id = %s AND checkpoint_ns = %s AND checkpoint_id < %s", older
                )
            await cursor.execute(
                "DELETE FROM checkpoint_blobs WHERE thread_id = %s AND checkpoint_ns = %s "
                "AND (channel, version) NOT IN (SELECT key, value FROM jsonb_each_text(%s))",
                (*thread, versions),
            )
        return kept

    async def threads(self, prefix: str) -> list[Kept]:
        async with self._cursor() as cursor:
            # By bytes, which is what the index is by, whatever the database's collation.
            await cursor.execute(
                "SELECT DISTINCT ON (thread_id) thread_id, metadata FROM checkpoints "
                "WHERE thread_id ~>=~ %s AND thread_id ~<~ %s ORDER BY thread_id, checkpoint_id DESC",
                (prefix, f"{prefix}\x7f"),
            )
            return [(row["thread_id"], summary(row["metadata"])) async for row in cursor]

    async def scrub(self) -> None:
        """Free the room of deleted rows; when the server writes over their bytes, and over its own log, is its own."""
        async with self._cursor() as cursor:
            for table in _TABLES:
                await cursor.execute(f"VACUUM {table}")


class PostgresLocks(Locks):
    """Locks among all processes of a database: advisory locks, all of a process on one connection.

    The server lets them go when that connection ends, so a process that is killed holds nothing up.
    """

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        super().__init__()
        self._connection = connection
        self._asking = asyncio.Lock()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        # Within the process the lock of the name comes first: the server would grant it twice to one connection.
        async with super().hold(name):
            number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
            wait, most = _POLL_S
            while not await self._ask("SELECT pg_try_advisory_lock(%s) AS got", number):
                await asyncio.sleep(wait)
                wait = min(wait * 2, most)
            try:
                yield
            finally:
                await asyncio.shield(self._ask("SELECT pg_advisory_unlock(%s) AS got", number))

    async def _ask(self, query: str, number: int) -> bool:
        async with self._asking:
            cursor = await self._connection.execute(query, (number,))
            row = await cursor.fetchone()
        return bool(row and row["got"])


async def open_postgres(url: str, wait_s: float, resources: AsyncExitStack) -> Database:
    """Open the database of a URL, its tables made where there are none; `resources` closes it.

    wait_s: how long a turn waits for a connection. Raises SettingsError saying what to do; passwords are not said.
    """
    # For the reason that open_sqlite gives.
    logging.getLogger("psycopg").setLevel(logging.WARNING)
    options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    try:
        locking = await AsyncConnection.connect(url, connect_timeout=max(round(wait_s), 2), **options)
        await resources.enter_async_context(locking)
        pool: _Pool = AsyncConnectionPool(
            url, min_size=1, max_size=CONNECTIONS, timeout=wait_s, open=False, kwargs=options
        )
        await resources.enter_async_context(pool)
        locks = PostgresLocks(locking)
        saver, store = PostgresThreads(pool), AsyncPostgresStore(pool)
        async with locks.hold("attune schema"):
            await _check(locking)
            await saver.setup()
            await store.setup()
            await locking.execute(
                "CREATE INDEX IF NOT EXISTS attune_threads ON checkpoints (thread_id text_pattern_ops)"
            )
    except (Error, PoolTimeout, OSError) as error:
        reason = str(error).strip().splitlines()
        raise SettingsError(
            f"cannot use the database of ATTUNE_DATABASE_URL: {reason[0] if reason else type(error).__name__}; "
            "check that the server runs and that the URL's host, name and password are right"
        ) from error
    return Database(store=store, saver=saver, locks=locks, scrub=saver.scrub)


async def _check(connection: AsyncConnection[DictRow]) -> None:
    """Raise SettingsError for a schema that this version does not know; write ours into a new database."""
    encoding = await (await connection.execute("SHOW server_encoding")).fetchone()
    if encoding is None or encoding["server_encoding"] != "UTF8":
        # Text would come back as bytes, and nobody would be found again.
        raise SettingsError(
            f"the database of ATTUNE_DATABASE_URL has the encoding {(encoding or {}).get('server_encoding')!r}; "
            "make one with ENCODING 'UTF8'"
        )
    await connection.execute("CREATE TABLE IF NOT EXISTS attune_schema (version int NOT NULL)")
    row = await (await connection.execute("SELECT version FROM attune_schema")).fetchone()
    if row is None:
        await connection.execute("INSERT INTO attune_schema VALUES (%s)", (SCHEMA,))
    elif row["version"] != SCHEMA:
        raise SettingsError(
            f"the database of ATTUNE_DATABASE_URL has schema version {row['version']}, this one reads {SCHEMA}; "
            "nothing was changed. Use the version of Attune that wrote it, or another database"
        )
