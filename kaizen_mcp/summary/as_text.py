"""The summary as text: short lines, complete in themselves, for clients that show no structure."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from kaizen_mcp.humanize import format_duration, format_size, pluralize
from kaizen_mcp.sanitize.escaping import MAX_ID, one_line, quote
from kaizen_mcp.summary.next_step import MAX_LINK
from kaizen_mcp.summary.output import OutputFacts
from kaizen_mcp.summary.summarize import Summary

MAX_VERDICT = 1500
"""Characters of the text. Lines that do not fit stay out, the least important first."""

_MAX_NOTES = 6
_MAX_NOTE = 200
_MAX_MESSAGE = 200
_MAX_ERROR = 300
_TRUNCATED = "(More facts are in the structured half of this result.)"


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
    yield from _labelled(_FIRST_LINES, summary)
    for note in notes[:_MAX_NOTES]:
        yield f"Note: {one_line(note, _MAX_NOTE)}"
    if len(notes) > _MAX_NOTES:
        yield f"Note: there are {len(notes) - _MAX_NOTES} more notes in the structured half of this result"
    for error in summary.facts.error_fields or []:
        yield f"Looks like an error: {quote(error.field)} says {quote(error.text, _MAX_ERROR)}"
    yield from _labelled(_MORE_LINES, summary)


def _labelled(lines: "_Lines", summary: Summary) -> Iterator[str]:
    for label, describe in lines:
        parts = [part for part in describe(summary) if part]
        if parts:
            yield f"{label}: {'; '.join(parts)}"


def _status(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    reported = f"Kaizen says {quote(facts.status)}" if facts.status else "Kaizen gives none"
    yield f"{facts.state} ({reported})"
    yield _whether_ended(summary)
    if facts.state == "finished" and facts.output.downloads_pending:
        yield "its downloads are still to come"
    if facts.needs_person:
        yield "needs a person"


def _whether_ended(summary: Summary) -> str:
    facts = summary.facts
    if facts.contradicts_itself or facts.state == "unknown":
        return "whether it has finished is not known"
    if facts.state == "failed":
        return "this attempt has ended" if summary.should_poll else "it has ended"
    return "" if facts.state == "finished" else "not finished"


def _id(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    yield quote(facts.id, MAX_ID) if facts.id else ""
    yield "a test run" if facts.is_test else ""
    parent = facts.parent_execution_id
    yield f"child of execution {quote(parent, MAX_ID)}" if parent else ""


def _login_needed(summary: Summary) -> Iterator[str]:
    login = summary.facts.login
    if login.waits_for_login == "yes":
        yield _join_quoted(login.log_in_to)
        yield _link(login.log_in_url)


def _login_maybe_needed(summary: Summary) -> Iterator[str]:
    login = summary.facts.login
    if login.waits_for_login == "maybe":
        yield _join_quoted(login.log_in_to) or "Kaizen does not say which one"
        yield _link(login.log_in_url)


def _live_view(summary: Summary) -> Iterator[str]:
    yield _link(summary.facts.live_view_url)


def _times(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    if facts.started_at:
        yield f"{'start time' if facts.state == 'queued' else 'started'} {facts.started_at}"
    if facts.ended_at:
        yield f"ended {facts.ended_at}"
    if facts.duration_seconds is not None:
        took = "took" if facts.ended_at or facts.finished else "so far"
        yield f"{took} {format_duration(facts.duration_seconds)}"


def _wait(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    if summary.waited_seconds is None:
        return
    yield format_duration(summary.waited_seconds)
    if facts.finished:
        yield "the wait was for the run, not for its files" if facts.output.downloads_pending else ""
    elif summary.should_poll and not facts.needs_person:
        yield f"it was still {facts.state} then, which is no error"


def _attempts(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    if facts.attempt is not None:
        total = f" of {facts.total_attempts}" if facts.total_attempts is not None else ""
        yield f"{facts.attempt}{total}"
    # Of a run that finished or still runs, "not the last" would sound as if more attempts were to come.
    if facts.is_last_attempt and facts.state != "finished":
        yield "the last"
    if facts.is_last_attempt is False and facts.state == "failed":
        yield "not the last"


def _recording(summary: Summary) -> Iterator[str]:
    if summary.facts.is_recording is not None:
        yield "yes" if summary.facts.is_recording else "no"


def _downloads(summary: Summary) -> Iterator[str]:
    output = summary.facts.output
    yield pluralize(output.downloads_count, "file") if output.downloads_count else ""
    yield format_size(output.downloads_total_bytes) if output.downloads_total_bytes is not None else ""
    yield _join_quoted(output.downloads_names)
    yield _download_links(output)
    yield f"status {quote(output.downloads_status)}" if output.downloads_status else ""
    yield f"message {quote(output.downloads_message, _MAX_MESSAGE)}" if output.downloads_message else ""


def _download_links(output: OutputFacts) -> str:
    count = output.downloads_with_link
    if not count:
        return ""
    them = "it" if count == 1 else "them"
    return f"{pluralize(count, 'link')} in raw (anyone who has {them} can open {them})"


def _response(summary: Summary) -> Iterator[str]:
    output = summary.facts.output
    if output.has_response is not None:
        yield "present" if output.has_response else "empty"
    yield "a truncated copy is present" if output.response_truncated else ""
    yield f"in file {quote(output.response_file)}" if output.response_file else ""


def _workflow(summary: Summary) -> Iterator[str]:
    return _name_and_id(summary.facts.workflow_name, summary.facts.workflow_id)


def _batch(summary: Summary) -> Iterator[str]:
    return _name_and_id(summary.facts.batch_name, summary.facts.batch_id)


def _logins(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    yield _join_quoted(login.name or login.id or "" for login in facts.logins or [])
    if facts.authentications:
        counts = ", ".join(f"{a.count} {quote(a.status)}" for a in facts.authentications)
        yield f"authentications: {counts}"


def _start_block(summary: Summary) -> Iterator[str]:
    facts = summary.facts
    yield quote(facts.start_block_name) if facts.start_block_name else ""
    yield f"type {quote(facts.start_block_type)}" if facts.start_block_type else ""


_Lines = list[tuple[str, Callable[[Summary], Iterator[str]]]]
_FIRST_LINES: _Lines = [
    ("Status", _status),
    ("Id", _id),
]
_MORE_LINES: _Lines = [
    ("Login needed", _login_needed),
    ("Login may be needed", _login_maybe_needed),
    ("Times", _times),
    ("Waited", _wait),
    ("Attempt", _attempts),
    ("Recording", _recording),
    ("Downloads", _downloads),
    ("Response", _response),
    ("Live view", _live_view),
    ("Workflow", _workflow),
    ("Batch", _batch),
    ("Logins", _logins),
    ("Start block", _start_block),
]


def _join_quoted(names: Iterable[str] | None) -> str:
    return ", ".join(map(quote, names or []))


def _name_and_id(name: str | None, identifier: str | None) -> Iterator[str]:
    yield quote(name) if name else ""
    yield f"id {quote(identifier, MAX_ID)}" if identifier else ""


def _link(url: str | None) -> str:
    if not url:
        return ""
    shown = url if len(url) <= MAX_LINK else "its link is in the structured half of this result"
    return f"{shown} (anyone who has this link can open it)"
