"""Runs a parser over labelled turns and reports how well it understands them."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from agent.commands import Preference, Range, Relative
from agent.parsing.agreement import Matcher
from agent.parsing.labelled import LabelledTurn
from agent.parsing.parser import Parsed, ParseInput
from eval.scoring import Judged, Tally, grouped, judge, percentiles

Link = Callable[[ParseInput], ParseInput]
Understand = Callable[[ParseInput], Parsed]


class Measurement:
    """Every turn's command, how it compares with the labels, and how long it took."""

    def __init__(self, turns: Sequence[LabelledTurn], link: Link, understand: Understand, matcher: Matcher) -> None:
        """Parse every turn; the time taken includes linking, as in a conversation."""
        self.latencies_ms: list[float] = []
        self.lenient: list[Judged] = []
        self.strict: list[Judged] = []
        self.answered_by: dict[str, int] = {}
        for labelled in turns:
            began = time.perf_counter()
            parsed = understand(link(labelled.turn))
            self.latencies_ms.append(1000 * (time.perf_counter() - began))
            self.answered_by[parsed.parser] = self.answered_by.get(parsed.parser, 0) + 1
            self.lenient.append(judge(labelled, parsed.command, matcher, lenient=True))
            self.strict.append(judge(labelled, parsed.command, matcher, lenient=False))

    def report(self) -> dict[str, Any]:
        """Return the figures as design.md section 12 lays them out."""
        lenient = Tally(self.lenient)
        return lenient.summary() | {
            "latency_ms": percentiles(self.latencies_ms),
            "answered_by": self.answered_by,
            "strict": Tally(self.strict).summary(),
            "facets": lenient.by_facet(),
            "groups": {name: tally.summary() for name, tally in grouped(self.lenient).items()},
        }

    def errors(self) -> list[str]:
        """Return a paragraph for every turn that is not exactly right, leniently."""
        return [_explained(one) for one in self.lenient if not one.exact]


def _explained(one: Judged) -> str:
    lines = [f"{one.labelled.id}  {one.labelled.turn.text!r}"]
    if one.labelled.turn.context:
        lines.append(f"    after     {one.labelled.turn.context[-1].text[-120:]!r}")
    if one.labelled.turn.slate:
        lines.append(f"    slate     {', '.join(f'{entry.n} {entry.title}' for entry in one.labelled.turn.slate)}")
    if not one.intent:
        lines.append(f"    intent    {one.command.intent}, not {one.labelled.command.intent}")
    lines += [f"    missed    {said(statement)}" for statement in one.missed]
    lines += [f"    surplus   {said(statement)}  {statement.confidence:.2f}" for statement in one.surplus]
    lines += [f"    missed    item {name!r} {relation}" for name, relation in sorted(one.items_missed)]
    lines += [f"    surplus   item {name!r} {relation}" for name, relation in sorted(one.items_surplus)]
    if not one.count:
        lines.append(f"    count     {one.command.count}, not {one.labelled.command.count}")
    return "\n".join(lines)


def said(statement: Preference) -> str:
    """Return a statement in one line."""
    value = statement.value
    if isinstance(value, Range | Relative):
        value = str(value.model_dump(exclude_none=True))
    words = f"{statement.op} {statement.facet} {value!r} {statement.polarity}/{statement.strength}/{statement.lifetime}"
    return f"{words}  from {statement.quote!r}" if statement.quote else words
