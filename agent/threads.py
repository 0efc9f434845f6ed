"""Where threads are kept: a SQLite checkpointer that holds one checkpoint a thread."""

from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

_OLDER = "thread_id = ? AND checkpoint_ns = ? AND checkpoint_id < ?"
"""Checkpoint ids are time-ordered (UUID version 6)."""


class ThreadSaver(AsyncSqliteSaver):
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
        kept = await super().aput(config, checkpoint, metadata, new_versions)
        where: dict[str, Any] = kept["configurable"]
        key = (where["thread_id"], where.get("checkpoint_ns", ""), where["checkpoint_id"])
        # Only once the new one is written: a crash in between leaves one too many, never one too few.
        async with self.lock:
            await self.conn.execute(f"DELETE FROM checkpoints WHERE {_OLDER}", key)
            await self.conn.execute(f"DELETE FROM writes WHERE {_OLDER}", key)
            await self.conn.commit()
        return kept
