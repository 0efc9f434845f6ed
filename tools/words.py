"""Words of a text as names are compared by: lower case, no accents, no apostrophes, with their places in the text."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

_WORD = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*|&", re.UNICODE)
_PLAIN_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?]\s|\n\s*\n")
_SHORTENED = frozenset({"mr", "mrs", "ms", "dr", "st", "vs", "jr", "sr", "vol", "no", "pt"})
_APOSTROPHES = re.compile(r"['’`´]")
_ROMAN = {"ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}
_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_PLACES = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
NUMBER_WORDS = {word: number for number, word in enumerate(_SMALL.split())} | {
    word: 10 * (place + 2) for place, word in enumerate(_TENS.split())
}
"""English number words below a hundred that are one word: {'three': 3, 'forty': 40}."""

ORDINAL_WORDS = {word: number for number, word in enumerate(_PLACES.split(), 1)}
"""'first' to 'twelfth'."""

ARTICLES = frozenset({"the", "a", "an"})

_COMMON_ENGLISH = """
a an the this that these those it its he him his she her hers they them their theirs we us our ours you your yours i
me my mine myself yourself himself herself itself one ones who whom whose which what when where why how and or but
nor so if then than as at by for from in into of off on onto out over to too up upon with without within under about
above after again against all also am any anyone anything are aint arent around be because been before being below
between both can cant cannot could couldnt did didnt do does doesnt doing done dont down during each either else
ever every everyone everything few had hadnt has hasnt have havent having here hi hey hello id ill im ive is isnt
just let lets like lot lots made make many may maybe might more most much must need neither never no nobody none not
nothing now of ok okay once only other others please pls plz quite rather really same shall should shouldnt since
some somebody someone something still such sure thanks thank thats there theres theyre though through til till
together tonight today tomorrow yesterday until very want was wasnt were werent while whats will wont would wouldnt
yeah yep yes yet youre yours get gets got give go goes going good great best better bad nice new old know knows
think thought see seen saw say said says show tell take took put come came look looks looking love loved liked likes
hate hated watch watched watching feel find found fine back away last next first second third long short time times
day days night week weekend year years way thing things stuff kind sort type bit little big small way well people
man woman men women guy guys girl girls boy boys kid kids son dad mum mom wife husband friend friends family life
world home house work school water money room
"""
FUNCTION_WORDS = frozenset(_COMMON_ENGLISH.split())
"""English words too common to name anything by themselves, bare of apostrophes."""


def fold(text: str) -> str:
    """Return text in lower case without accents, ligatures or apostrophes."""
    return _APOSTROPHES.sub("", _plain(text))


def key(text: str) -> str:
    """Return the form names are compared by: 'Howl’s Moving Castle!' gives 'howls moving castle', '&' gives 'and'."""
    plain = _APOSTROPHES.sub("", _plain(text))
    return " ".join(_PLAIN_WORD.findall(plain.replace("&", " and ") if "&" in plain else plain))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("½", " 1/2"))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_LETTERS)


# Letters that Unicode does not decompose, as English keyboards write them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "·": "-"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as typed, its normal form, and text[start:end]."""

    raw: str
    norm: str
    start: int
    end: int

    @property
    def owner(self) -> str | None:
        """The name that a possessive belongs to ("Nolan's" gives 'nolan', "the Coens'" gives none), or None."""
        return self.norm[:-1] if len(self.raw) > 3 and self.raw[-2] in "'’`´" and self.norm.endswith("s") else None

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter, or with a figure."""
        return self.raw[0].isupper() or self.raw[0].isdigit()


def split(text: str) -> list[Word]:
    """Return the words of a text in order. Hyphens separate, apostrophes do not, '&' reads 'and'."""
    words = []
    for match in _WORD.finditer(text):
        raw = match.group()
        if raw.isascii() and raw.isalnum():
            norm = raw.lower()
        else:
            norm = "and" if raw == "&" else " ".join(_PLAIN_WORD.findall(fold(raw)))
        if norm:
            words.append(Word(raw, norm, match.start(), match.end()))
    return words


class Words:
    """The words of one text with the view that names are searched in: one string with a space around every word."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = split(text)

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, place: int) -> Word:
        return self.words[place]

    @cached_property
    def norms(self) -> list[str]:
        """Normal forms, in order."""
        return [word.norm for word in self.words]

    @cached_property
    def shouted(self) -> bool:
        """Whether capitals mean nothing here: the text is all capitals, or nearly every word begins with one."""
        letters = [word for word in self.words if word.raw[0].isalpha()]
        capitals = sum(word.raw[0].isupper() for word in letters)
        return len(letters) > 2 and capitals > 0.7 * len(letters)

    def capital_inside(self, place: int) -> bool:
        """Whether the word at a place has a capital that is not owed to the beginning of a sentence."""
        word = self.words[place]
        if not word.raw[0].isupper() or self.shouted or word.raw in ("I", "I'm", "I've", "I'd", "I'll", "OK", "TV"):
            return False
        before = self.text[: word.start].rstrip(" \"'“‘(*_")
        return bool(before) and before[-1] not in ".!?\n:…"

    def broken(self, first: int, last: int) -> bool:
        """Whether a sentence ends between the words from first to last."""
        return any(
            _SENTENCE_END.search(self.between(place, place + 1))
            and not (self.words[place].norm in _SHORTENED or len(self.words[place].norm) == 1)
            for place in range(first, last)
        )

    def listed(self, first: int, last: int) -> bool:
        """Whether a comma, semicolon or the like stands between the words from first to last."""
        return any(set(self.between(place, place + 1)) & set(",;:()\n") for place in range(first, last))

    def between(self, left: int, right: int) -> str:
        """Return what stands between the words at two places."""
        return self.text[self.words[left].end : self.words[right].start]

    def quoted(self, first: int, last: int) -> bool:
        """Whether the words from first to last stand in quotes or in emphasis marks."""
        start, end = self.words[first].start, self.words[last].end
        before, after = self.text[start - 1 : start], self.text[end : end + 2].lstrip("!?.,")[:1]
        return bool(before) and before in "\"'“‘«*_" and bool(after) and after in "\"'”’»*_"


def numeral(word: str) -> int | None:
    """Return the number that a word of a name stands for: 'ii', '2' and 'two' give 2; None for other words."""
    if word.isdecimal() and len(word) <= 4:
        return int(word)
    return NUMBER_WORDS.get(word, _ROMAN.get(word))
