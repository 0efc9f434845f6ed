"""What a returning user once said: facts about their taste, how they are spoken of, and whether a turn honours them."""

import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from agent.commands import Range
from agent.statements import HeldWish, same_words
from agent.turns import Turn
from tools.catalogue import Catalogue

Polarity = Literal["like", "dislike"]
_BANK = Path(__file__).parent / "phrases" / "memory.yaml"
_NEGATIONS = re.compile(
    r"\b(no|not|never|less|fewer|without|avoid\w*|dislike\w*|stop\w*|hate\w*|skip\w*|\w+n't|gone off|leaving out)\b",
    re.IGNORECASE,
)
_NEAR = 45
"""Letters before a mention in which a negation counts as its own."""
Bank = dict[str, Any]


@cache
def bank() -> Bank:
    """Return the phrases and values of eval/phrases/memory.yaml."""
    found: Bank = yaml.safe_load(_BANK.read_text(encoding="utf8"))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that somebody likes or never wants."""

    facet: str
    value: str | None
    """None for a bound."""
    maximum: float | None = None
    polarity: Polarity
    spoken: str
    """How it is spoken of: 'horror films'."""
    tempting: tuple[str, ...]
    """Requests that lead to it where nobody remembers better."""
    told: tuple[str, ...]
    """Ways to say it."""

    @property
    def words(self) -> str:
        """What an answer that knows it must contain."""
        return self.value or f"{self.maximum:g}"

    def turned(self) -> "Fact":
        """Return the same with the other polarity, in the words of somebody who has changed."""
        polarity: Polarity = "dislike" if self.polarity == "like" else "like"
        return Fact(
            facet=self.facet,
            value=self.value,
            polarity=polarity,
            spoken=self.spoken,
            tempting=self.tempting,
            told=tuple(bank()[f"changes_to_{polarity}"]),
        )

    def say(self, drawn: random.Random) -> str:
        """Return what the user says, in one of many ways."""
        return drawn.choice(self.told).format(value=self.spoken)

    def is_said_of(self, wish: HeldWish) -> bool:
        """Whether a wish is about this, whatever it says."""
        if wish.facet != self.facet:
            return False
        if isinstance(wish.value, Range):
            return wish.value.max == self.maximum
        return self.value is not None and same_words(wish.value, self.value)


def facts(polarity: Polarity | None = None, *, bounds: bool = True) -> list[Fact]:
    """Return every fact of the bank: each value liked and disliked, and the bounds as things never wanted."""
    found = [
        Fact(
            facet=value["facet"],
            value=value["value"],
            polarity=side,
            spoken=value["spoken"],
            tempting=tuple(value["tempt"]),
            told=tuple(bank()[f"{side}s"]),
        )
        for value in bank()["values"]
        for side in ("like", "dislike")
        if polarity in (None, side)
    ]
    if bounds and polarity != "like":
        found += [
            Fact(
                facet=bound["facet"],
                value=None,
                maximum=float(bound["max"]),
                polarity="dislike",
                spoken=bound["spoken"],
                tempting=tuple(bound["tempt"]),
                told=tuple(bound["dislikes"]),
            )
            for bound in bank()["bounds"]
        ]
    return found


def tells(reply: str, fact: Fact) -> bool:
    """Whether a reply says the fact: names it, first of all with the right polarity."""
    # One zombie is as good an answer as many.
    mention = re.search(rf"\b{re.escape(fact.words.removesuffix('s'))}", reply, re.IGNORECASE)
    if mention is None:
        return False
    if fact.maximum is not None:
        return True
    before = re.split(r"[.;!?“”\"]", reply[: mention.start()])[-1][-_NEAR:]
    after = reply[mention.end() : mention.end() + _NEAR]
    denied = bool(_NEGATIONS.search(re.split(r",", before)[-1])) or bool(
        re.match(r"\W+(?:is|are) (?:out|off|not)\b", after)
    )
    return denied == (fact.polarity == "dislike")


def mentions(reply: str, fact: Fact) -> bool:
    """Whether a reply so much as names what the fact is about."""
    return bool(re.search(rf"\b{re.escape(fact.words.removesuffix('s'))}", reply, re.IGNORECASE))


def honours(turn: Turn, fact: Fact, catalogue: Catalogue) -> bool:
    """Whether a slate keeps to a dislike or bound throughout, or has something that is liked."""
    rows = [catalogue.row(item.id) for item in turn.slate]
    if not rows:
        return False
    kept = [_keeps(catalogue, row, fact) for row in rows]
    return any(kept) if fact.polarity == "like" else all(kept)


def _keeps(catalogue: Catalogue, row: int, fact: Fact) -> bool:
    if fact.maximum is not None:
        return bool(catalogue.numbers(fact.facet)[row] <= fact.maximum)
    held = {value.casefold() for value in catalogue.values(row, fact.facet)}
    return (str(fact.value).casefold() in held) == (fact.polarity == "like")
