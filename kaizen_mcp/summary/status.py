"""Status words and times: which state an object is in, whether it has ended, and what contradicts what."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from kaizen_mcp.api.models import AnyExecution, Authentication, Execution
from kaizen_mcp.sanitize.display import quote

State = Literal["queued", "running", "paused", "finished", "failed", "unknown"]
AuthenticationState = Literal["queued", "in progress", "finished", "failed", "unknown"]

_STATES: dict[str, State] = {
    "enqueued": "queued",
    "inprogress": "running",
    "paused": "paused",
    "completed": "finished",
    "failed": "failed",
}
"""Our state for each status word of an execution; see `_normalize` for how a word is compared."""

_AUTHENTICATION_STATES: dict[str, AuthenticationState] = {
    "enqueued": "queued",
    "inprogress": "in progress",
    "finished": "finished",
    "failed": "failed",
}
"""Our state for each status word of an authentication. The document names the variants, not their words."""

FINAL: frozenset[State] = frozenset({"finished", "failed"})
"""States after which the run itself does not change any more; see `is_over` for `unknown`."""

CLOCK_SKEW = timedelta(minutes=1)
"""Difference between Kaizen's clock and ours below which a time does not count as odd."""

_LARGEST_SHARE_LEFT_OUT = 100
"""How much longer than `durationMs` the times may be. Seconds in place of milliseconds make it 1,000."""

_END_BEFORE_START = "its times contradict each other: by them it ended before it started"
_EARLIER_END = "its end time is left over from an earlier attempt, so it does not count"

MAX_LISTED = 5
"""Entries of a list that the summary and its notes repeat."""


def execution_state(status: str | None) -> State:
    """State for the status word of an execution or an instructor execution; `unknown` for any other word."""
    return _STATES.get(_normalize(status), "unknown")


def authentication_state(status: str | None) -> AuthenticationState:
    """State for the status word of an authentication; `unknown` for any other word."""
    return _AUTHENTICATION_STATES.get(_normalize(status), "unknown")


def is_unauthenticated(status: str | None) -> bool:
    """Whether a login says that it is still to be done; `Unauthenticated` is the one such word known."""
    return _normalize(status) == "unauthenticated"


def is_pending(status: str | None) -> bool:
    """Whether downloads are still to come; `pending` is the one such word that the API is known to use."""
    return _normalize(status) == "pending"


_SEPARATORS = re.compile(r"[\s_-]")


def _normalize(status: str | None) -> str:
    """Without case, blanks, `_` and `-`: `In Progress`, `IN_PROGRESS` and `in-progress` are one word."""
    return _SEPARATORS.sub("", status or "").lower()


def end_time(execution: AnyExecution) -> datetime | None:
    """Its end time, if that can be true: not before its start, and not one of an earlier attempt."""
    ended = execution.end_time
    return None if _ended_before_start(execution) or _has_earlier_times(execution) else ended


def _ended_before_start(execution: AnyExecution) -> bool:
    started, ended = execution.start_time, execution.end_time
    return started is not None and ended is not None and started - ended > CLOCK_SKEW


def _has_earlier_times(execution: AnyExecution) -> bool:
    """Whether it is at another attempt, and its end is still that of the one before."""
    started, ended, state = execution.start_time, execution.end_time, execution_state(execution.status)
    if ended is None or _attempt(execution) == 1:
        return False
    return state == "queued" or (state in {"running", "paused"} and (started is None or ended <= started))


def _attempt(execution: AnyExecution) -> int:
    return (execution.attempts or 1) if isinstance(execution, Execution) else 1


def has_ended(execution: AnyExecution, now: datetime) -> bool:
    """Whether its end time has passed, whatever its status says."""
    ended = end_time(execution)
    return ended is not None and ended <= now + CLOCK_SKEW


def is_over(execution: AnyExecution, now: datetime) -> bool:
    """Whether the run itself changes no more, well or not.

    A run with an undocumented status is over once its end time has passed, unless it has attempts left.
    """
    state = execution_state(execution.status)
    return state in FINAL or (
        state == "unknown" and has_ended(execution, now) and not has_attempts_left(execution)
    )


def has_attempts_left(execution: AnyExecution) -> bool:
    """Whether another attempt may follow."""
    if not isinstance(execution, Execution):
        return False
    if execution.is_last_attempt is not None:
        return not execution.is_last_attempt
    attempt, total = execution.attempts, execution.total_attempts
    return attempt is not None and total is not None and attempt < total


def contradicts_itself(execution: AnyExecution, now: datetime) -> bool:
    """Whether its status says that it goes on, and its end time that it has ended."""
    return has_ended(execution, now) and execution_state(execution.status) in {"queued", "running", "paused"}


