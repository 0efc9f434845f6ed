"""`python -m eval requests`: recorded requests of real people, Attune beside its baselines."""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from agent.errors import AttuneError
from agent.parsing.errors import WeightsError
from eval.requests import Request, RequestsError, Tasks, ranked_by, read_ids, read_requests, report, table, tasks_over
from eval.systems.attune import open_agent
from eval.systems.protocol import SystemFault
from eval.systems.suite import open_systems, system_names
from tools.errors import CatalogueError

DEFAULT_SYSTEMS = "attune,dense,bm25,popularity,bad"
SHOWN = ("recall@1", "recall@5", "recall@10", "recall@50", "mrr")


def requests(
    file: Annotated[Path, typer.Argument(help="Requests, one JSON object a line.")],
    catalogue: Annotated[Path | None, typer.Option(help="Folder with domain.toml and items.jsonl.")] = None,
    restrict: Annotated[Path | None, typer.Option(help="Ids that alone may be ranked, one a line.")] = None,
    systems: Annotated[str, typer.Option(help="Systems, comma-separated.")] = DEFAULT_SYSTEMS,
    sample: Annotated[int | None, typer.Option(min=1, help="Judge only so many requests, drawn by --seed.")] = None,
    seed: Annotated[int, typer.Option(help="What --sample draws by.")] = 1,
    model_url: Annotated[str | None, typer.Option(help="OpenAI-compatible server.")] = None,
    model: Annotated[str | None, typer.Option(help="Model name at that server.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Rank the catalogue for recorded requests and print how high what was recommended comes."""
    try:
        names = system_names(systems)
        recorded = read_requests(file)
        allowed = read_ids(restrict) if restrict else None
        chosen = str(catalogue) if catalogue else None
        given = {"model_url": model_url, "model": model}
        summary = asyncio.run(_judged(chosen, recorded, allowed, names, sample, seed, given))
    except (RequestsError, SystemFault, AttuneError, CatalogueError, WeightsError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    print(json.dumps(summary) if as_json else table(summary, SHOWN))


async def _judged(
    folder: str | None,
    recorded: Sequence[Request],
    allowed: frozenset[str] | None,
    names: Sequence[str],
    sample: int | None,
    seed: int,
    settings: Mapping[str, str | None],
) -> dict[str, Any]:
    agent = await open_agent(folder, None, **settings)
    try:
        tasks = tasks_over(agent.parts.catalogue, recorded, allowed)
        judged = _sampled(tasks, sample, seed)
        ranked = {}
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("ranking", total=len(names) * len(judged.usable))
            for system in open_systems(names, agent):
                ranked[system.name] = await ranked_by(system, judged, hear=lambda: progress.advance(bar))
        summary = report(judged, ranked)
        return summary | {"seed": seed} if sample else summary
    finally:
        await agent.close()


def _sampled(tasks: Tasks, size: int | None, seed: int) -> Tasks:
    if size is None or size >= len(tasks.usable):
        return tasks
    places = sorted(random.Random(seed).sample(range(len(tasks.usable)), size))
    return replace(tasks, usable=tuple(tasks.usable[place] for place in places))
