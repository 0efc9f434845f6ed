"""What a pressed button means: the words that the thread keeps of it, and its command."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.commands import Command, ItemReference, Preference, Relation
from agent.history import View
from agent.page.chips import make_chips
from agent.phrasing import say_wish
from agent.statements import HeldWish
from agent.turns import TurnOptions
from tools.catalogue import Catalogue

Act = Literal[
    "say", "liked", "passed", "seen", "accept", "similar",
    "drop", "flip", "harden", "soften", "pin", "unpin", "reuse",
    "more", "undo", "new", "open", "delete", "forget-wish", "forget-item",
    "forget-affinity", "remember", "erase",
]  # fmt: skip

_RELATIONS: dict[str, tuple[Relation, str]] = {
    "liked": ("liked", "Liked {}"),
    "passed": ("not_interested", "Not for me: {}"),
    "seen": ("seen", "Seen {}"),
    "accept": ("accept", "I'll take {}"),
}


class Press(BaseModel):
    """A button of the page, as the browser names it. Whatever else a browser sends is not a press."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    act: Act
    id: str = Field(default="", max_length=200)
    value: str = Field(default="", max_length=4_000)

    @classmethod
    def read(cls, data: object) -> "Press | None":
        """Return the press that a browser sent, None for what is none."""
        try:
            return cls.model_validate(data)
        except ValidationError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A turn that a press stands for."""

    text: str
    command: Command | None = None
    """None: the text is to be understood as if it had been typed."""
    keep_slate: bool = False

    def options(self, diversity: float) -> TurnOptions:
        return TurnOptions(diversity=diversity, keep_slate=self.keep_slate)


def meaning(press: Press, view: View, catalogue: Catalogue) -> Meaning | None:
    """Return the turn a press stands for; None where it no longer applies (a wish that has gone) or is no turn."""
    match press.act:
        case "say":
            return Meaning(text=press.value) if press.value.strip() else None
        case "more":
            return Meaning(text="Show me others", command=Command(intent="more"))
        case "undo":
            return Meaning(text="Undo", command=Command(intent="undo"))
        case "liked" | "passed" | "seen" | "accept":
            relation, words = _RELATIONS[press.act]
            return _about(press.id, relation, words, catalogue, "feedback")
        case "similar":
            return _about(press.id, "similar", "More like {}", catalogue, "recommend")
        case _:
            return _about_wish(press, view, catalogue)


def _about(
    item: str, relation: Relation, words: str, catalogue: Catalogue, intent: Literal["feedback", "recommend"]
) -> Meaning | None:
    if item not in catalogue:
        return None
    label = catalogue.item(catalogue.row(item)).label
    reference = ItemReference(ref=label, item=item, title=label, relation=relation)
    command = Command(intent=intent, items=(reference,))
    return Meaning(text=words.format(label), command=command, keep_slate=intent == "feedback")


def _about_wish(press: Press, view: View, catalogue: Catalogue) -> Meaning | None:
    domain = catalogue.domain
    if press.act == "drop" and (seed := next((seed for seed in view.seeds if seed.id == press.id), None)):
        gone = Preference(facet=domain.text_facet, value=seed.title, op="remove")
        return Meaning(text=f"Removed: like {seed.title}", command=Command(preferences=(gone,)))
    wish = next((wish for wish in (*view.all_wishes, *view.resting) if wish.id == press.id), None)
    if wish is None:
        return None
    words = say_wish(wish, domain)
    alike = _alternatives(wish, view)
    match press.act:
        case "drop":
            return _edit(f"Removed: {words}", [_gone(wish)])
        case "flip" if any(chip.flips for chip in make_chips(view, domain) if chip.id == wish.id):
            other = "dislike" if wish.polarity == "like" else "like"
            turned = wish.model_copy(update={"polarity": other})
            return _edit(f"The other way round: {say_wish(turned, domain)}", [_stated(turned)])
        case "harden":
            return _edit(f"A must: {words}", _restated(alike, strength="must"))
        case "soften":
            return _edit(f"Only a preference: {words}", _restated(alike, strength="prefer"))
        case "pin":
            return _edit(f"Remember: {words}", _restated(alike, lifetime="lasting"), keep=True)
        case "unpin":
            return _edit(f"Only for now: {words}", _restated(alike, lifetime="session"), keep=True)
        case "reuse":
            return _edit(f"Once more: {words}", [_stated(wish)])
        case _:
            return None


def _edit(text: str, preferences: Sequence[Preference], *, keep: bool = False) -> Meaning:
    return Meaning(
        text=text, command=Command(intent="profile" if keep else "recommend", preferences=tuple(preferences))
    )


def _alternatives(wish: HeldWish, view: View) -> list[HeldWish]:
    """The wish with those it is an alternative to: they are edited together or would stop being alternatives."""
    if wish.group is None:
        return [wish]
    return [other for other in view.all_wishes if other.group == wish.group]


def _restated(wishes: Sequence[HeldWish], **changes: str) -> list[Preference]:
    """Take the wishes back and say them anew: bounds of two strengths would otherwise stand side by side."""
    anew = [_stated(wish.model_copy(update=changes), 1 if len(wishes) > 1 else None) for wish in wishes]
    return [*(_gone(wish, forget=True) for wish in wishes), *anew]


def _stated(wish: HeldWish, any_of: int | None = None) -> Preference:
    return Preference(
        facet=wish.facet,
        value=wish.value,
        role=wish.role,
        polarity=wish.polarity,
        strength=wish.strength,
        lifetime=wish.lifetime,
        quote=wish.quote,
        any_of=any_of,
    )


def _gone(wish: HeldWish, *, forget: bool = False) -> Preference:
    """A remembered wish is set aside for this thread, unless it is to be forgotten."""
    kept = wish.source == "profile" and not forget
    return Preference(
        facet=wish.facet,
        value=wish.value,
        role=wish.role,
        op="remove",
        lifetime="session" if kept else wish.lifetime,
    )
