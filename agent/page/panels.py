"""The tabs beside the conversation: what is remembered of a visitor, and their earlier chats."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from urllib.parse import quote

from agent.agent import Agent
from agent.errors import AttuneError, TurnRefused
from agent.memory.affinities import strong
from agent.memory.changes import Opinion
from agent.memory.memory import today
from agent.memory.profile import Profile
from agent.memory.talk import memory_talk
from agent.memory.threads import ThreadSummary
from agent.page.bringing import Brought, Told, bring
from agent.page.chips import wish_chip
from agent.page.presses import Press
from agent.page.rendering import render
from agent.page.sessions import Session
from agent.page.stage import say_fault
from agent.remembering import say_affinity
from agent.statements import HeldWish, Statement
from agent.turnstile import Turnstile
from tools.catalogue import Catalogue
from tools.errors import ImportFault

_GROUPS: tuple[tuple[str, tuple[Opinion, ...]], ...] = (
    ("You liked", ("liked",)),
    ("You chose", ("accept",)),
    ("You were interested in", ("interested",)),
    ("Not for you", ("disliked", "not_interested")),
    ("You have seen", ("seen",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedItem:
    """An item that something is remembered of."""

    id: str
    label: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A thread in the list of chats."""

    id: str
    title: str
    turns: int
    when: str


class Panels:
    """Draws memory and chats, and carries out what is pressed there. Holds nothing of anybody's."""

    def __init__(self, agent: Agent, turnstile: Turnstile) -> None:
        self._agent = agent
        self._turnstile = turnstile

    async def memory(self, session: Session, told: Told | None = None) -> str:
        """Return what is remembered of the visitor, with a way to add to it, change it, take it along and erase it.

        told: what came of what was just done.
        """
        profile = await self._agent.memory.profile(session.user)
        document = await self._agent.memory.export(session.user)
        catalogue = self._agent.parts.catalogue
        half_life = self._agent.parts.settings.affinity_half_life_days
        return render(
            "memory",
            told=told,
            wishes=[wish_chip(wish, catalogue.domain) for wish in profile.wishes],
            notes=profile.notes,
            often=[
                (known, say_affinity(known, catalogue, today()))
                for known, _ in strong(profile.affinities, today(), half_life)
            ],
            groups=_grouped(profile, catalogue),
            export="data:application/json;charset=utf-8," + quote(json.dumps(document, ensure_ascii=False, indent=1)),
        )

    async def chats(self, session: Session) -> str:
        """Return the visitor's chats, newest first, the open one marked."""
        found = [_chat(summary) for summary in await self._agent.threads(session.user)]
        return render("chats", chats=found, opened=session.thread)

    async def carry_out(self, session: Session, press: Press) -> Session:
        """Do what was pressed and return the session to go on with. What has gone already is no error."""
        memory = self._agent.memory
        try:
            match press.act:
                case "open":
                    known = {summary.id for summary in await self._agent.threads(session.user)}
                    return session.with_thread(press.id) if press.id in known else session
                case "delete":
                    await self._agent.forget_thread(session.user, press.id)
                    return session.with_thread() if press.id == session.thread else session
                case "erase":
                    await memory.forget_everything(session.user)
                    return session.with_thread()
                case "forget-wish":
                    await memory.forget_wish(session.user, press.id)
                case "forget-affinity":
                    await memory.forget_affinity(session.user, press.id, press.value)
                case "forget-item":
                    await memory.forget_item(session.user, press.id)
                case "harden" | "soften" | "flip":
                    await self._change(session.user, press)
                case _:
                    pass
        except TurnRefused:
            # Another window of the same visitor was first.
            return session
        return session

    async def remember(self, session: Session, words: str) -> Told:
        """Have something remembered that is said in plain words: a turn of the open chat, which undo takes back."""
        text = words if memory_talk(words) else f"Remember that {words}"
        try:
            key = token_hex(8)
            turn = await self._turnstile.turn(self._agent, session.user, session.thread, text, key=key)
        except Exception as error:
            return Told(words=say_fault(error), fault=True)
        return Told(words=turn.reply)

    async def bring(self, session: Session, brought: Brought) -> Told:
        """Take in a file that the visitor brings."""
        try:
            return await bring(self._agent.memory, session.user, self._agent.parts.catalogue, brought)
        except (AttuneError, ImportFault) as error:
            return Told(words=str(error), fault=True)

    async def _change(self, user: str, press: Press) -> None:
        profile = await self._agent.memory.profile(user)
        wish = next((wish for wish in profile.wishes if wish.id == press.id), None)
        if wish is not None:
            await self._agent.memory.remember_wish(user, _changed(wish, press))


def _changed(wish: HeldWish, press: Press) -> Statement:
    other = "dislike" if wish.polarity == "like" else "like"
    strength = {"harden": "must", "soften": "prefer"}.get(press.act, wish.strength)
    return Statement.model_validate(
        {
            "facet": wish.facet,
            "value": wish.value,
            "role": wish.role,
            "polarity": other if press.act == "flip" else wish.polarity,
            "strength": strength,
            "lifetime": "lasting",
            "quote": wish.quote,
        }
    )


def _grouped(profile: Profile, catalogue: Catalogue) -> Sequence[tuple[str, Sequence[RememberedItem]]]:
    groups = []
    for words, opinions in _GROUPS:
        items = [
            RememberedItem(
                id=item, label=catalogue.labels[catalogue.row(item)] if item in catalogue else item, since=kept.since
            )
            for item, kept in profile.items.items()
            if kept.opinion in opinions
        ]
        if items:
            groups.append((words, items))
    return groups


def _chat(summary: ThreadSummary) -> Chat:
    when = datetime.fromisoformat(summary.updated)
    return Chat(id=summary.id, title=summary.title, turns=summary.turns, when=f"{when.day} {when:%B %Y, %H:%M}")
