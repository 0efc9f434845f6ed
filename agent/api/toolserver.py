"""An MCP server over the agent: its conversation, catalogue and memory as tools for other agents."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError as ToolRefused
from pydantic import BaseModel, Field

from agent.agent import Agent
from agent.api.desk import USER_HEADER
from agent.api.items import item_json, search
from agent.api.problems import detail_of
from agent.api.profiles import profile_json
from agent.api.shapes import ItemList, ItemShape, NearMissShape, ProfileShape, QuestionShape, SlateShape, WishShape
from agent.commands import Command, ItemReference
from agent.editing import NewWish, WishEdit, edit_wishes
from agent.errors import AttuneError
from agent.grounding import find_item
from agent.turns import Turn
from agent.turnstile import Turnstile
from tools.errors import CatalogueError, ToolError

User = Annotated[str | None, Field(description="Whose memory and threads; needed unless the connection says it.")]
ThreadName = Annotated[str, Field(description="The thread that `recommend` gave.")]


class Answer(BaseModel):
    """What a turn of the conversation gave."""

    thread: str
    reply: str
    slate: list[SlateShape]
    near_misses: list[NearMissShape]
    wishes: list[WishShape]
    question: QuestionShape | None
    notices: list[str]


def build_toolserver(agent: Agent, turnstile: Turnstile, *, user: str | None = None) -> MCPServer:
    """Return an MCP server over the agent. user: who it is for where neither request nor call says it (stdio)."""
    tools = _Tools(agent, turnstile, user)
    domain = agent.parts.catalogue.domain
    server = MCPServer(
        "attune",
        title="Attune",
        instructions=(
            f"Recommends {domain.noun.many} from a catalogue of {len(agent.parts.catalogue):,}, in conversation. "
            "Begin with recommend, keep its thread, go on with refine; numbers in a request mean the slate on screen. "
            "Every item and fact comes from the catalogue: pass them on as they are."
        ),
        subscriptions=False,
        log_level="ERROR",
    )
    for tool in (tools.recommend, tools.refine, tools.explain, tools.search_items, tools.item_facts, tools.profile):
        server.add_tool(tool)
    return server


class _Tools:
    """Each method is a tool; its docstring is what the calling model reads."""

    def __init__(self, agent: Agent, turnstile: Turnstile, user: str | None) -> None:
        self._agent = agent
        self._turnstile = turnstile
        self._user = user

    async def recommend(
        self,
        request: Annotated[str, Field(description="What the person is after, in their words.", max_length=4_000)],
        context: Context,
        thread: Annotated[str | None, Field(description="Go on with this thread; a new one by default.")] = None,
        user: User = None,
    ) -> Answer:
        """Recommend items for a request in plain words. Gives a numbered slate with reasons, and the thread."""
        with _told():
            return await self._turn(context, user, thread or uuid.uuid4().hex, request)

    async def refine(
        self,
        thread: ThreadName,
        context: Context,
        request: Annotated[str | None, Field(description="The change in plain words.", max_length=4_000)] = None,
        add: Annotated[list[NewWish] | None, Field(description="Wishes to add.", max_length=20)] = None,
        edit: Annotated[list[WishEdit] | None, Field(description="Edits of wishes by id.", max_length=20)] = None,
        user: User = None,
    ) -> Answer:
        """Change what is wanted and get a new slate: in plain words, or by exact wishes."""
        if (request is None) == (not add and not edit):
            raise ToolRefused("give either a request in words, or wishes to add or edit")
        with _told():
            if request is not None:
                return await self._turn(context, user, thread, request)
            agent, owner = self._whose(context, user)
            view = await agent.view(owner, thread)
            text, command = edit_wishes(view, agent.parts.catalogue.domain, add=add or (), edits=edit or ())
            return await self._turn(context, user, thread, text, command)

    async def explain(
        self,
        thread: ThreadName,
        context: Context,
        n: Annotated[int | None, Field(description="Number on the slate; all of it by default.", ge=1, le=50)] = None,
        user: User = None,
    ) -> Answer:
        """Say why items are on the slate, from what scored them."""
        items = (ItemReference(ref=n, relation="about"),) if n is not None else ()
        with _told():
            text = "why these?" if n is None else f"why {n}?"
            return await self._turn(context, user, thread, text, Command(intent="explain", items=items))

    async def search_items(
        self,
        query: Annotated[str, Field(description="Words of a title or of content.", min_length=1, max_length=500)],
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
    ) -> ItemList:
        """Search the catalogue by title or wording; gives ids and facts."""
        return ItemList.model_validate(await asyncio.to_thread(search, self._agent.parts.tools, query, limit))

    async def item_facts(
        self, item: Annotated[str, Field(description="The item's id, or its title.", min_length=1, max_length=300)]
    ) -> ItemShape:
        """Give everything that the catalogue knows of one item."""
        parts = self._agent.parts
        with _told():
            if item not in parts.catalogue:
                found = await asyncio.to_thread(find_item, item, parts.catalogue, parts.linker, parts.settings.year)
                item = found[0] if found else item
            return ItemShape.model_validate(item_json(parts.catalogue.item(parts.catalogue.row(item))))

    async def profile(self, context: Context, user: User = None) -> ProfileShape:
        """Say what is remembered of the person: lasting wishes, and what they think of items."""
        with _told():
            agent, owner = self._whose(context, user)
            kept = await agent.memory.profile(owner)
            return ProfileShape.model_validate(profile_json(owner, kept, agent.parts.catalogue))

    async def _turn(
        self, context: Context, user: str | None, thread: str, text: str, command: Command | None = None
    ) -> Answer:
        agent, owner = self._whose(context, user)
        turn = await self._turnstile.turn(agent, owner, thread, text, command=command)
        return _answer(thread, turn)

    def _whose(self, context: Context, named: str | None) -> tuple[Agent, str]:
        """The tenant's agent and the user. Over HTTP the gate has noted the tenant; stdio is this machine's own."""
        request: Any = context.request_context.request
        agent = self._agent if request is None else self._agent.for_tenant(request.state.tenant)
        said = None if request is None else request.headers.get(USER_HEADER)
        user = named or said or self._user
        if not user:
            raise ToolRefused(f"say who the user is: the argument `user`, or the header {USER_HEADER}")
        if said and user != said:
            raise ToolRefused(f"user {user!r} is not the {USER_HEADER} of the connection, {said!r}")
        return agent, user


def _answer(thread: str, turn: Turn) -> Answer:
    told = turn.as_json()
    return Answer.model_validate(
        {"thread": thread, **{name: told[name] for name in Answer.model_fields if name in told}}
    )


@contextmanager
def _told() -> Iterator[None]:
    """Tell the calling model what it can mend; anything else stays a crash, which is logged and not told."""
    try:
        yield
    except (AttuneError, CatalogueError, ToolError) as error:
        raise ToolRefused(detail_of(error)) from error
