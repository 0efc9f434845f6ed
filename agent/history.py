"""A thread as an event log, and the fold that says what holds now.

A thread keeps one entry a turn. Undo appends an entry that takes the last changing entry out of the fold, so the log
itself only grows, every wish knows its turn and words, and a bug can be replayed.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from agent.commands import Command, Relation
from agent.memory.changes import Opinion, ProfileChange
from agent.preferences import WishChange, merge, named_by, overrides, restates
from agent.statements import HeldWish, Seed, Statement, stems
from agent.turns import SlateItem
from tools.domain import Domain


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(_Record):
    """One finished turn."""

    turn: int
    text: str
    command: Command
    statements: tuple[Statement, ...] = ()
    fresh: bool = False
    """The turn starts a new epoch: session wishes and items to be like are left behind before it is folded."""
    aside: bool = False
    """A question of the catalogue beside what is being looked for: its statements are not wishes to keep."""
    slate: tuple[SlateItem, ...] | None = None
    """What was put on screen, in order, with its reasons; None where the turn left the screen as it was."""
    reply: str = ""
    asked: str | None = None
    """The facet that the reply asked about."""
    offered: tuple[str, ...] = ()
    """The answers that were offered to it."""
    profile_change: ProfileChange | None = None
    key: str | None = None
    """What the client called this turn, so that sending it again does not take it again."""

    def changes_something(self) -> bool:
        """Whether an undo would have something to take back here."""
        if self.profile_change is not None:
            return not self.profile_change.erases
        feedback = any(item.relation != "about" for item in self.command.items)
        return bool(self.statements or feedback or self.fresh or self.slate is not None)


class View(_Record):
    """What holds in a thread: the fold of its entries over the profile's wishes."""

    wishes: tuple[HeldWish, ...] = ()
    """The thread's own, oldest first."""
    lasting: tuple[HeldWish, ...] = ()
    """The profile's that apply here."""
    resting: tuple[HeldWish, ...] = ()
    """The profile's that a wish of this thread stands against, or that it set aside for now."""
    set_aside: tuple[str, ...] = ()
    """Ids of the profile's wishes that this epoch took back for now ('subtitles are fine tonight')."""
    seeds: tuple[Seed, ...] = ()
    opinions: dict[str, Opinion] = {}
    """Item id -> the last word on it; liked and disliked are not weakened to seen."""
    recent: tuple[str, ...] = ()
    """Items that were spoken of in this epoch, oldest first."""
    slate: tuple[SlateItem, ...] = ()
    """What is on screen, in order."""
    shown: tuple[str, ...] = ()
    """Every id ever shown in the thread, undone turns included, in order of first showing."""
    shown_this_epoch: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    """Facets already asked about in this epoch."""
    count: int | None = None
    changes: tuple[WishChange, ...] = ()
    """What the last effective entry did."""

    @property
    def all_wishes(self) -> tuple[HeldWish, ...]:
        """What the thread and the profile together ask for; the thread's first."""
        return (*self.wishes, *self.lasting)

    @property
    def slate_ids(self) -> tuple[str, ...]:
        """Ids on screen; the person's 'number 1' is the first."""
        return tuple(item.id for item in self.slate)

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to go by yet."""
        return not (self.wishes or self.lasting or self.seeds or self.opinions)


def fold(entries: Sequence[Entry], domain: Domain, profile: Sequence[HeldWish] = ()) -> View:
    """Return what holds after these entries.

    A fold of a prefix is what the person saw then: wish ids are counted over all entries, undone ones too, so an id
    never comes to mean something else.
    """
    kept = _not_undone(entries)
    first_id = _first_ids(entries)
    view = View(shown=_shown(entries))
    for entry in kept:
        view = _step(view, entry, first_id[entry.turn], domain, profile)
    return _over_profile(view, profile)


def undoable(entries: Sequence[Entry]) -> Entry | None:
    """Return the entry that an undo would take back now; None where there is nothing to undo."""
    return next((entry for entry in reversed(_not_undone(entries)) if entry.changes_something()), None)


def _not_undone(entries: Sequence[Entry]) -> list[Entry]:
    kept: list[Entry] = []
    for entry in entries:
        if entry.command.intent != "undo":
            kept.append(entry)
            continue
        last = next((i for i in range(len(kept) - 1, -1, -1) if kept[i].changes_something()), None)
        if last is not None:
            del kept[last:]
    return kept


def _first_ids(entries: Sequence[Entry]) -> dict[int, int]:
    ids, count = {}, 1
    for entry in entries:
        ids[entry.turn] = count
        count += len(entry.statements) + len(entry.command.items)
    return ids


def _shown(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.id for entry in entries for item in entry.slate or ()))


def _step(view: View, entry: Entry, first_id: int, domain: Domain, profile: Sequence[HeldWish]) -> View:
    if entry.fresh:
        view = view.model_copy(
            update={
                "wishes": (),
                "seeds": (),
                "recent": (),
                "set_aside": (),
                "shown_this_epoch": (),
                "asked": (),
                "count": None,
            }
        )
    wishes, set_aside, seeds, changes = view.wishes, view.set_aside, view.seeds, []
    for number, statement in enumerate(() if entry.aside else entry.statements, start=first_id):
        group = f"{entry.turn}.{statement.group}" if statement.group is not None else None
        wishes, change = merge(wishes, statement, wish_id=f"w{number}", turn=entry.turn, domain=domain, group=group)
        if change.kind == "not found" and (known := named_by(profile, statement)):
            change = WishChange(kind="overridden", before=tuple(known))
            set_aside = (*set_aside, *(wish.id for wish in known))
        elif change.kind == "not found" and (named := [seed for seed in seeds if _names(statement, seed)]):
            change = WishChange(kind="removed", asked=f"like {named[0].title}")
            seeds = tuple(seed for seed in seeds if seed not in named)
        changes.append(change)
    return view.model_copy(
        update={
            "wishes": wishes,
            "set_aside": set_aside,
            "seeds": _seeds(entry, first_id + len(entry.statements)) or seeds,
            "opinions": _opinions(view.opinions, entry),
            "recent": (*view.recent, *(item.item for item in entry.command.items if item.item)),
            "slate": entry.slate if entry.slate is not None else view.slate,
            "shown_this_epoch": tuple(
                dict.fromkeys((*view.shown_this_epoch, *(item.id for item in entry.slate or ())))
            ),
            "asked": (*view.asked, *([entry.asked] if entry.asked else [])),
            "count": entry.command.count or view.count,
            "changes": tuple(changes),
        }
    )


def _names(statement: Statement, seed: Seed) -> bool:
    """Whether a remove names an item to be like ('never mind Arrival')."""
    words = stems(statement.value) if isinstance(statement.value, str) else frozenset()
    return bool(words) and words <= stems(seed.title)


def _seeds(entry: Entry, first_id: int) -> tuple[Seed, ...]:
    return tuple(
        Seed(
            id=f"w{number}",
            title=item.title or str(item.ref),
            item=item.item,
            turn=entry.turn,
            quote=item.quote,
        )
        for number, item in enumerate(entry.command.items, start=first_id)
        if item.relation == "similar"
    )


_STRONGER_THAN_SEEN = ("liked", "disliked")


def _opinions(held: dict[str, Opinion], entry: Entry) -> dict[str, Opinion]:
    opinions = dict(held)
    for reference in entry.command.items:
        opinion = _opinion(reference.relation)
        if reference.item is None or opinion is None:
            continue
        if opinion == "seen" and opinions.get(reference.item) in _STRONGER_THAN_SEEN:
            continue
        opinions[reference.item] = opinion
    return opinions


def _opinion(relation: Relation) -> Opinion | None:
    if relation == "similar" or relation == "about":
        return None
    return relation


def _over_profile(view: View, profile: Sequence[HeldWish]) -> View:
    """Session wishes stand over the profile's where they conflict; what both say is said once, by the thread."""
    said = [lasting for lasting in profile if any(restates(wish, lasting) for wish in view.wishes)]
    resting = [
        lasting
        for lasting in profile
        if lasting not in said
        and (lasting.id in view.set_aside or any(overrides(wish, lasting) for wish in view.wishes))
    ]
    lasting = tuple(wish for wish in profile if wish not in said and wish not in resting)
    return view.model_copy(update={"resting": tuple(resting), "lasting": lasting})
