"""A user played by an instruct model: it gets the wants and what was answered, and says the next thing in its words."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.errors import ModelReplyInvalid
from agent.llm import LanguageModel, ModelCall
from eval.simulation.dialogue import TitleSpoken
from eval.simulation.scenarios import Instance, names
from eval.simulation.users import Utterance
from eval.systems.protocol import Answer
from prompts.loader import SimulatePrompt, render
from tools.catalogue import Catalogue

MAX_TOKENS = 200
_KEPT_TURNS = 6


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore")

    say: str
    said: tuple[str, ...] = ()
    """Ids of the wants that it states."""
    leave: bool = False


class ModelUser:
    """Speaks through a model. Whether a target was shown is decided by code: the model knows none."""

    def __init__(self, instance: Instance, catalogue: Catalogue, model: LanguageModel, seed: int) -> None:
        self._instance = instance
        self._catalogue = catalogue
        self._model = model
        self._seed = seed
        self._said: list[str] = []
        self._conversation: list[Mapping[str, str]] = []

    async def open(self) -> Utterance:
        return await self._speak(()) or Utterance(text="Hello.")

    async def react(self, answer: Answer) -> Utterance | None:
        labels = tuple(self._catalogue.labels[self._catalogue.row(item)] for item in answer.slate)
        self._conversation.append({"role": "assistant", "text": answer.reply})
        return await self._speak(labels)

    async def _speak(self, slate: Sequence[str]) -> Utterance | None:
        """Raises ModelError, ModelReplyInvalid for another shape, TitleSpoken for a reply that names a target."""
        call = ModelCall(
            purpose="simulate",
            messages=render(self._prompt(slate)),
            schema=_Reply.model_json_schema(),
            max_tokens=MAX_TOKENS,
            temperature=0.7,
            seed=self._seed,
        )
        reply = await self._model.reply(call)
        try:
            spoken = _Reply.model_validate(reply.json())
        except ValidationError as error:
            raise ModelReplyInvalid(f"the player's reply has another shape: {error.error_count()} fields") from error
        if spoken.leave:
            return None
        titles = [self._catalogue.titles[self._catalogue.row(item)] for item in self._instance.targets]
        if title := names(spoken.say, titles):
            raise TitleSpoken(f"the player said {title!r}, a target's title")
        self._conversation.append({"role": "user", "text": spoken.say})
        wants = {want.id: want for want in self._instance.wants}
        new = [wants[name] for name in spoken.said if name in wants and name not in self._said]
        self._said += [want.id for want in new]
        return Utterance(text=spoken.say, said=tuple(new))

    def _prompt(self, slate: Sequence[str]) -> SimulatePrompt:
        noun = self._catalogue.domain.noun
        wants: list[dict[str, Any]] = [
            want.model_dump(exclude_defaults=True) | {"when": want.reveal, "said": want.id in self._said}
            for want in self._instance.wants
        ]
        return SimulatePrompt(
            noun=noun.many,
            wants=tuple(wants),
            conversation=tuple(self._conversation[-_KEPT_TURNS:]),
            slate=tuple(slate),
        )
