"""Build the answer of a lookup, in both halves of a result: each must do alone, for clients show only one.

`structuredContent` holds the summary, the API's object and the notes; `content` the same facts as short lines,
then the object as compact JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

from mcp.types import Annotations, CallToolResult, TextContent
from pydantic import BaseModel, Field

from kaizen_mcp.body import JsonObject, compact
from kaizen_mcp.budget import Omission, find, fit, part, size
from kaizen_mcp.errors import InvalidInputError
from kaizen_mcp.facts import ExecutionFacts, InstructorExecutionFacts, Unlisted
from kaizen_mcp.humanize import format_duration, format_size, pluralize
from kaizen_mcp.summary import (
    MAX_LINK,
    ExecutionSummary,
    InstructorExecutionSummary,
    Summary,
    downloads_pending,
)
from kaizen_mcp.text import defuse, one_line, quote

MAX_VERDICT = 1500
"""Characters of the verdict text. What does not fit stays out line by line, the least telling first."""

_MAX_NOTES = 6
_CUT = "(More facts are in the structured half of this result.)"
_DEFUSED = "text that looks like the markup of a chat or a model is shown so that it can't be taken for it"
MAX_BRIEF = 2500
"""Characters of each half of an answer with detail=summary."""

_ALWAYS = frozenset(
    "headline next_step kind id status state finished needs_person should_poll poll_after_seconds".split()
)
"""Facts that programs go by; the published schema asks for most of them."""
_LEFT_OUT = "Left out; read each with path and offset: "
_ROOM_TO_SAY_SO = 120
_FRAME = len('"part":,"omitted":[],') + 4
_FOR_ALL = Annotations(audience=["user", "assistant"], priority=1.0)
_FOR_MODEL = Annotations(audience=["assistant"], priority=0.3)


class OmittedStretch(BaseModel):
    """Something that was left out of an answer."""

    path: str | None = None
    offset: int | None = None
    until: Unlisted[int] = None
    what: Unlisted[str] = None


class PartOfObject(BaseModel):
    """A part of the API's object that was asked for."""

    path: Unlisted[str] = None
    offset: Unlisted[int] = None
    next_offset: int | None = Field(None, description="absent at the end")
    total: Unlisted[int] = None
    value: Any = None


class ApiObject(BaseModel):
    """The API's object, whose fields are its own."""


class _StructuredAnswer(BaseModel):
    raw: ApiObject | None = Field(None, description="the API's object")
    part: PartOfObject | None = None
    omitted: list[OmittedStretch] | None = Field(None, description="read with path and offset")
    redacted: list[str] | None = None
    notes: list[str]


class ExecutionAnswer(_StructuredAnswer):
    """Structured content of get_execution; its JSON schema is the published output schema."""

    summary: ExecutionSummary


class InstructorExecutionAnswer(_StructuredAnswer):
    """Structured content of get_instructor_execution; its JSON schema is the published output schema."""

    summary: InstructorExecutionSummary


