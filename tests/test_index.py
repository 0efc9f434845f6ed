import errno
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import BOARDGAMES, ROOT
from tests.fakes import HashEmbedder
from tests.stored import stored_items
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.embedding import Vectors
from tools.errors import EmbeddingFault, IndexFault
from tools.index import Index
from tools.manifest import Manifest

GAMES = stored_items(BOARDGAMES)


def games(items: list[dict[str, Any]]) -> Catalogue:
    return Catalogue.build(Domain.load(BOARDGAMES), items)


def texts_of(catalogue: Catalogue) -> set[str]:
    return {*catalogue.documents(), *catalogue.vocabulary("theme")}


def assert_same_index(one: Index, other: Index, catalogue: Catalogue) -> None:
    rows = np.arange(len(catalogue))
    np.testing.assert_array_equal(one.vectors(rows), other.vectors(rows))
    assert one.phrases == other.phrases
    for query in ("robots and farming", "heist", "Ines Valborg"):
        vector = HashEmbedder().encode([query])
        np.testing.assert_array_equal(one.nearest(vector, 5)[0], other.nearest(vector, 5)[0])
        np.testing.assert_array_equal(one.lexical(query, 5)[0], other.lexical(query, 5)[0])
        assert one.phrases_like([query], 3, 0.1) == other.phrases_like([query], 3, 0.1)


def test_an_index_opened_is_the_one_built(tmp_path: Path, boardgames: Catalogue, embedder: HashEmbedder) -> None:
    built = Index.build(boardgames, embedder, tmp_path)
    assert len(built) == len(boardgames)
    assert_same_index(built, Index.open(tmp_path, boardgames, HashEmbedder()), boardgames)


def test_meaning_finds_the_obvious_film(tiny: Catalogue, tiny_index: Index) -> None:
    def first(words: str) -> str:
        row = int(tiny_index.nearest(HashEmbedder().encode([words]), 1)[0][0, 0])
        return tiny.ids[row]

    assert first("heist, cop versus criminal, los angeles") == "heat-1995"
    assert first("vienna, one night, strangers") == "before-sunrise-1995"


def test_rows_that_are_not_allowed_are_not_found(tiny: Catalogue, tiny_index: Index) -> None:
    vector = HashEmbedder().encode(["space, aliens, first contact"])
    allowed = ~tiny.has("genre", "sci-fi")
    rows, cosines = tiny_index.nearest(vector, 12, allowed)
    assert sorted(rows[0][rows[0] >= 0]) == np.flatnonzero(allowed).tolist()
    assert (np.diff(cosines[0][: allowed.sum()]) <= 0).all()
    assert (rows[0][allowed.sum() :] == -1).all()
    assert np.isneginf(cosines[0][allowed.sum() :]).all()
    nothing = tiny_index.nearest(vector, 3, np.zeros(len(tiny), bool))[0]
    assert nothing.tolist() == [[-1, -1, -1]]


def test_words_are_found_by_stem_name_and_without_accents(tiny: Catalogue, tiny_index: Index) -> None:
    def found(words: str) -> list[str]:
        return [tiny.ids[row] for row in tiny_index.lexical(words, 3)[0]]

    assert found("samurais")[0] == "seven-samurai-1954"
    assert set(found("villeneuve")) == {"arrival-2016", "blade-runner-2049-2017"}
    assert found("amelie") == found("Amélie") == ["amelie-2001"]
    assert found("zzz the of") == found("") == []


def test_words_respect_the_mask(tiny: Catalogue, tiny_index: Index) -> None:
    allowed = ~tiny.has("person", "Amy Adams")
    rows, scores = tiny_index.lexical("villeneuve", 3, allowed)
    assert [tiny.ids[row] for row in rows] == ["blade-runner-2049-2017"]
    assert (scores > 0).all()


def test_phrases_come_with_their_closeness(tiny: Catalogue, tiny_index: Index) -> None:
    heist, nothing = tiny_index.phrases_like(["heist", "qwertyuiop"], 3, 0.9)
    assert heist[0][0] == "heist"
    assert heist[0][1] == pytest.approx(1, abs=1e-3)
    assert nothing == []
    assert tiny_index.phrases_like([], 3, 0.5) == []
    assert set(tiny_index.phrases) == set(tiny.vocabulary("theme"))


def test_vectors_and_masks_of_another_shape_are_refused(tiny_index: Index) -> None:
    with pytest.raises(IndexFault, match=r"shape \(1, 8\) asked of an index of 64 dimensions"):
        tiny_index.nearest(np.zeros((1, 8), np.float32), 3)
    with pytest.raises(IndexFault, match=r"a mask of shape \(3,\) for 12 items"):
        tiny_index.nearest(np.zeros((1, 64), np.float32), 3, np.ones(3, bool))


def test_an_index_that_is_current_is_not_built_again(tmp_path: Path, boardgames: Catalogue) -> None:
    first = Index.build(boardgames, HashEmbedder(), tmp_path)
    again = HashEmbedder()
    second = Index.build(boardgames, again, tmp_path)
    assert again.encoded == []
    assert second.manifest == first.manifest


