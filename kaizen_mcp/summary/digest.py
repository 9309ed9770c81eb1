"""The output at a glance: a mechanical digest of any JSON value, which interprets nothing.

Its lines name scalars and tables by their JSON Pointer, with sizes, columns, and a tally of each column that has
few different short values. It reads a bounded part of any output, never fails, and names only paths that exist.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import Any, cast

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import MAX_SAFE_INTEGER, child_pointer, compact_json, exact_type
from kaizen_mcp.sanitize.display import one_line, quote
from kaizen_mcp.summary.embedded import read_text
from kaizen_mcp.summary.pointers import MAX_POINTER, child_name, name_field, name_pointer
from kaizen_mcp.summary.tables import MAX_ROWS, MISSING, Table, table_in, table_of_csv, tables_of_page
from kaizen_mcp.summary.web_page import MAX_HTML, TABLE_TAG, read_page, start_of_page

MAX_DIGEST = 500
"""Characters of all lines of a digest, each with its label and a line break."""

_LABEL = len("Output: \n")

_RESERVED = 140
"""Characters that each line may take from those before it."""

_MAX_LINES = 6
_MAX_NODES, _MAX_FIELDS, _MAX_ITEMS, _MAX_SCALARS = 2_000, 1_000, 2, 30
_SCALAR_LEVELS, _TABLE_LEVELS = 2, 4
_MAX_TEXT, _MAX_SHOWN = 60, 40
_MAX_NAMES, _MAX_VALUES, _MAX_ODD = 8, 6, 5
_MIN_TALLIED, _MIN_FOR_ODD, _SAMPLE = 3, 4, 50
_USUAL_SHARE = 0.75
"""Share of the rows that must have one value, so that the others are named."""

_MAX_TAG = 2_000
"""Characters in which an HTML table must begin."""

_Pieces = list[str]
"""Parts of one line, the most important first."""

_Cell = str | tuple[str]
"""A value in a tally: a text, or in a tuple what another value is in JSON."""

_AMBIGUOUS = frozenset({0, 1})
_LITERALS: dict[object, _Cell] = {True: ("true",), False: ("false",), None: ("null",), MISSING: ("without",)}


@dataclass(frozen=True, slots=True)
class _Place:
    """A value, the JSON Pointer to it, and how many levels below the output it is.

    Attributes:
        in_text: whether it is part of JSON in a text, where no pointer leads; `pointer` then starts in the text.
    """

    value: Any
    pointer: str
    level: int = 0
    in_text: bool = False

    @property
    def name(self) -> str | None:
        """How prose names it; None if it can't."""
        if not self.in_text:
            return name_pointer(self.pointer)
        return name_field(self.pointer[1:].replace("/", ".")) if len(self.pointer) <= MAX_POINTER else None

    def child(self, token: str | int, value: Any) -> "_Place":  # noqa: ANN401 - any JSON value
        """A field or an item of it."""
        token = token[: MAX_POINTER + 1] if isinstance(token, str) else token
        return _Place(value, child_pointer(self.pointer, token), self.level + 1, self.in_text)


def digest(value: object, pointer: str) -> list[str]:
    """Lines that say what the output at `pointer` has in it, together at most `MAX_DIGEST` characters."""
    scalars, tables = _collect(_Place(value, pointer))
    if not scalars and not tables and value and isinstance(value, dict):
        tables = [_object(cast("dict[str, Any]", value), pointer)]
    room, lines = MAX_DIGEST, list[str]()
    for number, pieces in enumerate([scalars, *tables]):
        # What follows keeps some room, but no more than it needs.
        needed = sum(min(len("; ".join(later)) + _LABEL, _RESERVED) for later in tables[number:])
        limit = room - _LABEL
        if line := _join(pieces, min(limit, max(limit - needed, _RESERVED))):
            lines.append(line)
            room -= len(line) + _LABEL
    return lines


def _object(fields: dict[str, Any], name: str) -> _Pieces:
    names = [name_field(field) for field in islice(fields, _MAX_NAMES)]
    more = [f"{len(fields) - len(names)} more"] if len(fields) > len(names) else []
    return [f"{name}: object with {pluralize(len(fields), 'field')}", ", ".join([*names, *more])]


