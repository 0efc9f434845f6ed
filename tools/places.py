"""Places on the slate: 'number two', 'the first two', 'both', 'the others', 'the Villeneuve one', 'the shortest'."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tools.catalogue import Catalogue
from tools.mentions import Mention
from tools.words import FUNCTION_WORDS, NUMBER_WORDS, ORDINAL_WORDS, Words, key

_NUMBER = r"(?:\d{1,2}s?|" + "|".join(list(NUMBER_WORDS)[1:13]) + r")"
_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)|" + "|".join(ORDINAL_WORDS) + r"|last|final|middle|bottom|top)"
_SMALL = {word: number for word, number in NUMBER_WORDS.items() if 0 < number <= 12}
_VERBS = """
is was are were looks look looked sounds sound sounded seems seem seemed and or but please has too had hadnt gets got
gives gave makes made goes went bores bored scares does doesnt did exists works appeals feels felt vs n versus
but bar except
"""
_GOES_ON = frozenset(_VERBS.split())
_ASKS_FOR = frozenset({"give", "gimme", "me", "show", "top", "another", "any", "age", "aged", "just", "only"})
_POINTS = frozenset({"one", "ones", "1", "version", "thing"})


@dataclass(frozen=True, slots=True)
class _Slate:
    """The items on screen: rows of the catalogue in shown order, -1 for items that it lacks."""

    rows: tuple[int, ...]

    @property
    def everything(self) -> tuple[int, ...]:
        return tuple(range(1, len(self.rows) + 1))

    def others(self, named: set[int]) -> tuple[int, ...]:
        return tuple(number for number in self.everything if number not in named)


class Places:
    """Reads one text for places on one slate."""

    def __init__(
        self, words: Words, slate: Sequence[int], named: Sequence[Mention], catalogue: Catalogue, nouns: frozenset[str]
    ) -> None:
        """named: mentions of other kinds found already. nouns: what an item is called ('film', 'movies')."""
        self._words = words
        self._slate = _Slate(tuple(slate))
        self._named = named
        self._catalogue = catalogue
        self._nouns = nouns
        self._text = " ".join(words.norms)
        self._starts = {}
        at = 0
        for place, norm in enumerate(words.norms):
            self._starts[at] = place
            at += len(norm) + 1
        self._pattern_of_nouns = "|".join(sorted(map(re.escape, nouns), key=len, reverse=True))

    def find(self) -> list[Mention]:
        """Return the mentions of kind 'slate', in no order; they may overlap."""
        if not self._slate.rows:
            return []
        found = [*self._numbered(), *self._together(), *self._described(), *self._by_title_word()]
        named = {
            number for mention in found for number in mention.numbers if len(mention.numbers) < len(self._slate.rows)
        }
        named |= {
            number
            for mention in self._named
            if mention.kind == "item" and mention.score >= 0.5
            for number, row in enumerate(self._slate.rows, 1)
            if row >= 0 and self._catalogue.ids[row] in mention.items[:1]
        }
        return [*found, *self._rest(named), *self._all_but(found)]

    def _each(self, pattern: str) -> Iterator[tuple[int, int, re.Match[str]]]:
        """Yield (first word, last word, match) of a pattern over whole words; {noun} is what an item is called."""
        for match in re.finditer(
            rf"(?<![^ ])(?:{pattern.replace('{noun}', self._pattern_of_nouns)})(?![^ ])", self._text
        ):
            first = self._starts.get(match.start())
            if first is not None:
                yield first, first + match.group().count(" "), match

    def _mention(self, first: int, last: int, numbers: Sequence[int], score: float) -> Iterator[Mention]:
        kept = tuple(sorted({number for number in numbers if 1 <= number <= len(self._slate.rows)}))
        if kept:
            start, end = self._words[first].start, self._words[last].end
            if score > 0.5 and start and self._words.text[start - 1] == "#":
                start -= 1
            yield Mention(
                start=start, end=end, text=self._words.text[start:end], kind="slate", numbers=kept, score=score
            )

    def _numbered(self) -> Iterator[Mention]:
        for first, last, match in self._each(rf"(?:number|no|nr|num|option|pick|choice|{{noun}}) (?P<n>{_NUMBER})"):
            yield from self._mention(first, last, [self._number(match["n"])], 0.95)
        for first, last, match in self._each(rf"(?:the )?(?P<n>{_ORDINAL}) (?:one|1|option|choice|{{noun}})"):
            if self._words.norms[last] not in self._nouns or not self._is_made_by_something(last):
                yield from self._mention(
                    first, last, [self._ordinal(match["n"])], 0.9 if match.group().startswith("the") else 0.8
                )
        for first, last, match in self._each(rf"(?P<the>the )?(?P<n>{_ORDINAL})"):
            if self._stands_alone(last) and (
                match["the"] or match["n"] not in ("last", "top", "final", "middle", "bottom")
            ):
                yield from self._mention(first, last, [self._ordinal(match["n"])], 0.8 if match["the"] else 0.6)
        for first, last, match in self._each(
            rf"(?:the )?(?P<way>first|1st|last|top|bottom|final) (?P<n>{_NUMBER})(?: ones| {{noun}})?"
        ):
            count, size = self._number(match["n"]), len(self._slate.rows)
            if 1 < count < size:
                start = 1 if match["way"] in ("first", "1st", "top") else size - count + 1
                numbers = range(start, start + count)
                yield from self._mention(first, last, numbers, 0.9)
        for first, last, _ in self._each(r"(?:the )?(?:second|2nd|one before|next) to (?:the )?last(?: one)?"):
            yield from self._mention(first, last, [len(self._slate.rows) - 1], 0.92)
        yield from self._ranges()
        yield from self._bare_numbers()

    def _ranges(self) -> Iterator[Mention]:
        """'1-3', '2 to 4', 'one through three': every place between the two."""
        norms = self._words.norms
        for place, norm in enumerate(norms):
            start = self._number(norm)
            step = 2 if norms[place + 1 : place + 2] in (["to"], ["through"], ["thru"]) else 1
            if not start or place + step >= len(norms):
                continue
            end = self._number(norms[place + step])
            joined = step == 2 or self._words.between(place, place + 1) in ("-", "–")
            if joined and start < end <= len(self._slate.rows) and not self._is_counted(place + step):
                yield from self._mention(place, place + step, range(start, end + 1), 0.85)

    def _bare_numbers(self) -> Iterator[Mention]:
        norms = self._words.norms
        for place, norm in enumerate(norms):
            number = self._number(norm)
            if not 1 <= number <= len(self._slate.rows) or self._is_counted(place):
                continue
            start = self._words[place].start
            if start and self._words.text[start - 1] in "#№":
                yield from self._mention(place, place, [number], 0.95)
            elif norm[0].isdigit():
                yield from self._mention(place, place, [number], 0.75 if self._stands_alone(place) else 0.55)
            elif self._stands_alone(place) and (place == 0 or norms[place - 1] in _PICKED or self._in_list(place)):
                yield from self._mention(place, place, [number], 0.6)

    def _in_list(self, place: int) -> bool:
        """Whether the word before, or the one before 'and' or 'or', is a number too ('one and three')."""
        norms = self._words.norms
        before = place - 2 if place > 1 and norms[place - 1] in _JOINS else place - 1
        after = place + 2 if place + 2 < len(norms) and norms[place + 1] in _JOINS else place + 1
        return any(0 <= other < len(norms) and self._number(norms[other]) > 0 for other in (before, after))

    def _is_counted(self, place: int) -> bool:
        """Whether the number at a place counts something ('give me 3', '4 friends') or is part of a figure."""
        norms, words = self._words.norms, self._words
        if place and norms[place - 1] in _ASKS_FOR:
            return True
        if any(
            mention.start <= words[place].start < mention.end for mention in self._named if mention.kind == "number"
        ):
            return True
        if place + 1 == len(norms):
            return False
        gap, after = words.between(place, place + 1), norms[place + 1]
        if gap in (":", "/", "'", ".") and after[0].isdigit():
            return True
        if not gap.isspace() or after in _GOES_ON:
            return False
        plural = norms[place] not in ("1", "one") and after.endswith("s") and after not in FUNCTION_WORDS
        return after in ("more", "of", "other", "others") or after in self._nouns or plural

    def _stands_alone(self, last: int) -> bool:
        """Whether nothing after the word at a place makes it an adjective ('second world war', 'last night')."""
        if last + 1 >= len(self._words):
            return True
        after = self._words.norms[last + 1]
        if not self._words.between(last, last + 1).isspace():
            return True
        return after in _GOES_ON or (after in FUNCTION_WORDS and after not in _TIMES)

    def _is_made_by_something(self, last: int) -> bool:
        """Whether 'the first film' goes on as 'by', 'of', 'in the series', 'I saw'."""
        return last + 1 < len(self._words) and self._words.norms[last + 1] in _MAKERS

    def _together(self) -> Iterator[Mention]:
        everything, size = self._slate.everything, len(self._slate.rows)
        for pattern, score in _ALL:
            for first, last, match in self._each(pattern):
                count = self._number(match.groupdict().get("n") or "0")
                if count in (0, size):
                    yield from self._mention(first, last, everything, score)
        if size == 2:
            for first, last, _ in self._each(
                r"both(?: of (?:them|these|those))?|neither(?: of (?:them|these|those))?|the two|either of them"
            ):
                yield from self._mention(first, last, everything, 0.85)
        for first, last, _ in self._each(r"these|those"):
            after = self._words.norms[last + 1] if last + 1 < len(self._words) else ""
            if after in self._nouns or self._stands_alone(last):
                yield from self._mention(first, last + (after in self._nouns), everything, 0.6)
        for _, last, _ in self._each(r"like (?:this|that)"):
            if size > 1 and self._stands_alone(last):
                yield from self._mention(last, last, everything, 0.55)
        for first, last, match in self._each(r"which(?: ones?)?|them|they|em"):
            yield from self._mention(first, last, everything, 0.55 if match.group().startswith("which o") else 0.45)
        for first, last, _ in self._each(
            r"all(?= (?:look|sound|seem|are|good|great|of))|which of (?:them|these|those)"
        ):
            yield from self._mention(first, last, everything, 0.7)

    def _rest(self, named: set[int]) -> Iterator[Mention]:
        others = self._slate.others(named) if named else ()
        for first, last, match in self._each(
            rf"(?:the |all the )?(?:other(?:s| ones?| (?P<n>{_NUMBER})|)|rest(?: of (?:them|these|those))?)"
        ):
            count = self._number(match["n"] or "0")
            word = match.group().split()[0]
            if match.group() in ("other", "the other") and not self._stands_alone(last):
                continue
            numbers = others
            if count and len(others) != count:
                numbers = others[-count:] if len(others) > count else ()
            yield from self._mention(first, last, numbers, 0.85 if word in ("the", "all") else 0.6)

    def _all_but(self, found: Sequence[Mention]) -> Iterator[Mention]:
        """'All but 3', 'all of them except the first and the last': the places that are not named."""
        for first, last, _ in self._each(
            r"(?:all|everything|every one|each)(?: of (?:them|these|those))? (?:but|bar|except|save)(?: for)?"
        ):
            left_out: set[int] = set()
            end = last
            for mention in sorted(found, key=lambda one: (one.start, -one.end)):
                start = next(place for place, word in enumerate(self._words.words) if word.end > mention.start)
                if start == end + 1 or (left_out and start == end + 2 and self._words.norms[end + 1] in _JOINS):
                    left_out |= set(mention.numbers)
                    end = max(place for place, word in enumerate(self._words.words) if word.start < mention.end)
            if left_out:
                yield from self._mention(first, end, self._slate.others(left_out), 0.85)

    def _described(self) -> Iterator[Mention]:
        """'the korean one', 'the one with Will Smith', 'the shortest', 'the train one'."""
        for mention in self._named:
            if mention.kind in ("entity", "value", "band", "relative", "number"):
                yield from self._described_by(mention)
        for first, last, match in self._each(
            r"(?P<the>(?:the|that|this) )?(?P<what>[^ ]+(?: [^ ]+){0,2}?) (?:one|thing)"
        ):
            words = match["what"].split()
            numbers = self._telling(words)
            if numbers and words[0] not in FUNCTION_WORDS:
                yield from self._mention(first, last, numbers, 0.7 if match["the"] else 0.55)
        for first, last, match in self._each(rf"{_THE_ONE} (?P<what>[^ ]+(?: [^ ]+){{0,2}})"):
            words = match["what"].split()
            numbers = self._telling(words)
            if numbers:
                ends = [place for place in range(len(words)) if self._telling(words[: place + 1]) == numbers]
                yield from self._mention(first, last - len(words) + 1 + ends[0], numbers, 0.65)

    def _described_by(self, mention: Mention) -> Iterator[Mention]:
        first = next((place for place, word in enumerate(self._words.words) if word.end > mention.start), 0)
        last = max((place for place, word in enumerate(self._words.words) if word.start < mention.end), default=0)
        norms = self._words.norms
        before = norms[first - 1] if first else ""
        after = norms[last + 1] if last + 1 < len(norms) else ""
        pointed = after in _POINTS or (after in self._nouns and before in ("the", "that", "this"))
        numbers = self._matching(mention)
        if pointed and numbers and (after != "1" or before == "the"):
            start = first - 1 if before in ("the", "that", "this", "both", "all") else first
            sure = len(numbers) == 1 or after == "ones"
            yield from self._mention(start, last + 1, numbers, 0.88 if sure and before else 0.75 if sure else 0.45)
        elif before == "the" and mention.kind == "entity" and len(numbers) == 1:
            yield from self._mention(first - 1, last, numbers, 0.7)
        elif (
            before == "the" and mention.kind == "relative" and mention.text.endswith("est") and self._stands_alone(last)
        ):
            yield from self._mention(first - 1, last, numbers, 0.75)
        with_before = " ".join(norms[max(0, first - 4) : first])
        lead = re.search(
            r"\b(?:the|that) (?:one|1|ones) (?:with|by|from|starring|about|set in|thats|that is|in|of|directed by)$",
            with_before,
        )
        if lead and numbers:
            yield from self._mention(
                first - len(lead.group().split()), last, numbers, 0.88 if len(numbers) == 1 else 0.55
            )

    def _matching(self, mention: Mention) -> tuple[int, ...]:
        """Return the places whose items are as a mention says; the extreme one for comparatives."""
        facet = mention.facet or ""
        if mention.kind in ("entity", "value") and mention.value:
            held = {int(row) for row in self._catalogue.rows_with(facet, mention.value)}
            return self._where(lambda row: row in held)
        figures = (
            self._catalogue.numbers(facet)
            if self._catalogue.domain.facets[facet].kind in ("number", "ordinal")
            else None
        )
        if figures is None:
            return ()
        known = [
            (float(figures[row]), number)
            for number, row in enumerate(self._slate.rows, 1)
            if row >= 0 and figures[row] == figures[row]
        ]
        if mention.kind == "relative":
            return (self._extreme(known, mention.direction == "less"),) if len(known) > 1 else ()
        if mention.bounds is None:
            return ()
        low, high = mention.bounds.min, mention.bounds.max
        within = tuple(n for value, n in known if (low is None or value >= low) and (high is None or value <= high))
        if not within and mention.kind == "band" and len(known) > 1:
            return (self._extreme(known, low is None),)
        return within

    def _extreme(self, known: list[tuple[float, int]], least: bool) -> int:
        return min(known)[1] if least else max(known, key=lambda pair: (pair[0], -pair[1]))[1]

    def _where(self, test: Callable[[int], bool]) -> tuple[int, ...]:
        return tuple(number for number, row in enumerate(self._slate.rows, 1) if row >= 0 and test(row))

    def _telling(self, words: Sequence[str]) -> tuple[int, ...]:
        """Return the one place whose item's texts hold most of these words, () where none or several do."""
        wanted = {_stem(word) for word in words if word not in FUNCTION_WORDS and len(word) > 2 and not word.isdigit()}
        if not wanted:
            return ()
        counts = [len(wanted & _item_words(self._catalogue, row)) if row >= 0 else 0 for row in self._slate.rows]
        best = max(counts)
        return (counts.index(best) + 1,) if best and counts.count(best) == 1 else ()

    def _by_title_word(self) -> Iterator[Mention]:
        """A word that stands in one title of the slate only: 'wanda' while A Fish Called Wanda is shown."""
        titles = [set(key(self._catalogue.titles[row]).split()) if row >= 0 else set() for row in self._slate.rows]
        for place, norm in enumerate(self._words.norms):
            if len(norm) < 4 or norm in FUNCTION_WORDS or norm.isdigit():
                continue
            holders = [number for number, title in enumerate(titles, 1) if norm in title]
            if len(holders) == 1:
                yield from self._mention(place, place, holders, 0.55)

    def _number(self, word: str) -> int:
        digits = word.removesuffix("s")
        return int(digits) if digits.isdecimal() and len(digits) < 3 else _SMALL.get(word, 0)

    def _ordinal(self, word: str) -> int:
        if word[0].isdigit():
            return int(re.sub(r"\D", "", word))
        size = len(self._slate.rows)
        if word in ("last", "final", "bottom"):
            return size
        if word == "middle":
            return (size + 1) // 2 if size % 2 else 0
        return 1 if word == "top" else ORDINAL_WORDS[word]


