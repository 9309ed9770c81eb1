"""Numbers as a person would say them."""


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


def listed(items: list[str], limit: int) -> str:
    """Say a list: `A`, `A and B`, `A, B and 3 more`."""
    shown = items if len(items) <= limit else [*items[:limit], f"{len(items) - limit} more"]
    *head, last = shown
    return f"{', '.join(head)} and {last}" if head else last
