"""What is installed and in use, and what is missing, for `attune doctor`."""

import asyncio
import os
from importlib import metadata

from pydantic import BaseModel, ConfigDict
from rich.table import Table

from agent.build import open_compact
from agent.embedder import open_embedder
from agent.errors import ModelError
from agent.modelserver import OpenAIModel
from agent.parsing.errors import WeightsError
from agent.settings import Settings
from tools.catalogue import Catalogue
from tools.embedding import Embedder
from tools.errors import CatalogueError
from tools.index import Index
from tools.linking import Linker

_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "langgraph", "polars", "openai")


class Finding(BaseModel):
    """One thing looked at."""

    model_config = ConfigDict(frozen=True)

    name: str
    well: bool
    says: str


class Findings(BaseModel):
    """Everything looked at."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether everything that is needed is there."""
        return all(finding.well for finding in self.findings)

    def table(self) -> Table:
        """Return the findings as a table for the terminal."""
        table = Table("", "what", "found", box=None, header_style="dim")
        for finding in self.findings:
            table.add_row("[green]ok[/]" if finding.well else "[red]!![/]", finding.name, finding.says)
        return table


def examine(settings: Settings) -> Findings:
    """Look at everything that a turn needs; nothing is built or changed."""
    findings = [_packages(), _home(settings)]
    try:
        catalogue = Catalogue.load(settings.domain)
        findings.append(_good("catalogue", f"{len(catalogue):,} {catalogue.domain.noun.many} in {settings.domain}"))
    except CatalogueError as error:
        return Findings(findings=(*findings, _bad("catalogue", error)))
    try:
        embedder = open_embedder(settings.embedder)
        findings.append(_good("embedding model", f"{embedder.name}, {embedder.dimension} dimensions"))
        findings.append(_index(settings, catalogue, embedder))
        findings.append(_parser(settings, catalogue))
    except CatalogueError as error:
        findings.append(_bad("embedding model", error))
    findings.append(_model(settings))
    return Findings(findings=tuple(findings))


def _good(name: str, says: str) -> Finding:
    return Finding(name=name, well=True, says=says)


def _bad(name: str, says: object) -> Finding:
    return Finding(name=name, well=False, says=str(says))


def _packages() -> Finding:
    missing = [name for name in _PACKAGES if _version(name) is None]
    if missing:
        return _bad("packages", f"missing: {', '.join(missing)}; run `make setup`")
    return _good("packages", ", ".join(f"{name} {_version(name)}" for name in _PACKAGES))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _home(settings: Settings) -> Finding:
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        return _bad("home", f"{settings.home} cannot be written; make it writable or set ATTUNE_HOME")
    return _good("home", str(settings.home))


def _index(settings: Settings, catalogue: Catalogue, embedder: Embedder) -> Finding:
    if not settings.index_folder.exists():
        return _bad("index", f"none yet; it is made at the first start, or by `attune index {settings.domain}`")
    try:
        index = Index.open(settings.index_folder, catalogue, embedder)
    except CatalogueError as error:
        return _bad("index", error)
    return _good("index", f"{len(index):,} items in {settings.index_folder}")


def _parser(settings: Settings, catalogue: Catalogue) -> Finding:
    if settings.parser == "rules":
        return _good("parser", "rules")
    try:
        open_compact(settings.weights, catalogue, Linker.build(catalogue))
    except WeightsError as error:
        return _bad("parser", error)
    first = "instruct, then compact" if settings.model_url else "compact"
    return _good("parser", f"{first}, weights in {settings.weights}")


def _model(settings: Settings) -> Finding:
    if settings.model_url is None:
        return _good("language model", "none set; replies are templates (set ATTUNE_MODEL_URL to use one)")

    async def name() -> str:
        key = settings.model_key.get_secret_value() if settings.model_key else None
        model = OpenAIModel(settings.model_url or "", model=settings.model, api_key=key, deadline_s=5.0)
        try:
            return await model.name()
        finally:
            await model.close()

    try:
        return _good("language model", f"{asyncio.run(name())} at {settings.model_url}")
    except ModelError as error:
        return _bad("language model", error)
