"""Find a text in the names and values of an object. Pure.

Case and accents do not matter, and numbers are looked at as JSON writes them. What is masked can't be found by its
content: the object is searched after masking, and the mask itself matches nothing.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple, cast

from kaizen_mcp.api.nesting import PLACEHOLDER
from kaizen_mcp.json_types import JsonObject, child_pointer, compact_json, exact_type
from kaizen_mcp.sanitize.chat_markup import escape_markup_in_json
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.tools.json_pointer import Place
from kaizen_mcp.tools.truncation import ELLIPSIS, size, whole_range

MAX_TEXT = 500
"""Characters of a text to find."""

MAX_SHOWN = 1000
"""Characters, with their escapes, of a path that is given, and of an object or row that is shown whole."""

_CONTAINERS: frozenset[type[object]] = frozenset({dict, list})
_IN_LITERALS = frozenset("0123456789+-.etruefalsenull")
"""Characters of numbers, booleans and null, after `fold`."""

_LONGEST_ESCAPE = len("\\u003c")
_AROUND = 80
"""Characters of a text that are shown on either side of the start of a match."""

_BLOCK = 1024
_ACCENTS = re.compile("[\u0300-\u036f]")


def read_find(value: object) -> object:
    """Return the text to find; of a number, its text as JSON.

    Raises:
        ValueError: it is too long, or has nothing in it but accents.
    """
    if isinstance(value, int | float):
        value = compact_json(value)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ValueError(f"it is longer than {MAX_TEXT} characters; a part of it will do")
    if isinstance(value, str) and value and not fold(value):
        raise ValueError("it has only accents in it, which are not looked at; add a letter")
    return value


def fold(text: str) -> str:
    """Return a text without case and accents; no letter from A to Z in it is upper-case."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text)).casefold()


class _Node(NamedTuple):
    """A value, its name or index, and the object or list that it is in; of the root, only the value counts."""

    parent: "_Node | None"
    token: str | int
    value: Any


@dataclass
class Search:
    """One pass through a value that finds the places where a text occurs.

    Attributes:
        root: the value, and the JSON Pointer to it.
        text: what to look for, as it stands.
        deep_parts: parts that are not in the value, by the JSON Pointer to them.
        values: texts, numbers, booleans and nulls looked at so far.
    """

    root: Place
    text: str
    deep_parts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    values: int = 0

    def page(self, offset: int, room: int) -> tuple[list[JsonObject], int]:
        """Return the matches from `offset` on that fit into the room, and how many there are in all.

        A match has `path`. If the object or row around it is small, it has `value`, that object, and `in`, the
        path to it; the next match in the same one does not repeat `value`. Otherwise it has `text`, and `offset`,
        where the match in it begins; or `what`, if it is a large object or list itself. Instead of a path of more
        than 1,000 characters it has `below`, the path of an object that it is in.
        """
        shown: list[JsonObject] = []
        total = 0
        for total, found in enumerate(self._matches(), start=1):
            if total <= offset or room < 0:
                continue
            match = self._describe(found)
            if shown and "value" in match and shown[-1].get("in") == match["in"]:
                del match["value"]
            room -= cost(match) + 1
            if room >= 0 or not shown:
                shown.append(match)
        return shown, total

    def _matches(self) -> Iterator[_Node]:
        """Yield each match in document order."""
        folded = fold(self.text)
        may_be_literal = _IN_LITERALS.issuperset(folded)
        names: dict[str | int, bool] = {}
        root: Iterator[tuple[str | int, Any]] = iter([("", self.root.value)])
        stack: list[tuple[_Node | None, Iterator[tuple[str | int, Any]]]] = [(None, root)]
        while stack:
            parent, entries = stack[-1]
            for token, value in entries:
                if value == PLACEHOLDER and self.deep_parts:
                    value = self._deep_part(_Node(parent, token, value))  # noqa: PLW2901 - what it stands for
                kind = exact_type(value)
                if kind is str:
                    is_match = _occurs(folded, value)
                else:
                    is_match = may_be_literal and kind not in _CONTAINERS and folded in compact_json(value)
                if exact_type(token) is str and token not in names:
                    names[token] = _occurs(folded, cast("str", token))
                if is_match or names.get(token):
                    yield _Node(parent, token, value)
                if kind in _CONTAINERS:
                    stack.append((_Node(parent, token, value), _entries(value)))
                    break
                self.values += 1
            else:
                stack.pop()

    def _deep_part(self, node: _Node) -> Any:  # noqa: ANN401 - any JSON value
        return self.deep_parts.get(self._pointer(node), node.value)

    def _pointer(self, node: _Node) -> str:
        tokens: list[str | int] = []
        while node.parent:
            tokens.append(node.token)
            node = node.parent
        return reduce(child_pointer, reversed(tokens), self.root.pointer)

    def _describe(self, found: _Node) -> JsonObject:
        """A match with what is around it."""
        match: JsonObject = {"path": (path := self._pointer(found))}
        if not _is_small(path):
            match = {"below": path[: MAX_SHOWN // _LONGEST_ESCAPE].rpartition("/")[0]}
        elif around := next((node for node in _around(found) if _is_small(node.value)), None):
            return {**match, "in": self._pointer(around), "value": around.value}
        if exact_type(found.value) in _CONTAINERS:
            return {**match, "what": whole_range(found.value, path).size}
        return match | _snippet(found.value, fold(self.text))


def cost(value: Any) -> int:  # noqa: ANN401 - any JSON value
    """Characters of a value as JSON with its chat markup escaped: it is that long in the text of a result."""
    return len(escape_markup_in_json(compact_json(value)))


def _entries(container: Any) -> Iterator[tuple[str | int, Any]]:  # noqa: ANN401 - an object or a list
    if exact_type(container) is dict:
        return iter(cast("JsonObject", container).items())
    return enumerate(cast("list[Any]", container))


def _around(found: _Node) -> Iterator[_Node]:
    """What may be shown for a match: the object that its list is in, what it is in itself, and it itself."""
    if parent := found.parent:
        if isinstance(parent.value, list) and parent.parent and isinstance(parent.parent.value, dict):
            yield parent.parent
        yield parent
    if exact_type(found.value) in _CONTAINERS:
        yield found


def _is_small(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return size(value, MAX_SHOWN) <= MAX_SHOWN and cost(value) <= MAX_SHOWN


def _occurs(folded: str, text: str) -> bool:
    """Whether a folded text occurs in another, masks apart."""
    other = fold(text)
    return folded in other and folded in _blank_masks(other)


def _blank_masks(folded: str) -> str:
    """Replace masks with a letter that no folded text has in it."""
    return folded.replace(MASK, "X" * len(MASK))


def _snippet(value: Any, folded: str) -> JsonObject:  # noqa: ANN401 - a scalar
    """A value as text, around the first match in it; its start if the match is not in it."""
    text = value if isinstance(value, str) else compact_json(value)
    found = _blank_masks(fold(text)).find(folded)
    start = _original_index(text, found) if found > 0 else 0
    first, end = max(start - _AROUND, 0), start + 2 * _AROUND
    around = (ELLIPSIS if first else "") + text[first:end] + (ELLIPSIS if end < len(text) else "")
    return {"text": around, "offset": start} if start else {"text": around}


def _original_index(text: str, folded_index: int) -> int:
    """Index of the character of a text from which the character at an index of the folded text is."""
    start = 0
    while (length := len(fold(text[start : start + _BLOCK]))) <= folded_index:
        folded_index -= length
        start += _BLOCK
    while (length := len(fold(text[start]))) <= folded_index:
        folded_index -= length
        start += 1
    return start
