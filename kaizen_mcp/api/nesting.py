"""Objects that are nested deeper than MCP clients can read, split into parts that they can."""

from collections.abc import Callable
from typing import Any, cast

from kaizen_mcp.json_types import JsonObject, exact_type

MAX_DEPTH = 100
"""Levels of nesting that go out in one piece. Clients stop reading a message at about 200."""

PLACEHOLDER = "…"
"""Stands in an object where a part of it was taken out."""

_CONTAINERS: frozenset[type[object]] = frozenset({dict, list})
_Position = tuple[int, ...]
"""Where a part was: on each level the index of the field or item. Names would change when they are escaped."""


def is_deeper_than(value: JsonObject | list[Any], levels: int) -> bool:
    """Whether an object or a list is nested deeper; goes level by level, so that no depth exhausts the stack."""
    level: list[Any] = [value]
    for _ in range(levels):
        below: list[Any] = []
        for node in level:
            below += node.values() if exact_type(node) is dict else node
        level = [child for child in below if exact_type(child) in _CONTAINERS]
        if not level:
            return False
    return True


def convert_in_parts(
    data: JsonObject, convert: Callable[[Any, str], Any]
) -> tuple[JsonObject, dict[str, JsonObject | list[Any]]]:
    """Convert an object whose depth a recursive `convert` could not handle.

    Args:
        data: the object, of any depth.
        convert: returns a copy of an object or a list with the same structure, given also the JSON Pointer to it.

    Returns:
        The converted object without what lies deeper than `MAX_DEPTH`, and the converted parts that were taken
        out, by JSON Pointer. A part that `convert` has replaced, because of what is above it, is not among them.
    """
    parts: dict[str, Any] = {}
    pending: list[tuple[str, Any]] = [("", data)]
    while pending:
        path, part = pending.pop(0)
        taken: list[tuple[_Position, Any]] = []
        parts[path] = convert(_copy(part, (), taken) if is_deeper_than(part, MAX_DEPTH) else part, path)
        for position, value in taken:
            pointer, replacement = _locate(parts[path], position)
            if replacement == PLACEHOLDER:
                pending.append((path + pointer, value))
    return parts.pop(""), parts


def _copy(value: Any, position: _Position, taken: list[tuple[_Position, Any]]) -> Any:  # noqa: ANN401 - any JSON value
    """Copy a value down to `MAX_DEPTH`; add what lies deeper to `taken`."""
    if exact_type(value) not in _CONTAINERS:
        return value
    if len(position) == MAX_DEPTH:
        taken.append((position, value))
        return PLACEHOLDER
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_copy(item, (*position, index), taken) for index, item in enumerate(items)]
    fields = cast("JsonObject", value)
    return {key: _copy(item, (*position, index), taken) for index, (key, item) in enumerate(fields.items())}


def _locate(value: Any, position: _Position) -> tuple[str, Any]:  # noqa: ANN401 - an object or a list
    """Return the JSON Pointer to a position, and the value there."""
    pointer = ""
    for index in position:
        name = list(cast("JsonObject", value))[index] if exact_type(value) is dict else index
        value = value[name]
        pointer += "/" + str(name).replace("~", "~0").replace("/", "~1")
    return pointer, value
