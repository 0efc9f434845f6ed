"""What every parser gets and gives: one protocol, filled by the compact and the instruct parser."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from agent.commands import Command
from tools.linking import Mention


@dataclass(frozen=True, slots=True)
class Utterance:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class SlateEntry:
    """An item on screen, as a parser sees it."""

    n: int
    title: str
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseInput:
    """One user turn with what bears on its meaning."""

    text: str
    context: tuple[Utterance, ...] = ()
    """The last few turns before it, oldest first."""
    slate: tuple[SlateEntry, ...] = ()
    mentions: tuple[Mention, ...] = ()
    """What the linker and the number grammar found in `text`, in order of position."""
    year: int = field(default=2026)
    """The year of the conversation, which 'recent' is measured from."""


@dataclass(frozen=True, slots=True)
class Parsed:
    command: Command
    parser: str
    """Which parser answered: 'compact' or 'instruct'."""
    notices: tuple[str, ...] = ()
    """What a person should know about how it was understood: a model that was away, for instance."""
    proposals: tuple[str, ...] = ()
    """Titles that an instruct model suggests from its own knowledge, best first; unchecked until they are linked."""


class Parser(Protocol):
    """Turns one user turn into a command. Raises nothing for any text: nonsense is smalltalk with nothing extracted."""

    async def parse(self, turn: ParseInput) -> Parsed: ...
