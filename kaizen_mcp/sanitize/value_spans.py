"""Find where a value ends that starts at a place in text, as the kinds of values in `notations` have it."""

import re
from collections.abc import Iterator

from kaizen_mcp.sanitize.labels import SCHEMA_FIELDS, is_sibling
from kaizen_mcp.sanitize.notations import VALUES
from kaizen_mcp.sanitize.text import Span, Text, compiled

_OPENING = re.compile(rb"\\{0,7}[\"'`]")
_IN_QUOTES = {
    quote: re.compile(rb"(?:[^%b\\\r\n\0]|\\[^\r\n\0])*+%b" % (quote, quote)) for quote in (b'"', b"'", b"`")
}
_END_OF_LINE = re.compile(rb"[\r\n\0]")
_WORD, _BREAK = rb"[^\s\"'`\\\0]++", rb"[ \t]{0,8}\r?\n[ \t]{0,40}"
_LINES = re.compile(
    rb"(?:\s{0,40}(?P<lines>%b(?:%b%b)++)|(?:\"\"|'')\s{0,40}(?P<tripled>%b(?:%b%b)*+))(?:%b)?[\"'`](?!\w)"
    % (*(_WORD, _BREAK, _WORD) * 2, _BREAK)
)
"""Lines of a word each, in quotes or in three quotes, after the first of these."""
_GLUE = re.compile(rb"[\"'`](?:\s{0,8}(?:[+.&]|\\|[-=]>)\s{0,8})?[\"'`]")
_STRING_IN_LIST = re.compile(
    rb"(?<![\w\"'])(?P<quote>\\{0,7}[\"'])(?P<value>[^\"'\\\r\n\0]{1,400})(?P=quote)(?!\s{0,3}:)"
)
_ITEM = re.compile(
    rb"[ \t]{0,40}- {1,4}(?P<quote>[\"']?)(?P<value>[^\s\"'\0]{1,4000})(?<!:)(?P=quote)"
    rb"[ \t]{0,8}(?:\r?\n|(?=\0|\Z))"
)
_HAS_PARTS = re.compile(rb"://|=[^;]{1,200};")  # of which other rules mask one
_OBJECT_IN_LIST = re.compile(rb"\[\s{0,20}\{")
_CLOSING = {b"[": b"]", b"{": b"}", b"(": b")"}
_OPENED = {closing: opening for opening, closing in _CLOSING.items()}
_LONGEST_LIST, _LONGEST_KEY = 2000, 60
_KEY = re.compile(rb"[\"'](\w+)\\{0,7}[\"']\s*:\Z")


def value_spans(text: Text, kind: str, start: int) -> Iterator[Span]:
    """Where a value that starts here ends, or the values in a list that starts here."""
    if kind == "list" and not _OBJECT_IN_LIST.match(text.data, start):
        close = text.data.find(_CLOSING[text.data[start : start + 1]], start, _end_of_text(text.data, start))
        for match in _STRING_IN_LIST.finditer(text.data, start, max(close, start)):
            if not _HAS_PARTS.search(match["value"]) and _is_item(text.data, start, match.start()):
                yield match.span("value")
        return
    if kind == "list":
        return
    if kind == "items":
        yield from _items(text.data, start)
        return
    alternatives = kind.split(" or ")
    if "quoted" in alternatives and (span := _quoted_span(text.data, start)):
        yield span
    elif alternatives[-1] in VALUES and (match := compiled(VALUES[alternatives[-1]]).match(text.lower, start)):
        yield start, start + len(_without_closing(match[0]))


def _items(data: bytes, start: int) -> Iterator[Span]:
    """The items of a list of YAML."""
    while item := _ITEM.match(data, start):
        yield item.span("value")
        start = item.end()


def _is_item(data: bytes, opening: int, start: int) -> bool:
    """Whether a text is an item of a list, or a field of an object that does not only describe the credential."""
    before = data[max(opening, start - _LONGEST_KEY) : start].rstrip()
    if key := _KEY.search(before):
        return not (is_sibling(key[1].decode()) or key[1].lower().decode() in SCHEMA_FIELDS)
    return before[-1:] in {b"[", b",", b"{", b":", data[opening : opening + 1]}


def _without_closing(value: bytes) -> bytes:
    """Leave out the brackets at the end of a value that were opened before it: `{"tokens":12}}`."""
    while value[-1:] in _OPENED and value.count(value[-1:]) > value.count(_OPENED[value[-1:]]):
        value = value[:-1]
    return value


def _quoted_span(data: bytes, start: int) -> Span | None:
    """Where the text in quotes that starts here starts and ends. Texts glued together count as one."""
    opening = _OPENING.match(data, start)
    if not opening:
        return None
    start = end = opening.end()
    if lines := _LINES.match(data, start):
        return lines.span(lines.lastgroup or 0)
    if opening[0][:1] == b"\\":
        end = data.find(opening[0], start)
        if end > start + _LONGEST_LIST and _END_OF_LINE.search(data, start, end):
            end = data.find(opening[0], start, _end_of_text(data, start))
    else:
        while True:
            match = _IN_QUOTES[opening[0]].match(data, end)
            if not match:
                break
            end = match.end() - 1
            glue = _GLUE.match(data, end)
            if not glue or glue[0][-1:] != opening[0]:
                return start, end
            end = glue.end()
    if end <= start:  # not closed, as in a text that was cut off
        cut_off = compiled(VALUES["word"]).match(data, start)
        return cut_off.span() if cut_off else None
    return start, end


def _end_of_text(data: bytes, start: int) -> int:
    """Where the text ends that `start` is in, or how far a value is looked for."""
    end = data.find(b"\0", start, start + _LONGEST_LIST)
    return end if end >= 0 else start + _LONGEST_LIST
