"""JSON values as Python objects and as compact text, and pointers to them."""

from collections.abc import Callable
from typing import Any

from pydantic_core import to_json

JsonObject = dict[str, Any]

MAX_SAFE_INTEGER = 2**53
"""Integers beyond it, of either sign, change in JSON readers that hold numbers as doubles, as JavaScript does."""

exact_type: Callable[[object], type[object]] = type
"""Type of a decoded JSON value. Decoded values have no subclasses, so this replaces the slower `isinstance`."""


def compact_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Encode a value as JSON without spaces, the form in which it is sent and in which clients count its size."""
    return to_json(value).decode()


def child_pointer(pointer: str, token: str | int) -> str:
    """JSON Pointer (RFC 6901) to a field or an item of the value at `pointer`."""
    return f"{pointer}/{str(token).replace('~', '~0').replace('/', '~1')}"


class UniqueKeys:
    """Keys for a copy of an object. Keys that became equal by masking get a number, so that no field is lost."""

    def __init__(self, fields: JsonObject) -> None:
        self._fields = fields
        self._used: set[str] = set()
        self._next_numbers: dict[str, int] = {}

    def add(self, new_key: str, key: str) -> str:
        """Return the key of field `key` in the copy: `new_key`, with a number if another field has that key."""
        unique = new_key
        while unique in self._used or (unique != key and unique in self._fields):
            number = self._next_numbers.get(new_key, 2)
            self._next_numbers[new_key] = number + 1
            unique = f"{new_key}_{number}"
        self._used.add(unique)
        return unique
