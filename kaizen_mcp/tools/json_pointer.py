"""Find a value in an object by its JSON Pointer (RFC 6901), or by a path in another common notation."""

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from kaizen_mcp.errors import InvalidInputError
from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import child_pointer
from kaizen_mcp.sanitize.display import quote

_MAX_FIELDS_LISTED = 12

# Similar names are searched for in this many fields, and in this many characters of each name.
_MAX_FIELDS_COMPARED = 200
_MAX_NAME_COMPARED = 60

_ROOTS = {"structuredContent", "structured_content", "raw", "execution", "$", ""}
"""First names of a path that stand for the object itself: our keys for it, the API's wrapper, JSONPath's root."""

_STEP = re.compile(r"""\[(?:'([^']*)'|"([^"]*)"|([^\[\]]*))\]|([^./\[\]]+)""")
"""A step of a path with dots, slashes or brackets: `rows`, `[3]`, `['first name']`."""


class Place(NamedTuple):
    """A value in an object, and the JSON Pointer to it."""

    pointer: str
    value: Any


def resolve(
    data: Any,  # noqa: ANN401 - any JSON value
    path: str,
    deep_parts: Mapping[str, Any] | None = None,
    found_at: str = "",
) -> Place:
    """Find the value at a path: a JSON Pointer, else `response.rows[3]`, `$.response` or `raw.response`.

    Args:
        data: the object or list.
        path: the path; a pointer may lack its first slash.
        deep_parts: parts that are not in `data`, by the JSON Pointer to them.
        found_at: JSON Pointer to `data` in the API's answer; the path may start with it.

    Raises:
        InvalidInputError: no such value; the message lists what the last value on the way has.
    """
    best, missing = Place("", data), ""
    for tokens in _readings(path, _tokens(found_at)):
        place, left = _walk(data, tokens, deep_parts or {})
        if not left:
            return place
        if len(place.pointer) >= len(best.pointer):
            best, missing = place, left[0]
    raise InvalidInputError(f"There is nothing at path {quote(path)}; {_describe(best, missing)}.")


def _readings(path: str, found_at: list[str]) -> Iterator[list[str]]:
    """The steps that a path may stand for, the exact pointer first."""
    pointer = path if path.startswith("/") else path.strip()  # a name may end with a blank
    if pointer.startswith("#"):
        pointer = unquote(pointer.removeprefix("#"))
    exact = _tokens(pointer) if pointer.strip() else []
    steps = [next(filter(None, match.groups()), "") for match in _STEP.finditer(pointer)]
    for reading in (exact, steps):
        tokens = reading
        while True:
            yield tokens
            if found_at and tokens[: len(found_at)] == found_at:
                yield tokens[len(found_at) :]
            if not tokens or tokens[0] not in _ROOTS:
                break
            tokens = tokens[1:]


def _tokens(pointer: str) -> list[str]:
    """The steps of a JSON Pointer, which may lack its first slash."""
    names = pointer.removeprefix("/").split("/") if pointer else []
    return [name.replace("~1", "/").replace("~0", "~") for name in names]


def _walk(data: Any, tokens: list[str], deep_parts: Mapping[str, Any]) -> tuple[Place, list[str]]:  # noqa: ANN401
    """Follow steps as far as they lead; also returns the steps that are left."""
    place = Place("", data)
    for number, token in enumerate(tokens):
        value = place.value
        if isinstance(value, dict) and token in value:
            pointer, value = child_pointer(place.pointer, token), cast("dict[str, Any]", value)[token]
        elif isinstance(value, list) and token.isdecimal() and int(token[:9]) < len(cast("list[Any]", value)):
            index = int(token[:9])
            pointer, value = child_pointer(place.pointer, index), cast("list[Any]", value)[index]
        else:
            return place, tokens[number:]
        place = Place(pointer, deep_parts.get(pointer, value))
    return place, []


def _describe(place: Place, missing: str) -> str:
    """What a value has; of its fields, first those with a name like the missing one."""
    value = place.value
    name = quote(place.pointer) if place.pointer else "the object"
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        compared = [field[:_MAX_NAME_COMPARED] for field in islice(fields, _MAX_FIELDS_COMPARED)]
        similar = difflib.get_close_matches(missing[:_MAX_NAME_COMPARED], compared)
        listed = list(dict.fromkeys([*similar, *islice(fields, _MAX_FIELDS_LISTED)]))[:_MAX_FIELDS_LISTED]
        names = ", ".join(quote(field, 40) for field in listed) or "none"
        more = f" and {len(fields) - len(listed)} more" if len(fields) > len(listed) else ""
        return f"{name} has the fields {names}{more}"
    if isinstance(value, list):
        return f"{name} has {pluralize(len(cast('list[Any]', value)), 'item')}, counted from 0"
    return f"{name} is {'text' if isinstance(value, str) else 'a single value'} with nothing below it"
