"""The parser must not have learnt the words of the users that it is measured with."""

import re
from collections.abc import Iterator

from rapidfuzz import fuzz, process

from agent.parsing.labelled import read_labelled
from distill import chatter, occasions, reactions, simulate
from eval.simulation.phrases import Phrases, own_words
from tests.conftest import MOVIES, ROOT

LEAST_WORDS = 3
"""Shorter templates ('no {value}') are English, not a template of anybody's."""
ALIKE = 90
AT_MOST = 0.02


def strings(value: object) -> Iterator[str]:
    """Every string in nested tuples, lists and dictionaries."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from strings(part)


def trained_on() -> set[str]:
    """Templates of the simulator that trains the parser, and the labelled turns with their values masked."""
    found = {
        text for module in (simulate, chatter, occasions, reactions) for text in strings(list(vars(module).values()))
    }
    frames = (ROOT / "distill" / "frames.txt").read_text(encoding="utf8")
    for line in frames.splitlines():
        found.update(re.split(r"(?<=[.!?])\s+|,\s+", re.sub(r"[{<\[][^}>\]]*[}>\]]", "{}", line)))
    for labelled in read_labelled(ROOT / "data" / "commands" / "teacher.jsonl"):
        text = labelled.turn.text
        quotes = [wish.quote for wish in labelled.command.preferences] + [item.quote for item in labelled.command.items]
        for quote in filter(None, quotes):
            text = text.replace(quote, "{}")
        found.update(sentence for sentence in re.split(r"(?<=[.!?])\s+|,\s+", text))
    return {" ".join(own_words(text)) for text in found} - {""}


def test_hardly_any_template_of_a_simulated_user_is_one_that_the_parser_was_trained_on() -> None:
    known = sorted(trained_on())
    templates = sorted(
        {" ".join(words) for text in Phrases.load(MOVIES).templates() if len(words := own_words(text)) >= LEAST_WORDS}
    )
    assert len(templates) > 120 and len(known) > 2000
    close = {
        text: found[0]
        for text in templates
        if (found := process.extractOne(text, known, scorer=fuzz.ratio, score_cutoff=ALIKE))
    }
    assert len(close) <= AT_MOST * len(templates), close


def test_the_comparison_finds_a_template_that_is_the_same() -> None:
    known = trained_on()
    assert "looking for" in known and "more like" in known
