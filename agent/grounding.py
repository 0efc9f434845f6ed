"""Ties a command to the catalogue: titles to items, comparisons to figures, names to their spelling.

What a parser says is in people's words. Here 'shorter than 2' gets its minutes, 'Arrival' its id, a number that is not
on the slate a notice; what the catalogue does not have is said to be unknown and stays as words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.commands import Command, ItemReference, Preference, Range, Relation, Relative
from agent.statements import Statement, same_words
from agent.wording import is_adverb, is_pronoun, put_plainly
from tools.catalogue import Catalogue
from tools.domain import Domain, Facet
from tools.linking import Linker

UNSURE = 0.4
"""A must understood with less confidence than this is kept as a preference: filtering on a guess loses good items.

Half of what is understood with 0.4 to 0.5 is right in every detail; more often it is the strength or lifetime that is
off than the thing itself, and a must that was said and is not kept costs more (docs/evaluation.md)."""

_WORD = re.compile(r"[\w']+")
_INSTEAD = re.compile(
    r"\b(instead|rather than|switch(?:ing)? to|change(?:d)? (?:it|that|my mind)|make (?:it|that) an?\b|"
    r"what about|how about|scratch that|actually|on second thoughts?|swap|replace|no longer|now i(?:'m| am| want)?|"
    r"now (?:show|give|find|try|do|let'?s))\b",
    re.IGNORECASE,
)
_SWITCHED = re.compile(
    r"\b(instead|rather than|switch(?:ing)? to|change(?:d)? (?:it|that|my mind)|scratch that|swap|replace|no longer)\b",
    re.IGNORECASE,
)
"""Exchange beyond doubt: what was merely preferred goes too."""
_ALSO = re.compile(
    r"\b(?:also|as well|and maybe|plus|with (?:a bit|some)|on top of)\b|\btoo\b(?=\s*(?:[.,;!?]|$))", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"\b(?:and|or|vs\.?|versus|with|to|between|compare|comparing|against|than|is|are|which)\b|[,:?]", re.IGNORECASE
)
_PLACE = re.compile(r"(?:number|no\.?|nr\.?|#)\s*(\d{1,2})", re.IGNORECASE)
_TELLS_MORE: dict[Relation, frozenset[Relation]] = {
    "interested": frozenset({"accept", "liked", "disliked", "not_interested"}),
    "seen": frozenset({"liked", "disliked"}),
}
"""Relations beside which another to the same item need not be said."""
_NEW_TOPIC = re.compile(
    r"\b((?:something|anything) (?:completely|totally|entirely|altogether) (?:different|else|new)|"
    r"(?:new|different|change of|another) (?:topic|subject)|start(?:ing)? (?:over|again|afresh)|from scratch|"
    r"forget (?:all|everything|what) (?:of )?(?:that|i said|we (?:said|talked about)|above|before)(?! about\b))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Grounded:
    """A command over items of the catalogue, and the statements it makes."""

    command: Command
    statements: tuple[Statement, ...]
    fresh: bool
    """Everything asked for before is left behind first."""
    notices: tuple[str, ...] = ()
    """What could not be tied to the catalogue, for the reply to say."""


def ground(
    command: Command, text: str, *, slate: Sequence[str], catalogue: Catalogue, linker: Linker, year: int
) -> Grounded:
    """Return the command tied to the catalogue. slate: ids on screen, in order; year: of the conversation."""
    references = command.items
    if command.intent == "compare" and len(references) < 2:
        references = _both_sides(text, catalogue, linker, year) or references
    items, notices = _link_items(references, slate, catalogue, linker, year)
    items = tuple(one for one in items if not _says_less(one, items))
    statements: list[Statement] = []
    for preference in command.preferences:
        if isinstance(preference.value, Relative) and is_adverb(preference.quote, text):
            continue
        statement, notice = _state(preference, items, slate, catalogue, linker, year)
        notices += [notice] if notice else []
        # What is to be remembered is said without the words that say so.
        plain = command.intent != "profile"
        statements += [put_plainly(statement, text, catalogue) if plain else statement] if statement else []
    fresh = command.intent == "reset" or (command.intent == "recommend" and bool(_NEW_TOPIC.search(text)))
    if fresh:
        # Nothing is left to take back.
        statements = [one.model_copy(update={"op": "add"}) for one in statements if one.op == "add" or one.value]
    statements = _instead(_alternatives(statements, catalogue), text)
    update: dict[str, object] = {"items": items}
    if command.count == 1 and is_pronoun(text):
        update["count"] = None
    if command.intent in ("question", "compare"):
        # Words that ask for one thing only outrank a guess from the whole sentence.
        update["asks"] = asked_by_words(text, catalogue.domain) or command.asks
    grounded = command.model_copy(update=update)
    return Grounded(grounded, tuple(statements), fresh, tuple(dict.fromkeys(notices)))


def _says_less(reference: ItemReference, items: Sequence[ItemReference]) -> bool:
    """Whether another reference says more of the same item: 'the first sounds great, I'll watch it' takes it."""
    told = {one.relation for one in items if one.item is not None and one.item == reference.item}
    return bool(told & _TELLS_MORE.get(reference.relation, frozenset()))


