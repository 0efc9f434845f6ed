"""A plan written by a language model: the same schema as the rules' plan, checked against it before anything runs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import ModelError
from agent.llm import LanguageModel, ModelCall
from agent.planning import PlanInput, tool_wish
from agent.trace import Event, ModelCalled, model_called
from agent.turns import PlanStep
from prompts.loader import PlanPrompt, render
from tools import registry
from tools.diversify import DiversifyArguments
from tools.filter import FilterArguments

MAX_TOKENS = 800
_PLANNED = ("filter", "match", "similar", "propose", "affinity", "attenuate", "rank", "diversify")


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tool: str
    arguments: dict[str, Any]


class _Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    steps: list[_Step] = Field(min_length=2, max_length=10)


async def draft_plan(
    model: LanguageModel, text: str, given: PlanInput, rules: Sequence[PlanStep], tell: Callable[[Event], None]
) -> tuple[PlanStep, ...] | None:
    """Return a plan that the model wrote and that keeps what the rules' plan promises; None where it gave none.

    rules: the plan that code made of the same wishes. Every must and everything to leave out must stand in the
    model's plan as it stands there; what finds and weighs items is the model's to choose.
    """
    call = ModelCall(
        purpose="plan",
        messages=render(_prompt(text, given, rules)),
        schema=_Plan.model_json_schema(),
        max_tokens=MAX_TOKENS,
    )
    try:
        reply = await model.reply(call)
        drafted = _Plan.model_validate(reply.json())
    except (ModelError, ValidationError) as error:
        tell(ModelCalled(purpose="plan", model=None, latency_ms=0.0, failed=type(error).__name__))
        return None
    steps = tuple(PlanStep(tool=step.tool, arguments=step.arguments) for step in drafted.steps)
    failed = None if keeps_promises(steps, rules) else "PlanRefused"
    tell(model_called("plan", reply, failed))
    return None if failed else steps


def keeps_promises(steps: Sequence[PlanStep], rules: Sequence[PlanStep]) -> bool:
    """Whether a plan filters on the same musts, ranks, and ends by choosing as many, leaving out the same items."""
    if any(step.tool not in _PLANNED for step in steps) or [step.tool for step in steps[-2:]] != ["rank", "diversify"]:
        return False
    try:
        checked = [registry.TOOLS[step.tool].arguments.model_validate(step.arguments) for step in steps]
    except ValidationError:
        return False
    chosen = checked[-1]
    promised = DiversifyArguments.model_validate(rules[-1].arguments)
    assert isinstance(chosen, DiversifyArguments)
    same_choice = chosen.count == promised.count and set(chosen.exclude) >= set(promised.exclude)
    musts = [arguments for arguments in checked if isinstance(arguments, FilterArguments)]
    return same_choice and _musts(musts) == _musts(
        [FilterArguments.model_validate(step.arguments) for step in rules if step.tool == "filter"]
    )


def _musts(filters: Sequence[FilterArguments]) -> dict[str, str]:
    return {wish.id: wish.model_dump_json() for arguments in filters for wish in arguments.wishes}


def _prompt(text: str, given: PlanInput, rules: Sequence[PlanStep]) -> PlanPrompt:
    domain, view = given.catalogue.domain, given.view
    items: list[Mapping[str, Any]] = [
        {"id": seed.item, "title": seed.title, "is": "to be like"} for seed in view.seeds if seed.item
    ]
    items += [
        {"id": item, "title": given.catalogue.item(given.catalogue.row(item)).title, "is": opinion}
        for item, opinion in view.opinions.items()
    ]
    promised = DiversifyArguments.model_validate(rules[-1].arguments)
    wishes = [tool_wish(wish, domain) for wish in view.all_wishes]
    return PlanPrompt(
        noun=domain.noun.many,
        tools=tuple(registry.TOOLS[name].schema()["function"] for name in _PLANNED),
        wishes=tuple(wish.model_dump(exclude_defaults=True) for wish in wishes),
        items=tuple(items),
        exclude=promised.exclude,
        count=promised.count,
        text=text,
    )
