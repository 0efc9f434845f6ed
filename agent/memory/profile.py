"""What is remembered of a user: lasting wishes, notes, items decided about, affinities; and how a turn changes it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from pydantic import Field, field_serializer, field_validator

from agent.commands import Range
from agent.memory.affinities import reinforced, weakened
from agent.memory.changes import Affinity, ItemChange, Note, Opinion, ProfileChange, Record, Remembered
from agent.preferences import named_by
from agent.statements import HeldWish, Statement, same_words

HALF_LIFE_DAYS = 180.0
_Kept = TypeVar("_Kept", bound=HeldWish | Note)


class Profile(Record):
    """What is remembered of one user."""

    wishes: tuple[HeldWish, ...] = ()
    """Said outright; they hold until taken back."""
    notes: tuple[Note, ...] = ()
    items: dict[str, Remembered] = Field(default_factory=dict)
    affinities: tuple[Affinity, ...] = ()
    issued: int = 0
    """How many ids of wishes and notes were issued; an id never comes to mean something else."""

    @field_validator("items", mode="before")
    @classmethod
    def _read_items(cls, given: object) -> object:
        if not isinstance(given, list):
            return given
        return {one["item"]: {name: one[name] for name in one if name != "item"} for one in given}

    @field_serializer("items", when_used="json")
    def _list_items(self, items: dict[str, Remembered]) -> list[dict[str, str]]:
        # A list, because the order counts, the newest last, and PostgreSQL keeps none in objects.
        return [{"item": item, **kept.model_dump()} for item, kept in items.items()]

    @property
    def opinions(self) -> dict[str, Opinion]:
        return {item: remembered.opinion for item, remembered in self.items.items()}

    @property
    def is_empty(self) -> bool:
        return not (self.wishes or self.notes or self.items or self.affinities)


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
        added = [wish for wish in added if wish not in gone]
        wishes = [wish for wish in wishes if wish not in gone]
    changed = profile.model_copy(update={"wishes": tuple(wishes), "issued": issued})
    return changed, ProfileChange(added=tuple(added), removed=tuple(removed))


def applied(profile: Profile, change: ProfileChange, half_life_days: float = HALF_LIFE_DAYS) -> Profile:
    """Return the profile after a change that was worked out on it, or on it as it was a moment ago."""
    if change.erases:
        return Profile()
    items = dict(profile.items)
    for item, one in change.items.items():
        # The last word on an item goes to the end, which is where the newest are looked for.
        items.pop(item, None)
        if one.now is not None:
            items[item] = one.now
    gone = {affinity.about for affinity in change.dropped}
    affinities = [affinity for affinity in profile.affinities if affinity.about not in gone]
    known = {affinity.about for affinity in affinities}
    affinities += [affinity for affinity in change.restored if affinity.about not in known]
    affinities = [*weakened(affinities, change.withdrawn, half_life_days)]
    return Profile(
        wishes=_exchanged(profile.wishes, change.removed, change.added),
        notes=_exchanged(profile.notes, change.unnoted, change.noted),
        items=items,
        affinities=reinforced(affinities, change.evidence, half_life_days),
        issued=max(profile.issued, issued_by(change)),
    )


def _exchanged(held: Sequence[_Kept], gone: Sequence[_Kept], new: Sequence[_Kept]) -> tuple[_Kept, ...]:
    out = {one.id for one in gone}
    known = {one.id for one in held} - out
    return (*(one for one in held if one.id not in out), *(one for one in new if one.id not in known))


def issued_by(change: ProfileChange) -> int:
    """Return the number of the last id that a change issued; 0 where it issued none."""
    ids = [*(wish.id for wish in change.added), *(note.id for note in change.noted)]
    return max((int(issued[1:]) for issued in ids), default=0)


def unlearn(profile: Profile, change: ProfileChange) -> Profile:
    """Return the profile as it was before a change."""
    return applied(profile, change.inverse())


def note_items(profile: Profile, opinions: Iterable[tuple[str, Opinion]], today: str) -> Profile:
    """Return the profile with the last word on these items."""
    return applied(profile, ProfileChange(items=item_changes(profile, dict(opinions), today)))


def noted(profile: Profile, text: str, today: str) -> ProfileChange:
    """Return what changes by keeping a note; one that is kept already changes nothing."""
    if any(same_words(note.text, text) for note in profile.notes):
        return ProfileChange()
    return ProfileChange(noted=(Note(id=f"p{profile.issued + 1}", text=text, since=today),))


def item_changes(profile: Profile, opinions: Mapping[str, Opinion], today: str) -> dict[str, ItemChange]:
    """Return what changes by these opinions; one that was held before keeps its day."""
    return {
        item: ItemChange(before=profile.items.get(item), now=Remembered(opinion=opinion, since=today))
        for item, opinion in opinions.items()
        if profile.opinions.get(item) != opinion
    }


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
