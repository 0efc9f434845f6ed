"""Labelled turns over any domain, put together from its facets, lexicon, names and titles.

They teach the forms of requests in a domain nobody has written commands for; what people really say they do not know.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from agent.commands import Command, Intent, ItemReference, Polarity, Preference, Range, Relation, Strength
from agent.parsing.parser import ParseInput, SlateEntry, Utterance
from distill import occasions
from distill.chatter import AFTER, BEFORE, SMALL_TALK
from distill.examples import Example, Pointed
from distill.frames import Frames
from distill.reactions import ANSWERS, NOTHINGS, REACTIONS
from distill.sayings import Said, Saying, Vocabulary, joined
from tools.catalogue import Catalogue

_WANT = (
    "something {}", "anything {}", "I want {}", "I'd like {}", "looking for {}", "{} please", "give me {}", "{}",
    "in the mood for {}", "can you find me {}", "maybe {}", "I feel like {}", "we want {} tonight", "how about {}",
    "I'm after {}", "got any {}", "find {}", "show me {}", "could you suggest {}", "recommend {}", "need {}",
)  # fmt: skip
_SOFT = ("ideally {}", "preferably {}", "{} would be a bonus", "a bit {}", "something {} if possible", "maybe {}")
_HARD = ("it has to be {}", "only {}", "must be {}", "{} and nothing else", "nothing but {}")
_NOT = ("no {}", "not {}", "without {}", "nothing {}", "but not {}", "anything but {}", "skip the {}", "no more {}")
_NOT_QUITE = ("not too {}", "less {}", "not so {}", "rather not {}", "not really into {}", "I'd rather avoid {}")
_LOVES = ("I love {}", "I'm a big fan of {}", "my favourite is {}", "I always like {}", "I usually go for {}")
_HATES = ("I hate {}", "I never want {}", "I can't stand {}", "{} is never for me", "never show me {}")
_TAKES_BACK = (
    "{} is fine after all", "forget the {}", "never mind the {}", "doesn't have to be {}", "drop the {}", "scrap {}",
    "it needn't be {}", "I changed my mind about {}",
)  # fmt: skip
_MENTIONED: tuple[Relation, ...] = ("liked", "similar", "similar", "seen", "disliked")
"""How titles come up in requests."""
_BOTH: tuple[tuple[str, str, Relation], ...] = (
    ("I've seen both", "both", "seen"),
    ("loved them both", "both", "liked"),
    ("those are great", "those", "liked"),
    ("neither, thanks", "neither", "not_interested"),
    ("they both sound good", "both", "interested"),
)
"""Answers to two titles at once."""
_PLACES = (
    "the first one",
    "number 2",
    "the second one",
    "3",
    "the third",
    "the last one",
    "number one",
    "1",
    "2",
    "#3",
)
_PLACE_OF = {"the first one": 1, "number 2": 2, "the second one": 2, "3": 3, "the third": 3, "number one": 1, "1": 1,
             "2": 2, "#3": 3}  # fmt: skip
_COUNTS = (("give me {} ", "three", 3), ("just {} ", "one", 1), ("list {} ", "five", 5), ("{} ideas: ", "4", 4),
           ("pick {} for us, ", "two", 2), ("show me {}, ", "ten", 10))  # fmt: skip


class Simulator:
    """Makes labelled turns over a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._vocabulary = Vocabulary(catalogue)
        self._domain = catalogue.domain
        self._items = [catalogue.item(row) for row in range(len(catalogue))]
        self._frames = Frames(catalogue, self._vocabulary)
        self._makers: tuple[tuple[float, Callable[[random.Random], Example]], ...] = (
            (0.90, self._frames.example),
            (0.30, self._request),
            (0.18, self._reaction),
            (0.12, self._answer),
            (0.05, self._taken_back),
            (0.06, self._question),
            (0.12, self._fixed),
            (0.03, self._compared),
            (0.02, self._explained),
            (0.04, self._remembered),
            (0.03, self._searched),
            (0.05, self._tastes),
        )

    def examples(self, count: int, chance: random.Random) -> Iterator[Example]:
        """Yield so many labelled turns."""
        weights = [weight for weight, _ in self._makers]
        for number in range(count):
            ((_, make),) = chance.choices(self._makers, weights)
            made = make(chance)
            yield Example(f"simulated-{number:05d}", "simulated", made.turn, made.command, made.wishes, made.pointed)

    def _request(self, chance: random.Random) -> Example:
        parts = [self._wanting(chance) for _ in range(chance.choice([1, 1, 1, 2, 2, 3]))]
        if chance.random() < 0.3:
            parts.append(self._avoiding(chance))
        if chance.random() < 0.25:
            parts.append(self._named(chance))
        chance.shuffle(parts)
        slate = self._slate(chance, 0.3)
        compared = self._vocabulary.compared(chance) if slate and chance.random() < 0.4 else None
        if compared is not None:
            facet, words, value = compared
            parts.append(Saying().wish(words, Preference(facet=facet, value=value, strength="must")))
        saying = joined(parts, chance)
        if chance.random() < 0.12:
            frame, word, number = chance.choice(_COUNTS)
            counted = Saying(count=number).add(frame.format(word))
            saying = counted.then(saying, "")
        if chance.random() < 0.25:
            saying = Saying().add(chance.choice(BEFORE)).then(saying, chance.choice([", ", " ", ". "]))
        if chance.random() < 0.2:
            saying.add(chance.choice([" ", ", ", ". "]) + chance.choice(AFTER))
        return _example("recommend", saying, slate=slate)

    def _wanting(self, chance: random.Random) -> Saying:
        said = self._vocabulary.any(chance)
        style = chance.random()
        if style < 0.12 and not said.bound:
            other = self._vocabulary.of(said.facet, chance)
            return _either(said, other, self._plain_strength(said), chance)
        if style < 0.2:
            return _framed(chance.choice(_SOFT), said, said.statement("prefer"))
        if style < 0.28:
            return _framed(chance.choice(_HARD), said, said.statement("must"))
        if style < 0.36 and not said.bound:
            return _framed(chance.choice(_LOVES), said, said.statement("prefer", lifetime="lasting"))
        return _framed(chance.choice(_WANT), said, said.statement(self._plain_strength(said)))

    def _avoiding(self, chance: random.Random) -> Saying:
        said = self._vocabulary.any(chance, bounds=False)
        style = chance.random()
        if style < 0.3:
            return _framed(chance.choice(_NOT_QUITE), said, said.statement("prefer", "dislike"))
        if style < 0.5:
            return _framed(chance.choice(_HATES), said, said.statement("must", "dislike", "lasting"))
        return _framed(chance.choice(_NOT), said, said.statement("must", "dislike"))

    def _plain_strength(self, said: Said) -> Strength:
        facet = self._domain.facets[said.facet]
        if isinstance(said.value, Range) and not said.bound and not said.before:
            return "prefer"
        return facet.strength

    def _named(self, chance: random.Random, relations: Sequence[Relation] = _MENTIONED) -> Saying:
        relation = chance.choice(relations)
        title = chance.choice(self._items).title
        before, _, after = chance.choice(REACTIONS[relation]).partition("{}")
        saying = Saying().add(before)
        start = len(saying.text)
        saying.add(title + after)
        item = ItemReference(ref=title, relation=relation, quote=title)
        saying.pointed.append(Pointed(start, start + len(title), (item,)))
        return saying

    def _reaction(self, chance: random.Random) -> Example:
        slate = self._slate(chance, 0.65)
        parts = []
        for _ in range(chance.choice([1, 1, 2, 2, 3])):
            if not slate:
                parts.append(self._named(chance, list(REACTIONS)))
                continue
            relation = chance.choice(list(REACTIONS))
            before, _, after = chance.choice(REACTIONS[relation]).partition("{}")
            words, numbers = _place(slate, chance)
            saying = Saying().add(before)
            start = len(saying.text)
            saying.add(words + after)
            items = tuple(ItemReference(ref=number, relation=relation, quote=words) for number in numbers)
            saying.pointed.append(Pointed(start, start + len(words), items))
            parts.append(saying)
        intent: Intent = "feedback"
        if any(item.relation == "similar" for part in parts for one in part.pointed for item in one.items):
            intent = "recommend"
        if chance.random() < 0.35:
            parts.append(self._wanting(chance))
            intent = "recommend"
        return _example(intent, joined(parts, chance), slate=slate)

    def _answer(self, chance: random.Random) -> Example:
        """A short answer to a question about a value, or to one about an item."""
        if chance.random() < 0.6:
            return self._answer_about_an_item(chance)
        said = self._vocabulary.any(chance, bounds=False)
        asked = chance.choice(["Do you fancy {}?", "Shall I look for {}?", "Is {} what you want?"])
        word, polarity = chance.choice(
            [("yes", "like"), ("yes please", "like"), ("sure", "like"), ("no", "dislike"), ("nah", "dislike")]
        )
        strength: Strength = "must" if polarity == "dislike" else self._plain_strength(said)
        saying = Saying().wish(word, said.statement(strength, _polarity(polarity)))
        return _example("recommend", saying, asked.format(said.words))

    def _answer_about_an_item(self, chance: random.Random) -> Example:
        titles = [item.title for item in chance.sample(self._items, 2)]
        both = chance.random() < 0.2
        asked = chance.choice(
            ["Have you seen {}?", "How about {}?", "Would {} suit you?", "Try {}.", "{} is a good one."]
        )
        asked = asked.format(" or ".join(titles) if both else titles[0])
        if not both and chance.random() < 0.15:
            return _example("feedback", Saying().add(chance.choice(NOTHINGS)), asked)
        said, words, relation = chance.choice(ANSWERS)
        if both:
            said, words, relation = chance.choice(_BOTH)
        at = said.index(words)
        items = tuple(ItemReference(ref=title, relation=relation, quote=words) for title in titles[: 1 + both])
        saying = Saying(said, pointed=[Pointed(at, at + len(words), items)])
        return _example("question" if relation == "about" else "feedback", saying, asked)

    def _taken_back(self, chance: random.Random) -> Example:
        said = self._vocabulary.any(chance, bounds=False)
        saying = _framed(chance.choice(_TAKES_BACK), said, said.statement("must", op="remove"), led=False)
        if chance.random() < 0.3:
            saying.then(self._wanting(chance), ". ")
        return _example("recommend", saying)

    def _question(self, chance: random.Random) -> Example:
        """Facts asked about an item; what is asked about is no wish."""
        slate = self._slate(chance, 0.6)
        words, numbers = _place(slate, chance) if slate else ("", [])
        title = chance.choice(self._items).title
        asks = chance.choice(list(self._domain.ask_words) or list(self._domain.asks) or [self._domain.text_facet])
        asked = chance.choice(self._domain.ask_words.get(asks, (f"what is the {asks} of",)))
        saying = Saying().add(f"{asked} ")
        start = len(saying.text)
        pointing = bool(numbers) and chance.random() < 0.7
        saying.add((words if pointing else title) + "?")
        refs: list[int | str] = [*numbers] if pointing else [title]
        items = tuple(ItemReference(ref=ref, relation="about", quote=words if pointing else title) for ref in refs)
        saying.pointed.append(Pointed(start, len(saying.text) - 1, items))
        example = _example("question", saying, slate=slate)
        return _with_asks(example, asks)

    def _fixed(self, chance: random.Random) -> Example:
        if chance.random() < 0.2:
            return _example("smalltalk", Saying().add(chance.choice(SMALL_TALK)), slate=self._slate(chance, 0.3))
        intent = chance.choice(list(occasions.FIXED))
        words = self._named_nouns(chance.choice(occasions.FIXED[intent]))
        if chance.random() < 0.3:
            words = f"{chance.choice(BEFORE)}, {words}"
        shown = 0.9 if intent in ("compare", "feedback", "explain") else 0.4
        return _example(intent, Saying().add(words), slate=self._slate(chance, shown))

    def _compared(self, chance: random.Random) -> Example:
        """Two items weighed against each other, by title or place."""
        slate = self._slate(chance, 0.5)
        first, second = self._two(slate, chance)
        before, between, after = chance.choice(occasions.COMPARISONS).split("{}")
        saying = _about(Saying().add(before), *first, "about").add(between)
        return _example("compare", _about(saying, *second, "about").add(after), slate=slate)

    def _explained(self, chance: random.Random) -> Example:
        slate = self._slate(chance, 0.8)
        named, _ = self._two(slate, chance)
        before, _, after = chance.choice(occasions.REASONS).partition("{}")
        return _example("explain", _about(Saying().add(before), *named, "about").add(after), slate=slate)

    def _remembered(self, chance: random.Random) -> Example:
        """Lasting tastes told to be kept or forgotten."""
        said = self._vocabulary.any(chance, bounds=False)
        which = chance.random()
        if which < 0.4:
            frame, statement = chance.choice(occasions.REMEMBER), said.statement("prefer", lifetime="lasting")
        elif which < 0.7:
            frame, statement = chance.choice(occasions.REMEMBER_NOT), said.statement("must", "dislike", "lasting")
        else:
            frame, statement = chance.choice(occasions.UNLEARN), said.statement("must", "dislike", "lasting", "remove")
        return _example("profile", _framed(frame, said, statement, led=False))

    def _searched(self, chance: random.Random) -> Example:
        """A question to the catalogue, or a new beginning with a wish."""
        if chance.random() < 0.35:
            anew = Saying().add(chance.choice(occasions.FIXED["reset"])).then(self._wanting(chance), ". ")
            return _example("reset", anew, slate=self._slate(chance, 0.3))
        said = self._vocabulary.any(chance, bounds=False)
        statement = said.statement(self._plain_strength(said))
        return _example("question", _framed(chance.choice(occasions.OFFERED), said, statement))

    def _tastes(self, chance: random.Random) -> Example:
        """Several likings at once, asked for."""
        frame = chance.choice(occasions.TASTES)
        stated = frame[0] == "I" or "favourite" in frame or "usually" in frame
        parts, saying = frame.split("{}"), Saying()
        facet = chance.choice([name for name, one in self._domain.facets.items() if one.kind == "category"])
        for before in parts[:-1]:
            said = self._vocabulary.of(facet, chance)
            lasting = said.statement("prefer", lifetime="lasting")
            saying.add(before).wish(said.words, lasting if stated else said.statement(self._plain_strength(said)))
        asked = self._named_nouns(chance.choice(occasions.ASKED_FOR_TASTES))
        return _example("recommend", saying.add(parts[-1]), asked)

    def _two(self, slate: tuple[SlateEntry, ...], chance: random.Random) -> list[tuple[str, int | str]]:
        """Words for two different items and what they refer to."""
        if slate and chance.random() < 0.6:
            first, second = chance.sample(range(1, len(slate) + 1), 2)
            form = chance.choice(["{}", "number {}", "the {} one", "#{}"])
            return [(form.format(_spoken(n) if "one" in form else n), n) for n in (first, second)]
        return [(item.title, item.title) for item in chance.sample(self._items, 2)]

    def _named_nouns(self, frame: str) -> str:
        return frame.replace("{nouns}", self._domain.noun.many).replace("{noun}", self._domain.noun.one)

    def _slate(self, chance: random.Random, how_often: float) -> tuple[SlateEntry, ...]:
        if chance.random() > how_often:
            return ()
        shown = chance.sample(self._items, min(len(self._items), chance.choice([3, 4, 5])))
        return tuple(SlateEntry(n, item.title, item.year) for n, item in enumerate(shown, start=1))


