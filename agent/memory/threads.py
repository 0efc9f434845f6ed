"""The threads of a user: listed, read, forgotten."""

from collections.abc import Sequence
from typing import Any, Protocol, cast, runtime_checkable

from langgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint, CheckpointMetadata

from agent.memory.changes import Record
from agent.memory.database import Database
from agent.memory.exporting import ExportedThread, ExportedTurn
from agent.memory.names import Names

_TITLE_CHARS = 60


class ThreadSummary(Record):
    """A thread as a list of threads shows it."""

    id: str
    title: str
    """The first words of its first turn."""
    turns: int
    updated: str
    """When its last turn was finished, ISO format."""


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


async def log_of(saver: BaseCheckpointSaver[str], key: str) -> list[dict[str, Any]]:
    """Return the log of the thread of this key, as JSON of agent.history.Entry; empty where there is no such thread."""
    kept = await saver.aget_tuple({"configurable": {"thread_id": key, "checkpoint_ns": ""}})
    return list(kept.checkpoint["channel_values"].get("log") or ()) if kept else []


class Threads:
    """The threads of one tenant's users over one domain."""

    def __init__(self, database: Database, names: Names) -> None:
        self._database = database
        self._names = names

    async def listed(self, user: str) -> tuple[ThreadSummary, ...]:
        """Return the user's threads, newest first."""
        return tuple(kept for _, kept in await list_threads(self._database.saver, self._names.threads(user)))

    async def read(self, user: str) -> list[ExportedThread]:
        """Return what was said in each of the user's threads, newest thread first."""
        saver, found = self._database.saver, []
        for key, kept in await list_threads(saver, self._names.threads(user)):
            turns = tuple(
                ExportedTurn(turn=entry["turn"], text=entry["text"], reply=entry.get("reply", ""))
                for entry in await log_of(saver, key)
            )
            found.append(ExportedThread(id=kept.id, title=kept.title, updated=kept.updated, turns=turns))
        return found

    async def forget(self, user: str, thread: str) -> None:
        """Remove a thread once no turn of it is under way; one that does not exist is no error."""
        await self._remove(self._names.thread(user, thread))
        await self._database.scrub()

    async def forget_all(self, user: str, but: str | None = None) -> None:
        """Remove the user's threads over every domain, but for the one of this key."""
        prefix = self._names.all_threads(user)
        kept = {key for key, _ in await list_threads(self._database.saver, prefix)}
        for key in sorted((kept | self._database.locks.held(prefix)) - {but}):
            await self._remove(key)

    async def _remove(self, key: str) -> None:
        async with self._database.locks.hold(key):
            await self._database.saver.adelete_thread(key)
