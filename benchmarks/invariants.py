"""What is promised of every turn, checked over generated conversations from the items' own facts."""

import asyncio
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from agent.agent import Agent
from agent.claims import unsupported
from agent.commands import Command, Range
from agent.phrasing import say_range, say_wish
from agent.statements import HeldWish, stems
from agent.turns import Turn
from benchmarks.conversing import open_agent, settings_for
from benchmarks.generated import Talker
from benchmarks.timing import machine
from tools.catalogue import Catalogue, Item

MOST_EXAMPLES = 5


@dataclass(slots=True)
class Findings:
    """Violations by kind, with the first few of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    turns: int = 0
    slates: int = 0

    def add(self, kind: str, example: str) -> None:
        self.counts[kind] += 1
        if len(kept := self.examples.setdefault(kind, [])) < MOST_EXAMPLES:
            kept.append(example)


@dataclass(slots=True)
class Thread:
    """What a conversation has come to, kept apart from the agent's own book."""

    user: str
    name: str
    slates: list[tuple[str, ...]] = field(default_factory=list)
    on_screen: tuple[str, ...] = ()
    shown: set[str] = field(default_factory=set)
    """Since the last fresh start or undo: after those, what was shown may come again."""
    mentioned: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    """What the person said, the wishes that were ever made of it, and the reasons and scores that were ever shown."""


