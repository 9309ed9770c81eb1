"""The next step: one action, with the id and the link filled in, and when to look again."""

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from kaizen_mcp.humanize import clock_time, format_duration, format_elapsed
from kaizen_mcp.summary.facts import Facts
from kaizen_mcp.summary.headline import logins_to_do
from kaizen_mcp.summary.output import hand_over, tell_outcome

MAX_LINK = 500
"""Characters of a link that prose repeats; a longer one stands in its own field alone."""

LONG = 2 * 3600
"""Seconds after which "look again in a minute" would be bad advice. Ours: the API says nothing of it."""

_LONG_IN_QUEUE = 15 * 60
"""Seconds in the queue that are worth telling."""

_POLL, _POLL_SOMETIMES, _POLL_RARELY = 60, 300, 600
"""Seconds until it makes sense to look again. Ours, too: the sentences say "in a minute" for the first."""

_FILES_MAY_FOLLOW = 600
"""Seconds after its end within which files may follow, even if nothing says so."""

_ATTEMPT_MAY_FOLLOW = 900
"""Seconds after a failed attempt within which another may well follow."""

_MAX_RETRY_AFTER = 3600
_MAX_ID = 80
"""Characters of an id that the next step repeats: a longer one would crowd out the facts."""

_LONG_WAIT, _POLL_SECONDS_AFTER_SHORT_WAIT = 10, 5
"""Seconds of a wait after which the next may follow at once, and the pause after a shorter one."""


FIND_RATHER = "To look something up in what is left out, pass find instead of reading it part by part."
"""Added to the next step where much is left out."""


@dataclass(frozen=True, slots=True)
class LookupContext:
    """The lookup that a summary belongs to.

    Attributes:
        id: what it was looked up by.
        now: the time, aware.
        wait_seconds: how long the caller was ready to wait.
        waited: how long the answer took because of that; None without a wait.
        timezone: the reader's; None for this computer's.
        retry_after: seconds that the API asked to be left alone for, when it last failed.
    """

    id: str
    now: datetime
    wait_seconds: float = 0
    waited: float | None = None
    timezone: tzinfo | None = None
    retry_after: float = 0


class NextStep(NamedTuple):
    """What to do next.

    Attributes:
        text: one action.
        poll_after: seconds after which looking again makes sense if nobody does anything; None if it makes none.
        needs_person: whether nothing moves until a person acts.
    """

    text: str
    poll_after: int | None = None
    needs_person: bool = False


def next_step(facts: Facts, age: float | None, context: LookupContext) -> NextStep:
    """Choose the next step; `age` as from `age_seconds`."""
    step = _next_step(facts, age, context)
    if facts.parent_execution_id is None or not facts.finished or len(facts.parent_execution_id) > _MAX_ID:
        return step
    parent = json.dumps(facts.parent_execution_id, ensure_ascii=False)
    return step._replace(text=f"{step.text} For its parent run, call get_execution with id {parent}.")


def _next_step(facts: Facts, age: float | None, context: LookupContext) -> NextStep:
    look_again = _look_again(facts, context.id)
    if facts.login.waits_for_login is not None:
        return _ask_to_log_in(facts, look_again)
    if facts.contradicts_itself:
        check = "Ask a person to check it in Kaizen: its status and its times contradict each other"
        return NextStep(f"{check}; once they have, {look_again}.", needs_person=True)
    match facts.state:
        case "queued" | "running":
            return _while_active(facts, age, context, look_again)
        case "paused":
            return _ask_to_resume(facts, look_again)
        case "finished":
            return _tell_first(facts, _after_finish(facts, age, context, look_again))
        case "failed":
            return _after_failure(facts, age, look_again)
        case "unknown" if facts.finished:
            over = f"Tell the person its status and when it ended{_why(facts)}; there is nothing to wait for."
            return _tell_first(facts, NextStep(over))
        case "unknown":
            pause = max(_POLL_RARELY, math.ceil(context.retry_after))
            tell = f"Tell the person its status{_why(facts)}; to see whether it changes, {_in(look_again, pause)}."
            return _tell_first(facts, NextStep(tell, pause))


def _tell_first(facts: Facts, step: NextStep) -> NextStep:
    """Begin with what the record and the output of a run say of an error, so that neither is passed over."""
    is_told = facts.reason and facts.state == "finished"
    reason = "Tell the person what its record says of an error, in your own words. " if is_told else ""
    return step._replace(text=reason + tell_outcome(facts.output) + step.text)


def _why(facts: Facts) -> str:
    return ", and the reason that it gives, in your own words" if facts.reason else ""


def _look_again(facts: Facts, asked_id: str) -> str:
    tool = "get_instructor_execution" if facts.kind == "instructor_execution" else "get_execution"
    shown_id = json.dumps(asked_id, ensure_ascii=False) if len(asked_id) <= _MAX_ID else "as before"
    return f"call {tool} again with id {shown_id}"


def _in(look_again: str, pause: int) -> str:
    return f"{look_again} in {'a minute' if pause == _POLL else format_duration(pause)}"


def _opening(url: str | None, if_unknown: str = "find it in Kaizen and ") -> str:
    if url is None:
        return if_unknown
    return f"open {url} and " if len(url) <= MAX_LINK else "open its live view link and "


