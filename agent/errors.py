"""What can go wrong in the agent, by who must act. What is wrong with a catalogue or index is in tools.errors.

AttuneError
├── ModelError            the language model: the turn goes on without it, and says so
│   ├── ModelUnavailable  away, too slow, overloaded, or left alone for a while after failing
│   ├── ModelRefused      the server will not do this call (name, key, length); trying again does not help
│   └── ModelReplyInvalid it answered, but not with what was asked for
├── TurnRefused           the person: what to do instead
├── TooBusy               the person: to try again in a moment; the turn was not taken
├── StorageError          the database cannot be read or written: whoever runs Attune; the turn was not taken
└── SettingsError         whoever runs Attune; raised at start
"""


class AttuneError(Exception):
    """Base of what the agent raises on purpose."""


class ModelError(AttuneError):
    """The language model could not be used for this call."""


class ModelUnavailable(ModelError):
    """No answer in time: away, too slow, overloaded, or not asked because it just failed several times."""


class ModelRefused(ModelError):
    """The server answered that it will not do this call; `status` is the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ModelReplyInvalid(ModelError):
    """The model answered with something that is not what was asked for."""


class TurnRefused(AttuneError):
    """A turn that cannot be taken as it is; the message tells the person what to do instead."""


class TooBusy(AttuneError):
    """So many turns are waiting already that this one was not taken."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StorageError(AttuneError):
    """Threads or profiles cannot be read or written; what was kept before is as it was."""


class SettingsError(AttuneError):
    """A setting that cannot be; the message names it, quotes the value and says what would do."""
