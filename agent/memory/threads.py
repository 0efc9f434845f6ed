"""The threads of a user: listed, kept from two turns at once, forgotten."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol, cast, runtime_checkable
from weakref import WeakValueDictionary

from langgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint, CheckpointMetadata
from pydantic import BaseModel, ConfigDict

from agent.memory.names import Names

_TITLE_CHARS = 60


class ThreadSummary(BaseModel):
    """A thread as a list of threads shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    """The first words of its first turn."""
    turns: int
    updated: str
    """When its last turn was finished, ISO format."""


Locks = WeakValueDictionary[str, asyncio.Lock]
Kept = tuple[str, ThreadSummary]
"""A thread's key in the database, and its summary."""


@runtime_checkable
class ListsThreads(Protocol):
    """A checkpointer that lists threads without reading them."""

    async def threads(self, prefix: str) -> list[Kept]:
        """Return the threads whose keys begin so."""
        ...


def described(checkpoint: Checkpoint, metadata: CheckpointMetadata) -> CheckpointMetadata:
    """Return a checkpoint's metadata with what a list of threads shows of it."""
    log = checkpoint["channel_values"].get("log") or ()
    about = {"title": _title(log), "turns": len(log), "updated": checkpoint["ts"]}
    return cast(CheckpointMetadata, {**metadata, **about})


def summary(metadata: Any) -> ThreadSummary:
    """Return what `described` wrote; `thread`, the id as it was given, comes with the run that wrote it."""
    known = {name: metadata[name] for name in ("title", "turns", "updated")}
    return ThreadSummary(id=metadata["thread"], **known)


async def list_threads(saver: BaseCheckpointSaver[str], prefix: str) -> list[Kept]:
    """Return the threads whose keys begin so, newest first; a checkpointer of any kind will do."""
    if isinstance(saver, ListsThreads):
        found = await saver.threads(prefix)
    else:
        newest: dict[str, Kept] = {}
        async for kept in saver.alist(None):
            key = kept.config["configurable"]["thread_id"]
            if key.startswith(prefix) and key not in newest:
                newest[key] = key, summary(described(kept.checkpoint, kept.metadata))
        found = [*newest.values()]
    return sorted(found, key=lambda kept: (kept[1].updated, kept[0]), reverse=True)


def _title(log: Sequence[dict[str, Any]]) -> str:
    words = " ".join(next((entry["text"] for entry in log if entry["text"]), "").split())
    return words if len(words) <= _TITLE_CHARS else f"{words[: _TITLE_CHARS - 1].rstrip()}…"


class Threads:
    """The threads of one tenant's users over one domain, on any checkpointer."""

    def __init__(self, saver: BaseCheckpointSaver[str], names: Names, locks: Locks) -> None:
        self._saver = saver
        self._names = names
        self._locks = locks

    def lock(self, user: str, thread: str) -> asyncio.Lock:
        """Return what a turn of this thread holds, so that two at once take place one after the other."""
        return self._locks.setdefault(self._names.thread(user, thread), asyncio.Lock())

    async def list(self, user: str) -> tuple[ThreadSummary, ...]:
        """Return the user's threads, newest first."""
        return tuple(kept for _, kept in await list_threads(self._saver, self._names.threads(user)))

    async def forget(self, user: str, thread: str) -> None:
        """Remove a thread; one that does not exist is no error."""
        async with self.lock(user, thread):
            await self._saver.adelete_thread(self._names.thread(user, thread))

    async def forget_all(self, user: str) -> None:
        """Remove every thread of the user, over every domain, those with a turn under way once it is finished."""
        prefix = self._names.all_threads(user)
        kept = {key for key, _ in await list_threads(self._saver, prefix)}
        for key in sorted(kept | {key for key in self._locks if key.startswith(prefix)}):
            async with self._locks.setdefault(key, asyncio.Lock()):
                await self._saver.adelete_thread(key)
