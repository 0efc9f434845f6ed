"""Words in common: BM25 over the items' texts, English stems, accents ignored."""

import re
import unicodedata
from pathlib import Path
from typing import Self

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN
from numpy.typing import NDArray

from tools.errors import IndexFault

_WORD = re.compile(r"\w+(?:'\w+)?")
_STOPWORDS = frozenset(STOPWORDS_EN)
_LONGEST_QUERY = 400
"""Words of a query that count: a page of text would only find what is long."""


class Lexicon:
    """Ranks texts by the words that they share with a query, rare words counting most."""

    def __init__(self, scorer: bm25s.BM25) -> None:
        """Use `build` or `open`."""
        self._scorer = scorer
        self._stemmer = Stemmer.Stemmer("english")

    @classmethod
    def build(cls, texts: list[str]) -> Self:
        """Return a lexicon over these texts; their rows are their positions."""
        lexicon = cls(bm25s.BM25())
        lexicon._scorer.index([lexicon.stems(text) for text in texts], show_progress=False)
        return lexicon

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the lexicon saved in a folder. Raises IndexFault if there is none."""
        try:
            return cls(bm25s.BM25.load(folder, mmap=True, show_progress=False))
        except (OSError, ValueError, KeyError) as error:
            raise IndexFault(f"{str(folder)!r} cannot be read as BM25; delete it and index again") from error

    def save(self, folder: Path) -> None:
        """Write files that `open` reads into a folder."""
        self._scorer.save(folder, show_progress=False, allow_pickle=False)

    def __len__(self) -> int:
        return int(self._scorer.scores["num_docs"])

    def stems(self, text: str) -> list[str]:
        """Return the stems of a text's words, in order, without accents and without the words that say nothing."""
        plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
        unaccented = "".join(letter for letter in plain if not unicodedata.combining(letter))
        return list(self._stemmer.stemWords([word for word in _WORD.findall(unaccented) if word not in _STOPWORDS]))

    def nearest(
        self, text: str, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return up to k rows that share words with the text, best first, ties by row, and their BM25 scores (> 0).

        allowed: (rows,) None for all.
        """
        tokens = self._scorer.get_tokens_ids(self.stems(text)[:_LONGEST_QUERY])
        if not tokens:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        scores = self._scorer.get_scores_from_ids(tokens)
        if allowed is not None:
            scores[~allowed] = 0
        rows = np.flatnonzero(scores > 0)
        if len(rows) > k:
            # All that tie with the kth stay in until the sort, so that ties are settled by row.
            least = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
            rows = rows[scores[rows] >= least]
        best = rows[np.argsort(-scores[rows], kind="stable")][:k]
        return best.astype(np.int32), scores[best].astype(np.float32)

    def holding(self, text: str) -> NDArray[np.int32]:
        """Return the rows that hold every word of the text, in any form, ascending; none for a text without words."""
        wanted = set(self.stems(text))
        known = self._scorer.vocab_dict
        if not wanted or not all(stem in known for stem in wanted):
            return np.zeros(0, np.int32)
        starts, rows = self._scorer.scores["indptr"], self._scorer.scores["indices"]
        held = sorted((rows[starts[known[stem]] : starts[known[stem] + 1]] for stem in wanted), key=len)
        found = np.unique(held[0])
        for others in held[1:]:
            found = np.intersect1d(found, others)
        return found.astype(np.int32)
