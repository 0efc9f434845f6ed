"""API keys of tenants. A key is shown once; the file keeps only its hash.

A key carries 256 random bits, so one round of SHA-256 is enough: there is nothing to guess.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.errors import SettingsError

_PREFIX = "att"
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Key(BaseModel):
    """One key as it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    tenant: str
    name: str
    sha256: str
    created: str
    """ISO time, UTC."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[Key, ...] = ()


class KeyRing:
    """The keys in a file. A change by another process holds from the next request on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: tuple[int, int] | None = None
        self._keys: dict[str, Key] = {}

    def listed(self) -> tuple[Key, ...]:
        """Return the keys, oldest first. Raises SettingsError for a file that cannot be read."""
        self._refresh()
        return tuple(self._keys.values())

    def create(self, tenant: str, name: str = "") -> tuple[Key, str]:
        """Return a new key of the tenant and its secret, which is kept nowhere. Raises SettingsError."""
        if not _TENANT.fullmatch(tenant):
            raise SettingsError(
                f"the tenant {tenant!r} is not a name: up to 63 of a-z, 0-9 and '-', beginning with a letter or digit"
            )
        key_id = secrets.token_hex(4)
        secret = f"{_PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        key = Key(id=key_id, tenant=tenant, name=name, sha256=_digest(secret), created=now)
        with self._changing():
            self._write((*self.listed(), key))
        return key, secret

    def revoke(self, key_id: str) -> Key:
        """Remove a key. Raises SettingsError for an id that there is not."""
        with self._changing():
            found = next((key for key in self.listed() if key.id == key_id), None)
            if found is None:
                raise SettingsError(f"there is no key {key_id!r}; `attune keys list` shows which there are")
            self._write(tuple(key for key in self.listed() if key.id != key_id))
        return found

    def find(self, secret: str) -> Key | None:
        """Return the key with this secret."""
        self._refresh()
        parts = secret.split("_", 2)
        key = self._keys.get(parts[1]) if len(parts) == 3 and parts[0] == _PREFIX else None
        if key is None or not hmac.compare_digest(key.sha256, _digest(secret)):
            return None
        return key

    def _changing(self) -> FileLock:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"cannot keep keys in {str(self._path)!r} ({error}); set ATTUNE_HOME") from error
        return FileLock(f"{self._path}.lock")

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._keys, self._read_at = {}, None
            return
        read_at = (status.st_mtime_ns, status.st_ino)
        if read_at == self._read_at:
            return
        try:
            kept = _File.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError) as error:
            raise SettingsError(
                f"the keys in {str(self._path)!r} cannot be read; restore the file or move it"
            ) from error
        self._keys, self._read_at = {key.id: key for key in kept.keys}, read_at

    def _write(self, keys: tuple[Key, ...]) -> None:
        # mkstemp makes the file readable by its owner only; the rename swaps it in whole.
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".keys-")
        with os.fdopen(handle, "w", encoding="utf8") as file:
            json.dump(_File(keys=keys).model_dump(), file, indent=2)
        Path(name).replace(self._path)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
