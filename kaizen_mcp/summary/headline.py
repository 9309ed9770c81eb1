"""The headline: what an execution is doing, what it waits for or ended with, and what it says of errors."""

from kaizen_mcp.humanize import format_duration, format_elapsed, join_list, pluralize
from kaizen_mcp.sanitize.display import display_id, quote
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.summary.facts import Facts
from kaizen_mcp.summary.output import describe_downloads, quote_outcome
from kaizen_mcp.summary.reason import QuotedField
from kaizen_mcp.summary.shorten import clip

MAX_REASON = 160
"""Characters of a reason that the headline quotes."""


def headline(facts: Facts, age: float | None, asked_id: str) -> str:
    """One sentence that a person would say; `age` as from `age_seconds`."""
    other = ""
    if facts.id is not None and is_other_id(facts.id, asked_id):
        kind = facts.kind.replace("_", " ")
        other = f"Kaizen answered with another {kind} ({quote(facts.id)}) than asked for ({quote(asked_id)}): "
    return other + _what_happened(facts, age)


def is_other_id(found: str, asked: str) -> bool:
    """Whether an object's id, as `display_id` shows it, is another than the one asked for; case does not count."""
    shown = display_id(asked) or ""
    return MASK not in found and found.casefold() != shown.casefold()


def _what_happened(facts: Facts, age: float | None) -> str:
    failed = f"; {pluralize(facts.failed_logins, 'login')} failed" if facts.failed_logins else ""
    sentence = f"{_subject(facts)} {_predicate(facts, age)}{failed}"
    if facts.reason:
        return f"{sentence}. Its {' and its '.join(map(quote_reason, facts.reason))}"
    return f"{sentence}; no reason was found in its record." if facts.state == "failed" else f"{sentence}."


def quote_reason(reason: QuotedField) -> str:
    """A text that tells why, with its place and the code beside it: `"/error" says: "No" (code "E1")`."""
    code = f" (code {quote(reason.code)})" if reason.code else ""
    said = f"{quote(reason.field, 60)} says: {quote(clip(reason.text, MAX_REASON), MAX_REASON)}{code}"
    return f"{said}; it suggests: {quote(reason.suggestion, MAX_REASON)}" if reason.suggestion else said


def progress(facts: Facts) -> str:
    """How an execution is doing, in a few words: `running for 4 min, attempt 2 of 3`."""
    state = quote(facts.status) if facts.state == "unknown" and facts.status else facts.state
    if facts.state == "running" and facts.duration_seconds is not None:
        state += f" for {format_elapsed(facts.duration_seconds)}"
    attempt = _attempt(facts).removeprefix(", ") if facts.state in {"running", "paused"} else ""
    return ", ".join(filter(None, [state, attempt, _waits(facts).removeprefix("; ")]))


def logins_to_do(facts: Facts) -> str:
    """The logins that a person has to do: ` to "A", "B" and 2 more`; empty if they are not known."""
    names = [quote(name, 60) for name in facts.login.log_in_to or []]
    return f" to {join_list(names, 2)}" if names else ""


def _subject(facts: Facts) -> str:
    name = facts.name or facts.workflow_name
    if facts.kind == "instructor_execution":
        return f"The instructor execution of {quote(name)}" if name else "The instructor execution"
    test = "The test run " if facts.is_test else ""
    batch = f" (one run of batch {quote(facts.batch_name, 60)})" if facts.batch_name else ""
    batch = batch or (" (one run of a batch)" if facts.batch_id else "")
    batch = batch or (" (a child of another execution)" if facts.parent_execution_id else "")
    if name:
        return f"{test}{quote(name)}{batch}"
    if facts.id:
        return f"{test or 'Execution '}{quote(facts.id)}"
    return test.strip() or "The execution"


def _predicate(facts: Facts, age: float | None) -> str:
    if facts.contradicts_itself and age is not None:
        status = quote(facts.status or "")
        return f"has the status {status}, but according to its times it ended {format_elapsed(age)} ago"
    match facts.state:
        case "queued":
            queued = "is queued" if age is None else f"has been queued for {format_elapsed(age)}"
            recording = ", but recording" if facts.is_recording else ""
            return f"{queued}{recording}{_waits(facts)}"
        case "running":
            return f"{_running(facts)}{_attempt(facts)}{_waits(facts)}"
        case "paused":
            started = f" (it started {format_elapsed(age)} ago)" if age is not None else ""
            no_reason = "" if facts.reason else "; no reason was found in its record"
            return f"is paused{_attempt(facts)}{started}{_waits(facts) or no_reason}"
        case "finished":
            recording = "; but Kaizen still calls it recording" if facts.is_recording else ""
            came_out = f"{describe_downloads(facts.output)}{quote_outcome(facts.output)}"
            return f"finished{_ended(facts, age)}{recording}{came_out}"
        case "failed":
            return f"failed{_ended(facts, age)}{_attempt(facts)}{_left_output(facts)}"
        case "unknown":
            return f"{_unknown(facts, age)}{_waits(facts)}{quote_outcome(facts.output)}"


def _running(facts: Facts) -> str:
    seconds = facts.duration_seconds
    if facts.kind == "instructor_execution":
        recording = {True: "; recording is on", False: "; recording is off", None: ""}[facts.is_recording]
        return f"{'is open' if seconds is None else f'has been open for {format_elapsed(seconds)}'}{recording}"
    return "is running" if seconds is None else f"has been running for {format_elapsed(seconds)}"


def _attempt(facts: Facts) -> str:
    if facts.attempt is None:
        return ""
    total = f" of {facts.total_attempts}" if facts.total_attempts is not None else ""
    last = ", its last" if facts.is_last_attempt and facts.attempt != facts.total_attempts else ""
    word = ", on attempt" if facts.state == "failed" else ", attempt"
    return f"{word} {facts.attempt}{total}{last}"


def _waits(facts: Facts) -> str:
    if facts.login.waits_for_login is None:
        return ""
    waits = "it waits" if facts.login.waits_for_login == "yes" else "it may be waiting"
    return f"; {waits} for a person to log in{logins_to_do(facts)}"


def _ended(facts: Facts, age: float | None) -> str:
    ago = f" {format_elapsed(age)} ago" if facts.ended_at and age is not None else ""
    seconds = facts.duration_seconds
    return f"{ago} after running for {format_duration(seconds)}" if seconds is not None else ago


def _left_output(facts: Facts) -> str:
    return "; it left an output" if facts.output.has_response else ""


def _unknown(facts: Facts, age: float | None) -> str:
    status = f"has the status {quote(facts.status)}" if facts.status else "has no status"
    if facts.finished and age is not None:
        return f"{status}; it ended {format_elapsed(age)} ago"
    return f"{status}, so whether it is over is not known"
