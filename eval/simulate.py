"""`python -m eval simulate`: simulated users talk with each system in turn."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from agent.agent import Agent
from agent.errors import AttuneError
from agent.llm import LanguageModel
from agent.modelserver import OpenAIModel
from agent.parsing.errors import WeightsError
from eval.simulation.dialogue import Played, TitleLeaked, play
from eval.simulation.figures import figures
from eval.simulation.phrases import Phrases, PhrasesFault, Speaker
from eval.simulation.player import ModelUser
from eval.simulation.records import FORMAT, Recorder, Run, RunFault
from eval.simulation.scenarios import SCENARIOS, Instance, Scenario, ScenarioFault, ScenarioMaker
from eval.simulation.tables import summary_table
from eval.simulation.users import KINDS, PhraseUser
from eval.systems.attune import open_agent
from eval.systems.protocol import System, SystemFault
from eval.systems.suite import BAD, open_systems, system_names
from tools.errors import CatalogueError

PLAYED_BY_MODEL = "model"
BAD_AT_MOST = 0.1
"""Success of the system that is bad on purpose above which the ruler is not to be believed."""
YEAR = 2026
"""Of every simulated conversation, so that 'recent' means the same in runs of any date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is played."""

    scenario: Scenario
    kinds: tuple[str, ...]
    systems: tuple[str, ...]
    n: int
    seed: int
    turns: int

    def head(self, agent: Agent) -> dict[str, Any]:
        """Return what a run's file says of it first."""
        return {
            "format": FORMAT,
            "scenario": self.scenario,
            "users": list(self.kinds),
            "systems": list(self.systems),
            "n": self.n,
            "seed": self.seed,
            "turns": self.turns,
            "slate_size": agent.parts.settings.slate_size,
            "catalogue": agent.parts.catalogue.fingerprint,
            "year": YEAR,
        }


def simulate(
    scenario: Annotated[str, typer.Option(help=f"One of {', '.join(SCENARIOS)}.")] = "multi",
    users: Annotated[str, typer.Option(help=f"{', '.join(KINDS)}, several with commas, 'all', or 'model'.")] = KINDS[0],
    n: Annotated[int, typer.Option("--n", min=1, help="Instances; each is played by every kind of user.")] = 50,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    turns: Annotated[int, typer.Option(min=1, max=20, help="Turns in which to find a target.")] = 5,
    systems: Annotated[str, typer.Option(help="Names with commas, or 'default', 'ablations', 'all'.")] = "default",
    domain: Annotated[Path | None, typer.Option(help="A domain folder with users.toml.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep every dialogue here; a run broken off goes on.")] = None,
    player_url: Annotated[str | None, typer.Option(help="OpenAI-compatible server that plays the user.")] = None,
    player: Annotated[str | None, typer.Option(help="Model name at that server.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Let simulated users look for hidden targets; exit code 1 where a bad system scores well or nothing was played."""
    try:
        setup = _checked(scenario, users, systems, n, seed, turns)
        model = _player(setup, player_url, player)
        report = asyncio.run(_simulate(setup, domain, out, model))
    except (AttuneError, CatalogueError, WeightsError, SystemFault, PhrasesFault, ScenarioFault, RunFault) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    except TitleLeaked as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    print(json.dumps(report) if as_json else summary_table(report))
    if problem := unbelievable(report):
        typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(1)


def unbelievable(report: dict[str, Any]) -> str | None:
    """Return why a run's figures mean nothing; None where they may be believed."""
    for name, found in report["systems"].items():
        if found["success"] is None:
            return f"every dialogue of {name} failed; the run's file says how"
    bad = report["systems"].get(BAD)
    if bad and bad["success"]["mean"] > BAD_AT_MOST:
        return f"the system that is bad on purpose succeeds in {bad['success']['mean']:.0%} of its dialogues"
    return None


def _checked(scenario: str, users: str, systems: str, n: int, seed: int, turns: int) -> Setup:
    if scenario not in SCENARIOS:
        raise SystemFault(f"no scenario is called {scenario!r}; there are {', '.join(SCENARIOS)}")
    kinds = KINDS if users == "all" else tuple(dict.fromkeys(part.strip() for part in users.split(",")))
    if unknown := [kind for kind in kinds if kind not in (*KINDS, PLAYED_BY_MODEL)]:
        raise SystemFault(f"no users are {unknown[0]!r}; there are all, {', '.join([*KINDS, PLAYED_BY_MODEL])}")
    known: Scenario = next(name for name in SCENARIOS if name == scenario)
    most = 1 if known == "single" else turns
    return Setup(scenario=known, kinds=kinds, systems=system_names(systems), n=n, seed=seed, turns=most)


def _player(setup: Setup, url: str | None, name: str | None) -> LanguageModel | None:
    if PLAYED_BY_MODEL not in setup.kinds:
        return None
    if url is None:
        raise SystemFault("--users model needs --player-url: the address of an OpenAI-compatible server")
    return OpenAIModel(url, model=name)


async def _simulate(setup: Setup, domain: Path | None, out: Path | None, model: LanguageModel | None) -> dict[str, Any]:
    agent = await open_agent(str(domain) if domain else None, year=YEAR)
    try:
        run = await run_simulation(setup, agent, out, model, show=True)
    finally:
        await agent.close()
        if model is not None:
            await model.close()
    return figures(run, agent.parts.catalogue)


async def run_simulation(
    setup: Setup, agent: Agent, out: Path | None = None, model: LanguageModel | None = None, *, show: bool = False
) -> Run:
    """Play everything that is not played yet and return the run. Raises RunFault, ScenarioFault and TitleLeaked."""
    catalogue = agent.parts.catalogue
    phrases = Phrases.load(agent.parts.settings.domain)
    maker = ScenarioMaker(catalogue, phrases.weights)
    instances = [maker.make(setup.scenario, number, setup.seed) for number in range(setup.n)]
    recorder = Recorder(setup.head(agent), out)
    speaker = Speaker(phrases, catalogue.domain)
    systems = open_systems(setup.systems, agent)
    total = len(systems) * len(setup.kinds) * len(instances)
    with Progress(console=Console(stderr=True), disable=not show or not sys.stderr.isatty()) as progress:
        bar = progress.add_task(setup.scenario, total=total)
        for played, system in _parties(instances, setup.kinds, systems):
            if played.as_json()["dialogue"] not in recorder.done:
                user = _user(played, speaker, agent, setup.seed, model)
                earlier = user.earlier() if isinstance(user, PhraseUser) else ()
                recorder.keep(await play(system, user, played, catalogue, setup.turns, earlier))
            progress.advance(bar)
    return recorder.run


def _parties(
    instances: Sequence[Instance], kinds: Sequence[str], systems: Sequence[System]
) -> Iterator[tuple[Played, System]]:
    for system in systems:
        for kind in kinds:
            for instance in instances:
                yield Played(instance=instance, system=system.name, users=kind), system


def _user(
    played: Played, speaker: Speaker, agent: Agent, seed: int, model: LanguageModel | None
) -> PhraseUser | ModelUser:
    catalogue = agent.parts.catalogue
    if played.users == PLAYED_BY_MODEL:
        assert model is not None
        return ModelUser(played.instance, catalogue, model, seed)
    kind = next(kind for kind in KINDS if kind == played.users)
    return PhraseUser(played.instance, kind, catalogue, speaker, seed)
