"""What a turn names beyond doubt and that was read into nothing: refused by the words before it, or plainly asked.

English only. A network that marks spans passes some by, in long turns above all; what is linked, and stands in a
sentence that can mean one thing only, is heard all the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from agent.commands import Command, Preference, Range, Relative
from agent.parsing.parser import ParseInput
from agent.parsing.ranges import as_value
from agent.parsing.refusals import AVERSE, is_needed, refusal_before
from agent.parsing.words import place_of, sentences
from tools.domain import Domain, Facet
from tools.mentions import Mention
from tools.words import FUNCTION_WORDS

_Span = tuple[int, int]
SURE = 0.5
BEYOND_DOUBT = 0.85
_POSSIBLE = 0.4
_SHORT = 16
"""Words of a sentence that is about nothing but what is wanted."""
TELLS = re.compile(
    r"\b(?:saw|seen|watched|was|were|had|did|loved|liked|enjoyed|hated|remember|yesterday|ago|last (?:night|week|time)|"
    r"usually|do you|are you|is it|who|when|why)\b",
    re.IGNORECASE,
)
"""Where one of these stands, something is told or asked rather than wished for."""
_GO_WITH_NAMES = FUNCTION_WORDS | {
    "acts",
    "acting",
    "stars",
    "starring",
    "plays",
    "playing",
    "directed",
    "directs",
    "made",
}
_CLAUSES = re.compile(r"[,;.!?\n]|\bbut\b")
_ASKED_BEFORE = re.compile(r"\b(?:with|starring|featuring|directed by|made by)\s+$", re.IGNORECASE)
_ASKED_AFTER = re.compile(
    r"\s+(?:(?:is|are|acts|acting|stars|starring|appears|appearing|plays|playing) in\b|in it\b|in the cast\b|"
    r"in (?:a|the) (?:main|lead)|(?:acting|starring|directing)\b)",
    re.IGNORECASE,
)
_BARE_NO = re.compile(r"\bno\s+$", re.IGNORECASE)
"""'No kids' may be said of who is there."""


def unheard(command: Command, turn: ParseInput, domain: Domain) -> Iterator[Preference]:
    """Yield what nothing was read from: a value that is refused, a must facet's value or a limit plainly asked."""
    for start, end in sentences(turn.text):
        here = [one for one in turn.mentions if start <= one.start and one.end <= end]
        said = [
            (span, one) for one in command.preferences if (span := _read_from(one, turn)) and _meets(span, start, end)
        ]
        taken_back = any(one.op == "remove" for _, one in said)
        bounded = {one.facet for _, one in said}
        sentence = turn.text[start:end]
        for one in here:
            facet = domain.facets.get(one.facet or "")
            if facet is None or _is_covered(one, said, command, turn):
                continue
            if facet.kind in ("category", "entity") and one.value and one.score >= BEYOND_DOUBT:
                refused = refusal_before(turn.text, one.start)
                if refused is not None and (facet.strength == "must" or not _BARE_NO.search(turn.text[: one.start])):
                    yield _wish(one, domain).model_copy(update={"polarity": "dislike", "strength": refused})
                elif (
                    refused is None
                    and facet.strength == "must"
                    and not taken_back
                    and (_is_plain(sentence, here, said) or _is_asked_for(one, facet, turn.text))
                ):
                    yield _wish(one, domain)
            elif (
                _is_limit(one, facet, turn)
                and not taken_back
                and one.facet not in bounded
                and not TELLS.search(sentence)
            ):
                yield _wish(one, domain)


def named_instead(wish: Preference, turn: ParseInput, domain: Domain) -> Preference:
    """Return what a phrase of people's own names, where it is a name and words that go with one: 'that she acts in'."""
    if wish.facet != domain.text_facet or wish.op != "add" or (span := _read_from(wish, turn)) is None:
        return wish
    for one in turn.mentions:
        known = one.facet is not None and domain.facets[one.facet].kind == "entity" and one.score >= BEYOND_DOUBT
        if known and one.value and span[0] <= one.start and one.end <= span[1]:
            left = turn.text[span[0] : one.start] + turn.text[one.end : span[1]]
            if all(word in _GO_WITH_NAMES for word in re.findall(r"\w+", left.casefold())):
                name = _wish(one, domain)
                return name.model_copy(
                    update={"polarity": wish.polarity, "lifetime": wish.lifetime, "quote": wish.quote}
                )
    return wish


