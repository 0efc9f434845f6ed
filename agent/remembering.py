"""Conversation about memory: what is said of what is remembered, with the words and the day of each thing."""

from collections.abc import Sequence

from agent.memory.affinities import strong
from agent.memory.changes import Affinity, ProfileChange
from agent.memory.days import say_day
from agent.memory.profile import Profile
from agent.memory.requests import MemoryRequest, is_about
from agent.memory.topics import remembered_of
from agent.phrasing import join, say_wish, say_wishes
from agent.statements import HeldWish, Statement, stems
from tools.catalogue import Catalogue

NAMED = 8
_SAID_OF_ITEMS = (
    ("liked", "You liked"),
    ("disliked", "You didn't like"),
    ("seen", "You have seen"),
    ("accept", "You chose"),
)
_ITEM_WORDS = {
    "liked": "you liked it",
    "disliked": "you didn't like it",
    "seen": "you have seen it",
    "accept": "you chose it",
    "interested": "you were interested in it",
    "not_interested": "you passed on it",
}


def say_profile(
    profile: Profile, catalogue: Catalogue, session: Sequence[HeldWish], today: str, half_life_days: float
) -> str:
    """Return everything that is remembered in words, each wish with what was said and when, and what holds just now."""
    domain = catalogue.domain
    now = [wish for wish in session if wish.lifetime == "session"]
    said = []
    if profile.is_empty:
        said.append("I remember nothing about you from before.")
    if profile.wishes:
        said.append(f"I remember: {join([_with_source(wish, catalogue, today) for wish in profile.wishes])}.")
    if profile.notes:
        said.append(
            f"You asked me to remember: {join([_note(note.text, note.since, today) for note in profile.notes])}."
        )
    for opinion, words in _SAID_OF_ITEMS:
        items = [item for item, kept in profile.items.items() if kept.opinion == opinion and item in catalogue]
        if items:
            labels = [catalogue.item(catalogue.row(item)).title for item in items[-NAMED:]]
            more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
            said.append(f"{words} {join(labels)}{more}.")
    often = [say_affinity(known, catalogue, today) for known, _ in strong(profile.affinities, today, half_life_days)]
    if often:
        said.append(f"From what you keep asking for: {join(often[:NAMED])}.")
    if now:
        said.append(f"For this conversation only: {join(say_wishes(now, domain))}.")
    said.append("You can tell me to forget any of it, or everything.")
    return " ".join(said)


def say_affinity(known: Affinity, catalogue: Catalogue, today: str) -> str:
    """Return an affinity in words: 'comedy (asked for 3 times, last in March)'."""
    how = "asked for" if known.up >= known.down else "turned down"
    times = "once" if known.times == 1 else "twice" if known.times == 2 else f"{known.times} times"
    return f"{say_wish(_wish(known), catalogue.domain)} ({how} {times}, last {say_day(known.last, today)})"


def _wish(known: Affinity) -> HeldWish:
    return HeldWish(
        id="a0",
        facet=known.facet,
        value=known.value,
        role=known.role,
        polarity="like" if known.up >= known.down else "dislike",
        strength="prefer",
        lifetime="lasting",
        turn=0,
    )


def say_about(request: MemoryRequest, profile: Profile, catalogue: Catalogue, today: str) -> str:
    """Return what is remembered of what a question named; nothing where it named nothing that can be looked up."""
    told = remembered_of(profile.wishes, request.topics, request.words)
    said = [f"I remember: {join([_with_source(wish, catalogue, today) for wish in told])}."] if told else []
    said += [
        f"From what you keep asking for: {say_affinity(known, catalogue, today)}."
        for known in profile.affinities
        if any(is_about(known, topic) for topic in request.topics)
    ]
    said += [
        f"{catalogue.item(catalogue.row(item)).label}: {_ITEM_WORDS[profile.items[item].opinion]}."
        for item in request.items
        if item in profile.items
    ]
    if said or not (request.topics or request.items):
        return " ".join(said)
    named = [str(topic.value) for topic in request.topics if isinstance(topic.value, str)]
    return f"You have told me nothing about {join(named) or 'that'} that I would have kept."


