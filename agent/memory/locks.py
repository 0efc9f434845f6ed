"""Locks by name, so that what two turns change at once is changed one after the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Locks:
    """Locks within one process. A thread's lock is taken before its user's, never the other way round."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Hold the lock of this name; whoever comes meanwhile waits."""
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            yield

    def held(self, prefix: str) -> set[str]:
        """Return the names that begin so and are held or waited for in this process."""
        return {name for name in self._locks if name.startswith(prefix)}
