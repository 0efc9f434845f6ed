"""`python -m eval scripts`: the stories told to the agent, and whether each came out as it says."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore
from rich.console import Console
from rich.progress import Progress

from agent.agent import Agent
from agent.build import build_agent
from agent.errors import AttuneError
from agent.parsing.errors import WeightsError
from agent.settings import Settings, load_settings
from agent.turns import Turn
from eval.conditions import Conditions
from eval.scripts import Trial, report, tell_all
from eval.story import Story, StoryError, read_stories
from tools.errors import CatalogueError

STORIES = Path(__file__).parent / "stories"
YEAR = 2026
"""The year of the conversations, fixed so that 'recent' means the same on every run."""


def scripts(
    stories: Annotated[Path, typer.Argument(help="A story file or a folder of them.")] = STORIES,
    trials: Annotated[int, typer.Option(min=1, max=20, help="Tell each story so often; prints pass^1 to pass^k.")] = 1,
    only: Annotated[str | None, typer.Option(help="Only stories with this in their name or topics.")] = None,
    domain: Annotated[Path | None, typer.Option(help="Folder with domain.toml and items.jsonl.")] = None,
    parser: Annotated[str | None, typer.Option(help="auto, compact, instruct or rules.")] = None,
    model_url: Annotated[str | None, typer.Option(help="OpenAI-compatible server.")] = None,
    model: Annotated[str | None, typer.Option(help="Model name at that server.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show every turn of the stories that fail.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell scripted dialogues to the agent and check what comes of every turn. Exit 1 when a story fails."""
    try:
        chosen = [story for story in read_stories(stories) if only is None or _is_about(story, only)]
        if not chosen:
            raise StoryError(f"no story has {only!r} in its name or topics")
        settings = load_settings(domain=domain, parser=parser, model_url=model_url, model=model, year=YEAR)
        done = asyncio.run(_told(settings, chosen, trials))
    except (StoryError, AttuneError, CatalogueError, WeightsError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    summary = report(done)
    if show:
        print("\n\n".join(transcript(trial) for trial in done if not trial.passed), file=sys.stderr)
    print(json.dumps(summary) if as_json else table(summary))
    raise typer.Exit(0 if summary["pass^1"] == 1.0 else 1)


async def _told(settings: Settings, stories: Sequence[Story], trials: int) -> list[Trial]:
    agent = await build_agent(settings, store=InMemoryStore(), checkpointer=InMemorySaver())
    try:
        catalogue = agent.parts.catalogue
        conditions = Conditions(catalogue)
        if problems := [problem for story in stories for problem in story.problems(catalogue, conditions)]:
            raise StoryError("; ".join(problems))
        return await _with_progress(agent, stories, trials)
    finally:
        await agent.close()


async def _with_progress(agent: Agent, stories: Sequence[Story], trials: int) -> list[Trial]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("telling", total=len(stories) * trials)
        return await tell_all(agent, stories, trials, lambda _: progress.advance(task))


def _is_about(story: Story, words: str) -> bool:
    return words in story.story or words in story.about


def table(summary: dict[str, Any]) -> str:
    """Return the report as text: each failure, then figures by topic, then the whole."""
    lines = []
    for failure in summary["failures"]:
        lines.append(f"{failure['story']} ({failure['file']}), turn {failure['turn']}: {failure['user']!r}")
        lines += [f"    {problem}" for problem in failure["problems"]]
    lines += [f"{name:15} {part['passed']:3} of {part['stories']:3}" for name, part in summary["topics"].items()]
    passes = ", ".join(f"pass^{k} {summary[f'pass^{k}']:.3f}" for k in range(1, summary["trials"] + 1))
    latency = summary["latency_ms"]
    lines.append(
        f"{summary['stories']} stories, {summary['turns']} turns: {passes}; "
        f"a turn {latency['p50']} ms median, {latency['p95']} ms at 95 %"
    )
    return "\n".join(lines)


def transcript(trial: Trial) -> str:
    """Return a telling as it went, with what was understood and what is wrong."""
    lines = [f"== {trial.story.story} ({trial.story.file}), telling {trial.number}"]
    for one in trial.turns:
        lines += [f"you     {one.text}", f"        [{_understood(one.turn)}]", f"attune  {one.turn.reply}"]
        lines += [f"  {item.n} {item.label} ({item.id})" for item in one.turn.slate]
        lines += [f"  !! {problem}" for problem in one.problems]
    return "\n".join([*lines, *([f"  !! {trial.error}"] if trial.error else [])])


def _understood(turn: Turn) -> str:
    plain = turn.as_json()["command"]
    wishes = [
        f"{wish['op']} {wish['polarity']} {wish['facet']} {wish['value']} {wish['strength']}/{wish['lifetime']}"
        for wish in plain["preferences"]
    ]
    items = [f"{item['relation']} {item.get('title', item['ref'])}" for item in plain["items"]]
    return "; ".join([plain["intent"], *wishes, *items, *plain["asks"]])