def say_why(
    request: MemoryRequest, profile: Profile, catalogue: Catalogue, session: Sequence[HeldWish], today: str
) -> str:
    """Return where something that is believed of the person comes from: the words, the day, the items."""
    told = remembered_of(profile.wishes, request.topics, request.words)
    here = [
        wish
        for wish in session
        if wish.lifetime == "session" and any(wish.says_about(topic) for topic in request.topics)
    ]
    said = [f"{_told(wish, catalogue, today)}." for wish in told]
    said += [f"In this conversation you said “{wish.quote}”." for wish in here if wish.quote]
    for known in profile.affinities:
        if any(is_about(known, topic) for topic in request.topics):
            words = f", last time as “{known.quote}”" if known.quote else ""
            said.append(f"You never said so outright: {say_affinity(known, catalogue, today)}{words}.")
    said += [line for topic in request.topics if (line := _by_items(topic, profile, catalogue))]
    for item in request.items:
        if kept := profile.items.get(item):
            label = catalogue.item(catalogue.row(item)).label
            said.append(f"{label}: {_ITEM_WORDS[kept.opinion]}; you said so {say_day(kept.since, today)}.")
    meant = stems(request.words)
    said += [
        f"You asked me {say_day(note.since, today)} to remember “{note.text}”."
        for note in profile.notes
        if len(meant & stems(note.text)) > 1
    ]
    if said:
        return " ".join(said)
    if not (request.topics or request.items or meant):
        everything = [f"{_told(wish, catalogue, today)}." for wish in profile.wishes]
        return " ".join(everything) or "I don't believe anything about you yet: you have told me nothing that lasts."
    named = join([str(topic.value) for topic in request.topics if isinstance(topic.value, str)])
    about = named or (f"“{request.words}”" if request.words else "that")
    return f"I don't: nothing that I remember of you is about {about}."


def _told(wish: HeldWish, catalogue: Catalogue, today: str) -> str:
    day = say_day(wish.since, today)
    if wish.quote:
        return f"You told me {day}: “{wish.quote}”"
    return f"You told me {day} ({say_wish(wish, catalogue.domain)})"


def _by_items(topic: Statement, profile: Profile, catalogue: Catalogue) -> str:
    """'You liked Chicago and Grease, which fit musical'; nothing where no liked item does."""
    facet = catalogue.domain.facets[topic.facet]
    if not isinstance(topic.value, str) or facet.kind not in ("category", "entity"):
        return ""
    rows = {int(row) for row in catalogue.rows_with(topic.facet, topic.value)}
    liked = [
        catalogue.titles[catalogue.row(item)]
        for item, kept in profile.items.items()
        if kept.opinion in ("liked", "accept") and item in catalogue and catalogue.row(item) in rows
    ]
    return f"You liked {join(liked[-NAMED:])} ({topic.value})." if liked else ""


def say_forgotten(request: MemoryRequest, catalogue: Catalogue) -> str:
    """Return what was forgotten, in words; where nothing was, that."""
    change = request.change
    if change.erases:
        return "I have forgotten everything I knew about you, all our conversations included, and we start afresh."
    gone = _spoken(change, catalogue)
    if gone:
        return f"Forgotten: {join(gone)}."
    named = join([str(topic.value) for topic in request.topics if isinstance(topic.value, str)]) or request.words
    about = f" “{named}”" if named else " that"
    return f"I remember nothing about{about}, so there is nothing to forget."


def say_kept(request: MemoryRequest) -> str:
    """Return what was noted."""
    if not request.change.noted:
        return f"I have that already: “{request.words}”."
    return f"I'll remember that: “{request.words}”. Ask what I know about you to see it, or tell me to forget it."


def _spoken(change: ProfileChange, catalogue: Catalogue) -> list[str]:
    items = [
        f"what you thought of {catalogue.titles[catalogue.row(item)]}" for item in change.items if item in catalogue
    ]
    often = [f"that you often ask for {known.value}" for known in change.dropped if known.up >= known.down]
    often += [f"that you turn down {known.value}" for known in change.dropped if known.up < known.down]
    notes = [f"“{note.text}”" for note in change.unnoted]
    return [*say_wishes(change.removed, catalogue.domain), *notes, *items, *often]


def _note(text: str, since: str, today: str) -> str:
    return f"“{text}” ({say_day(since, today)})"


def _with_source(wish: HeldWish, catalogue: Catalogue, today: str) -> str:
    words = say_wish(wish, catalogue.domain)
    quote = f"“{wish.quote}”" if wish.quote and stems(wish.quote) != stems(words) else ""
    return f"{words} ({', '.join(part for part in (quote, say_day(wish.since, today)) if part)})"