def _join(pieces: _Pieces, room: int) -> str:
    """The first pieces that fit, and an ellipsis if others do not."""
    if len("; ".join(pieces)) <= room:
        return "; ".join(pieces)
    fitting = sum(length <= room - 1 for length in accumulate(len(piece) + 2 for piece in pieces))
    return "; ".join([*pieces[:fitting], "…"]) if fitting else ""


def _collect(root: _Place) -> tuple[_Pieces, list[_Pieces]]:
    """Short scalars, and a line for each table and each long text, both breadth first."""
    scalars, lines = _Pieces(), list[_Pieces]()
    queue, unnamed = deque([root]), 0
    for _ in range(_MAX_NODES):
        if not queue or len(lines) >= _MAX_LINES:
            break
        place = queue.popleft()
        value, name = place.value, place.name
        if name is None:
            unnamed += 1
            continue
        if isinstance(value, str) and (place.level == 0 or len(value) > _MAX_TEXT or "\n" in value.strip()):
            lines += _lines_of_text(place, name)
        elif value and isinstance(value, dict | list):
            line = _line_of_container(place, name)
            lines += [line] if line else []
            queue.extend([] if line else _children(place))
        elif value is not None and place.level <= _SCALAR_LEVELS and len(scalars) < _MAX_SCALARS:
            scalars.append(f"{name} {_scalar(value)}")
    if unnamed:
        lines.append([f"{pluralize(unnamed, 'field')} with a name that can't be shown"])
    return scalars, lines


def _line_of_container(place: _Place, name: str) -> _Pieces | None:
    """A line for a table, a list of scalars, or an object that is too deep to be looked into."""
    value = place.value
    table = table_in(value)
    if table is not None and len(table.rows) > 1:
        return _table(table, f"{name}: ", place)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if not any(isinstance(item, dict | list) for item in items[:MAX_ROWS]):
            return _list(items, name)
    return None


def _list(items: list[Any], name: str) -> _Pieces:
    size = f"{name}: {pluralize(len(items), 'item')}{_cut(len(items))}"
    tally = _tally(items[:MAX_ROWS])
    if tally is not None and len(items) >= _MIN_TALLIED:
        return [size, _format_tally(tally)]
    shown = [_scalar(item) for item in items[:_MAX_VALUES]]
    return [size, ", ".join(shown) + ("" if len(shown) == len(items) else ", …")]


def _children(place: _Place) -> Iterator[_Place]:
    """Fields of an object, or the first items of a list; an item counts as being on the level of its list."""
    value = place.value
    if isinstance(value, dict) and place.level < _TABLE_LEVELS:
        for name, child in islice(cast("dict[str, Any]", value).items(), _MAX_FIELDS):
            yield place.child(name, child)
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)[:_MAX_ITEMS]):
            yield replace(place.child(index, item), level=place.level)


def _lines_of_text(place: _Place, name: str) -> Iterator[_Pieces]:
    """Lines for a text: what its JSON, CSV or HTML has in it, else its beginning."""
    text = cast("str", place.value)
    content = None if place.in_text else read_text(text)
    page = start_of_page(text)
    if content:
        yield [f"{name} is JSON in a text"]
        scalars, lines = _collect(_Place(content, "", place.level, in_text=True))
        yield from filter(None, [scalars, *lines])
    elif page is not None or TABLE_TAG.search(text, 0, _MAX_TAG):
        yield from _lines_of_page(text[page or 0 :], name)
    elif (table := table_of_csv(text)) is not None:
        yield _table(table, f"{name}: CSV in a text, ", place)
    elif text.strip() and place.level <= _SCALAR_LEVELS:
        yield [f"{name}: text of {len(text)} characters, {quote(text, _MAX_TEXT)}" if len(text) > _MAX_TEXT
               else f"{name} {quote(text)}"]  # fmt: skip


def _lines_of_page(html: str, name: str) -> Iterator[_Pieces]:
    page = read_page(html)
    said = quote(page.title or page.text, _MAX_TEXT)
    cut = f" (first {MAX_HTML} of {len(html)} characters read)" if page.is_cut else ""
    yield [f"{name}: web page {said}{cut}" if start_of_page(html) is not None else f"{name}: HTML{cut}"]
    for number, table in enumerate(tables_of_page(page.tables), 1):
        yield _table(table, f"{name}, table {number}: ", None)


