"""Format counts, durations, times, sizes and lists for people."""

from datetime import UTC, datetime, tzinfo

_MINUTE = 60  # seconds
_MAX_HOURS = 48  # from here on, days


def pluralize(count: int, noun: str) -> str:
    """Format a count with its noun: `1 file`, `3 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def format_duration(seconds: float) -> str:
    """Format a duration: `12 s`, `6 min 40 s`, `1 h 5 min`, `3 days`."""
    whole_seconds = round(seconds)
    minutes, seconds_left = divmod(whole_seconds, _MINUTE)
    hours, minutes_left = divmod(minutes, 60)
    if whole_seconds < 1:
        return "less than a second"
    if minutes < 1:
        return f"{whole_seconds} s"
    if hours < 1:
        return f"{minutes} min {seconds_left} s" if seconds_left else f"{minutes} min"
    if hours < _MAX_HOURS:
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    return f"{hours // 24} days"


def format_elapsed(seconds: float) -> str:
    """Format the time since a start, like `format_duration`. From one minute on, seconds are left out."""
    return format_duration(seconds - seconds % _MINUTE if seconds >= _MINUTE else seconds)


def local_time(moment: datetime, timezone: tzinfo | None) -> str | None:
    """Format a time in a zone, this computer's if that is None: `2026-11-22 10:07 CET`; None where that is UTC."""
    try:
        local = moment.astimezone(timezone)
    except (ValueError, OverflowError, OSError):  # beyond what the system can convert
        return None
    return f"{local:%Y-%m-%d %H:%M %Z}" if local.utcoffset() else None


def clock_time(moment: datetime, timezone: tzinfo | None) -> str:
    """Format a time of day: `12:28 CET (11:28 UTC)`, or `11:28 UTC` where that is the zone."""
    utc = f"{moment.astimezone(UTC):%H:%M} UTC"
    local = local_time(moment, timezone)
    return f"{local.partition(' ')[2]} ({utc})" if local else utc


def format_size(size: int) -> str:
    """Format a number of bytes with a decimal unit: `512 bytes`, `84 kB`, `1.2 MB`; `empty`."""
    if size == 0:
        return "empty"
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            value = size / scale
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"  # noqa: PLR2004 - one digit
    return pluralize(size, "byte")


def join_list(items: list[str], limit: int) -> str:
    """Join at most `limit` items as prose: `A`, `A and B`, `A, B and 3 more`."""
    parts = items if len(items) <= limit else [*items[:limit], f"{len(items) - limit} more"]
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last
