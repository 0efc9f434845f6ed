"""Where threads are kept: LangGraph checkpointers that hold one checkpoint a thread, and list a user's threads."""

from typing import Any

import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.memory.threads import Kept, described, summary

_OLDER = "thread_id = ? AND checkpoint_ns = ? AND checkpoint_id < ?"
"""Checkpoint ids are time-ordered (UUID version 6)."""


class SqliteThreads(AsyncSqliteSaver):
    """Keeps the newest checkpoint of each thread in a SQLite file and drops those before it.

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
        kept = await super().aput(config, checkpoint, described(checkpoint, metadata), new_versions)
        where: dict[str, Any] = kept["configurable"]
        key = (where["thread_id"], where.get("checkpoint_ns", ""), where["checkpoint_id"])
        # Only once the new one is written: a crash in between leaves one too many, never one too few.
        async with self.lock:
            await self.conn.execute(f"DELETE FROM checkpoints WHERE {_OLDER}", key)
            await self.conn.execute(f"DELETE FROM writes WHERE {_OLDER}", key)
            await self.conn.commit()
        return kept

    async def threads(self, prefix: str) -> list[Kept]:
        await self.setup()
        query = (
            "SELECT thread_id, CAST(metadata AS TEXT), max(checkpoint_id) FROM checkpoints "
            "WHERE thread_id >= ? AND thread_id < ? GROUP BY thread_id"
        )
        # Keys are ASCII: nothing that begins with the prefix sorts after it and the last sign there is.
        async with self.lock, self.conn.execute(query, (prefix, f"{prefix}\x7f")) as rows:
            return [(key, summary(orjson.loads(metadata))) async for key, metadata, _ in rows]