def invariants(
    turns: Annotated[int, typer.Option(min=1)] = 2_000,
    seed: int = 0,
    domain: Annotated[Path | None, typer.Option(help="A domain folder; the shipped films by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Hold generated conversations and count broken promises; exit code 1 where there are any."""
    findings = asyncio.run(_hold(turns, seed, domain))
    broken = sum(findings.counts.values())
    if as_json:
        report = {
            "turns": findings.turns,
            "slates": findings.slates,
            "violations": {kind: findings.counts[kind] for kind in KINDS},
            "examples": findings.examples,
            "seed": seed,
            "machine": machine(),
        }
        print(json.dumps(report))
    else:
        print(f"{findings.turns:,} turns, {findings.slates:,} slates, seed {seed}")
        for kind in KINDS:
            print(f"  {kind:<32} {findings.counts[kind]}")
            for example in findings.examples.get(kind, ()):
                print(f"      {example}")
    raise typer.Exit(1 if broken else 0)


KINDS = (
    "a must is broken", "an item is repeated", "a claim without grounds", "an undo shows another slate", "an exception",
)  # fmt: skip


async def _hold(turns: int, seed: int, domain: Path | None) -> Findings:
    agent = await open_agent(settings_for(domain), None)
    findings, talker = Findings(), Talker(agent.parts.catalogue, seed)
    number = 0
    try:
        while findings.turns < turns:
            # Three threads a user, so that what is remembered of one bears on the next.
            thread = Thread(user=f"user-{number // 3}", name=f"thread-{number}")
            number += 1
            for _ in range(min(talker.turns(), turns - findings.turns)):
                text, command = talker.turn()
                await _take(agent, thread, text, command, findings)
    finally:
        await agent.close()
    return findings


async def _take(agent: Agent, thread: Thread, text: str, command: Command | None, findings: Findings) -> None:
    findings.turns += 1
    where = f"{thread.name}: {text[:160]!r}" + (f" {command.model_dump_json(exclude_defaults=True)}" if command else "")
    try:
        before = await agent.parts.profiles.load(thread.user)
        turn = await agent.chat(thread.user, thread.name, text, command=command)
        entry = (await agent.entries(thread.user, thread.name))[-1]
        remembered = (await agent.parts.profiles.load(thread.user)).items
    # Whatever it is, it is what is being looked for.
    except Exception as error:
        findings.add("an exception", f"{where}: {type(error).__name__}: {error}")
        return
    catalogue = agent.parts.catalogue
    wishes = {*before.wishes, *turn.wishes}
    thread.said += [text, *(f"{say_wish(one, catalogue.domain)} {one.quote or ''} {one.since or ''}" for one in wishes)]
    new = tuple(item.id for item in turn.slate)
    findings.slates += bool(new)
    if turn.command.intent == "undo":
        if new and new not in thread.slates:
            findings.add("an undo shows another slate", f"{where}: {new}")
        thread.shown.clear()
    else:
        if entry.fresh:
            thread.shown.clear()
        for item in new:
            if item in thread.shown:
                findings.add("an item is repeated", f"{where}: {item}")
        # A question beside the wishes is answered by its own conditions; they are the command's.
        if not entry.aside:
            for broken in broken_musts(turn, catalogue):
                findings.add("a must is broken", f"{where}: {broken}")
    thread.said += [f"{_said_value(one.value, one.facet, catalogue)} {one.quote or ''}" for one in entry.statements]
    for item_shown in turn.slate:
        sums = (item_shown.score, *item_shown.contributions.values())
        thread.said += [*item_shown.reasons, *(f"{amount:.2f}" for amount in map(abs, sums))]
    thread.mentioned |= _items_of(turn) | set(remembered)
    for claim in unsupported(
        _without_counts(turn.reply, catalogue), (), (), catalogue, _grounds(turn, thread, catalogue)
    ):
        findings.add("a claim without grounds", f"{where}: {claim!r} in {turn.reply[:300]!r}")
    if new:
        thread.slates.append(new)
        thread.shown |= set(new)
        thread.on_screen = new


def broken_musts(turn: Turn, catalogue: Catalogue) -> list[str]:
    """Return each must of the turn that an item of its slate breaks, told from the item's facts alone."""
    clauses: dict[str, list[HeldWish]] = {}
    for wish in turn.wishes:
        together = wish.group is not None and wish.polarity == "like"
        clauses.setdefault(f"group {wish.group}" if together else wish.id, []).append(wish)
    musts = [clause for clause in clauses.values() if all(wish.strength == "must" for wish in clause)]
    broken = []
    for shown in turn.slate:
        item = catalogue.item(catalogue.row(shown.id))
        for clause in musts:
            kept = [_kept(wish, item, catalogue) for wish in clause]
            if not any(verdict is not False for verdict in kept):
                broken.append(f"{item.label} breaks {' or '.join(say_wish(wish, catalogue.domain) for wish in clause)}")
    return broken


def _kept(wish: HeldWish, item: Item, catalogue: Catalogue) -> bool | None:
    """Whether an item keeps a must; None where facts alone cannot tell (wanted words of people's own)."""
    facet = catalogue.domain.facets[wish.facet]
    columns = [facet.roles[wish.role]] if wish.role in facet.roles else list(facet.all_columns)
    stored = [item.facts.get(column) for column in columns]
    values = [one for value in stored for one in (value if isinstance(value, (list, tuple)) else [value])]
    known = [value for value in values if value is not None]
    wanted = wish.polarity == "like"
    if isinstance(wish.value, Range):
        place = facet.values.index if facet.kind == "ordinal" else float
        low, high = (None if end is None else place(end) for end in (wish.value.min, wish.value.max))
        figures = [place(value) for value in known[:1]]
        inside = any((low is None or figure >= low) and (high is None or figure <= high) for figure in figures)
        return inside == wanted
    if facet.kind == "entity" and wanted and not len(catalogue.rows_with(wish.facet, wish.value)):
        # A name that the catalogue does not have is said to be unknown, and steers by its words.
        return None
    if facet.kind == "text":
        return None if wanted else not any(stems(wish.value) == stems(str(value)) for value in known)
    return any(str(value).casefold() == wish.value.casefold() for value in known) == wanted


def _said_value(value: Range | str, facet: str, catalogue: Catalogue) -> str:
    return say_range(value, catalogue.domain.facets[facet]) if isinstance(value, Range) else value


def _items_of(turn: Turn) -> set[str]:
    named = {item.id for item in turn.slate} | {miss.id for miss in turn.near_misses}
    for reference in turn.command.items:
        named |= {one for one in (reference.item, *reference.others) if one}
    return named | {seed.item for seed in turn.seeds if seed.item}


def _grounds(turn: Turn, thread: Thread, catalogue: Catalogue) -> str:
    """Everything that a reply may speak of: the items of the thread, the wishes, what the person said, and counts."""
    domain = catalogue.domain
    items = [catalogue.item(catalogue.row(item)) for item in sorted(thread.mentioned)]
    words = [f"{item.label}. {_facts(item)}" for item in items]
    words += [seed.title for seed in turn.seeds]
    words += [str(reference.ref) for reference in turn.command.items]
    words += [f"{preference.value} {preference.quote or ''}" for preference in turn.command.preferences]
    words += [*thread.said, *domain.openers, *domain.asks_unanswered.values()]
    words += [str(number) for number in (*range(1, 51), len(catalogue), *_ends(catalogue))]
    return "\n".join(words)


def _ends(catalogue: Catalogue) -> list[int]:
    """The first and the last year of every calendar facet."""
    years = [catalogue.numbers(name) for name, facet in catalogue.domain.facets.items() if facet.calendar]
    return [int(end) for figures in years for end in (np.nanmin(figures), np.nanmax(figures))]


def _facts(item: Item) -> str:
    return "; ".join(
        ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else f"{value:g}" if isinstance(value, float)
        else str(value) for value in item.facts.values() if value is not None
    )  # fmt: skip


def _without_counts(reply: str, catalogue: Catalogue) -> str:
    """Return a reply without its counts of items ('412 films'), which no catalogue's item states."""
    noun = catalogue.domain.noun

    def counted(match: re.Match[str]) -> str:
        return "" if int(match[1].replace(",", "")) <= len(catalogue) else match[0]

    # How long an overlong turn was is a fact of the turn.
    reply = re.sub(r"That was [\d,]+ characters long; I read the first [\d,]+\.", "", reply)
    return re.sub(rf"\b(\d[\d,]*) (?:{re.escape(noun.one)}|{re.escape(noun.many)})\b", counted, reply)
