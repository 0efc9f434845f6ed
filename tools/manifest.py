"""What an index folder holds: a manifest that names one generation of files and what they were made from.

A generation is written beside the one in use and becomes the one in use when the manifest is replaced, in one step: a
reader sees the old index or the new one, whatever happens to the writer.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import IndexFault

NAME = "manifest.json"


class Manifest(BaseModel):
    """A validated manifest.json."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    generation: Annotated[str, Field(pattern=r"^[0-9a-z-]+$")]
    """Name of the folder with the files."""
    model: str
    """Name of the embedding model."""
    dimension: int
    fingerprint: str
    """Of the catalogue."""
    items: int
    phrases: int
    """Distinct phrases of the text facet."""
    layout: str
    embedded: int
    """Texts that the last build had to embed; it found the others already done."""
    files: Mapping[str, str]
    """File of the generation -> SHA-256 of its bytes."""

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Return the manifest of an index folder. Raises IndexFault if there is none or it is of another version."""
        try:
            return cls.model_validate_json((folder / NAME).read_bytes())
        except FileNotFoundError:
            raise IndexFault(f"no index in {str(folder)!r}") from None
        except OSError as error:
            raise IndexFault(f"cannot read {str(folder / NAME)!r}: {error.strerror}") from error
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(map(str, problem["loc"])) or "all of it"
            raise IndexFault(
                f"{str(folder / NAME)!r} is damaged or of another version ({where}: {problem['msg']})"
            ) from None

    def write(self, folder: Path) -> None:
        """Make this the manifest of the folder, in one step."""
        write_file(folder / f"{NAME}.{self.generation}", self.model_dump_json(indent=1).encode())
        (folder / f"{NAME}.{self.generation}").replace(folder / NAME)

    def check_files(self, folder: Path) -> Path:
        """Return the folder of the generation. Raises IndexFault naming a file that is missing or not as written."""
        generation = folder / self.generation
        for name, expected in self.files.items():
            try:
                found = file_hash(generation / name)
            except OSError:
                raise IndexFault(f"the index lacks {str(generation / name)!r}") from None
            if found != expected:
                raise IndexFault(f"{str(generation / name)!r} is not as it was written")
        return generation


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ids_hash(ids: Iterable[str]) -> str:
    """Return the SHA-256 of ids in their order, in hexadecimal."""
    return hashlib.sha256("\0".join(ids).encode()).hexdigest()


def write_file(path: Path, content: bytes | memoryview) -> None:
    """Write a file and see it onto the disk, so that a manifest never names what a power cut took."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