def asked_by_words(text: str, domain: Domain) -> tuple[str, ...]:
    """Return what a question asks about in so many words ('who directed'), longer phrases first read."""
    said = f" {' '.join(_WORD.findall(text.casefold()))} "
    found: dict[str, int] = {}
    phrases = [(phrase, ask) for ask, listed in domain.ask_words.items() for phrase in listed]
    for phrase, ask in sorted(phrases, key=lambda pair: -len(pair[0])):
        if (place := said.find(f" {phrase} ")) >= 0:
            found.setdefault(ask, place)
            # A longer phrase uses its words up: 'how long ago' does not ask how long.
            said = said.replace(f" {phrase} ", f" {'_' * len(phrase)} ")
    return tuple(sorted(found, key=lambda ask: found[ask]))


def find_item(title: str, catalogue: Catalogue, linker: Linker, year: int) -> tuple[str, ...]:
    """Return the ids that a title can mean, best first; empty where the catalogue has none.

    Quotes tell the linker that the words are meant as a title, so that ordinary words count.
    """
    mentions = [mention for mention in linker.find(f'"{title}"', (), year) if mention.kind == "item"]
    widest = max(mentions, key=lambda mention: (mention.end - mention.start, mention.score), default=None)
    if widest is None or (widest.end - widest.start) < 0.6 * len(title):
        return ()
    return widest.items


def _link_items(
    references: Sequence[ItemReference], slate: Sequence[str], catalogue: Catalogue, linker: Linker, year: int
) -> tuple[tuple[ItemReference, ...], list[str]]:
    linked: list[ItemReference] = []
    notices: list[str] = []
    for reference in map(_numbered, references):
        if isinstance(reference.ref, int):
            if 1 <= reference.ref <= len(slate):
                linked.append(_linked(reference, (slate[reference.ref - 1],), catalogue))
            else:
                notices.append(_not_on_slate(reference.ref, len(slate)))
            continue
        found = (reference.item, *reference.others) if reference.item else ()
        found = found or find_item(reference.ref, catalogue, linker, year)
        if not found:
            notices.append(f"I don't have “{reference.ref}” in the catalogue, so I go by its name alone.")
        elif len(found) > 1 and catalogue.domain.columns.year:
            notices += _namesakes(found, catalogue)
        linked.append(_linked(reference, found, catalogue))
    return tuple(linked), notices


def _both_sides(text: str, catalogue: Catalogue, linker: Linker, year: int) -> tuple[ItemReference, ...]:
    """'Compare Alien and Aliens': a title on each side of the word between, though 'aliens' are also a theme."""
    sides = [side.strip(" ,.?!\"'") for side in _BETWEEN.split(text)]
    found = [(side, find_item(side, catalogue, linker, year)) for side in sides if side]
    named = [ItemReference(ref=side, relation="about", quote=side, item=ids[0]) for side, ids in found if ids]
    return tuple(named) if len(named) > 1 else ()


