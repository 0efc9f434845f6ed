"""Prompts are text files beside this one; here is what fills each, and the one function that renders them.

A file holds messages, each under a line `=== system ===`, `=== user ===` or `=== assistant ===`. What stays the same
from turn to turn stands first, so that a server's prefix cache holds. Text of people and items goes in through the
`data` filter, inside tags: a JSON string in which no tag can be opened or closed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import jinja2

Role = Literal["system", "user", "assistant"]

FOLDER = Path(__file__).parent
_HEADING = re.compile(r"^=== (system|user|assistant) ===\n", re.MULTILINE)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A turn and the command it means, shown to a model as an example."""

    turn: Mapping[str, Any]
    """`context`, `slate` and `text`, as far as the turn has them."""
    command: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsePrompt:
    """Asks what a turn means."""

    file: ClassVar[str] = "parse.md"
    noun: str
    """What several items are called ('films')."""
    facets: tuple[str, ...]
    """A line each: name and what a statement about it holds."""
    firm: tuple[str, ...]
    """Facets whose plain statements are musts."""
    asks: tuple[str, ...]
    year: int
    propose: bool
    """Whether titles that would suit are asked for in the same reply."""
    shots: tuple[Shot, ...]
    mentions: tuple[Mapping[str, Any], ...]
    turn: Mapping[str, Any]
    """As in Shot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairPrompt:
    """Asks once more for a reply that could not be used; goes after that reply."""

    file: ClassVar[str] = "repair.md"
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPrompt:
    """Asks for the tool calls of a turn."""

    file: ClassVar[str] = "plan.md"
    noun: str
    tools: tuple[Mapping[str, Any], ...]
    """Function schemas, as the registry yields them."""
    wishes: tuple[Mapping[str, Any], ...]
    items: tuple[Mapping[str, Any], ...]
    """Items that the person spoke of: id, title and how they stand to it."""
    exclude: tuple[str, ...]
    count: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondPrompt:
    """Asks for the words that go with a slate."""

    file: ClassVar[str] = "respond.md"
    noun: str
    text: str
    wishes: tuple[str, ...]
    """As said back to the person."""
    slate: tuple[Mapping[str, Any], ...]
    """n, label, reasons and the facts that may be told."""
    near_misses: tuple[Mapping[str, Any], ...]
    notices: tuple[str, ...]
    question: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPrompt:
    """Asks for an answer from facts, or for one more tool call to get them."""

    file: ClassVar[str] = "answer.md"
    noun: str
    tools: tuple[Mapping[str, Any], ...]
    slate: tuple[Mapping[str, Any], ...]
    facts: tuple[Mapping[str, Any], ...]
    """What was found so far: which tool, with which arguments, and its result."""
    steps_left: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakPrompt:
    """Asks for turns that people might type, to be labelled afterwards."""

    file: ClassVar[str] = "speak.md"
    noun: str
    facets: tuple[str, ...]
    """As in ParsePrompt."""
    count: int
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatePrompt:
    """Asks for the next turn of a simulated user."""

    file: ClassVar[str] = "simulate.md"
    noun: str
    wants: tuple[Mapping[str, Any], ...]
    """Wants with when each is said and whether it was."""
    conversation: tuple[Mapping[str, str], ...]
    """Oldest first: role and text; empty before the first turn."""
    slate: tuple[str, ...]
    """Labels on screen, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePrompt:
    """Asks which of two dialogues served a person better."""

    file: ClassVar[str] = "judge.md"
    noun: str
    wants: tuple[Mapping[str, Any], ...]
    """What the person wanted, said or not."""
    seen: tuple[str, ...]
    """Labels of items that the person had seen."""
    first: tuple[Mapping[str, Any], ...]
    """A mapping a turn: what the person said, what the assistant said and showed."""
    second: tuple[Mapping[str, Any], ...]


Prompt = (
    ParsePrompt | RepairPrompt | PlanPrompt | RespondPrompt | AnswerPrompt | SpeakPrompt | SimulatePrompt | JudgePrompt
)


def render(prompt: Prompt) -> tuple[Message, ...]:
    """Return the messages of a prompt. Raises jinja2.UndefinedError if its file asks for more than its type has."""
    variables = {field.name: getattr(prompt, field.name) for field in fields(prompt)}
    return tuple(Message(role, template.render(variables).strip()) for role, template in _templates(prompt.file))


@cache
def _templates(file: str) -> tuple[tuple[Role, jinja2.Template], ...]:
    # Parts are told apart before anything is filled in: no text can open a message of its own.
    _, *parts = _HEADING.split((FOLDER / file).read_text(encoding="utf8"))
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["data"] = as_data
    return tuple(
        (role, environment.from_string(source))  # type: ignore[misc]
        for role, source in zip(parts[::2], parts[1::2], strict=True)
    )


def as_data(value: Any) -> str:
    """Return a value as JSON on one line, readable in any script, that holds no angle bracket nor invisible mark."""
    text = json.dumps(_visible(value), ensure_ascii=False, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return _INVISIBLE.sub(" ", value)
    if isinstance(value, Mapping):
        return {str(name): _visible(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(part) for part in value]
    return value
