"""Agents to measure with: the real parts over a domain folder, with memory that lives as long as the run."""

from pathlib import Path
from tempfile import mkdtemp

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from agent.agent import Agent
from agent.build import build_agent
from agent.settings import ROOT, Settings, load_settings
from benchmarks.synthetic import write_catalogue
from tools.index import BuildProgress

SHIPPED = ROOT / "data" / "movies"


async def open_agent(settings: Settings, progress: BuildProgress | None = None) -> Agent:
    """Return an agent as the settings make it, but for its memory: nothing of a measurement is kept."""
    return await build_agent(settings, store=InMemoryStore(), checkpointer=InMemorySaver(), progress=progress)


def settings_for(domain: Path | None, items: int | None = None) -> Settings:
    """Return the settings of a run over a domain folder, or over so many items recombined from its own."""
    settings = load_settings(domain=domain)
    if items is None:
        return settings
    # Under the home, so that its index is there for the next run.
    folder = settings.home / "synthetic" / f"{settings.domain.resolve().name}-{items}"
    if not (folder / "items.jsonl").exists():
        write_catalogue(settings.domain, folder, items)
    return load_settings(domain=folder)


def scratch_home() -> Path:
    """Return a new empty folder to write in."""
    return Path(mkdtemp(prefix="attune-bench-"))
