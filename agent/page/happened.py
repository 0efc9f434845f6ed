"""What happened in a turn: what was understood, which tools ran, how many items each left, and how long it took."""

from dataclasses import dataclass

from agent.commands import Range, Value
from agent.phrasing import say_range
from agent.turns import PlanStep, Turn
from tools.domain import Domain, Facet

_SAID = {
    "filter": "kept what satisfies every must",
    "match": "scored by what was asked for",
    "similar": "scored by likeness to what was named",
    "propose": "scored by the language model's suggestions",
    "affinity": "scored by what is remembered of you",
    "attenuate": "lowered what is close to what you avoid",
    "rank": "added the scores up",
    "diversify": "chose the list",
}
_NODES = ("recall", "parse", "plan", "act", "ask", "answer", "respond", "remember")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tool of the plan."""

    tool: str
    said: str
    left: int
    ms: float
    share: float
    """Of the catalogue that is left, in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One turn, looked into."""

    summary: str
    understood: tuple[str, ...]
    steps: tuple[Step, ...]
    times: tuple[tuple[str, float], ...]
    parser: str
    writer: str


def what_happened(turn: Turn, total: int, domain: Domain) -> Happened:
    """Return a turn's account. total: items in the catalogue."""
    steps = tuple(_step(step, total) for step in turn.plan)
    spent = turn.timings_ms.get("total", 0.0)
    counts = [total, *dict.fromkeys(step.left for step in steps)]
    path = " → ".join(f"{count:,}" for count in dict.fromkeys(counts)) if steps else "No search was needed"
    noun = f" {domain.noun.many}" if steps else ""
    return Happened(
        summary=f"{path}{noun} · {spent:.0f} ms",
        understood=_understood(turn, domain),
        steps=steps,
        times=tuple((name, turn.timings_ms[name]) for name in _NODES if name in turn.timings_ms),
        parser="a button, so nothing was parsed" if turn.parser == "given" else f"the {turn.parser} parser",
        writer=turn.model or "templates",
    )


def _step(step: PlanStep, total: int) -> Step:
    left = step.count_out or 0
    dial = step.arguments.get("dial")
    said = _SAID.get(step.tool, step.tool)
    return Step(
        tool=step.tool,
        said=said if dial is None else f"{said}, variety {dial:g}",
        left=left,
        ms=step.ms or 0.0,
        share=100 * left / max(total, 1),
    )


def _understood(turn: Turn, domain: Domain) -> tuple[str, ...]:
    command = turn.command
    said = [f"intent: {command.intent}"]
    for wish in command.preferences:
        value = _value(wish.value, domain.facets[wish.facet])
        words = f" — “{wish.quote}”" if wish.quote else ""
        said.append(f"{wish.op} {wish.facet}: {value} ({wish.polarity}, {wish.strength}, {wish.lifetime}){words}")
    said += [f"{item.relation}: {item.title or item.ref}" for item in command.items]
    said += [f"asks: {ask}" for ask in command.asks]
    return tuple(said)


def _value(value: Value, facet: Facet) -> str:
    if isinstance(value, str):
        return value
    return say_range(value, facet) if isinstance(value, Range) else f"{value.dir} than {value.than}"
