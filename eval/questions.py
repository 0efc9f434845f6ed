"""Questions to a memory, after the pattern of PersonaMem (Jiang et al. 2025): each is asked sessions after it was told.

recall   a fact that was told
latest   which of two things that contradict each other was told last
reason   why somebody changed their mind
apply    a new request, in which what was told must show without being said again
others   what another user told must not show

No model judges: what an answer must name, and what a slate must keep, is known from what was told.
"""

import random
from dataclasses import dataclass
from typing import Literal

from agent.agent import Agent
from agent.turns import Turn
from eval.facts import Fact, bank, facts, honours, mentions, tells
from tools.catalogue import Catalogue

Kind = Literal["recall", "latest", "reason", "apply", "others"]
KINDS: tuple[Kind, ...] = ("recall", "latest", "reason", "apply", "others")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was told, session by session, what is asked afterwards, and what a right answer has."""

    kind: Kind
    number: int
    sessions: tuple[tuple[str, ...], ...]
    """What the user said in each session."""
    ask: str
    fact: Fact
    keep: str = ""
    """reason: words of it that the answer must repeat."""
    by_slate: bool = False
    """Whether the slate answers, not the words."""

    @property
    def teller(self) -> str:
        """Who told it."""
        return f"{self.kind} {self.number}"

    @property
    def asker(self) -> str:
        """Who asks: the same user, but for `others`."""
        return f"{self.teller} stranger" if self.kind == "others" else self.teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question with what was answered, and whether that is right."""

    question: Question
    turn: Turn
    right: bool


def draw_questions(kind: Kind, count: int, seed: int = 0) -> list[Question]:
    """Return questions of a kind; every fact comes up before one comes up twice, in words drawn by the seed."""
    drawn = random.Random(f"{kind} {seed}")
    pool = facts(bounds=kind not in ("latest", "reason"))
    if kind == "reason":
        pool = [fact for fact in pool if fact.polarity == "like"]
    order: list[Fact] = []
    while len(order) < count:
        order += drawn.sample(pool, len(pool))
    return [_question(kind, number, fact, drawn) for number, fact in enumerate(order[:count])]


def _question(kind: Kind, number: int, fact: Fact, drawn: random.Random) -> Question:
    told: list[str] = [fact.say(drawn)]
    keep = ""
    if kind in ("latest", "reason"):
        fact = fact.turned()
        change = fact.say(drawn)
        if kind == "reason":
            reason = drawn.choice(bank()["reasons"])
            change += drawn.choice(bank()["joins"]).format(reason=reason["say"])
            keep = reason["keep"]
        told.append(change)
    sessions = [(said,) for said in told]
    sessions.insert(drawn.randrange(len(sessions) + 1), (drawn.choice(bank()["fillers"]),))
    by_slate = kind == "apply" or (kind == "others" and fact.polarity == "dislike" and drawn.random() < 0.5)
    if by_slate:
        ask = drawn.choice(fact.tempting)
    elif kind == "reason":
        ask = drawn.choice(bank()["asks_why"]).format(value=fact.spoken)
    else:
        asks = bank()["asks_all"] if kind == "others" or drawn.random() < 0.4 else bank()["asks"]
        ask = drawn.choice(asks).format(value=fact.spoken)
    return Question(
        kind=kind, number=number, sessions=tuple(sessions), ask=ask, fact=fact, keep=keep, by_slate=by_slate
    )


def is_right(question: Question, turn: Turn, catalogue: Catalogue) -> bool:
    """Whether an answer is right."""
    fact = question.fact
    said_of = [wish for wish in turn.wishes if fact.is_said_of(wish) and wish.source == "profile"]
    if question.kind == "others":
        # Nothing of it may bear on the slate, be counted among the wishes or be named.
        return not said_of and (question.by_slate or not mentions(turn.reply, fact))
    if question.by_slate:
        return honours(turn, fact, catalogue)
    if question.kind == "reason":
        return question.keep.casefold() in turn.reply.casefold()
    if question.kind == "latest" and any(wish.polarity != fact.polarity for wish in said_of):
        return False
    return tells(turn.reply, fact)


async def put(agent: Agent, question: Question, catalogue: Catalogue, asker: str | None = None) -> Answered:
    """Return the answer to a question whose facts were told; asker: who asks instead (an ablation)."""
    turn = await agent.chat(asker or question.asker, "asking", question.ask)
    return Answered(question=question, turn=turn, right=is_right(question, turn, catalogue))


async def tell(agent: Agent, question: Question) -> None:
    """Say in sessions of their own what a question is about."""
    for number, session in enumerate(question.sessions):
        for said in session:
            await agent.chat(question.teller, f"session {number}", said)
