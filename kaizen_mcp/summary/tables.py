"""Tables in an output: lists of objects, lists of lists, maps of id → object, and CSV or HTML in a text."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, cast

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import exact_type

MAX_ROWS = 5_000
"""Rows of a table that are read."""

MAX_COLUMNS = 20
"""Columns of a table that are read."""

_SAMPLE = 20
"""Rows that decide what a list is, and which columns it has."""

_MIN_MAP, _MIN_CSV_ROWS = 3, 3
_MAX_CSV = 1_000_000
_MAX_HEADER = 60
_DELIMITERS = (",", ";", "\t", "|")

MISSING = object()
"""Stands for a cell that a row does not have."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with columns.

    Attributes:
        what: what it is, with its size: `40 rows`, `map of 40 entries`.
        rows: the first rows, each an object or a list of cells.
        columns: the keys or indices of the first columns.
        names: the names of these columns; empty if they have none.
        width: how many columns there are, as far as the first rows tell.
        keys: last steps of the JSON Pointers to the rows; empty if no pointer leads to them.
        is_cut: whether there are more rows than were read.
    """

    what: str
    rows: Sequence[Any]
    columns: Sequence[str | int]
    names: Sequence[str]
    width: int
    keys: Sequence[str | int] = ()
    is_cut: bool = False

    def cells(self, column: str | int) -> Iterator[Any]:
        """Cells of one column, `MISSING` where a row has none."""
        if isinstance(column, str):
            return (row.get(column, MISSING) if exact_type(row) is dict else MISSING for row in self.rows)
        return (row[column] if column < len(row) else MISSING for row in self.rows)


def is_map(fields: dict[str, Any]) -> bool:
    """Whether an object is a map of ids to objects of one shape."""
    values = list(islice(fields.values(), _SAMPLE))
    if len(fields) < _MIN_MAP or not all(exact_type(value) is dict and value for value in values):
        return False
    names = set(islice(cast("dict[str, Any]", values[0]), MAX_COLUMNS))
    return all(2 * sum(name in value for name in names) > len(names) for value in values)


def table_in(value: dict[str, Any] | list[Any]) -> Table | None:
    """The table that a list or a map is; None for anything else."""
    if isinstance(value, dict):
        if not is_map(value):
            return None
        rows = list(islice(value.values(), MAX_ROWS))
        table = _table_of_objects(rows, len(value), list(islice(value, MAX_ROWS)))
        return replace(table, what=f"map of {len(value)} entries")
    sample = value[:_SAMPLE]
    if sample and all(isinstance(item, dict) for item in sample):
        return _table_of_objects(value[:MAX_ROWS], len(value), range(len(value)))
    if sample and all(exact_type(item) is list and item for item in sample):
        rows: list[list[Any]] = [item if exact_type(item) is list else [] for item in value[:MAX_ROWS]]
        return _table_of_lists(rows, len(value), has_pointers=True)
    return None


def _table_of_objects(rows: list[Any], total: int, keys: Sequence[str | int]) -> Table:
    sample = [cast("dict[str, Any]", row) for row in rows[:_SAMPLE] if isinstance(row, dict)]
    columns = list(dict.fromkeys(name for row in sample for name in islice(row, MAX_COLUMNS)))
    width = max(len(columns), *map(len, sample))
    columns = columns[:MAX_COLUMNS]
    return Table(pluralize(total, "row"), rows, columns, columns, width, keys, is_cut=total > len(rows))


def _table_of_lists(rows: list[list[Any]], total: int, *, has_pointers: bool) -> Table:
    names = _header(rows[:_SAMPLE])
    first = 1 if names else 0
    width = max(map(len, rows[:_SAMPLE]))
    return Table(
        pluralize(total - first, "row") if names else f"{total} lists",
        rows[first:],
        range(min(width, MAX_COLUMNS)),
        names[:MAX_COLUMNS],
        width,
        range(first, total) if has_pointers else (),
        is_cut=total > len(rows),
    )


def _header(sample: list[list[Any]]) -> list[str]:
    """Names in the first row, if it has different short texts that are no cells of the rows below it."""
    first, *rows = sample
    texts = [cell.strip() for cell in first if isinstance(cell, str) and 0 < len(cell) <= _MAX_HEADER]
    if not rows or len(set(texts)) < len(first) or any(len(row) != len(first) for row in rows):
        return []
    repeats = any(cell == row[index] for row in rows for index, cell in enumerate(first))
    is_number = any(text.replace(".", "").replace("-", "").isdecimal() for text in texts)
    return [] if repeats or is_number or not all(texts) else texts


def table_of_csv(text: str) -> Table | None:
    """The table that a text holds as CSV, also with semicolons, tabs or bars; None if it holds none."""
    first_line, _, rest = text[:_MAX_CSV].lstrip("\ufeff\r\n").partition("\n")
    delimiter = max(_DELIMITERS, key=first_line[:4_000].count)
    if not rest or delimiter not in first_line[:4_000]:
        return None
    reader = csv.reader(io.StringIO(text[:_MAX_CSV].lstrip("\ufeff\r\n")), delimiter=delimiter)
    try:
        rows: list[list[Any]] = [list(row) for row in islice(reader, MAX_ROWS + 1) if row]
    except csv.Error:
        return None
    if len(rows) < _MIN_CSV_ROWS or not _header(rows[:_SAMPLE]):
        return None
    is_whole = len(text) <= _MAX_CSV and next(reader, None) is None
    total = len(rows) if is_whole else max(len(rows), text.count("\n") + 1)
    return _table_of_lists(rows, total, has_pointers=False)


def tables_of_page(tables: list[list[list[str]]]) -> list[Table]:
    """Tables of a web page that have more than one row and more than one column."""
    return [
        _table_of_lists(cast("list[list[Any]]", rows[: MAX_ROWS + 1]), len(rows), has_pointers=False)
        for rows in tables
        if len(rows) > 1 and len(rows[0]) > 1
    ]
