"""How many suggestions a text asks for: 'give me five', 'three films please', 'half a dozen', 'one more'."""

import re
from collections.abc import Iterator

from tools.domain import Domain
from tools.quantities import read_words, tokens_of
from tools.words import key

_MOST = 50
_NUMBER = r"(?:\d{1,2}|[a-z]+(?: - [a-z]+)?)"
_VAGUE = {"couple": 2, "pair": 2, "dozen": 12, "half a dozen": 6, "another": 1, "single": 1}
_COUNT = (
    rf"(?P<n>half a dozen|a dozen|dozen|(?:a )?(?:couple|pair)(?: of)?|another|{_NUMBER})(?: or (?P<or>{_NUMBER}))?"
)
_ASK = (
    r"give me|gimme|give us|gimme us|show me|show us|hit me with|send me|send|list|suggest|"
    r"recommend|recommend me|name|pick|pick me|"
    r"find me|find|want|need|got|have you got|can i get|get me|i d like|id like|fancy|have|just|"
    r"only|with|dame|lets have"
)
_TOLD = (
    r"(?:seen|saw|watched|own|liked|loved|hated|watching|already|these|those|the|of|all|first|last|my|"
    r"us|are|were|like|about|love)"
)


class Counts:
    """Reads counts of one domain's items."""

    def __init__(self, domain: Domain) -> None:
        nouns = {domain.noun.one, domain.noun.many, *domain.noun.also}
        kinds = {
            key(word)
            for facet in domain.of_kind("category").values()
            for words in facet.lexicon.values()
            for word in words
        }
        plural = {word for word in kinds if " " not in word and len(word) > 3}
        thing = "|".join(sorted(map(re.escape, nouns), key=len, reverse=True))
        things = "|".join(sorted(map(re.escape, nouns | plural), key=len, reverse=True))
        extra = r"recs?|recommendations?|suggestions?|options?|ideas|picks|titles|answers?"
        self._patterns = [
            re.compile(pattern)
            for pattern in (
                rf"\b(?:{_COUNT}) (?:more|others?)\b(?! (?:than|hours?|minutes?|mins?|hrs?|weeks?|"
                r"days?|years?|points?|of (?:these|those)))",
                rf"\b(?:top|best) {_COUNT}\b",
                rf"\b(?:{_ASK}) (?:just |only |about |another |"
                rf"up to )?{_COUNT}(?: [a-z']+){{0,3}}? (?:{things}|{extra}|of (?:them|em|those|"
                r"these|his|hers|theirs))\b",
                r"(?:^|[.!?] )(?:so |ok |um |and |please |pls )?(?:just |"
                rf"only )?{_COUNT}(?: [a-z']+){{0,3}}? (?:{things}|{extra})\b",
                r"\b(?:give me|gimme|give us|show me|hit me with|pick|send me|i want|i need|just|"
                rf"only) (?:just |only )?{_COUNT}(?: please| pls| plz)?(?= [.!,?;]|$)",
                rf"(?:^|[.!?,] )(?:just |only )?{_COUNT} (?:, )?(?:please|pls|plz|ll do|will do|"
                r"would do|is enough|is plenty)\b",
                rf"\b(?:just|pick|give me|gimme|only) (?P<one>one|1) (?:{thing}|please|answer|more|for|that|from|of)\b",
                rf"\b(?P<one>one|1|a single) (?:{thing}|answer|title)\b",
                rf"\b(?:give me|gimme|give us|show me|hit me with|pick|send me) {_COUNT} (?:like|that|with|r|from)\b",
            )
        ]
        self._told = re.compile(rf"\b{_TOLD} (?:the |about |at least )?$")

    def find(self, text: str) -> int | None:
        """Return how many items are asked for, 1 to 50, or None."""
        norms = " ".join(token.norm for token in tokens_of(text[:2000]))
        for pattern in self._patterns:
            for match in pattern.finditer(norms):
                if self._told.search(norms[: match.start()]):
                    continue
                count = next(filter(None, self._values(match)), 0)
                if 1 <= count <= _MOST:
                    return count
        return None

    def _values(self, match: re.Match[str]) -> Iterator[int]:
        groups = match.groupdict()
        if groups.get("one"):
            yield 1
        for name in ("or", "n"):
            if groups.get(name):
                yield _value(groups[name])


def count_wanted(text: str, domain: Domain) -> int | None:
    """Return how many suggestions a text asks for, or None; for many texts keep a `Counts`."""
    return Counts(domain).find(text)


def _value(words: str) -> int:
    bare = words.removeprefix("a ").removesuffix(" of") if words != "half a dozen" else words
    if bare in _VAGUE:
        return _VAGUE[bare]
    tokens = tokens_of(bare)
    if len(tokens) == 1 and tokens[0].number is not None:
        return int(tokens[0].number)
    number = read_words(tokens, 0)
    return int(number[0]) if number and number[1] == len(tokens) else 0
