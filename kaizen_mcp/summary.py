"""The verdict: from facts to one sentence a person would say, and one thing to do next. Pure."""

import json
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from kaizen_mcp.facts import (
    CLOCK_SKEW,
    FINAL,
    ExecutionFacts,
    Facts,
    InstructorExecutionFacts,
    QuotedField,
    Unlisted,
    execution_facts,
    has_ended,
    instructor_execution_facts,
)
from kaizen_mcp.humanize import format_duration, format_elapsed, format_size, join_list, pluralize
from kaizen_mcp.models import Execution, InstructorExecution, Recording
from kaizen_mcp.text import quote

MAX_LINK = 500
"""Characters of a link that prose repeats; a longer one stands in its own field alone."""

LONG = 2 * 3600
"""Seconds after which "look again in a minute" would be bad advice. Ours: the API says nothing of it."""

_SPEAKS = {"message", "reason", "description", "detail", "details", "summary", "analysis", "cause"}
_MUTE = {"stack", "trace", "code", "type", "name", "id", "url", "time", "at", "count", "status", "key"} | {
    "mode", "policy", "strategy", "behavior", "behaviour"
}  # fmt: skip
"""Last words of field names that say what went wrong, and of those that can't be a reason."""
_NO_WORDS = re.compile(r"none|null|true|false|[\d.+e-]*", re.IGNORECASE)


POLL_SECONDS, POLL_SECONDS_WHEN_LONG = 60, 600
"""Seconds until it makes sense to look again. Ours, too: the words below say "in a minute" of the first."""

SOON = 300
"""Seconds after its end within which another attempt, or files, may well follow."""

_LONGEST_PAUSE = 3600
_LONG_WAIT, _AFTER_SHORT_WAIT = 10, 5
"""Seconds of a wait after which waiting on at once is no haste, and how long to let pass after a shorter one."""


