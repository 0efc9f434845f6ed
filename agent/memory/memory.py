"""What is remembered of a user, to be seen, changed, taken along and erased from Python."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from agent.errors import TurnRefused
from agent.history import Opinion
from agent.memory.profile import Profile, learn, note_items
from agent.memory.profiles import Profiles
from agent.memory.threads import Threads
from agent.statements import Statement
from tools.catalogue import Catalogue


class Memory:
    """The memory of one tenant's users over one domain. Every call takes the user first, and reaches nobody else."""

    def __init__(self, profiles: Profiles, threads: Threads, catalogue: Catalogue) -> None:
        self._profiles = profiles
        self._threads = threads
        self._catalogue = catalogue

    async def profile(self, user: str) -> Profile:
        """Return what is remembered of the user; an empty profile for a new one."""
        return await self._profiles.load(user)

    async def remember_wish(self, user: str, wish: Statement) -> Profile:
        """Keep a lasting wish; it replaces what was remembered of the same thing. Return the profile."""
        lasting = wish.model_copy(update={"lifetime": "lasting", "op": "add"})
        async with self._profiles.held(user):
            profile, _ = learn(await self._profiles.load(user), [lasting], today=date.today().isoformat())
            await self._profiles.save(user, profile)
        return profile

    async def forget_wish(self, user: str, wish_id: str) -> Profile:
        """Forget one wish by its id ('p3') and return the profile. Raises TurnRefused for an id that there is not."""
        async with self._profiles.held(user):
            profile = await self._profiles.load(user)
            kept = tuple(wish for wish in profile.wishes if wish.id != wish_id)
            if len(kept) == len(profile.wishes):
                raise TurnRefused(f"nothing is remembered as {wish_id!r}; the profile lists the ids that there are")
            profile = profile.model_copy(update={"wishes": kept})
            await self._profiles.save(user, profile)
        return profile

    async def note_items(self, user: str, opinions: Mapping[str, Opinion]) -> Profile:
        """Keep what the user thinks of items (liked, disliked, seen, accept ...) and return the profile.

        Raises TurnRefused for an item that the catalogue does not have.
        """
        for item in opinions:
            if item not in self._catalogue:
                raise TurnRefused(f"the catalogue has no item {item!r}; use the ids that slates and search give")
        async with self._profiles.held(user):
            today = date.today().isoformat()
            profile = note_items(await self._profiles.load(user), opinions.items(), today)
            await self._profiles.save(user, profile)
        return profile

    async def forget_item(self, user: str, item_id: str) -> Profile:
        """Forget what the user thinks of an item and return the profile. Raises TurnRefused where nothing is known."""
        async with self._profiles.held(user):
            profile = await self._profiles.load(user)
            if item_id not in profile.items:
                raise TurnRefused(f"nothing is remembered of {item_id!r}; the profile lists the items that there are")
            items = {item: kept for item, kept in profile.items.items() if item != item_id}
            profile = profile.model_copy(update={"items": items})
            await self._profiles.save(user, profile)
        return profile

    async def forget_everything(self, user: str) -> None:
        """Erase all that is kept of the user: the profiles over every domain and all threads."""
        await self._threads.forget_all(user)
        async with self._profiles.held(user):
            await self._profiles.forget_all(user)

    async def export(self, user: str) -> dict[str, Any]:
        """Return all that is remembered of the user, JSON-able."""
        profile = await self._profiles.load(user)
        return {"version": 1, "user": user, "profile": profile.model_dump(mode="json")}

    async def restore(self, user: str, document: Mapping[str, Any], *, overwrite: bool = False) -> Profile:
        """Take in an exported document and return the profile."""
        profile = Profile.model_validate(document["profile"])
        async with self._profiles.held(user):
            if not overwrite and not (await self._profiles.load(user)).is_empty:
                raise TurnRefused(f"{user!r} is remembered already; say so if the import may replace that")
            await self._profiles.save(user, profile)
        return profile
