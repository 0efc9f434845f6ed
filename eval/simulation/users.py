"""Simulated users: each kind has a manner, all have wants that they give away by their reveal rules."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from eval.simulation.phrases import Speaker
from eval.simulation.scenarios import Instance
from eval.simulation.wants import Want, broken
from eval.systems.protocol import Answer
from tools.catalogue import Catalogue

Kind = Literal["cooperative", "terse", "rambling", "contrary", "random"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DRIFT_AFTER = 2
"""Turns before the mind is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One turn of a user."""

    text: str
    said: tuple[Want, ...] = ()
    """Wants that it states for the first time."""
    dropped: tuple[Want, ...] = ()
    """Wants that it takes back."""


class User(Protocol):
    """Somebody with wants, who speaks first and then reacts until satisfied or fed up."""

    async def open(self) -> Utterance:
        """Return the first turn."""
        ...

    async def react(self, answer: Answer) -> Utterance | None:
        """Return the next turn after an answer that held no target; None: the user leaves."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a kind of user behaves."""

    opening: int
    """Wants volunteered in the first turn."""
    terse: bool = False
    rambles: bool = False
    answers: bool = True
    """Whether a question is answered."""
    remarks: float = 0.0
    """How often an item of the slate is spoken of."""
    slips: float = 0.0
    """How often something wrong is said and taken back."""
    strays: float = 0.0
    """How often a turn has nothing to do with the matter."""
    patience: int = 3
    """Useless answers in a row before the user leaves: nothing shown, or nothing that keeps what was said firmly."""


MANNERS: dict[Kind, Manner] = {
    "cooperative": Manner(opening=2, remarks=0.3),
    "terse": Manner(opening=1, terse=True, patience=2),
    "rambling": Manner(opening=2, rambles=True, remarks=0.4),
    "contrary": Manner(opening=1, answers=False, remarks=0.2, slips=0.5, patience=2),
    "random": Manner(opening=1, remarks=0.3, strays=0.4, patience=5),
}


