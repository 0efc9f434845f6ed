"""Whether a turn came out as its story says, and as every turn must: problems in words, none where all is right."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.claims import unsupported
from agent.commands import Range, Relation
from agent.memory.changes import Opinion
from agent.memory.profile import Profile
from agent.phrasing import say_wish
from agent.statements import HeldWish, same_words
from agent.turns import Turn
from eval.conditions import Condition, Conditions, FacetTest
from eval.story import Cannot, Expectation, ProfileExpectation, SlateExpectation, Span, WishesExpectation, WishPattern
from tools.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A turn with what was before and after it."""

    text: str
    turn: Turn
    screen: tuple[str, ...]
    """Ids on screen before the turn, in order."""
    before: tuple[HeldWish, ...]
    """Wishes that held before the turn."""
    opinions: dict[str, Opinion]
    """What is held of items in this thread after it."""
    profile: Profile
    earlier: tuple[Turn, ...] = ()
    """The turns before it in its thread, oldest first."""

    @property
    def slate(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.turn.slate)


class Outcomes:
    """Judges turns over one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._conditions = Conditions(catalogue)

    def problems(self, expect: Expectation, happened: Happened, slates: Sequence[tuple[str, ...]] = ()) -> list[str]:
        """Return what is wrong with a turn. slates: of the story's turns before this one, by their order."""
        return [*self._always(happened), *self._expected(expect, happened, slates)]

    def _expected(self, expect: Expectation, happened: Happened, slates: Sequence[tuple[str, ...]]) -> Iterator[str]:
        intent = happened.turn.command.intent
        if expect.intent is not None and intent not in _several(expect.intent):
            yield f"intent {intent}, not {' or '.join(_several(expect.intent))}"
        if isinstance(expect.slate, SlateExpectation):
            yield from self._slate(expect.slate, happened, slates)
        elif (
            expect.slate is not None
            and happened.slate
            and (expect.slate == "none" or happened.slate != happened.screen)
        ):
            yield f"a new slate came: {', '.join(happened.slate)}"
        if expect.cannot is not None:
            yield from self._cannot(expect.cannot, happened)
        if expect.wishes is not None:
            yield from _wishes(expect.wishes, happened)
        yield from _opinions(expect.opinions, happened.opinions, happened.screen)
        if expect.profile is not None:
            yield from _profile(expect.profile, happened.profile)
        if expect.reply is not None:
            yield from _reply(expect.reply.says, expect.reply.never, happened.turn.reply)
        yield from _asking(expect.asks, happened.turn)

    def _slate(self, expect: SlateExpectation, happened: Happened, slates: Sequence[tuple[str, ...]]) -> Iterator[str]:
        size = Span(min=1) if expect.size is None else expect.size
        span = Span(min=size, max=size) if isinstance(size, int) else size
        ids = happened.slate
        if not span.min <= len(ids) <= span.max:
            yield f"{len(ids)} items on the slate, not {_span(span)}"
        rows = [self._catalogue.row(item) for item in ids]
        try:
            every = self._conditions.satisfied(expect.all, happened.screen)[rows]
            most = self._conditions.satisfied(expect.most, happened.screen)[rows]
            some = self._conditions.satisfied(expect.some, happened.screen)[rows]
            refused = self._conditions.any_part(expect.none, happened.screen)[rows]
        except ValueError as error:
            yield str(error)
            return
        yield from (
            f"{item} is not {say_condition(expect.all)}" for item, good in zip(ids, every, strict=True) if not good
        )
        yield from (f"{item} is {say_condition(expect.none)}" for item, bad in zip(ids, refused, strict=True) if bad)
        if expect.most and len(ids) and most.sum() * 2 <= len(ids):
            yield f"only {most.sum()} of {len(ids)} are {say_condition(expect.most)}: {', '.join(ids)}"
        if expect.some and not some.any():
            yield f"none of {', '.join(ids) or 'nothing'} is {say_condition(expect.some)}"
        yield from (f"{item} is not on the slate" for item in expect.includes if item not in ids)
        yield from (f"{item} is on the slate" for item in expect.excludes if item in ids)
        if expect.same_as is not None and ids != slates[expect.same_as - 1]:
            yield f"the slate is not that of turn {expect.same_as}: {', '.join(ids) or 'nothing'}"

    def _cannot(self, expect: Cannot, happened: Happened) -> Iterator[str]:
        """No item satisfies it, so the slate has none; the reply must name one of the conditions that stand there."""
        domain = self._catalogue.domain
        if happened.slate:
            yield f"it should say that it cannot, and shows {', '.join(happened.slate)}"
        held = [wish for wish in happened.turn.wishes if wish.facet in expect.because]
        named = [wish for wish in held if say_wish(wish, domain).casefold() in happened.turn.reply.casefold()]
        if not named:
            yield f"the reply names no condition on {' or '.join(expect.because)}: {happened.turn.reply!r}"

    def _always(self, happened: Happened) -> Iterator[str]:
        """What holds of every turn of every story."""
        turn = happened.turn
        if not turn.reply.strip():
            yield "the reply is empty"
        yield from self._broken_musts(happened)
        if turn.command.intent != "undo":
            yield from self._repeats(happened)
        yield from (f"the reply speaks of {claim!r}, which is not on screen" for claim in self._made_up(happened))
        if turn.question is not None:
            asked = [past.question.facet for past in _since_reset(happened.earlier) if past.question]
            if turn.question.facet in asked and turn.command.intent != "reset":
                yield f"it asks about {turn.question.facet} again"

    def _broken_musts(self, happened: Happened) -> Iterator[str]:
        groups: dict[str, list[HeldWish]] = {}
        for wish in happened.turn.wishes:
            if wish.strength == "must" and self._is_checkable(wish):
                groups.setdefault(wish.group or wish.id, []).append(wish)
        if happened.turn.command.intent in ("question", "undo"):
            # A question of the catalogue stands beside the search; an undo shows what was right when it was chosen.
            return
        for item in happened.slate:
            row = self._catalogue.row(item)
            for alternatives in groups.values():
                if not any(self._keeps(wish, row) for wish in alternatives):
                    said = " or ".join(say_wish(wish, self._catalogue.domain) for wish in alternatives)
                    yield f"{item} breaks a must: {said}"

    def _is_checkable(self, wish: HeldWish) -> bool:
        """Phrases are taken by meaning, and names that no item has are searched for by words: neither is a column."""
        kind = self._catalogue.domain.facets[wish.facet].kind
        known = kind != "entity" or self._catalogue.has(wish.facet, str(wish.value)).any()
        return kind != "text" and bool(known)

    def _keeps(self, wish: HeldWish, row: int) -> bool:
        if isinstance(wish.value, Range):
            test = FacetTest(min=wish.value.min, max=wish.value.max)
            holds = self._conditions.satisfied({wish.facet: test})[row]
        elif wish.role is not None:
            holds = self._conditions.satisfied({wish.facet: FacetTest(name=wish.value, role=wish.role)})[row]
        else:
            holds = self._catalogue.has(wish.facet, wish.value)[row]
        return bool(holds) == (wish.polarity == "like")

    def _repeats(self, happened: Happened) -> Iterator[str]:
        past = [item.id for turn in _since_reset(happened.earlier) for item in turn.slate]
        if happened.turn.command.intent != "reset":
            yield from (f"{item} was shown before" for item in happened.slate if item in past)
        refused = [item for item, opinion in happened.opinions.items() if opinion not in ("interested",)]
        yield from (f"{item} is shown though {happened.opinions[item]}" for item in happened.slate if item in refused)
        yield from (f"{item} is twice on the slate" for item in set(happened.slate) if happened.slate.count(item) > 1)

    def _made_up(self, happened: Happened) -> list[str]:
        """Titles in the reply that are not on screen and were not spoken of."""
        turn, catalogue = happened.turn, self._catalogue
        spoken = [reference.item for reference in turn.command.items if reference.item]
        past = [item.id for one in happened.earlier for item in one.slate]
        known = {*happened.slate, *happened.screen, *spoken, *past, *happened.opinions, *happened.profile.items,
                 *(miss.id for miss in turn.near_misses), *(seed.item for seed in turn.seeds if seed.item)}  # fmt: skip
        others = [other for reference in turn.command.items for other in reference.others]
        rows = [catalogue.row(item) for item in (*known, *others)]
        titles = [name for row in rows for name in (catalogue.titles[row], catalogue.labels[row])]
        said = [happened.text, *(past.reply for past in happened.earlier), *turn.notices]
        facts = [str(fact) for row in rows for fact in catalogue.item(row).facts.values()]
        # Examples of what can be asked name films that nobody spoke of.
        said += catalogue.domain.openers
        told = unsupported(turn.reply, titles, (), catalogue, " ".join([*said, *facts, *_quoted(turn)]))
        names = set(catalogue.titles)
        return [claim for claim in told if claim in names and not claim.isdigit()]


