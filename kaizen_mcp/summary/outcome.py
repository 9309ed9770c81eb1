"""What an output plainly says of something that went wrong, quoted with its place and never judged.

"Completed" is the run's word. Whether the work succeeded, its output may say in a field of its own.
"""

import re
from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, cast

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import MAX_SAFE_INTEGER, child_pointer, exact_type
from kaizen_mcp.sanitize.escaping import quote
from kaizen_mcp.summary.embedded import read_text
from kaizen_mcp.summary.outcome_words import (
    COUNTED,
    FILLERS,
    HTTP_ERRORS,
    LAST_WORDS,
    NAMES,
    NEGATIONS,
    NOT_BELOW,
    NOTHING,
    WORDS,
    Kind,
)
from kaizen_mcp.summary.pointers import MAX_POINTER, name_field, name_pointer
from kaizen_mcp.summary.shorten import shorten
from kaizen_mcp.summary.tables import MAX_ROWS, is_map, table_in, table_of_csv
from kaizen_mcp.summary.web_page import describe_page, start_of_page

MAX_OUTCOMES = 5
"""Outcomes that are told."""

_MAX_FIELDS, _MAX_FIELDS_OF_ONE = 60_000, 200
"""Fields that are looked at, of all objects and of one."""

_MAX_NAME = 40
_MAX_ITEMS = 5
_MAX_VALUE = 80

