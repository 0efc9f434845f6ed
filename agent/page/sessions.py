"""Who is at the browser: a random user and thread that the browser keeps and brings back."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's user, and the thread that is open in it."""

    user: str
    thread: str

    @classmethod
    def read(cls, kept: Any) -> "Session":
        """Return the session that a browser kept; what is not one begins anew.

        An id is 128 random bits, so whoever changes theirs becomes a user that nobody else is.
        """
        fields = kept if isinstance(kept, dict) else {}
        user, thread = (_known(fields.get(name)) for name in ("user", "thread"))
        return cls(user or _new_id(), thread or _new_id()) if user else cls(_new_id(), _new_id())

    def as_kept(self) -> dict[str, str]:
        """Return what the browser keeps."""
        return {"user": self.user, "thread": self.thread}

    def with_thread(self, thread: str | None = None) -> "Session":
        """Return the same user in another thread, a new one if none is given."""
        return Session(self.user, thread or _new_id())


def _known(value: Any) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _new_id() -> str:
    return secrets.token_hex(16)
