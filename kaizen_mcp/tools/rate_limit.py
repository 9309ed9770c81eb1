"""Rate limiter for tool calls. The MCP specification asks every server to have one."""

import time
from collections.abc import Callable


class RateLimiter:
    """Token bucket: all calls of a minute may come at once, and tokens return evenly over the next minute.

    Args:
        per_minute: calls per minute.
        clock: monotonic time in seconds.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = per_minute
        self._clock = clock
        self._tokens = float(per_minute)
        self._updated_at = clock()

    def acquire(self) -> float:
        """Take a token. Returns 0 if there was one, else the seconds until there is."""
        now = self._clock()
        per_second = self._capacity / 60
        self._tokens = min(self._capacity, self._tokens + (now - self._updated_at) * per_second)
        self._updated_at = now
        if self._tokens < 1:
            return (1 - self._tokens) / per_second
        self._tokens -= 1
        return 0