class PhraseUser:
    """Speaks from a bank of phrases; the same instance, kind and seed says the same to the same answers."""

    def __init__(self, instance: Instance, kind: Kind, catalogue: Catalogue, speaker: Speaker, seed: int) -> None:
        self._instance = instance
        self._manner = MANNERS[kind]
        self._catalogue = catalogue
        self._speaker = speaker
        self._chance = random.Random(f"{seed} {instance.id} {kind}")
        self._holding: list[Want] = []
        self._said: set[str] = set()
        self._restated: set[str] = set()
        self._has_pointed = False
        self._useless = 0
        self._turns = 0

    def earlier(self) -> tuple[Utterance, ...]:
        """Return what was said in an earlier dialogue: what holds for good."""
        turns = []
        for want in self._instance.lasting:
            noun = self._speaker.noun(want, self._chance)
            turns.append(Utterance(text=self._speaker.move(f"lasting_{want.polarity}", self._chance, noun=noun)))
            self._holding.append(want)
        return tuple(turns)

    async def open(self) -> Utterance:
        self._turns = 1
        instance, chance = self._instance, self._chance
        if instance.scenario == "cold":
            return Utterance(text=self._styled(self._speaker.move("vague", chance)))
        drifting = {want.facet for want in instance.first}
        volunteered = [want for want in self._unsaid("volunteer") if want.facet not in drifting]
        few = len(volunteered) if instance.scenario == "single" else self._manner.opening - len(instance.first)
        wants = [*instance.first, *volunteered[: max(few, 0)]]
        self._say(wants)
        if self._manner.terse:
            return Utterance(text=self._speaker.terse(wants, chance), said=tuple(wants))
        asked = self._speaker.request(wants, chance)
        return Utterance(text=self._styled(self._speaker.move("open", chance, wants=asked)), said=tuple(wants))

    async def react(self, answer: Answer) -> Utterance | None:
        self._turns += 1
        if self._gives_up(answer):
            return None
        if self._instance.first and self._turns == DRIFT_AFTER + 1:
            return self._change_of_mind()
        if self._chance.random() < self._manner.strays and answer.slate:
            number = str(self._chance.randint(1, len(answer.slate)))
            return Utterance(text=self._speaker.move("stray", self._chance, number=number))
        # Complaints first: what is said in this very turn cannot have been missed.
        complaints = self._complaints(answer)
        parts = [*self._reply(answer), *complaints, *self._remarks(answer)]
        said = [want for want, _ in parts if want is not None]
        words = [text for _, text in parts]
        if not said and (follow := self._next()):
            said = follow
            words.append(self._statement(follow))
        if not words:
            words.append(self._speaker.move("another", self._chance))
        return Utterance(text=self._styled(" ".join(words)), said=tuple(said))

    def _unsaid(self, *reveals: str) -> list[Want]:
        drifting = self._turns <= DRIFT_AFTER and {want.facet for want in self._instance.first}
        return [
            want
            for want in self._instance.wants
            if want.id not in self._said and want.reveal in reveals and not (drifting and want.facet in drifting)
        ]

    def _say(self, wants: Iterable[Want]) -> None:
        for want in wants:
            self._said.add(want.id)
            self._holding.append(want)

    def _next(self) -> list[Want]:
        wants = self._unsaid("volunteer")[:1]
        self._say(wants)
        return wants

    def _statement(self, wants: Sequence[Want]) -> str:
        if self._manner.terse:
            return self._speaker.terse(wants, self._chance)
        words = self._speaker.lines(wants, self._chance)
        slips = self._instance.slips
        if slips and self._chance.random() < self._manner.slips and slips[0].id not in self._said:
            self._said.add(slips[0].id)
            wrong = self._speaker.lines(slips, self._chance)
            words = f"{self._speaker.move('wrong', self._chance, wants=wrong)} {words}"
        return self._speaker.move("next", self._chance, wants=words)

    def _reply(self, answer: Answer) -> list[tuple[Want | None, str]]:
        """Answer the question, if there is one."""
        if answer.question is None:
            return []
        if not self._manner.answers:
            return [(None, self._speaker.move("refuse", self._chance))]
        asked = [want for want in self._unsaid("volunteer", "on ask") if want.facet == answer.question.facet]
        if not asked:
            return [(None, self._speaker.move("indifferent", self._chance))]
        self._say(asked[:1])
        form = self._speaker.terse if self._manner.terse else self._speaker.lines
        return [(asked[0], form(asked[:1], self._chance))]

    def _complaints(self, answer: Answer) -> list[tuple[Want | None, str]]:
        """Say a firm want again, once, when half of the slate breaks it."""
        firm = [want for want in self._holding if want.strength == "must" and not want.lasting]
        pairs = broken(answer.slate, firm, self._catalogue)
        hurt = [want for want in firm if 2 * sum(name == want.id for _, name in pairs) >= max(len(answer.slate), 1)]
        hurt = [want for want in hurt if want.id not in self._restated][:1]
        if not hurt:
            return []
        self._restated.add(hurt[0].id)
        if self._manner.terse:
            return [(None, self._speaker.terse(hurt, self._chance))]
        words = self._speaker.lines(hurt, self._chance)
        return [(None, self._speaker.move("restate", self._chance, wants=words))]

    def _remarks(self, answer: Answer) -> list[tuple[Want | None, str]]:
        if self._chance.random() >= self._manner.remarks:
            return []
        seen = [place for place, item in enumerate(answer.slate, 1) if item in self._instance.seen]
        if seen:
            return [(None, self._speaker.move("seen", self._chance, number=str(seen[0])))]
        wants = self._instance.wants
        missing = dict.fromkeys(answer.slate, 0)
        for item, _ in broken(answer.slate, wants, self._catalogue):
            missing[item] += 1
        close = [place for place, item in enumerate(answer.slate, 1) if missing[item] == 1]
        if close and len(wants) > 2 and not self._has_pointed:
            # Once: whoever keeps pointing has nothing else to say.
            self._has_pointed = True
            return [(None, self._speaker.move("closer", self._chance, number=str(close[0])))]
        return []

    def _change_of_mind(self) -> Utterance:
        """Give up what was asked for first and say what takes its place."""
        (old,) = self._instance.first
        new = [want for want in self._instance.wants if want.facet == old.facet and want.polarity == "like"][:1]
        self._holding.remove(old)
        self._say(new)
        words = self._speaker.lines(new, self._chance)
        noun = self._speaker.noun(old, self._chance)
        text = self._speaker.move("change", self._chance, old=noun, new=words)
        return Utterance(text=self._styled(text), said=tuple(new), dropped=(old,))

    def _gives_up(self, answer: Answer) -> bool:
        firm = [want for want in self._holding if want.strength == "must"]
        bad = {item for item, _ in broken(answer.slate, firm, self._catalogue)}
        self._useless = 0 if set(answer.slate) - bad else self._useless + 1
        return self._useless >= self._manner.patience

    def _styled(self, text: str) -> str:
        if self._manner.rambles:
            return self._speaker.ramble(text, self._chance)
        if not self._manner.answers and self._turns > 1 and self._chance.random() < 0.3:
            return f"{self._speaker.move('grumble', self._chance)} {text}"
        return text
