"""Reads a point in time as APIs write it: RFC 3339 and its relatives, RFC 1123, or a Unix time in any unit."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Times outside stand for "no time": year 1, 1970 and 9999 are what languages and databases fill in."""

_UNIX_TIME = re.compile(r"-?\d{1,20}(?:\.\d{1,9})?")
_UNITS = (1, 10**3, 10**6, 10**9)
"""Parts of a second that a Unix time is counted in. No number falls between 2000 and 2300 in two of them."""

_FIRST_UNIX_TIME, _LAST_UNIX_TIME = 946_684_800, 10_413_792_000

_FORMS_IN_WORDS = (
    "%a, %d %b %Y %H:%M:%S %z",  # RFC 1123
    "%d %b %Y %H:%M:%S %z",
    "%a %b %d %Y %H:%M:%S %z",  # JavaScript
    "%a %b %d %H:%M:%S %z %Y",  # date, Java, Ruby
)
"""Forms that say their zone; one without, or with AM and PM, could be hours off."""

_DOTNET_TIME = re.compile(r"/Date\((-?\d{1,20})(?:[+-]\d{4})?\)/")


def read_time(value: object) -> datetime | None:
    """Return the time that a value stands for, or None if it stands for no time at all.

    A time without a zone is returned without one; it could be UTC or local.

    Raises:
        ValueError: it is no time.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not a time")  # noqa: TRY004 - pydantic reports only a ValueError as invalid
    text = str(value).strip()
    if dotnet := _DOTNET_TIME.fullmatch(text):
        text = dotnet[1]
    time = _from_unix_time(text) if _UNIX_TIME.fullmatch(text) else _from_text(text)
    zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
    return time if _EARLIEST <= zoned < _LATEST else None


def _from_unix_time(text: str) -> datetime:
    number = float(text)
    if number <= 0:
        return _EPOCH
    for seconds in (number / unit for unit in _UNITS):
        if _FIRST_UNIX_TIME <= seconds < _LAST_UNIX_TIME:
            return _EPOCH + timedelta(seconds=seconds)
    raise ValueError("not a Unix time")


def _from_text(text: str) -> datetime:
    # Java's `[Europe/Berlin]` and JavaScript's `(Eastern Standard Time)` repeat an offset, and so does `EST` after
    # one; `m=+0.01` is Go's own clock.
    plain = re.sub(r"\s*(?:\[[\w/+-]+\]|\([^()]*\)|\bm=[+-][\d.]+)$", "", text)
    plain = re.sub(r"(?<=[+-]\d{4}) [A-Z]{3,5}$", "", plain)
    plain = re.sub(r"\b(?:GMT|UTC)(?=[+-]\d)", "", plain, flags=re.IGNORECASE)
    if re.match(r"0000-00-00", plain):  # MySQL's zero
        return _EPOCH
    if re.match(r"\d{4}[-/]?\d\d[-/]?\d\d", plain):
        iso = re.sub(r"\s*(?:UTC|GMT|Z)$", "+00:00", plain, flags=re.IGNORECASE).replace("/", "-")
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", iso))
    with_offset = re.sub(r"\b(?:GMT|UTC|Z)\b", "+0000", plain, flags=re.IGNORECASE)
    for form in _FORMS_IN_WORDS:
        with suppress(ValueError):
            return datetime.strptime(with_offset, form)  # noqa: DTZ007 - each form has a zone
    raise ValueError("not a time")