def _ask_to_log_in(facts: Facts, look_again: str) -> NextStep:
    where = _opening(facts.login.log_in_url, "find it in Kaizen (no live view link was given) and ")
    log_in = f"Ask a person to {where}log in{logins_to_do(facts)}"
    if facts.login.waits_for_login == "yes":
        return NextStep(f"{log_in}; once that is done, {look_again}.", needs_person=True)
    if facts.state in {"queued", "running"}:  # It may as well log in by itself.
        text = f"{log_in}, if it asks for that; {_in(look_again, _POLL)}."
        return NextStep(text, _POLL, needs_person=True)
    return NextStep(f"{log_in}, if it asks for that; once that is done, {look_again}.", needs_person=True)


def _ask_to_resume(facts: Facts, look_again: str) -> NextStep:
    if facts.reason:
        task = "settle what it is paused for, resuming it if it does not go on by itself"
    else:
        task = "see why it is paused and resume it"
    ask = f"Ask a person to {_opening(facts.live_view_url)}{task}"
    return NextStep(f"{ask}; once it goes on, {look_again}.", needs_person=True)


def _while_active(facts: Facts, age: float | None, context: LookupContext, look_again: str) -> NextStep:
    retry_after = min(math.ceil(context.retry_after), _MAX_RETRY_AFTER)
    long = _LONG_IN_QUEUE if facts.state == "queued" and context.waited is None else LONG
    if age is not None and age >= long:
        pause = _POLL_RARELY if age >= LONG else _POLL_SOMETIMES
        return _while_long_active(facts, age, max(pause, retry_after), look_again)
    if context.waited is not None:
        tell = "Tell the person that a login failed, but that the run goes on. " if facts.failed_logins else ""
        waited = f"It is still {facts.state} after a wait of {format_duration(context.waited)}, which is no error"
        pause = retry_after or (0 if context.waited >= _LONG_WAIT else _POLL_SECONDS_AFTER_SHORT_WAIT)
        wait_on = f"To keep waiting, {look_again} and wait_seconds {context.wait_seconds:g}"
        when = f" in {format_duration(pause)}" if pause else ""
        return NextStep(f"{tell}{waited}. {wait_on}{when}.", pause)
    failed = "Tell the person that a login failed; the run goes on, so"
    begin = failed if facts.failed_logins else "Nothing to do yet:"
    pause = max(_POLL, retry_after)
    return NextStep(f"{begin} {_in(look_again, pause)}.", pause)


def _while_long_active(facts: Facts, age: float, pause: int, look_again: str) -> NextStep:
    how_long = format_elapsed(age)
    if facts.kind == "instructor_execution":
        open_for = f"it has been open for {how_long}"
        ask = f"Ask whoever started it whether it is still in use: {open_for}"
        return NextStep(f"{ask}; once they have ended it, {look_again}.", needs_person=True)
    if facts.state == "queued":
        return NextStep(
            f"Tell the person that it has been queued for {how_long}; {_in(look_again, pause)}.", pause
        )
    watch = (
        f", and that they can watch it at {url}" if (url := facts.live_view_url) and len(url) <= MAX_LINK else ""
    )
    running = f"Tell the person that it has been running for {how_long}, which may be too long for it{watch}"
    return NextStep(f"{running}; {_in(look_again, pause)}.", pause)


def _after_finish(facts: Facts, age: float | None, context: LookupContext, look_again: str) -> NextStep:
    """Hand over its output, or look for files for as long as some may still come."""
    output = facts.output
    has_output = output.downloads_count or output.has_response or output.response_file
    if output.downloads_pending:
        begin, most = "The run is over, but not all of its files are there yet", LONG
        too_late = "Ask a person to check its downloads in Kaizen: they are still missing long after it finished."
    elif not has_output and (output.downloads_status or output.downloads_message):
        begin, most = "Tell the person that there are no files so far", _FILES_MAY_FOLLOW
        too_late = "Tell the person that it finished without files; there is nothing to wait for."
    else:
        return NextStep(hand_over(output))
    if age is None:
        return NextStep(f"{begin}; to see whether some have come, {_in(look_again, _POLL)}, but only once.")
    if age >= most:
        return NextStep(too_late, needs_person=too_late.startswith("Ask"))
    pause = _POLL if age < _FILES_MAY_FOLLOW else _POLL_RARELY
    until = clock_time(context.now + timedelta(seconds=most - age), context.timezone)
    return NextStep(f"{begin}: {_in(look_again, pause)}, and so on until {until} at the latest.", pause)


def _after_failure(facts: Facts, age: float | None, look_again: str) -> NextStep:
    why = "why, in your own words" if facts.reason else "that its record gives no reason"
    if facts.may_be_retried and (age is None or age < _ATTEMPT_MAY_FOLLOW):
        total = f" of {facts.total_attempts}" if facts.total_attempts is not None else ""
        this = f" (this was {facts.attempt}{total})" if facts.attempt is not None else ""
        tell = f"Tell the person that this attempt failed, and {why}; another attempt may follow{this}"
        if age is not None:
            return NextStep(f"{tell}, so {_in(look_again, _POLL_SOMETIMES)}.", _POLL_SOMETIMES)
        return NextStep(f"{tell}; if none does, ask someone to look into it in Kaizen.", needs_person=True)
    last = "it was the last attempt, so " if facts.is_last_attempt else ""
    left = "; the output it left is in /response (detail=full)" if facts.output.has_response else ""
    tell = f"Tell the person that it failed, and {why}{left}"
    return NextStep(f"{tell}; {last}ask someone to look into it in Kaizen.", needs_person=True)
