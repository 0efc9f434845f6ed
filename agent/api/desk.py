"""What the routes work with, and who is calling."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request

from agent.agent import Agent
from agent.api.conversations import Conversations
from agent.api.keys import KeyRing
from agent.api.metrics import Metrics
from agent.api.problems import not_found, unprocessable
from agent.history import Entry
from agent.turnstile import Turnstile

USER_HEADER = "X-Attune-User"


@dataclass(frozen=True, slots=True)
class Desk:
    """The server's parts, shared by all requests."""

    agent: Agent
    turnstile: Turnstile
    metrics: Metrics
    keys: KeyRing
    conversations: Conversations


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose data a request may touch: its tenant's, and of that one user's."""

    agent: Agent
    """The agent in the tenant's namespace."""
    header_user: str | None

    def user(self, named: str | None = None) -> str:
        """Return the user that the request is about. named: its body's or query's `user`.

        Raises HTTPException where there is none, or two that differ: no method works without a user.
        """
        if named and self.header_user and named != self.header_user:
            raise unprocessable(
                f"user {named!r} is not the {USER_HEADER} of the request, {self.header_user!r}; send one"
            )
        user = named or self.header_user
        if not user:
            raise unprocessable(f"say who the user is: the header {USER_HEADER}, or `user` in the body")
        return user

    async def entries(self, user: str, thread: str) -> tuple[Entry, ...]:
        """Return a thread's turns. Raises HTTPException 404 for a thread that has none."""
        entries = await self.agent.entries(user, thread)
        if not entries:
            raise not_found(
                f"thread {thread!r} of user {user!r} has no turns; POST /v1/threads/{thread}/turns begins it"
            )
        return entries


def desk_at(app: FastAPI) -> Desk:
    """Return the desk that a server was built with."""
    desk = app.state.desk
    assert isinstance(desk, Desk)
    return desk


def desk_of(request: Request) -> Desk:
    """Return the desk of the server that a request came to."""
    return desk_at(request.app)


def caller_of(
    request: Request,
    desk: Annotated[Desk, Depends(desk_of)],
    user: Annotated[
        str | None, Header(alias=USER_HEADER, description="Whose memory and threads; any id.", max_length=200)
    ] = None,
) -> Caller:
    """Return who is calling; the gate has noted the tenant."""
    return Caller(desk.agent.for_tenant(request.state.tenant), _as_typed(user))


def _as_typed(value: str | None) -> str | None:
    """HTTP hands headers over as Latin-1; what was sent as UTF-8 is read as that."""
    if value is None:
        return None
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


TheDesk = Annotated[Desk, Depends(desk_of)]
TheCaller = Annotated[Caller, Depends(caller_of)]
