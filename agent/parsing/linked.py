"""Turns read by the linker, for files of labelled turns whose slates give titles rather than ids."""

from dataclasses import replace

from agent.parsing.parser import ParseInput, SlateEntry
from agent.parsing.words import plain
from tools.catalogue import Catalogue
from tools.linking import Linker


class LinkedReading:
    """Fills in a turn's mentions as the conversation would."""

    def __init__(self, catalogue: Catalogue, linker: Linker) -> None:
        self._linker = linker
        self._ids: dict[tuple[str, int | None], str] = {}
        for row, item_id in enumerate(catalogue.ids):
            item = catalogue.item(row)
            self._ids.setdefault((plain(item.title), item.year), item_id)
            self._ids.setdefault((plain(item.title), None), item_id)

    def read(self, turn: ParseInput) -> ParseInput:
        """Return the turn with what the linker finds in it; titles the catalogue lacks only keep their place."""
        slate = [self._id(entry) for entry in turn.slate]
        return replace(turn, mentions=self._linker.find(turn.text, slate, turn.year))

    def _id(self, entry: SlateEntry) -> str:
        name = plain(entry.title)
        return self._ids.get((name, entry.year)) or self._ids.get((name, None)) or f"not in the catalogue: {name}"
