"""What is measured: a system that answers turns of text with ranked items, whatever it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.parsing.parser import Utterance
from agent.statements import HeldWish
from agent.turns import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a system gave in one turn."""

    slate: tuple[str, ...] = ()
    """Ids of the items shown, best first."""
    reply: str = ""
    question: Question | None = None
    impossible: bool = False
    """It said that nothing satisfies what is asked for."""
    blamed: tuple[HeldWish, ...] = ()
    """The condition that it said stands in the way most; several are alternatives."""
    near_misses: tuple[str, ...] = ()
    latency_ms: float = 0.0
    calls: int = 0
    """Calls to a language model."""
    tokens: int = 0
    """Read and written by it."""


class Dialogue(Protocol):
    """One conversation of one user, in which a system may keep what it likes."""

    async def say(self, text: str) -> Answer:
        """Return the answer to the next turn."""
        ...


class System(Protocol):
    """Something that recommends in conversation."""

    @property
    def name(self) -> str: ...

    def begin(self, user: str, thread: str) -> Dialogue:
        """Return a new conversation. user: the same id is the same person, whom a system may remember."""
        ...

    async def rank(self, turns: Sequence[Utterance], k: int) -> tuple[str, ...]:
        """Return the k best items for a dialogue that took place elsewhere, best first: ids, fewer if fewer fit.

        turns: oldest first, both sides; the last one is the user's to be answered.
        """
        ...


class SystemFault(Exception):
    """No system of that name, or one that cannot be had; the message says what there is."""