def _quoted(turn: Turn) -> list[str]:
    reasons = [reason for item in turn.slate for reason in item.reasons]
    return [*reasons, *(str(wish.value) for wish in turn.wishes), *(wish.quote or "" for wish in turn.wishes)]


def _since_reset(turns: Sequence[Turn]) -> Iterator[Turn]:
    last = max((at for at, turn in enumerate(turns) if turn.command.intent == "reset"), default=0)
    yield from turns[last:]


def _wishes(expect: WishesExpectation, happened: Happened) -> Iterator[str]:
    held = happened.turn.wishes
    yield from (f"no wish for {_pattern(pattern)}; there are {_held(held)}"
                for pattern in expect.hold if not any(meets(wish, pattern) for wish in held))  # fmt: skip
    yield from (f"the wish {wish.polarity} {wish.facet} {wish.value!r} still holds"
                for pattern in expect.gone for wish in held if meets(wish, pattern))  # fmt: skip
    if expect.like is not None:
        like = {seed.item for seed in happened.turn.seeds}
        if like != set(expect.like):
            yield f"it is to be like {sorted(map(str, like)) or 'nothing'}, not {sorted(expect.like)}"
    if expect.unchanged and _content(held) != _content(happened.before):
        yield f"the wishes changed from {_held(happened.before)} to {_held(held)}"
    if expect.empty and (held or happened.turn.seeds):
        yield f"wishes hold: {_held(held)} {[seed.title for seed in happened.turn.seeds]}"


