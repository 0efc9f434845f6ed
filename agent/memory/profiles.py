"""Loads and saves profiles, on a LangGraph store: memory, SQLite or PostgreSQL.

One record a tenant, user and domain. No method works without a user, and none reads more than one user's record.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self
from weakref import WeakValueDictionary

from langgraph.store.base import BaseStore

from agent.memory.names import DEFAULT_TENANT, Names
from agent.memory.profile import Profile

_KEY = "profile"


class Profiles:
    """What is remembered of the users of one tenant over one domain."""

    def __init__(self, store: BaseStore, domain: str, tenant: str = DEFAULT_TENANT) -> None:
        self._store = store
        self.names = Names(tenant, domain)
        self._locks: WeakValueDictionary[tuple[str, ...], asyncio.Lock] = WeakValueDictionary()

    def for_tenant(self, tenant: str) -> Self:
        """Return the profiles of another tenant's users on the same store."""
        other = type(self)(self._store, self.names.domain, tenant)
        other._locks = self._locks
        return other

    async def load(self, user: str) -> Profile:
        """Return what is remembered of the user, an empty profile for a new one."""
        kept = await self._store.aget(self.names.profile(user), _KEY)
        return Profile.model_validate(kept.value) if kept else Profile()

    async def save(self, user: str, profile: Profile) -> None:
        await self._store.aput(self.names.profile(user), _KEY, profile.model_dump(mode="json"), index=False)

    async def forget(self, user: str) -> None:
        """Remove everything that is remembered of the user over this domain."""
        await self._store.adelete(self.names.profile(user), _KEY)

    async def forget_all(self, user: str) -> None:
        """Remove everything that is remembered of the user over every domain."""
        for namespace in await self._store.alist_namespaces(prefix=self.names.all_profiles(user), limit=10_000):
            await self._store.adelete(namespace, _KEY)

    @asynccontextmanager
    async def held(self, user: str) -> AsyncIterator[None]:
        """Keep other changes of the user's record waiting, so that none is lost between reading and writing."""
        lock = self._locks.setdefault(self.names.profile(user), asyncio.Lock())
        async with lock:
            yield
