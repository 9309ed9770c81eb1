"""The next step: one action, with the id and the link filled in, and when to look again."""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kaizen_mcp.humanize import format_duration, format_elapsed
from kaizen_mcp.sanitize.escaping import quote
from kaizen_mcp.summary.facts import Facts
from kaizen_mcp.summary.headline import logins_to_do
from kaizen_mcp.summary.output import hand_over
from kaizen_mcp.summary.reason import choose_reason

MAX_LINK = 500
"""Characters of a link that prose repeats; a longer one stands in its own field alone."""

LONG = 2 * 3600
"""Seconds after which "look again in a minute" would be bad advice. Ours: the API says nothing of it."""

POLL_SECONDS, POLL_SECONDS_WHEN_LONG = 60, 600
"""Seconds until it makes sense to look again. Ours, too: the sentences say "in a minute" for the first."""

SOON = 300
"""Seconds after its end within which another attempt, or files, may well follow."""

_MAX_RETRY_AFTER = 3600
_MAX_ID = 80
"""Characters of an id that the next step repeats: a longer one would crowd out the facts."""

_LONG_WAIT, _POLL_SECONDS_AFTER_SHORT_WAIT = 10, 5
"""Seconds of a wait after which the next may follow at once, and the pause after a shorter one."""


@dataclass(frozen=True, slots=True)
class LookupContext:
    """The lookup that a summary belongs to.

    Attributes:
        id: what it was looked up by.
        now: the time, aware.
        wait_seconds: how long the caller was ready to wait.
        waited: how long the answer took because of that; None without a wait.
        retry_after: seconds that the API asked to be left alone for, when it last failed.
    """

    id: str
    now: datetime
    wait_seconds: float = 0
    waited: float | None = None
    retry_after: float = 0


class NextStep(NamedTuple):
    """What to do next, and the seconds after which looking again makes sense if nobody does anything."""

    text: str
    poll_after: int | None = None


def next_step(facts: Facts, age: float | None, context: LookupContext) -> NextStep:
    """Choose the next step; `age` as from `age_seconds`."""
    look_again = _look_again(facts, context.id)
    if facts.login.waits_for_login is not None:
        return _ask_to_log_in(facts, look_again)
    if facts.contradicts_itself:
        check = "Ask a person to check it in Kaizen: its status and its times contradict each other"
        return NextStep(f"{check}; once they have, {look_again}.")
    match facts.state:
        case "queued" | "running":
            return _while_active(facts, age, context, look_again)
        case "paused":
            ask = f"Ask a person to {_opening(facts.live_view_url)}see why it is paused"
            return NextStep(f"{ask}; once it goes on, {look_again}.")
        case "finished":
            return _after_finish(facts, age, look_again)
        case "failed":
            return _after_failure(facts, age, look_again)
        case "unknown":
            reported = f"the status {quote(facts.status)}" if facts.status else "no status"
            tell = f"Tell the person that Kaizen reports {reported}, which may or may not mean that it has ended"
            return NextStep(f"{tell}, and ask them to check it there.")


def _look_again(facts: Facts, asked_id: str) -> str:
    tool = "get_instructor_execution" if facts.kind == "instructor_execution" else "get_execution"
    shown_id = json.dumps(asked_id, ensure_ascii=False) if len(asked_id) <= _MAX_ID else "as before"
    return f"call {tool} again with id {shown_id}"


def _opening(url: str | None, if_unknown: str = "find it in Kaizen and ") -> str:
    if url is None:
        return if_unknown
    return f"open {url} and " if len(url) <= MAX_LINK else "open its live view link and "


def _ask_to_log_in(facts: Facts, look_again: str) -> NextStep:
    where = _opening(facts.login.log_in_url, "find it in Kaizen (no live view link was given) and ")
    log_in = f"Ask a person to {where}log in{logins_to_do(facts)}"
    if facts.login.waits_for_login == "yes":
        return NextStep(f"{log_in}; once that is done, {look_again}.")
    if facts.state in {"queued", "running"}:  # It may as well log in by itself.
        return NextStep(f"{log_in}, if it asks for that; {look_again} in a minute.", POLL_SECONDS)
    return NextStep(f"{log_in}, if it asks for that; once that is done, {look_again}.")


def _while_active(facts: Facts, age: float | None, context: LookupContext, look_again: str) -> NextStep:
    retry_after = min(math.ceil(context.retry_after), _MAX_RETRY_AFTER)
    if age is not None and age >= LONG:
        ask = f"If {format_elapsed(age)} is unusually long for it, ask a person to {_opening(facts.live_view_url)}"
        pause = max(POLL_SECONDS_WHEN_LONG, retry_after)
        return NextStep(f"{ask}see whether it is stuck; else {look_again} in {format_duration(pause)}.", pause)
    if context.waited is not None:
        tell = "Tell the person that a login failed, but that the run goes on. " if facts.failed_logins else ""
        waited = f"It is still {facts.state} after a wait of {format_duration(context.waited)}, which is no error"
        pause = retry_after or (0 if context.waited >= _LONG_WAIT else _POLL_SECONDS_AFTER_SHORT_WAIT)
        wait_on = f"To keep waiting, {look_again} and wait_seconds {context.wait_seconds:g}"
        when = f" in {format_duration(pause)}" if pause else ""
        return NextStep(f"{tell}{waited}. {wait_on}{when}.", pause)
    failed = "Tell the person that a login failed; the run goes on, so"
    begin = failed if facts.failed_logins else "Nothing to do yet:"
    return NextStep(f"{begin} {look_again} in a minute.", POLL_SECONDS)


def _after_finish(facts: Facts, age: float | None, look_again: str) -> NextStep:
    """Hand over its output, or look for files: once if its age is not known, else less often the older it is."""
    output = facts.output
    has_output = output.downloads_count or output.has_response or output.response_file_id
    if output.downloads_pending:
        begin = "The run is over, but not all of its files are there yet:"
        too_late = "Ask a person to check its downloads in Kaizen: they are still missing long after it finished."
    elif not has_output and (output.downloads_status or output.downloads_message):
        begin = "If files are expected,"
        too_late = f"{begin} ask a person to check its downloads in Kaizen."
    else:
        return NextStep(hand_over(output))
    if age is None:
        once = f"{look_again} in a minute; if that shows no more, ask a person to check in Kaizen"
        return NextStep(f"{begin} {once}.")
    if age >= LONG:
        return NextStep(too_late)
    if age >= SOON:
        pause = POLL_SECONDS_WHEN_LONG
        return NextStep(f"{begin} {look_again} in {format_duration(pause)}.", pause)
    return NextStep(f"{begin} {look_again} in a minute.", POLL_SECONDS)


def _after_failure(facts: Facts, age: float | None, look_again: str) -> NextStep:
    quoted = choose_reason(facts.error_fields)
    reason = "with what is quoted above" if quoted else "and that no reason was found in its record"
    if _may_be_retried(facts) and (age is None or age < SOON):
        another = f"another may follow: {look_again} in a minute"
        final = "if it is still failed then, take that as final"
        text = f"Tell the person that this attempt failed, {reason}; {another}, and {final}."
        return NextStep(text, None if age is None else POLL_SECONDS)
    last = "; it was the last attempt" if facts.is_last_attempt else ""
    return NextStep(f"Tell the person that it failed, {reason}{last}. Someone has to look into it in Kaizen.")


def _may_be_retried(facts: Facts) -> bool:
    if facts.is_last_attempt is not None:
        return not facts.is_last_attempt
    return facts.attempt is not None and facts.total_attempts is not None and facts.attempt < facts.total_attempts
