"""What tests of conversations share: statements in one line, entries of a thread, agents over catalogues."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore

from agent.agent import Agent
from agent.commands import Command, Intent, ItemReference, Range, Relation
from agent.graph import build_graph
from agent.history import Entry
from agent.memory.database import Database
from agent.memory.profiles import Profiles
from agent.parsing.parser import Parser
from agent.parsing.rules import RulesParser
from agent.parts import Parts
from agent.settings import load_settings
from agent.statements import HeldWish, Statement
from agent.turns import SlateItem
from tools.context import ToolContext
from tools.linking import Linker


def said(facet: str, value: str | tuple[float | str | None, float | str | None], **more: Any) -> Statement:
    """A statement; a pair is a range."""
    given = Range(min=value[0], max=value[1]) if isinstance(value, tuple) else value
    return Statement(**({"facet": facet, "value": given} | more))


def held(facet: str, value: str | tuple[float | str | None, float | str | None], **more: Any) -> HeldWish:
    """A wish that holds."""
    statement = said(facet, value)
    fields = {"id": "w1", "polarity": "like", "strength": "prefer", "lifetime": "session", "turn": 1}
    return HeldWish(**({"facet": facet, "value": statement.value} | fields | more))


def shown(*ids: str) -> tuple[SlateItem, ...]:
    """A slate of these items."""
    return tuple(
        SlateItem(n=n, id=item, title=item, year=None, score=1.0, reasons=(), contributions={})
        for n, item in enumerate(ids, start=1)
    )


def entry(
    turn: int,
    *statements: Statement,
    slate: tuple[str, ...] | None = None,
    items: tuple[tuple[str, Relation], ...] = (),
    intent: Intent = "recommend",
    count: int | None = None,
    **more: Any,
) -> Entry:
    """A finished turn. items: ids with what was said of them."""
    references = tuple(ItemReference(ref=item, item=item, title=item, relation=relation) for item, relation in items)
    return Entry(
        turn=turn,
        text=f"turn {turn}",
        command=Command(intent=intent, items=references, count=count),
        statements=statements,
        slate=None if slate is None else shown(*slate),
        **more,
    )


def agent_over(
    tools: ToolContext,
    linker: Linker,
    home: Path,
    *,
    parser: Parser | None = None,
    store: BaseStore | None = None,
    checkpointer: BaseCheckpointSaver[str] | None = None,
    database: Database | None = None,
    **settings: Any,
) -> Agent:
    """An agent over parts that tests share, with memory of its own."""
    database = database or Database(store=store or InMemoryStore(), saver=checkpointer or InMemorySaver())
    parts = Parts(
        settings=load_settings(home=home, parser="rules", year=2026, **settings),
        tools=tools,
        linker=linker,
        parser=parser or RulesParser(tools.catalogue.domain),
        profiles=Profiles(database, tools.catalogue.domain.name),
    )
    return Agent(build_graph(database.saver), parts, AsyncExitStack())
