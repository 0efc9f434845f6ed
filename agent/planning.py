"""What to do in a turn: a short list of typed tool calls, as a pure function of the wishes that hold.

hard wishes -> filter; likes -> match; items to be like -> similar; soft dislikes and disliked items -> attenuate; the
profile -> affinity; then rank and diversify.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from agent.commands import Range
from agent.history import View
from agent.memory.changes import Affinity, Opinion
from agent.statements import HeldWish
from agent.turns import PlanStep
from tools.affinity import AffinityArguments
from tools.attenuate import AttenuateArguments
from tools.catalogue import Catalogue
from tools.diversify import DiversifyArguments
from tools.domain import Domain
from tools.filter import FilterArguments
from tools.match import MatchArguments
from tools.propose import ProposeArguments
from tools.rank import RankArguments
from tools.similar import SimilarArguments
from tools.wishes import Arguments, Seed, Wish

LIKED_WEIGHT = 0.5
"""Against 1 for an item named as one to be like: a liked item says what is enjoyed, not what is wanted now."""
INTEREST_WEIGHT = 0.3
ACCEPTED_WEIGHT = 0.5
"""Against 1 for an item that was liked: whether it pleased is not known."""
AFFINITY_WEIGHT = 0.5
"""Against 1 for a like said outright."""
MOST_AFFINITIES = 5
PASSED_OVER_WEIGHT = 0.3
"""Against 1 for a disliked item: not wanting it now says little about its kind."""
MOST_PROPOSED = 20
RECENT_LIKES = 5
"""More liked items than this would blur into the average film."""
MOST_HISTORY = 200
"""Liked items, and seen ones, the latest, that people of the same taste are looked for by."""

_REFUSED: tuple[Opinion, ...] = ("disliked", "seen", "liked", "not_interested", "accept")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInput:
    """What a plan is made from."""

    view: View
    catalogue: Catalogue
    count: int
    diversity: float
    profile_opinions: dict[str, Opinion] = field(default_factory=dict)
    """What is remembered of items from other threads."""
    learned: bool = False
    """Whether the catalogue came with what many people liked, so that the whole history tells something."""
    affinities: tuple[tuple[Affinity, float], ...] = ()
    """What the person keeps asking for or turning down, with its strength, the strongest first."""
    proposed: tuple[str, ...] = ()
    """Ids of items that a language model named for this request, best first."""
    again: Collection[str] = ()
    """Ids that may be shown once more."""
    without: Collection[str] = ()
    """Tools to leave out."""


def plan_turn(given: PlanInput) -> tuple[PlanStep, ...]:
    """Return the tool calls of a recommending turn, in order. The same input gives the same plan."""
    view, domain = given.view, given.catalogue.domain
    known, unknown = _by_known_name(view.all_wishes, given.catalogue)
    own = [tool_wish(wish, domain) for wish in known if wish.source == "thread"]
    lasting = [tool_wish(wish, domain) for wish in known if wish.source == "profile"]
    musts = [wish for wish in (*own, *lasting) if wish.strength == "must"]
    likes = [wish for wish in own if wish.polarity == "like"]
    words = " ".join([*unknown, *(seed.title for seed in view.seeds if seed.item is None)])
    exclude = tuple(sorted(excluded(view, given.profile_opinions) - set(given.again)))
    steps: list[tuple[str, Arguments]] = []
    if musts:
        steps.append(("filter", FilterArguments(wishes=tuple(musts))))
    if likes or words:
        steps.append(("match", MatchArguments(wishes=tuple(likes), text=words or None)))
    if seeds := _seeds(view):
        steps.append(("similar", SimilarArguments(items=seeds)))
    if proposed := tuple(item for item in given.proposed if item not in exclude):
        steps.append(("propose", ProposeArguments(items=proposed[:MOST_PROPOSED])))
    if (affinity := _affinity(given, lasting)) is not None:
        steps.append(("affinity", affinity))
    if (attenuation := _attenuation(view, (*own, *lasting))) is not None:
        steps.append(("attenuate", attenuation))
    steps.append(("rank", RankArguments()))
    steps.append(("diversify", DiversifyArguments(count=given.count, dial=given.diversity, exclude=exclude)))
    return tuple(
        PlanStep(tool=tool, arguments=arguments.model_dump(mode="json", exclude_defaults=True))
        for tool, arguments in steps
        if tool not in given.without
    )


def excluded(view: View, profile_opinions: dict[str, Opinion]) -> set[str]:
    """Return the ids never to show: shown before, seen, decided about, or named as what the rest should be like."""
    decided = {item for item, opinion in (profile_opinions | view.opinions).items() if opinion in _REFUSED}
    named = {seed.item for seed in view.seeds if seed.item}
    return decided | named | set(view.shown)


def tool_wish(wish: HeldWish, domain: Domain) -> Wish:
    """Return a held wish as tools see it; an ordinal's bounds become places in its values."""
    facet = domain.facets[wish.facet]
    low = high = None
    if isinstance(wish.value, Range):
        low, high = (_figure(end, facet.values) for end in (wish.value.min, wish.value.max))
    return Wish(
        id=wish.id,
        facet=wish.facet,
        value=None if isinstance(wish.value, Range) else wish.value,
        role=wish.role,
        min=low,
        max=high,
        polarity=wish.polarity,
        strength=wish.strength,
        any_of=wish.group,
    )


