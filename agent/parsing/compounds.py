"""Words that mean two things at once ('anime': animation, and Japanese), as the domain lists them."""

import re
from collections.abc import Iterator

from agent.commands import Preference
from agent.parsing.parser import ParseInput
from tools.domain import Domain


def with_all_parts(preferences: tuple[Preference, ...], turn: ParseInput, domain: Domain) -> tuple[Preference, ...]:
    """Return the statements, and for each that wants a compound all that the compound says.

    A refusal is left as it is: who wants no romantic comedies may well want other comedies.
    """
    return (*preferences, *_missing(preferences, turn, domain))


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
