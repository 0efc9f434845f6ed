"""Replies written by code: what changed, what was found, what stands in the way. Every word rests on the turn's facts.

Variety comes from a seed of thread and turn, so a run can be repeated to the letter.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agent.commands import Command, Range
from agent.history import Entry, View
from agent.memory.recollection import recollected
from agent.phrasing import count_noun, join, say_seed, say_wish, say_wishes
from agent.preferences import WishChange
from agent.statements import HeldWish
from agent.turns import NearMiss, Question, SlateItem
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.filter import FilterReport

_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyInput:
    """Everything that a reply to a recommending turn may speak of."""

    command: Command
    view: View
    slate: tuple[SlateItem, ...]
    near_misses: tuple[NearMiss, ...]
    report: FilterReport | None
    wanted: int
    """How many items were to be shown."""
    first_slate: bool
    """No slate was shown in this thread before."""
    already: tuple[str, ...]
    """Labels of items that fit and were shown before, where fewer than wanted are left."""
    question: Question | None
    notices: tuple[str, ...]
    catalogue: Catalogue
    variety: random.Random
    today: str
    """The day of the conversation, ISO."""


def reply_to_wishes(given: ReplyInput) -> str:
    """Return the reply to a turn that leads to a slate: acknowledgement, slate, shortfall, notices, question."""
    parts = [
        _feedback(given.command, given.catalogue, given.variety),
        _changes(given.view.changes, given.catalogue),
        *given.notices,
        recollected(
            given.view,
            given.report,
            given.slate,
            given.catalogue,
            today=given.today,
            first_slate=given.first_slate,
        ),
        _slate(given),
        _unmet(given),
        _shortfall(given),
        given.question.text if given.question else "",
    ]
    return " ".join(part for part in parts if part)


def _feedback(command: Command, catalogue: Catalogue, variety: random.Random) -> str:
    """Say back what was said about items, so that a misunderstanding shows at once."""
    by_relation: dict[str, list[str]] = {}
    for reference in command.items:
        if reference.item:
            label = catalogue.item(catalogue.row(reference.item)).title
            named = by_relation.setdefault(reference.relation, [])
            if label not in named:
                named.append(label)
    said = []
    if liked := by_relation.get("liked"):
        said.append(variety.choice(["Glad you liked {}.", "Noted that you liked {}."]).format(join(liked)))
    if seen := by_relation.get("seen"):
        said.append(f"You've seen {join(seen)}, so that's off the list.")
    declined = [*dict.fromkeys(by_relation.get("disliked", []) + by_relation.get("not_interested", []))]
    if declined:
        said.append(variety.choice(["No {} then.", "Leaving out {}."]).format(join(declined, "or")))
    if wanted := by_relation.get("interested"):
        said.append(f"I'll keep {join(wanted)} in mind.")
    if taken := by_relation.get("accept"):
        said.append(f"Enjoy {join(taken)}!")
    return " ".join(said)


def _changes(changes: Sequence[WishChange], catalogue: Catalogue) -> str:
    domain = catalogue.domain
    new = [change.wish for change in changes if change.kind in ("added", "updated", "narrowed") and change.wish]
    # What is taken back and said anew in one turn has changed its strength or lifetime; it has not gone.
    stated = {say_wish(wish, domain) for wish in new}
    said = []
    if new:
        said.append(_sentence(join(say_wishes(new, domain))))
    for change in changes:
        before = join([say_wish(wish, domain) for wish in change.before]) or change.asked or ""
        if change.kind == "replaced" and change.wish:
            now = say_wish(change.wish, domain)
            said.append(_sentence(f"{now} instead of {before}") if before != now else _sentence(now))
        elif change.kind == "removed" and before not in stated:
            said.append(f"Dropped: {before}.")
        elif change.kind == "overridden":
            said.append(f"Setting aside for now what I remember: {before}.")
        elif change.kind == "not found":
            said.append(f"There was nothing about “{change.asked}” to drop.")
    return " ".join(said)


def _slate(given: ReplyInput) -> str:
    slate, noun = given.slate, given.catalogue.domain.noun
    if not slate:
        return ""
    number = number_word(len(slate))
    what = noun.one if len(slate) == 1 else noun.many
    if given.command.intent == "question" and given.report:
        conditions = join(say_wishes(given.view.wishes, given.catalogue.domain))
        lead = f"Yes, {count_noun(given.report.kept, given.catalogue.domain)}: {conditions}."
    elif given.command.intent == "more":
        lead = given.variety.choice([f"{number.capitalize()} more {what}.", f"Here {_are(slate)} {number} more."])
    elif given.view.says_nothing:
        lead = given.variety.choice(
            [f"To start with, {number} {what} that people love.", f"Here {_are(slate)} {number} {what} to begin with."]
        )
    else:
        lead = given.variety.choice(
            [
                f"Here {_are(slate)} {number} {what}.",
                f"{number.capitalize()} {what} for you.",
                f"I found {number} {what}.",
            ]
        )
    return f"{lead} {_first_pick(slate, given.variety)}".strip()


def _unmet(given: ReplyInput) -> str:
    """Say so where a bound that was taken as a preference holds of nothing on the slate."""
    catalogue = given.catalogue
    rows = [catalogue.row(item.id) for item in given.slate]
    new = [change.wish for change in given.view.changes if change.wish and change.kind != "removed"]
    soft = [wish for wish in new if isinstance(wish.value, Range) and wish.strength == "prefer"]
    unmet = [
        wish
        for wish in soft
        if rows and wish.polarity == "like" and not any(_within(wish.value, wish.facet, row, catalogue) for row in rows)
    ]
    if not unmet:
        return ""
    return f"None of them is {join(say_wishes(unmet, catalogue.domain), 'or')}; these come nearest."


def _within(bounds: Range | str, facet: str, row: int, catalogue: Catalogue) -> bool:
    assert isinstance(bounds, Range)
    order = catalogue.domain.facets[facet].values
    low, high = (order.index(end) if isinstance(end, str) else end for end in (bounds.min, bounds.max))
    figure = float(catalogue.numbers(facet)[row])
    return (low is None or figure >= low) and (high is None or figure <= high)


def _are(slate: Sequence[SlateItem]) -> str:
    return "is" if len(slate) == 1 else "are"


def _first_pick(slate: Sequence[SlateItem], variety: random.Random) -> str:
    first = slate[0]
    if not first.reasons:
        return f"{first.label} comes first."
    reasons = "; ".join(first.reasons[:2])
    opening = variety.choice(["{} comes first: {}.", "First of all {}: {}.", "I'd start with {}: {}."])
    return opening.format(first.label, reasons)


def _shortfall(given: ReplyInput) -> str:
    """Explain a thin or empty result: how many fit, which must costs most, what comes near."""
    enough = len(given.slate) >= given.wanted
    if enough or (given.slate and given.command.intent == "question"):
        return ""
    domain = given.catalogue.domain
    kept = given.report.kept if given.report else len(given.catalogue)
    parts = []
    if kept == 0:
        parts.append(f"No {domain.noun.one} here satisfies all of that.")
    elif given.slate:
        parts.append(f"Only {count_noun(kept, domain)} in the catalogue {'fits' if kept == 1 else 'fit'}.")
    else:
        fits = "fits" if kept == 1 else "fit"
        parts.append(f"All that {fits} ({count_noun(kept, domain)}) you have seen here or put aside.")
    if given.already:
        parts.append(f"Shown before: {join(given.already)}.")
    parts.append(_costliest(given))
    if given.near_misses:
        parts.append("Close, but breaking a condition: " + _listed_misses(given) + ".")
    return " ".join(part for part in parts if part)


def _costliest(given: ReplyInput) -> str:
    must = given.report.costliest() if given.report else None
    if must is None or given.report is None:
        return ""
    domain = given.catalogue.domain
    wishes = [wish for wish in given.view.all_wishes if wish.id in must.wishes]
    if not wishes:
        return ""
    condition = join(say_wishes(wishes, domain))
    without = count_noun(given.report.kept + must.cost, domain)
    words = f"The condition that costs most is “{condition}”: without it there would be {without}."
    if given.report.kept == 0:
        words += f" Say “never mind {_named(wishes[0], domain)}” to drop it."
    if must.unknown:
        words += f" (For {count_noun(must.unknown, domain)} that is not known.)"
    return words


def _named(wish: HeldWish, domain: Domain) -> str:
    """What a person would call a condition: its value, or the facet it bounds."""
    if isinstance(wish.value, str):
        return wish.value
    return f"the {domain.facets[wish.facet].label or wish.facet}"


def _listed_misses(given: ReplyInput) -> str:
    wishes = {wish.id: wish for wish in given.view.all_wishes}
    listed = []
    for miss in given.near_misses:
        broken = [wishes[wish] for wish in miss.breaks if wish in wishes]
        listed.append(f"{miss.label} (not {join(say_wishes(broken, given.catalogue.domain))})")
    return join(listed)


def reply_to_undo(undone: Entry | None, view: View, catalogue: Catalogue) -> str:
    """Return the reply to an undo: what was taken back and what holds now."""
    if undone is None:
        return "There is nothing to take back."
    holds = say_holding(view, catalogue)
    return f"Taken back: “{_short(undone.text)}”. {holds}"


def reply_to_reset(view: View, catalogue: Catalogue) -> str:
    """Return the reply to a bare reset."""
    kept = f" I still know: {join(say_wishes(view.lasting, catalogue.domain))}." if view.lasting else ""
    return f"A clean slate.{kept} What would you like?"


def reply_to_smalltalk(text: str, turn: int, catalogue: Catalogue, variety: random.Random) -> str:
    """Return a short answer that steers back to what can be done here."""
    domain = catalogue.domain
    opener = variety.choice(domain.openers) if domain.openers else f"a {domain.noun.one} you enjoyed"
    words = text.casefold()
    if any(word in words for word in ("thank", "cheers", "ta ", "appreciate")):
        return variety.choice(["You're welcome. Say the word when you want more.", "Any time."])
    if any(word in words for word in ("bye", "good night", "goodnight", "see you", "that's all")):
        return variety.choice(["Goodbye, and enjoy.", "See you next time."])
    if turn == 1 or any(word in words for word in ("hello", "hi", "hey", "what can you do", "help")):
        return (
            f"Hello! Tell me what you are after and I'll look through {count_noun(len(catalogue), domain)}: "
            f"for example, “{opener}”."
        )
    return variety.choice(
        [
            f"I can only help with {domain.noun.many}. Try “{opener}”.",
            f"That's beyond me, but I know {count_noun(len(catalogue), domain)}. Try “{opener}”.",
        ]
    )


def say_holding(view: View, catalogue: Catalogue) -> str:
    """Return the wishes that hold, in a sentence."""
    said = say_wishes(view.wishes, catalogue.domain) + [say_seed(seed) for seed in view.seeds]
    return f"What holds now: {join(said)}." if said else "No wishes hold now."


def number_word(number: int) -> str:
    """Return small numbers as words, others as figures."""
    return _NUMBER_WORDS[number] if number < len(_NUMBER_WORDS) else str(number)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _short(text: str, length: int = 80) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
