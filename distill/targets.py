"""What the network should say about an example: tags over tokens and choices about spans, as numbers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agent.commands import Preference, Range, Relative
from agent.parsing.encoding import EncodedTurn
from agent.parsing.labels import (
    BOUNDS,
    FIGURE,
    INTENTS,
    LAYERS,
    LESS,
    LIFETIMES,
    MORE,
    OPEN_VALUES,
    OPS,
    POINTINGS,
    POLARITIES,
    RELATIONS,
    STRENGTHS,
    TAGS,
    WORDS,
    Bound,
    Labels,
    Pointing,
    as_label,
)
from agent.parsing.words import count_in, names_the_same
from distill.examples import Example, Pointed
from tools.domain import Domain

IGNORED = -100
_LEARNABLE = 2
"""Times a value or ask has to be said in the training data to become an option."""
_DIGIT = re.compile(r"\d")
_PLACE = re.compile(r"\d|\b(first|second|third|fourth|fifth|last|middle|one|two|three|four|five|top|bottom)\b", re.I)


@dataclass(slots=True)
class Targets:
    """Targets of one example. Token positions count the first token, which stands for the whole."""

    tags: NDArray[np.int64]
    """(length, layers)"""
    intent: int
    asks: NDArray[np.float32]
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Token ranges, end exclusive."""
    choices: list[Mapping[str, int]] = field(default_factory=list)
    """For each span, the right option of each choice that applies to it."""
    pairs: list[tuple[int, int, float]] = field(default_factory=list)
    """(earlier span, later span, 1.0 if the later is an alternative to the earlier)"""


def targets_of(example: Example, encoded: EncodedTurn, labels: Labels) -> Targets:
    """Return what the network should say about an example."""
    tags = np.full((len(encoded.ids), len(LAYERS)), IGNORED, np.int64)
    tags[1 : 1 + encoded.said] = 0
    asked = [float(name in example.command.asks) for name in labels.asks]
    targets = Targets(tags, INTENTS.index(example.command.intent), np.array(asked, np.float32))
    previous: tuple[int, Preference] | None = None
    for wish in example.wishes:
        tokens = _tokens(encoded, wish.start, wish.end)
        if tokens is None:
            continue
        _tag(tags, tokens, "wish")
        targets.spans.append(tokens)
        targets.choices.append(_wish_choices(wish.statement, labels))
        now = len(targets.spans) - 1
        if previous is not None:
            group = wish.statement.any_of
            same = group is not None and group == previous[1].any_of
            targets.pairs.append((previous[0], now, float(same)))
        previous = (now, wish.statement)
    for pointed in example.pointed:
        tokens = _tokens(encoded, pointed.start, pointed.end)
        if tokens is None:
            continue
        _tag(tags, tokens, "item")
        targets.spans.append(tokens)
        relation = RELATIONS.index(pointed.items[0].relation)
        targets.choices.append({"relation": relation, "pointing": POINTINGS.index(pointing_of(pointed, example))})
    _tag_count(example, encoded, tags)
    return targets


def _wish_choices(statement: Preference, labels: Labels) -> dict[str, int]:
    choices = {
        "facet": labels.facets.index(statement.facet),
        "polarity": POLARITIES.index(statement.polarity),
        "strength": STRENGTHS.index(statement.strength),
        "lifetime": LIFETIMES.index(statement.lifetime),
        "op": OPS.index(statement.op),
    }
    if statement.op == "remove":
        del choices["strength"], choices["polarity"], choices["lifetime"]
    if statement.role is not None or statement.facet in ("person",):
        choices["role"] = labels.roles.index(statement.role) + 1 if statement.role in labels.roles else 0
    value = _value_choice(statement, labels)
    if value is not None:
        choices["value"] = value
    if isinstance(statement.value, Range):
        choices["bound"] = BOUNDS.index(_bound(statement.value))
    return choices


def _value_choice(statement: Preference, labels: Labels) -> int | None:
    value = statement.value
    if isinstance(value, Relative):
        return OPEN_VALUES.index(LESS if value.dir == "less" else MORE)
    closed = labels.index.get((statement.facet, as_label(value)))
    if isinstance(value, Range):
        figured = closed is None or (_DIGIT.search(statement.quote or "") is not None)
        return OPEN_VALUES.index(FIGURE) if figured else closed
    return closed if closed is not None else OPEN_VALUES.index(WORDS)


def _bound(value: Range) -> Bound:
    return "both" if value.min is not None and value.max is not None else "max" if value.min is None else "min"


def pointing_of(pointed: Pointed, example: Example) -> Pointing:
    """Return how these words lead to their items."""
    words = example.turn.text[pointed.start : pointed.end]
    titles = {entry.n: entry.title for entry in example.turn.slate}
    first = pointed.items[0].ref
    if len(pointed.items) == 1:
        title = titles.get(first, "") if isinstance(first, int) else first
        named = names_the_same(words, title) or (isinstance(first, int) and _PLACE.search(words) is not None)
        return "named" if named else "one"
    numbers = {item.ref for item in pointed.items}
    if re.search(r"\b(others?|rest)\b", words, re.I):
        return "rest"
    return "named" if numbers != set(titles) and titles and _PLACE.search(words) else "every"


def _tag_count(example: Example, encoded: EncodedTurn, tags: NDArray[np.int64]) -> None:
    wanted = example.command.count
    if wanted is None:
        return
    layer = LAYERS.index("count")
    for start, end, number in count_in(example.turn.text):
        tokens = _tokens(encoded, start, end)
        if number == wanted and tokens is not None:
            _tag(tags, tokens, "count")
            return
    tags[1 : 1 + encoded.said, layer] = IGNORED


def _tokens(encoded: EncodedTurn, start: int, end: int) -> tuple[int, int] | None:
    inside = [at for at, (a, b) in enumerate(encoded.offsets, start=1) if a < end and start < b]
    return (inside[0], inside[-1] + 1) if inside else None


def _tag(tags: NDArray[np.int64], tokens: tuple[int, int], layer: str) -> None:
    column = LAYERS.index(layer)
    tags[tokens[0] : tokens[1], column] = TAGS.index("inside")
    tags[tokens[0], column] = TAGS.index("begin")


def derive_labels(domain: Domain, examples: Sequence[Example]) -> Labels:
    """Return the labels that these examples can teach over a domain: closed values said often enough to be learned."""
    said = Counter(
        (wish.statement.facet, as_label(wish.statement.value))
        for example in examples
        for wish in example.wishes
        if _closes(wish.statement, domain)
    )
    asked = Counter(name for example in examples for name in example.command.asks)
    return Labels(
        domain=domain.name,
        facets=tuple(domain.facets),
        roles=tuple(role for facet in domain.of_kind("entity").values() for role in facet.roles),
        asks=tuple(sorted(name for name, count in asked.items() if count >= _LEARNABLE)),
        closed=tuple(sorted(key for key, count in said.items() if count >= _LEARNABLE)),
    )


def _closes(statement: Preference, domain: Domain) -> bool:
    """Whether a statement's value can be one of the value head's options."""
    facet = domain.facets.get(statement.facet)
    if facet is None or isinstance(statement.value, Relative):
        return False
    if isinstance(statement.value, Range):
        return facet.kind in ("ordinal", "number") and not _DIGIT.search(statement.quote or "")
    return facet.kind == "category" and statement.value in facet.values