def _table(table: Table, before: str, place: _Place | None) -> _Pieces:
    """Size and columns of a table, the tally of each column with few values, and the rows that stand out."""
    names = [name_field(name) for name in table.names[:_MAX_NAMES]]
    more = table.width - len(names)
    columns = f" of {', '.join(names)}{f' and {more} more' if more else ''}" if names else f" of {table.width}"
    pieces = [f"{before}{table.what}{columns}{_cut(len(table.rows) + table.is_cut)}"]
    constant = _Pieces()
    odd: str | None = None
    for column, name in zip(table.columns, table.names, strict=False):
        tally = _tally(table.cells(column)) if len(table.rows) >= _MIN_TALLIED else None
        if tally is None:
            continue
        (pieces if len(tally) > 1 else constant).append(f"{name_field(name)}: {_format_tally(tally)}")
        if odd is None and place is not None:
            odd = _odd_rows(table, column, name_field(name), tally, place)
    return [*pieces[:2], *([odd] if odd else []), *pieces[2:], *constant]


def _cut(rows: int) -> str:
    return f" (first {MAX_ROWS} read)" if rows > MAX_ROWS else ""


def _tally(cells: Iterable[Any]) -> Counter[_Cell] | None:
    """How often each value occurs; None if there are many, or any is no short scalar."""
    cells = iter(cells)
    sample: list[Any] = []
    keys: set[_Cell | None] = set()
    for cell in islice(cells, _SAMPLE):
        sample.append(cell)
        keys.add(_cell(cell))
        if None in keys or len(keys) > _MAX_VALUES:
            return None
    all_cells = [*sample, *cells]
    try:
        counted: Counter[Any] = Counter(all_cells)
    except TypeError:  # an object or a list is among them
        return None
    if len(counted) > _MAX_VALUES or None in (keys := {_cell(cell) for cell in counted}):
        return None
    # 1 and true count as one there.
    by_key = Counter(map(_cell, all_cells)) if not _AMBIGUOUS.isdisjoint(counted) else None
    tally = by_key or Counter({_cell(cell): count for cell, count in counted.items()})
    return cast("Counter[_Cell]", tally) if 0 < len(tally) <= max(1, len(all_cells) // 2) else None


def _cell(cell: Any) -> _Cell | None:  # noqa: ANN401 - any JSON value
    """Key of a cell in a tally: a short text itself, else what it is in JSON; None for all others."""
    kind = exact_type(cell)
    if kind is str:
        return cell if len(cell) <= _MAX_SHOWN else None
    if kind is int:
        return (str(cell),) if -MAX_SAFE_INTEGER < cell < MAX_SAFE_INTEGER else None
    return _LITERALS.get(cell) if kind is bool or cell is None or cell is MISSING else None


def _format_tally(tally: Counter[_Cell]) -> str:
    """`37 "Accepted", 3 null`, or `all "Accepted"`."""
    if len(tally) == 1:
        return f"all {_format_cell(next(iter(tally)))}"
    return ", ".join(f"{count} {_format_cell(cell)}" for cell, count in tally.most_common())


def _format_cell(cell: _Cell) -> str:
    return quote(cell, _MAX_SHOWN) if isinstance(cell, str) else cell[0]


def _odd_rows(table: Table, column: str | int, name: str, tally: Counter[_Cell], place: _Place) -> str | None:
    """Pointers to the rows that have another value than most: `status is not "Accepted" in /response/claims/7`."""
    usual, count = tally.most_common(1)[0]
    total = len(table.rows)
    if place.in_text or not table.keys or total < _MIN_FOR_ODD or not _USUAL_SHARE * total <= count < total:
        return None
    odd = (key for key, cell in zip(table.keys, table.cells(column), strict=False) if _cell(cell) != usual)
    pointers = [child_name(place.pointer, key) for key in islice(odd, _MAX_ODD)]
    if None in pointers:
        return None
    more = total - count - len(pointers)
    shown = ", ".join(filter(None, pointers)) + (f" and {more} more" if more else "")
    return f"{name} is not {_format_cell(usual)} in {shown}"


def _scalar(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return quote(value, _MAX_SHOWN) if isinstance(value, str) else one_line(compact_json(value), _MAX_SHOWN)
