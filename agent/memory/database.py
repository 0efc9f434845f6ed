"""A place to keep threads and profiles in: a LangGraph checkpointer and store, with locks and a way to scrub."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.store.base import BaseStore

from agent.memory.locks import Locks

SCHEMA = 2
"""The shape of what is kept. A database of another shape is refused: nothing is guessed about what it holds."""


async def _nothing() -> None:
    """Memory that is gone is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """What everything remembered lies in."""

    store: BaseStore
    saver: BaseCheckpointSaver[str]
    locks: Locks = field(default_factory=Locks)
    scrub: Callable[[], Awaitable[None]] = _nothing
    """Takes what was erased out of the files that it stood in."""
