"""The one door: `respond`. Page, API, terminal and evaluation all come through it."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

from agent.commands import Command
from agent.graph import TurnGraph
from agent.history import Entry, View, fold
from agent.memory import checked_id
from agent.parts import Parts
from agent.state import TurnInput
from agent.trace import Done, Event
from agent.turns import Turn

_KEPT_CONTROLS = "\n\t"


class Agent:
    """Holds conversations. One instance serves all users; threads of different users never meet."""

    def __init__(self, graph: TurnGraph, parts: Parts, resources: AsyncExitStack) -> None:
        self._graph = graph
        self.parts = parts
        self._resources = resources
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def respond(
        self, user_id: str, thread_id: str, text: str, *, command: Command | None = None
    ) -> AsyncIterator[Event]:
        """Yield what happens in a turn, as it happens; the last event is Done with the whole turn.

        command: what the turn means, where that is known without parsing (a pressed button); text is then its record.

        Any text is answered. Two turns at once on one thread take place one after the other. Raises TurnRefused for
        ids that cannot be ids. A turn that is broken off before its end leaves the thread as it was.
        """
        key = _thread_key(user_id, thread_id)
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            started = perf_counter()
            clean, notices = _readable(text, self.parts.settings.max_turn_chars)
            given = TurnInput(user=user_id, text=clean, command=command, notices=notices, started=started)
            events: AsyncIterator[Any] = self._graph.astream(
                given, _config(key), context=self.parts, stream_mode="custom", durability="exit"
            )
            done: Done | None = None
            async for event in events:
                if isinstance(event, Done):
                    # Said only once the checkpointer has the turn, which is when the stream ends.
                    done = event
                else:
                    yield event
            assert done is not None
            yield done

    async def chat(self, user_id: str, thread_id: str, text: str, *, command: Command | None = None) -> Turn:
        """Return a whole turn."""
        async for event in self.respond(user_id, thread_id, text, command=command):
            if isinstance(event, Done):
                return event.turn
        raise AssertionError("a turn ends with Done")

    async def view(self, user_id: str, thread_id: str) -> View:
        """Return what holds in a thread now; an empty view for one that has no turns."""
        profile = await self.parts.profiles.load(user_id)
        return fold(await self.entries(user_id, thread_id), self.parts.catalogue.domain, profile.wishes)

    async def entries(self, user_id: str, thread_id: str) -> tuple[Entry, ...]:
        """Return a thread's finished turns, oldest first."""
        snapshot = await self._graph.aget_state(_config(_thread_key(user_id, thread_id)))
        return tuple(Entry.model_validate(entry) for entry in snapshot.values.get("log", ()))

    async def close(self) -> None:
        """Release the database and the model's connections."""
        await self._resources.aclose()


def _thread_key(user_id: str, thread_id: str) -> str:
    """A thread is its user's: the same thread id of another user is another thread."""
    return f"{quote(checked_id(user_id, 'user'), safe='')}/{quote(checked_id(thread_id, 'thread'), safe='')}"


def _config(key: str) -> Any:
    return {"configurable": {"thread_id": key}}


def _readable(text: str, longest: int) -> tuple[str, tuple[str, ...]]:
    """Return the text without control characters and lone surrogates, cut to what is read, and a notice if it was."""
    kept = "".join(
        letter if letter in _KEPT_CONTROLS or unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn") else " "
        for letter in text
    ).strip()
    if len(kept) <= longest:
        return kept, ()
    return kept[:longest], (f"That was {len(kept):,} characters long; I read the first {longest:,}.",)