def duration_seconds(execution: AnyExecution, now: datetime) -> float | None:
    """How long it ran: from `durationMs`, else from its two times, else until now while it is active.

    While it has not ended, a `durationMs` beside a start time could only be out of date.
    """
    state = execution_state(execution.status)
    ended = state in FINAL or has_ended(execution, now)
    is_current = (ended or not execution.start_time) and not _duration_contradicts(execution, now)
    # Without a start, nothing has been measured.
    is_measured = execution.duration_ms != 0 or execution.start_time is not None
    if execution.duration_ms is not None and is_current and is_measured:
        return round(execution.duration_ms / 1000, 3)
    end = end_time(execution) if ended else now if state in {"running", "paused"} else None
    if execution.start_time is None or end is None:
        return None
    lasted = end - execution.start_time
    return round(max(0, lasted.total_seconds()), 3) if lasted >= -CLOCK_SKEW else None


def _duration_contradicts(execution: AnyExecution, now: datetime) -> bool:
    """Whether the `durationMs` of a run that has ended can't be right: longer than its times, or in another unit.

    Pauses and earlier attempts may be left out of it, so it may be a good deal shorter.
    """
    started, ended, milliseconds = execution.start_time, execution.end_time, execution.duration_ms
    if started is None or milliseconds is None or _ended_before_start(execution) or not is_over(execution, now):
        return False
    lasted, span = timedelta(milliseconds=milliseconds), (ended or now) - started
    return lasted > span + CLOCK_SKEW or (ended is not None and lasted * _LARGEST_SHARE_LEFT_OUT < span)


def age_seconds(execution: AnyExecution, now: datetime) -> float | None:
    """Seconds since it ended or, if it has not, since it started; None if that is not known."""
    started, ended = execution.start_time, end_time(execution)
    if execution_state(execution.status) == "queued" and _has_earlier_times(execution):
        return None
    if execution_state(execution.status) not in FINAL and not has_ended(execution, now):
        return _seconds_since(started, now)
    duration = None if _duration_contradicts(execution, now) else execution.duration_ms
    if execution.end_time is None and started is not None and duration is not None:
        # Subtracting durations can't overflow, unlike adding one to a date.
        return max(0, (now - started - timedelta(milliseconds=duration)).total_seconds())
    return _seconds_since(ended, now)


def _seconds_since(moment: datetime | None, now: datetime) -> float | None:
    return max(0, (now - moment).total_seconds()) if moment and moment <= now + CLOCK_SKEW else None


def open_authentications(execution: AnyExecution) -> list[Authentication]:
    """Authentications that are in progress."""
    return [a for a in execution.authentications if authentication_state(a.status) == "in progress"]


def execution_notes(execution: AnyExecution, now: datetime) -> list[str]:
    """What is odd about the object as a whole, one sentence each; `now` is an aware time."""
    started, ended = execution.start_time, execution.end_time
    live_views = len({a.live_view_url for a in open_authentications(execution) if a.live_view_url})
    logins = len(execution.logins)
    attempts_contradict = isinstance(execution, Execution) and _attempts_contradict(execution)
    oddities = (
        (execution.id is None, "the object has no id"),
        (_has_earlier_times(execution), _EARLIER_END),
        (_ended_before_start(execution) and not _has_earlier_times(execution), _END_BEFORE_START),
        (
            _duration_contradicts(execution, now),
            "its durationMs does not fit its times, which are what counts here",
        ),
        (contradicts_itself(execution, now), "it has an end time, though its status is not one of an ended run"),
        (
            any(time and time > now + CLOCK_SKEW for time in (started, ended)),
            "one of its times lies in the future",
        ),
        (live_views > 1, "several logins are open, each with a live view link of its own in /authentications"),
        (logins > MAX_LISTED, f"it has {logins} logins; the summary lists {MAX_LISTED}"),
        (attempts_contradict, "its numbers of attempts contradict each other"),
    )
    return [*_status_notes(execution, now), *(note for is_odd, note in oddities if is_odd)]


def _status_notes(execution: AnyExecution, now: datetime) -> Iterator[str]:
    if execution.status is None:
        yield "the object has no status"
    elif execution_state(execution.status) == "unknown":
        over = "; by its end time it is over" if is_over(execution, now) else ""
        yield f"status {quote(execution.status)} is not one the API documents{over}"
    statuses = {a.status for a in execution.authentications if a.status}
    unknown = sorted(status for status in statuses if authentication_state(status) == "unknown")
    for status in unknown[:MAX_LISTED]:
        yield f"authentication status {quote(status)} is not one this server knows"


def _attempts_contradict(execution: Execution) -> bool:
    attempt, total, last = execution.attempts, execution.total_attempts, execution.is_last_attempt
    if attempt is None or total is None:
        return False
    return attempt > total or (last is not None and last != (attempt == total))
