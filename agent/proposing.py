"""A slate for wishes alone: no thread, no user, nothing kept."""

from collections.abc import Sequence

from agent.acting import act_on
from agent.commands import Command, ItemReference, Preference
from agent.grounding import Grounded, ground
from agent.history import Entry, fold
from agent.parts import Parts
from agent.planning import PlanInput, plan_turn
from agent.state import Acted


def ground_wishes(preferences: Sequence[Preference], parts: Parts, like: Sequence[str] = ()) -> Grounded:
    """Return wishes stated by hand tied to the catalogue. like: ids of items. Raises UnknownItem."""
    catalogue = parts.catalogue
    items = [
        ItemReference(ref=label, item=item, title=label, relation="similar")
        for item in like
        for label in [catalogue.item(catalogue.row(item)).label]
    ]
    command = Command(preferences=tuple(preferences), items=tuple(items))
    return ground(command, "", slate=(), catalogue=catalogue, linker=parts.linker, year=parts.settings.year)


def propose_slate(
    grounded: Grounded,
    parts: Parts,
    *,
    exclude: Sequence[str] = (),
    count: int | None = None,
    diversity: float | None = None,
) -> Acted:
    """Return what the plan for these wishes leads to. exclude: ids never to show; the rest is by default as set."""
    entry = Entry(turn=1, text="", command=grounded.command, statements=grounded.statements)
    shown = tuple(dict.fromkeys(exclude))
    view = fold((entry,), parts.catalogue.domain).model_copy(update={"shown": shown, "shown_this_epoch": shown})
    given = PlanInput(
        view=view,
        catalogue=parts.catalogue,
        count=count or parts.settings.slate_size,
        diversity=parts.settings.diversity if diversity is None else diversity,
    )
    return act_on(plan_turn(given), given, parts.tools)
