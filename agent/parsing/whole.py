"""Turns that can be read as a whole: nothing but values, but thanks, but 'more', or a fresh start. English only."""

import re
from collections.abc import Iterable

from agent.parsing.parser import ParseInput
from tools.domain import Domain

SURE = 0.5

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_THANKS = frozenset(
    """thanks thank thx ty cheers ta perfect brilliant lovely awesome fab excellent amazing wonderful sorted lol lmao
    haha hahaha hehe bye goodbye goodnight cya later merci gracias danke grazie obrigado obrigada""".split()  # noqa: SIM905
)
_POLITE = frozenset(
    """you u ya very much so a an the lot lots bunch million mate pal buddy dude man for that this it all your help
    great good nice cool ok okay one ones then now job work stuff that's thats it's its i'm im i am will be do done
    choice pick night day evening have see again really just well and appreciate love schön schon sehr mille muito
    mucho muchas beaucoup bien""".split()  # noqa: SIM905
)
_FILLERS = frozenset(
    """a an the some something anything any one ones please pls plz plx thanks and or & with in of for to me us i i'd
    id we want wanna fancy need like would give gimme show find get watch see got have can could you maybe just ok
    okay hmm um well so then sorry now tonight today kind sort type thing things stuff vibes good great decent nice
    really yes yeah yep let's lets go""".split()  # noqa: SIM905
)
_MORE = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|and|yes|yeah|some|show me|give me|any|got any|a few|few|keep|let's see|lets see)\W+)*"
    r"(?:more|next|another(?: one| few| five)?|others?|other ones|keep going|go on|different ones|what else|"
    r"anything else|something else|more (?:of (?:those|these|them)|like (?:those|these)|please|options|ideas))"
    r"(?:\W+(?:please|pls|then|have you(?: got)?|you got|is there))*\W*$",
    re.IGNORECASE,
)
_FRESH = re.compile(
    r"(?:^|[.!?,;]\s*|\b(?:let'?s|can we|i(?:'d| would) like to|i want to|please|ok(?:ay)?)\s+)"
    r"(?:just\s+)?(?:start(?:ing)? (?:over|again|afresh|fresh|from scratch)|reset(?! button)|clean slate|new search|"
    r"forget (?:about )?all (?:of )?(?:that|it|this)(?=\W*(?:$|[.,;!]))|"
    r"forget everything (?:i|we) (?:just )?(?:said|asked))\b",
    re.IGNORECASE,
)


def says_thanks(text: str) -> bool:
    """Whether a turn is thanks, praise, laughter or good-bye and nothing else."""
    words = _words(text)
    return bool(words) and bool(_THANKS & set(words)) and all(word in _THANKS or word in _POLITE for word in words)


def says_more(text: str) -> bool:
    """Whether a turn is nothing but a call for other items."""
    return _MORE.match(text) is not None


def starts_afresh(text: str) -> bool:
    """Whether a turn says in so many words that it starts over."""
    return _FRESH.search(text) is not None


def names_values_only(turn: ParseInput, domain: Domain) -> bool:
    """Whether a turn is only what it wants ('romance', 'a western please'): values, and words that go with any."""
    valued = [one for one in turn.mentions if one.facet is not None and one.score >= SURE]
    if not valued or any(one.kind == "item" and one.score >= SURE for one in turn.mentions):
        return False
    nouns = {word for name in (domain.noun.one, domain.noun.many, *domain.noun.also) for word in _words(name)}
    left = list(turn.text)
    for one in valued:
        left[one.start : one.end] = " " * (one.end - one.start)
    return all(word in _FILLERS or word in nouns for word in _words("".join(left)))


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _spoken(text.casefold())]


def _spoken(text: str) -> Iterable[str]:
    return (match[0] for match in _WORD.finditer(text))
