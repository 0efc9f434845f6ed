"""What a turn changes of what is remembered: small typed records that can be applied twice and taken back."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from agent.commands import Polarity
from agent.statements import HeldWish

Opinion = Literal["liked", "disliked", "seen", "not_interested", "interested", "accept"]


class Record(BaseModel):
    """Frozen, and an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Remembered(Record):
    """The last word on an item, and the day it was said (ISO)."""

    opinion: Opinion
    since: str


class Note(Record):
    """Something that a person asked to have remembered which is no wish ('my kids are 5 and 8')."""

    id: str
    text: str
    since: str


class Affinity(Record):
    """How often something was asked for and turned down; agent.memory.affinities has the rule."""

    facet: str
    value: str
    role: str | None = None
    up: float = 0.0
    """Times it was asked for, as they count on the day `last`."""
    down: float = 0.0
    times: int = 0
    """Times it was spoken of at all."""
    first: str
    """The day that it was first spoken of, ISO."""
    last: str
    quote: str | None = None
    """The words that spoke of it last."""

    @property
    def about(self) -> tuple[str, str, str | None]:
        """What it is about; a profile has one affinity of each."""
        return self.facet, self.value, self.role


class Evidence(Record):
    """One sign of an affinity."""

    facet: str
    value: str
    role: str | None = None
    polarity: Polarity
    day: str
    quote: str | None = None

    @property
    def about(self) -> tuple[str, str, str | None]:
        return self.facet, self.value, self.role


class ItemChange(Record):
    """What was remembered of an item before and is now; None: nothing."""

    before: Remembered | None = None
    now: Remembered | None = None


class ProfileChange(Record):
    """What a turn does to the profile. Applying it to a profile that has it changes nothing but the affinities."""

    token: str = ""
    """Tells this change from every other, so that it is known whether the turn that made it was finished."""
    added: tuple[HeldWish, ...] = ()
    removed: tuple[HeldWish, ...] = ()
    noted: tuple[Note, ...] = ()
    unnoted: tuple[Note, ...] = ()
    items: dict[str, ItemChange] = {}
    evidence: tuple[Evidence, ...] = ()
    withdrawn: tuple[Evidence, ...] = ()
    """Evidence that an undo takes back."""
    dropped: tuple[Affinity, ...] = ()
    restored: tuple[Affinity, ...] = ()
    erases: bool = False
    """Everything that is kept of the person goes, and nothing of it comes back."""

    def says_nothing(self) -> bool:
        """Whether it changes nothing."""
        return self == ProfileChange(token=self.token)

    def inverse(self) -> Self:
        """Return what takes this change back; nothing takes an erasure back."""
        if self.erases:
            return type(self)()
        return type(self)(
            added=self.removed,
            removed=self.added,
            noted=self.unnoted,
            unnoted=self.noted,
            items={item: ItemChange(before=one.now, now=one.before) for item, one in self.items.items()},
            evidence=self.withdrawn,
            withdrawn=self.evidence,
            dropped=self.restored,
            restored=self.dropped,
        )
