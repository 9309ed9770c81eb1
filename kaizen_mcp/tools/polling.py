"""Waiting: look again and again, with growing pauses, until something has come of it or time is up."""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import anyio

from kaizen_mcp.errors import CallTimeoutError, KaizenError

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 5.0
"""Seconds between two looks: they grow from the one to the other."""

_GROWTH = 1.5
_JITTER = 0.2
"""By how much of itself a pause is longer or shorter, so that fifty waiting calls do not ask at one moment."""

LAST_LOOK = 5.0
"""Seconds of a call that are kept for the look at the end of its wait; a quarter of a short call."""


@dataclass(frozen=True, slots=True)
class Waited(Generic[T]):
    """What came of a wait.

    Attributes:
        seen: what the last look that succeeded saw.
        seconds: how long it took in all.
        age: seconds since that look.
        missed: why looking failed after it; None if it did not.
    """

    seen: T
    seconds: float
    age: float
    missed: KaizenError | None


async def wait_for(
    look: Callable[[], Awaitable[T]],
    *,
    is_over: Callable[[T], bool],
    tell: Callable[[float, float, T | None], Awaitable[None]],
    seconds: float,
    deadline: float,
) -> Waited[T]:
    """Look until what is seen is over, or for so many seconds.

    A look that fails for a passing reason is made again, as long as there is time; one that fails for another
    reason ends the wait.

    Args:
        look: sees how things are.
        is_over: whether there is nothing to wait for any more.
        tell: is told after each look the seconds so far, the seconds at most, and what was seen, if anything was.
        seconds: to wait at most.
        deadline: by the event loop's clock, when the call ends in any case; a moment before it the wait does.

    Raises:
        KaizenError: nothing was seen in all this time, or a look failed for good.
    """
    start = anyio.current_time()
    end = min(start + seconds, deadline - min(LAST_LOOK, (deadline - start) / 4))
    pauses = _pauses()
    seen: T | None = None
    seen_at = start
    while True:
        missed: KaizenError | None = None
        try:
            # The first look may take as long as any call; a later one must not keep back what is known.
            limit = deadline if seen is None else min(deadline, end + LAST_LOOK)
            with anyio.fail_after(limit - anyio.current_time()):
                seen = await look()
            seen_at = anyio.current_time()
        except TimeoutError:
            missed = CallTimeoutError("Kaizen did not answer within the time that was left.")
        except KaizenError as error:
            if not error.retryable:
                raise
            missed = error
        now = anyio.current_time()
        await tell(now - start, end - start, seen)
        pause = max(next(pauses), (missed and missed.retry_after_seconds) or 0)
        asked_to_wait_longer = missed is not None and now + pause > end and pause > LONGEST_PAUSE * (1 + _JITTER)
        if (missed is None and seen is not None and is_over(seen)) or now >= end or asked_to_wait_longer:
            break
        await anyio.sleep(min(pause, end - now))
    if seen is None:
        raise cast("KaizenError", missed)
    return Waited(seen, seconds=now - start, age=now - seen_at, missed=missed)


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads looks, guards nothing
        pause = min(pause * _GROWTH, LONGEST_PAUSE)
