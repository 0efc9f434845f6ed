"""Understands turns with an instruct model behind a URL; another parser answers when it cannot."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from agent.commands import Command, command_schema
from agent.errors import ModelError, ModelReplyInvalid
from agent.llm import LanguageModel, ModelCall
from agent.parsing.examples import ExampleSource, NoExamples
from agent.parsing.facets import describe
from agent.parsing.labelled import LabelledTurn
from agent.parsing.parser import Parsed, ParseInput, Parser
from agent.parsing.ranges import as_value
from agent.parsing.review import CommandInvalid, printable, read_command
from agent.turns import value_json
from prompts.loader import Message, ParsePrompt, RepairPrompt, Shot, render
from tools.domain import Domain
from tools.linking import Mention

MAX_TITLES = 10
_MAX_TOKENS = 1024
_REPAIR_QUOTES = 4000
"""Characters of a bad reply that are shown to the model again."""
_NAMESAKES = 3
_POSSIBLE = 0.2
"""Mentions scored below this only distract."""

AWAY = "The language model could not be reached in time, so a smaller parser read this turn."
UNUSABLE = "The language model's reading of this turn could not be used, so a smaller parser read it."


class InstructParser:
    """Asks a model for the command, checks what it writes, has it mended once, and falls back on another parser.

    The model's failures cost the person a notice and at most `deadline_s` seconds. With `propose`, titles that the
    model would suggest come in the same reply, as `Parsed.proposals`: unchecked words until they are linked.
    """

    def __init__(
        self,
        model: LanguageModel,
        domain: Domain,
        fallback: Parser,
        *,
        title_of: Callable[[str], str] = str,
        examples: ExampleSource | None = None,
        example_count: int = 6,
        propose: bool = False,
        deadline_s: float = 20.0,
    ) -> None:
        """title_of: an item's id to its title, for the model to spell; propose: whether titles are asked for."""
        self._model = model
        self._domain = domain
        self._fallback = fallback
        self._title_of = title_of
        self._examples = examples or NoExamples()
        self._example_count = example_count
        self._propose = propose
        self._deadline_s = deadline_s
        self._schema = _with_titles(command_schema(domain)) if propose else command_schema(domain)

    async def parse(self, turn: ParseInput) -> Parsed:
        try:
            command, titles = await self._understood(turn)
        except (ModelReplyInvalid, CommandInvalid):
            return await self._fallen_back(turn, UNUSABLE)
        except ModelError:
            return await self._fallen_back(turn, AWAY)
        return Parsed(command, "instruct", proposals=titles)

    async def _fallen_back(self, turn: ParseInput, notice: str) -> Parsed:
        parsed = await self._fallback.parse(turn)
        return Parsed(parsed.command, parsed.parser, (notice, *parsed.notices))

    async def _understood(self, turn: ParseInput) -> tuple[Command, tuple[str, ...]]:
        clock = asyncio.get_running_loop().time
        until = clock() + self._deadline_s
        # Embedding takes the processor for a while, which other threads of conversation need not wait for.
        examples = await asyncio.to_thread(self._examples.like, turn.text, self._example_count)
        messages = self.messages(turn, examples)
        reply = await self._model.reply(self._call(messages, self._deadline_s))
        try:
            return self._read(reply.json(), turn)
        except (ModelReplyInvalid, CommandInvalid) as error:
            problems = error.problems if isinstance(error, CommandInvalid) else (str(error),)
            left_s = until - clock()
            if left_s <= 0:
                raise
        mended = (
            *messages,
            Message("assistant", reply.text[:_REPAIR_QUOTES]),
            *render(RepairPrompt(problems=problems)),
        )
        reply = await self._model.reply(self._call(mended, left_s))
        return self._read(reply.json(), turn)

    def messages(self, turn: ParseInput, examples: Sequence[LabelledTurn] = ()) -> tuple[Message, ...]:
        """Return what the model is asked: what a model that is to answer as is has to be trained on."""
        return render(self._prompt(turn, examples))

    def _call(self, messages: tuple[Message, ...], deadline_s: float) -> ModelCall:
        return ModelCall(
            purpose="parse", messages=messages, schema=self._schema, max_tokens=_MAX_TOKENS, deadline_s=deadline_s
        )

    def _read(self, written: dict[str, Any], turn: ParseInput) -> tuple[Command, tuple[str, ...]]:
        titles = written.pop("titles", None)
        return read_command(written, turn, self._domain, self._title_of), _titles(titles) if self._propose else ()

    def _prompt(self, turn: ParseInput, examples: Sequence[LabelledTurn]) -> ParsePrompt:
        domain = self._domain
        return ParsePrompt(
            noun=domain.noun.many,
            facets=describe(domain, turn.year),
            firm=tuple(name for name, facet in domain.facets.items() if facet.strength == "must"),
            asks=tuple(self._schema["properties"]["asks"]["items"]["enum"]),
            year=turn.year,
            propose=self._propose,
            shots=tuple(map(self._shot, examples)),
            mentions=tuple(self._found(mention) for mention in turn.mentions if mention.score >= _POSSIBLE),
            turn=_as_shown(turn),
        )

    def _shot(self, labelled: LabelledTurn) -> Shot:
        turn = {name: part for name, part in _as_shown(labelled.turn).items() if part}
        return Shot(turn, as_written(labelled.command, self._domain))

    def _found(self, mention: Mention) -> dict[str, Any]:
        """Return a mention in the words that commands use."""
        found: dict[str, Any] = {"words": mention.text}
        if mention.kind == "item":
            return found | {"titles": [self._title_of(item) for item in mention.items[:_NAMESAKES]]}
        if mention.kind == "slate":
            return found | {"numbers": list(mention.numbers)}
        found["facet"] = mention.facet
        if mention.kind == "relative":
            return found | {"dir": mention.direction}
        if mention.bounds is None or mention.facet is None:
            return found | {"value": mention.value} | ({"role": mention.role} if mention.role else {})
        return found | {"value": value_json(as_value(mention.bounds, self._domain.facets[mention.facet]))}


