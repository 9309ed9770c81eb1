"""The summary as text: short lines, complete in themselves, for clients that show no structure."""

from collections.abc import Iterable, Iterator, Sequence

from kaizen_mcp.humanize import format_duration, format_size, pluralize
from kaizen_mcp.sanitize.display import MAX_ID, one_line, quote
from kaizen_mcp.summary.facts import Facts, LoginFacts
from kaizen_mcp.summary.headline import MAX_REASON
from kaizen_mcp.summary.next_step import MAX_LINK
from kaizen_mcp.summary.output import OutputFacts, format_outcome, outcomes_in_headline
from kaizen_mcp.summary.summarize import Summary

MAX_VERDICT = 1500
"""Characters of the text. Lines that do not fit stay out, the least important first."""

_MAX_NOTES = 6
_MAX_NOTE = 200
_MAX_MESSAGE = 200
_MAX_ERROR = 300
_TRUNCATED = "(More facts are in the structured half of this result.)"

_Lines = list[tuple[str, Iterable[str]]]
"""Each label with its parts, of which the empty ones are left out."""


def verdict_text(summary: Summary, notes: Sequence[str]) -> str:
    """The summary as lines, verdict first, at most `MAX_VERDICT` characters."""
    lines = [summary.headline, f"Next: {summary.next_step}"]
    room = MAX_VERDICT - len(_TRUNCATED) - 1 - sum(len(line) + 1 for line in lines)
    all_fit = True
    for line in _lines(summary, notes):
        if len(line) < room:
            lines.append(line)
            room -= len(line) + 1
        else:
            all_fit = False
    return "\n".join(lines if all_fit else [*lines, _TRUNCATED])


def _lines(summary: Summary, notes: Sequence[str]) -> Iterator[str]:
    """Lines that have anything to say, the most important first; oddities and errors come before the details."""
    facts = summary.facts
    yield from _labelled([("Status", _status(summary)), ("Id", _id(facts))])
    for note in notes[:_MAX_NOTES]:
        yield f"Note: {one_line(note, _MAX_NOTE)}"
    if len(notes) > _MAX_NOTES:
        yield f"Note: there are {len(notes) - _MAX_NOTES} more notes in the structured half of this result"
    for reason in facts.reason or []:
        if len(reason.text) > MAX_REASON:
            yield f"Reason: {quote(reason.field)} says {quote(reason.text, _MAX_ERROR)}"
    in_headline = facts.state in {"finished", "unknown"} and not facts.contradicts_itself
    for outcome in (facts.output.outcome or [])[len(outcomes_in_headline(facts.output)) if in_headline else 0 :]:
        yield f"Output says: {format_outcome(outcome).removeprefix('is ')}"
    for line in facts.output.output or []:
        yield f"Output: {line}"
    for error in facts.error_fields or []:
        yield f"Looks like an error: {quote(error.field)} says {quote(error.text, _MAX_ERROR)}"
    yield from _labelled(_details(summary))


def _labelled(lines: _Lines) -> Iterator[str]:
    for label, parts in lines:
        if text := "; ".join(filter(None, parts)):
            yield f"{label}: {text}"


def _details(summary: Summary) -> _Lines:
    facts = summary.facts
    login_label = "Login needed" if facts.login.waits_for_login == "yes" else "Login may be needed"
    recording = "" if facts.is_recording is None else "yes" if facts.is_recording else "no"
    return [
        (login_label, _login(facts.login)),
        ("Times", _times(facts)),
        ("Waited", _wait(summary)),
        ("Attempt", _attempts(facts)),
        ("Recording", [recording]),
        ("Downloads", _downloads(facts.output)),
        ("Response", _response(facts.output)),
        ("Live view", [_link(facts.live_view_url)]),
        ("Workflow", [_quoted(facts.workflow_name), _quoted(facts.workflow_id, "id ", MAX_ID)]),
        ("Batch", [_quoted(facts.batch_name), _quoted(facts.batch_id, "id ", MAX_ID)]),
        ("Logins", _logins(facts)),
        ("Start block", [_quoted(facts.start_block_name), _quoted(facts.start_block_type, "type ")]),
    ]


