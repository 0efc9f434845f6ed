"""What real people asked and what somebody then recommended to them: how high each system ranks that.

One JSON object a line: id, source, context (turns up to and including the request), gold (ids of what was recommended),
mentioned (ids named before, taken out of what is ranked). Ids are those of the catalogue or of one of its columns.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.parsing.parser import Utterance
from eval.intervals import interval
from eval.ranking import rank_scores
from eval.systems.protocol import System
from tools.catalogue import Catalogue

KS = (1, 5, 10, 50)


class RequestsError(ValueError):
    """A file of requests cannot be used; the message says where and why."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Line):
    role: Literal["user", "assistant"]
    text: str


class Request(_Line):
    """One recorded request as its file has it."""

    id: str
    source: str = "all"
    context: Annotated[tuple[Said, ...], Field(min_length=1)]
    gold: tuple[str, ...]
    mentioned: tuple[str, ...] = ()
    dialogue: str | None = None
    """Requests of one dialogue are not independent; without it, the id up to its last hyphen tells."""

    @property
    def cluster(self) -> str:
        return self.dialogue or self.id.rpartition("-")[0] or self.id


@dataclass(frozen=True, slots=True)
class Task:
    """A request that can be judged over a catalogue."""

    request: Request
    gold: frozenset[str]
    """Ids of the catalogue."""
    mentioned: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tasks:
    """The requests that can be judged, and why others cannot."""

    usable: tuple[Task, ...]
    unusable: Mapping[str, int]
    """Reason -> how many requests."""
    lost_gold: int
    """Gold ids of usable requests that the catalogue lacks; recall is over those that it has."""
    column: str
    """The column that the file's ids are of."""
    allowed: frozenset[str]
    """Ids that may be ranked."""
    size: int
    """Items of the catalogue."""
    total: int
    """Requests of the file."""

    @property
    def is_whole(self) -> bool:
        """Whether everything may be ranked."""
        return len(self.allowed) == self.size


