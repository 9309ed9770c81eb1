"""Retries with exponential backoff, jitter and Retry-After, within a deadline."""

import math
import random
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import anyio

from kaizen_mcp.errors import KaizenError

T = TypeVar("T")

RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses after which the same request can succeed a moment later."""

_FIRST_PAUSE = 0.15
"""Seconds before the second attempt, before jitter. Short, because some agents give a whole call only 5 s."""

_GROWTH = 3
_LONGEST_PAUSE = 10.0

_MAX_RETRY_AFTER = 86_400.0
"""Longest Retry-After reported to callers, in seconds."""


async def with_retries(attempt: Callable[[], Awaitable[T]], *, max_retries: int, deadline: float) -> T:
    """Call `attempt` until it succeeds, fails for good, or there is no time or no retry left.

    Args:
        attempt: one attempt; called again after an error that can pass by itself.
        max_retries: attempts after the first.
        deadline: end of the call, by the event loop's clock. No pause reaches beyond it.

    Raises:
        KaizenError: the error of the last attempt, with the number of attempts.
    """
    number = 1
    while True:
        try:
            return await attempt()
        except KaizenError as error:
            error.attempts = number
            pause = max(error.retry_after_seconds or 0, backoff(number))
            time_left = min(deadline, anyio.current_effective_deadline()) - anyio.current_time()
            can_pass = error.retryable and error.http_status in {None, *RETRYABLE_STATUSES}
            if not can_pass or number > max_retries or pause >= time_left:
                raise
        await anyio.sleep(pause)
        number += 1


def backoff(attempts: int) -> float:
    """Seconds to pause after so many failed attempts; jitter at most doubles them."""
    pause = min(_FIRST_PAUSE * _GROWTH ** (attempts - 1), _LONGEST_PAUSE)
    return pause * random.uniform(1, 2)  # noqa: S311 - jitter, not security


def parse_retry_after(header: str) -> float | None:
    """Seconds to wait by RFC 9110's Retry-After, which is a number or a date; None if it is neither."""
    text = header.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), _MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(float(max(0, math.ceil(seconds))), _MAX_RETRY_AFTER)
