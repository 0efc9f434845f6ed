"""A wish as tools see it: one facet, one value or stretch, wanted or not. Tools know nothing of turns or lifetimes."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.domain import Domain
from tools.errors import ToolError


class Arguments(BaseModel):
    """Base of every tool's arguments: frozen, and an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wish(Arguments):
    """One thing wanted or not wanted. Plans are data, so it is JSON-able."""

    id: str
    facet: str
    value: str | None = None
    """category, entity, text: the value in words."""
    role: str | None = None
    """entity: the role it is wished in; None means any."""
    min: float | None = None
    max: float | None = None
    """number: bounds in the stored unit; ordinal: positions in the facet's values. Both inclusive."""
    polarity: Literal["like", "dislike"] = "like"
    strength: Literal["must", "prefer"] = "prefer"
    any_of: str | None = None
    """Likes that share it are alternatives: one of them is enough. Dislikes never are: each is refused."""
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0

    @model_validator(mode="after")
    def _value_or_bounds(self) -> Self:
        if (self.value is None) == (self.min is None and self.max is None):
            raise ValueError(f"wish {self.id!r} needs either a value or bounds (min, max)")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"wish {self.id!r} cannot run from {self.min:g} to {self.max:g}; swap the ends")
        return self

    def check(self, domain: Domain) -> None:
        """Raise ToolError if the domain has no such facet, value or role, naming it and what there is."""
        facet = domain.facets.get(self.facet)
        if facet is None:
            raise ToolError(f"wish {self.id!r}: no facet {self.facet!r}; there are {', '.join(domain.facets)}")
        if facet.kind in ("number", "ordinal") and self.value is not None:
            raise ToolError(f"wish {self.id!r}: {self.facet} takes min and max, not the value {self.value!r}")
        if facet.kind not in ("number", "ordinal") and self.value is None:
            raise ToolError(f"wish {self.id!r}: {self.facet} takes a value, not bounds")
        if facet.kind == "category" and self.value not in facet.values:
            raise ToolError(
                f"wish {self.id!r}: {self.facet} has no value {self.value!r}; it has {', '.join(facet.values)}"
            )
        if self.role is not None and self.role not in facet.roles:
            known = ", ".join(facet.roles) or "none"
            raise ToolError(f"wish {self.id!r}: {self.facet} has no role {self.role!r}; it has {known}")


class Seed(Arguments):
    """An item of the catalogue that other items are compared with."""

    id: str
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0


def alternatives(wishes: Iterable[Wish]) -> list[tuple[Wish, ...]]:
    """Return the wishes in order, those that are alternatives to each other together; every other one by itself."""
    groups: dict[str, list[Wish]] = {}
    for wish in wishes:
        together = wish.any_of is not None and wish.polarity == "like"
        groups.setdefault(f"group {wish.any_of}" if together else f"wish {wish.id}", []).append(wish)
    return [tuple(group) for group in groups.values()]
