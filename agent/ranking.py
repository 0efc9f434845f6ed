"""A ranking of the whole catalogue for a dialogue that took place elsewhere: nothing is kept, nothing said."""

import asyncio
from collections.abc import Sequence

from agent.grounding import ground
from agent.history import Entry, View, fold
from agent.nodes.parse import CONTEXT_TURNS
from agent.parsing.parser import ParseInput, Utterance
from agent.parts import Parts
from agent.planning import PlanInput, plan_turn
from tools import registry
from tools.candidates import Candidates
from tools.diversify import DiversifyArguments


async def rank_dialogue(parts: Parts, turns: Sequence[Utterance], k: int) -> tuple[str, ...]:
    """Return the ids of the k items that suit a dialogue best, best first; fewer where fewer keep its musts.

    turns: both sides, oldest first. The other side's words are only what the user's are understood by. Items that the
    user named, liked, disliked or has seen are left out.
    """
    view = await _understood(parts, turns)
    given = PlanInput(view=view, catalogue=parts.catalogue, count=1, diversity=0.0, without=parts.settings.without)
    return await asyncio.to_thread(_ranked, parts, given, k)


async def _understood(parts: Parts, turns: Sequence[Utterance]) -> View:
    """What holds after the user's turns."""
    catalogue, year = parts.catalogue, parts.settings.year
    entries: list[Entry] = []
    for place, turn in enumerate(turns):
        if turn.role != "user" or not turn.text.strip():
            continue
        text = turn.text[: parts.settings.max_turn_chars]
        mentions = await asyncio.to_thread(parts.linker.find, text, (), year)
        context = tuple(turns[max(0, place - 2 * CONTEXT_TURNS) : place])
        parsed = await parts.parser.parse(ParseInput(text=text, context=context, mentions=mentions, year=year))
        grounded = ground(parsed.command, text, slate=(), catalogue=catalogue, linker=parts.linker, year=year)
        entries.append(
            Entry(
                turn=len(entries) + 1,
                text=text,
                command=grounded.command,
                statements=grounded.statements,
                fresh=grounded.fresh,
            )
        )
    return fold(entries, catalogue.domain)


def _ranked(parts: Parts, given: PlanInput, k: int) -> tuple[str, ...]:
    candidates = Candidates.all(parts.tools.size)
    exclude: frozenset[str] = frozenset()
    for step in plan_turn(given):
        if step.tool == "diversify":
            exclude = frozenset(DiversifyArguments.model_validate(step.arguments).exclude)
        else:
            candidates = registry.run(step.tool, parts.tools, step.arguments, candidates).candidates
    ids = (parts.catalogue.ids[row] for row in candidates.rows)
    return tuple([item for item in ids if item not in exclude][:k])
