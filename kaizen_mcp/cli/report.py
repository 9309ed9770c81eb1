"""Report of `kaizen-mcp get` for a person, as plain lines.

The first line is the headline, the second is "Next: ...". Commands, files and links are indented, one per line.
Every other line is a label, a colon and text.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any, cast

from kaizen_mcp.humanize import format_duration, format_size, join_list, pluralize
from kaizen_mcp.sanitize.display import one_line, quote
from kaizen_mcp.summary.headline import MAX_REASON

MAX_FILES = 50
LONG_POLL_SECONDS = 600
"""`poll_after_seconds` from which on a run is unusually long."""

_COLORS = {"queued": "34", "running": "36", "paused": "33", "finished": "32", "failed": "31"}
_YELLOW, _MAGENTA = "33", "35"

Facts = dict[str, Any]


def headline_style(summary: Facts) -> str:
    """ANSI style of the headline: bold, in the colour of its state, or yellow if a person is needed."""
    needs_person = summary["needs_person"] and summary["state"] != "failed"
    return f"1;{_YELLOW if needs_person else _COLORS.get(summary['state'], _MAGENTA)}"


def report_lines(structured: Facts, command: str, timezone: tzinfo | None = None) -> Iterator[str]:
    """Lines of the report.

    Args:
        structured: structured content of a lookup that succeeded.
        command: command that repeats the lookup.
        timezone: the reader's; None for this computer's.
    """
    summary = structured["summary"]
    yield summary["headline"]
    step, option = _next_step(summary)
    yield f"Next: {step}"
    if option is not None:
        yield f"  {command}{option}"
    login, view = summary.get("log_in_url"), summary.get("live_view_url")
    if login:
        yield from ("Log in at:", f"  {login}")
    if view:
        yield from ("Watch it at:", f"  {view}")
    yield from _downloads(summary, _files(structured.get("raw")), command)
    yield from _details(summary, timezone)
    if summary.get("anyone_with_link_can_open"):
        yield "Note: whoever has one of its links can open it"
    for note in structured["notes"]:
        yield f"Note: {note}"


def _next_step(summary: Facts) -> tuple[str, str | None]:
    """What to do, and the option of the command for it; None if no command helps."""
    place = "at the link below" if "log_in_url" in summary or "live_view_url" in summary else "in Kaizen"
    if "waits_for_login" in summary:
        names = [quote(name, 60) for name in summary.get("log_in_to", [])]
        login = f"Log in to {join_list(names, 2)}" if names else "Log in"
        condition = ", if it asks for that" if summary["waits_for_login"] == "maybe" else ""
        return f"{login} {place}{condition}. Then see how it goes on:", " --wait"
    if summary.get("contradicts_itself"):
        return "Check it in Kaizen: its status and its times contradict each other.", None
    match summary["state"]:
        case "queued" | "running":
            return _while_active(summary, place)
        case "paused":
            return f"See {place} why it is paused, and resume it. Then see how it goes on:", " --wait"
        case "finished":
            return _after_finish(summary)
        case "failed" if summary["should_poll"]:
            return f"This attempt failed, another may follow. Look again in {_interval(summary)}:", ""
        case "unknown" if summary["finished"]:
            return "Nothing to wait for: it is over.", None
        case "failed":
            last = " It was the last attempt." if summary.get("is_last_attempt") else ""
            return f"Look into it in Kaizen.{last}", None
        case _:
            return f"Its status does not say whether it is over. Look again in {_interval(summary)}:", ""


def _while_active(summary: Facts, place: str) -> tuple[str, str | None]:
    if summary["needs_person"]:
        return "Is it still in use? Ask whoever started it. Once they have ended it, see how it went:", ""
    if summary.get("poll_after_seconds", 0) < LONG_POLL_SECONDS:
        return "Nothing to do yet. Look again in a minute, or wait for it:", " --wait"
    check = f"If this is unusually long for it, see {place} whether it is stuck."
    return f"{check} Otherwise look again in {_interval(summary)}, or wait for it:", " --wait"


def _after_finish(summary: Facts) -> tuple[str, str | None]:
    if summary["should_poll"]:
        return f"Its files may still come. Look again in {_interval(summary)}:", ""
    if summary.get("downloads_status", "").lower() == "pending":
        return "Check its downloads in Kaizen: they are not all there.", None
    if summary.get("has_response"):
        return "See its output with:", " --json"
    if file := summary.get("response_file_name") or summary.get("response_file_id"):
        return f"Get its output in Kaizen: the file {quote(file)}.", None
    if summary.get("response_truncated"):
        return "See the whole output in Kaizen, or a part of it with:", " --json"
    return "Nothing more to do: it has finished.", None


def _interval(summary: Facts) -> str:
    seconds = summary["poll_after_seconds"]
    return "a minute" if seconds <= 60 else format_duration(seconds)  # noqa: PLR2004 - a minute


def _files(raw: object) -> list[Facts]:
    """Files in the raw object, as far as they have the documented shape."""
    downloads = cast("Facts", raw).get("downloads") if isinstance(raw, dict) else None
    files = cast("Facts", downloads).get("files") if isinstance(downloads, dict) else None
    items = cast("list[Any]", files) if isinstance(files, list) else []
    return [cast("Facts", file) for file in items if isinstance(file, dict)][:MAX_FILES]


def _downloads(summary: Facts, files: list[Facts], command: str) -> Iterator[str]:
    count, size = summary.get("downloads_count", 0), summary.get("downloads_total_bytes")
    facts = [f"{pluralize(count, 'file')}{'' if size is None else f' ({format_size(size)})'}"] if count else []
    facts += [quote(summary[name], 300) for name in ("downloads_status", "downloads_message") if name in summary]
    if facts:
        yield f"Downloads: {', '.join(facts)}"
    for file in files:
        name, url = file.get("name"), file.get("downloadUrl")
        yield f"  {one_line(name, 200) if isinstance(name, str) else '(no name)'}"
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            yield f"  {url}"
    if count > len(files):
        yield f"  {count - len(files)} more, see: {command} --json"
    if summary.get("disguised_file"):
        yield "Careful: a file's name has hidden characters in it"


def _details(summary: Facts, timezone: tzinfo | None) -> Iterator[str]:
    api_status = f" ({quote(summary['status'])} in Kaizen)" if "status" in summary else ""
    yield f"Status: {summary['state']}{api_status}{', needs a person' * summary['needs_person']}"
    if "id" in summary:
        yield f"Id: {summary['id']}"
    times: list[str] = []
    if "started_at" in summary:
        began = "queued since" if summary["state"] == "queued" else "started"
        times.append(f"{began} {local_time(summary['started_at'], timezone)}")
    if "ended_at" in summary:
        times.append(f"ended {local_time(summary['ended_at'], timezone)}")
        if "duration_seconds" in summary:
            times.append(f"took {format_duration(summary['duration_seconds'])}")
    if times:
        yield f"Times: {', '.join(times)}"
    for line in summary.get("output", []):
        yield f"Output: {line}"
    reasons = [reason for reason in summary.get("reason", []) if len(reason["text"]) > MAX_REASON]
    for error in [*reasons, *summary.get("error_fields", [])]:
        yield f"Error: {quote(error['field'])} says {quote(error['text'], 300)}"
    if "is_recording" in summary:
        yield f"Recording: {'yes' if summary['is_recording'] else 'no'}"
    labels = {"workflow_name": "Workflow", "batch_name": "Batch", "parent_execution_id": "Part of"}
    yield from (f"{label}: {summary[name]}" for name, label in labels.items() if name in summary)
    if logins := [login.get("name") or login["id"] for login in summary.get("logins", [])]:
        yield f"Logins: {', '.join(logins)}"


def local_time(moment: str, timezone: tzinfo | None = None) -> str:
    """`10:26 (09:26 UTC)`, with the date if it is not today; unchanged if it can't be converted."""
    try:
        local = datetime.fromisoformat(moment).astimezone(timezone)
        utc, today = local.astimezone(UTC), datetime.now().astimezone(timezone).date()
    except (ValueError, OverflowError, OSError):
        return moment
    in_local = f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
    in_utc = f"{utc:%H:%M} UTC" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%M} UTC"
    return f"{in_local} ({in_utc})" if local.utcoffset() else f"{in_local} UTC"
