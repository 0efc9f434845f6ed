"""A reply written by a language model: from the slate's facts only, every claim checked before anybody sees it."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.claims import unsupported
from agent.errors import ModelError
from agent.llm import LanguageModel, ModelCall
from agent.phrasing import say_seed, say_wish, say_wishes
from agent.replying import ReplyInput
from agent.trace import Event, ModelCalled, model_called
from prompts.loader import Message, RepairPrompt, RespondPrompt, render

MAX_TOKENS = 220


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    model: str


async def write_reply(
    model: LanguageModel, text: str, given: ReplyInput, tell: Callable[[Event], None]
) -> Written | None:
    """Return a reply whose every title and figure stands in the slate's facts, or None where the model gave none.

    An unsupported claim is pointed out and the reply rewritten once; after that the caller's template stands.
    """
    messages = render(_prompt(text, given))
    titles = (*(item.title for item in given.slate), *(miss.title for miss in given.near_misses))
    numbers, facts = _numbers(given), _facts(given)
    for _ in range(2):
        try:
            reply = await model.reply(ModelCall(purpose="respond", messages=messages, max_tokens=MAX_TOKENS))
        except ModelError as error:
            tell(ModelCalled(purpose="respond", model=None, latency_ms=0.0, failed=type(error).__name__))
            return None
        tell(model_called("respond", reply))
        written = reply.text.strip()
        wrong = unsupported(written, titles, numbers, given.catalogue, facts)
        spoken = written[:1] not in ("", "{", "[", "<", "|")
        if spoken and reply.finished and not wrong:
            return Written(written, reply.model)
        problems = [f"{claim} is not in the data" for claim in wrong]
        problems = problems or ["it was empty, too long, or no sentences but data"]
        messages = (*messages, Message("assistant", written), *render(RepairPrompt(problems=tuple(problems))))
    return None


def _prompt(text: str, given: ReplyInput) -> RespondPrompt:
    domain = given.catalogue.domain
    wishes = {wish.id: wish for wish in given.view.all_wishes}
    return RespondPrompt(
        noun=domain.noun.many,
        text=text,
        wishes=(*say_wishes(given.view.all_wishes, domain), *(say_seed(seed) for seed in given.view.seeds)),
        slate=tuple({"n": item.n, "title": item.label, "reasons": list(item.reasons)} for item in given.slate),
        near_misses=tuple(
            {
                "title": miss.label,
                "breaks": [say_wish(wishes[wish], domain) for wish in miss.breaks if wish in wishes],
            }
            for miss in given.near_misses
        ),
        notices=given.notices,
        question=given.question.text if given.question else None,
    )


def _facts(given: ReplyInput) -> str:
    """Every other word that the model was shown and may repeat."""
    domain = given.catalogue.domain
    said = [reason for item in given.slate for reason in item.reasons]
    said += say_wishes(given.view.all_wishes, domain)
    said += [say_seed(seed) for seed in given.view.seeds]
    said += given.notices
    said += [given.question.text] if given.question else []
    return " ; ".join(said)


def _numbers(given: ReplyInput) -> list[float]:
    shown = [*(item.year for item in given.slate), *(miss.year for miss in given.near_misses), given.wanted]
    return [*(float(number) for number in shown if number is not None), *map(float, range(1, len(given.slate) + 1))]
