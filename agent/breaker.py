"""Leaves a failing service alone for a while."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after so many failures in a row; while open nothing is let through but one probe every `rest_s`."""

    def __init__(self, *, limit: int = 3, rest_s: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._rest_s = rest_s
        self._clock = clock
        self._failures = 0
        self._shut_until = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit

    def admits(self) -> bool:
        """Whether a call may be made now. Every call that was let through must end in `worked` or `failed`."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._shut_until:
            return False
        # This call is the probe. The others wait for what it finds, or for as long again if it is never heard of.
        self._shut_until = now + self._rest_s
        return True

    def worked(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._shut_until = self._clock() + self._rest_s
