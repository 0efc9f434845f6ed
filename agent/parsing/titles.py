"""Where a title begins and ends in a text, when nothing but its letters can tell."""

import re

from agent.parsing.words import plain

_LINK = r"(?:of|the|and|in|a|an|to|for|with|on|at|from|&|de|la|le|les|et)"
_INNER = r"(?:of|the|in|a|an|to|for|with|on|at|from|&|de|la|le|les|et)"
"""Without 'and', which stands between two titles more often than within one that nothing else knows."""
_CAPITAL = r"(?:Mr|Mrs|Ms|Dr|St|Vol)\.|[A-Z0-9À-Þ][\w'’&.-]*[\w'’!]|[A-Z0-9]"
_RIGHT = re.compile(rf"(?:[:,]?\s(?:{_INNER}\s)*(?:{_CAPITAL}))+")
_LEFT = re.compile(rf"(?:\b(?:{_CAPITAL})(?:\s{_INNER})*:?\s)+$")
_RUN = re.compile(rf"\b(?:{_CAPITAL})(?::?\s(?:{_LINK}\s)*(?:{_CAPITAL}))*")
_YEAR = re.compile(r"\s*\((?:19|20)\d\d\)")
_SENTENCE_START = re.compile(r"(?:^|[.!?…]\s+|\n\s*)$")


def widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch with the capitalised words that go on from it: 'Bad' in 'saw Bad Santa once' is 'Bad Santa'.

    Nothing changes in a text all in capitals or all in lower case, or where the stretch has no capital itself.
    """
    if text.upper() == text or not text[start:end][:1].isupper():
        return start, end
    right = _RIGHT.match(text, end)
    if right is not None and "," not in right[0]:
        end = right.end()
    left = _LEFT.search(text[:start])
    if left is not None and not _SENTENCE_START.search(text[: left.start()]):
        start = left.start()
    return start, end


def dated_titles(text: str) -> list[tuple[int, int]]:
    """Return where titles with a year in brackets stand, without the year."""
    places = []
    for year in _YEAR.finditer(text):
        runs = [run for run in _RUN.finditer(text, 0, year.start()) if run.end() == year.start()]
        if runs:
            places.append((runs[0].start(), runs[0].end()))
    return places


def capitalised_runs(text: str) -> list[tuple[int, int]]:
    """Return runs of capitalised words that are not just the start of a sentence; numbers alone are none."""
    places = []
    for run in _RUN.finditer(text):
        opens = _SENTENCE_START.search(text[: run.start()]) is not None
        alone = len(re.findall(_CAPITAL, run[0])) == 1
        ends = text[run.end() : run.end() + 1] in ("?", ",", "!", "")
        if not run[0].isdigit() and run[0] != "I" and not (opens and alone and not ends):
            places.append((run.start(), run.end()))
    return places


def is_capitalised(text: str, at: int) -> bool:
    """Return whether a word within a sentence has a capital that its place does not give it."""
    word = re.match(r"[\w'’-]+", text[at:])
    if word is None or not word[0][:1].isupper() or word[0] == "I" or text.upper() == text:
        return False
    return (
        _SENTENCE_START.search(text[:at]) is None or re.match(r"[\w'’-]+ (?:of |the )*[A-ZÀ-Þ]", text[at:]) is not None
    )


def spelled(typed: str, title: str) -> str:
    """Return the title as it is spelled, or its part before a colon where that is all that was typed."""
    main = title.partition(":")[0]
    return main if main != title and plain(typed) == plain(main) else title
