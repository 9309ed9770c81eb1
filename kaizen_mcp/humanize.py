"""Numbers, durations, sizes and lists as people read them."""

_MINUTE = 60
_HOURS_BEFORE_DAYS = 48


def pluralize(count: int, noun: str) -> str:
    """Format a count with its noun: `1 file`, `3 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def format_duration(seconds: float) -> str:
    """Format a duration: `12 s`, `6 min 40 s`, `1 h 5 min`, `3 days`."""
    whole = round(seconds)
    minutes, seconds_left = divmod(whole, _MINUTE)
    hours, minutes_left = divmod(minutes, 60)
    if whole < 1:
        return "less than a second"
    if minutes < 1:
        return f"{whole} s"
    if hours < 1:
        return f"{minutes} min {seconds_left} s" if seconds_left else f"{minutes} min"
    if hours < _HOURS_BEFORE_DAYS:
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    return f"{hours // 24} days"


def format_elapsed(seconds: float) -> str:
    """Format a duration that is still growing: like `format_duration`, without seconds once there are minutes."""
    return format_duration(seconds - seconds % _MINUTE if seconds >= _MINUTE else seconds)


def format_size(size: int) -> str:
    """Format a number of bytes with a decimal unit: `512 bytes`, `84 kB`, `1.2 MB`."""
    for unit, scale in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            value = size / scale
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"  # noqa: PLR2004 - one digit
    return pluralize(size, "byte")


def join_list(items: list[str], limit: int) -> str:
    """Join a list as prose: `A`, `A and B`, `A, B and 3 more`."""
    shown = items if len(items) <= limit else [*items[:limit], f"{len(items) - limit} more"]
    *head, last = shown
    return f"{', '.join(head)} and {last}" if head else last