def test_the_layout_can_be_set_by_hand(tmp_path: Path, boardgames: Catalogue, embedder: HashEmbedder) -> None:
    flat = Index.build(boardgames, HashEmbedder(), tmp_path)
    grouped = Index.build(boardgames, embedder, tmp_path, layout="ivf")
    assert (flat.manifest.layout, grouped.manifest.layout) == ("flat", "ivf")
    assert embedder.encoded == []
    assert Index.build(boardgames, HashEmbedder(), tmp_path).manifest == grouped.manifest


def test_an_index_that_is_current_serves_where_nothing_can_be_written(
    tmp_path: Path, boardgames: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    Index.build(boardgames, HashEmbedder(), tmp_path)

    def refuse(folder: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tools.index.FileLock", refuse)
    assert len(Index.build(boardgames, HashEmbedder(), tmp_path)) == 24
    with pytest.raises(IndexFault, match="Read-only file system"):
        Index.build(games(GAMES[1:]), HashEmbedder(), tmp_path)


def test_adding_changing_and_removing_embeds_only_what_changed(tmp_path: Path, embedder: HashEmbedder) -> None:
    Index.build(games(GAMES), HashEmbedder(), tmp_path / "kept")
    new = GAMES[0] | {"id": "new", "title": "New", "themes": ["weather", "a phrase of its own"]}
    changed = GAMES[5] | {"summary": "Something else altogether."}
    after = games([new, *GAMES[1:5], changed, *GAMES[6:20], GAMES[22]])
    index = Index.build(after, embedder, tmp_path / "kept")
    assert set(embedder.encoded) == texts_of(after) - texts_of(games(GAMES))
    assert index.manifest.embedded == len(embedder.encoded) == 3
    assert_same_index(index, Index.build(after, HashEmbedder(), tmp_path / "anew"), after)


def test_only_the_generation_in_use_is_kept(tmp_path: Path) -> None:
    Index.build(games(GAMES), HashEmbedder(), tmp_path)
    index = Index.build(games(GAMES[:9]), HashEmbedder(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.json", "lock", index.manifest.generation}


class FailingEmbedder(HashEmbedder):
    """Gives out after a number of calls."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.calls = calls

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.calls == 0:
            raise RuntimeError("out of breath")
        self.calls -= 1
        return super().encode(texts)


def test_a_build_that_failed_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.embedded._SHARD", 5)
    catalogue = games(GAMES)
    failing, next_one = FailingEmbedder(3), HashEmbedder()
    with pytest.raises(RuntimeError, match="out of breath"):
        Index.build(catalogue, failing, tmp_path)
    Index.build(catalogue, next_one, tmp_path)
    assert len(failing.encoded) == 15
    assert set(failing.encoded).isdisjoint(next_one.encoded)
    assert {*failing.encoded, *next_one.encoded} == texts_of(catalogue)


_KILLED = """
import os, signal, sys
from pathlib import Path
import tools.embedded
from tests.conftest import BOARDGAMES
from tests.fakes import HashEmbedder
from tools.catalogue import Catalogue
from tools.index import Index

tools.embedded._SHARD = 8
def progress(stage, done, total):
    if (stage, done) == ("embedding items", 16):
        os.kill(os.getpid(), signal.SIGKILL)
Index.build(Catalogue.load(BOARDGAMES), HashEmbedder(), Path(sys.argv[1]), progress)
"""


def test_a_build_that_was_killed_goes_on_where_it_stopped(tmp_path: Path, embedder: HashEmbedder) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], cwd=ROOT, timeout=60, check=False)
    assert killed.returncode == -9
    catalogue = Catalogue.load(BOARDGAMES)
    Index.build(catalogue, embedder, tmp_path)
    assert len(embedder.encoded) == len(texts_of(catalogue)) - 16


def test_a_shard_cut_off_by_a_full_disk_is_embedded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.embedded._SHARD", 8)
    with pytest.raises(RuntimeError):
        Index.build(games(GAMES), FailingEmbedder(2), tmp_path)
    shard = next(tmp_path.rglob("*.npz"))
    shard.write_bytes(shard.read_bytes()[:50])
    embedder = HashEmbedder()
    index = Index.build(games(GAMES), embedder, tmp_path)
    assert len(embedder.encoded) == len(texts_of(games(GAMES))) - 8
    first = HashEmbedder().encode(games(GAMES).documents([0]))
    np.testing.assert_allclose(index.vectors(np.array([0])), first, atol=1e-3)


def test_the_old_index_serves_until_the_new_one_is_whole(tmp_path: Path) -> None:
    old = games(GAMES[:10])
    Index.build(old, HashEmbedder(), tmp_path)

    def progress(stage: str, done: int, total: int) -> None:
        stages.append(stage)
        assert len(Index.open(tmp_path, old, HashEmbedder())) == 10

    stages: list[str] = []
    Index.build(games(GAMES), HashEmbedder(), tmp_path, progress)
    assert list(dict.fromkeys(stages)) == [
        "embedding items",
        "embedding phrases",
        "grouping vectors",
        "counting words",
    ]
    with pytest.raises(IndexFault, match="of other items"):
        Index.open(tmp_path, old, HashEmbedder())


def test_two_builders_at_once_do_the_work_once(tmp_path: Path, boardgames: Catalogue) -> None:
    embedders = [HashEmbedder() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(lambda embedder: Index.build(boardgames, embedder, tmp_path), embedders))
    assert sum(len(embedder.encoded) for embedder in embedders) == len(texts_of(boardgames))
    assert len({index.manifest.generation for index in built}) == 1


def test_an_index_of_another_model_or_catalogue_says_what_to_run(tmp_path: Path, boardgames: Catalogue) -> None:
    Index.build(boardgames, HashEmbedder(), tmp_path)
    remedy = f"; run `attune index {BOARDGAMES}`"
    with pytest.raises(IndexFault, match=r"made with the model 'hash', not 'other'.*run `attune index") as fault:
        Index.open(tmp_path, boardgames, HashEmbedder("other"))
    assert str(fault.value).endswith(remedy)
    with pytest.raises(IndexFault, match=r"has 64 dimensions, the model 32"):
        Index.open(tmp_path, boardgames, HashEmbedder(dimension=32))
    with pytest.raises(IndexFault, match=r"of other items \(24, here 23"):
        Index.open(tmp_path, games(GAMES[1:]), HashEmbedder())
    with pytest.raises(IndexFault, match=r"no index in"):
        Index.open(tmp_path / "elsewhere", boardgames, HashEmbedder())


def test_an_index_of_another_model_is_built_anew(tmp_path: Path, boardgames: Catalogue) -> None:
    Index.build(boardgames, HashEmbedder(), tmp_path)
    other = HashEmbedder("other", dimension=32)
    assert Index.build(boardgames, other, tmp_path).vectors(np.array([0])).shape == (1, 32)
    assert set(other.encoded) == texts_of(boardgames)


@pytest.mark.parametrize("name", ["items.faiss", "phrases.json", "words/vocab.index.json"])
def test_a_damaged_file_is_named_and_mended_by_a_build(tmp_path: Path, boardgames: Catalogue, name: str) -> None:
    index = Index.build(boardgames, HashEmbedder(), tmp_path)
    file = tmp_path / index.manifest.generation / name
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(IndexFault, match=rf"{file.name}' is not as it was written; run `attune index"):
        Index.open(tmp_path, boardgames, HashEmbedder())
    file.unlink()
    with pytest.raises(IndexFault, match="the index lacks"):
        Index.open(tmp_path, boardgames, HashEmbedder())
    Index.build(boardgames, HashEmbedder(), tmp_path)


def test_a_manifest_of_another_version_is_refused(tmp_path: Path, boardgames: Catalogue) -> None:
    Index.build(boardgames, HashEmbedder(), tmp_path)
    path = tmp_path / "manifest.json"
    for broken in (path.read_text().replace('"format": 1', '"format": 2'), "{", path.read_text().replace("model", "x")):
        path.write_text(broken)
        with pytest.raises(IndexFault, match=r"damaged or of another version"):
            Index.open(tmp_path, boardgames, HashEmbedder())


def test_a_disk_that_refuses_is_named_and_the_old_index_stays(
    tmp_path: Path, boardgames: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    Index.build(boardgames, HashEmbedder(), tmp_path / "index")

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tools.index.write_file", full)
    with pytest.raises(IndexFault, match=r"cannot write the index to .*No space left on device.*ATTUNE_HOME"):
        Index.build(games(GAMES[1:]), HashEmbedder(), tmp_path / "index")
    assert len(Index.open(tmp_path / "index", boardgames, HashEmbedder())) == 24
    (tmp_path / "file").touch()
    with pytest.raises(IndexFault, match="cannot write the index to"):
        Index.build(boardgames, HashEmbedder(), tmp_path / "file" / "index")


class WrongEmbedder(HashEmbedder):
    """Gives one row too few."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        return super().encode(texts[1:])


def test_a_model_that_does_not_give_a_vector_a_text_is_refused(tmp_path: Path, boardgames: Catalogue) -> None:
    with pytest.raises(EmbeddingFault, match=r"the model 'hash' gave"):
        Index.build(boardgames, WrongEmbedder(), tmp_path)


def test_the_manifest_says_what_the_index_is_of(tmp_path: Path, boardgames: Catalogue) -> None:
    manifest = Index.build(boardgames, HashEmbedder(), tmp_path).manifest
    assert manifest == Manifest.read(tmp_path)
    assert (manifest.model, manifest.dimension, manifest.items) == ("hash", 64, 24)
    assert manifest.fingerprint == boardgames.fingerprint
    assert manifest.layout == "flat"
