"""A language model as judge of two runs: pairwise, by what the simulated person wanted, in both orders.

Two orders because judges favour a place (Zheng et al. 2023, MT-Bench): a verdict counts where both agree, and is a tie
where they contradict each other. A verdict that cannot be read is no verdict: it is counted apart.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.errors import ModelError
from agent.llm import LanguageModel, ModelCall
from eval.intervals import interval
from prompts.loader import JudgePrompt, render
from tools.catalogue import Catalogue

Better = Literal["first", "second", "tie"]
Verdict = Literal["a", "b", "tie", "unscored"]

_SCHEMA = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "maxLength": 400},
        "better": {"enum": ["first", "second", "tie"]},
    },
    "required": ["reason", "better"],
    "additionalProperties": False,
}


class RunError(ValueError):
    """A run file cannot be used; the message says where and why."""


class _Read(BaseModel):
    """What is used of a line that `eval simulate --out` wrote; it has more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Turn(_Read):
    user: str
    reply: str
    slate: tuple[str, ...] = ()


class _Instance(_Read):
    id: str
    wants: tuple[dict[str, Any], ...]
    lasting: tuple[dict[str, Any], ...] = ()
    seen: tuple[str, ...] = ()


class Dialogue(_Read):
    """One simulated dialogue."""

    system: str
    users: str
    instance: _Instance
    turns: tuple[_Turn, ...]
    failure: str | None = None

    @property
    def occasion(self) -> tuple[str, str]:
        """Who wanted what: two systems' dialogues of one occasion can be compared."""
        return self.users, self.instance.id


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one pair."""

    occasion: tuple[str, str]
    verdict: Verdict
    agreed: bool
    """Both orders said the same; meaningless where unscored."""
    reasons: tuple[str, ...] = ()
    problem: str | None = None
    """Why it is unscored."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = ""
    better: Better


def read_run(file: Path, system: str | None = None) -> dict[tuple[str, str], Dialogue]:
    """Return the finished dialogues of one system in a run file, by occasion.

    system: which, where the run has several. Raises RunError for a file that cannot be read, naming the line, and for
    a system that it lacks.
    """
    try:
        lines = file.read_text(encoding="utf8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{str(file)!r} cannot be read: {error}") from error
    dialogues = [_read(line, file, number) for number, line in enumerate(lines, start=1) if '"turns"' in line]
    systems = sorted({dialogue.system for dialogue in dialogues})
    if not systems:
        raise RunError(f"{file.name} holds no dialogues; give a file that `python -m eval simulate --out` wrote")
    if system is None and len(systems) > 1:
        raise RunError(f"{file.name} has dialogues of {', '.join(systems)}; say which one is meant")
    if system is not None and system not in systems:
        raise RunError(f"{file.name} has no dialogues of {system!r}; it has {', '.join(systems)}")
    chosen = [one for one in dialogues if one.system == (system or systems[0]) and one.failure is None]
    return {one.occasion: one for one in chosen}


def _read(line: str, file: Path, number: int) -> Dialogue:
    try:
        return Dialogue.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        raise RunError(f"{file.name}, line {number}: {where}: {first['msg']}") from error


class Cache:
    """Verdicts by what was asked of whom, a file each; a verdict that could not be read is asked for again."""

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder
        self._model = model
        self.hits = 0

    def get(self, call: ModelCall) -> str | None:
        """Return the reply kept for a call."""
        try:
            text = self._file(call).read_text(encoding="utf8")
        except FileNotFoundError:
            return None
        self.hits += 1
        return text

    def keep(self, call: ModelCall, text: str) -> None:
        """Keep a reply; a reader never sees half of it."""
        file = self._file(call)
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}.part")
        partial.write_text(text, encoding="utf8")
        partial.replace(file)

    def _file(self, call: ModelCall) -> Path:
        asked = [self._model, [(message.role, message.text) for message in call.messages], call.schema]
        return self._folder / f"{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]}.json"


