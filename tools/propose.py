"""propose: weigh items that a language model named from its own knowledge; they join the ranking, never decide it."""

from typing import Annotated

import numpy as np
from pydantic import Field

from tools.candidates import Candidates
from tools.context import ToolContext
from tools.measures import ShareMeasure
from tools.wishes import Arguments

_LAST = 0.5
"""What the last named item scores; the first scores 1. Models name the best-fitting titles first."""


class ProposeArguments(Arguments):
    """Consider items that a language model named, best first. Those that break a must are not considered."""

    items: Annotated[tuple[str, ...], Field(max_length=50)]


def propose(context: ToolContext, arguments: ProposeArguments, candidates: Candidates) -> tuple[Candidates, None]:
    """Return candidates with a column for the named items. Raises UnknownItem for an id that does not exist."""
    if not arguments.items:
        return candidates, None
    rows = np.array([context.catalogue.row(item) for item in dict.fromkeys(arguments.items)], dtype=np.int32)
    shares = np.zeros(context.size, dtype=np.float32)
    shares[rows] = np.linspace(1.0, _LAST, len(rows), dtype=np.float32)
    if candidates.pooled:
        candidates = candidates.nominate(rows)
    return candidates.judge("propose", "model", ShareMeasure(shares), about=None), None
