"""Whether a profile that comes from outside fits the domain: one that does not would break every turn after it."""

import re
from datetime import date

from pydantic import ValidationError

from agent.errors import TurnRefused
from agent.memory.profile import Profile
from agent.planning import tool_wish
from tools.domain import Domain
from tools.errors import ToolError

_ID = re.compile(r"p[1-9]\d{0,8}")


def check_profile(profile: Profile, domain: Domain) -> None:
    """Raise TurnRefused, naming the first thing of a profile that cannot be over this domain."""
    try:
        _check_ids(profile)
        for wish in profile.wishes:
            if wish.facet not in domain.facets:
                raise ValueError(f"there is no facet {wish.facet!r}; there are {', '.join(domain.facets)}")
            tool_wish(wish, domain).check(domain)
        for known in profile.affinities:
            if known.facet not in domain.facets:
                raise ValueError(f"there is no facet {known.facet!r}; there are {', '.join(domain.facets)}")
        for day in _days(profile):
            date.fromisoformat(day)
    except ValidationError as error:
        raise _damaged(str(error.errors()[0]["msg"])) from None
    except (ValueError, ToolError) as error:
        raise _damaged(str(error)) from None


def _check_ids(profile: Profile) -> None:
    ids = [*(wish.id for wish in profile.wishes), *(note.id for note in profile.notes)]
    wrong = next((known for known in ids if not _ID.fullmatch(known)), None)
    if wrong is not None:
        raise ValueError(f"{wrong!r} is not an id such as 'p1'")
    if len(set(ids)) < len(ids) or max((int(known[1:]) for known in ids), default=0) > profile.issued:
        raise ValueError("ids of wishes and notes are given twice, or were never issued")


def _days(profile: Profile) -> list[str]:
    days = [wish.since for wish in profile.wishes if wish.since is not None]
    days += [note.since for note in profile.notes] + [kept.since for kept in profile.items.values()]
    return days + [day for known in profile.affinities for day in (known.first, known.last)]


def _damaged(why: str) -> TurnRefused:
    return TurnRefused(f"the export is damaged: {why}; nothing was taken in")
