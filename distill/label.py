"""A teacher model labels turns: several readings of each, kept where they agree, set aside where they do not."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.commands import Command, ItemReference, Preference
from agent.errors import ModelError
from agent.llm import LanguageModel, ModelCall, ModelReply
from agent.parsing.agreement import Matcher, item_keys
from agent.parsing.facets import describe
from agent.parsing.labelled import LabelledFileError
from agent.parsing.parser import Parsed, ParseInput, Parser
from agent.parsing.words import names_the_same, plain
from prompts.loader import SpeakPrompt, render
from tools.domain import Domain

UNREAD = "unread"
"""The parser that answers for a model that could not be used."""


class Sampling:
    """A model that answers the same call differently, repeatably: each sample has its own seed."""

    def __init__(self, model: LanguageModel, temperature: float = 0.7) -> None:
        self._model = model
        self._temperature = temperature
        self.seed = 0
        """Of the next call; set it before each sample."""

    async def reply(self, call: ModelCall) -> ModelReply:
        return await self._model.reply(replace(call, temperature=self._temperature, seed=self.seed))

    def stream(self, call: ModelCall) -> AsyncIterator[str | ModelReply]:
        return self._model.stream(replace(call, temperature=self._temperature, seed=self.seed))

    async def close(self) -> None:
        await self._model.close()


class NoParser:
    """Stands in where a model's reading could not be used, so that no other parser's reading is taken for it."""

    async def parse(self, turn: ParseInput) -> Parsed:
        return Parsed(Command(intent="smalltalk"), UNREAD)


@dataclass(frozen=True, slots=True)
class Consensus:
    """What several readings of one turn have in common."""

    turn: ParseInput
    command: Command
    agreement: float
    """How much the readings agree, 0 to 1; 0 where fewer than two could be used."""
    readings: tuple[Command, ...]


class Labeller:
    """Labels turns by a parser that samples a teacher model."""

    def __init__(self, parser: Parser, sampling: Sampling, matcher: Matcher, samples: int = 3) -> None:
        self._parser = parser
        self._sampling = sampling
        self._matcher = matcher
        self._samples = samples

    async def label(self, turn: ParseInput) -> Consensus:
        """Return what the samples agree on."""
        readings = []
        for seed in range(1, self._samples + 1):
            self._sampling.seed = seed
            parsed = await self._parser.parse(turn)
            if parsed.parser != UNREAD:
                readings.append(parsed.command)
        return consensus(turn, readings, self._matcher)


def consensus(turn: ParseInput, readings: Sequence[Command], matcher: Matcher) -> Consensus:
    """Return the reading that the others agree with most, less what most of them do not have."""
    if len(readings) < 2:
        return Consensus(turn, readings[0] if readings else Command(intent="smalltalk"), 0.0, tuple(readings))
    scores = [
        sum(_agreement(one, other, turn, matcher) for other in readings if other is not one) / (len(readings) - 1)
        for one in readings
    ]
    best = readings[scores.index(max(scores))]
    kept = [one for one in best.preferences if _voices(one, readings, matcher) * 2 > len(readings)]
    counts = Counter(key for reading in readings for key in item_keys(reading.items, turn.slate))
    items = [one for one in best.items if 2 * max(counts[key] for key in item_keys([one], turn.slate)) > len(readings)]
    intent = Counter(reading.intent for reading in readings).most_common(1)[0][0]
    command = best.model_copy(
        update={"intent": intent, "preferences": tuple(kept), "items": tuple(_placed(one, turn.text) for one in items)}
    )
    return Consensus(turn, command, round(max(scores), 3), tuple(readings))


def as_line(number: int, agreed: Consensus) -> str:
    """Return a labelled turn as one line of JSON, with the words each label rests on."""
    command = agreed.command.model_dump(exclude_none=True)
    for one in (*command["preferences"], *command["items"]):
        one["span"] = one.pop("quote", "")
        for name in ("confidence", "item", "others"):
            one.pop(name, None)
    return json.dumps(
        {
            "id": f"labelled-{number:05d}",
            "context": [{"role": one.role, "text": one.text} for one in agreed.turn.context],
            "slate": [{"n": one.n, "title": one.title, "year": one.year} for one in agreed.turn.slate],
            "utterance": agreed.turn.text,
            "agreement": agreed.agreement,
            "command": command | {"count": agreed.command.count},
        },
        ensure_ascii=False,
    )


def write_lines(path: Path, turns: Sequence[Consensus]) -> None:
    """Write labelled turns to a file, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(as_line(number, one) + "\n" for number, one in enumerate(turns, start=1)), encoding="utf8")


def read_utterances(path: Path) -> list[str]:
    """Return the lines of a file that hold anything. Raises LabelledFileError if it cannot be read."""
    try:
        return [line.strip() for line in path.read_text(encoding="utf8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise LabelledFileError(f"cannot read turns to label from {str(path)!r}: {error}") from error


async def speak(model: LanguageModel, domain: Domain, topic: str, count: int) -> list[str]:
    """Return turns that a model makes up about a topic. Raises ModelError where it cannot be used."""
    prompt = SpeakPrompt(noun=domain.noun.many, facets=tuple(describe(domain, 2026)), count=count, topic=topic)
    lines: dict[str, Any] = {"type": "array", "items": {"type": "string", "maxLength": 600}, "maxItems": count}
    schema = {"type": "object", "properties": {"turns": lines}, "required": ["turns"], "additionalProperties": False}
    call = ModelCall(purpose="speak", messages=render(prompt), schema=schema, max_tokens=120 * count, temperature=0.9)
    reply = await model.reply(call)
    turns = reply.json().get("turns", [])
    said = [turn.strip() for turn in turns if isinstance(turn, str) and turn.strip()]
    if not said:
        raise ModelError(f"the model wrote no turns about {topic!r}")
    return list(dict.fromkeys(said))


def _agreement(one: Command, other: Command, turn: ParseInput, matcher: Matcher) -> float:
    """Share of everything said in either that both say; the intent counts like a statement."""
    met = len(matcher.pairs([(statement,) for statement in one.preferences], other.preferences))
    left, right = item_keys(one.items, turn.slate), item_keys(other.items, turn.slate)
    shared = met + len(left & right) + (one.intent == other.intent)
    return 2 * shared / (len(one.preferences) + len(other.preferences) + len(left) + len(right) + 2)


def _voices(statement: Preference, readings: Sequence[Command], matcher: Matcher) -> int:
    return sum(any(matcher.same(statement, other) for other in reading.preferences) for reading in readings)


def _placed(item: ItemReference, text: str) -> ItemReference:
    """The item with the words that name it, where it has none and the text has some."""
    if item.quote or isinstance(item.ref, int):
        return item
    words = text.split()
    longest = len(plain(item.ref).split())
    for length in range(longest, 0, -1):
        for at in range(len(words) - length + 1):
            said = " ".join(words[at : at + length]).strip(" .,;:!?\"'()")
            if said in text and names_the_same(said, item.ref):
                return item.model_copy(update={"quote": said})
    return item
