"""Plays one dialogue between a simulated user and a system, and keeps everything that was said and shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.simulation.scenarios import Instance, names
from eval.simulation.users import DRIFT_AFTER, User, Utterance
from eval.simulation.wants import Want, broken
from eval.systems.protocol import Answer, System
from tools.catalogue import Catalogue


class TitleLeaked(Exception):
    """A user said the title of what is looked for: the ruler is broken."""


class TitleSpoken(Exception):
    """A user played by a model said a target's title: that dialogue is spoilt, the ruler is not."""


@dataclass(slots=True, kw_only=True)
class Played:
    """A dialogue as it went."""

    instance: Instance
    system: str
    users: str
    turns: list[dict[str, Any]] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    success: bool = False
    found_at: int | None = None
    """The turn of the success, counted from the change of mind where there is one."""
    left: str = "turns"
    """'found', 'patience' or 'turns': how it ended."""
    failure: str | None = None
    """What went wrong with the system or the user; such a dialogue says nothing of how well it recommends."""

    @property
    def uncounted(self) -> int:
        """Turns before the change of mind, where there is one: what is wanted in the end is not yet known."""
        return DRIFT_AFTER if self.instance.first else 0

    def as_json(self) -> dict[str, Any]:
        """Return everything but times, so that the same run is the same to the byte."""
        return {
            "dialogue": f"{self.system}/{self.users}/{self.instance.id}",
            "system": self.system,
            "users": self.users,
            "instance": self.instance.model_dump(mode="json", exclude_defaults=True),
            "uncounted": self.uncounted,
            "turns": self.turns,
            "success": self.success,
            "found_at": self.found_at,
            "left": self.left,
            "failure": self.failure,
        }


async def play(
    system: System, user: User, played: Played, catalogue: Catalogue, most_turns: int, earlier: Sequence[Utterance] = ()
) -> Played:
    """Play a dialogue to its end and return it. earlier: turns of a dialogue before it, of the same user.

    A failure of either side ends the dialogue and is kept. Raises TitleLeaked where the user gives the target away.
    """
    name = f"{played.instance.id} {played.users}"
    before = system.begin(name, "before")
    for utterance in earlier:
        _check(utterance, played.instance, catalogue)
        try:
            await before.say(utterance.text)
        except Exception as error:
            played.failure, played.left = _worded(error), "failure"
            return played
    await _Stage(system, user, played, catalogue, most_turns, name).play()
    return played


class _Stage:
    """One dialogue under way."""

    def __init__(
        self, system: System, user: User, played: Played, catalogue: Catalogue, most_turns: int, name: str
    ) -> None:
        self._dialogue = system.begin(name, "now")
        self._user = user
        self._played = played
        self._catalogue = catalogue
        self._uncounted = played.uncounted
        self._most = most_turns + self._uncounted
        self._holding: list[Want] = list(played.instance.lasting)
        self._shown: set[str] = set()

    async def play(self) -> None:
        played = self._played
        try:
            utterance: Utterance | None = await self._user.open()
            while utterance is not None:
                _check(utterance, played.instance, self._catalogue)
                answer = await self._dialogue.say(utterance.text)
                self._keep(utterance, answer)
                if self._found(answer):
                    played.success, played.left = True, "found"
                    played.found_at = len(played.turns) - self._uncounted
                    return
                if len(played.turns) >= self._most:
                    return
                utterance = await self._user.react(answer)
            played.left = "patience"
        except TitleLeaked:
            raise
        except Exception as error:
            # Whatever a system raises, the run goes on; the dialogue is counted apart.
            played.failure, played.left = _worded(error), "failure"

    def _keep(self, utterance: Utterance, answer: Answer) -> None:
        self._holding = [want for want in self._holding if want not in utterance.dropped] + list(utterance.said)
        musts = [want for want in self._holding if want.strength == "must"]
        self._played.latencies_ms.append(answer.latency_ms)
        self._played.turns.append(
            {
                "user": utterance.text,
                "said": [want.id for want in utterance.said],
                "slate": list(answer.slate),
                "reply": answer.reply,
                "question": answer.question.facet if answer.question else None,
                "impossible": answer.impossible,
                "blamed": [[wish.facet, _value(wish.value)] for wish in answer.blamed],
                "broken": [list(pair) for pair in broken(answer.slate, musts, self._catalogue)],
                "repeats": len(self._shown & set(answer.slate)),
                "calls": answer.calls,
                "tokens": answer.tokens,
            }
        )
        self._shown |= set(answer.slate)

    def _found(self, answer: Answer) -> bool:
        instance = self._played.instance
        if len(self._played.turns) <= self._uncounted:
            return False
        if instance.scenario == "impossible":
            return {want.id for want in instance.wants} <= {want.id for want in self._holding} and right_reason(
                answer, instance
            )
        # One that was shown before the mind changed is remembered by whoever now wants it.
        seen = self._shown if len(self._played.turns) == self._uncounted + 1 else set(answer.slate)
        return bool(seen & set(instance.targets))


def right_reason(answer: Answer, instance: Instance) -> bool:
    """Whether an answer says that it cannot be done and blames what does stand in the way.

    Every want of an impossible instance does: without any one of them the others can be had.
    """
    if not answer.impossible or answer.slate:
        return False
    return any(
        want.same_thing(wish.facet, wish.value if isinstance(wish.value, str) else None)
        for wish in answer.blamed
        for want in instance.wants
    )


def _check(utterance: Utterance, instance: Instance, catalogue: Catalogue) -> None:
    titles = [catalogue.titles[catalogue.row(item)] for item in instance.targets]
    if title := names(utterance.text, titles):
        raise TitleLeaked(f"{instance.id}: the user says {title!r}, a target's title: {utterance.text!r}")


def _value(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if dump else value


def _worded(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
