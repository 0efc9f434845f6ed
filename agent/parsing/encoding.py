"""A turn as the encoder reads it: pieces of words, what the linker found at each, and the end of the context."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from agent.parsing.errors import WeightsError
from agent.parsing.parser import ParseInput, Utterance
from tools.linking import Mention, MentionKind

LONGEST_TURN = 224
"""Pieces of the turn that are read; what goes beyond a page of text is left out."""
CONTEXT_PIECES = 28

_KINDS: tuple[MentionKind, ...] = ("item", "slate", "entity", "value", "band", "number", "relative")
_DOUBTFUL, _LIKELY = 0.5, 0.8
_SLATE_SHOWN = 1 + len(_KINDS) * 6
"""Feature of the first token where items are on screen, the last of the kind features."""


@dataclass(frozen=True, slots=True)
class EncodedTurn:
    """One turn, unpadded. The four arrays are (length,) int64."""

    ids: NDArray[np.int64]
    segments: NDArray[np.int64]
    kinds: NDArray[np.int64]
    facets: NDArray[np.int64]
    offsets: tuple[tuple[int, int], ...]
    """Character offsets into the turn's text of the tokens 1 to `said`, the turn's own."""

    @property
    def said(self) -> int:
        """How many tokens are of the turn itself; they follow the first, which stands for the whole."""
        return len(self.offsets)


class TurnEncoder:
    """Encodes turns for weights that know these facets."""

    def __init__(self, base: Path, facets: Sequence[str]) -> None:
        """Read the tokenizer in folder `base`. Raises WeightsError if there is none."""
        path = base / "tokenizer.json"
        if not path.is_file():
            raise WeightsError(f"no tokenizer.json in the base checkpoint {str(base)!r}; reinstall the embedding model")
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._facets = {name: at + 1 for at, name in enumerate(facets)}
        self._first = self._marker("[CLS]")
        self._end = self._marker("[SEP]")

    def encode(self, turn: ParseInput) -> EncodedTurn:
        """Return the turn as arrays: first the whole's token, then the turn, then the end of the context."""
        said = self._tokenizer.encode(turn.text, add_special_tokens=False)
        ids, offsets = said.ids[:LONGEST_TURN], tuple(said.offsets[:LONGEST_TURN])
        context = self._context(turn.context)
        all_ids = [self._first, *ids, self._end, *context, *([self._end] if context else [])]
        length, own = len(all_ids), len(ids) + 2
        segments = np.zeros(length, np.int64)
        segments[own:] = 1
        kinds, facets = np.zeros(length, np.int64), np.zeros(length, np.int64)
        for mention in sorted(turn.mentions, key=lambda found: found.score):
            self._mark(mention, offsets, kinds, facets)
        kinds[0] = _SLATE_SHOWN if turn.slate else 0
        return EncodedTurn(np.array(all_ids, np.int64), segments, kinds, facets, offsets)

    def pieces(self, phrase: str) -> list[int]:
        """Return the numbers of a phrase's word pieces."""
        return list(self._tokenizer.encode(phrase, add_special_tokens=False).ids)

    def _marker(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise WeightsError(f"the base checkpoint's tokenizer has no {token!r}; it is no BERT")
        return int(number)

    def _context(self, context: Sequence[Utterance]) -> list[int]:
        """The last pieces of what was said last, and of the turn before it where there is room."""
        pieces: list[int] = []
        for utterance in reversed(context[-2:]):
            room = CONTEXT_PIECES - len(pieces)
            if room > 4:
                new = self._tokenizer.encode(utterance.text[-400:], add_special_tokens=False).ids[-room + 1 :]
                pieces = [*new, self._end, *pieces] if pieces else list(new)
        return pieces

    def _mark(
        self,
        mention: Mention,
        offsets: Sequence[tuple[int, int]],
        kinds: NDArray[np.int64],
        facets: NDArray[np.int64],
    ) -> None:
        inside = False
        for at, (start, end) in enumerate(offsets, start=1):
            if start < mention.end and mention.start < end:
                kinds[at] = _kind_feature(mention, inside)
                facets[at] = self._facets.get(mention.facet or "", 0)
                inside = True


def _kind_feature(mention: Mention, inside: bool) -> int:
    trust = 0 if mention.score < _DOUBTFUL else 1 if mention.score < _LIKELY else 2
    return 1 + _KINDS.index(mention.kind) * 6 + trust * 2 + inside