def _framed(frame: str, said: Said, statement: Preference, led: bool = True) -> Saying:
    """A wish within a frame; `led`: with the word that leads to it ('something about trains')."""
    before, _, after = frame.partition("{}")
    lead = said.before
    if led and lead and not before:
        before = "something "
    saying = Saying().add(f"{before}{lead} " if led and lead else before)
    return saying.wish(said.words, statement).add(after)


def _about(saying: Saying, words: str, ref: int | str, relation: Relation) -> Saying:
    start = len(saying.text)
    saying.add(words)
    item = ItemReference(ref=ref, relation=relation, quote=words)
    saying.pointed.append(Pointed(start, start + len(words), (item,)))
    return saying


def _spoken(place: int) -> str:
    return ("first", "second", "third", "fourth", "fifth")[place - 1]


def _either(one: Said, other: Said, strength: Strength, chance: random.Random) -> Saying:
    before, _, after = chance.choice(_WANT).partition("{}")
    lead = f"{one.before} " if one.before else ""
    saying = Saying().add(before + lead).wish(one.words, one.statement(strength, any_of=1)).add(" or ")
    return saying.wish(other.words, other.statement(strength, any_of=1)).add(after)


def _place(slate: tuple[SlateEntry, ...], chance: random.Random) -> tuple[str, list[int]]:
    """Words for a place on the slate, and its number or numbers."""
    last = len(slate)
    words, numbers = chance.choice(
        [
            *((words, [_PLACE_OF.get(words, last)]) for words in _PLACES),
            ("the first two", [1, 2]),
            ("all of them", list(range(1, last + 1))),
            ("these", list(range(1, last + 1))),
            (slate[0].title, [1]),
            (slate[-1].title, [last]),
        ]
    )
    return words, numbers


def _polarity(word: str) -> Polarity:
    return "like" if word == "like" else "dislike"


def _with_asks(example: Example, asks: str) -> Example:
    command = example.command.model_copy(update={"asks": (asks,)})
    return Example(example.id, example.source, example.turn, command, example.wishes, example.pointed)


def _example(intent: Intent, saying: Saying, asked: str | None = None, slate: tuple[SlateEntry, ...] = ()) -> Example:
    context = (Utterance("assistant", asked),) if asked else ()
    command = Command(
        intent=intent,
        preferences=tuple(wish.statement for wish in saying.wishes),
        items=tuple(item for one in saying.pointed for item in one.items),
        count=saying.count,
    )
    turn = ParseInput(text=saying.text, context=context, slate=slate)
    return Example("simulated", "simulated", turn, command, tuple(saying.wishes), tuple(saying.pointed))
