"""What a turn about memory comes to: what is shown, what is forgotten, what is kept."""

from collections.abc import Sequence
from typing import Literal

from agent.grounding import Grounded
from agent.history import Entry
from agent.memory.changes import Affinity, ItemChange, Note, ProfileChange, Record
from agent.memory.profile import Profile, noted
from agent.memory.talk import Talk
from agent.statements import HeldWish, Statement, roles_agree, same_words, stems

Kind = Literal["show", "why", "forget all", "forget", "remember", "change"]
_FILLER = stems("i me my mine we our you that the a an of is are am was to and or about like love hate do not have")


class MemoryRequest(Record):
    """What a turn asks of memory, tied to what is remembered."""

    kind: Kind
    change: ProfileChange = ProfileChange()
    """'forget' and 'remember' of a note: what it does to the profile."""
    topics: tuple[Statement, ...] = ()
    """'why', 'show' and 'forget': what was named."""
    items: tuple[str, ...] = ()
    words: str = ""
    """What was named in the person's own words."""


def memory_request(
    talk: Talk | None, grounded: Grounded, profile: Profile, entries: Sequence[Entry], today: str
) -> MemoryRequest:
    """Return what a turn about memory asks for, worked out on what is remembered."""
    statements = grounded.statements
    items = tuple(item.item for item in grounded.command.items if item.item)
    if talk is None:
        return MemoryRequest(kind="change" if statements or items else "show")
    named = {"topics": statements, "items": items, "words": talk.what}
    match talk.kind:
        case "show" | "why":
            return MemoryRequest(kind=talk.kind, **named)  # type: ignore[arg-type]
        case "forget all":
            return MemoryRequest(kind="forget all", change=ProfileChange(erases=True))
        case "forget last":
            return MemoryRequest(kind="forget", change=_last(profile, entries))
        case "forget":
            return MemoryRequest(kind="forget", change=_named(profile, statements, items, talk.what), **named)  # type: ignore[arg-type]
        case "remember" if not statements and not _opinions(grounded):
            return MemoryRequest(kind="remember", change=noted(profile, talk.what, today), words=talk.what)
        case _:
            # 'remember that I hate musicals': a wish like any other, kept for good.
            return MemoryRequest(kind="change", words=talk.what)


def _opinions(grounded: Grounded) -> bool:
    return any(item.item and item.relation not in ("about", "similar") for item in grounded.command.items)


def _last(profile: Profile, entries: Sequence[Entry]) -> ProfileChange:
    """'Forget that': what this thread had remembered last, else the newest thing that was said outright."""
    for entry in reversed(entries):
        change = entry.profile_change
        if change is None or entry.command.intent == "undo":
            continue
        back = _still_held(profile, change)
        if not back.says_nothing():
            return back
    said: list[HeldWish | Note] = [*profile.wishes, *profile.notes]
    newest = max(said, key=lambda one: int(one.id[1:]), default=None)
    if isinstance(newest, HeldWish):
        return ProfileChange(removed=(newest,))
    return ProfileChange(unnoted=(newest,)) if newest else ProfileChange()


def _still_held(profile: Profile, change: ProfileChange) -> ProfileChange:
    """What a change added and the profile still has, taken out."""
    ids = {wish.id for wish in change.added}
    notes = {note.id for note in change.noted}
    return ProfileChange(
        removed=tuple(wish for wish in profile.wishes if wish.id in ids),
        unnoted=tuple(note for note in profile.notes if note.id in notes),
        items={
            item: ItemChange(before=profile.items[item])
            for item, one in change.items.items()
            if one.now is not None and profile.items.get(item) == one.now
        },
    )


def _named(profile: Profile, topics: Sequence[Statement], items: Sequence[str], words: str) -> ProfileChange:
    """What is remembered of what was named, by the parser or else in the words of the wish or note."""
    wishes = [wish for wish in profile.wishes if any(wish.says_about(topic) for topic in topics)]
    dropped = [known for known in profile.affinities if any(is_about(known, topic) for topic in topics)]
    meant = stems(words) - _FILLER
    notes = [note for note in profile.notes if meant and meant & (stems(note.text) - _FILLER)]
    if not (wishes or dropped or notes or items):
        wishes = [wish for wish in profile.wishes if meant and meant & (_words_of(wish) - _FILLER)]
    return ProfileChange(
        removed=tuple(wishes),
        unnoted=tuple(notes),
        dropped=tuple(dropped),
        items={item: ItemChange(before=profile.items[item]) for item in items if item in profile.items},
    )


def is_about(affinity: Affinity, topic: Statement) -> bool:
    """Whether an affinity is about what a statement names."""
    if affinity.facet != topic.facet or not isinstance(topic.value, str):
        return False
    return roles_agree(affinity.role, topic.role) and same_words(affinity.value, topic.value)


def _words_of(wish: HeldWish) -> frozenset[str]:
    value = wish.value if isinstance(wish.value, str) else wish.facet
    return stems(value) | stems(wish.quote or "")


def taking_out(change: ProfileChange) -> tuple[Statement, ...]:
    """Return the statements that take out of the thread what is forgotten: what was said for good was said in one."""
    return tuple(
        Statement(facet=wish.facet, value=wish.value, role=wish.role, op="remove", lifetime="lasting", quote=wish.quote)
        for wish in change.removed
    )
