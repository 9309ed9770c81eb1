"""Retries with exponential backoff, jitter and Retry-After, within a deadline."""

import math
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC
from http import HTTPStatus
from typing import TypeVar

import anyio

from kaizen_mcp.api.times import read_time
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
_RESET_OF_ONE_LIMIT = re.compile(r"(?:x-)?ratelimit-reset-[a-z-]+|[a-z]+-ratelimit-[a-z-]+-reset")
"""Headers that an API with several limits sends for each, in lower case: `x-ratelimit-reset-requests`."""

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]*)")
_UNITS = {
    word: seconds
    for words, seconds in {
        "ms msec millis millisecond milliseconds": 0.001,
        "s sec secs second seconds": 1,
        "m min mins minute minutes": 60,
        "h hr hrs hour hours": 3600,
        "d day days": 86_400,
    }.items()
    for word in words.split()
}
_YEAR = 31_536_000
"""A larger number of seconds is a time since 1970."""


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
        *(_parse_wait(headers.get(name, "")) for name in ("Retry-After", "X-Retry-After")),
        *(_parse_wait(headers.get(name, ""), "ms") for name in ("Retry-After-Ms", "X-Ms-Retry-After-Ms")),
    ]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        candidates += [_parse_wait(headers.get(name, "")) for name in _RESET_HEADERS]
        candidates.append(_parse_rate_limit(headers.get("RateLimit", "")))
        resets = [value for name, value in headers.items() if _RESET_OF_ONE_LIMIT.fullmatch(name.lower())]
        candidates.append(_longest(map(_parse_wait, resets)))
    return next((seconds for seconds in candidates if seconds is not None), None)


def _parse_wait(text: str, unit: str = "s") -> float | None:
    """Seconds to wait, the longest if the text lists several: `120, 120`, `50; w=60`; a date has a comma too."""
    whole = _parse_one(text, unit)
    return _longest(_parse_one(part, unit) for part in re.split("[,;]", text)) if whole is None else whole


def _parse_one(text: str, unit: str) -> float | None:
    """Seconds in a number, in a duration such as `1m30s` or `30 seconds`, or from now to an epoch or a date."""
    text = text.strip("\t \"'").lower()
    parts = _NUMBER.findall(text)
    if not parts or _NUMBER.sub("", text).strip():
        return _until(text)
    if len(parts) > 1 or parts[0][1]:
        is_duration = all(word in _UNITS for _, word in parts)
        return _limited(sum(float(number) * _UNITS[word] for number, word in parts)) if is_duration else None
    seconds = float(text) * _UNITS[unit]
    return _limited(seconds) if unit == "ms" or seconds <= _YEAR else _until(text)


def _until(text: str) -> float | None:
    """Seconds from now to a moment, in UTC unless it says otherwise."""
    try:
        moment = read_time(text)
    except (ValueError, OverflowError):
        return None
    if moment is None:
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _limited(math.ceil(zoned.timestamp() - time.time()))


def _limited(seconds: float) -> float:
    return min(max(0.0, float(seconds)), _MAX_RETRY_AFTER)


def _longest(waits: Iterable[float | None]) -> float | None:
    return max((seconds for seconds in waits if seconds is not None), default=None)


def _parse_rate_limit(text: str) -> float | None:
    """Seconds in the IETF's RateLimit header, whose drafts differ: `"default";r=0;t=30`, `limit=9, reset=30`."""
    policies = [dict(re.findall(r"\b(r|t|reset)\s*=\s*([0-9]{1,9})", policy)) for policy in text.split(",")]
    waits = [policy.get("t") or policy.get("reset") for policy in policies if int(policy.get("r", "0")) == 0]
    return _longest(_limited(float(wait)) for wait in waits if wait)
