"""What can be said of an execution, fact by fact: a view in, plain values out. Pure; the clock is an argument.

A fact that is not known is None here and absent from the answer. All text in it was made visible and cut.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from kaizen_mcp.models import (
    ContextAuthentication,
    Downloads,
    Execution,
    FailedAuthentication,
    FailedExecution,
    InProgressAuthentication,
    InstructorExecution,
    Recording,
    Reference,
    State,
    UnknownAuthentication,
)
from kaizen_mcp.text import one_line, quote, visible

FINAL: frozenset[State] = frozenset({"finished", "failed"})
"""The states after which nothing more is expected of the run itself; `unknown` is never among them."""

CLOCK_SKEW = timedelta(minutes=1)
"""How far Kaizen's clock and this one may differ before a time counts as odd."""

MAX_NAME = 120
MAX_ID = 256
MAX_QUOTED = 300
MAX_LISTED = 5

_ESCAPED = re.compile(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}")
"""What `visible` puts in the place of a hidden character: `invoice\\u202efdp.exe` would read `invoiceexe.pdf`."""

_ERROR_WORDS = ("error", "failure", "exception")
_ERROR_ENDINGS = ("message", "reason", "cause", "detail", "details")
"""Endings of names that speak of an error where nothing has finished well; elsewhere they may say anything."""


T = TypeVar("T")
Unlisted = SkipJsonSchema[T | None]
"""A fact that is in answers but not in the published schema, which every client sends to its model in full."""


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class NamedId(_Fact):
    """A login by its id and name."""

    id: str | None = None
    name: str | None = None


class StatusCount(_Fact):
    """How many authentications have one status."""

    status: str
    count: int


class QuotedField(_Fact):
    """Text of a field that looks like an error, quoted with the field's name; it is not interpreted."""

    field: str
    text: str


class Facts(_Fact):
    """Facts of either kind of execution. Times are RFC 3339, durations in seconds, sizes in bytes."""

    kind: SkipJsonSchema[str]
    id: str | None = None
    name: Unlisted[str] = None
    status: str | None = Field(None, description="the API's word")
    state: str = Field(description="queued, running, paused, finished, failed or unknown")
    finished: bool = Field(description="has ended, well or not; never true of state unknown")
    contradicts_itself: Unlisted[bool] = Field(None, description="its times say ended, its status does not")
    needs_person: bool = Field(description="to log in, or it is paused")
    waits_for_login: str | None = Field(None, description="yes or maybe")
    log_in_to: Unlisted[list[str]] = None
    log_in_url: str | None = None
    live_view_url: Unlisted[str] = None
    links_open_without_login: Unlisted[bool] = Field(None, description="whoever has its links can open them")
    workflow_id: Unlisted[str] = None
    workflow_name: Unlisted[str] = None
    started_at: Unlisted[str] = None
    ended_at: Unlisted[str] = None
    duration_seconds: float | None = None
    logins: Unlisted[list[NamedId]] = None
    authentications: Unlisted[list[StatusCount]] = None
    failed_logins: Unlisted[int] = None
    error_fields: Unlisted[list[QuotedField]] = None


class ExecutionFacts(Facts):
    """Facts of an execution."""

    batch_id: Unlisted[str] = None
    batch_name: Unlisted[str] = None
    parent_execution_id: str | None = None
    attempt: Unlisted[int] = None
    total_attempts: Unlisted[int] = None
    is_last_attempt: Unlisted[bool] = None
    is_test: Unlisted[bool] = None
    start_block_name: Unlisted[str] = None
    start_block_type: Unlisted[str] = None
    downloads_count: int | None = None
    downloads_with_link: Unlisted[int] = None
    downloads_total_bytes: Unlisted[int] = None
    downloads_names: Unlisted[list[str]] = None
    disguised_file: Unlisted[bool] = Field(None, description="a file's name has hidden characters in it")
    downloads_status: str | None = None
    downloads_message: Unlisted[str] = None
    has_response: Unlisted[bool] = None
    response_truncated: Unlisted[bool] = None
    response_file_id: Unlisted[str] = None
    response_file_name: Unlisted[str] = None


class InstructorExecutionFacts(Facts):
    """Facts of an instructor execution."""

    is_recording: bool | None = None


def execution_facts(view: Execution, *, now: datetime) -> ExecutionFacts:
    """Facts of an execution; `now` is an aware time."""
    batch, block, file = view.batch or Reference(), view.start_block, view.response_file
    downloads = _download_facts(view.downloads)
    common = _common_facts(view, now, kind="execution", name=view.name, live_view_url=view.live_view_url)
    if downloads.get("downloads_with_link"):
        common["links_open_without_login"] = True
    return ExecutionFacts(
        **common,
        batch_id=_id(batch.id),
        batch_name=_name(batch.name),
        parent_execution_id=_id(view.parent_execution_id),
        attempt=view.attempts,
        total_attempts=view.total_attempts,
        is_last_attempt=view.is_last_attempt,
        is_test=view.is_test,
        start_block_name=_name(block.name) if block else None,
        start_block_type=_name(block.type) if block else None,
        **downloads,
        has_response=None if view.response is None else _is_there(view.response),
        response_truncated=_is_there(view.truncated_response) or None,
        response_file_id=_id(file.id) if file else None,
        response_file_name=_name(file.name) if file else None,
    )


