"""Rows of a table that somebody else made: JSON Lines, CSV, TSV or Parquet, one at a time."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow
import pyarrow.parquet

from tools.errors import ImportFault


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source; `fault` says why it cannot be read, where it cannot."""

    number: int
    """1 for the first row after a header; lines of JSON Lines count from 1, blank ones too."""
    fields: dict[str, Any]
    fault: str | None = None


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file; the ending of its name says what it is.

    Raises ImportFault for a file that is missing, of no known kind, or broken as a whole; a single bad row is yielded
    with its fault.
    """
    readers = {".jsonl": _json_lines, ".ndjson": _json_lines, ".csv": _csv, ".tsv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ImportFault(f"cannot tell what {path.name!r} is; name it {', '.join(readers)} for what it holds")
    try:
        yield from reader(path)
    except FileNotFoundError:
        raise ImportFault(f"no file {str(path)!r}; check the path") from None
    except UnicodeDecodeError as error:
        raise ImportFault(f"{str(path)!r} is not UTF-8 (at byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise ImportFault(f"cannot read {str(path)!r}: {error.strerror or error}") from error


def _json_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                fields = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield Row(number, {"line": line.decode("utf8", "replace").strip()}, f"not JSON: {error}")
                continue
            if isinstance(fields, dict):
                yield Row(number, fields)
            else:
                yield Row(number, {"line": fields}, "not a JSON object")


def _csv(path: Path) -> Iterator[Row]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    # A byte order mark, as spreadsheets write it, is not part of the first column's name.
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            header = next(lines, [])
            if len(set(header)) != len(header):
                raise ImportFault(f"{path.name!r} has two columns of one name in {header}; give each its own")
            for number, values in enumerate(lines, 1):
                fields = dict(zip(header, values, strict=False))
                if len(values) == len(header):
                    yield Row(number, fields)
                elif values:
                    rest = {"": values[len(header) :]} if len(values) > len(header) else {}
                    yield Row(number, fields | rest, f"{len(values)} fields under a header of {len(header)}")
        except csv.Error as error:
            raise ImportFault(f"{path.name!r} line {lines.line_num}: {error}; check its quotes") from error


def _parquet(path: Path) -> Iterator[Row]:
    try:
        with pyarrow.parquet.ParquetFile(path) as table:
            number = 0
            for batch in table.iter_batches(batch_size=4096):
                for fields in batch.to_pylist():
                    number += 1
                    yield Row(number, fields)
    except pyarrow.ArrowException as error:
        raise ImportFault(f"{str(path)!r} cannot be read as Parquet: {error}") from error
