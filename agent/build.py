"""Puts the parts together: the only place that knows which ones there are."""

import dataclasses
from contextlib import AsyncExitStack
from functools import lru_cache
from pathlib import Path

import torch
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.store.base import BaseStore
from threadpoolctl import threadpool_limits

from agent.agent import Agent
from agent.embedder import open_embedder
from agent.errors import SettingsError
from agent.graph import build_graph
from agent.llm import LanguageModel
from agent.memory.database import Database
from agent.memory.postgres import open_postgres
from agent.memory.profiles import Profiles
from agent.memory.sqlite import open_sqlite
from agent.parsing.compact import CompactParser
from agent.parsing.examples import ExampleSource, NearestExamples, NoExamples
from agent.parsing.instruct import InstructParser
from agent.parsing.labelled import read_labelled
from agent.parsing.parser import Parser
from agent.parsing.references import TitleOf
from agent.parsing.rules import RulesParser
from agent.parts import Parts
from agent.settings import Settings
from tools.catalogue import Catalogue
from tools.collaborative import Collaborative
from tools.context import CachedEmbedder, ToolContext
from tools.domain import Domain
from tools.embedding import Embedder, shipped_folder
from tools.index import BuildProgress, Index
from tools.linking import Linker
from tools.mentions import Mention

_UTTERANCES = 256
"""What was said before and read again, kept while the process lives and nowhere else."""


async def build_agent(
    settings: Settings,
    *,
    parser: Parser | None = None,
    model: LanguageModel | None = None,
    store: BaseStore | None = None,
    checkpointer: BaseCheckpointSaver[str] | None = None,
    catalogue: Catalogue | None = None,
    embedder: Embedder | None = None,
    progress: BuildProgress | None = None,
) -> Agent:
    """Return an agent ready to talk; whatever is given is used instead of what the settings would make.

    The index is built if there is none yet (`progress` hears of it). Raises SettingsError and the CatalogueErrors:
    each says what to run.
    """
    # The arrays of a turn are small: threads of numpy's own would wait for each other longer than they work.
    threadpool_limits(limits=1, user_api="blas")
    resources = AsyncExitStack()
    try:
        catalogue = catalogue or Catalogue.load(settings.domain)
        # Both the index and the tools look phrases up: one memory of what was embedded serves them.
        embedder = CachedEmbedder(embedder or open_embedder(settings.embedder))
        index = open_index(settings, catalogue, embedder, progress)
        tools = ToolContext(catalogue, index, embedder, _collaborative(catalogue))
        # A turn's matrices are small too, and turns run beside each other: one core each is most for all of them.
        torch.set_num_threads(1)
        tools.warm()
        linker = Linker.build(catalogue)
        model = model or _model(settings, resources)
        parser = parser or _parser(settings, catalogue, embedder, linker, model)
        database = await _database(settings, store, checkpointer, resources)
        parts = Parts(
            settings=settings,
            tools=tools,
            linker=linker,
            parser=parser,
            profiles=Profiles(database, catalogue.domain.name, half_life_days=settings.affinity_half_life_days),
            model=model,
        )
    except BaseException:
        await resources.aclose()
        raise
    return Agent(build_graph(database.saver), parts, resources)


def open_index(
    settings: Settings, catalogue: Catalogue, embedder: Embedder, progress: BuildProgress | None = None
) -> Index:
    """Return the catalogue's index, built first where there is none. Raises IndexFault for one of something else."""
    folder = settings.index_folder
    if not folder.exists():
        return Index.build(catalogue, embedder, folder, progress)
    return Index.open(folder, catalogue, embedder)


def _collaborative(catalogue: Catalogue) -> Collaborative | None:
    return Collaborative.open(catalogue.source, catalogue) if catalogue.source else None


def open_compact(weights: Path, catalogue: Catalogue, linker: Linker) -> CompactParser:
    """Return the compact parser over the packaged encoder. Raises WeightsError saying what to run."""

    # What was said before a turn is read again with each of the next turns.
    @lru_cache(maxsize=_UTTERANCES)
    def find(text: str, year: int) -> tuple[Mention, ...]:
        return linker.find(text, (), year)

    return CompactParser.load(catalogue.domain, weights, Path(shipped_folder()), find, title_speller(catalogue))


def title_speller(catalogue: Catalogue) -> TitleOf:
    """Return what spells an item's title, by its id, as the catalogue does."""
    return lambda item: catalogue.item(catalogue.row(item)).title


def _model(settings: Settings, resources: AsyncExitStack) -> LanguageModel | None:
    if settings.model_url is None:
        return None
    # Its client library takes most of a second to load.
    from agent.modelserver import OpenAIModel

    key = settings.model_key.get_secret_value() if settings.model_key else None
    model = OpenAIModel(settings.model_url, model=settings.model, api_key=key, deadline_s=settings.model_timeout_s)
    resources.push_async_callback(model.close)
    return model


def _parser(
    settings: Settings, catalogue: Catalogue, embedder: Embedder, linker: Linker, model: LanguageModel | None
) -> Parser:
    kind = settings.parser
    if kind == "instruct" and model is None:
        raise SettingsError(
            "parser 'instruct' needs a language model: set ATTUNE_MODEL_URL (or --model-url) to its URL"
        )
    if kind == "rules":
        return RulesParser(catalogue.domain)
    compact = open_compact(settings.weights, catalogue, linker)
    if kind == "compact" or model is None:
        return compact

    return InstructParser(
        model,
        catalogue.domain,
        compact,
        title_of=title_speller(catalogue),
        examples=_examples(settings, catalogue.domain, embedder),
        propose=True,
        deadline_s=settings.model_timeout_s,
    )


def _examples(settings: Settings, domain: Domain, embedder: Embedder) -> ExampleSource:
    """Labelled turns to show the model, where there are some for this domain's facets."""
    if not settings.examples.exists():
        return NoExamples()
    turns = read_labelled(settings.examples, settings.year)
    facets = {statement.facet for labelled in turns for statement in labelled.command.preferences}
    return NearestExamples(turns, embedder) if facets <= set(domain.facets) else NoExamples()


async def _database(
    settings: Settings,
    store: BaseStore | None,
    checkpointer: BaseCheckpointSaver[str] | None,
    resources: AsyncExitStack,
) -> Database:
    if store is not None and checkpointer is not None:
        return Database(store=store, saver=checkpointer)
    own = await open_database(settings, resources)
    return dataclasses.replace(own, store=store or own.store, saver=checkpointer or own.saver)


async def open_database(settings: Settings, resources: AsyncExitStack) -> Database:
    """Open what threads and profiles are kept in; `resources` closes it. Raises SettingsError saying what to do."""
    if settings.database_url is not None:
        return await open_postgres(settings.database_url.get_secret_value(), settings.database_wait_s, resources)
    return await open_sqlite(settings.database, settings.database_wait_s, resources)
