"""Find the secrets in columns of tables in text: CSV, lines with tabs, and tables of Markdown."""

import re
from collections.abc import Generator, Iterator

from kaizen_mcp.sanitize.names import CredentialName, Kind, find_credential_name, is_secret
from kaizen_mcp.sanitize.text import Span
from kaizen_mcp.sanitize.text_rules import looks_quoted

_FIRST_LINE = re.compile(rb"(?:[\0:]|\n)[ \t]{0,4}(?:\r?\n)?(?<=[\0\n])([^\n\0]{5,400}+)(?=\n)")
"""First line of a text, or the line after an empty one or after a colon."""
_CELLS = {
    b"|": re.compile(rb"[ \t]*\|?[^|]{1,60}(?:\|[^|]{0,60})+"),
    b"\t": re.compile(rb"[^\t]{1,40}(?:\t[^\t]{0,40})+"),
    b";": re.compile(rb"[\w \"'.#-]{1,40}(?:;[\w \"'.#-]{0,40})+"),
    b",": re.compile(rb"[\w \"'.#-]{1,40}(?:,[\w\"'.#-][\w \"'.#-]{0,40})+"),
}
"""Headings by what stands between their cells. `a, b` is prose."""
_TRIM = b" \t\r\"'`*"


def find_in_columns(data: bytes) -> Iterator[Span]:
    """Find the cells of each column whose heading is the name of a credential, and nothing else.

    The rows are the lines after the heading that have as many cells.

    Args:
        data: text in UTF-8, which may be several texts joined by zero bytes.
    """
    if b"\n" not in data:
        return
    data = b"\0" + data
    position = 0
    while line := _FIRST_LINE.search(data, position):
        position = line.end()
        for sign, heading in _CELLS.items():
            if sign in line[1] and heading.fullmatch(line[1].rstrip(b"\r")):
                names = [_name_of_column(cell) for cell in line[1].split(sign)]
                if any(names):
                    position = yield from _find_in_rows(data, position + 1, sign, names)
                break


def _name_of_column(cell: bytes) -> CredentialName | None:
    name = find_credential_name(cell.strip(_TRIM).decode(errors="replace"))
    return name if name and name.kind in {Kind.ANY, Kind.TEXT} else None


def _find_in_rows(
    data: bytes, start: int, sign: bytes, names: list[CredentialName | None]
) -> Generator[Span, None, int]:
    """Find the secrets in the rows that start here. Returns where they end."""
    while start < len(data):
        end_of_text = data.find(b"\0", start) % (len(data) + 1)
        end = data.find(b"\n", start, end_of_text) % (end_of_text + 1)
        cells = data[start:end].split(sign)
        if len(cells) != len(names):
            break
        position = start
        for cell, name in zip(cells, names, strict=True):
            value = cell.strip(_TRIM)
            if name and value.strip(b":-") and _is_secret_cell(name, value.decode(errors="replace")):
                first = position + cell.index(value)
                yield first - 1, first - 1 + len(value)
            position += len(cell) + len(sign)
        start = end + 1
        if end == end_of_text:
            break
    return start - 1


def _is_secret_cell(name: CredentialName, value: str) -> bool:
    return " " not in value and looks_quoted(value) and is_secret(name, value)
