"""What is kept of a user as one JSON document, to be read, taken along and taken in again; docs/memory.md shows it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from agent.errors import TurnRefused
from agent.memory.changes import Record
from agent.memory.profile import Profile

FORMAT: Literal["attune memory"] = "attune memory"
VERSION: Literal[1] = 1


class ExportedTurn(Record):
    """What was said in a turn, by both."""

    turn: int
    text: str
    reply: str


class ExportedThread(Record):
    """A conversation, to be read; taking a document in leaves the conversations of its taker as they are."""

    id: str
    title: str
    updated: str
    turns: tuple[ExportedTurn, ...]


class Document(Record):
    """An export."""

    format: Literal["attune memory"]
    version: Literal[1]
    exported: str
    """The day, ISO."""
    user: str
    domain: str
    profile: Profile
    threads: tuple[ExportedThread, ...] = ()


def exported(user: str, domain: str, today: str, profile: Profile, threads: Sequence[ExportedThread]) -> dict[str, Any]:
    """Return all that is kept of a user as JSON."""
    document = Document(
        format=FORMAT,
        version=VERSION,
        exported=today,
        user=user,
        domain=domain,
        profile=profile,
        threads=tuple(threads),
    )
    return document.model_dump(mode="json")


def read_export(given: object, *, user: str, domain: str, of_another: bool) -> Profile:
    """Return the profile of a document. Raises TurnRefused for one that is damaged, or of somebody or something else.

    of_another: take in another user's too.
    """
    if not isinstance(given, Mapping) or given.get("format") != FORMAT:
        raise TurnRefused(f"this is not an export: its 'format' must be {FORMAT!r}; `attune profile export` writes one")
    if given.get("version") != VERSION:
        raise TurnRefused(f"the export has version {given.get('version')!r:.40}, this Attune reads {VERSION}")
    try:
        document = Document.model_validate(dict(given))
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise TurnRefused(f"the export is damaged: {place}: {problem['msg']}; nothing was taken in") from None
    if document.domain != domain:
        raise TurnRefused(
            f"the export is of the domain {document.domain!r}, not {domain!r}; name its folder (--domain)"
        )
    if document.user != user and not of_another:
        raise TurnRefused(
            f"the export is of user {document.user!r}, not {user!r}; say so if it is to be taken in all the same"
        )
    return document.profile