class Judge:
    """Asks one model about pairs of dialogues."""

    def __init__(self, model: LanguageModel, catalogue: Catalogue, cache: Cache | None = None) -> None:
        self._model = model
        self._catalogue = catalogue
        self._cache = cache

    async def compare(self, a: Dialogue, b: Dialogue) -> Judged:
        """Return which of two dialogues of one occasion served the person better, asked in both orders."""
        try:
            forward = await self._ask(a, b)
            backward = await self._ask(b, a)
        except (ModelError, ValidationError) as error:
            problem = f"{type(error).__name__}: {error}".splitlines()[0]
            return Judged(a.occasion, "unscored", agreed=False, problem=problem)
        one: Verdict = {"first": "a", "second": "b", "tie": "tie"}[forward.better]  # type: ignore[assignment]
        other: Verdict = {"first": "b", "second": "a", "tie": "tie"}[backward.better]  # type: ignore[assignment]
        verdict = one if one == other else "tie"
        return Judged(a.occasion, verdict, agreed=one == other, reasons=(forward.reason, backward.reason))

    async def _ask(self, first: Dialogue, second: Dialogue) -> _Said:
        call = self._call(first, second)
        kept = self._cache.get(call) if self._cache else None
        if kept is not None:
            return _Said.model_validate_json(kept)
        reply = await self._model.reply(call)
        said = _Said.model_validate(reply.json())
        if self._cache:
            self._cache.keep(call, said.model_dump_json())
        return said

    def _call(self, first: Dialogue, second: Dialogue) -> ModelCall:
        wants = [*first.instance.wants, *first.instance.lasting]
        prompt = JudgePrompt(
            noun=self._catalogue.domain.noun.many,
            wants=tuple({name: part for name, part in want.items() if name not in ("id", "reveal")} for want in wants),
            seen=tuple(self._label(item) for item in first.instance.seen),
            first=self._told(first),
            second=self._told(second),
        )
        return ModelCall(purpose="judge", messages=render(prompt), schema=_SCHEMA, max_tokens=200)

    def _told(self, dialogue: Dialogue) -> tuple[Mapping[str, Any], ...]:
        return tuple(
            {"person": turn.user, "assistant": turn.reply, "shown": [self._facts(item) for item in turn.slate]}
            for turn in dialogue.turns
        )

    def _label(self, item: str) -> str:
        return self._catalogue.labels[self._catalogue.row(item)]

    def _facts(self, item: str) -> dict[str, Any]:
        """What a judge needs to see whether an item is what was wanted."""
        shown = self._catalogue.item(self._catalogue.row(item))
        facets = self._catalogue.domain.facets.values()
        columns = dict.fromkeys(column for facet in facets for column in facet.all_columns)
        facts = {column: shown.facts.get(column) for column in columns}
        return {"title": shown.label, **{column: value for column, value in facts.items() if value not in (None, [])}}


async def judge_all(
    judge: Judge,
    ours: Mapping[tuple[str, str], Dialogue],
    theirs: Mapping[tuple[str, str], Dialogue],
    parallel: int = 4,
    hear: Callable[[Judged], None] | None = None,
) -> list[Judged]:
    """Return a verdict for every occasion that both runs have, in the order of the first."""
    gate = asyncio.Semaphore(parallel)

    async def one(occasion: tuple[str, str]) -> Judged:
        async with gate:
            judged = await judge.compare(ours[occasion], theirs[occasion])
        if hear:
            hear(judged)
        return judged

    return list(await asyncio.gather(*(one(occasion) for occasion in ours if occasion in theirs)))


def report(
    judged: Sequence[Judged],
    ours: Mapping[tuple[str, str], Dialogue],
    theirs: Mapping[tuple[str, str], Dialogue],
) -> dict[str, Any]:
    """Return wins, ties, unscored pairs, and how often A is preferred (a tie is half) with its interval."""
    scored = [one for one in judged if one.verdict != "unscored"]
    points = {"a": 1.0, "tie": 0.5, "b": 0.0, "unscored": 0.0}
    preferred = interval([points[one.verdict] for one in scored], [one.occasion[1] for one in scored])
    verdicts = [one.verdict for one in judged]
    return {
        "systems": {"a": _system(ours), "b": _system(theirs)},
        "pairs": len(judged),
        "only_in_a": sum(occasion not in theirs for occasion in ours),
        "only_in_b": sum(occasion not in ours for occasion in theirs),
        "a_wins": verdicts.count("a"),
        "b_wins": verdicts.count("b"),
        "ties": verdicts.count("tie"),
        "contradictions": sum(not one.agreed for one in scored),
        "unscored": verdicts.count("unscored"),
        "a_preferred": preferred.as_json() if preferred else None,
        "verdicts": [
            {"users": one.occasion[0], "instance": one.occasion[1], "verdict": one.verdict, "agreed": one.agreed,
             "reasons": list(one.reasons), "problem": one.problem}
            for one in judged
        ],
    }  # fmt: skip


def _system(run: Mapping[tuple[str, str], Dialogue]) -> str:
    return next((dialogue.system for dialogue in run.values()), "")
