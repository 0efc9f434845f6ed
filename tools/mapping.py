"""How the rows of a table become items: a mapping file, and what it makes of one row. See docs/importing.md."""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping as Fields
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tools.domain import Domain
from tools.errors import ImportFault
from tools.items import ColumnKind, column_kinds

ColumnType = Literal["text", "number", "integer", "list"]
_TYPES: dict[ColumnKind, tuple[ColumnType, ...]] = {
    "text": ("text",),
    "texts": ("list", "text"),
    "figure": ("number", "integer"),
    "whole": ("integer",),
}
"""What a column that the domain reads can be mapped to, what it is by default first."""


class ColumnSource(BaseModel):
    """Where a column of items.jsonl comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: str | None = Field(default=None, alias="from")
    """Column of the table; a mapping without one gives every item the default."""
    type: ColumnType | None = None
    """None: what the domain reads the column as, text if it does not."""
    separator: str | None = None
    """list: what parts the values of one cell."""
    pattern: str | None = None
    """A regular expression; its first group (or all of it) is the value: '(\\d{4})' takes the year out of a date."""
    values: dict[str, str | tuple[str, ...]] = {}
    """Value of the table -> value or values of the domain; '' leaves it out on purpose."""
    times: float = 1.0
    """number, integer: what a figure is multiplied by (2 for stars out of five on a scale of ten)."""
    default: str | float | tuple[str, ...] | None = None
    """What an item has whose cell is empty."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if self.source is None and self.default is None:
            raise ValueError("a column needs from, default or both")
        return self


