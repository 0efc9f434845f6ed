"""Which of several items of one name is meant, by what stands beside it: a year, a person, 'the old', 'the Korean'."""

from collections.abc import Sequence
from dataclasses import replace

from tools.catalogue import Catalogue
from tools.mentions import Mention

_JOINS = frozenset({"", " ", " (", ", ", " [", "'s ", "’s ", " from ", "s "})
_CLOSES = {"(": ")", "[": "]"}


def settle(mentions: Sequence[Mention], text: str, catalogue: Catalogue) -> list[Mention]:
    """Return the mentions with items that a neighbour tells apart put first, the neighbour taken into their span."""
    settled: list[Mention] = []
    left = list(mentions)
    while left:
        mention = left.pop(0)
        following = left[0] if left else None
        if mention.kind == "item" and following is not None and _is_year(following, catalogue):
            chosen = _joined(mention, mention, following, text, catalogue)
            if chosen:
                left.pop(0)
                settled.append(chosen)
                continue
        previous = settled[-1] if settled else None
        telling = previous is not None and previous.kind in ("number", "entity", "band", "value")
        if mention.kind == "item" and previous is not None and telling and _may_precede(previous, mention, catalogue):
            chosen = _joined(mention, previous, mention, text, catalogue)
            if chosen:
                settled.pop()
                settled.append(chosen)
                continue
        settled.append(mention)
    return settled


def _is_year(mention: Mention, catalogue: Catalogue) -> bool:
    facet = catalogue.domain.facets[mention.facet] if mention.facet else None
    single = mention.bounds is not None and mention.bounds.min == mention.bounds.max
    return bool(facet and facet.calendar and mention.kind == "number" and single)


def _may_precede(previous: Mention, mention: Mention, catalogue: Catalogue) -> bool:
    return _is_year(previous, catalogue) if previous.kind == "number" else len(mention.items) > 1


def _joined(mention: Mention, first: Mention, last: Mention, text: str, catalogue: Catalogue) -> Mention | None:
    """Return the item mention over both with the items the other one fits in front, None where it tells nothing."""
    gap = text[first.end : last.start]
    if gap not in _JOINS:
        return None
    other = last if mention is first else first
    fitting = [item for item in mention.items if _fits(item, other, catalogue)]
    if not fitting or (len(fitting) == len(mention.items) and other.kind != "number"):
        return None
    end = last.end
    if gap and text[end : end + 1] == _CLOSES.get(gap[-1]):
        end += 1
    items = (*fitting, *(item for item in mention.items if item not in fitting))
    return replace(mention, start=first.start, end=end, text=text[first.start : end], items=items, score=0.97)


def _fits(item: str, other: Mention, catalogue: Catalogue) -> bool:
    row = catalogue.row(item)
    if other.bounds is not None and other.facet:
        figure = float(catalogue.numbers(other.facet)[row])
        low, high = other.bounds.min, other.bounds.max
        return (low is None or figure >= low) and (high is None or figure <= high)
    return bool(other.facet) and other.value in catalogue.values(row, other.facet or "")
