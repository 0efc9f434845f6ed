"""What is remembered of each user: lasting wishes and items decided about, on a LangGraph store.

One record a user and domain. No method works without a user, and none reads more than one user's record.
"""

from collections.abc import Iterable, Sequence

from langgraph.store.base import BaseStore
from pydantic import BaseModel, ConfigDict

from agent.commands import Range
from agent.errors import TurnRefused
from agent.history import Opinion, ProfileChange
from agent.preferences import named_by
from agent.statements import HeldWish, Statement

MAX_ID_CHARS = 200


class Remembered(BaseModel):
    """The last word on an item, and the day it was said (ISO)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opinion: Opinion
    since: str


class Profile(BaseModel):
    """What is remembered of one user."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wishes: tuple[HeldWish, ...] = ()
    items: dict[str, Remembered] = {}
    issued: int = 0
    """How many wish ids were issued; an id never comes to mean something else."""

    @property
    def opinions(self) -> dict[str, Opinion]:
        return {item: remembered.opinion for item, remembered in self.items.items()}

    @property
    def is_empty(self) -> bool:
        return not (self.wishes or self.items)


class Profiles:
    """Loads and saves profiles. The store decides where: memory, SQLite, PostgreSQL."""

    def __init__(self, store: BaseStore, domain: str) -> None:
        self._store = store
        self._namespace = ("profiles", domain)

    async def load(self, user: str) -> Profile:
        """Return what is remembered of the user, an empty profile for a new one."""
        kept = await self._store.aget(self._namespace, checked_id(user, "user"))
        return Profile.model_validate(kept.value) if kept else Profile()

    async def save(self, user: str, profile: Profile) -> None:
        await self._store.aput(self._namespace, checked_id(user, "user"), profile.model_dump(mode="json"), index=False)

    async def forget(self, user: str) -> None:
        """Remove everything that is remembered of the user."""
        await self._store.adelete(self._namespace, checked_id(user, "user"))


def checked_id(value: str, what: str) -> str:
    """Return a user or thread id that can be one. Raises TurnRefused naming what is wrong."""
    if not value.strip():
        raise TurnRefused(f"the {what} is empty; give an id, any text of up to {MAX_ID_CHARS} characters")
    if len(value) > MAX_ID_CHARS or not value.isprintable():
        raise TurnRefused(f"the {what} {value[:40]!r} is not an id: up to {MAX_ID_CHARS} printable characters")
    return value


def learn(
    profile: Profile, statements: Sequence[Statement], *, today: str, forgetting: bool = False
) -> tuple[Profile, ProfileChange]:
    """Return the profile after a turn's lasting statements, and what changed so that an undo can put it back.

    A lasting wish replaces what the profile says of the same thing. A remove reaches the profile when it is lasting
    or when memory is what the turn is about (`forgetting`); otherwise it is the thread's business alone.
    """
    wishes, issued = list(profile.wishes), profile.issued
    added: list[HeldWish] = []
    removed: list[HeldWish] = []
    for statement in statements:
        if statement.op == "remove" and (forgetting or statement.lifetime == "lasting"):
            gone = named_by(wishes, statement)
        elif statement.op == "add" and statement.lifetime == "lasting":
            gone = [wish for wish in wishes if _superseded(wish, statement)]
            issued += 1
            added.append(_lasting(statement, f"p{issued}", today))
            wishes.append(added[-1])
        else:
            continue
        removed += [wish for wish in gone if wish not in added]
        wishes = [wish for wish in wishes if wish not in gone]
    changed = profile.model_copy(update={"wishes": tuple(wishes), "issued": issued})
    return changed, ProfileChange(added=tuple(added), removed=tuple(removed))


def unlearn(profile: Profile, change: ProfileChange) -> Profile:
    """Return the profile as it was before a change."""
    ids = {wish.id for wish in change.added}
    kept = [wish for wish in profile.wishes if wish.id not in ids]
    known = {wish.id for wish in kept}
    back = [wish for wish in change.removed if wish.id not in known]
    return profile.model_copy(update={"wishes": (*kept, *back)})


def note_items(profile: Profile, opinions: Iterable[tuple[str, Opinion]], today: str) -> Profile:
    """Return the profile with the last word on these items."""
    noted = {item: Remembered(opinion=opinion, since=today) for item, opinion in opinions}
    return profile.model_copy(update={"items": profile.items | noted}) if noted else profile


def _superseded(wish: HeldWish, statement: Statement) -> bool:
    both_ranges = isinstance(wish.value, Range) and isinstance(statement.value, Range)
    same_range = both_ranges and wish.facet == statement.facet and wish.polarity == statement.polarity
    return same_range or wish.says_about(statement)


def _lasting(statement: Statement, wish_id: str, today: str) -> HeldWish:
    return HeldWish(
        id=wish_id,
        facet=statement.facet,
        value=statement.value,
        role=statement.role,
        polarity=statement.polarity,
        strength=statement.strength,
        lifetime="lasting",
        source="profile",
        quote=statement.quote,
        turn=0,
        since=today,
        confidence=statement.confidence,
    )