def needed(turn: ParseInput, domain: Domain) -> Iterator[Preference]:
    """Yield what a turn says must be there: 'a heist should come into it', 'she has to be in the cast'."""
    for one in turn.mentions:
        if one.facet is not None and one.value and one.score >= _POSSIBLE and is_needed(turn.text, one.end):
            yield _wish(one, domain)


def named(mentions: Iterable[Mention], domain: Domain) -> Iterator[Preference]:
    """Yield a wish for each name, value and figure among the mentions that is fairly sure."""
    for mention in mentions:
        if mention.facet is not None and mention.score >= SURE:
            wish = _wish(mention, domain)
            if wish.value:
                yield wish


def _wish(mention: Mention, domain: Domain) -> Preference:
    facet = domain.facets[str(mention.facet)]
    value: Range | Relative | str = mention.value or ""
    if mention.bounds is not None and facet.kind in ("number", "ordinal"):
        value = as_value(mention.bounds, facet) or ""
    if mention.direction is not None and facet.kind == "number":
        value = Relative(than="slate", dir=mention.direction)
    role = mention.role if facet.kind == "entity" else None
    return Preference(facet=str(mention.facet), value=value, role=role, strength=facet.strength, quote=mention.text)


def _is_limit(mention: Mention, facet: Facet, turn: ParseInput) -> bool:
    """Whether a mention is a limit in figures on what is limited firmly; a year in brackets is of a title."""
    bracketed = turn.text[mention.start - 1 : mention.start] == "("
    return mention.kind == "number" and mention.firm and facet.strength == "must" and not bracketed


def _is_plain(sentence: str, mentions: Sequence[Mention], said: Sequence[tuple[_Span, Preference]]) -> bool:
    """Whether what a sentence names is asked for: it is short, refuses nothing, and tells of nothing seen or been."""
    measured = [span for span, one in said if not isinstance(one.value, str)]
    titled = any(
        one.kind == "item"
        and one.score >= BEYOND_DOUBT
        and not any(_meets(span, one.start, one.end) for span in measured)
        for one in mentions
    )
    told = AVERSE.search(sentence) or TELLS.search(sentence)
    return len(sentence.split()) <= _SHORT and not told and not titled


def _is_asked_for(mention: Mention, facet: Facet, text: str) -> bool:
    """Whether a clause asks for what it names: it holds nothing else, or says that a name is to be there ('with Al
    Pacino acting in it', 'that she stars in')."""
    before, after = _CLAUSES.split(text[: mention.start])[-1], _CLAUSES.split(text[mention.end :])[0]
    if any(told.search(part) for told in (AVERSE, TELLS) for part in (before, after)):
        return False
    alone = all(word in FUNCTION_WORDS for word in re.findall(r"\w+", f"{before} {after}".casefold()))
    there = bool(_ASKED_BEFORE.search(before)) or bool(_ASKED_AFTER.match(after))
    return alone or (facet.kind == "entity" and there)


def _is_covered(mention: Mention, said: Sequence[tuple[_Span, Preference]], command: Command, turn: ParseInput) -> bool:
    """Whether something was read from the words of a mention, or says the same."""
    if any(one.facet == mention.facet and one.value == mention.value for one in command.preferences):
        return True
    # A figure's words may reach over a kind ('sci fi older than Alien') without being read as one.
    spans = [span for span, one in said if isinstance(one.value, str)]
    items = (one.quote for one in command.items if one.quote)
    spans += [(at, at + len(quote)) for quote in items if (at := place_of(quote, turn.text)) >= 0]
    return any(_meets(span, mention.start, mention.end) for span in spans)


def _meets(span: _Span, start: int, end: int) -> bool:
    return span[0] < end and start < span[1]


def _read_from(wish: Preference, turn: ParseInput) -> _Span | None:
    """Where the words of a statement stand: of 'French romance' read as France, only the first."""
    at = place_of(wish.quote, turn.text)
    if at < 0:
        return None
    end = at + len(wish.quote or "")
    own = (one for one in turn.mentions if one.value == wish.value and at <= one.start and one.end <= end)
    return next(((one.start, one.end) for one in own), (at, end))
