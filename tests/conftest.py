"""Catalogues, indices and models that tests share. What takes long is made once a session and never changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from benchmarks.synthetic import recombined
from tests.databases import database, place, postgres_server, postgres_url
from tests.fakes import HashEmbedder
from tests.stored import stored_items
from tests.toolset import RememberingEmbedder
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.domain import Domain
from tools.embedding import SentenceEmbedder
from tools.index import Index
from tools.linking import Linker

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("attune", deadline=None, max_examples=50)
settings.load_profile("attune")

__all__ = ["database", "place", "postgres_server", "postgres_url"]
ROOT = Path(__file__).parent.parent
MOVIES = ROOT / "data" / "movies"
BOARDGAMES = Path(__file__).parent / "domains" / "boardgames"

TWELVE_FILMS = (
    "arrival-2016",  # Villeneuve; first contact; 116 min, PG-13
    "contact-1997",  # first contact, lighter in mood; 150 min
    "interstellar-2014",  # Nolan; space; 169 min
    "heat-1995",  # the only heist; 170 min, R; an ordinary word
    "airplane-1980",  # the only light one; 88 min, the shortest
    "amelie-2001",  # the only French one; an accent in its other title
    "alien-1979",  # the only horror; space and alien
    "spirited-away-2001",  # the only animation; Japanese
    "blade-runner-2049-2017",  # Villeneuve again; artificial intelligence
    "before-sunrise-1995",  # romance; Vienna; 101 min
    "unforgiven-1992",  # the only western; Eastwood acts and directs
    "seven-samurai-1954",  # the oldest; Japanese; 207 min, the longest
)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that says where logs go says it for its own test alone."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def movies() -> Catalogue:
    """The catalogue that ships."""
    return Catalogue.load(MOVIES)


@pytest.fixture(scope="session")
def movies_domain(movies: Catalogue) -> Domain:
    return movies.domain


@pytest.fixture(scope="session")
def tiny(movies: Catalogue) -> Catalogue:
    """Twelve well-known films, in the order of TWELVE_FILMS."""
    by_id = {entry["id"]: entry for entry in stored_items(MOVIES)}
    return Catalogue.build(movies.domain, [by_id[item_id] for item_id in TWELVE_FILMS])


@pytest.fixture(scope="session")
def boardgames() -> Catalogue:
    """A domain that is not about films."""
    return Catalogue.load(BOARDGAMES)


@pytest.fixture
def embedder() -> HashEmbedder:
    """Counts what it embeds, so each test has its own."""
    return HashEmbedder()


@pytest.fixture(scope="session")
def tiny_index(tiny: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The twelve films embedded by their words."""
    return Index.build(tiny, HashEmbedder(), tmp_path_factory.mktemp("tiny-index"))


@pytest.fixture(scope="session")
def boardgames_index(boardgames: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build(boardgames, HashEmbedder(), tmp_path_factory.mktemp("boardgames-index"))


@pytest.fixture(scope="session")
def sentences() -> SentenceEmbedder:
    """The embedding model that ships; takes seconds, so only tests of meaning ask for it."""
    return SentenceEmbedder.load(threads=2)


@pytest.fixture(scope="session")
def tiny_tools(tiny: Catalogue, tiny_index: Index) -> ToolContext:
    """The tools' context over the twelve films."""
    return ToolContext(tiny, tiny_index, HashEmbedder())


@pytest.fixture(scope="session")
def boardgames_tools(boardgames: Catalogue, boardgames_index: Index) -> ToolContext:
    return ToolContext(boardgames, boardgames_index, HashEmbedder())


@pytest.fixture(scope="session")
def movies_tools(movies: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> ToolContext:
    """The shipped films, embedded by their words: real values, and meaning that is wording."""
    embedder = RememberingEmbedder()
    return ToolContext(movies, Index.build(movies, embedder, tmp_path_factory.mktemp("movies-index")), embedder)


@pytest.fixture(scope="session")
def many_tools(movies: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> ToolContext:
    """So many items that not all of them are judged."""
    items = [*stored_items(MOVIES), *recombined(movies.domain, stored_items(MOVIES), 3500, seed=1)]
    many = Catalogue.build(movies.domain, items)
    embedder = RememberingEmbedder()
    return ToolContext(many, Index.build(many, embedder, tmp_path_factory.mktemp("many-index")), embedder)


@pytest.fixture(scope="session")
def movies_linker(movies: Catalogue) -> Linker:
    return Linker.build(movies)


@pytest.fixture(scope="session")
def tiny_linker(tiny: Catalogue) -> Linker:
    return Linker.build(tiny)


@pytest.fixture(scope="session")
def boardgames_linker(boardgames: Catalogue) -> Linker:
    return Linker.build(boardgames)
