"""Checks a command that a model wrote against the turn and the domain, and ties it to what the linker found."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from agent.commands import Command, ItemReference, Preference, Range, Relative
from agent.parsing.parser import ParseInput
from tools.domain import Domain, Facet
from tools.linking import Mention

UNSUPPORTED = 0.6
"""Confidence in a statement whose quoted words are not in the turn: it may come from the context, or from nowhere."""
_MAX_PROBLEMS = 6


class CommandInvalid(Exception):
    """A written command cannot be used; `problems` says why, in words for the model that wrote it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_command(
    written: Mapping[str, Any], turn: ParseInput, domain: Domain, title_of: Callable[[str], str] = str
) -> Command:
    """Return the command of a model's JSON object, tidied, checked and linked. Raises CommandInvalid.

    title_of: an item's id to the title that the catalogue has for it.
    """
    try:
        command = Command.model_validate(_tidied(written))
    except ValidationError as error:
        found = (f"{'.'.join(map(str, problem['loc'][:3]))}: {problem['msg']}" for problem in error.errors())
        raise CommandInvalid(tuple(dict.fromkeys(found))[:_MAX_PROBLEMS]) from None
    command = command.model_copy(update={"preferences": tuple(_spelled(one, domain) for one in command.preferences)})
    if problems := tuple(_problems(command, domain)):
        raise CommandInvalid(problems[:_MAX_PROBLEMS])
    return _consistent(_tied(command, turn, title_of))


def _tidied(written: Mapping[str, Any]) -> dict[str, Any]:
    """Put what models write in several ways in the one way that commands have."""
    tidy = {name: printable(part) for name, part in written.items() if part is not None}
    tidy["preferences"] = [_tidied_statement(one) for one in _objects(tidy.get("preferences", []))]
    return tidy


def printable(part: Any) -> Any:
    """Return a JSON value with control characters, lone surrogates and outer blanks taken from its texts."""
    if isinstance(part, str):
        return "".join(sign if sign.isprintable() else " " for sign in part).strip()
    if isinstance(part, list):
        return [printable(one) for one in part]
    if isinstance(part, dict):
        return {name: printable(one) for name, one in part.items()}
    return part


def _objects(parts: Any) -> Any:
    return parts if isinstance(parts, list) else [parts]


def _tidied_statement(statement: Any) -> Any:
    if not isinstance(statement, Mapping):
        return statement
    tidy = {name: part for name, part in statement.items() if part is not None}
    if tidy.get("role") == "any":
        del tidy["role"]
    return tidy


def _spelled(preference: Preference, domain: Domain) -> Preference:
    """Write closed values as the domain does: 'Comedy' and 'comedies' are 'comedy'."""
    facet = domain.facets.get(preference.facet)
    if facet is None:
        return preference
    if isinstance(preference.value, str) and facet.kind == "category":
        return preference.model_copy(update={"value": _closed(preference.value, facet)})
    if isinstance(preference.value, Range) and facet.kind == "ordinal":
        ends = {
            end: _closed(value, facet) if isinstance(value, str) else value
            for end, value in (("min", preference.value.min), ("max", preference.value.max))
        }
        return preference.model_copy(update={"value": Range(**ends)})
    return preference


def _closed(value: str, facet: Facet) -> str:
    low = value.strip().lower()
    named = (known for known in facet.values if known.lower() == low)
    meant = (known for known, words in facet.lexicon.items() if low in words)
    return next(named, None) or next(meant, value)


def _problems(command: Command, domain: Domain) -> Iterable[str]:
    for preference in command.preferences:
        yield from _statement_problems(preference, domain)
    stances: dict[tuple[str, str, str, str | None], set[str]] = {}
    for one in command.preferences:
        if one.op == "add":
            key = (one.facet, str(one.value).lower(), one.lifetime, one.role)
            stances.setdefault(key, set()).add(one.polarity)
    for (facet, value, _, _), polarities in stances.items():
        if len(polarities) > 1:
            yield f"{facet} {value!r} is both liked and disliked; keep the one that the turn says"
    if command.intent in ("smalltalk", "undo", "explain") and any(one.op == "add" for one in command.preferences):
        yield f"intent {command.intent} has no preferences; give the intent that they show, or leave them out"
    known = {*domain.asks, *domain.facets, *domain.asks_unanswered}
    for ask in command.asks:
        if ask not in known:
            yield f"asks: {ask!r} is none of {', '.join(sorted(known))}"


