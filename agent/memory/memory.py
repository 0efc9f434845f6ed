"""What is remembered of a user, to be seen, changed, taken along and erased from Python."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from agent.errors import TurnRefused
from agent.memory.changes import ItemChange, Opinion, ProfileChange, Remembered
from agent.memory.checking import check_profile
from agent.memory.exporting import exported, read_export
from agent.memory.faults import storage_faults
from agent.memory.profile import Profile, item_changes, learn, noted
from agent.memory.profiles import Profiles
from agent.memory.threads import Threads, ThreadSummary
from agent.statements import HeldWish, Statement
from tools.catalogue import Catalogue
from tools.histories import History, Judged, Malformed, Rated, judge_history

_SAID: dict[int, Opinion] = {1: "liked", 0: "seen", -1: "disliked"}


class Memory:
    """The memory of one tenant's users over one domain. Every call takes the user first, and reaches nobody else."""

    def __init__(self, profiles: Profiles, threads: Threads, catalogue: Catalogue) -> None:
        self._profiles = profiles
        self._threads = threads
        self._catalogue = catalogue

    async def profile(self, user: str) -> Profile:
        """Return what is remembered of the user; an empty profile for a new one."""
        with storage_faults():
            return await self._profiles.load(user)

    async def remember_wish(self, user: str, wish: Statement | HeldWish) -> Profile:
        """Keep a lasting wish; it replaces what was remembered of the same thing. Return the profile."""
        fields = {name: value for name, value in wish if name in Statement.model_fields and name != "group"}
        lasting = Statement(**{**fields, "lifetime": "lasting", "op": "add"})
        with storage_faults():
            return await self._profiles.change(user, lambda profile: learn(profile, [lasting], today=today())[1])

    async def note(self, user: str, text: str) -> Profile:
        """Keep something that is no wish, in the person's words ('my kids are 5 and 8'). Return the profile."""
        with storage_faults():
            return await self._profiles.change(user, lambda profile: noted(profile, text, today()))

    async def forget_wish(self, user: str, wish_id: str) -> Profile:
        """Forget one wish or note by its id ('p3') and return the profile. Raises TurnRefused where there is none."""

        def without(profile: Profile) -> ProfileChange:
            wishes = tuple(wish for wish in profile.wishes if wish.id == wish_id)
            notes = tuple(note for note in profile.notes if note.id == wish_id)
            if not wishes and not notes:
                raise TurnRefused(f"nothing is remembered as {wish_id!r}; the profile lists the ids that there are")
            return ProfileChange(removed=wishes, unnoted=notes)

        return await self._forget(user, without)

    async def forget_affinity(self, user: str, facet: str, value: str) -> Profile:
        """Forget how often something was asked for; return the profile. Raises TurnRefused where nothing is known."""

        def without(profile: Profile) -> ProfileChange:
            dropped = tuple(known for known in profile.affinities if known.about[:2] == (facet, value))
            if not dropped:
                raise TurnRefused(f"nothing is remembered of {facet} {value!r}; the profile lists what there is")
            return ProfileChange(dropped=dropped)

        return await self._forget(user, without)

    async def note_items(self, user: str, opinions: Mapping[str, Opinion]) -> Profile:
        """Keep what the user thinks of items (liked, disliked, seen, accept ...) and return the profile.

        Raises TurnRefused for an item that the catalogue does not have.
        """
        for item in opinions:
            if item not in self._catalogue:
                raise TurnRefused(f"the catalogue has no item {item!r}; use the ids that slates and search give")

        def with_items(profile: Profile) -> ProfileChange:
            return ProfileChange(items=item_changes(profile, opinions, today()))

        with storage_faults():
            return await self._profiles.change(user, with_items)

    async def import_history(self, user: str, ratings: Sequence[Rated], malformed: Malformed = ()) -> History:
        """Keep what a rating history says of items, and return what it says, unmatched lines with near titles.

        A rating is a like, a dislike or no more than seen by the user's own habits (tools.ratings). What was said
        since then stands, and whatever was said stands against a line without a date: `older` names those items.
        malformed: lines that could not be read, passed on with the rest.
        """
        history = await asyncio.to_thread(judge_history, ratings, self._catalogue, malformed)
        older: set[str] = set()

        def with_ratings(profile: Profile) -> ProfileChange:
            changes = {}
            for one in history.judged:
                before = profile.items.get(one.item)
                now = Remembered(opinion=say_opinion(one), since=(one.date or today())[:10])
                if before is None or (one.date is not None and before.since <= now.since):
                    changes[one.item] = ItemChange(before=before, now=now)
                elif before.opinion != now.opinion:
                    older.add(one.item)
            return ProfileChange(items=changes)

        with storage_faults():
            await self._profiles.change(user, with_ratings)
        return dataclasses.replace(history, older=frozenset(older))

    async def forget_item(self, user: str, item_id: str) -> Profile:
        """Forget what the user thinks of an item and return the profile. Raises TurnRefused where nothing is known."""

        def without(profile: Profile) -> ProfileChange:
            if item_id not in profile.items:
                raise TurnRefused(f"nothing is remembered of {item_id!r}; the profile lists the items that there are")
            return ProfileChange(items={item_id: ItemChange(before=profile.items[item_id])})

        return await self._forget(user, without)

    async def threads(self, user: str) -> tuple[ThreadSummary, ...]:
        """Return the user's threads, the one with the newest turn first."""
        with storage_faults():
            await self.finish_erasing(user)
            return await self._threads.listed(user)

    async def forget_thread(self, user: str, thread: str) -> None:
        """Erase a thread; what was said in it for good stays remembered. One that does not exist is no error."""
        with storage_faults():
            # What a finished turn of it changed of the profile is known by its log alone until it is applied.
            await self._profiles.settle(user)
            await self._threads.forget(user, thread)

    async def forget_everything(self, user: str) -> None:
        """Erase all that is kept of the user: what is remembered over every domain, and all threads."""
        await self._erase(user, None)

    async def finish_erasing(self, user: str) -> None:
        """Carry out what a finished turn asked for by 'forget everything', where that is not done yet."""
        with storage_faults():
            if asked := await self._profiles.erasing(user):
                # Of the thread that asked, nothing is left but that it was done.
                await self._erase(user, asked.thread)

    async def _erase(self, user: str, but: str | None) -> None:
        with storage_faults():
            await self._threads.forget_all(user, but)
            await self._profiles.forget(user)
            await self._profiles.database.scrub()

    async def _forget(self, user: str, work_out: Callable[[Profile], ProfileChange]) -> Profile:
        with storage_faults():
            profile = await self._profiles.change(user, work_out)
            await self._profiles.database.scrub()
        return profile

    async def export(self, user: str) -> dict[str, Any]:
        """Return all that is kept of the user over this domain, JSON-able; docs/memory.md shows the document."""
        with storage_faults():
            profile = await self._profiles.load(user)
            threads = await self._threads.read(user)
        return exported(user, self._profiles.names.domain, today(), profile, threads)

    async def restore(
        self, user: str, document: Mapping[str, Any], *, overwrite: bool = False, of_another: bool = False
    ) -> Profile:
        """Take in the profile of an exported document and return it; conversations stay as they are.

        overwrite: in the place of what is remembered; of_another: another user's document. Raises TurnRefused for a
        document that is damaged, of another version, user or domain, or in the way of what is remembered; then
        nothing is changed.
        """
        domain = self._profiles.names.domain
        profile = read_export(document, user=user, domain=domain, of_another=of_another)
        check_profile(profile, self._catalogue.domain)
        with storage_faults():
            async with self._profiles.held(user):
                if not overwrite and not (await self._profiles.kept(user)).is_empty:
                    raise TurnRefused(f"{user!r} is remembered already; say so (--overwrite) to replace that")
                await self._profiles.save(user, profile)
        return profile


def say_opinion(judged: Judged) -> Opinion:
    """Return what a line of a rating history says of its item."""
    return _SAID[judged.said]


def today() -> str:
    """Return the day as it is kept with what is said, ISO."""
    return date.today().isoformat()