def instructor_execution_facts(view: InstructorExecution, *, now: datetime) -> InstructorExecutionFacts:
    """Facts of an instructor execution; `now` is an aware time."""
    return InstructorExecutionFacts(
        **_common_facts(view, now, kind="instructor_execution", name=None, live_view_url=None),
        is_recording=view.is_recording,
    )


def oddities(view: Recording, *, now: datetime) -> list[str]:
    """What is odd about the object as a whole, one sentence each; `now` is an aware time."""
    notes: list[str] = []
    if view.status is None:
        notes.append("the object has no status, so whether it has finished is not known")
    elif view.state == "unknown":
        notes.append(
            f"status {quote(view.status)} is not one this server knows; whether it has ended is not known"
        )
    unknown = {a.status for a in view.authentications if isinstance(a, UnknownAuthentication) and a.status}
    notes.extend(
        f"authentication status {quote(status)} is not one this server knows"
        for status in sorted(unknown)[:MAX_LISTED]
    )
    if view.id is None:
        notes.append("the object has no id")
    if view.start_time and view.end_time and view.end_time < view.start_time:
        notes.append("it ended before it started, by its own times")
    if _contradicts_itself(view, now):
        notes.append("it has an end time, though its status is not one of an ended run")
    if any(moment and moment > now + CLOCK_SKEW for moment in (view.start_time, view.end_time)):
        notes.append("one of its times lies in the future")
    links = {a.live_view_url for a in view.authentications if isinstance(a, InProgressAuthentication)}
    if len(links - {None}) > 1:
        notes.append("several logins are open, each with a live view link of its own in raw.authentications")
    if len(view.logins) > MAX_LISTED:
        notes.append(f"it has {len(view.logins)} logins; the summary lists {MAX_LISTED}")
    return notes


def attempt_oddities(view: Execution) -> list[str]:
    """What is odd about an execution's count of attempts, one sentence each."""
    attempt, total, last = view.attempts, view.total_attempts, view.is_last_attempt
    if attempt is None or total is None:
        return []
    if attempt > total or (last is not None and last != (attempt == total)):
        return ["its numbers of attempts contradict each other"]
    return []


def _common_facts(
    view: Recording, now: datetime, *, kind: str, name: str | None, live_view_url: str | None
) -> dict[str, Any]:
    workflow = view.workflow or Reference()
    login = _login_facts(view, live_view_url)
    any_login = next((a.live_view_url for a in view.authentications if a.live_view_url), None)
    return {
        "kind": kind,
        "id": _id(view.id),
        "name": _name(name),
        "status": _name(view.status),
        "state": view.state,
        "finished": view.state in FINAL,
        "contradicts_itself": _contradicts_itself(view, now) or None,
        "needs_person": bool(login) or view.state == "paused",
        **login,
        "live_view_url": live_view_url or any_login,
        "links_open_without_login": bool(live_view_url or any_login) or None,
        "workflow_id": _id(workflow.id),
        "workflow_name": _name(workflow.name),
        "started_at": _rfc3339(view.start_time),
        "ended_at": _rfc3339(view.end_time),
        "duration_seconds": _duration(view, now),
        "logins": _named_logins(view) or None,
        "authentications": _count_statuses(view),
        "failed_logins": sum(isinstance(a, FailedAuthentication) for a in view.authentications) or None,
        "error_fields": _error_fields(view) or None,
    }


def _is_there(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, False, [], {})


def _name(text: str | None) -> str | None:
    return one_line(text, MAX_NAME) if text else None


def _id(text: str | None) -> str | None:
    return visible(text)[:MAX_ID] if text else None


