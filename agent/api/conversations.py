"""Which thread a resent history belongs to: clients of the OpenAI protocol send the whole conversation each time."""

import hashlib
import json
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is kept. A client that names no user gets one that lives as long as the conversation."""

    user: str
    thread: str


class Conversations:
    """Finds the thread of a history, as long as it is the newest state of that thread.

    A place is taken out when it is asked for and put back under the longer history once the turn is answered. So a
    history that was answered differently before (a message edited, an answer asked for again, two requests at once)
    finds nothing, and is replayed into a thread of its own instead of going on in one that has moved on.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._places: OrderedDict[str, Place] = OrderedDict()

    def take(self, tenant: str, user: str | None, history: Sequence[Said]) -> Place | None:
        """Return the place whose conversation so far is this history, if there is one; the next asker gets None."""
        return self._places.pop(_digest(tenant, user, history), None) if history else None

    def put(self, tenant: str, user: str | None, history: Sequence[Said], place: Place) -> None:
        """Note that a place's conversation so far is this history."""
        self._places[_digest(tenant, user, history)] = place
        while len(self._places) > self._kept:
            self._places.popitem(last=False)


def new_place(user: str | None) -> Place:
    """Return a place for a conversation that has none yet."""
    thread = f"chat-{uuid.uuid4().hex}"
    return Place(user or f"guest-{uuid.uuid4().hex}", thread)


def _digest(tenant: str, user: str | None, history: Sequence[Said]) -> str:
    # Clients trim and re-wrap what they resend; words are what counts.
    said = [[one.role, " ".join(one.text.split())] for one in history]
    return hashlib.sha256(json.dumps([tenant, user, said]).encode()).hexdigest()
