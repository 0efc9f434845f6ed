"""What can be set, in one place. An argument beats an environment variable beats settings.toml beats the default."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from agent.errors import SettingsError

_SECRET = ("model_key", "database_url")
ROOT = Path(__file__).resolve().parent.parent
"""The checkout (or the installed tree) that data/ and models/ lie in."""


Tool = Literal["match", "similar", "propose", "affinity", "attenuate"]
"""Tools that a plan can do without; it always keeps the musts, ranks, and chooses a slate."""


def default_home() -> Path:
    """Where the program writes when ATTUNE_HOME is unset."""
    return Path.home() / ".attune"


class Settings(BaseSettings):
    """Frozen; checked once at start. Environment variables carry the prefix ATTUNE_."""

    model_config = SettingsConfigDict(env_prefix="ATTUNE_", frozen=True, extra="forbid")

    home: Path = Field(default_factory=default_home)
    """Everything the program writes lies under it: index, threads, profiles, logs."""
    domain: Path = ROOT / "data" / "movies"
    """The folder of the catalogue: domain.toml and items.jsonl."""
    embedder: str = "all-MiniLM-L6-v2"
    """A sentence-transformers model by name or path; the default is the packaged one and needs no network."""
    parser: Literal["auto", "compact", "instruct", "rules"] = "auto"
    """auto: instruct where a model URL is set, else compact."""
    weights: Path = ROOT / "models" / "compact"
    """The compact parser's weights."""
    examples: Path = ROOT / "data" / "commands" / "teacher.jsonl"
    """Labelled turns that an instruct model is shown the nearest of."""
    model_url: str | None = None
    """An OpenAI-compatible server, vLLM for one ('http://127.0.0.1:8000/v1'); None: no language model."""
    model: str | None = None
    """The model's name there; None: the first that the server lists."""
    model_key: SecretStr | None = None
    model_timeout_s: Annotated[float, Field(gt=0, le=600)] = 20.0
    planner: Literal["rules", "model"] = "rules"
    """model: the language model writes the plan; it costs one more call a turn and falls back to the rules."""
    writer: Literal["auto", "templates"] = "auto"
    """auto: a language model words replies and answers where a model URL is set; templates: it only reads turns."""
    slate_size: Annotated[int, Field(ge=1, le=20)] = 5
    diversity: Annotated[float, Field(ge=0, le=1)] = 0.3
    """0: the best only; 1: as unlike each other as can be."""
    ask: bool = True
    """Whether a clarifying question may be added to a slate."""
    without: frozenset[Tool] = frozenset()
    """Tools that plans leave out: what each is worth is measured by doing without it."""
    database_url: SecretStr | None = None
    """PostgreSQL to keep threads and profiles in (postgresql://user:password@host/name); None: a SQLite file."""
    database_wait_s: Annotated[float, Field(gt=0, le=600)] = 15.0
    """How long a turn waits for the database while others write."""
    affinity_half_life_days: Annotated[float, Field(gt=0)] = 180.0
    """After so many days what was asked for often counts half as much; what was said outright never fades."""
    recalled_wishes: Annotated[int, Field(ge=0, le=100)] = 12
    """How many remembered likes may bear on one request; conditions and dislikes always do."""
    max_turn_chars: Annotated[int, Field(ge=100)] = 4_000
    """A longer turn is refused with a clear word, not cut silently."""
    year: Annotated[int, Field(ge=1900, le=2200)] = Field(default_factory=lambda: date.today().year)
    """The year of the conversation, which 'recent' is measured from."""
    host: str = "127.0.0.1"
    """The address that `serve` listens on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    unguarded: bool = False
    """Whether `serve` may listen beyond this machine although there are no keys."""
    cors_origins: tuple[str, ...] = ()
    """Web origins whose pages may call the API ('https://shop.example'); '*' for any."""
    rate_limit: str = "120/minute"
    """Requests that one API key may make ('10/second', '5000/hour')."""
    max_body_bytes: Annotated[int, Field(ge=1_000)] = 1_000_000
    """A longer request is refused."""
    turns_at_once: Annotated[int, Field(ge=1)] | None = None
    """Turns the server takes side by side; None: two a core, or 64 where a language model does the work."""
    turns_waiting: Annotated[int, Field(ge=0)] = 500
    """Turns that may wait for their place; one more is told to come back later."""

    @field_validator("model_url")
    @classmethod
    def _is_a_url(cls, url: str | None) -> str | None:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is not an http URL; for a local vLLM it is http://127.0.0.1:8000/v1")
        return url or None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = init_settings().get("home")
        home = Path(given or os.environ.get("ATTUNE_HOME") or default_home())
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / "settings.toml")

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: SecretStr | None) -> SecretStr | None:
        given = url.get_secret_value() if url else ""
        if given and not given.startswith(("postgresql://", "postgres://")):
            raise ValueError("a PostgreSQL URL is postgresql://USER:PASSWORD@HOST/NAME; unset it for a SQLite file")
        return url if given else None

    @property
    def index_folder(self) -> Path:
        """Where the index of this domain lies."""
        return self.home / "indexes" / self.domain.resolve().name

    @property
    def keys_file(self) -> Path:
        """The file of the API keys, hashed."""
        return self.home / "keys.json"

    @property
    def database(self) -> Path:
        """The SQLite file with threads and profiles."""
        return self.home / "attune.db"


def load_settings(**arguments: object) -> Settings:
    """Return checked settings; arguments that are None count as not given. Raises SettingsError naming the value."""
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        got = "" if name in _SECRET else f", not {problem['input']!r:.200}"
        raise SettingsError(f"setting {name!r} (ATTUNE_{name.upper()}): {problem['msg']}{got}") from error
    except ValueError as error:
        raise SettingsError(f"settings.toml cannot be read: {error}") from error
