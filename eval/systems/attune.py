"""Attune through its own door, whole and with parts taken away."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from agent.agent import Agent
from agent.build import build_agent
from agent.parsing.parser import Utterance
from agent.ranking import rank_dialogue
from agent.settings import load_settings
from agent.trace import Done, ModelCalled
from agent.turns import Turn
from eval.systems.protocol import Answer
from tools.index import BuildProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What is done differently from the default."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of a turn that are changed."""
    remembers: bool = True
    """Whether the user of a dialogue is known from earlier ones."""
    keeps_state: bool = True
    """Whether a turn knows of the turns before it."""


class Attune:
    """The agent of this repository. Its threads and profiles lie in memory and go with it."""

    def __init__(self, name: str, agent: Agent, variant: Variant | None = None) -> None:
        self.name = name
        self.variant = variant or Variant()
        settings = agent.parts.settings.model_copy(update=dict(self.variant.settings))
        # A tenant of its own: what one system learns no other knows.
        self.agent = agent.for_tenant(name).under(settings)

    def begin(self, user: str, thread: str) -> "AttuneDialogue":
        """Return a new conversation."""
        return AttuneDialogue(self, user if self.variant.remembers else f"{user} in {thread}", thread)

    async def rank(self, turns: Sequence[Utterance], k: int) -> tuple[str, ...]:
        """Return the k best items by what is understood of the user's turns."""
        known = turns if self.variant.keeps_state else turns[-1:]
        return await rank_dialogue(self.agent.parts, known, k)


class AttuneDialogue:
    """One thread of one user."""

    def __init__(self, system: Attune, user: str, thread: str) -> None:
        self._system = system
        self._user = user
        self._thread = thread
        self._turns = 0

    async def say(self, text: str) -> Answer:
        started = time.perf_counter()
        self._turns += 1
        user, thread = self._user, self._thread
        if not self._system.variant.keeps_state:
            user, thread = f"{user} turn {self._turns}", f"{thread} turn {self._turns}"
        calls = tokens = 0
        turn: Turn | None = None
        async for event in self._system.agent.respond(user, thread, text):
            if isinstance(event, ModelCalled):
                calls += 1
                tokens += event.tokens_in + event.tokens_out
            elif isinstance(event, Done):
                turn = event.turn
        assert turn is not None
        return _answer(turn, (time.perf_counter() - started) * 1000, calls, tokens)


async def open_agent(domain: str | None, progress: BuildProgress | None = None, **settings: object) -> Agent:
    """Return an agent to measure, whose threads and profiles live as long as it does. Raises as build_agent does."""
    checked = load_settings(domain=domain, **settings)
    return await build_agent(checked, store=InMemoryStore(), checkpointer=InMemorySaver(), progress=progress)


def _answer(turn: Turn, latency_ms: float, calls: int, tokens: int) -> Answer:
    shortfall = turn.shortfall
    blamed = shortfall.costliest if shortfall else ()
    return Answer(
        slate=tuple(item.id for item in turn.slate),
        reply=turn.reply,
        question=turn.question,
        impossible=shortfall is not None and shortfall.fitting == 0 and not turn.slate,
        blamed=tuple(wish for wish in turn.wishes if wish.id in blamed),
        near_misses=tuple(miss.id for miss in turn.near_misses),
        latency_ms=latency_ms,
        calls=calls,
        tokens=tokens,
    )