def _statement_problems(preference: Preference, domain: Domain) -> Iterable[str]:
    facet = domain.facets.get(preference.facet)
    value = preference.value
    if facet is None:
        yield f"there is no facet {preference.facet!r}; there are {', '.join(domain.facets)}"
        return
    if preference.role is not None and preference.role not in facet.roles:
        yield f"{preference.facet} has no role {preference.role!r}; it has {', '.join(facet.roles) or 'none'}"
    if facet.kind in ("category", "text", "entity"):
        if not isinstance(value, str) or not value.strip():
            yield f"the value of {preference.facet} is words, not {_plain(value)}"
        elif facet.kind == "category" and value not in facet.values:
            yield f"{preference.facet} has no value {value!r}; say it as a {domain.text_facet} or leave it out"
    elif isinstance(value, str):
        yield f"the value of {preference.facet} is an object with min or max, not {value!r}"
    elif isinstance(value, Relative):
        if facet.kind != "number":
            yield f"{preference.facet} cannot be compared with another item"
    else:
        yield from _range_problems(preference.facet, value, facet)


def _range_problems(name: str, bounds: Range, facet: Facet) -> Iterable[str]:
    for end in (bounds.min, bounds.max):
        if facet.kind == "ordinal" and end is not None and end not in facet.values:
            yield f"{name} has no value {end!r}; it has {', '.join(facet.values)}"
        if facet.kind == "number" and isinstance(end, str):
            yield f"{name} takes figures, not {end!r}"
        if isinstance(end, float) and not math.isfinite(end):
            yield f"{name} takes a figure that a person would say, not {end}"
    low, high = bounds.min, bounds.max
    if (
        facet.kind == "ordinal"
        and low in facet.values
        and high in facet.values
        and facet.rank(str(low)) > facet.rank(str(high))
    ):
        yield f"{name} cannot run from {low} to {high}; swap the ends"
    if facet.kind == "number" and facet.low is not None and facet.high is not None:
        ends = [end for end in (low, high) if isinstance(end, float)]
        if ends and not any(facet.low <= end <= facet.high for end in ends):
            yield f"{name} lies between {facet.low:g} and {facet.high:g}, not at {_plain(bounds)}"


def _plain(value: object) -> str:
    return str(value.model_dump(exclude_none=True)) if isinstance(value, Range | Relative) else repr(value)


def _tied(command: Command, turn: ParseInput, title_of: Callable[[str], str]) -> Command:
    """Give names the catalogue's spelling and titles their ids where the linker found them in the turn."""
    text = _folded(turn.text)
    return command.model_copy(
        update={
            "preferences": tuple(_tied_statement(one, turn.mentions, text) for one in command.preferences),
            "items": tuple(_tied_item(one, turn.mentions, title_of) for one in command.items),
        }
    )


def _tied_statement(preference: Preference, mentions: Iterable[Mention], text: str) -> Preference:
    changes: dict[str, Any] = {}
    if not preference.quote or _folded(preference.quote) not in text:
        changes = {"quote": None, "confidence": UNSUPPORTED}
    if isinstance(preference.value, str):
        for mention in mentions:
            if mention.kind == "entity" and mention.facet == preference.facet and _is_named(preference.value, mention):
                changes |= {"value": mention.value, "role": preference.role or mention.role, "confidence": 1.0}
                break
    return preference.model_copy(update=changes)


def _is_named(name: str, mention: Mention) -> bool:
    """Whether a written name is the mention's: the same words, or some of its words ('Nolan')."""
    words, known = set(_folded(name).split()), set(_folded(mention.value or "").split())
    return bool(words) and (words <= known or _folded(name) == _folded(mention.text))


def _tied_item(reference: ItemReference, mentions: Iterable[Mention], title_of: Callable[[str], str]) -> ItemReference:
    if isinstance(reference.ref, int):
        return reference
    title = _folded(reference.ref)
    for mention in mentions:
        if mention.kind != "item":
            continue
        named = [item for item in mention.items if _folded(title_of(item)) == title]
        if not named and title != _folded(mention.text):
            continue
        item, *others = dict.fromkeys((*named, *mention.items))
        changes = {"ref": title_of(item), "item": item, "others": tuple(others), "quote": mention.text}
        return reference.model_copy(update=changes)
    return reference


def _folded(text: str) -> str:
    """Lower case, letters and digits only, one space between words."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold().replace("'", "")).split())


def _consistent(command: Command) -> Command:
    """Settle what has only one reading: an alternative alone is none, the same statement twice is one."""
    groups = Counter(one.any_of for one in command.preferences if one.any_of is not None)
    alone = {group for group, size in groups.items() if size < 2}
    kept: dict[tuple[Any, ...], Preference] = {}
    for one in command.preferences:
        single = one.model_copy(update={"any_of": None}) if one.any_of in alone else one
        kept.setdefault((one.facet, str(one.value).lower(), one.polarity, one.lifetime, one.op, one.role), single)
    references: dict[int | str, ItemReference] = {}
    for reference in command.items:
        references.setdefault(reference.item or reference.ref, reference)
    preferences = tuple(kept.values())
    return command.model_copy(
        update={
            "intent": "recommend" if command.intent == "more" and preferences else command.intent,
            "preferences": preferences,
            "items": tuple(references.values()),
            "asks": tuple(dict.fromkeys(command.asks)) if command.intent in ("question", "compare") else (),
        }
    )
