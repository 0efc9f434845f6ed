"""Examples as lines of a file of labelled turns."""

import json
from typing import Any

from distill.examples import Example


def as_line(example: Example) -> dict[str, Any]:
    """Return the example as a line of a file of labelled turns."""
    statements = []
    for wish in example.wishes:
        plain = wish.statement.model_dump(exclude_none=True, exclude={"confidence", "quote"})
        statements.append(plain | {"span": example.turn.text[wish.start : wish.end]})
    items = [
        {"ref": item.ref, "relation": item.relation, "span": example.turn.text[one.start : one.end]}
        for one in example.pointed
        for item in one.items
    ]
    return {
        "id": example.id,
        "context": [{"role": one.role, "text": one.text} for one in example.turn.context],
        "slate": [{"n": one.n, "title": one.title, "year": one.year} for one in example.turn.slate],
        "utterance": example.turn.text,
        "command": {
            "intent": example.command.intent,
            "preferences": statements,
            "items": items,
            "asks": list(example.command.asks),
            "count": example.command.count,
        },
    }


def as_text(example: Example) -> str:
    """Return the same as one line of JSON."""
    return json.dumps(as_line(example), ensure_ascii=False)
