"""Tells stories to an agent and judges every turn of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from agent.agent import Agent
from agent.turns import Turn
from eval.outcomes import Happened, Outcomes
from eval.scoring import percentiles
from eval.story import Story


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What was said, what came of it and what is wrong with that."""

    text: str
    turn: Turn
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One telling of a story. It passes if every turn came out right."""

    story: Story
    number: int
    turns: tuple[TurnResult, ...]
    error: str | None = None
    """The agent broke off: neither pass nor a story told to its end, and counted as failed."""

    @property
    def passed(self) -> bool:
        return self.error is None and not any(turn.problems for turn in self.turns)


class Teller:
    """Tells stories to one agent; every telling has users and threads of its own."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._outcomes = Outcomes(agent.parts.catalogue)

    async def tell(self, story: Story, number: int = 1) -> Trial:
        """Return how a story went. An exception of the agent ends it and is kept in words."""
        told: list[TurnResult] = []
        threads: dict[tuple[str, int], list[Turn]] = defaultdict(list)
        for spoken in story.turns:
            user = f"{spoken.who} of {story.story} {number}"
            thread = f"session {spoken.session}"
            earlier = threads[spoken.who, spoken.session]
            try:
                before = await self._agent.view(user, thread)
                turn = await self._agent.chat(user, thread, spoken.user)
                after = await self._agent.view(user, thread)
                profile = await self._agent.parts.profiles.load(user)
            except Exception as error:
                # Any exception at all is a finding about the agent, and must not end the other stories.
                return Trial(story, number, tuple(told), f"{type(error).__name__}: {error}")
            happened = Happened(
                text=spoken.user,
                turn=turn,
                screen=before.slate_ids,
                before=before.all_wishes,
                opinions=after.opinions,
                profile=profile,
                earlier=tuple(earlier),
            )
            slates = [tuple(item.id for item in one.turn.slate) for one in told]
            problems = tuple(self._outcomes.problems(spoken.expect, happened, slates))
            earlier.append(turn)
            told.append(TurnResult(spoken.user, turn, problems))
        return Trial(story, number, tuple(told))


async def tell_all(
    agent: Agent, stories: Sequence[Story], trials: int = 1, hear: Callable[[Trial], None] | None = None
) -> list[Trial]:
    """Return every telling of every story, in order. hear: called with each as it ends."""
    teller = Teller(agent)
    done = []
    for story in stories:
        for number in range(1, trials + 1):
            done.append(await teller.tell(story, number))
            if hear:
                hear(done[-1])
    return done


def report(trials: Iterable[Trial]) -> dict[str, Any]:
    """Return pass^1 to pass^k, what passed by topic, and every failure with its problems."""
    by_story: dict[str, list[Trial]] = {}
    for trial in trials:
        by_story.setdefault(trial.story.story, []).append(trial)
    told = min((len(group) for group in by_story.values()), default=0)
    latencies = [one.turn.timings_ms["total"] for group in by_story.values() for trial in group for one in trial.turns]
    return {
        "stories": len(by_story),
        "turns": sum(len(group[0].story.turns) for group in by_story.values()),
        "trials": told,
        **{f"pass^{k}": round(pass_hat(by_story.values(), k), 4) for k in range(1, told + 1)},
        "errors": sum(trial.error is not None for group in by_story.values() for trial in group),
        "topics": _topics(by_story.values()),
        "latency_ms": percentiles(latencies),
        "failures": [failure for group in by_story.values() for trial in group for failure in _failures(trial)],
    }


def pass_hat(stories: Iterable[Sequence[Trial]], k: int) -> float:
    """Return the chance that k tellings of a story all pass, averaged over stories: mean of C(c, k) / C(n, k).

    c of a story's n tellings passed. Source: Yao et al. 2024, tau-bench. Raises ValueError for k > n.
    """
    chances = []
    for trials in stories:
        if k > len(trials):
            raise ValueError(f"pass^{k} needs {k} tellings of each story, not {len(trials)}")
        chances.append(comb(sum(trial.passed for trial in trials), k) / comb(len(trials), k))
    return sum(chances) / len(chances) if chances else 0.0


def _topics(groups: Iterable[Sequence[Trial]]) -> dict[str, dict[str, int]]:
    topics: dict[str, dict[str, int]] = {}
    for trials in groups:
        for topic in trials[0].story.about:
            counts = topics.setdefault(topic, {"stories": 0, "passed": 0})
            counts["stories"] += 1
            counts["passed"] += all(trial.passed for trial in trials)
    return dict(sorted(topics.items()))


def _failures(trial: Trial) -> list[dict[str, Any]]:
    where = {"story": trial.story.story, "file": trial.story.file, "trial": trial.number}
    failed = [
        {**where, "turn": number, "user": one.text, "problems": list(one.problems)}
        for number, one in enumerate(trial.turns, start=1)
        if one.problems
    ]
    if trial.error is not None:
        at = len(trial.turns)
        failed.append({**where, "turn": at + 1, "user": trial.story.turns[at].user, "problems": [trial.error]})
    return failed
