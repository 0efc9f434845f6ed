"""An answer written by a language model that may look things up: at most three looks, every claim checked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.claims import unsupported
from agent.errors import ModelError
from agent.llm import LanguageModel, ModelCall, ModelReply
from agent.trace import Event, ModelCalled, model_called
from agent.turns import SlateItem
from agent.writing import Written
from prompts.loader import AnswerPrompt, render
from tools import registry
from tools.context import ToolContext
from tools.errors import ToolError

MOST_LOOKS = 3
MAX_TOKENS = 400
_LOOKS = ("lookup", "compare")


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: str | None = None
    tool: str | None = None
    arguments: dict[str, Any] = {}


async def consult(
    model: LanguageModel,
    text: str,
    found: str,
    slate: Sequence[SlateItem],
    tools: ToolContext,
    tell: Callable[[Event], None],
) -> Written | None:
    """Return an answer whose titles and figures all stand in the facts, or None where the model gave none.

    found: the answer that code found; it is the first fact, and the one that stands if the model fails.
    """
    facts: list[Mapping[str, Any]] = [{"tool": "facts", "result": found}]
    for looks_left in range(MOST_LOOKS, -1, -1):
        try:
            reply = await model.reply(_call(text, slate, facts, looks_left, tools))
            said = _Reply.model_validate(reply.json())
        except (ModelError, ValidationError) as error:
            tell(ModelCalled(purpose="answer", model=None, latency_ms=0.0, failed=type(error).__name__))
            return None
        tell(model_called("answer", reply))
        if said.answer:
            return _checked(said.answer, reply, facts, slate, tools)
        if said.tool not in _LOOKS or not looks_left:
            return None
        facts.append(_look(said.tool, said.arguments, tools))
    return None


def _call(
    text: str, slate: Sequence[SlateItem], facts: Sequence[Mapping[str, Any]], looks_left: int, tools: ToolContext
) -> ModelCall:
    prompt = AnswerPrompt(
        noun=tools.catalogue.domain.noun.many,
        tools=tuple(registry.TOOLS[name].schema()["function"] for name in _LOOKS),
        slate=tuple({"n": item.n, "id": item.id, "title": item.label} for item in slate),
        facts=tuple(facts),
        steps_left=looks_left,
        text=text,
    )
    return ModelCall(
        purpose="answer", messages=render(prompt), schema=_Reply.model_json_schema(), max_tokens=MAX_TOKENS
    )


def _look(tool: str, arguments: Mapping[str, Any], tools: ToolContext) -> Mapping[str, Any]:
    try:
        report = registry.run(tool, tools, arguments).report
    except ToolError as error:
        return {"tool": tool, "arguments": arguments, "error": str(error)}
    assert report is not None
    return {"tool": tool, "arguments": arguments, "result": report.model_dump(mode="json")}


def _checked(
    answer: str, reply: ModelReply, facts: Sequence[Mapping[str, Any]], slate: Sequence[SlateItem], tools: ToolContext
) -> Written | None:
    results = " ; ".join(str(fact.get("result", "")) for fact in facts)
    titles = [item.title for item in slate]
    if not reply.finished or unsupported(answer, titles, (), tools.catalogue, results):
        return None
    return Written(answer.strip(), reply.model)