def _numbered(reference: ItemReference) -> ItemReference:
    """'Number 9' is a place on the slate, there or not; no title is called that."""
    place = _PLACE.fullmatch(reference.ref.strip()) if isinstance(reference.ref, str) and not reference.item else None
    return reference.model_copy(update={"ref": int(place[1])}) if place else reference


def _linked(reference: ItemReference, found: Sequence[str], catalogue: Catalogue) -> ItemReference:
    if not found:
        return reference
    title = catalogue.item(catalogue.row(found[0])).label
    return reference.model_copy(update={"item": found[0], "title": title, "others": tuple(found[1:])})


def _not_on_slate(number: int, length: int) -> str:
    if not length:
        return f"There is no list on screen yet, so I don't know what number {number} is."
    return f"There is no number {number} on the list; it goes from 1 to {length}."


def _namesakes(found: Sequence[str], catalogue: Catalogue) -> list[str]:
    taken, *others = [catalogue.item(catalogue.row(item)) for item in found[:3]]
    same = [other for other in others if same_words(other.title, taken.title)]
    if not same:
        return []
    return [f"I take that to be {taken.label}; say so if you meant {' or '.join(other.label for other in same)}."]


def _state(
    preference: Preference,
    items: Sequence[ItemReference],
    slate: Sequence[str],
    catalogue: Catalogue,
    linker: Linker,
    year: int,
) -> tuple[Statement | None, str | None]:
    facet = catalogue.domain.facets[preference.facet]
    value: Range | str
    notice = relative = None
    if isinstance(preference.value, Relative):
        bound, relative = _measure(preference.value, preference.facet, facet, items, slate, catalogue, linker, year)
        if bound is None:
            return None, relative
        value = bound
    elif facet.kind == "entity" and isinstance(preference.value, str):
        value, notice = _name(preference, catalogue, linker, year)
    else:
        value = preference.value
    sure = preference.confidence >= UNSURE
    return (
        Statement(
            facet=preference.facet,
            value=value,
            role=_role(preference, value, catalogue),
            polarity=preference.polarity,
            strength="prefer" if not sure else "must" if _is_exact(preference) else preference.strength,
            lifetime=preference.lifetime,
            op=preference.op,
            group=preference.any_of,
            quote=preference.quote,
            confidence=preference.confidence,
            relative=relative,
        ),
        notice,
    )


def _is_exact(preference: Preference) -> bool:
    """Whether it compares with one item ('longer than 2'): a limit as plain as a figure."""
    value = preference.value
    one = isinstance(value, Relative) and value.than != "slate"
    return one and re.search(r"\bthan\b", preference.quote or "") is not None


def _role(preference: Preference, value: Range | str, catalogue: Catalogue) -> str | None:
    """Return the role, left open where the catalogue knows the name in others only: 'a Lin film' may be one he made."""
    role = preference.role
    if role is None or not isinstance(value, str) or catalogue.holders(preference.facet, value, role):
        return role
    return None if catalogue.holders(preference.facet, value) else role


def _name(preference: Preference, catalogue: Catalogue, linker: Linker, year: int) -> tuple[str, str | None]:
    """Return the name as the catalogue spells it, or as it was typed and a notice."""
    assert isinstance(preference.value, str)
    if catalogue.has(preference.facet, preference.value).any():
        return preference.value, None
    for mention in linker.find(preference.value, (), year):
        wide = mention.end - mention.start >= 0.6 * len(preference.value)
        if mention.kind == "entity" and mention.facet == preference.facet and mention.value and wide:
            return mention.value, None
    if preference.op == "remove" or preference.polarity == "dislike":
        return preference.value, None
    many = catalogue.domain.noun.many
    return preference.value, f"I have no {many} with {preference.value}, so I go by what is close in spirit."


