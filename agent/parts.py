"""The parts that a turn uses, put together once by agent.build and handed to every node."""

from dataclasses import dataclass

from agent.llm import LanguageModel
from agent.memory.profiles import Profiles
from agent.parsing.parser import Parser
from agent.settings import Settings
from tools.catalogue import Catalogue
from tools.context import ToolContext
from tools.linking import Linker


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    tools: ToolContext
    linker: Linker
    parser: Parser
    profiles: Profiles
    model: LanguageModel | None = None
    """None: no language model is set; replies are templates and plans come from the rules."""

    @property
    def catalogue(self) -> Catalogue:
        return self.tools.catalogue