def meets(wish: HeldWish, pattern: WishPattern) -> bool:
    """Whether a wish is as a pattern says, as far as it says."""
    given = [name for name in ("role", "polarity", "strength", "lifetime") if getattr(pattern, name) is not None]
    if wish.facet != pattern.facet or any(getattr(wish, name) != getattr(pattern, name) for name in given):
        return False
    wanted, value = pattern.value, wish.value
    if wanted is None:
        return True
    if isinstance(wanted, Range) or isinstance(value, Range):
        if not (isinstance(wanted, Range) and isinstance(value, Range)):
            return False
        ends = ((wanted.min, value.min), (wanted.max, value.max))
        return all(end is None or end == said for end, said in ends)
    return any(same_words(one, value) for one in _several(wanted))


def _opinions(
    expect: dict[int | str, Relation | tuple[Relation, ...]], opinions: dict[str, Opinion], screen: Sequence[str]
) -> Iterator[str]:
    for what, relation in expect.items():
        if isinstance(what, int) and what > len(screen):
            yield f"there is no number {what} on the screen, which has {len(screen)}"
            continue
        item = screen[what - 1] if isinstance(what, int) else what
        if opinions.get(item) not in _several(relation):
            yield f"{item} is held {opinions.get(item) or 'nothing'}, not {' or '.join(_several(relation))}"


def _profile(expect: ProfileExpectation, profile: Profile) -> Iterator[str]:
    yield from (f"the profile has no {_pattern(pattern)}; it has {_held(profile.wishes)}"
                for pattern in expect.has if not any(meets(wish, pattern) for wish in profile.wishes))  # fmt: skip
    yield from (f"the profile has {wish.polarity} {wish.facet} {wish.value!r}"
                for pattern in expect.lacks for wish in profile.wishes if meets(wish, pattern))  # fmt: skip
    plain: dict[int | str, Relation | tuple[Relation, ...]] = dict(expect.opinions.items())
    yield from (f"remembered: {problem}" for problem in _opinions(plain, profile.opinions, ()))
    if expect.empty and not profile.is_empty:
        yield f"the profile is not empty: {_held(profile.wishes)} {profile.opinions}"


def _reply(says: Iterable[str | tuple[str, ...]], never: Iterable[str], reply: str) -> Iterator[str]:
    words = reply.casefold()
    for wanted in says:
        if not any(one.casefold() in words for one in _several(wanted)):
            yield f"the reply does not say {' or '.join(map(repr, _several(wanted)))}: {reply!r}"
    yield from (f"the reply says {refused!r}: {reply!r}" for refused in never if refused.casefold() in words)


def _asking(expect: bool | str | None, turn: Turn) -> Iterator[str]:
    asked = turn.question.facet if turn.question else None
    if expect is True and asked is None:
        yield "nothing is asked"
    elif expect is False and asked is not None:
        yield f"it asks about {asked}"
    elif isinstance(expect, str) and asked != expect:
        yield f"it asks about {asked or 'nothing'}, not {expect}"


def _several(one_or_more: str | tuple[str, ...]) -> tuple[str, ...]:
    return (one_or_more,) if isinstance(one_or_more, str) else one_or_more


def _content(wishes: Iterable[HeldWish]) -> list[tuple[str, str, str, str]]:
    return sorted((wish.facet, str(wish.value), wish.polarity, wish.strength) for wish in wishes)


def _held(wishes: Iterable[HeldWish]) -> str:
    said = [f"{wish.polarity} {wish.facet} {_value(wish.value)} ({wish.strength})" for wish in wishes]
    return "; ".join(said) or "none"


def _value(value: Range | str) -> str:
    return str(value.model_dump(exclude_none=True)) if isinstance(value, Range) else value


def _pattern(pattern: WishPattern) -> str:
    return ", ".join(f"{name} {value}" for name, value in pattern.model_dump(exclude_none=True).items())


def _span(span: Span) -> str:
    return str(span.min) if span.min == span.max else f"{span.min} to {span.max}"


def say_condition(condition: Condition) -> str:
    """Return a condition in one line: 'genre comedy, runtime {max: 120}'."""
    return ", ".join(f"{facet} {_test(wanted)}" for facet, wanted in condition.items())


def _test(wanted: str | tuple[str, ...] | FacetTest) -> str:
    if isinstance(wanted, FacetTest):
        given = wanted.model_dump(exclude_none=True)
        return f"{{{', '.join(f'{name}: {value}' for name, value in given.items())}}}"
    return wanted if isinstance(wanted, str) else " or ".join(wanted)
