"""Retries with exponential backoff, jitter and Retry-After, within a deadline."""

import math
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

import anyio

from kaizen_mcp.errors import KaizenError

T = TypeVar("T")

RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""HTTP statuses after which the same request can succeed a moment later; 520 and more are Cloudflare's."""

_FIRST_PAUSE = 0.15
"""Seconds before the second attempt, before jitter. Short, because some agents give a whole call only 5 s."""

_GROWTH = 3
_LONGEST_PAUSE = 10.0

_MAX_RETRY_AFTER = 86_400.0
"""Longest Retry-After reported to callers, in seconds."""

_RESET_HEADERS = ("RateLimit-Reset", "X-RateLimit-Reset-After", "X-RateLimit-Reset", "X-Rate-Limit-Reset")

_YEAR = 31_536_000
_YEAR_IN_MS_EPOCH = 100_000_000_000
"""From the first on, a number of seconds is a time since 1970, from the second on in milliseconds."""


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
            if not can_pass or number > min(max_retries, error.max_retries) or pause >= time_left:
                raise
        await anyio.sleep(pause)
        number += 1


def backoff(attempts: int) -> float:
    """Seconds to pause after so many failed attempts; jitter at most doubles them."""
    pause = min(_FIRST_PAUSE * _GROWTH ** (attempts - 1), _LONGEST_PAUSE)
    return pause * random.uniform(1, 2)  # noqa: S311 - jitter, not security


def retry_after(headers: Mapping[str, str], status: int) -> float | None:
    """Seconds that a response asks to wait, by Retry-After or else by the headers of a rate limiter.

    Args:
        headers: of the response, compared without case.
        status: many APIs send when a limit is reset with every response, so that counts only for 429.
    """
    candidates = [
        _parse_wait(headers.get("Retry-After", "")),
        _parse_wait(f"{headers.get('Retry-After-Ms', '')} ms"),
    ]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        candidates += [_parse_wait(headers.get(name, "")) for name in _RESET_HEADERS]
        candidates.append(_parse_rate_limit(headers.get("RateLimit", "")))
    return next((seconds for seconds in candidates if seconds is not None), None)


def _parse_wait(text: str) -> float | None:
    """Seconds in a number of seconds, with or without unit, or from now to a moment: an epoch or a date."""
    number = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(ms|s)?", text.strip())
    if number is None:
        moment = _parse_date(text.strip())
        return None if moment is None else _limited(math.ceil(moment.timestamp() - time.time()))
    seconds = float(number[1]) / (1000 if number[2] == "ms" else 1)
    if number[2] or seconds <= _YEAR:
        return _limited(seconds)
    epoch = seconds / 1000 if seconds >= _YEAR_IN_MS_EPOCH else seconds
    return _limited(math.ceil(epoch - time.time()))


def _limited(seconds: float) -> float:
    return min(max(0.0, float(seconds)), _MAX_RETRY_AFTER)


def _parse_date(text: str) -> datetime | None:
    """A date as in HTTP or in ISO 8601, in UTC unless it says otherwise."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError, OverflowError):
            moment = parse(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _parse_rate_limit(text: str) -> float | None:
    """Seconds in the IETF's RateLimit header, whose drafts differ: `"default";r=0;t=30`, `limit=9, reset=30`."""
    policies = [dict(re.findall(r"\b(r|t|reset)\s*=\s*([0-9]{1,9})", policy)) for policy in text.split(",")]
    waits = [policy.get("t") or policy.get("reset") for policy in policies if int(policy.get("r", "0")) == 0]
    return max((_limited(float(wait)) for wait in waits if wait), default=None)