def read_requests(file: Path) -> tuple[Request, ...]:
    """Return the requests of a file in order. Raises RequestsError naming the line."""
    requests = []
    try:
        lines = file.read_text(encoding="utf8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RequestsError(f"{str(file)!r} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            requests.append(Request.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            raise RequestsError(f"{file.name}, line {number}: {where}: {first['msg']}") from error
    if not requests:
        raise RequestsError(f"{file.name} holds no requests; give one JSON object a line")
    twice = [name for name, count in Counter(request.id for request in requests).items() if count > 1]
    if twice:
        raise RequestsError(f"{file.name}: two requests have the id {twice[0]!r}")
    return tuple(requests)


def read_ids(file: Path) -> frozenset[str]:
    """Return ids, one a line. Raises RequestsError for a file that cannot be read or has none."""
    try:
        ids = frozenset(filter(None, map(str.strip, file.read_text(encoding="utf8").splitlines())))
    except (OSError, UnicodeDecodeError) as error:
        raise RequestsError(f"{str(file)!r} cannot be read: {error}") from error
    if not ids:
        raise RequestsError(f"{file.name} holds no ids; give one a line")
    return ids


def tasks_over(catalogue: Catalogue, requests: Sequence[Request], restrict: Collection[str] | None = None) -> Tasks:
    """Return what can be judged over a catalogue. restrict: ids, in the file's notation, that alone may be ranked.

    Raises RequestsError where the catalogue knows none of the ids.
    """
    column, known = _notation(catalogue, requests)
    allowed = frozenset(catalogue.ids if restrict is None else (known[one] for one in restrict if one in known))
    usable: list[Task] = []
    unusable: Counter[str] = Counter()
    lost = 0
    for request in requests:
        gold = {known[one] for one in request.gold if one in known} & allowed
        mentioned = frozenset(known[one] for one in request.mentioned if one in known)
        if not request.gold:
            unusable["nothing was recommended"] += 1
        elif not gold:
            unusable["nothing that was recommended is in the catalogue"] += 1
        elif gold <= mentioned:
            unusable["what was recommended had been named before"] += 1
        else:
            usable.append(Task(request, frozenset(gold - mentioned), mentioned))
            lost += sum(known.get(one) not in allowed for one in request.gold)
    if not usable:
        raise RequestsError(f"none of {len(requests)} requests can be judged over this catalogue: {dict(unusable)}")
    return Tasks(tuple(usable), dict(unusable), lost, column, allowed, len(catalogue), len(requests))


def _notation(catalogue: Catalogue, requests: Iterable[Request]) -> tuple[str, dict[str, str]]:
    """The column that knows most of the ids, and what each of its values is in the catalogue."""
    asked = {one for request in requests for one in request.gold}
    tables: dict[str, dict[str, str]] = {}
    for item in catalogue.items(range(len(catalogue))):
        for column, value in item.facts.items():
            if isinstance(value, str) and value in asked:
                tables.setdefault(column, {})[value] = item.id
    if not tables:
        sample = ", ".join(sorted(asked)[:3])
        raise RequestsError(f"no column of the catalogue holds any of the gold ids ({sample}, ...); is it another one?")
    best = max(tables, key=lambda column: len(tables[column]))
    whole = {str(item.facts[best]): item.id for item in catalogue.items(range(len(catalogue))) if item.facts.get(best)}
    return best, whole


async def ranked_by(
    system: System, tasks: Tasks, k: int = max(KS), hear: Callable[[], None] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return what a system ranks for each request: at most k ids without those mentioned before or not allowed."""
    found: dict[str, tuple[str, ...]] = {}
    for task in tasks.usable:
        turns = [Utterance(said.role, said.text) for said in task.request.context]
        # A system knows nothing of the restriction, so it ranks all and what is not allowed is left out.
        ids = await system.rank(turns, k + len(task.mentioned) if tasks.is_whole else tasks.size)
        kept = [one for one in ids if one in tasks.allowed and one not in task.mentioned]
        found[task.request.id] = tuple(kept[:k])
        if hear:
            hear()
    return found


def report(tasks: Tasks, ranked: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, Any]:
    """Return figures with 95 % intervals clustered by dialogue, for each system, in all and by source."""
    gold = {task.request.id: task.gold for task in tasks.usable}
    scores = {name: rank_scores(gold, rankings, KS) for name, rankings in ranked.items()}
    by_source: dict[str, list[Task]] = {}
    for task in tasks.usable:
        by_source.setdefault(task.request.source, []).append(task)
    return {
        "requests": tasks.total,
        "usable": tasks.total - sum(tasks.unusable.values()),
        "judged": len(tasks.usable),
        "unusable": dict(tasks.unusable),
        "gold_not_in_catalogue": tasks.lost_gold,
        "ids_of": tasks.column,
        "items_ranked": len(tasks.allowed),
        "systems": {name: _figures(figures, tasks.usable) for name, figures in scores.items()},
        "by_source": {
            source: {
                "judged": len(chosen),
                "systems": {name: _figures(figures, chosen) for name, figures in scores.items()},
            }
            for source, chosen in sorted(by_source.items())
        },
    }


def _figures(scores: Mapping[str, Mapping[str, float]], tasks: Sequence[Task]) -> dict[str, Any]:
    clusters = [task.request.cluster for task in tasks]
    figures = {}
    for measure, values in scores.items():
        found = interval([values[task.request.id] for task in tasks], clusters)
        figures[measure] = found.as_json() if found else None
    return figures


def table(summary: Mapping[str, Any], measures: Sequence[str]) -> str:
    """Return the figures as text, a system a line."""
    lost = ", ".join(f"{count}: {reason}" for reason, count in summary["unusable"].items())
    part = "" if summary["judged"] == summary["usable"] else f", {summary['judged']} of them judged"
    lines = [
        f"{summary['usable']} of {summary['requests']} requests can be judged over {summary['items_ranked']:,} items"
        + (f" ({lost})" if lost else "")
        + part,
        "  ".join(["".ljust(14), *(measure.ljust(18) for measure in measures)]).rstrip(),
    ]
    parts = {"": summary["systems"]}
    if len(summary["by_source"]) > 1:
        parts |= {source: part["systems"] for source, part in summary["by_source"].items()}
    for source, systems in parts.items():
        lines += [f"{source}:"] if source else []
        for name, figures in systems.items():
            cells = [say_interval(figures.get(measure)).ljust(18) for measure in measures]
            lines.append("  ".join([name.ljust(14), *cells]).rstrip())
    return "\n".join(lines)


def say_interval(figure: Mapping[str, float | None] | None) -> str:
    """Return '0.171 [0.108, 0.238]'; the mean alone where one cluster gives no interval, '-' for nothing measured."""
    if figure is None or figure["mean"] is None:
        return "-"
    if figure["low"] is None or figure["high"] is None:
        return f"{figure['mean']:.3f}"
    return f"{figure['mean']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
