"""Find a value in an object by its JSON Pointer (RFC 6901)."""

import difflib
from itertools import islice
from typing import Any, cast

from kaizen_mcp.errors import InvalidInputError
from kaizen_mcp.humanize import pluralize
from kaizen_mcp.sanitize.escaping import quote

_MAX_FIELDS_LISTED = 12

# Similar names are searched for in this many fields, and in this many characters of each name.
_MAX_FIELDS_COMPARED = 200
_MAX_NAME_COMPARED = 60


def resolve(data: dict[str, Any] | list[Any], pointer: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value at a JSON Pointer.

    Raises:
        InvalidInputError: no such value; the message lists what the last value on the way has.
    """
    value: Any = data
    resolved = ""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = cast("dict[str, Any]", value)[name]
        elif isinstance(value, list) and name.isdecimal() and int(name[:9]) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(name[:9])]
        else:
            available = _describe(value, resolved, missing=name)
            raise InvalidInputError(f"There is nothing at path {quote(pointer)}; {available}.")
        resolved = f"{resolved}/{token}"
    return value


def _describe(value: Any, pointer: str, *, missing: str) -> str:  # noqa: ANN401 - any JSON value
    """What the value at `pointer` has; of its fields, first those with a name like the missing one."""
    place = quote(pointer) if pointer else "the object"
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        compared = [name[:_MAX_NAME_COMPARED] for name in islice(fields, _MAX_FIELDS_COMPARED)]
        similar = difflib.get_close_matches(missing[:_MAX_NAME_COMPARED], compared)
        listed = list(dict.fromkeys([*similar, *islice(fields, _MAX_FIELDS_LISTED)]))[:_MAX_FIELDS_LISTED]
        names = ", ".join(quote(name, 40) for name in listed) or "none"
        more = f" and {len(fields) - len(listed)} more" if len(fields) > len(listed) else ""
        return f"{place} has the fields {names}{more}"
    if isinstance(value, list):
        return f"{place} has {pluralize(len(cast('list[Any]', value)), 'item')}, counted from 0"
    return f"{place} is {'text' if isinstance(value, str) else 'a single value'} with nothing below it"
