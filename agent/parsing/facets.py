"""Says a domain's facets in words for a model's prompt."""

from tools.domain import Bound, Domain, Facet


def describe(domain: Domain, year: int) -> tuple[str, ...]:
    """Return one line a facet: its name and what a statement about it holds. year: of the conversation."""
    return tuple(f"{name}{_unit(facet)}: {_value(facet, year)}" for name, facet in domain.facets.items())


def _unit(facet: Facet) -> str:
    return f" ({facet.unit})" if facet.unit else ""


def _value(facet: Facet, year: int) -> str:
    values = " | ".join(facet.values)
    if facet.kind == "category":
        return f"one of {values}"
    if facet.kind == "ordinal":
        return f'{{"max": v}} or {{"min": v}}; v, from least to most: {values}'
    if facet.kind == "entity":
        return f'a name in full, as it is usually spelled; "role": {" | ".join(facet.roles)} | any'
    if facet.kind == "text":
        return "anything asked for that no other facet covers, as a short phrase in the person's words"
    return "; ".join(['{"min": n}, {"max": n} or {"min": n, "max": n}', *_figures(facet, year)])


def _figures(facet: Facet, year: int) -> list[str]:
    told = []
    if facet.calendar:
        told.append('"the 90s" is 1990 to 1999, "early" its first four years, "late" its last four')
    for band in facet.bands:
        ends = (("min", band.min), ("max", band.max))
        told.append(
            f'"{band.words[0]}" is ' + " ".join(f"{end} {_bound(at, year)}" for end, at in ends if at is not None)
        )
    if facet.about:
        told.append(f'"around n" is n-{facet.about:g} to n+{facet.about:g}')
    if facet.less and facet.more:
        told.append(
            f'a comparison is {{"than": slate number | title | "slate", "dir": "less" | "more"}}: '
            f'"{facet.less[0]}" is less, "{facet.more[0]}" more'
        )
    return told


def _bound(value: Bound, year: int) -> str:
    """A bound of a band as a figure; 'now-5' counts from the year of the conversation."""
    if isinstance(value, str):
        return str(year + int(value.removeprefix("now") or 0))
    return f"{value:g}"