def _with_titles(schema: dict[str, Any]) -> dict[str, Any]:
    titles = {"type": "array", "maxItems": MAX_TITLES, "items": {"type": "string", "minLength": 1, "maxLength": 120}}
    return {
        **schema,
        "properties": {**schema["properties"], "titles": titles},
        "required": [*schema["required"], "titles"],
    }


def _titles(written: object) -> tuple[str, ...]:
    """Return the proposed titles that are text; anything else among them is dropped, since they are only hints."""
    if not isinstance(written, list):
        return ()
    titles = (printable(title)[:120] for title in written if isinstance(title, str))
    return tuple(dict.fromkeys(title for title in titles if title))[:MAX_TITLES]


def _as_shown(turn: ParseInput) -> dict[str, Any]:
    """Return what a model sees of a turn."""
    return {
        "context": [{"role": said.role, "text": said.text} for said in turn.context],
        "slate": [{"n": entry.n, "title": entry.title, "year": entry.year} for entry in turn.slate],
        "text": turn.text,
    }


def as_written(command: Command, domain: Domain) -> dict[str, Any]:
    """Return a labelled command as a model is asked to write it: every field that the schema requires, in its order."""
    statements = []
    for one in command.preferences:
        statement = {
            "facet": one.facet,
            "quote": one.quote,
            "value": value_json(one.value),
            **one.model_dump(include={"polarity", "strength", "lifetime", "op"}),
            "any_of": one.any_of,
        }
        if domain.facets[one.facet].kind == "entity":
            statement["role"] = one.role or "any"
        statements.append(statement)
    items = [{"ref": one.ref, "relation": one.relation} for one in command.items]
    return {
        "intent": command.intent,
        "preferences": statements,
        "items": items,
        "asks": list(command.asks),
        "count": command.count,
    }
