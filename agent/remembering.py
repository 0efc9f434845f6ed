"""Conversation about memory: what a turn asks of it, and what is said about it."""

import re
from collections.abc import Sequence
from typing import Literal

from agent.commands import Command
from agent.memory.profile import Profile
from agent.phrasing import join, say_wish
from agent.statements import HeldWish, stems
from tools.catalogue import Catalogue

Request = Literal["show", "forget all", "forget last", "change"]

_FORGET = re.compile(
    r"\b(forget|delete|erase|wipe|clear|remove|drop|stop (?:assuming|remembering)|unlearn)\b", re.IGNORECASE
)
_EVERYTHING = re.compile(
    r"\b(everything|all (?:of )?(?:it|that|my|the)|all about me|about me|my (?:data|profile|history|preferences|taste)|"
    r"(?:what|anything) you(?:'ve| have)? (?:know|stored|saved|remember|learned|got)|treat (?:me|us) as new)\b",
    re.IGNORECASE,
)
NAMED = 8
_SAID_OF_ITEMS = (
    ("liked", "You liked"),
    ("disliked", "You didn't like"),
    ("seen", "You have seen"),
    ("accept", "You chose"),
)


def memory_request(text: str, command: Command) -> Request:
    """Return what a turn about memory asks for: to see it, to lose all or the last of it, or what its wishes say."""
    if command.preferences:
        return "change"
    if _EVERYTHING.search(text) and (_FORGET.search(text) or "as new" in text.casefold()):
        return "forget all"
    if _FORGET.search(text):
        return "forget last"
    return "show"


def say_profile(profile: Profile, catalogue: Catalogue, session: Sequence[HeldWish] = ()) -> str:
    """Return everything that is remembered in words, each wish with what was said and when, and what holds just now."""
    domain = catalogue.domain
    now = [wish for wish in session if wish.lifetime == "session"]
    said = []
    if profile.is_empty:
        said.append("I remember nothing about you from before.")
    if profile.wishes:
        said.append(f"I remember: {join([_with_source(wish, catalogue) for wish in profile.wishes])}.")
    for opinion, words in _SAID_OF_ITEMS:
        items = [item for item, kept in profile.items.items() if kept.opinion == opinion and item in catalogue]
        if items:
            labels = [catalogue.item(catalogue.row(item)).title for item in items[-NAMED:]]
            more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
            said.append(f"{words} {join(labels)}{more}.")
    if now:
        said.append(f"For this conversation only: {join([say_wish(wish, domain) for wish in now])}.")
    said.append("You can tell me to forget any of it, or everything.")
    return " ".join(said)


def _with_source(wish: HeldWish, catalogue: Catalogue) -> str:
    words = say_wish(wish, catalogue.domain)
    quote = f"“{wish.quote}”" if wish.quote and stems(wish.quote) != stems(words) else ""
    source = ", ".join(part for part in (quote, wish.since or "") if part)
    return f"{words} ({source})" if source else words
