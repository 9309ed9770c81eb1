"""Objects that are nested deeper than MCP clients can read, split into parts that they can."""

from collections import deque
from collections.abc import Callable
from itertools import repeat
from typing import Any, NamedTuple, cast

from kaizen_mcp.json_types import JsonObject, child_pointer, exact_type

MAX_DEPTH = 100
"""Levels of nesting that go out in one piece. Clients stop reading a message at about 200."""

PLACEHOLDER = "…"
"""Stands in an object where a part of it was taken out."""

_CONTAINERS: frozenset[type[object]] = frozenset({dict, list})


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
    pending = deque([_Part("", "", None, data)])
    while pending:
        parent, path, key, value = pending.popleft()
        taken: deque[Any] = deque()
        shallow = _copy(value, MAX_DEPTH, taken) if is_deeper_than(value, MAX_DEPTH) else value
        if key is None:
            parts[path] = convert(shallow, path)
        else:  # together with its key, which can decide how its own fields are converted
            parts[path] = next(iter(convert({key: shallow}, parent).values()))
        if taken:
            _locate(parts[path], shallow, path, taken, pending)
    return parts.pop(""), parts


class _Part(NamedTuple):
    """A value that was taken out, the pointers to its container and to it, and its key in an object."""

    parent: str
    path: str
    key: str | None
    value: Any


def _copy(value: Any, levels: int, taken: deque[Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Copy so many levels of a value. What is deeper goes to `taken`, unless it contains no further containers.

    Such a small object may label the fields beside it: `{"locator": {"label": "PIN"}, "value": 1234}`.
    """
    if exact_type(value) not in _CONTAINERS:
        return value
    if levels == 0:
        if not is_deeper_than(value, 1):
            return value
        taken.append(value)
        return PLACEHOLDER
    if isinstance(value, list):
        return [_copy(item, levels - 1, taken) for item in cast("list[Any]", value)]
    return {key: _copy(item, levels - 1, taken) for key, item in cast("JsonObject", value).items()}


def _locate(converted: Any, shallow: Any, path: str, taken: deque[Any], parts: deque[_Part]) -> None:  # noqa: ANN401
    """Walk a copy and its conversion side by side, and add to `parts` what was taken out of the copy."""
    is_object = exact_type(shallow) is dict
    keys = list(shallow) if is_object else repeat(None)
    children = shallow.values() if is_object else shallow
    tokens = converted if is_object else range(len(converted))
    for key, child, token in zip(keys, children, tokens, strict=False):
        if child is PLACEHOLDER:
            part = _Part(path, child_pointer(path, token), key, taken.popleft())
            if converted[token] == PLACEHOLDER:
                parts.append(part)
        elif exact_type(child) in _CONTAINERS:
            _locate(converted[token], child, child_pointer(path, token), taken, parts)
