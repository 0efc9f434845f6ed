"""filter: keep the items that keep every must, and say what each must costs."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.wishes import Arguments, Wish


class FilterArguments(Arguments):
    """Keep only items that satisfy every must. Wishes that merely prefer are left to the other tools."""

    wishes: tuple[Wish, ...] = ()


class MustReport(BaseModel):
    """What one must did; alternatives are one must."""

    model_config = ConfigDict(frozen=True)

    wishes: tuple[str, ...]
    """Ids: one, or all of the alternatives."""
    kept: int
    """Items of the whole catalogue that keep it."""
    cost: int
    """Items that keep all other musts and break this one: how many more there would be without it."""
    unknown: int
    """Items, among those that keep all other musts, of which the datum is not known."""
    taken_as: dict[str, tuple[str, ...]] = {}
    """Text values whose words were taken for phrases of the catalogue: {'blood': ('blood', 'gore')}."""


class FilterReport(BaseModel):
    """What was kept, and what each must costs."""

    model_config = ConfigDict(frozen=True)

    considered: int
    kept: int
    musts: tuple[MustReport, ...] = ()

    def costliest(self) -> MustReport | None:
        """Return the must whose removal would give most items back; None if none would give any."""
        ranked = sorted(self.musts, key=lambda must: -must.cost)
        return ranked[0] if ranked and ranked[0].cost > 0 else None


class NearMiss(BaseModel):
    """An item that breaks as few musts as any does."""

    model_config = ConfigDict(frozen=True)

    id: str
    breaks: tuple[str, ...]
    """Ids of the wishes it breaks; for broken alternatives, of all of them."""


def filter_items(
    context: ToolContext, arguments: FilterArguments, candidates: Candidates
) -> tuple[Candidates, FilterReport]:
    """Return the candidates that keep every must. Raises ToolError for a wish that the domain does not know."""
    raise NotImplementedError


def near_misses(
    context: ToolContext, wishes: Sequence[Wish], candidates: Candidates, n: int, exclude: Sequence[str] = ()
) -> tuple[NearMiss, ...]:
    """Return up to n items that break the fewest musts (at least one), best first by the candidates' own scoring.

    wishes: all that hold; musts are taken from them. candidates: as they were before or after `rank`; their columns
    judge the near misses too. A refusal (dislike and must) is never offered as broken. exclude: ids not to offer.
    """
    raise NotImplementedError
