"""How long a catalogue takes from a table to an index, and to load again."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import orjson
import typer

from agent.embedder import open_embedder
from agent.settings import load_settings
from benchmarks.conversing import scratch_home
from benchmarks.synthetic import write_catalogue
from benchmarks.timing import machine
from tools.catalogue import Catalogue
from tools.importing import import_items
from tools.index import Index
from tools.mapping import Mapping

IMPORT_AND_INDEX_S, LOAD_S = 720.0, 5.0
"""What is promised of 28,000 items on two cores."""
_T = TypeVar("_T")


def importing(
    items: Annotated[int, typer.Option(min=1, help="Rows of the table; made of the shipped items.")] = 28_000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Seconds to import a table, to index it, and to load the index; wall clock and processor."""
    home = scratch_home()
    try:
        figures = _measure(home, items)
    finally:
        shutil.rmtree(home)
    took = figures["import"]["wall_s"] + figures["index"]["wall_s"]
    kept = took <= IMPORT_AND_INDEX_S and figures["load"]["wall_s"] <= LOAD_S
    if as_json:
        print(json.dumps({**figures, "kept": kept}))
    else:
        print(f"{items:,} items, {figures['machine']}")
        for step in ("import", "index", "load"):
            one = figures[step]
            print(f"  {step:<7} {one['wall_s']:7.1f} s   of processor time {one['cpu_s']:7.1f} s")
        promised = f"import and index within {IMPORT_AND_INDEX_S:.0f} s, load within {LOAD_S:.0f} s"
        print(f"promised of 28,000 items on two cores: {promised}: {'kept' if kept else 'MISSED'}")
    raise typer.Exit(0 if kept else 1)


def _measure(home: Path, items: int) -> dict[str, Any]:
    settings = load_settings()
    made = home / "made"
    write_catalogue(settings.domain, made, items)
    table, mapping = made / "items.jsonl", made / "mapping.toml"
    columns = sorted({column for line in table.open("rb") for column in orjson.loads(line)})
    entries = "\n".join(f'[columns.{column}]\nfrom = "{column}"' for column in columns)
    mapping.write_text(f'domain = "{settings.domain}"\n{entries}\n', encoding="utf8")
    folder, index = home / "items", home / "index"
    _, imported = _timed(lambda: import_items(table, Mapping.load(mapping), folder))
    embedder = open_embedder(settings.embedder)
    _, indexed = _timed(lambda: Index.build(Catalogue.load(folder), embedder, index))
    _, loaded = _timed(lambda: Index.open(index, Catalogue.load(folder), embedder))
    return {"items": items, "import": imported, "index": indexed, "load": loaded, "machine": machine()}


def _timed(work: Callable[[], _T]) -> tuple[_T, dict[str, float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    return done, {"wall_s": round(time.perf_counter() - wall, 2), "cpu_s": round(time.process_time() - cpu, 2)}