_PICKED = frozenset(
    """
    seen like liked love loved hate hated than number watch watched pick take choose not and or n with
    """.split()  # noqa: SIM905
)
_MAKERS = ("by", "of", "from", "in", "ever", "i", "we", "they", "to")
_JOINS = ("and", "or", "n")
_TIMES = frozenset(
    "time times day days night week weekend year years thing things of one ones few two".split()  # noqa: SIM905
)
_THE_ONE = r"(?:the|that) one (?:with|about|where|set in|on|in|who|that|thats)(?: the| a| an)?"
_ALL = (
    (
        r"(?:all|any|none|each|every one|everyone|every single one|a single one|not one|most|"
        r"half)(?: of)? (?:of )?(?:them|these|those|em|the above|this lot|your suggestions)", 0.85),
    (rf"(?:all|the|these|those|all of these|all of those) (?P<n>{_NUMBER})(?: of (?:them|these|those))?", 0.75),
    (
        r"(?:them|em|these|those) (?:all|both)|the (?:whole )?lot(?: of (?:them|these|those))?|"
        r"all (?:the|these|those) (?:{noun})|everything (?:here|on the list|on there)", 0.8),
    (r"(?<!on )(?:the|this|that|your|whole) (?:list|slate)", 0.5),
)  # fmt: skip


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "es", "s", "ed", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _item_words(catalogue: Catalogue, row: int) -> set[str]:
    """Return the stems of an item's title, summary and phrases."""
    columns = catalogue.domain.columns
    facts = catalogue.item(row).facts
    texts = [str(facts[columns.title]), str(facts[columns.summary] or "") if columns.summary else ""]
    texts += catalogue.values(row, catalogue.domain.text_facet)
    for facet in catalogue.domain.of_kind("entity"):
        texts += catalogue.values(row, facet)
    return {_stem(word) for text in texts for word in key(text).split()}
