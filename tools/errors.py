"""What can go wrong with a catalogue, its domain file, an import or an index.

CatalogueError            somebody who runs Attune must act; the message names the value and the next step
├── DomainError           domain.toml says something that cannot be
├── ImportFault           a source file or its mapping cannot be read as items
├── ItemError             an item does not fit its domain
├── EmbeddingFault        an embedding model cannot be loaded, or gives something other than vectors
├── IndexFault            an index is missing, damaged, or made from something else
└── UnknownItem           an id that is not in the catalogue
ToolError                 a tool was called with arguments that cannot be carried out; the caller can mend them
"""


class CatalogueError(Exception):
    """Base of everything that is wrong with what is on disk."""


class DomainError(CatalogueError):
    """domain.toml is missing, is not TOML, or contradicts itself."""


class ImportFault(CatalogueError):
    """A source file or mapping cannot be turned into items."""


class ItemError(CatalogueError):
    """An item lacks what every item needs, repeats an id, or holds a value of the wrong type."""


class EmbeddingFault(CatalogueError):
    """An embedding model cannot be loaded, or does not give one vector a text."""


class IndexFault(CatalogueError):
    """The index is missing, damaged, or was built from another catalogue or embedding model."""


class UnknownItem(CatalogueError):
    """No item of the catalogue has this id."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"no item has the id {item_id!r}; search for it by title to get its id")
        self.item_id = item_id


class ToolError(Exception):
    """Arguments that a tool cannot carry out: says which, and what would do."""