def _figure(end: float | str | None, values: Sequence[str]) -> float | None:
    if end is None:
        return None
    return float(values.index(end)) if isinstance(end, str) else end


def _by_known_name(wishes: Iterable[HeldWish], catalogue: Catalogue) -> tuple[list[HeldWish], list[str]]:
    """Split off likes of names that no item has: filtering on them would leave nothing, their words still steer."""
    known, unknown = [], []
    for wish in wishes:
        named = catalogue.domain.facets[wish.facet].kind == "entity" and isinstance(wish.value, str)
        if named and not len(catalogue.rows_with(wish.facet, str(wish.value))):
            unknown += [str(wish.value)] if wish.polarity == "like" else []
        else:
            known.append(wish)
    return known, unknown


def _seeds(view: View) -> tuple[Seed, ...]:
    named = [Seed(id=seed.item) for seed in view.seeds if seed.item]
    spoken_of = dict.fromkeys(item for item in view.recent if item in view.opinions)
    liked = [item for item in spoken_of if view.opinions[item] == "liked"][-RECENT_LIKES:]
    wanted = [item for item in spoken_of if view.opinions[item] == "interested"][-RECENT_LIKES:]
    weighed = [
        *((item, LIKED_WEIGHT) for item in liked),
        *((item, INTEREST_WEIGHT) for item in wanted),
    ]
    taken = {seed.id for seed in named}
    return (*named, *(Seed(id=item, weight=weight) for item, weight in weighed if item not in taken))


def _affinity(given: PlanInput, lasting: Sequence[Wish]) -> AffinityArguments | None:
    view, weights = given.view, {"liked": 1.0, "accept": ACCEPTED_WEIGHT}
    elsewhere = {item: opinion for item, opinion in given.profile_opinions.items() if item not in view.opinions}
    enjoyed = tuple(item for item, opinion in elsewhere.items() if opinion in weights)
    liked = tuple(Seed(id=item, weight=weights[elsewhere[item]]) for item in enjoyed[-2 * RECENT_LIKES :])
    disliked = tuple(Seed(id=item) for item, opinion in elsewhere.items() if opinion == "disliked")[-RECENT_LIKES:]
    wishes = tuple(wish for wish in lasting if wish.strength == "prefer" and wish.polarity == "like")
    wishes += _kept_asking(given)
    seen = (
        tuple(item for item, opinion in elsewhere.items() if opinion == "seen")[-MOST_HISTORY:] if given.learned else ()
    )
    if not (liked or disliked or wishes or seen):
        return None
    history = enjoyed[-MOST_HISTORY:] if given.learned and len(enjoyed) > len(liked) else ()
    return AffinityArguments(liked=liked, disliked=disliked, wishes=wishes, history=history, seen=seen)


def _kept_asking(given: PlanInput) -> tuple[Wish, ...]:
    """What is asked for again and again, as mild wishes; what was said about the same thing outright outranks it."""
    view, domain = given.view, given.catalogue.domain
    wishes = []
    for number, (known, strength) in enumerate(given.affinities[:MOST_AFFINITIES], start=1):
        facet = domain.facets.get(known.facet)
        wish = HeldWish(
            id=f"a{number}",
            facet=known.facet,
            value=known.value,
            role=known.role,
            polarity="like" if strength > 0 else "dislike",
            strength="prefer",
            lifetime="lasting",
            source="profile",
            turn=0,
        )
        if facet is None or any(held.says_about(wish) for held in (*view.all_wishes, *view.resting)):
            continue
        if facet.kind == "category" and known.value not in facet.values:
            continue
        if facet.kind == "entity" and not len(given.catalogue.rows_with(known.facet, known.value)):
            continue
        weight = AFFINITY_WEIGHT * abs(strength)
        wishes.append(tool_wish(wish, domain).model_copy(update={"weight": weight}))
    return tuple(wishes)


def _attenuation(view: View, wishes: Iterable[Wish]) -> AttenuateArguments | None:
    soft = tuple(wish for wish in wishes if wish.polarity == "dislike" and wish.strength == "prefer")
    disliked = [Seed(id=item) for item, opinion in view.opinions.items() if opinion == "disliked"]
    passed = [
        Seed(id=item, weight=PASSED_OVER_WEIGHT)
        for item, opinion in view.opinions.items()
        if opinion == "not_interested"
    ]
    items = (*disliked[-RECENT_LIKES:], *passed[-RECENT_LIKES:])
    return AttenuateArguments(wishes=soft, items=items) if soft or items else None
