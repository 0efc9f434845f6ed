"""`python -m eval replay`: one dialogue of a run, as it went or played anew."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from eval.simulate import PLAYED_BY_MODEL, YEAR
from eval.simulation.dialogue import Played, play
from eval.simulation.phrases import Phrases, Speaker
from eval.simulation.records import Run, RunFault, read_run, show_dialogue
from eval.simulation.scenarios import Instance
from eval.simulation.users import KINDS, PhraseUser
from eval.systems.attune import open_agent
from eval.systems.suite import open_systems


def replay(
    file: Annotated[Path, typer.Argument(help="A run kept by `simulate --out`.")],
    dialogue: Annotated[str, typer.Option(help="Its name: system/users/instance.")],
    again: Annotated[bool, typer.Option("--again", help="Play it once more and show where it differs now.")] = False,
    domain: Annotated[Path | None, typer.Option(help="A domain folder; the shipped films by default.")] = None,
) -> None:
    """Show one dialogue; with --again exit code 1 where it does not go as it did."""
    try:
        run = read_run(file)
        kept = run.dialogue(dialogue)
        if not again:
            show_dialogue(kept, sys.stdout)
            return
        if kept["users"] == PLAYED_BY_MODEL:
            raise RunFault("a user played by a model cannot be played again; replay without --again")
    except RunFault as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    played = asyncio.run(_again(run, kept["system"], kept["users"], Instance.model_validate(kept["instance"]), domain))
    show_dialogue(played.as_json(), sys.stdout)
    if played.as_json() != kept:
        typer.echo("it goes otherwise than it did when the run was made", err=True)
        raise typer.Exit(1)


async def _again(run: Run, name: str, users: str, instance: Instance, domain: Path | None) -> Played:
    agent = await open_agent(str(domain) if domain else None, year=YEAR)
    try:
        catalogue = agent.parts.catalogue
        speaker = Speaker(Phrases.load(agent.parts.settings.domain), catalogue.domain)
        kind = next(kind for kind in KINDS if kind == users)
        user = PhraseUser(instance, kind, catalogue, speaker, run.head["seed"])
        played = Played(instance=instance, system=name, users=users)
        (system,) = open_systems([name], agent)
        return await play(system, user, played, catalogue, run.head["turns"], user.earlier())
    finally:
        await agent.close()
