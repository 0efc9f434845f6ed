"""`python -m eval memory`: is memory worth having, and are questions to it answered rightly?"""

import asyncio
import json
import sys
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from agent.agent import Agent
from agent.build import build_agent
from agent.errors import SettingsError
from agent.parsing.errors import WeightsError
from agent.settings import load_settings
from eval.intervals import interval, paired
from eval.questions import KINDS, Answered, Kind, draw_questions, put, tell
from eval.returning import Outcome, draw_returning, play
from tools.errors import CatalogueError

WANTED = 0.95
"""Share of the questions that must be answered rightly."""


def memory(
    seeds: Annotated[int, typer.Option(help="Returning users.", min=1)] = 50,
    questions: Annotated[int, typer.Option(help="Questions of each kind.", min=1)] = 40,
    kind: Annotated[list[str] | None, typer.Option(help=f"Only these of {', '.join(KINDS)}.")] = None,
    domain: Annotated[Path | None, typer.Option(help="Folder with domain.toml and items.jsonl.")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Show every question that was answered wrongly.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Let users come back, with memory and without, and ask what was told sessions ago.

    Exit code 1 where memory does not help for sure, or fewer than 95 % of the answers are right.
    """
    kinds = [one for one in KINDS if not kind or one in kind]
    if unknown := set(kind or ()) - set(KINDS):
        typer.echo(f"error: no kind {sorted(unknown)[0]!r}; there are {', '.join(KINDS)}", err=True)
        raise typer.Exit(2)
    try:
        outcomes, answers, ablated = asyncio.run(_run(domain, seeds, kinds, questions))
    except (CatalogueError, SettingsError, WeightsError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    found = report(outcomes, answers, ablated)
    if errors:
        print(_errors(answers), file=sys.stderr if as_json else sys.stdout)
    print(json.dumps(found) if as_json else _table(found))
    if (found["returning"]["difference"]["low"] or 0.0) <= 0 or found["questions"]["all"]["right"] < WANTED:
        raise typer.Exit(1)


async def _run(
    domain: Path | None, seeds: int, kinds: Sequence[Kind], questions: int
) -> tuple[list[Outcome], list[Answered], list[Answered]]:
    settings = load_settings(domain=domain)
    agent = await build_agent(settings, store=InMemoryStore(), checkpointer=InMemorySaver())
    try:
        with typer.progressbar(
            length=seeds + len(kinds) * questions, label="remembering", file=typer.get_text_stream("stderr")
        ) as bar:
            return await measure(agent, seeds, kinds, questions, lambda: bar.update(1))
    finally:
        await agent.close()


async def measure(
    agent: Agent, seeds: int, kinds: Sequence[Kind], questions: int, step: Callable[[], None] = lambda: None
) -> tuple[list[Outcome], list[Answered], list[Answered]]:
    """Return how returning users fared, the answers to questions, and those of an agent whose memory is no use.

    That is one which remembers nobody, and for `others` one which takes everybody for the same person: a ruler that
    it passes would measure nothing.
    """
    catalogue = agent.parts.catalogue
    outcomes, answers, ablated = [], [], []
    for seed in range(seeds):
        outcomes.append(await play(agent, draw_returning(catalogue, seed)))
        step()
    for kind in kinds:
        for question in draw_questions(kind, questions):
            await tell(agent, question)
            answers.append(await put(agent, question, catalogue))
            instead = question.teller if kind == "others" else f"{question.teller} unknown"
            ablated.append(await put(agent, question, catalogue, instead))
            step()
    return outcomes, answers, ablated


def report(outcomes: Sequence[Outcome], answers: Sequence[Answered], ablated: Sequence[Answered]) -> dict[str, Any]:
    """Return success within three turns with and without memory, and the share of right answers of every kind."""
    with_memory: dict[Hashable, float] = {
        outcome.returning.seed: float(outcome.remembered is not None) for outcome in outcomes
    }
    without: dict[Hashable, float] = {
        outcome.returning.seed: float(outcome.forgotten is not None) for outcome in outcomes
    }
    returning = outcomes and {
        "users": len(outcomes),
        "with_memory": _figure(list(with_memory.values())),
        "without_memory": _figure(list(without.values())),
        "difference": _json(paired(with_memory, without)),
    }
    return {
        "returning": returning,
        "questions": {
            name: {
                "n": len(chosen),
                "right": _share(chosen),
                "interval": _figure([float(answer.right) for answer in chosen]),
                "ablation": _share([answer for answer in ablated if name in ("all", answer.question.kind)]),
            }
            for name in ("all", *dict.fromkeys(answer.question.kind for answer in answers))
            if (chosen := [answer for answer in answers if name in ("all", answer.question.kind)])
        },
    }


def _share(answers: Sequence[Answered]) -> float:
    return round(sum(answer.right for answer in answers) / len(answers), 4)


def _figure(values: Sequence[float]) -> dict[str, Any]:
    return _json(interval(values))


def _json(found: Any) -> dict[str, Any]:
    assert found is not None
    figures: dict[str, Any] = found.as_json()
    return figures


def _table(found: dict[str, Any]) -> str:
    returning = found["returning"]
    lines = [f"{returning['users']} returning users, target shown within three turns:"]
    for name in ("with_memory", "without_memory", "difference"):
        figure = returning[name]
        lines.append(f"  {name.replace('_', ' '):16} {figure['mean']:6.3f}   95 %: {_span(figure)}")
    lines += ["", f"{'questions':10}{'n':>5}{'right':>8}{'95 %':>18}{'memory of no use':>19}"]
    for name, figure in found["questions"].items():
        lines.append(
            f"{name:10}{figure['n']:5}{figure['right']:8.3f}{_span(figure['interval']):>18}{figure['ablation']:19.3f}"
        )
    return "\n".join(lines)


def _span(figure: dict[str, Any]) -> str:
    return "unknown" if figure["low"] is None else f"{figure['low']:.3f} to {figure['high']:.3f}"


def _errors(answers: Sequence[Answered]) -> str:
    return "\n\n".join(_explained(answer) for answer in answers if not answer.right)


def _explained(answer: Answered) -> str:
    question, turn = answer.question, answer.turn
    told = "\n".join(f"    told     {said!r}" for session in question.sessions for said in session)
    wishes = ", ".join(f"{wish.polarity} {wish.facet} {wish.value}" for wish in turn.wishes)
    return (
        f"{question.kind} {question.number}: {question.fact.polarity} {question.fact.words}\n{told}\n"
        f"    asked    {question.ask!r}\n    answered [{turn.command.intent}] {turn.reply}\n"
        f"    wishes   {wishes}\n    slate    {', '.join(item.title for item in turn.slate)}"
    )
