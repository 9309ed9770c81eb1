"""Rate limiter for tool calls. The MCP specification asks every server to have one."""

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_CALLERS = 10_000
"""Callers that are remembered. One that is forgotten starts anew, as all do after a minute without a call."""


class RateLimiter:
    """Token bucket for each caller: all calls of a minute may come at once, tokens return evenly over the next.

    Args:
        per_minute: calls per minute of one caller.
        clock: monotonic time in seconds.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = per_minute
        self._clock = clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = (
            OrderedDict()
        )  # tokens, and when there were so many

    def acquire(self, caller: bytes = b"") -> float:
        """Take a token of a caller. Returns 0 if there was one, else the seconds until there is."""
        now = self._clock()
        per_second = self._capacity / 60
        tokens, updated_at = self._buckets.pop(caller, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - updated_at) * per_second)
        wait = 0 if tokens >= 1 else (1 - tokens) / per_second
        self._buckets[caller] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        return wait
