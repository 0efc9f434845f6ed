"""Every tool by name, with its JSON schema, and the one function that runs them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ValidationError

from tools.affinity import AffinityArguments, affinity
from tools.attenuate import AttenuateArguments, attenuate
from tools.candidates import Candidates
from tools.compare import CompareArguments, compare
from tools.context import ToolContext
from tools.diversify import DiversifyArguments, diversify
from tools.errors import ToolError
from tools.explain import ExplainArguments, explain
from tools.filter import FilterArguments, filter_items
from tools.lookup import LookupArguments, lookup
from tools.match import MatchArguments, match
from tools.propose import ProposeArguments, propose
from tools.rank import RankArguments, rank
from tools.similar import SimilarArguments, similar
from tools.wishes import Arguments

Report = BaseModel | None
Run = Callable[[ToolContext, Any, Candidates], tuple[Candidates, Report]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One thing that can be done to a catalogue or to candidates."""

    name: str
    description: str
    arguments: type[Arguments]
    run: Run
    """(context, arguments, candidates) -> candidates, and what there is to say about them or instead of them."""
    informs: bool = False
    """Answers with its report and leaves the candidates as they are."""
    writes: bool = False

    def schema(self) -> dict[str, Any]:
        """Return the tool as an OpenAI-style function description."""
        parameters = self.arguments.model_json_schema()
        parameters.pop("title", None)
        parameters.pop("description", None)
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": parameters},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a tool gave, with what a trace needs."""

    candidates: Candidates
    report: Report
    """FilterReport, LookupReport, Comparison or Explanation; None where the candidates say it all."""
    count_in: int
    count_out: int
    ms: float


def _tool(name: str, arguments: type[Arguments], run: Run, informs: bool = False) -> Tool:
    description = " ".join((arguments.__doc__ or "").split())
    return Tool(name=name, description=description, arguments=arguments, run=run, informs=informs)


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        _tool("filter", FilterArguments, filter_items),
        _tool("match", MatchArguments, match),
        _tool("similar", SimilarArguments, similar),
        _tool("propose", ProposeArguments, propose),
        _tool("affinity", AffinityArguments, affinity),
        _tool("attenuate", AttenuateArguments, attenuate),
        _tool("rank", RankArguments, rank),
        _tool("diversify", DiversifyArguments, diversify),
        _tool("lookup", LookupArguments, lookup, informs=True),
        _tool("compare", CompareArguments, compare, informs=True),
        _tool("explain", ExplainArguments, explain, informs=True),
    )
}
"""In the order in which a plan uses them."""


def run(
    name: str, context: ToolContext, arguments: Mapping[str, Any] | Arguments, candidates: Candidates | None = None
) -> Outcome:
    """Run a tool over candidates, by default the whole catalogue.

    Raises ToolError naming the tool and the argument that is wrong: no such tool, arguments that do not fit its schema,
    a facet, value or item that the catalogue does not have.
    """
    tool = TOOLS.get(name)
    if tool is None:
        raise ToolError(f"no tool {name!r}; there are {', '.join(TOOLS)}")
    checked = _checked(tool, arguments)
    before = Candidates.all(context.size) if candidates is None else candidates
    started = perf_counter()
    after, report = tool.run(context, checked, before)
    return Outcome(
        candidates=after,
        report=report,
        count_in=len(before),
        count_out=len(after),
        ms=(perf_counter() - started) * 1000,
    )


def _checked(tool: Tool, arguments: Mapping[str, Any] | Arguments) -> Arguments:
    if isinstance(arguments, tool.arguments):
        return arguments
    if isinstance(arguments, Arguments):
        raise ToolError(f"{tool.name} takes {tool.arguments.__name__}, not {type(arguments).__name__}")
    try:
        return tool.arguments.model_validate(arguments)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "arguments"
        raise ToolError(f"{tool.name}: {where}: {problem['msg']}, got {problem['input']!r:.200}") from error
