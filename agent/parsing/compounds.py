"""Words that mean two things at once ('anime': animation, and Japanese), as the domain lists them."""

import re
from collections.abc import Iterator

from agent.commands import Preference
from agent.parsing.parser import ParseInput
from agent.parsing.statements import is_hedged
from tools.domain import Domain


def with_all_parts(preferences: tuple[Preference, ...], turn: ParseInput, domain: Domain) -> tuple[Preference, ...]:
    """Return the statements, and for each that wants a compound all that the compound says.

    A refusal is left as it is: who wants no romantic comedies may well want other comedies.
    """
    preferences = tuple(part for one in preferences for part in _parted(one, turn, domain))
    return (*preferences, *_missing(preferences, turn, domain))


def _parted(statement: Preference, turn: ParseInput, domain: Domain) -> Iterator[Preference]:
    """A statement whose value is itself a compound, in whatever language it was said, as what the compound says.

    Each part is as firm as its facet, unless it was hedged ('maybe a rom com').
    """
    value = statement.value if isinstance(statement.value, str) else ""
    parts = domain.compounds.get(value.casefold(), {}) if statement.facet == domain.text_facet else {}
    if not parts or statement.polarity == "dislike":
        yield statement
    for facet, values in (parts if statement.polarity == "like" else {}).items():
        for one in values:
            strength = "prefer" if is_hedged(statement, turn.text) else domain.facets[facet].strength
            yield statement.model_copy(update={"facet": facet, "value": one, "strength": strength})


def _missing(preferences: tuple[Preference, ...], turn: ParseInput, domain: Domain) -> Iterator[Preference]:
    held = {(one.facet, one.value) for one in preferences}
    for phrase, parts in domain.compounds.items():
        for match in re.finditer(rf"\b{re.escape(phrase)}\b", turn.text, re.IGNORECASE):
            said = next((one for one in preferences if _wanted_by(one, match.group())), None)
            if said is None:
                continue
            for facet, values in parts.items():
                for value in values:
                    if (facet, value) not in held:
                        held.add((facet, value))
                        yield said.model_copy(update={"facet": facet, "value": value, "role": None})


def _wanted_by(statement: Preference, phrase: str) -> bool:
    """Whether a statement wants what a phrase says: its words are the phrase's, or hold them."""
    quote = (statement.quote or "").casefold()
    wanted = statement.op == "add" and statement.polarity == "like" and statement.any_of is None
    return wanted and bool(quote) and (phrase.casefold() in quote or quote in phrase.casefold())
