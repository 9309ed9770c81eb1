"""Find the values in Secrets of Kubernetes, written as YAML: all of them are secret, whatever their names."""

import re
from collections.abc import Generator, Iterator

from kaizen_mcp.sanitize.looks import is_no_reference
from kaizen_mcp.sanitize.text import Span, Text

_SECRET = re.compile(rb"kind:(?<![^\s\0]kind:)[ \t]{1,8}[\"']?secret[\"']?[ \t]{0,8}(?=[\r\n\0]|\Z)")
_SEPARATOR = re.compile(rb"\0|\n---|\n[ \t]{0,40}- (?=(?:apiversion|kind|(?:string)?data|metadata):)")
"""What stands between two manifests."""
_DATA = re.compile(rb"(?<![^\s\0])(?:string)?data:[ \t]{0,8}\r?\n")
_LINE = re.compile(rb"(?P<indent>[ \t]*+)(?P<text>[^\r\n]*+)\r?\n?")
_ENTRY = re.compile(rb"[\"']?[\w./-]{1,200}[\"']?:(?:[ \t]{1,8}(?:[|>][+-]?\d?\Z)?|\Z)[\"']?")
_MOST_INDENT = 40


def find_in_manifests(text: Text) -> Iterator[Span]:
    """Find the values below `data` and `stringData` in each manifest of kind Secret."""
    kind = _SECRET.search(text.lower)
    start = 0
    while kind:
        end = len(text.lower)
        for separator in _SEPARATOR.finditer(text.lower, start):
            if separator.start() > kind.start():
                end = separator.start()
                break
            start = separator.end()
        yield from _find_in_manifest(text, start, end)
        start = end
        kind = _SECRET.search(text.lower, end)


def _find_in_manifest(text: Text, start: int, end: int) -> Iterator[Span]:
    while data := _DATA.search(text.lower, start, end):
        start = data.end()
        before = text.lower[max(data.start() - _MOST_INDENT, 0) : data.start()].rpartition(b"\n")[2]
        if not before.strip(b" \t-\0"):
            start = yield from _find_in_map(text.data, start, end, len(before))


def _find_in_map(data: bytes, start: int, end: int, outer: int) -> Generator[Span, None, int]:
    """Find the values in the lines that are indented farther than `outer`. Returns where these lines end."""
    inner = 0
    while start < end and (line := _LINE.match(data, start, end)):
        indent = len(line["indent"])
        if line["text"]:
            if indent <= outer:
                break
            inner = inner or indent
            entry = _ENTRY.match(line["text"]) if indent == inner else None
            first = line.start("text") + (entry.end() if entry else 0)
            value = data[first : line.end("text")].rstrip(b" \t\"'")
            if value[:1] != b"#" and is_no_reference(value.decode(errors="replace")):
                yield first, first + len(value)
        start = line.end()
    return start
