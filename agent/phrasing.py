"""Says wishes, bounds and lists in plain words, from the domain's phrases; used by replies, chips and the terminal."""

from collections.abc import Sequence

from agent.commands import Range
from agent.statements import HeldWish, Seed
from tools.domain import Domain, Facet


def say_wish(wish: HeldWish, domain: Domain) -> str:
    """Return a wish in words: 'at most 120 min', 'never Tom Cruise', 'less violent', 'directed by Denis Villeneuve'."""
    facet = domain.facets[wish.facet]
    if isinstance(wish.value, Range):
        words = say_range(wish.value, facet)
        return f"not {words}" if wish.polarity == "dislike" else words
    if wish.polarity == "dislike":
        phrase = facet.phrases.dislike if wish.strength == "must" else facet.phrases.prefer_not
    else:
        phrase = facet.phrases.roles.get(wish.role or "", facet.phrases.like)
    return phrase.format(value=wish.value)


def say_wishes(wishes: Sequence[HeldWish], domain: Domain) -> list[str]:
    """Return each wish in words, alternatives joined: ['comedy or thriller', 'at most 120 min']."""
    said: dict[str, list[str]] = {}
    for wish in wishes:
        said.setdefault(f"group {wish.group}" if wish.group else wish.id, []).append(say_wish(wish, domain))
    return [join(words, "or") for words in said.values()]


def say_chip(wish: HeldWish, domain: Domain) -> str:
    """Return a wish as a chip shows it: 'must: at most 120 min', 'never: Tom Cruise', 'like: light'."""
    if wish.polarity == "dislike":
        label = ("never" if wish.lifetime == "lasting" else "no") if wish.strength == "must" else "less"
    else:
        label = "must" if wish.strength == "must" else "like"
    value = say_range(wish.value, domain.facets[wish.facet]) if isinstance(wish.value, Range) else wish.value
    role = f" ({wish.role})" if wish.role else ""
    return f"{label}: {value}{role}"


def say_seed(seed: Seed) -> str:
    """Return an item that the rest should be like: 'like Arrival (2016)'."""
    return f"like {seed.title}"


def say_range(bounds: Range, facet: Facet) -> str:
    """Return bounds in words: 'at most 120 min', 'from the 1990s', 'PG-13 or milder' as the domain phrases it."""
    low, high = bounds.min, bounds.max
    if facet.calendar:
        return _say_years(low, high)
    phrases = facet.phrases
    if low is not None and high is not None:
        template = phrases.exact if low == high else phrases.range
        return template.format(min=_figure(low), max=_figure(high), value=_figure(low))
    if high is not None:
        return phrases.max.format(max=_figure(high))
    assert low is not None
    return phrases.min.format(min=_figure(low))


def _say_years(low: float | str | None, high: float | str | None) -> str:
    if isinstance(low, float) and isinstance(high, float):
        if low == high:
            return f"from {low:.0f}"
        if low % 10 == 0 and high == low + 9:
            return f"from the {low:.0f}s"
        return f"from {low:.0f} to {high:.0f}"
    if isinstance(high, float):
        return f"from {high:.0f} or earlier"
    return f"from {_figure(low)} or later"


def _figure(end: float | str | None) -> str:
    return f"{end:g}" if isinstance(end, float) else str(end)


def join(words: Sequence[str], last: str = "and") -> str:
    """Return 'a', 'a and b', 'a, b and c'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def count_noun(count: int, domain: Domain) -> str:
    """Return '1 film', '12 films'."""
    return f"{count:,} {domain.noun.one if count == 1 else domain.noun.many}"