class InteractionColumns(BaseModel):
    """Which columns of a table of interactions say who rated what; the defaults serve a table that names them so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str = "user"
    item: str = "item"
    rating: str | None = None
    """None: there are no ratings; every row is a like."""
    date: str | None = None
    key: str = "id"
    """Column of items.jsonl that `item` refers to."""


class Mapping(BaseModel):
    """A validated mapping file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: Path
    """Folder of the domain whose domain.toml the items follow; relative to the mapping file."""
    empty: tuple[str, ...] = ()
    """Cells that mean nothing is known ('NA', '\\\\N'); empty ones always do."""
    columns: dict[str, ColumnSource]
    interactions: InteractionColumns | None = None
    """Of a table of what many people rated, where one is imported beside the items."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the mapping in a TOML file. Raises ImportFault naming the entry that is wrong."""
        try:
            mapping = cls.model_validate(tomllib.loads(path.read_text(encoding="utf8")))
        except FileNotFoundError:
            raise ImportFault(f"no mapping file {str(path)!r}; docs/importing.md shows one") from None
        except OSError as error:
            raise ImportFault(f"cannot read {str(path)!r}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ImportFault(f"{str(path)!r} is not TOML: {error}") from error
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(map(str, problem["loc"]))
            raise ImportFault(
                f"{str(path)!r}, {where}: {problem['msg']}; docs/importing.md lists the entries"
            ) from error
        return mapping.model_copy(update={"domain": path.parent / mapping.domain})


class Converter:
    """Makes items of rows, counting every value that it could not use."""

    def __init__(self, mapping: Mapping, domain: Domain) -> None:
        """Raises ImportFault if the mapping makes no title, or a default does not fit."""
        self.unmapped: dict[str, Counter[str]] = {}
        """Column -> values that the domain does not have, and how often."""
        self.unread: dict[str, Counter[str]] = {}
        """Column -> cells that are not of its type, and how often."""
        if domain.columns.title not in mapping.columns:
            raise ImportFault(f"the mapping has no [columns.{domain.columns.title}]; every item needs a title")
        kinds = column_kinds(domain)
        self._columns = {
            name: _Reader(name, column, _type(name, column, kinds.get(name)), _closed(domain, name), self)
            for name, column in mapping.columns.items()
        }
        self._empty = {"", *mapping.empty}

    def item(self, fields: Fields[str, Any]) -> dict[str, Any]:
        """Return the columns that a row fills; those it has nothing for are left out."""
        values = {name: reader.value(fields, self._empty) for name, reader in self._columns.items()}
        return {name: value for name, value in values.items() if value not in (None, [])}


class _Reader:
    """Reads one column out of rows."""

    def __init__(
        self, name: str, column: ColumnSource, kind: ColumnType, closed: dict[str, str] | None, converter: Converter
    ) -> None:
        self._name = name
        self._column = column
        self._kind = kind
        self._closed = closed
        self._converter = converter
        self._pattern = re.compile(column.pattern) if column.pattern else None
        self._default = None if column.default is None else self._typed(column.default)
        if column.default is not None and self._default in (None, []):
            raise ImportFault(f"the default {column.default!r} of column {name!r} is no {kind} that the domain has")

    def value(self, fields: Fields[str, Any], empty: set[str]) -> Any:
        cell = fields.get(self._column.source) if self._column.source else None
        if cell is None or (isinstance(cell, str) and cell.strip() in empty):
            return self._default
        value = self._typed(cell)
        return self._default if value in (None, []) else value

    def _typed(self, cell: Any) -> Any:
        if self._kind == "list":
            parts = list(cell) if isinstance(cell, list | tuple) else self._parts(cell)
            return list(dict.fromkeys(value for part in parts for value in self._texts(part)))
        if self._kind == "text":
            found = self._texts(cell)
            return found[0] if found else None
        return self._figure(cell)

    def _parts(self, cell: Any) -> list[Any]:
        if self._column.separator and isinstance(cell, str):
            return cell.split(self._column.separator)
        return [cell]

    def _texts(self, cell: Any) -> list[str]:
        if isinstance(cell, dict | list | tuple | bytes) or cell is None:
            self._count(self._converter.unread, cell)
            return []
        text = self._matched(str(cell).strip())
        if not text:
            return []
        mapped = self._column.values.get(text, text)
        wanted = [mapped] if isinstance(mapped, str) else list(mapped)
        return [value for word in wanted if word for value in self._known(word, text)]

    def _known(self, word: str, text: str) -> list[str]:
        if self._closed is None:
            return [word]
        value = self._closed.get(word) or self._closed.get(word.casefold())
        if value is None:
            self._count(self._converter.unmapped, text)
            return []
        return [value]

    def _figure(self, cell: Any) -> float | None:
        text = self._matched(cell.strip()) if isinstance(cell, str) else cell
        if text == "":
            return None
        try:
            figure = float(text) * self._column.times
            if isinstance(cell, bool) or not math.isfinite(figure) or abs(figure) > 1e15:
                raise ValueError
            if self._kind == "integer" and figure != int(figure):
                raise ValueError
        except (TypeError, ValueError):
            self._count(self._converter.unread, cell)
            return None
        return int(figure) if figure == int(figure) else round(figure, 6)

    def _matched(self, text: str) -> str:
        if self._pattern is None:
            return text
        match = self._pattern.search(text)
        if match is None:
            self._count(self._converter.unread, text)
            return ""
        return (match[1] if self._pattern.groups else match[0]) or ""

    def _count(self, where: dict[str, Counter[str]], cell: Any) -> None:
        where.setdefault(self._name, Counter())[str(cell)[:80]] += 1


def _type(name: str, column: ColumnSource, kind: ColumnKind | None) -> ColumnType:
    if kind is None:
        return column.type or "text"
    if column.type not in (None, *_TYPES[kind]):
        raise ImportFault(f"column {name!r} has type {column.type!r}; the domain reads it as {_TYPES[kind][0]!r}")
    return column.type or _TYPES[kind][0]


def _closed(domain: Domain, column: str) -> dict[str, str] | None:
    """What may be written in a column of closed values, as it is and in any case, -> how items.jsonl writes it."""
    for facet in domain.of_kind("category", "ordinal").values():
        if column in facet.columns:
            written = [*facet.values, *facet.stored]
            return {value.casefold(): value for value in reversed(written)} | {value: value for value in written}
    return None
