"""Find the secrets in columns of tables in text: CSV, lines with tabs, Markdown, and INSERT statements."""

import re
from collections.abc import Generator, Iterator

from kaizen_mcp.sanitize.looks import looks_quoted
from kaizen_mcp.sanitize.names import CredentialName, Kind, find_credential_name
from kaizen_mcp.sanitize.secret_values import is_secret
from kaizen_mcp.sanitize.text import Span, Text

_LINE = re.compile(rb"[\0\n](?=[^\n\0]{0,400}?[|\t;,])([^\n\0]{5,400}+)(?=\n)")
"""A line that another follows, with what may stand between cells in it."""
_CELLS = {
    b"|": re.compile(rb"[ \t]*\|?[^|]{1,60}(?:\|[^|]{0,60})+"),
    b"\t": re.compile(rb"[^\t]{1,40}(?:\t[^\t]{0,40})+"),
    b";": re.compile(rb"[\w \"'.#-]{1,40}(?:;[\w \"'.#-]{0,40})+"),
    b",": re.compile(rb"[\w \"'.#-]{1,40}(?:,[\w\"'.#-][\w \"'.#-]{0,40})+"),
}
"""Headings by what stands between their cells. `a, b` is prose."""
_RULER = re.compile(rb"\n[ \t|:+-]{3,400}(?=[\r\n])")
"""The line below a heading: `|---|:--|`."""
_TRIM = b" \t\r\"'`*"


def find_in_columns(text: Text) -> Iterator[Span]:
    """Find the cells of each column whose heading is the name of a credential, and nothing else.

    The rows are the lines after the heading that have as many cells.
    """
    if text.lower.find(b"insert into ") >= 0:
        yield from _find_in_inserts(text.data)
    if text.data.find(b"\n") < 0:
        return
    data = b"\0" + text.data
    position = 0
    while line := _LINE.search(data, position):
        position = line.end()
        for sign, heading in _CELLS.items():
            may_head = sign in line[1] and (sign != b"|" or _RULER.match(data, position))
            if may_head and heading.fullmatch(line[1].rstrip(b"\r")):
                names = [_name_of_column(cell) for cell in line[1].split(sign)]
                if any(names):
                    position = yield from _find_in_rows(data, position + 1, sign, names)
                break


def _name_of_column(cell: bytes) -> CredentialName | None:
    heading = cell.strip(_TRIM).decode(errors="replace")
    name = find_credential_name("password" if heading.lower() == "pass" else heading)
    return name if name and name.kind in {Kind.ANY, Kind.TEXT} else None


def _find_in_rows(
    data: bytes, start: int, sign: bytes, names: list[CredentialName | None]
) -> Generator[Span, None, int]:
    """Find the secrets in the rows that start here. Returns where they end."""
    end_of_text = data.find(b"\0", start) % (len(data) + 1)
    while start < len(data):
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


_INSERT = re.compile(rb"(?i)insert into [^()\0]{1,80}\(([^()\0]{1,400})\)\s{0,9}(?:values|select)?\s{0,9}(?=\()")
_TUPLE = re.compile(rb"\s{0,9},?\s{0,9}\(")
_LITERAL = re.compile(
    rb"\s{0,9}(?:n?'((?:[^'\0]|''){0,400})'|\"([^\"\0]{0,400})\"|([^,()'\"\0]{0,80}))\s{0,9}([,)])"
)
_MOST_TUPLES = 1000


def _find_in_inserts(data: bytes) -> Iterator[Span]:
    """Find the values for columns of such a name: INSERT INTO users (name, password) VALUES ('bob', 'x')."""
    for insert in _INSERT.finditer(data):
        names = [_name_of_column(cell.strip(b' `"[]\r\n\t')) for cell in insert[1].split(b",")]
        position = insert.end()
        for _ in range(_MOST_TUPLES if any(names) else 0):
            opening = _TUPLE.match(data, position)
            if not opening:
                break
            position = opening.end()
            for name in names:
                literal = _LITERAL.match(data, position)
                if not literal:
                    break
                value = literal[1] or literal[2] or b""
                if name and value and _is_secret_cell(name, value.decode(errors="replace")):
                    yield literal.span(1 if literal[1] else 2)
                position = literal.end()
