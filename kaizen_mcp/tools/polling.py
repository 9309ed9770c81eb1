"""Polling: call a function again and again, at growing intervals, until its result is final or time is up."""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import anyio

from kaizen_mcp.errors import NO_ANSWER_IN_TIME_LEFT, CallTimeoutError, KaizenError

T = TypeVar("T")

MIN_INTERVAL, MAX_INTERVAL = 1.0, 5.0
"""Seconds between two polls: the interval grows from the first to the second."""

_GROWTH = 1.5
_JITTER = 0.2
"""Largest random change of an interval, as a fraction of it: many waiting calls should not poll in step."""

LAST_POLL_SECONDS = 5.0
"""Seconds before the deadline that are kept for the last poll; a quarter of the time if that is shorter."""


@dataclass(frozen=True, slots=True)
class PollResult(Generic[T]):
    """Result of polling.

    Attributes:
        latest: what the last successful poll returned.
        seconds: how long polling took.
        age: seconds since the last successful poll.
        last_error: why the polls after it failed; None if it was the last poll.
    """

    latest: T
    seconds: float
    age: float
    last_error: KaizenError | None


async def poll_until(  # noqa: PLR0913 - all but the first by keyword
    poll: Callable[[], Awaitable[T]],
    *,
    is_final: Callable[[T], bool],
    on_progress: Callable[[float, float, T | None], Awaitable[None]],
    seconds: float,
    deadline: float,
    stopping: anyio.Event,
) -> PollResult[T]:
    """Poll until the result is final, or for so many seconds.

    Polling goes on after a retryable error. It ends early if the API asks for a pause that is longer than both the
    time left and the longest interval, and after one more poll if the server is stopping.

    Args:
        poll: returns the current result.
        is_final: whether polling can stop.
        on_progress: called after each poll with the seconds so far, the seconds at most and the latest result.
        seconds: how long to poll at most.
        deadline: end of the call on the event loop's clock; polling ends some seconds before it.
        stopping: set when the server shuts down.

    Raises:
        KaizenError: a poll failed with an error that is not retryable, or no poll succeeded.
    """
    start = anyio.current_time()
    end = min(start + seconds, deadline - min(LAST_POLL_SECONDS, (deadline - start) / 4))
    latest: T | None = None
    latest_at = start
    intervals = _intervals()
    while True:
        # Without a result, a poll may take as long as the call. With one, a slow poll must not delay the answer.
        result, error = await _try(poll, deadline if latest is None else min(deadline, end + LAST_POLL_SECONDS))
        now = anyio.current_time()
        if result is not None:
            latest, latest_at = result, now
        await on_progress(now - start, end - start, latest)
        if now >= end or (result is not None and is_final(result)):
            break
        pause = max(next(intervals), (error and error.retry_after_seconds) or 0)
        if now + pause > end and pause > MAX_INTERVAL * (1 + _JITTER):
            break
        with anyio.move_on_after(min(pause, end - now)):
            await stopping.wait()  # the poll after it is the last one
            end = anyio.current_time()
    if latest is None:
        raise cast("KaizenError", error)
    return PollResult(latest, seconds=now - start, age=now - latest_at, last_error=error)


async def _try(poll: Callable[[], Awaitable[T]], deadline: float) -> tuple[T | None, KaizenError | None]:
    """Poll once; returns the result, or the retryable error."""
    try:
        with anyio.fail_after(deadline - anyio.current_time()):
            return await poll(), None
    except TimeoutError:
        return None, CallTimeoutError(NO_ANSWER_IN_TIME_LEFT)
    except KaizenError as error:
        if not error.retryable:
            raise
        return None, error


def _intervals() -> Iterator[float]:
    interval = MIN_INTERVAL
    while True:
        yield interval * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads polls, protects nothing
        interval = min(interval * _GROWTH, MAX_INTERVAL)
