"""What is remembered of a user: lasting wishes and items decided about; and how a turn changes it."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from agent.commands import Range
from agent.history import Opinion, ProfileChange
from agent.preferences import named_by
from agent.statements import HeldWish, Statement


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