_CONTAINERS: frozenset[type[object]] = frozenset({dict, list})
_TEXT_FIELDS = ("message", "detail", "reason", "description", "title", "error", "code")
_NAME_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that an output says.

    Attributes:
        pointer: JSON Pointer to it, or to the list or text that it is in.
        text: the quotation with its place: `/response/conclusion "failure"`, or `is a web page (/response): "…"`.
        value: the number or the word of our table that it quotes; None if it quotes free text.
    """

    pointer: str
    text: str
    value: str | None = None


class _Node(NamedTuple):
    value: Any
    pointer: str
    field: str = ""
    """Path from the list or text at `pointer`; empty if the pointer leads to the value itself."""
    rows: int = 0
    """How many rows the list or map at `pointer` has; 0 outside of one."""
    in_text: bool = False


class _Said(NamedTuple):
    """What a field says: a word of our table or a number, or free text, the first of so many items."""

    text: str
    is_word: bool = True
    is_plain: bool = True
    items: int = 1


class _Key(NamedTuple):
    """What is counted as one: the same word in the same field of rows, or any other text in it."""

    pointer: str
    field: str
    word: str | None
    rows: int


class _Walk:
    """Breadth-first walk of an output, within a bound."""

    def __init__(self, root: _Node) -> None:
        self.counts: Counter[_Key] = Counter()
        self.first: dict[_Key, _Said] = {}
        self._queue = deque([root])
        fields_left = _MAX_FIELDS
        while self._queue and fields_left > 0:
            node = self._queue.popleft()
            fields_left -= min(len(node.value), _MAX_FIELDS_OF_ONE) + 1
            self._read(node)
        self.is_whole = not self._queue

    def _read(self, node: _Node) -> None:
        if isinstance(node.value, list):
            self._queue.extend(_rows(node, _with_names(cast("list[Any]", node.value))))
        elif not node.rows and not node.in_text and is_map(node.value):
            self._queue.extend(_rows(node, node.value.values()))
        else:
            self._read_fields(node)

    def _read_fields(self, node: _Node) -> None:
        for name, child in islice(cast("dict[str, Any]", node.value).items(), _MAX_FIELDS_OF_ONE):
            kind = _kind(name)
            if kind and (said := _says(kind, child)):
                place = _child(node, name, None)
                key = _Key(place.pointer, place.field, said.text if said.is_word else None, place.rows)
                self.counts[key] += 1
                self.first.setdefault(key, said)
            elif exact_type(child) in _CONTAINERS:
                if child and name.lower() not in NOT_BELOW:
                    self._queue.append(_child(node, name, child))
            elif not node.rows and not node.in_text and isinstance(child, str) and (content := read_text(child)):
                self._queue.append(_child(node, name, content)._replace(in_text=True))


def find_outcomes(value: object, pointer: str) -> list[Outcome]:
    """What the output at `pointer` says of something that went wrong: the nearest, at most `MAX_OUTCOMES`."""
    content = value
    if isinstance(value, str):
        if (start := start_of_page(value)) is not None:
            shown = quote(describe_page(value[start:]) or "no text", _MAX_VALUE)
            return [Outcome(pointer, f"is a web page ({pointer}): {shown}")]
        table = table_of_csv(value)
        content = [dict(zip(table.names, row, strict=False)) for row in table.rows] if table else read_text(value)
    if not content or not isinstance(content, dict | list):
        return []
    walk = _Walk(_Node(content, pointer, in_text=isinstance(value, str)))
    found = islice(walk.counts.items(), MAX_OUTCOMES)
    return [_outcome(key, walk.first[key], count, is_whole=walk.is_whole) for key, count in found]


def says_it_failed(fields: dict[str, Any]) -> bool:
    """Whether an object says of itself that something went wrong."""
    for name, value in islice(fields.items(), _MAX_FIELDS_OF_ONE):
        kind = _kind(name)
        if kind is not None and kind != "trouble" and _says(kind, value):
            return True
    return False


def _with_names(items: list[Any]) -> list[Any]:
    """A list of lists below a row of names as a list of objects; any other list as it is."""
    table = table_in(items) if items and exact_type(items[0]) is list else None
    if table is None or not table.names:
        return items
    return [dict(zip(table.names, row, strict=False)) for row in table.rows]


def _rows(node: _Node, items: Collection[Any]) -> Iterator[_Node]:
    """The objects and lists of a list or a map; those in rows belong to the outermost one."""
    pointer, field, in_text = node.pointer, node.field, node.in_text
    rows = node.rows or len(items)
    for item in islice(items, MAX_ROWS):
        if exact_type(item) in _CONTAINERS and item:
            yield _Node(item, pointer, field, rows, in_text)


def _child(node: _Node, name: str, value: Any) -> _Node:  # noqa: ANN401 - any JSON value
    if node.rows or node.in_text:
        return node._replace(value=value, field=child_pointer(node.field, name[:MAX_POINTER])[:MAX_POINTER])
    return node._replace(value=value, pointer=child_pointer(node.pointer, name))


def _outcome(key: _Key, said: _Said, count: int, *, is_whole: bool) -> Outcome:
    place = name_pointer(key.pointer) or "its output"
    value = said.text if said.is_plain else quote(shorten(said.text), _MAX_VALUE)
    if said.items > 1:
        value = f"has {said.items} items, the first {value}"
    field = key.field[1:].replace("/", ".")
    shown = f"{name_field(field)} {value}" if field else value
    if key.rows > 1:
        least = "" if is_whole and key.rows <= MAX_ROWS else "at least "
        rows = f" of {pluralize(key.rows, 'row')} with" if count <= key.rows and "." not in field else " times"
        more = "" if key.word or count == 1 else ", the first"
        shown = f"{least}{count}{rows} {name_field(field)}{more} {value}"
        return Outcome(key.pointer, f"{place}: {shown}", key.word and key.word.strip('"'))
    return Outcome(key.pointer, f"{place} {shown}", said.text.strip('"') if said.is_plain else None)


@lru_cache(maxsize=2_048)
def _kind(name: str) -> Kind | None:
    words = [word.lower() for word in _NAME_WORDS.findall(name)] if len(name) <= _MAX_NAME else []
    kind = NAMES.get("".join(words))
    if kind or not words:
        return kind
    counted = set(words) - FILLERS
    if len(counted) == 1 and counted <= COUNTED:
        return "trouble"
    return LAST_WORDS.get(words[-1])


def _says(kind: Kind, value: Any) -> _Said | None:  # noqa: ANN401 - any JSON value
    """What a field of this kind says, if it says that something went wrong."""
    match kind:
        case "word":
            return _bad_word(value) if isinstance(value, str) else None
        case "false":
            is_false = value is False or (isinstance(value, str) and value.strip().lower() in {"false", "no"})
            return _Said("false") if is_false else None
        case "trouble":
            return _trouble(value)
        case "http" | "exit":
            if not isinstance(value, int) or isinstance(value, bool) or not abs(value) < MAX_SAFE_INTEGER:
                return None
            is_wrong = value in HTTP_ERRORS if kind == "http" else value != 0
            return _Said(str(value)) if is_wrong else None


def _bad_word(value: str) -> _Said | None:
    if len(value) > _MAX_VALUE:
        return None
    if re.sub(r"[\s_-]", "", value).lower() in WORDS:
        return _Said(quote(value.strip(), _MAX_NAME))
    words = re.findall(r"[A-Za-z]+", value.lower())
    is_bad = len(words) > 1 and words[0] not in NEGATIONS and (words[0] in WORDS or words[-1] in WORDS)
    return _Said(value, is_word=False, is_plain=False) if is_bad else None


def _trouble(value: Any) -> _Said | None:  # noqa: ANN401 - any JSON value
    """What an error field, or a count of errors, says; None if it is empty, zero, false or says "none"."""
    if isinstance(value, bool):
        return _Said("true") if value else None
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,9}\s*", value):
        value = int(value)
    if isinstance(value, int | float):
        return _Said(f"{value:.12g}", is_word=False) if 0 < value < MAX_SAFE_INTEGER else None
    text = _first_text(value, levels=3)
    items = len(cast("list[Any]", value)) if isinstance(value, list) else 1
    return _Said(text, is_word=False, is_plain=False, items=items) if text is not None else None


def _first_text(value: Any, *, levels: int) -> str | None:  # noqa: ANN401 - any JSON value
    """First text in a value that says something: message-like fields first, then sentences."""
    if isinstance(value, str):
        return value if value.strip().lower() not in NOTHING else None
    if isinstance(value, dict) and levels:
        fields = cast("dict[str, Any]", value)
        named = [fields[name] for name in _TEXT_FIELDS if name in fields]
        children = [*named, *islice(fields.values(), _MAX_FIELDS_OF_ONE)]
    elif isinstance(value, list) and levels:
        children = cast("list[Any]", value)[:_MAX_ITEMS]
    else:
        return None
    texts = [text for child in children if (text := _first_text(child, levels=levels - 1))]
    return next((text for text in texts if " " in text), texts[0] if texts else None)
