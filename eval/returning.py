"""Returning users: what they are after depends on what they said sessions ago; do they get it within three turns?"""

import random
from dataclasses import dataclass

from agent.agent import Agent
from eval.facts import bank
from tools.catalogue import Catalogue, Item

TURNS = 3
_RARE = (3, 25)
"""How many items hold a trait by which a target can be told."""
_COMMON = 60
"""Items of a kind that somebody could ask for in so many words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Somebody with an item in mind, what they once said of their taste, and how they begin today."""

    seed: int
    target: str
    sessions: tuple[str, ...]
    """What they said in earlier sessions, one turn each."""
    opening: str
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whether the target was shown, and in which turn (1 to 3), by an agent that remembers and one that does not."""

    returning: Returning
    remembered: int | None
    forgotten: int | None


def draw_returning(catalogue: Catalogue, seed: int) -> Returning:
    """Return the user of a seed: two lasting likes and a dislike, all true of the target, said over two sessions.

    Today they name the target's kind alone.
    """
    drawn = random.Random(f"returning {seed}")
    while True:
        item = catalogue.item(drawn.randrange(len(catalogue)))
        told = _told(catalogue, item, drawn)
        if told is not None:
            break
    kind = catalogue.values(catalogue.row(item.id), "genre")[0]
    drawn.shuffle(told)
    sessions = (told[0], drawn.choice(bank()["fillers"]), *told[1:])
    return Returning(
        seed=seed,
        target=item.id,
        sessions=sessions,
        opening=drawn.choice(bank()["openings"]).format(genre=kind),
        more=tuple(drawn.choices(bank()["more"], k=TURNS - 1)),
    )


def _told(catalogue: Catalogue, item: Item, drawn: random.Random) -> list[str] | None:
    """What its user says of their taste; None for an item that nothing rare is known of."""
    row = catalogue.row(item.id)
    low, high = _RARE
    themes = [
        value
        for value in catalogue.values(row, "theme")
        # The title may not be told along with it.
        if low <= catalogue.holders("theme", value) <= high and item.title.casefold() not in value.casefold()
    ]
    people = [
        value
        for role in ("director", "actor")
        for value in catalogue.values(row, "person", role)[:2]
        if low <= catalogue.holders("person", value) <= high
    ]
    genres = catalogue.values(row, "genre")
    others = {
        genre
        for other in catalogue.rows_with("genre", genres[0])
        for genre in catalogue.values(int(other), "genre")
        if genre not in genres and catalogue.holders("genre", genre) >= _COMMON
    }
    if not (themes and people and others) or len(catalogue.rows_with("genre", genres[0])) < _COMMON:
        return None
    spoken = (f"films about {drawn.choice(themes)}", f"films with {drawn.choice(people)}")
    likes = [drawn.choice(bank()["likes"]).format(value=value) for value in spoken]
    never = drawn.choice(bank()["dislikes"]).format(value=f"{drawn.choice(sorted(others))} films")
    return [*likes, never]


async def play(agent: Agent, returning: Returning) -> Outcome:
    """Return how a user fares who is remembered, and a stranger who begins with the same words."""
    user = f"returning {returning.seed}"
    for number, said in enumerate(returning.sessions):
        await agent.chat(user, f"session {number}", said)
    return Outcome(
        returning=returning,
        remembered=await _found(agent, user, returning),
        forgotten=await _found(agent, f"{user} stranger", returning),
    )


async def _found(agent: Agent, user: str, returning: Returning) -> int | None:
    for number, said in enumerate((returning.opening, *returning.more), 1):
        turn = await agent.chat(user, "today", said)
        if any(item.id == returning.target for item in turn.slate):
            return number
    return None
