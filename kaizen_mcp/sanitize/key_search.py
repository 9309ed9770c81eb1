"""Find keys by their first characters, which are in the table in `key_formats`, and base64 of `user:password`."""

import base64
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from kaizen_mcp.sanitize.key_formats import FORMATS, Format
from kaizen_mcp.sanitize.text import UUID, Repeats, Span

_SHORTEST_RUN, _LONGEST_PREFIX, _LONGEST_KEY, _LENGTH_OF_UUID = 16, 48, 1000, 36
_RUN = b"a" * _SHORTEST_RUN
"""Every key has so many characters in a row that are letters, digits, or `_`, `-`, `+`, `/`."""
_RUN_TABLE = bytes(97 if (chr(code).isalnum() and code < 128) or code in b"_-+/" else 32 for code in range(256))  # noqa: PLR2004

_CLASSES = {
    "alnum": "[A-Za-z0-9]", "url": r"[\w-]", "b64": "[A-Za-z0-9+/]", "hex": "[0-9a-fA-F]", "upper": "[A-Z0-9]",
    "lower": "[a-z0-9]", "digit": "[0-9]", "mixed": r"(?=[\w-]{0,40}[0-9])", "end": r"(?![\w-])",
    "uuid": UUID.pattern,
}  # fmt: skip
_CLASS = re.compile(r"(?<![a-z])(?:(?:alnum|url|b64|hex|upper|lower|digit)(?=\{)|mixed |end\b|uuid(?![a-z]))")
_MINIMUM = re.compile(r"\{(\d+),\}")
_BOUNDARY = (
    rb"(?:(?<![A-Za-z0-9])|(?<=[nrtbfm0-9A-F])(?:(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u00[0-9A-Fa-f]{2})"
    rb"|(?<=[\[;][0-9]m)|(?<=[\[;][0-9]{2}m)|(?<=[\[;][0-9]{3}m)|(?<=\[m)))"  # a colour of a terminal
)
_BEFORE_RUN = frozenset(b".:$~!^#|%\\&@=")
_UUID = re.compile(UUID.pattern.encode())


def key_pattern(key: Format) -> str:
    """Regular expression of what follows the prefix of a key."""
    rest = _CLASS.sub(lambda match: _CLASSES[match[0].strip()], key.rest)
    return _MINIMUM.sub(lambda match: f"{{{match[1]},{max(int(match[1]), _LONGEST_KEY)}}}", rest)


@cache
def _key_start() -> re.Pattern[bytes]:
    """Pattern of all prefixes, grouped by their first byte, because alternatives are tried one by one.

    It consumes one byte only, because one prefix may start within another.
    """
    prefixes = [prefix.encode() for key in FORMATS for prefix in key.prefixes.split()]
    groups: dict[bytes, list[bytes]] = {}
    for prefix in sorted(prefixes, key=len, reverse=True):
        groups.setdefault(prefix[:1], []).append(re.escape(prefix[1:]))
    starts = (re.escape(first) + b"(?=(" + b"|".join(rest) + b"))" for first, rest in groups.items())
    return re.compile(_BOUNDARY + b"(?:" + b"|".join(starts) + b")")


@cache
def _key_patterns(start: bytes) -> list[re.Pattern[bytes]]:
    """Patterns of the keys that may start with these characters."""
    return [
        re.compile(f"{re.escape(prefix)}(?P<rest>{key_pattern(key)})".encode())
        if key.masked == "all"
        else re.compile(f"{re.escape(prefix)}(?P<value>{key_pattern(key)})".encode())
        for key in FORMATS
        for prefix in key.prefixes.split()
        if start.startswith(prefix.encode())
    ]


_IN_SIGNED_LINK = re.compile(rb"(?i)[?&;][\w-]{0,20}(?:credential|accesskeyid|access_key_id|security-token)=\Z")
_MOST_STARTS = 64
_PUBLIC_TOKEN = b"pk.eyJ"  # of Mapbox; its secret ones start with `sk.`


def find_keys(data: bytes) -> list[Span]:
    """Find keys that start with one of the prefixes in the table, and base64 of `user:password`."""
    runs = data.translate(_RUN_TABLE)
    repeats = Repeats(data)
    start = runs.find(_RUN)
    count = 0
    while start >= 0:
        end = runs.find(b" ", start)
        end = len(runs) if end < 0 else end
        if not _is_uuid(data, start, end):
            repeats.spans += _find_keys_in_run(data, start, end)
        start = runs.find(_RUN, end)
        count += 1
        if start >= 0 and count % Repeats.STEP == 0:
            start = repeats.skip(start)
    return repeats.spans


def _is_uuid(data: bytes, start: int, end: int) -> bool:
    return (
        end - start == _LENGTH_OF_UUID
        and not (start and data[start - 1] in _BEFORE_RUN)
        and _UUID.match(data, start) is not None
    )


def _find_keys_in_run(data: bytes, start: int, end: int) -> Iterator[Span]:
    if start and data[start - 1] in _BEFORE_RUN:
        start = max(start - _LONGEST_PREFIX, 0)
    # A longer run is data, such as an image: only its start can be a key.
    starts = _key_start().finditer(data, start, min(end, start + _LONGEST_KEY))
    for match in islice(starts, _MOST_STARTS):
        is_public = data.startswith(_PUBLIC_TOKEN, max(match.start() - 3, 0))
        if not is_public and not _IN_SIGNED_LINK.search(data, max(match.start() - 50, 0), match.start()):
            yield from _match_key(data, match)
    yield from _match_encoded_login(data, start, end)


_ENCODED = re.compile(rb"[A-Za-z0-9+/]{16,200}={0,2}(?![\w+/=-])")
_LOGIN = re.compile(
    rb"[a-z][\w.@+-]{1,60}:(?![A-Z0-9]+\Z)(?=[!-~]{0,40}[a-zA-Z])(?=[!-~]{0,40}[\d!-/])[!-~]{5,80}"
)


def _match_encoded_login(data: bytes, start: int, end: int) -> Iterator[Span]:
    """Find base64 text of `user:password`."""
    match = _ENCODED.match(data, start)
    if match and match.end() >= end and len(match[0]) % 4 == 0 and _LOGIN.fullmatch(base64.b64decode(match[0])):
        yield match.span()


_PLACEHOLDER = re.compile(rb"(?i)[_-]your[_-]|[_-]here$|x{8}")


def _match_key(data: bytes, start: re.Match[bytes]) -> Iterator[Span]:
    for pattern in _key_patterns(start[0] + start[start.lastindex or 0]):
        if match := pattern.match(data, start.start()):
            if not _PLACEHOLDER.search(match[0]):
                yield match.span("value" if "value" in pattern.groupindex else 0)
            return
