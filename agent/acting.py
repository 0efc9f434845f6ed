"""Carries out a plan: runs its tools, keeps counts and times, explains what came out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from agent.planning import PlanInput, excluded, plan_turn, tool_wish
from agent.state import Acted
from agent.turns import NearMiss, PlanStep, Shortfall, SlateItem
from tools import registry
from tools.candidates import Candidates
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.explain import Explanation
from tools.filter import FilterReport, near_misses

NEAR_MISSES = 3
REASONS = 3
ALREADY = 3


@dataclass(frozen=True, slots=True)
class _Run:
    """A plan carried out up to the choice of a slate."""

    steps: tuple[PlanStep, ...]
    ranked: Candidates
    chosen: Candidates
    report: FilterReport | None


def act_on(steps: Sequence[PlanStep], given: PlanInput, tools: ToolContext) -> Acted:
    """Return the slate that a plan leads to, with what is needed to explain it and what it lacks.

    Where fewer than wanted are left, items shown before the last reset may come back; those shown since never do.
    """
    done = _run(steps, tools)
    if len(done.chosen) < given.count:
        earlier = set(given.view.shown) - set(given.view.shown_this_epoch)
        if earlier and not set(given.again) & earlier:
            again = tuple(sorted(earlier - _decided(given)))
            done = _run(plan_turn(replace(given, again=again)), tools)
    slate = _slate(done.chosen, tools)
    short = len(slate) < given.count
    return Acted(
        slate=slate,
        near_misses=_near_misses(given, done, slate, tools) if short else (),
        plan=done.steps,
        report=done.report,
        shortfall=_shortfall(done, tools) if short else None,
        wanted=given.count,
        rows=done.ranked.rows,
        already=_already(given, done.ranked, tools.catalogue) if short else (),
    )


def _run(steps: Sequence[PlanStep], tools: ToolContext) -> _Run:
    candidates = ranked = Candidates.all(tools.size)
    report: FilterReport | None = None
    done: list[PlanStep] = []
    for step in steps:
        outcome = registry.run(step.tool, tools, step.arguments, candidates)
        candidates = outcome.candidates
        if isinstance(outcome.report, FilterReport):
            report = outcome.report
        if step.tool == "rank":
            ranked = candidates
        counts = {"count_in": outcome.count_in, "count_out": outcome.count_out, "ms": outcome.ms}
        done.append(step.model_copy(update=counts))
    return _Run(tuple(done), ranked, candidates, report)


def _slate(chosen: Candidates, tools: ToolContext) -> tuple[SlateItem, ...]:
    domain = tools.catalogue.domain
    slate = []
    for place, row in enumerate(chosen.rows):
        item = tools.catalogue.item(int(row))
        found = registry.run("explain", tools, {"item": item.id}, chosen).report
        assert isinstance(found, Explanation)
        # What was asked for is said before what is true of many: well liked, well known.
        reasons = sorted(found.reasons, key=lambda reason: reason.kind in ("quality", "popularity"))
        said = [reason.text(domain) for reason in reasons if reason.strength > 0]
        slate.append(
            SlateItem(
                n=place + 1,
                id=item.id,
                title=item.title,
                year=item.year,
                score=round(found.score, 4),
                reasons=tuple(dict.fromkeys(said))[:REASONS],
                contributions={source: round(part, 4) for source, part in chosen.by_source(place).items()},
            )
        )
    return tuple(slate)


def _shortfall(done: _Run, tools: ToolContext) -> Shortfall:
    if done.report is None:
        return Shortfall(fitting=tools.size)
    costliest = done.report.costliest()
    return Shortfall(fitting=done.report.kept, costliest=costliest.wishes if costliest else ())


def _near_misses(
    given: PlanInput, done: _Run, slate: Collection[SlateItem], tools: ToolContext
) -> tuple[NearMiss, ...]:
    wishes = [tool_wish(wish, tools.catalogue.domain) for wish in given.view.all_wishes]
    exclude = excluded(given.view, given.profile_opinions) | {item.id for item in slate}
    found = near_misses(tools, wishes, done.ranked, NEAR_MISSES, tuple(sorted(exclude)))
    items = [tools.catalogue.item(tools.catalogue.row(miss.id)) for miss in found]
    return tuple(
        NearMiss(id=item.id, title=item.title, year=item.year, breaks=miss.breaks)
        for item, miss in zip(items, found, strict=True)
    )


def _already(given: PlanInput, ranked: Candidates, catalogue: Catalogue) -> tuple[str, ...]:
    shown = set(given.view.shown_this_epoch)
    labels = [item.label for item in catalogue.items(ranked.rows) if item.id in shown] if shown else []
    return tuple(labels[:ALREADY])


def _decided(given: PlanInput) -> set[str]:
    """What is excluded for a better reason than having been shown."""
    return excluded(given.view.model_copy(update={"shown": ()}), given.profile_opinions)
