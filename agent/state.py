"""What a thread keeps from turn to turn, and what one turn carries from node to node."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from langgraph.channels import UntrackedValue

from agent.commands import Command
from agent.grounding import Grounded
from agent.history import Entry, View
from agent.memory.profile import Profile
from agent.memory.requests import MemoryRequest
from agent.turns import NearMiss, PlanStep, Question, Shortfall, SlateItem, Turn, TurnOptions
from tools.candidates import Rows
from tools.filter import FilterReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What carrying out a plan gave."""

    slate: tuple[SlateItem, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    plan: tuple[PlanStep, ...] = ()
    """With counts and times."""
    report: FilterReport | None = None
    shortfall: Shortfall | None = None
    wanted: int = 0
    rows: Rows | None = None
    """The ranked candidates, best first; what a question should split."""
    already: tuple[str, ...] = ()
    """Labels of fitting items that were shown before, where fewer than wanted are left."""


@dataclass(kw_only=True)
class TurnInput:
    """What a turn begins with."""

    user: Annotated[str, UntrackedValue] = ""
    thread: Annotated[str, UntrackedValue] = ""
    """The thread's key in the database."""
    text: Annotated[str, UntrackedValue] = ""
    """What the person typed, made printable."""
    command: Annotated[Command | None, UntrackedValue] = None
    """What it means, where that is known without parsing."""
    notices: Annotated[tuple[str, ...], UntrackedValue] = ()
    """What the person should know about how the turn was taken; nodes add to it."""
    key: Annotated[str | None, UntrackedValue] = None
    """What the client calls this turn, where it may send it again."""
    options: Annotated[TurnOptions, UntrackedValue] = field(default_factory=TurnOptions)
    started: Annotated[float, UntrackedValue] = 0.0
    """Clock (perf_counter) at the beginning of the turn."""


RETRIED = 5
"""How many of a thread's last turns with a key are kept whole for a client that sends one again."""


FORGET_KEYED = ""
"""No turn's key: what comes with it takes the place of all that was kept."""


def _last_few(kept: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    if FORGET_KEYED in new:
        return {key: turn for key, turn in new.items() if key != FORGET_KEYED}
    return dict([*(kept | new).items()][-RETRIED:])


def _grown(log: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Append; an entry that erases everything leaves nothing before it."""
    for entry in new:
        erases = (entry.get("profile_change") or {}).get("erases")
        log = [entry] if erases else [*log, entry]
    return log


@dataclass(kw_only=True)
class TurnState(TurnInput):
    """`log` and `keyed` are kept by the checkpointer; the rest lives for one turn and is never written to disk."""

    log: Annotated[list[dict[str, Any]], _grown] = field(default_factory=list)
    """Finished turns, oldest first, as JSON of agent.history.Entry; appended to, or erased by a turn that asks so."""
    keyed: Annotated[dict[str, Any], _last_few] = field(default_factory=dict)
    """The last few turns that came with a key, whole, as JSON of agent.turns.Turn."""
    entries: Annotated[tuple[Entry, ...], UntrackedValue] = ()
    """The log, read."""
    profile: Annotated[Profile, UntrackedValue] = field(default_factory=Profile)
    before: Annotated[View, UntrackedValue] = field(default_factory=View)
    """What held when the turn began."""
    grounded: Annotated[Grounded | None, UntrackedValue] = None
    parser: Annotated[str, UntrackedValue] = ""
    request: Annotated[MemoryRequest | None, UntrackedValue] = None
    """What the turn asks of memory, where it is about that."""
    proposals: Annotated[tuple[str, ...], UntrackedValue] = ()
    """Titles that a language model named from its own knowledge."""
    view: Annotated[View, UntrackedValue] = field(default_factory=View)
    """What holds with this turn folded in."""
    focus: Annotated[View, UntrackedValue] = field(default_factory=View)
    """What this turn's slate is chosen for: `view`, or the filter of a question asked beside it."""
    plan: Annotated[tuple[PlanStep, ...], UntrackedValue] = ()
    acted: Annotated[Acted, UntrackedValue] = field(default_factory=Acted)
    question: Annotated[Question | None, UntrackedValue] = None
    facts: Annotated[str, UntrackedValue] = ""
    """The answer that code found, which a reply may reword."""
    reply: Annotated[str, UntrackedValue] = ""
    model: Annotated[str | None, UntrackedValue] = None
    """The language model that wrote something of this turn."""
    timings_ms: Annotated[dict[str, float], UntrackedValue] = field(default_factory=dict)
    done: Annotated[Turn | None, UntrackedValue] = None
