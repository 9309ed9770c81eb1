"""How many tool calls are answered: the protocol asks every server for a limit."""

import time
from collections.abc import Callable


class CallRate:
    """A token bucket: a minute's calls may come at once, and each is given back over the minute after it.

    Args:
        per_minute: calls answered in a minute.
        clock: seconds that only ever grow.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._clock = clock
        self._left = float(per_minute)
        self._since = clock()

    def take(self) -> float:
        """Count one call. Returns 0 if it may be answered, else the seconds after which one may."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._since) * self._most / 60)
        self._since = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return (1 - self._left) * 60 / self._most
