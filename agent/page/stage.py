"""The conversation as it is drawn: what a thread holds, and a turn while it happens."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_hex
from traceback import format_tb

import structlog

from agent.agent import Agent
from agent.errors import AttuneError
from agent.history import Entry, View
from agent.page.cards import make_cards, make_misses
from agent.page.chips import make_chips
from agent.page.happened import what_happened
from agent.page.presses import Meaning
from agent.page.rendering import render
from agent.page.sessions import Session
from agent.phrasing import count_noun
from agent.statements import HeldWish
from agent.trace import Asked, Done, Event, Slated, Text, Understood
from agent.turns import NearMiss, SlateItem, Turn, TurnOptions
from agent.turnstile import Turnstile

MOST_TURNS = 60
"""Turns of a thread that are drawn; the rest are kept, and still count."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The parts of the conversation as HTML."""

    talk: str
    picks: str
    wishes: str
    happened: str | None = None
    """None: as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A turn on its way."""

    said: str
    status: str = "Reading that"
    reply: str = ""
    wishes: tuple[HeldWish, ...] | None = None
    slate: tuple[SlateItem, ...] | None = None
    misses: tuple[NearMiss, ...] = ()
    fault: str | None = None
    again: str | None = None
    """What to say again after a fault; None where there is nothing to."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What held when a turn began."""

    entries: Sequence[Entry] = ()
    view: View = field(default_factory=View)


class Stage:
    """Draws threads and turns of one agent. Holds nothing of anybody's."""

    def __init__(self, agent: Agent, turnstile: Turnstile) -> None:
        self._agent = agent
        self._turnstile = turnstile
        self._catalogue = agent.parts.catalogue
        self._tools = agent.parts.tools

    async def view(self, session: Session) -> View:
        return await self._agent.view(session.user, session.thread)

    async def shown(self, session: Session, turn: Turn | None = None) -> Screen:
        """Return a thread as it stands. turn: the last one, where it was just taken."""
        entries = await self._agent.entries(session.user, session.thread)
        before = _Before(entries, await self.view(session))
        turn = turn or await self._agent.last_turn(session.user, session.thread)
        misses = turn.near_misses if turn else ()
        return await asyncio.to_thread(self._draw, before, None, misses, turn)

    async def take(self, session: Session, meaning: Meaning, options: TurnOptions) -> AsyncIterator[Screen]:
        """Take a turn and yield the screen whenever something changed. Never raises: what went wrong is drawn."""
        live = Live(said=meaning.text)
        before = _Before()
        try:
            before = _Before(await self._agent.entries(session.user, session.thread), await self.view(session))
            yield await asyncio.to_thread(self._draw, before, live)
            events = self._turnstile.events(
                self._agent,
                session.user,
                session.thread,
                meaning.text,
                command=meaning.command,
                # Turns with a key are kept whole: what happened in the last one is there after a reload.
                key=token_hex(8),
                options=options,
            )
            async for event in events:
                if isinstance(event, Done):
                    yield await self.shown(session, event.turn)
                elif (now := _after(live, event)) is not live:
                    live = now
                    yield await asyncio.to_thread(self._draw, before, live)
        except Exception as error:
            again = meaning.text if meaning.command is None else None
            live = replace(live, fault=say_fault(error), again=again, slate=None, wishes=None)
            yield await asyncio.to_thread(self._draw, before, live)

    def _draw(
        self, before: _Before, live: Live | None, misses: Sequence[NearMiss] = (), turn: Turn | None = None
    ) -> Screen:
        view, domain = before.view, self._catalogue.domain
        if live and live.wishes is not None:
            own = tuple(wish for wish in live.wishes if wish.source == "thread")
            lasting = tuple(wish for wish in live.wishes if wish.source == "profile")
            view = view.model_copy(update={"wishes": own, "lasting": lasting})
        slate = live.slate if live and live.slate is not None else view.slate
        happened = what_happened(turn, len(self._catalogue), domain) if turn else None
        drawn = render("happened", happened=happened) if before.entries else ""
        return Screen(
            talk=self._talk(before.entries, live),
            picks=render(
                "picks",
                cards=make_cards(slate, view.all_wishes, view.seeds, view.opinions, self._tools),
                misses=make_misses(live.misses if live else misses, view.all_wishes, domain),
                busy=bool(live and not live.fault and live.slate is None),
                nothing_fits=bool(turn and turn.plan and not turn.slate),
                noun=domain.noun,
            ),
            wishes=render("wishes", chips=make_chips(view, domain), can_undo=bool(before.entries)),
            happened=None if live else drawn,
        )

    def _talk(self, entries: Sequence[Entry], live: Live | None) -> str:
        domain = self._catalogue.domain
        last = entries[-1] if entries and live is None else None
        return render(
            "talk",
            turns=entries[-MOST_TURNS:],
            left_out=max(0, len(entries) - MOST_TURNS),
            live=live,
            answers=last.offered if last else (),
            asked=domain.facets[last.asked].question if last and last.asked in domain.facets else None,
            openers=domain.openers,
            count=count_noun(len(self._catalogue), domain),
            noun=domain.noun,
        )


def _after(live: Live, event: Event) -> Live:
    """Return the turn with one more event; the same object where there is nothing new to see."""
    match event:
        case Understood():
            return replace(live, wishes=event.wishes, status="Choosing")
        case Slated():
            return replace(live, slate=event.slate, misses=event.near_misses, status="Writing")
        case Text():
            return replace(live, reply=live.reply + event.delta)
        case Asked():
            return live
        case _:
            return live


def say_fault(error: Exception) -> str:
    """Return what a person is told; details of what is not meant for them go to the log."""
    if isinstance(error, AttuneError):
        return str(error)
    # Where it happened and nothing else: messages and local variables may hold what was said.
    log.error("turn failed", error=type(error).__name__, where="".join(format_tb(error.__traceback__)))
    return "Something went wrong on my side. Nothing was changed, and what you said before is kept."