class _Verdict(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    headline: str
    next_step: str
    should_poll: bool = Field(description="it may change by itself")
    poll_after_seconds: int | None = None
    waited_seconds: Unlisted[float] = None


class ExecutionSummary(ExecutionFacts, _Verdict):
    """Verdict and facts of an execution."""


class InstructorExecutionSummary(InstructorExecutionFacts, _Verdict):
    """Verdict and facts of an instructor execution."""


Summary = ExecutionSummary | InstructorExecutionSummary


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that a summary answers.

    Attributes:
        id: what it was looked up by.
        now: the time, aware.
        wait_seconds: how long the caller was ready to wait.
        waited: how long the answer took because of that; None without a wait.
        retry_after: seconds for which the API wants to be left alone, as it said when it last failed.
    """

    id: str
    now: datetime
    wait_seconds: float = 0
    waited: float | None = None
    retry_after: float = 0

    @property
    def pause(self) -> int:
        """Whole seconds to leave the API alone, at most an hour: nobody plans further ahead by such a word."""
        return min(math.ceil(self.retry_after), _LONGEST_PAUSE)


def summarize_execution(view: Execution, asked: Asked) -> ExecutionSummary:
    """Summarise an execution."""
    facts = execution_facts(view, now=asked.now)
    return ExecutionSummary(**_verdict(facts, _age(view, asked.now), asked), **vars(facts))


def summarize_instructor_execution(view: InstructorExecution, asked: Asked) -> InstructorExecutionSummary:
    """Summarise an instructor execution."""
    facts = instructor_execution_facts(view, now=asked.now)
    return InstructorExecutionSummary(**_verdict(facts, _age(view, asked.now), asked), **vars(facts))


def progress_words(summary: Summary) -> str:
    """Say in a few words how an execution is doing: `running for 4 min, attempt 2 of 3`."""
    words = [summary.state if summary.state != "unknown" or not summary.status else quote(summary.status)]
    if summary.state == "running" and summary.duration_seconds is not None:
        words[0] += f" for {format_elapsed(summary.duration_seconds)}"
    words.append(_attempt(summary).removeprefix(", ") if summary.state in {"running", "paused"} else "")
    words.append(_waits(summary).removeprefix("; "))
    return ", ".join(filter(None, words))


def is_over(summary: Summary) -> bool:
    """Whether there is nothing to wait for: it has ended, it needs a person, or its own times say that it is over.

    An unknown status without an end may be anything, so that is waited for.
    """
    ended = bool(summary.contradicts_itself) or (summary.state == "unknown" and summary.ended_at is not None)
    return summary.finished or summary.needs_person or ended


def _verdict(facts: Facts, age: float | None, asked: Asked) -> dict[str, Any]:
    step = _next_step(facts, age, asked)
    return {
        "headline": _headline(facts, age),
        "next_step": step.words,
        "should_poll": step.poll_after is not None,
        "poll_after_seconds": step.poll_after,
        "waited_seconds": None if asked.waited is None else round(asked.waited, 1),
    }


def _age(view: Recording, now: datetime) -> float | None:
    """Seconds since it ended or, if it has not, since it started; None if that is not known."""
    if view.state in FINAL or has_ended(view, now):
        lasted = timedelta(milliseconds=view.duration_ms) if view.duration_ms is not None else None
        started = view.start_time
        if view.end_time is None and started and lasted is not None:
            return max(0, (now - started - lasted).total_seconds())  # durations add up where dates would overflow
        moment = view.end_time
    else:
        moment = view.start_time
    return max(0, (now - moment).total_seconds()) if moment and moment <= now + CLOCK_SKEW else None


# The headline: a subject, what it is doing, what it waits for or ended with, and what it says of errors.


def _headline(facts: Facts, age: float | None) -> str:
    sentence = f"{_subject(facts)} {_predicate(facts, age)}{_failed_logins(facts)}"
    telling = _telling(facts.error_fields or [])
    if telling:
        return f"{sentence}. Its {quote(telling.field, 60)} says: {quote(telling.text, 160)}"
    return f"{sentence}; no reason was found in its record." if facts.state == "failed" else f"{sentence}."


def _subject(facts: Facts) -> str:
    name = facts.name or facts.workflow_name
    if isinstance(facts, InstructorExecutionFacts):
        return f"The instructor execution of {quote(name)}" if name else "The instructor execution"
    test = "The test run " if isinstance(facts, ExecutionFacts) and facts.is_test else ""
    if name:
        return f"{test}{quote(name)}"
    if facts.id:
        return f"{test or 'Execution '}{quote(facts.id)}"
    return test.strip() or "The execution"


def _predicate(facts: Facts, age: float | None) -> str:
    if facts.contradicts_itself and age is not None:
        return f"has the status {quote(facts.status or '')} but ended {format_elapsed(age)} ago, by its own times"
    match facts.state:
        case "queued":
            started = "" if facts.started_at else " and has not started yet"
            return f"is queued{started}{_recording(facts)}{_waits(facts)}"
        case "running":
            return f"{_running(facts)}{_attempt(facts)}{_waits(facts)}"
        case "paused":
            started = f" (it started {format_elapsed(age)} ago)" if age is not None else ""
            return f"is paused{_attempt(facts)}{started}{_waits(facts) or _no_reason_to_pause(facts)}"
        case "finished":
            return f"finished{_ended(facts, age)}{_took(facts)}{_downloads(facts)}"
        case "failed":
            return f"failed{_ended(facts, age)}{_took(facts)}{_attempt(facts)}"
        case _:
            return f"{_unknown(facts, age)}{_waits(facts)}"


def _running(facts: Facts) -> str:
    verb = "recording" if isinstance(facts, InstructorExecutionFacts) and facts.is_recording else "running"
    if facts.duration_seconds is None:
        return f"is {verb}"
    return f"has been {verb} for {format_elapsed(facts.duration_seconds)}"


def _recording(facts: Facts) -> str:
    return ", yet recording" if isinstance(facts, InstructorExecutionFacts) and facts.is_recording else ""


def _attempt(facts: Facts) -> str:
    if not isinstance(facts, ExecutionFacts) or facts.attempt is None:
        return ""
    total = f" of {facts.total_attempts}" if facts.total_attempts is not None else ""
    last = ", its last" if facts.is_last_attempt and facts.attempt != facts.total_attempts else ""
    word = ", on attempt" if facts.state == "failed" else ", attempt"
    return f"{word} {facts.attempt}{total}{last}"


def _waits(facts: Facts) -> str:
    if facts.waits_for_login is None:
        return ""
    may = "it waits" if facts.waits_for_login == "yes" else "it may be waiting"
    return f"; {may} for a person to log in{_to_logins(facts)}"


def _no_reason_to_pause(facts: Facts) -> str:
    return "" if _telling(facts.error_fields or []) else "; no reason was found in its record"


def _to_logins(facts: Facts) -> str:
    names = [quote(name, 60) for name in facts.log_in_to or []]
    return f" to {join_list(names, 2)}" if names else ""


def _failed_logins(facts: Facts) -> str:
    return f"; {pluralize(facts.failed_logins, 'login')} failed" if facts.failed_logins else ""


def _ended(facts: Facts, age: float | None) -> str:
    return f" {format_elapsed(age)} ago" if facts.ended_at and age is not None else ""


def _took(facts: Facts) -> str:
    return (
        f" after running for {format_duration(facts.duration_seconds)}"
        if facts.duration_seconds is not None
        else ""
    )


def _downloads(facts: Facts) -> str:
    if not isinstance(facts, ExecutionFacts):
        return ""
    count, size = facts.downloads_count, facts.downloads_total_bytes
    there = f", with {pluralize(count, 'download')}" if count else ""
    there += f" ({format_size(size)})" if count and size is not None else ""
    if downloads_pending(facts):
        return f"{there}; {'more' if count else 'its downloads'} are still to come"
    said = [facts.downloads_status, None if count else facts.downloads_message]
    quoted = [quote(text) for text in said if text]
    return f"{there}; of its downloads it says {join_list(quoted, 2)}" if quoted else there


def downloads_pending(facts: Facts) -> bool:
    """Whether the API says that files are still to come; `pending` is the one such word it is known to use."""
    return isinstance(facts, ExecutionFacts) and (facts.downloads_status or "").lower() == "pending"


def _unknown(facts: Facts, age: float | None) -> str:
    status = f"has the status {quote(facts.status)}, which this server does not know" if facts.status else ""
    status = status or "was found, but Kaizen gives no status for it"
    if facts.ended_at and age is not None:
        return f"{status}; by its own times it ended {format_elapsed(age)} ago"
    return f"{status}, so whether it has finished is not known"


def _telling(errors: list[QuotedField]) -> QuotedField | None:
    """The error field that says best in words what went wrong; None if none does.

    A code, a number, a link or a setting is no reason. A field named like a message comes before others, and
    among its like the longest.
    """
    candidates = [
        error
        for error in errors
        if _last_word(error.field) not in _MUTE and not _NO_WORDS.fullmatch(error.text) and "://" not in error.text
    ]
    return max(candidates, key=lambda e: (_last_word(e.field) in _SPEAKS, len(e.text)), default=None)


def _last_word(path: str) -> str:
    """`trace` of `error.stackTrace`, `details` of `error.details[0]`, `url` of `errorURL`."""
    words: list[str] = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", path)
    return words[-1].lower() if words else ""


# The next step: one action, with the id and the link filled in.


class _Step(NamedTuple):
    """What to do next, and the seconds after which looking again makes sense if nobody does anything."""

    words: str
    poll_after: int | None = None


def _next_step(facts: Facts, age: float | None, asked: Asked) -> _Step:
    look_again = _look_again(facts, asked.id)
    if facts.waits_for_login is not None:
        where = _opening(facts.log_in_url) or "find it in Kaizen (no live view link was given) and "
        log_in = f"Ask a person to {where}log in{_to_logins(facts)}"
        if facts.waits_for_login == "yes" or facts.state not in {"queued", "running"}:
            needed = "" if facts.waits_for_login == "yes" else ", if it asks for that"
            return _Step(f"{log_in}{needed}; once that is done, {look_again}.")
        # It may as well log in by itself.
        return _Step(f"{log_in}, if it asks for that; {look_again} in a minute.", POLL_SECONDS)
    if facts.contradicts_itself:
        check = "Ask a person to check it in Kaizen: its status and its times contradict each other"
        return _Step(f"{check}; once they have, {look_again}.")
    match facts.state:
        case "queued" | "running":
            return _while_active(facts, age, asked)
        case "paused":
            where = _opening(facts.live_view_url) or "find it in Kaizen and "
            return _Step(f"Ask a person to {where}see why it is paused; once it goes on, {look_again}.")
        case "finished":
            return _after_finish(facts, age, look_again)
        case "failed":
            return _after_failure(facts, age, look_again)
        case _:
            reported = f"the status {quote(facts.status)}" if facts.status else "no status"
            tell = f"Tell the person that Kaizen reports {reported}, which may be its end or not"
            return _Step(f"{tell}, and ask them to check it there.")


def _while_active(facts: Facts, age: float | None, asked: Asked) -> _Step:
    look_again = _look_again(facts, asked.id)
    if age is not None and age >= LONG:
        where = _opening(facts.live_view_url) or "find it in Kaizen and "
        stuck = (
            f"If {format_elapsed(age)} is unusually long for it, ask a person to {where}see whether it is stuck"
        )
        pause = max(POLL_SECONDS_WHEN_LONG, asked.pause)
        return _Step(f"{stuck}; else {look_again} in {format_duration(pause)}.", pause)
    if asked.waited is not None:
        tell = "Tell the person that a login failed; it goes on. " if facts.failed_logins else ""
        still = (
            f"{tell}It is still {facts.state} after a wait of {format_duration(asked.waited)}, which is no error"
        )
        pause = asked.pause or (0 if asked.waited >= _LONG_WAIT else _AFTER_SHORT_WAIT)
        when = f" in {format_duration(pause)}" if pause else ""
        return _Step(f"{still}. To wait on, {look_again} and wait_seconds {asked.wait_seconds:g}{when}.", pause)
    begin = (
        "Tell the person that a login failed; it goes on, so " if facts.failed_logins else "Nothing to do yet: "
    )
    return _Step(f"{begin}{look_again} in a minute.", POLL_SECONDS)


def _after_finish(facts: Facts, age: float | None, look_again: str) -> _Step:
    if not isinstance(facts, ExecutionFacts):
        return _Step("Nothing more to do: it has finished.")
    if downloads_pending(facts):
        if age is not None and age >= LONG:
            return _Step(
                "Ask a person to check its downloads in Kaizen: they are not there long after it finished."
            )
        return _look_for_files("The run is over but its files are not all there: ", age, look_again)
    said = facts.downloads_status or facts.downloads_message
    if said and not (facts.downloads_count or facts.has_response or facts.response_file_id):
        if age is not None and age >= LONG:
            return _Step("If files are expected, ask a person to check its downloads in Kaizen.")
        return _look_for_files("If files are expected, ", age, look_again)
    return _Step(_hand_over(facts))


def _look_for_files(begin: str, age: float | None, look_again: str) -> _Step:
    """Look once more where it is not known how long to go on, else more seldom as time goes by."""
    if age is None:
        return _Step(f"{begin}{look_again} in a minute; if that shows no more, ask a person to check in Kaizen.")
    pause = POLL_SECONDS if age < SOON else POLL_SECONDS_WHEN_LONG
    return _Step(f"{begin}{look_again} in {'a minute' if age < SOON else format_duration(pause)}.", pause)


def _hand_over(facts: ExecutionFacts) -> str:
    if facts.downloads_count:
        hand = "Hand over the files"
        if facts.disguised_file:
            hand = "Warn the person that a file's name has hidden characters in it, then hand over the files"
        output = " and the output" if facts.has_response else ""
        links = f"raw.downloads.files has links to {facts.downloads_with_link or 0} of {facts.downloads_count}"
        where = f"{links}{', raw.response the output' if output else ''}; detail=full"
        return f"{hand}{output} ({where})."
    if facts.has_response:
        return "Give the person its output, which is in raw.response (detail=full); there is no more to wait for."
    file = facts.response_file_name or facts.response_file_id
    if file:
        part = "; what is here is only a part of it" if facts.response_truncated else ""
        return f"Ask the person to get its output file {quote(file)} in Kaizen{part}."
    if facts.response_truncated:
        return "Read the part of its output in raw.truncatedResponse (detail=full); the whole is in Kaizen."
    return "Nothing more to do: it has finished."


def _after_failure(facts: Facts, age: float | None, look_again: str) -> _Step:
    told = (
        "with what is quoted above"
        if _telling(facts.error_fields or [])
        else "and that no reason was found in its record"
    )
    if isinstance(facts, ExecutionFacts):
        if _may_try_again(facts) and (age is None or age < SOON):
            words = (
                f"Tell the person that this attempt failed, {told}; another may follow: {look_again} in a minute,"
                " and if it is still failed then, take that as final."
            )
            return _Step(words, None if age is None else POLL_SECONDS)
        if facts.is_last_attempt:
            told += "; it was the last attempt"
    return _Step(f"Tell the person that it failed, {told}. Someone has to look into it in Kaizen.")


def _may_try_again(facts: ExecutionFacts) -> bool:
    if facts.is_last_attempt is not None:
        return not facts.is_last_attempt
    return facts.attempt is not None and facts.total_attempts is not None and facts.attempt < facts.total_attempts


def _look_again(facts: Facts, asked_id: str) -> str:
    tool = "get_instructor_execution" if isinstance(facts, InstructorExecutionFacts) else "get_execution"
    short = len(asked_id) <= 80  # noqa: PLR2004 - a longer one would crowd out the facts
    return f"call {tool} again with id {json.dumps(asked_id, ensure_ascii=False) if short else 'as before'}"


def _opening(url: str | None) -> str:
    if url is None:
        return ""
    return f"open {url} and " if len(url) <= MAX_LINK else "open its live view link and "
