"""The verdict: from facts to one sentence a person would say, and one thing to do next. Pure."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from kaizen_mcp.facts import (
    ExecutionFacts,
    Facts,
    InstructorExecutionFacts,
    execution_facts,
    instructor_execution_facts,
)
from kaizen_mcp.models import Execution, InstructorExecution
from kaizen_mcp.safety import quote

MAX_LINK = 400
"""A longer link is not repeated in prose; it stands in its own field."""


class _Verdict(BaseModel):
    model_config = ConfigDict(frozen=True)

    headline: str = Field(description="what happened, in one sentence")
    next_step: str = Field(description="the one thing to do next")


class ExecutionSummary(ExecutionFacts, _Verdict):
    """Verdict and facts of an execution."""


class InstructorExecutionSummary(InstructorExecutionFacts, _Verdict):
    """Verdict and facts of an instructor execution."""


Summary = ExecutionSummary | InstructorExecutionSummary


def summarize_execution(view: Execution, *, now: datetime) -> ExecutionSummary:
    """Summarise an execution as of `now`, an aware time."""
    facts = execution_facts(view, now=now)
    headline = f"{_subject(facts)} {_predicate(facts, _ended(view.end_time, now))}"
    return ExecutionSummary(headline=headline, next_step=_next_step(facts), **dict(facts))


def summarize_instructor_execution(view: InstructorExecution, *, now: datetime) -> InstructorExecutionSummary:
    """Summarise an instructor execution as of `now`, an aware time."""
    facts = instructor_execution_facts(view, now=now)
    headline = f"{_subject(facts)} {_predicate(facts, _ended(view.end_time, now))}"
    return InstructorExecutionSummary(headline=headline, next_step=_next_step(facts), **dict(facts))


# The headline: a subject, what it is doing, and what it waits for or ended with.


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


def _predicate(facts: Facts, ended: str) -> str:
    match facts.state:
        case "queued":
            started = "" if facts.started_at else " and has not started yet"
            sentence = f"is queued{started}{_waits(facts)}."
        case "running":
            sentence = f"{_running(facts)}{_attempt(facts)}{_waits(facts)}."
        case "paused":
            since = f", {roughly(facts.duration_seconds)} after it started" if facts.duration_seconds else ""
            sentence = f"is paused{since}{_attempt(facts)}{_waits(facts)}."
        case "finished":
            sentence = f"finished{ended}{_took(facts)}{_downloads(facts)}."
        case "failed":
            sentence = f"failed{ended}{_took(facts)}{_attempt(facts)}{_reason(facts)}"
        case _:
            sentence = _unknown(facts)
    return sentence


def _running(facts: Facts) -> str:
    verb = "recording" if isinstance(facts, InstructorExecutionFacts) and facts.is_recording else "running"
    if facts.duration_seconds is None:
        return f"is {verb}"
    return f"has been {verb} for {roughly(facts.duration_seconds)}"


def _attempt(facts: Facts) -> str:
    if not isinstance(facts, ExecutionFacts) or facts.attempt is None:
        return ""
    total = f" of {facts.total_attempts}" if facts.total_attempts is not None else ""
    last = ", its last" if facts.is_last_attempt and facts.attempt != facts.total_attempts else ""
    word = ", on attempt" if facts.state == "failed" else ", attempt"
    return f"{word} {facts.attempt}{total}{last}"


def _waits(facts: Facts) -> str:
    if facts.log_in_to is not None:
        return f"; it waits for a person to log in{_to_logins(facts.log_in_to)}"
    return "; the API does not say why" if facts.state == "paused" else ""


def _to_logins(names: list[str]) -> str:
    return f" to {' and '.join(map(quote, names))}" if names else ""


def _ended(moment: datetime | None, now: datetime) -> str:
    if moment is None or moment > now:
        return ""
    return f" {roughly((now - moment).total_seconds())} ago"


def _took(facts: Facts) -> str:
    return f" after running for {spoken(facts.duration_seconds)}" if facts.duration_seconds is not None else ""


def _downloads(facts: Facts) -> str:
    if not isinstance(facts, ExecutionFacts):
        return ""
    count = facts.downloads_count
    if downloads_pending(facts):
        arrived = f"; {plural(count, 'download')} arrived and more" if count else "; its downloads"
        return f"{arrived} are still to come"
    if not count:
        return ""
    size = f" ({human_size(facts.downloads_total_bytes)})" if facts.downloads_total_bytes is not None else ""
    return f", with {plural(count, 'download')}{size}"


def _reason(facts: Facts) -> str:
    if not facts.error_fields:
        return "; the API gives no reason."
    telling = max(facts.error_fields, key=lambda error: len(error.text))  # a sentence tells more than a code
    return f". Its field {quote(telling.field)} says: {quote(telling.text, 200)}"


def _unknown(facts: Facts) -> str:
    if facts.status is None:
        return f"came without a status, so whether it has finished is not known{_waits(facts)}."
    unknown = "which this server does not know; do not take it as finished"
    return f"has the status {quote(facts.status)}, {unknown}{_waits(facts)}."


# The next step: one action, with the id and the link filled in.


def _next_step(facts: Facts) -> str:
    if facts.log_in_to is not None:
        where = _opening(facts.log_in_url) or "find it in Kaizen (no live view link was given) and "
        return f"Ask a person to {where}log in{_to_logins(facts.log_in_to)}; then {_look_again(facts)}."
    match facts.state:
        case "queued" | "running":
            step = f"Nothing to do yet: {_look_again(facts)} in a minute."
        case "paused":
            where = _opening(_live_view(facts)) or "find it in Kaizen and "
            step = f"Ask a person to {where}see why it is paused; then {_look_again(facts)}."
        case "finished":
            step = _after_finish(facts)
        case "failed":
            step = _after_failure(facts)
        case _:
            what = "the status as it stands" if facts.status else "that Kaizen gave no status"
            step = f"Tell the person {what}; {_look_again(facts)} later to see whether it changes."
    return step


def _after_finish(facts: Facts) -> str:
    if isinstance(facts, ExecutionFacts):
        if downloads_pending(facts):
            return f"The run is over but its files are not all there: {_look_again(facts)} in a minute."
        if facts.downloads_count:
            return "Hand over the files: each entry of raw.downloads.files has its downloadUrl (detail=full)."
        if facts.has_response:
            return "Read its output in raw.response (detail=full); there is nothing more to wait for."
        file = facts.response_file_name or facts.response_file_id
        if file:
            return f"Its output is in the file {quote(file)}, which raw.responseFile names (detail=full)."
    return "Nothing more to do: it has finished."


def _after_failure(facts: Facts) -> str:
    if isinstance(facts, ExecutionFacts) and facts.is_last_attempt is False:
        return f"This was not its last attempt, so Kaizen may try again: {_look_again(facts)} in a minute."
    told = "with the reason quoted above" if facts.error_fields else "and that no reason was given"
    last = "it was the last attempt, so " if isinstance(facts, ExecutionFacts) and facts.is_last_attempt else ""
    return f"Tell the person that it failed, {told}; {last}someone has to look into it in Kaizen."


def _look_again(facts: Facts) -> str:
    tool = "get_instructor_execution" if isinstance(facts, InstructorExecutionFacts) else "get_execution"
    return (
        f"call {tool} again with id {quote(facts.id, 256)}" if facts.id else f"call {tool} again with the same id"
    )


def _live_view(facts: Facts) -> str | None:
    return facts.live_view_url if isinstance(facts, ExecutionFacts) else None


def _opening(url: str | None) -> str:
    if url is None:
        return ""
    return f"open {url} and " if len(url) <= MAX_LINK else "open its live view link and "


# Words for numbers.


def downloads_pending(facts: ExecutionFacts) -> bool:
    """Whether the API says that files are still to come; `pending` is the one such word it is known to use."""
    return (facts.downloads_status or "").lower() == "pending"


def plural(count: int, noun: str) -> str:
    """Say how many there are of something: `1 file`, `3 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def spoken(seconds: float) -> str:
    """Say a duration: `12 s`, `6 min 40 s`, `1 h 5 min`, `3 days`."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if whole < 1:
        return "less than a second"
    if minutes < 1:
        return f"{whole} s"
    if hours < 1:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    if hours < 48:  # noqa: PLR2004 - two days
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    return f"{hours // 24} days"


def roughly(seconds: float) -> str:
    """Say a duration that is still growing: as `spoken`, without seconds once there are minutes."""
    return spoken(seconds - seconds % 60 if seconds >= 60 else seconds)  # noqa: PLR2004 - a minute


def human_size(size: int) -> str:
    """Say a number of bytes with a decimal unit: `512 bytes`, `84 kB`, `1.2 MB`."""
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            value = size / scale
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"  # noqa: PLR2004 - one digit
    return plural(size, "byte")
