"""Loads and changes profiles, on a LangGraph store: memory, SQLite or PostgreSQL.

One record a tenant, user and domain. No method works without a user, and none reads more than one user's record.

A turn changes two things, its thread and the profile, and a process may die between them. So that they never disagree,
the thread's checkpoint decides: what the turn changes of the profile is first written down as pending (`prepare`), then
the checkpoint is written with the change's token in it, then the change is applied (`settle`). Whoever finds a pending
change later looks whether its turn was finished: then it is applied, otherwise it counts for nothing.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self
from uuid import uuid4

from agent.memory.changes import ProfileChange, Record
from agent.memory.database import Database
from agent.memory.names import DEFAULT_TENANT, Names
from agent.memory.profile import HALF_LIFE_DAYS, Profile, applied, issued_by
from agent.memory.threads import log_of

_KEY = "profile"


class Pending(Record):
    """A change that holds once the turn that makes it is finished."""

    thread: str
    """The thread's key in the database."""
    change: ProfileChange


class Kept(Record):
    """A user's record as the store holds it."""

    profile: Profile = Profile()
    pending: tuple[Pending, ...] = ()


class Profiles:
    """What is remembered of the users of one tenant over one domain."""

    def __init__(
        self,
        database: Database,
        domain: str,
        tenant: str = DEFAULT_TENANT,
        *,
        half_life_days: float = HALF_LIFE_DAYS,
    ) -> None:
        self.database = database
        self.names = Names(tenant, domain)
        self.half_life_days = half_life_days

    def for_tenant(self, tenant: str) -> Self:
        """Return the profiles of another tenant's users in the same database."""
        return type(self)(self.database, self.names.domain, tenant, half_life_days=self.half_life_days)

    async def load(self, user: str) -> Profile:
        """Return what is remembered of the user, an empty profile for a new one."""
        kept = await self._read(user)
        if not kept.pending:
            return kept.profile
        async with self.held(user):
            return (await self._settled(user)).profile

    async def save(self, user: str, profile: Profile) -> None:
        """Keep this profile in the place of what was remembered; for a change, use `change`."""
        await self._write(user, Kept(profile=profile))

    async def change(self, user: str, work_out: Callable[[Profile], ProfileChange]) -> Profile:
        """Return the profile after a change that is worked out on it while nobody else changes it."""
        async with self.held(user):
            kept = await self._settled(user)
            profile = applied(kept.profile, work_out(kept.profile), self.half_life_days)
            await self._write(user, kept.model_copy(update={"profile": profile}))
        return profile

    async def prepare(self, user: str, thread: str, work_out: Callable[[Profile], ProfileChange]) -> ProfileChange:
        """Return what a turn changes, with its token, written down as pending; thread: the thread's key.

        Where it changes nothing, nothing is written and the token is empty. A turn that others keep has no key
        (LangGraph's own tools run the graph so): there the change holds at once.
        """
        async with self.held(user):
            kept = await self._settled(user)
            change = work_out(kept.profile)
            if change.says_nothing():
                return change
            change = change.model_copy(update={"token": uuid4().hex})
            if not thread:
                profile = applied(kept.profile, change, self.half_life_days)
                await self._write(user, kept.model_copy(update={"profile": profile}))
                return change
            # What this thread still has pending is of a turn that was broken off: its lock is held by this turn.
            others = tuple(pending for pending in kept.pending if pending.thread != thread)
            issued = max(kept.profile.issued, issued_by(change))
            await self._write(
                user,
                Kept(
                    profile=kept.profile.model_copy(update={"issued": issued}),
                    pending=(*others, Pending(thread=thread, change=change)),
                ),
            )
        return change

    async def kept(self, user: str) -> Profile:
        """Return what is remembered of a user whose lock is held."""
        return (await self._settled(user)).profile

    async def settle(self, user: str, finished: str = "") -> bool:
        """Apply the pending changes of turns that are finished; return whether one asks for everything's erasure.

        finished: the key of a thread whose lock is held and whose last turn is known to be finished.
        """
        async with self.held(user):
            kept = await self._settled(user, finished)
        return any(pending.change.erases for pending in kept.pending)

    async def erasing(self, user: str) -> Pending | None:
        """Return the erasure that a finished turn asked for, where it is not carried out yet."""
        for pending in (await self._read(user)).pending:
            if pending.change.erases and await self._is_finished(pending):
                return pending
        return None

    async def forget(self, user: str) -> None:
        """Remove everything that is remembered of the user over every domain."""
        store = self.database.store
        async with self.held(user):
            for namespace in await store.alist_namespaces(prefix=self.names.all_profiles(user), limit=10_000):
                await store.adelete(namespace, _KEY)

    @asynccontextmanager
    async def held(self, user: str) -> AsyncIterator[None]:
        """Keep other changes of the user's record waiting, so that none is lost between reading and writing."""
        async with self.database.locks.hold(f"user:{'/'.join(self.names.profile(user))}"):
            yield

    async def _settled(self, user: str, finished: str = "") -> Kept:
        """Return the record with finished changes applied, and written so. The user's lock is held."""
        kept = await self._read(user)
        profile, left = kept.profile, []
        for pending in kept.pending:
            if pending.thread != finished and not await self._is_finished(pending):
                left.append(pending)
            elif pending.change.erases:
                # Threads go first, then the record: what is left of an erasure is finished by whoever finds it.
                profile, left = Profile(), [*left, pending]
            else:
                profile = applied(profile, pending.change, self.half_life_days)
        if len(left) != len(kept.pending) or profile != kept.profile:
            kept = Kept(profile=profile, pending=tuple(left))
            await self._write(user, kept)
        return kept

    async def _is_finished(self, pending: Pending) -> bool:
        log = await log_of(self.database.saver, pending.thread)
        tokens = ((entry.get("profile_change") or {}).get("token") for entry in reversed(log))
        return pending.change.token in tokens

    async def _read(self, user: str) -> Kept:
        kept = await self.database.store.aget(self.names.profile(user), _KEY)
        return Kept.model_validate(kept.value) if kept else Kept()

    async def _write(self, user: str, kept: Kept) -> None:
        value = kept.model_dump(mode="json", exclude_defaults=True)
        if value:
            await self.database.store.aput(self.names.profile(user), _KEY, value, index=False)
        else:
            await self.database.store.adelete(self.names.profile(user), _KEY)