def _rfc3339(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _duration(view: Recording, now: datetime) -> float | None:
    """From `durationMs`, else from the two times, else until now while it is active.

    While it has not ended, a `durationMs` beside a start time could only be out of date.
    """
    ended = view.state in FINAL or has_ended(view, now)
    if view.duration_ms is not None and (ended or not view.start_time):
        return round(view.duration_ms / 1000, 3)
    end = view.end_time if ended else now if view.state in {"running", "paused"} else None
    if view.start_time is None or end is None:
        return None
    lasted = end - view.start_time
    return round(max(0, lasted.total_seconds()), 3) if lasted >= -CLOCK_SKEW else None


def has_ended(view: Recording, now: datetime) -> bool:
    """Whether its own times say that it is over, whatever its status says."""
    return view.end_time is not None and view.end_time <= now + CLOCK_SKEW


def _contradicts_itself(view: Recording, now: datetime) -> bool:
    return has_ended(view, now) and view.state in {"queued", "running", "paused"}


def _login_facts(view: Recording, live_view_url: str | None) -> dict[str, Any]:
    """Whether a person must log in, to what, and where; empty if nothing says so.

    A login that is in progress and manual is where a person must go and log in. But the API lists
    authentications and logins apart, with nothing to link them. So it is certain only while each login is
    manual, still to be done and in progress, and a `maybe` where another could be meant.
    """
    in_progress = [a for a in view.authentications if isinstance(a, InProgressAuthentication)]
    contexts = view.context_authentications
    manual = [c for c in contexts if c.login_summary and c.login_summary.is_manual]
    # `Unauthenticated` is the one word known here; any other leaves open whether the login is still to be done.
    undone = [c for c in manual if c.authentication_status in (None, "Unauthenticated")]
    unauthenticated = any(c.authentication_status == "Unauthenticated" for c in manual)
    paused = view.state == "paused" and (unauthenticated or (in_progress and not contexts))
    if view.state in FINAL or not (paused or (in_progress and manual)):
        return {}
    certain = len(in_progress) == len(undone) == len(contexts) > 0
    return {
        "waits_for_login": "yes" if certain else "maybe",
        "log_in_to": list(dict.fromkeys(filter(None, map(_login_name, undone or manual))))[:MAX_LISTED] or None,
        "log_in_url": next((a.live_view_url for a in in_progress if a.live_view_url), live_view_url),
    }


def _login_name(authentication: ContextAuthentication) -> str | None:
    login = authentication.login_summary
    return (_name(login.name) or _id(login.login_id)) if login else None


def _named_logins(view: Recording) -> list[NamedId]:
    named = (NamedId(id=_id(login.id), name=_name(login.name)) for login in view.logins)
    return list(islice((login for login in named if login.id or login.name), MAX_LISTED))


def _count_statuses(view: Recording) -> list[StatusCount] | None:
    counts = Counter(_name(a.status) or "(none)" for a in view.authentications)
    return [StatusCount(status=s, count=n) for s, n in counts.most_common(MAX_LISTED)] or None


def _download_facts(downloads: Downloads | None) -> dict[str, Any]:
    if downloads is None:
        return {}
    files = downloads.files or []
    sizes = [file.size_bytes for file in files if file.size_bytes is not None]
    names = [_name(file.name) for file in files[:MAX_LISTED]]
    return {
        "downloads_count": None if downloads.files is None else len(files),
        "downloads_with_link": sum(1 for file in files if file.download_url) if files else None,
        "downloads_total_bytes": sum(sizes) if files and len(sizes) == len(files) else None,
        "downloads_names": [name for name in names if name] or None,
        "disguised_file": any(_ESCAPED.search(visible(file.name or "")) for file in files) or None,
        "downloads_status": _name(downloads.status),
        "downloads_message": one_line(downloads.message, MAX_QUOTED) if downloads.message else None,
    }


def _error_fields(view: Recording) -> list[QuotedField]:
    """Texts of fields whose name looks like an error's. The API documents none: quoted, never interpreted."""
    places = {"": view.model_extra or {}}
    for i, authentication in enumerate(view.authentications):
        places[f"authentications[{i}]."] = authentication.model_extra or {}
    for i, context in enumerate(view.context_authentications):
        places[f"contextAuthentications[{i}]."] = context.model_extra or {}
    if isinstance(view, FailedExecution) and isinstance(view.response, dict):
        places["response."] = cast("dict[str, Any]", view.response)
    texts = (
        QuotedField(field=one_line(path, MAX_NAME), text=one_line(text, MAX_QUOTED))
        for place, fields in places.items()
        for field, value in fields.items()
        if _looks_like_error(field, ended_well=view.state == "finished")
        for path, text in _texts(place + field, value, levels=4)
    )
    return list(islice(texts, MAX_LISTED))


def _looks_like_error(field: str, *, ended_well: bool) -> bool:
    word = field.lower().replace("_", "")
    return any(part in word for part in _ERROR_WORDS) or (word.endswith(_ERROR_ENDINGS) and not ended_well)


def _texts(path: str, value: object, *, levels: int) -> Iterator[tuple[str, str]]:
    """Each non-blank text and number in `value`, `levels` objects or lists down, with the path to it."""
    if isinstance(value, str) and value.strip():
        yield path, value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, str(value)
    elif isinstance(value, dict) and levels:
        for key, child in cast("dict[str, object]", value).items():
            yield from _texts(f"{path}.{key}", child, levels=levels - 1)
    elif isinstance(value, list) and levels:
        for index, child in enumerate(cast("list[object]", value)):
            yield from _texts(f"{path}[{index}]", child, levels=levels - 1)
