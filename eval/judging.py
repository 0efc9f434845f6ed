"""`python -m eval judge`: a language model compares two runs of simulated dialogues."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from agent.errors import AttuneError, SettingsError
from agent.modelserver import OpenAIModel
from agent.settings import Settings, load_settings
from eval.judge import Cache, Dialogue, Judge, RunError, judge_all, read_run, report
from eval.requests import say_interval
from tools.catalogue import Catalogue
from tools.errors import CatalogueError

Run = dict[tuple[str, str], Dialogue]


def judge(
    a: Annotated[Path, typer.Argument(help="A run: dialogues that `eval simulate --out` wrote.")],
    b: Annotated[Path, typer.Argument(help="The run to compare it with.")],
    system_a: Annotated[str | None, typer.Option(help="Which system of A, where it has several.")] = None,
    system_b: Annotated[str | None, typer.Option(help="Which system of B.")] = None,
    domain: Annotated[Path | None, typer.Option(help="Folder with domain.toml and items.jsonl.")] = None,
    model_url: Annotated[str | None, typer.Option(help="OpenAI-compatible server with an instruct model.")] = None,
    model: Annotated[str | None, typer.Option(help="Model name at that server.")] = None,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Pairs under way at once.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say how often the dialogues of A served the person better than those of B. Off without an instruct model."""
    try:
        settings = load_settings(domain=domain, model_url=model_url, model=model)
        if settings.model_url is None:
            raise SettingsError(
                "judging needs an instruct model: give --model-url or set ATTUNE_MODEL_URL to an OpenAI-compatible "
                "server; docs/models.md says how to start one"
            )
        ours, theirs = read_run(a, system_a), read_run(b, system_b)
        if not ours.keys() & theirs.keys():
            raise RunError(f"{a.name} and {b.name} share no occasion; run both with the same scenarios and seed")
        summary = asyncio.run(_judged(settings, settings.model_url, ours, theirs, parallel))
    except (RunError, AttuneError, CatalogueError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    print(json.dumps(summary) if as_json else table(summary))
    raise typer.Exit(0 if summary["unscored"] < summary["pairs"] else 1)


async def _judged(settings: Settings, url: str, ours: Run, theirs: Run, parallel: int) -> dict[str, Any]:
    key = settings.model_key.get_secret_value() if settings.model_key else None
    asked = OpenAIModel(url, model=settings.model, api_key=key, deadline_s=settings.model_timeout_s)
    # One address may serve another model tomorrow, so a name that was not given is part of no key.
    cache = Cache(settings.home / "judge", f"{url} {settings.model}") if settings.model else None
    shared = len(ours.keys() & theirs.keys())
    try:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("judging", total=shared)
            catalogue = Catalogue.load(settings.domain)
            done = await judge_all(
                Judge(asked, catalogue, cache), ours, theirs, parallel, lambda _: progress.advance(bar)
            )
    finally:
        await asked.close()
    return report(done, ours, theirs) | {"cached_replies": cache.hits if cache else 0}


def table(summary: dict[str, Any]) -> str:
    """Return the verdicts' sums as text."""
    systems, preferred = summary["systems"], summary["a_preferred"]
    lines = [
        f"{systems['a']} (A) and {systems['b']} (B), {summary['pairs']} pairs: A wins {summary['a_wins']}, "
        f"B wins {summary['b_wins']}, ties {summary['ties']} ({summary['contradictions']} where the orders contradict "
        f"each other), unscored {summary['unscored']}"
    ]
    if preferred:
        lines.append(f"A is preferred in {say_interval(preferred)}")
    if summary["only_in_a"] or summary["only_in_b"]:
        lines.append(f"not compared: {summary['only_in_a']} only in A, {summary['only_in_b']} only in B")
    return "\n".join(lines)
