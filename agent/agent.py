"""The one door: `respond`. Page, API, terminal and evaluation all come through it."""

import dataclasses
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any

import structlog

from agent.commands import Command
from agent.errors import TurnRefused
from agent.graph import TurnGraph
from agent.history import Entry, View, fold
from agent.memory.faults import DATABASE_ERRORS, storage_faults
from agent.memory.memory import Memory
from agent.memory.names import checked_id
from agent.memory.threads import Threads, ThreadSummary
from agent.parts import Parts
from agent.settings import Settings
from agent.state import TurnInput
from agent.trace import Done, Event, Remembered, Slated, Text
from agent.turns import Turn, TurnOptions

Listener = Callable[[Event], None]
_log = structlog.get_logger()
_KEPT_CONTROLS = "\n\t"


class Agent:
    """Holds conversations. One instance serves all users; threads of different users never meet."""

    def __init__(
        self,
        graph: TurnGraph,
        parts: Parts,
        resources: AsyncExitStack,
        *,
        listeners: list[Listener] | None = None,
    ) -> None:
        self._graph = graph
        self.parts = parts
        self._resources = resources
        self._listeners: list[Listener] = [] if listeners is None else listeners
        self._names = parts.profiles.names
        self.memory = Memory(parts.profiles, Threads(parts.profiles.database, self._names), parts.catalogue)

    def for_tenant(self, tenant: str) -> "Agent":
        """Return the same agent for another tenant, whose users have nothing to do with those of this one.

        They share every part; closing one closes all. Raises TurnRefused for what cannot be an id.
        """
        profiles = self.parts.profiles.for_tenant(checked_id(tenant, "tenant"))
        parts = dataclasses.replace(self.parts, profiles=profiles)
        return Agent(self._graph, parts, self._resources, listeners=self._listeners)

    def under(self, settings: Settings) -> "Agent":
        """Return the same agent under other settings of a turn: slate_size, diversity, ask, without, planner, writer
        and year.

        What settings decide at the start (domain, parser, model, database) stays as it is.
        """
        parts = dataclasses.replace(self.parts, settings=settings)
        return Agent(self._graph, parts, self._resources, listeners=self._listeners)

    def watch(self, listener: Listener) -> None:
        """Have the events of all turns told to a listener too, whoever takes them and for which tenant: for metrics."""
        self._listeners.append(listener)

    async def respond(
        self,
        user_id: str,
        thread_id: str,
        text: str,
        *,
        command: Command | None = None,
        key: str | None = None,
        options: TurnOptions | None = None,
    ) -> AsyncIterator[Event]:
        """Yield what happens in a turn, as it happens; the last event is Done with the whole turn.

        command: what the turn means, where that is known without parsing (a pressed button); text is then its record.
        key: what the client calls this turn. A turn sent again with the key of a finished one of its thread is not
        taken again: the finished turn is given once more, as its slate, its text and Done.
        options: what is set for this turn alone.

        Any text is answered. Two turns at once on one thread take place one after the other. Raises TurnRefused for
        ids that cannot be ids and for a key that was used for something else. A turn that is broken off before its
        end leaves the thread as it was.
        """
        clean, notices = _readable(text, self.parts.settings.max_turn_chars)
        if key is not None:
            checked_id(key, "key")
        thread = self._names.thread(user_id, thread_id)
        with storage_faults():
            await self.memory.finish_erasing(user_id)
            async with self.parts.profiles.database.locks.hold(thread):
                started = perf_counter()
                if key is not None and (known := await self._finished(user_id, thread_id, clean, key)):
                    for event in _once_more(known):
                        yield event
                    return
                given = TurnInput(
                    user=user_id,
                    thread=thread,
                    text=clean,
                    command=command,
                    notices=notices,
                    key=key,
                    options=options or TurnOptions(),
                    started=started,
                )
                done, changed, erasing = None, False, False
                async for event in self._taken(given, thread_id):
                    for listener in self._listeners:
                        listener(event)
                    changed = changed or isinstance(event, Remembered)
                    if isinstance(event, Done):
                        # Said only once the checkpointer has the turn, which is when the stream ends.
                        done = event
                    else:
                        yield event
                assert done is not None
                if changed:
                    erasing = await self._settle(user_id, thread)
            if erasing:
                await self.memory.finish_erasing(user_id)
            yield done

    async def chat(
        self,
        user_id: str,
        thread_id: str,
        text: str,
        *,
        command: Command | None = None,
        key: str | None = None,
        options: TurnOptions | None = None,
    ) -> Turn:
        """Return a whole turn."""
        async for event in self.respond(user_id, thread_id, text, command=command, key=key, options=options):
            if isinstance(event, Done):
                return event.turn
        raise AssertionError("a turn ends with Done")

    async def view(self, user_id: str, thread_id: str) -> View:
        """Return what holds in a thread now; an empty view for one that has no turns."""
        with storage_faults():
            profile = await self.parts.profiles.load(user_id)
        return fold(await self.entries(user_id, thread_id), self.parts.catalogue.domain, profile.wishes)

    async def entries(self, user_id: str, thread_id: str) -> tuple[Entry, ...]:
        """Return a thread's finished turns, oldest first."""
        values = await self._values(user_id, thread_id)
        return tuple(Entry.model_validate(entry) for entry in values.get("log", ()))

    async def last_turn(self, user_id: str, thread_id: str) -> Turn | None:
        """Return a thread's last turn whole, with its plan and times; None where it came without a key: those are not
        kept whole.
        """
        values = await self._values(user_id, thread_id)
        key = next((Entry.model_validate(entry).key for entry in values.get("log", ())[-1:]), None)
        kept = values.get("keyed", {}).get(key)
        return None if kept is None else Turn.model_validate(kept)

    async def threads(self, user_id: str) -> tuple[ThreadSummary, ...]:
        """Return the user's threads, the one with the newest turn first."""
        return await self.memory.threads(user_id)

    async def forget_thread(self, user_id: str, thread_id: str) -> None:
        """Erase a thread; what was said in it for good stays remembered. One that does not exist is no error."""
        await self.memory.forget_thread(user_id, thread_id)

    async def close(self) -> None:
        """Release the database and the model's connections."""
        await self._resources.aclose()

    def _taken(self, given: TurnInput, thread_id: str) -> AsyncIterator[Any]:
        return self._graph.astream(
            given,
            self._config(given.user, thread_id),
            context=self.parts,
            stream_mode="custom",
            durability="exit",
        )

    async def _settle(self, user: str, thread: str) -> bool:
        """Apply what the thread's turn changed of the profile; return whether everything is to be erased.

        The turn is finished: where this fails, the next one does it.
        """
        try:
            return await self.parts.profiles.settle(user, finished=thread)
        except DATABASE_ERRORS as error:
            _log.error("a profile's change is left for the next turn", error=type(error).__name__)
            return False

    async def _finished(self, user: str, thread: str, text: str, key: str) -> Turn | None:
        """Return the finished turn of this key. One of long ago comes without its plan, with the wishes of now."""
        values = await self._values(user, thread)
        entries = [Entry.model_validate(entry) for entry in values.get("log", ())]
        place = next((place for place, entry in enumerate(entries) if entry.key == key), None)
        if place is None:
            return None
        entry = entries[place]
        erased = entry.profile_change is not None and entry.profile_change.erases
        if entry.text != text and not erased:
            raise TurnRefused(f"the key {key!r} is another turn's of this thread; give each turn a key of its own")
        if key in values.get("keyed", ()):
            return Turn.model_validate(values["keyed"][key])
        profile = await self.parts.profiles.load(user)
        view = fold(entries[: place + 1], self.parts.catalogue.domain, profile.wishes)
        return Turn(
            turn=entry.turn,
            command=entry.command,
            wishes=view.all_wishes,
            seeds=view.seeds,
            slate=entry.slate or (),
            reply=entry.reply,
        )

    async def _values(self, user: str, thread: str) -> dict[str, Any]:
        with storage_faults():
            snapshot = await self._graph.aget_state(self._config(user, thread))
        return dict(snapshot.values)

    def _config(self, user: str, thread: str) -> Any:
        key = self._names.thread(user, thread)
        return {"configurable": {"thread_id": key}, "metadata": {"thread": thread}}


def _once_more(turn: Turn) -> tuple[Event, ...]:
    slated = (Slated(slate=turn.slate, near_misses=turn.near_misses, plan=turn.plan),) if turn.slate else ()
    return (*slated, Text(delta=turn.reply), Done(turn=turn))


def _readable(text: str, longest: int) -> tuple[str, tuple[str, ...]]:
    """Return the text without control characters and lone surrogates, cut to what is read, and a notice if it was."""
    kept = "".join(
        letter if letter in _KEPT_CONTROLS or unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn") else " "
        for letter in text
    ).strip()
    if len(kept) <= longest:
        return kept, ()
    return kept[:longest], (f"That was {len(kept):,} characters long; I read the first {longest:,}.",)
