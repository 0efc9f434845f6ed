"""Opens a parser by name, for measuring."""

from dataclasses import dataclass
from pathlib import Path

from agent.build import open_compact, title_speller
from agent.modelserver import OpenAIModel
from agent.parsing.examples import NearestExamples, NoExamples
from agent.parsing.instruct import InstructParser
from agent.parsing.labelled import read_labelled
from agent.parsing.parser import Parser
from agent.parsing.rules import RulesParser
from tools.catalogue import Catalogue
from tools.embedding import Embedder
from tools.linking import Linker

PARSERS = ("compact", "instruct", "rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserChoice:
    """Which parser, and what it needs."""

    name: str
    weights: Path
    examples: Path
    """Labelled turns to show an instruct model."""
    model_url: str | None = None
    model: str | None = None


def open_parser(choice: ParserChoice, catalogue: Catalogue, linker: Linker, embedder: Embedder) -> Parser:
    """Return the chosen parser. Raises ValueError for one that there is not or that lacks its model."""
    if choice.name == "rules":
        return RulesParser(catalogue.domain)
    if choice.name == "compact":
        return open_compact(choice.weights, catalogue, linker)
    if choice.name != "instruct":
        raise ValueError(f"no parser is called {choice.name!r}; there are {', '.join(PARSERS)}")
    if choice.model_url is None:
        raise ValueError("--parser instruct needs --model-url: the address of an OpenAI-compatible server")
    shots = NearestExamples(read_labelled(choice.examples), embedder) if choice.examples.exists() else NoExamples()
    return InstructParser(
        OpenAIModel(choice.model_url, model=choice.model),
        catalogue.domain,
        RulesParser(catalogue.domain),
        title_of=title_speller(catalogue),
        examples=shots,
    )