class Answer:
    """Builds the result of a lookup that succeeded; each of its halves fits the limit.

    Args:
        summary: verdict and facts.
        notes: one sentence for each oddity.
        redacted: JSON Pointers to masked values.
        limit: characters of each half.
    """

    def __init__(self, summary: Summary, notes: Sequence[str], redacted: Sequence[str], *, limit: int) -> None:
        self._summary = summary
        self._notes = notes
        self._redacted = redacted
        self._limit = limit

    def brief(self) -> CallToolResult:
        """Verdict and facts alone."""
        verdict, structured = self._head(MAX_BRIEF)
        return CallToolResult(content=[verdict], structured_content=structured)

    def full(self, data: JsonObject, *, about: int) -> CallToolResult:
        """Verdict, facts and as much as fits of the object, which has about so many characters."""
        verdict, structured = self._head(self._limit // 2)
        fitted = fit(data, self._room(verdict, structured), about=about)
        return _with({"raw": fitted.value}, fitted.text, fitted.omitted, verdict, structured)

    def part(self, data: JsonObject, path: str, offset: int) -> CallToolResult:
        """Verdict, facts and as much as fits of what is at `path`, from `offset` on.

        Raises:
            InvalidInputError: there is nothing at that path or offset.
        """
        value = find(data, path)
        total = len(cast("str", value)) if isinstance(value, str | list | dict) else 1
        if offset and offset >= total:
            raise InvalidInputError(
                f"Offset {offset} is beyond the end of path {quote(path)}, which is at {total}."
            )
        verdict, structured = self._head(self._limit // 2)
        frame: JsonObject = {"path": path, "offset": offset, "next_offset": total, "total": total, "value": 0}
        read = part(value, self._room(verdict, structured) - size(frame), path=path, offset=offset)
        shown: JsonObject = {"path": path, "offset": offset}
        if read.next_offset is not None:
            shown["next_offset"] = read.next_offset
        if read.total is not None:
            shown["total"] = read.total
        shown["value"] = read.value
        return _with({"part": shown}, compact(shown), read.omitted, verdict, structured)

    def _head(self, limit: int) -> tuple[TextContent, JsonObject]:
        """The verdict, and the structure without the object; neither longer than the limit."""
        facts, delimiters = defuse(self._summary.model_dump(exclude_none=True))
        told, more = defuse([*self._notes])
        if delimiters + more:
            told.append(f"{_DEFUSED} ({pluralize(delimiters + more, 'time')})")
        verdict, _ = defuse(verdict_text(self._summary, told))
        structured: JsonObject = {"summary": facts}
        if self._redacted:
            structured["redacted"] = _first_that_fit(self._redacted, limit // 8)
            left = len(self._redacted) - len(structured["redacted"])
            told += [f"{pluralize(left, 'more masked value')} not listed"] if left else []
        notes = structured["notes"] = _first_that_fit(told, limit // 4)
        if len(notes) < len(told):
            notes.append(f"{pluralize(len(told) - len(notes), 'more note')} not shown")
        too_long = size(structured) + _ROOM_TO_SAY_SO - limit
        if too_long > 0:
            left_out = _shorten(facts, size(facts) - too_long)
            notes.append(f"{pluralize(left_out, 'fact')} left out of the summary, which had no room for all")
        return TextContent(text=verdict, annotations=_FOR_ALL), structured

    def _room(self, verdict: TextContent, structured: JsonObject) -> int:
        """Characters left for the object and the list of what is left out of it, in either half."""
        return self._limit - _FRAME - max(len(verdict.text) + len(_LEFT_OUT), size(structured))


def _with(
    shown: JsonObject, text: str, omitted: Sequence[Omission], verdict: TextContent, structured: JsonObject
) -> CallToolResult:
    """Put both halves together; `shown` holds the object, or its part, by its name, and `text` has it as JSON."""
    content = [verdict, TextContent(text=text, annotations=_FOR_MODEL)]
    answer: JsonObject = {"summary": structured["summary"], **shown}
    if omitted:
        answer["omitted"] = [omission.listed() for omission in omitted]
        content.append(TextContent(text=_LEFT_OUT + compact(answer["omitted"]), annotations=_FOR_MODEL))
    return CallToolResult(content=[*content], structured_content={**answer, **structured})


def _first_that_fit(texts: Sequence[str], room: int) -> list[str]:
    """The first of these texts that fit, in as many characters as they take in a list."""
    fitting: list[str] = []
    for text in texts:
        room -= size(text) + 1
        if room < 0:
            break
        fitting.append(text)
    return fitting


def _shorten(facts: JsonObject, room: int) -> int:
    """Take facts out, the least telling first, until they fit; the last that stay are cut. Returns how many."""
    taken = 0
    for name in [name for name in reversed(facts) if name not in _ALWAYS]:
        if size(facts) <= room:
            return taken
        del facts[name]
        taken += 1
    for name in ("headline", "next_step", "id"):
        if size(facts) > room and name in facts:
            facts[name] = one_line(facts[name], len(facts[name]) // 2)
    return taken


def verdict_text(summary: Summary, notes: Sequence[str]) -> str:
    """The summary as short lines, verdict first, at most `MAX_VERDICT` characters."""
    lines = [summary.headline, f"Next: {summary.next_step}"]
    room = MAX_VERDICT - len(_CUT) - 1 - sum(len(line) + 1 for line in lines)
    whole = True
    for line in _lines(summary, notes):
        if len(line) < room:
            lines.append(line)
            room -= len(line) + 1
        else:
            whole = False
    return "\n".join(lines if whole else [*lines, _CUT])


def _lines(summary: Summary, notes: Sequence[str]) -> Iterator[str]:
    """Label and facts of each line that has any, the most telling first; what is odd comes before the details."""
    for label, render in _FIRST_LINES:
        yield from _line(label, render(summary))
    for note in notes[:_MAX_NOTES]:
        yield f"Note: {one_line(note, 200)}"
    if len(notes) > _MAX_NOTES:
        yield f"Note: there are {len(notes) - _MAX_NOTES} more notes in the structured half of this result"
    for error in summary.error_fields or []:
        yield f"Looks like an error: {quote(error.field)} says {quote(error.text, 300)}"
    for label, render in _MORE_LINES:
        yield from _line(label, render(summary))


def _line(label: str, facts: Iterable[str]) -> Iterator[str]:
    known = [fact for fact in facts if fact]
    if known:
        yield f"{label}: {'; '.join(known)}"


def _status(s: Summary) -> Iterator[str]:
    yield f"{quote(s.status) if s.status else 'none'} = {s.state}"
    if s.contradicts_itself:
        yield _HAS_ENDED["unknown"]
    elif s.state == "failed" and s.should_poll:
        yield "this attempt has ended"
    else:
        yield _HAS_ENDED.get(s.state, "not finished")
    yield "its downloads are still to come" if s.state == "finished" and downloads_pending(s) else ""
    yield "needs a person" if s.needs_person else ""


def _id(s: Summary) -> Iterator[str]:
    yield quote(s.id, 256) if s.id else ""
    if isinstance(s, ExecutionFacts):
        yield "a test run" if s.is_test else ""
        yield f"child of execution {quote(s.parent_execution_id, 256)}" if s.parent_execution_id else ""


def _login_needed(s: Summary) -> Iterator[str]:
    if s.waits_for_login == "yes":
        yield ", ".join(map(quote, s.log_in_to or []))
        yield _link(s.log_in_url)


def _login_perhaps_needed(s: Summary) -> Iterator[str]:
    if s.waits_for_login == "maybe":
        yield ", ".join(map(quote, s.log_in_to or [])) or "which one is not said"
        yield _link(s.log_in_url)


def _live_view(s: Summary) -> Iterator[str]:
    yield _link(s.live_view_url)


def _times(s: Summary) -> Iterator[str]:
    started = "start given as" if s.state == "queued" else "started"
    yield f"{started} {s.started_at}" if s.started_at else ""
    yield f"ended {s.ended_at}" if s.ended_at else ""
    if s.duration_seconds is not None:
        yield f"{'took' if s.ended_at or s.finished else 'so far'} {format_duration(s.duration_seconds)}"


def _wait(s: Summary) -> Iterator[str]:
    if s.waited_seconds is not None:
        yield format_duration(s.waited_seconds)
        if s.finished:
            yield "the wait was for the run, not for its files" if downloads_pending(s) else ""
        elif s.should_poll and not s.needs_person:
            yield f"it was still {s.state} then, which is no error"


def _attempts(s: Summary) -> Iterator[str]:
    if isinstance(s, ExecutionFacts):
        total = f" of {s.total_attempts}" if s.total_attempts is not None else ""
        yield f"{s.attempt}{total}" if s.attempt is not None else ""
        # Of a run that finished or still runs, "not the last" would sound as if there were more to come.
        yield "the last" if s.is_last_attempt and s.state != "finished" else ""
        yield "not the last" if s.is_last_attempt is False and s.state == "failed" else ""


def _workflow(s: Summary) -> Iterator[str]:
    yield from _named(s.workflow_name, s.workflow_id)


def _batch(s: Summary) -> Iterator[str]:
    if isinstance(s, ExecutionFacts):
        yield from _named(s.batch_name, s.batch_id)


def _downloads(s: Summary) -> Iterator[str]:
    if isinstance(s, ExecutionFacts):
        yield pluralize(s.downloads_count, "file") if s.downloads_count else ""
        yield format_size(s.downloads_total_bytes) if s.downloads_total_bytes is not None else ""
        yield ", ".join(map(quote, s.downloads_names or []))
        yield (
            f"{pluralize(s.downloads_with_link, 'link')} in raw, which anyone can open who has them"
            if s.downloads_with_link
            else ""
        )
        yield f"status {quote(s.downloads_status)}" if s.downloads_status else ""
        yield f"message {quote(s.downloads_message, 200)}" if s.downloads_message else ""


def _response(s: Summary) -> Iterator[str]:
    if isinstance(s, ExecutionFacts):
        yield "" if s.has_response is None else "present" if s.has_response else "empty"
        yield "a truncated copy is present" if s.response_truncated else ""
        file = s.response_file_name or s.response_file_id
        yield f"in file {quote(file)}" if file else ""


def _logins(s: Summary) -> Iterator[str]:
    yield ", ".join(quote(login.name or login.id or "") for login in s.logins or [])
    if s.authentications:
        yield "authentications: " + ", ".join(f"{a.count} {quote(a.status)}" for a in s.authentications)


def _start_block(s: Summary) -> Iterator[str]:
    if isinstance(s, ExecutionFacts):
        yield quote(s.start_block_name) if s.start_block_name else ""
        yield f"type {quote(s.start_block_type)}" if s.start_block_type else ""


def _recording(s: Summary) -> Iterator[str]:
    if isinstance(s, InstructorExecutionFacts) and s.is_recording is not None:
        yield "yes" if s.is_recording else "no"


_HAS_ENDED = {
    "finished": "",
    "failed": "it has ended",
    "unknown": "whether it has finished is not known",
}

_Lines = list[tuple[str, Callable[[Summary], Iterator[str]]]]
_FIRST_LINES: _Lines = [
    ("Status", _status),
    ("Id", _id),
]
_MORE_LINES: _Lines = [
    ("Login needed", _login_needed),
    ("Login perhaps needed", _login_perhaps_needed),
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


def _named(name: str | None, identifier: str | None) -> Iterator[str]:
    yield quote(name) if name else ""
    yield f"id {quote(identifier, 256)}" if identifier else ""


def _link(url: str | None) -> str:
    if not url:
        return ""
    shown = url if len(url) <= MAX_LINK else "its link is in the structured half of this result"
    return f"{shown} (anyone who has this link can open it)"
