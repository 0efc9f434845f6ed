"""How users and threads are named in the database: nobody's name reaches into another's."""

from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import quote

from agent.errors import TurnRefused

MAX_ID_CHARS = 200
DEFAULT_TENANT = "local"
_LONGEST = 300
"""Of a name as it is written; PostgreSQL indexes no row of more than some 2,700 bytes."""


def checked_id(value: str, what: str) -> str:
    """Return an id that can be one, a user's or thread's for instance. Raises TurnRefused naming what is wrong."""
    if not value.strip():
        raise TurnRefused(f"the {what} is empty; give an id, any text of up to {MAX_ID_CHARS} characters")
    if len(value) > MAX_ID_CHARS or not value.isprintable():
        raise TurnRefused(f"the {what} {value[:40]!r} is not an id: up to {MAX_ID_CHARS} printable characters")
    return value


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one tenant's users over one domain. Every method refuses what cannot be an id (TurnRefused)."""

    tenant: str
    domain: str

    def profile(self, user: str) -> tuple[str, ...]:
        """Return the store's namespace of what is remembered of a user over this domain."""
        return (*self.all_profiles(user), written(self.domain))

    def all_profiles(self, user: str) -> tuple[str, ...]:
        """Return the start of the namespaces of everything that is remembered of a user."""
        return ("profiles", written(self.tenant), written(checked_id(user, "user")))

    def thread(self, user: str, thread: str) -> str:
        """Return a thread's key: the same thread id of another user, tenant or domain is another thread."""
        return f"{self.threads(user)}{written(checked_id(thread, 'thread'))}"

    def threads(self, user: str) -> str:
        """Return what the keys of a user's threads over this domain begin with."""
        return f"{self.all_threads(user)}{written(self.domain)}/"

    def all_threads(self, user: str) -> str:
        """Return what the keys of all threads of a user begin with."""
        return f"{written(self.tenant)}/{written(checked_id(user, 'user'))}/"


def written(name: str) -> str:
    """Return a name without the signs that mean something to a key or namespace; other names are written otherwise."""
    # quote leaves these two as they are: a namespace is split at points, and ~ marks a name that was too long.
    plain = quote(name, safe="").replace(".", "%2E").replace("~", "%7E")
    return plain if len(plain) <= _LONGEST else f"~{blake2b(name.encode(), digest_size=32).hexdigest()}"