def _status(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    reported = "" if facts.status is None or facts.status.lower() == facts.state else f" ({quote(facts.status)})"
    yield f"{facts.state}{reported}"
    if facts.contradicts_itself:
        yield "whether it is over is not known"
    elif facts.finished:
        yield "another attempt may follow" if facts.may_be_retried else "over"
    elif facts.state != "unknown":
        yield "not over"
    yield "needs a person" if summary.needs_person else ""


def _id(facts: Facts) -> Iterator[str]:
    yield _quoted(facts.id, limit=MAX_ID)
    yield "a test run" if facts.is_test else ""
    yield _quoted(facts.parent_execution_id, "child of execution ", MAX_ID)


def _login(login: LoginFacts) -> Iterator[str]:
    if login.waits_for_login is not None:
        unnamed = "Kaizen does not say which one" if login.waits_for_login == "maybe" else ""
        yield _join_quoted(login.log_in_to) or unnamed
        yield _link(login.log_in_url)


def _times(facts: Facts) -> Iterator[str]:
    if facts.started_at:
        began = "queued since" if facts.state == "queued" else "started"
        yield f"{began} {facts.started_at}{_local(facts.started_at_local)}"
    if facts.ended_at:
        yield f"ended {facts.ended_at}{_local(facts.ended_at_local)}"
    if facts.duration_seconds is not None:
        took = "took" if facts.ended_at or facts.finished else "so far"
        yield f"{took} {format_duration(facts.duration_seconds)}"


def _local(time: str | None) -> str:
    return f" ({time})" if time else ""


def _wait(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    if summary.waited_seconds is None:
        return
    yield format_duration(summary.waited_seconds)
    if facts.finished:
        yield "the wait was for the run, not for its files" if facts.output.downloads_pending else ""
    elif summary.should_poll and not summary.needs_person:
        yield f"it was still {facts.state} then, which is no error"


def _attempts(facts: Facts) -> Iterator[str]:
    if facts.attempt is not None and facts.state != "queued":
        total = f" of {facts.total_attempts}" if facts.total_attempts is not None else ""
        yield f"{facts.attempt}{total}"
    # Of a run that finished or still runs, "not the last" would sound as if more attempts were to come.
    if facts.is_last_attempt and facts.state != "finished":
        yield "the last"
    if facts.is_last_attempt is False and facts.state == "failed":
        yield "not the last"


def _downloads(output: OutputFacts) -> Iterator[str]:
    yield pluralize(output.downloads_count, "file") if output.downloads_count else ""
    yield format_size(output.downloads_total_bytes) if output.downloads_total_bytes is not None else ""
    yield _join_quoted(output.downloads_names)
    if count := output.downloads_with_link:
        them = "it" if count == 1 else "them"
        yield f"{pluralize(count, 'link')} in raw (anyone who has {them} can open {them})"
    yield _quoted(output.downloads_status, "status ")
    yield _quoted(output.downloads_message, "message ", _MAX_MESSAGE)


def _response(output: OutputFacts) -> Iterator[str]:
    yield "present" if output.has_response and not output.output else ""
    yield "a truncated copy is present" if output.response_truncated else ""
    yield _quoted(output.response_file, "in file ")


def _logins(facts: Facts) -> Iterator[str]:
    yield _join_quoted(login.name or login.id or "" for login in facts.logins or [])
    if facts.authentications:
        yield "authentications: " + ", ".join(f"{a.count} {quote(a.status)}" for a in facts.authentications)


def _quoted(text: str | None, before: str = "", limit: int = 80) -> str:
    return f"{before}{quote(text, limit)}" if text else ""


def _join_quoted(names: Iterable[str] | None) -> str:
    return ", ".join(map(quote, names or []))


def _link(url: str | None) -> str:
    if not url:
        return ""
    shown = url if len(url) <= MAX_LINK else "its link is in the structured half of this result"
    return f"{shown} (anyone who has this link can open it)"
