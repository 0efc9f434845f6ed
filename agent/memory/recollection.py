"""Says in a reply what was remembered, where it mattered: 'Leaving out horror, as you told me in March.'"""

from collections.abc import Iterable, Sequence

from agent.history import View
from agent.memory.days import say_day
from agent.phrasing import join, say_wishes
from agent.preferences import overrides, restates
from agent.statements import HeldWish
from agent.turns import SlateItem
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.filter import FilterReport

_TELLING_SHARE = 0.1
"""Of an item's score, from which on what is remembered had a say in it."""


def recollected(
    view: View,
    report: FilterReport | None,
    slate: Sequence[SlateItem],
    catalogue: Catalogue,
    *,
    today: str,
    first_slate: bool,
) -> str:
    """Return what is to be said of memory beside a slate; nothing where it made no difference.

    What goes against memory is said in the turn that says it; what memory kept out or led to, with a thread's first
    slate.
    """
    said = [_against(view, catalogue.domain, today)]
    if first_slate:
        said += [_kept_out(view, report, catalogue.domain, today), _leaning(view, slate, catalogue.domain, today)]
    return " ".join(part for part in said if part)


def _against(view: View, domain: Domain, today: str) -> str:
    """'You told me in March: never horror. For this conversation I set that aside.'"""
    spoken = [change.wish for change in view.changes if change.wish]
    resting = [wish for wish in view.resting if wish.id not in view.set_aside]
    said = []
    for rest in resting:
        now = next((wish for wish in view.wishes if overrides(wish, rest) and wish in spoken), None)
        if now is None:
            continue
        before = f"{say_day(rest.since, today)} you told me: {join(say_wishes([rest], domain))}"
        if now.lifetime == "lasting":
            said.append(f"{_capital(before)}. I'll go by {join(say_wishes([now], domain))} from now on.")
        else:
            said.append(f"{_capital(before)}. For this conversation I set that aside.")
    return " ".join(said)


def _kept_out(view: View, report: FilterReport | None, domain: Domain, today: str) -> str:
    """Speak of the remembered conditions that took items away from this very request."""
    costly = {wish for must in (report.musts if report else ()) if must.cost > 0 for wish in must.wishes}
    # A condition that was said in this thread too needs no source.
    musts = [
        wish
        for wish in view.lasting
        if wish.id in costly and wish.strength == "must" and not any(restates(own, wish) for own in view.wishes)
    ]
    said = []
    for day, wishes in _by_day(musts, today).items():
        refused = [str(wish.value) for wish in wishes if wish.polarity == "dislike" and isinstance(wish.value, str)]
        others = [wish for wish in wishes if wish.polarity == "like" or not isinstance(wish.value, str)]
        if refused:
            said.append(f"Leaving out {join(refused)}, as you told me {day}.")
        if others:
            said.append(f"As you told me {day}: {join(say_wishes(others, domain))}.")
    return " ".join(said)


def _leaning(view: View, slate: Sequence[SlateItem], domain: Domain, today: str) -> str:
    leans = any(item.contributions.get("affinity", 0.0) >= _TELLING_SHARE * item.score > 0 for item in slate)
    likes = [wish for wish in view.lasting if wish.strength == "prefer" and wish.polarity == "like"]
    if not leans or not likes:
        return ""
    by_day = [f"{join(say_wishes(wishes, domain))} ({day})" for day, wishes in _by_day(likes, today).items()]
    return f"I kept in mind what you told me: {join(by_day)}."


def _by_day(wishes: Iterable[HeldWish], today: str) -> dict[str, list[HeldWish]]:
    days: dict[str, list[HeldWish]] = {}
    for wish in wishes:
        days.setdefault(say_day(wish.since, today), []).append(wish)
    return days


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
