from pathlib import Path

import numpy as np
import pytest

from agent.embedder import ShippedEmbedder, open_embedder
from tests.fakes import HashEmbedder
from tools.embedding import DEFAULT_MODEL, Embedder, SentenceEmbedder
from tools.errors import EmbeddingFault


def test_the_model_that_ships_needs_no_network_and_gives_unit_rows(sentences: SentenceEmbedder) -> None:
    assert (sentences.name, sentences.dimension) == (DEFAULT_MODEL, 384)
    vectors = sentences.encode(["a heist that goes wrong", "bees"])
    assert vectors.shape == (2, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_what_is_close_in_meaning_is_close(sentences: SentenceEmbedder) -> None:
    query, near, far = sentences.encode(["a spaceship lost among the stars", "astronauts adrift", "a village bakery"])
    assert query @ near > query @ far + 0.2


def test_texts_come_back_in_their_order_however_they_are_batched(sentences: SentenceEmbedder) -> None:
    texts = ["short", "a good deal longer than the others " * 5, "", "middling words here"] * 3
    seen: list[tuple[int, int]] = []
    together = sentences.encode(texts, batch_size=5, progress=lambda done, total: seen.append((done, total)))
    alone = np.concatenate([sentences.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert seen == [(5, 12), (10, 12), (12, 12)]


def test_no_texts_are_no_rows(sentences: SentenceEmbedder) -> None:
    assert sentences.encode([]).shape == (0, 384)


def test_a_text_past_the_models_limit_is_cut_not_refused(sentences: SentenceEmbedder) -> None:
    assert np.isfinite(sentences.encode(["word " * 20_000, "\x00\u200b🎬" * 50])).all()


def test_the_weights_can_be_shared(sentences: SentenceEmbedder) -> None:
    tokens = sentences.tokenizer(["two words"], return_tensors="pt")
    assert sentences.model(**tokens).last_hidden_state.shape[-1] == sentences.dimension


def test_a_model_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingFault, match=r"cannot load the embedding model .*leave it at 'all-MiniLM-L6-v2'"):
        SentenceEmbedder.load(str(tmp_path))


def test_the_fake_keeps_the_protocol_and_its_promise() -> None:
    fake: Embedder = HashEmbedder()
    one, two, none = fake.encode(["time travel", "travel by train", "heist"])
    assert one @ two > one @ none
    np.testing.assert_array_equal(fake.encode(["Time Travels"]), fake.encode(["time travel"]))
    np.testing.assert_allclose(np.linalg.norm([one, two, none], axis=1), 1, atol=1e-5)


def test_the_shipped_model_read_alone_gives_what_its_library_gives(sentences: SentenceEmbedder) -> None:
    texts = ["A lonely astronaut plants potatoes.", "heist", "", "word " * 1000, "Amélie — 日本 🙂", "a\n\tb"]
    alone = ShippedEmbedder.load()
    assert (alone.name, alone.dimension) == (sentences.name, sentences.dimension)
    np.testing.assert_allclose(alone.encode(texts), sentences.encode(texts), atol=2e-6)
    assert alone.encode([]).shape == (0, sentences.dimension)


def test_another_model_goes_through_the_library(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingFault, match="sentence-transformers"):
        open_embedder(str(tmp_path))