def _measure(
    relative: Relative,
    name: str,
    facet: Facet,
    items: Sequence[ItemReference],
    slate: Sequence[str],
    catalogue: Catalogue,
    linker: Linker,
    year: int,
) -> tuple[Range | None, str | None]:
    """Return the bound a comparison means and what it was measured against, or None and a notice.

    Against one item the bound is strict. Against the slate it is the slate's median, and with nothing on screen the
    third of the catalogue that lies that way.
    """
    against = _against(relative, items, slate, catalogue, linker, year)
    if against is None:
        return None, f"I can't tell what {relative.than!r} is, so I left that comparison out."
    label = facet.label or name
    figures = catalogue.numbers(name)
    measured = figures[[catalogue.row(item) for item in against]] if against else figures
    measured = measured[~np.isnan(measured)]
    if not len(measured):
        return None, f"The {label} of that is not known, so I can't compare with it."
    low = relative.dir == "less"
    what = (
        "others" if not against else "the list" if len(against) > 1 else catalogue.item(catalogue.row(against[0])).label
    )
    middle = float(np.quantile(measured, 0.5 if against else 1 / 3 if low else 2 / 3))
    step = _step(figures)
    bound = middle - step if low else middle + step
    if facet.kind == "ordinal":
        return _ordinal_bound(bound, low, facet), what
    return (Range(max=bound) if low else Range(min=bound)), what


def _against(
    relative: Relative,
    items: Sequence[ItemReference],
    slate: Sequence[str],
    catalogue: Catalogue,
    linker: Linker,
    year: int,
) -> Sequence[str] | None:
    """Ids that a comparison is measured against; empty: the catalogue at large; None: unknown."""
    if isinstance(relative.than, int):
        return [slate[relative.than - 1]] if 1 <= relative.than <= len(slate) else None
    if relative.than == "slate":
        similar = [item.item for item in items if item.relation == "similar" and item.item]
        return similar or list(slate)
    return find_item(relative.than, catalogue, linker, year)[:1] or None


def _step(figures: np.ndarray) -> float:
    """The smallest amount by which the facet's figures differ where they are whole, else a tenth."""
    known = figures[~np.isnan(figures)]
    return 1.0 if np.array_equal(known, np.round(known)) else 0.1


def _ordinal_bound(rank: float, low: bool, facet: Facet) -> Range:
    value = facet.values[int(np.clip(round(rank), 0, len(facet.values) - 1))]
    return Range(max=value) if low else Range(min=value)


def _alternatives(statements: Sequence[Statement], catalogue: Catalogue) -> list[Statement]:
    """Make alternatives of what one item cannot have all of: two languages, or two decades, said in one turn."""
    facets = catalogue.domain.facets
    by_facet: dict[str, list[int]] = {}
    for place, statement in enumerate(statements):
        single = facets[statement.facet].exclusive or isinstance(statement.value, Range)
        if single and statement.op == "add" and statement.polarity == "like":
            by_facet.setdefault(statement.facet, []).append(place)
    grouped = list(statements)
    used = {statement.group for statement in statements if statement.group is not None}
    for places in by_facet.values():
        if len(places) < 2 or not _apart([statements[place] for place in places]):
            continue
        known = next((statements[place].group for place in places if statements[place].group is not None), None)
        group = known if known is not None else max((group for group in used if group), default=0) + 1
        used.add(group)
        for place in places:
            grouped[place] = grouped[place].model_copy(update={"group": group})
    return grouped


def _apart(statements: Sequence[Statement]) -> bool:
    """Whether no item could satisfy all: values differ, or ranges with both ends do not meet."""
    ranges = [statement.value for statement in statements if isinstance(statement.value, Range)]
    if not ranges:
        return True
    lows = [end.min for end in ranges if isinstance(end.min, float)]
    highs = [end.max for end in ranges if isinstance(end.max, float)]
    return bool(lows and highs and max(lows) > min(highs))


def _instead(statements: Sequence[Statement], text: str) -> list[Statement]:
    """Mark likes that are asked for in the place of what was asked before on their facet."""
    if not _INSTEAD.search(text) or _ALSO.search(text):
        return list(statements)
    strengths = ("must", "prefer") if _SWITCHED.search(text) else ("must",)
    return [
        statement.model_copy(update={"replaces": True})
        if statement.op == "add" and statement.polarity == "like" and statement.strength in strengths
        else statement
        for statement in statements
    ]
