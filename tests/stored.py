"""Items as files hold them."""

from pathlib import Path
from typing import Any

import orjson


def stored_items(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of a domain folder's items.jsonl."""
    return [orjson.loads(line) for line in (folder / "items.jsonl").read_bytes().splitlines()]


def write_items(folder: Path, items: list[dict[str, Any]]) -> None:
    """Write a domain folder's items.jsonl."""
    (folder / "items.jsonl").write_bytes(
        b"".join(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE) for item in items)
    )
