"""Read the bytes of an API answer as a JSON object, changing nothing that can be carried and noting what can't."""

import json
import math
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn, cast

from pydantic_core import from_json, to_json

from kaizen_mcp.credentials import Masker
from kaizen_mcp.errors import BadResponseError
from kaizen_mcp.text import encodable, quote

MAX_DEPTH = 128
"""Levels of nesting that are passed on; MCP clients stop reading a message at about 200."""

_DIGITS_OF_A_DOUBLE = 15
"""Decimal digits that every double keeps."""

_MOST_NOTES = 5
_START = 200
"""Bytes of an answer that show whether it is written with blanks."""
_CONTAINERS: frozenset[type[object]] = frozenset({dict, list})
kind_of: Callable[[object], type[object]] = type
"""Of a value read from JSON, which is exactly one of a few; asking `isinstance` takes longer, of every value."""
_TOO_DEEP = f"is nested more than {MAX_DEPTH} levels deep"

JsonObject = dict[str, Any]


def compact(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """JSON text without a blank too many, which is how it is sent and how clients count its size."""
    return to_json(value).decode()


def read_object(content: bytes, masker: Masker) -> tuple[JsonObject, list[str]]:
    """Decode an API answer.

    Args:
        content: the body as received, UTF-8 with or without a byte order mark.
        masker: takes secrets out of the notes.

    Returns:
        The object, and a note for each thing in it that JSON text in an MCP message can't carry as it was.

    Raises:
        BadResponseError: it is not JSON, not an object, or too deep to pass on.
    """
    data = _read_unchanged(content)
    notes: list[str] = []
    if data is None:
        reader = _Reader(masker)
        data, problem = _decode(content, reader)
        if problem:
            raise BadResponseError(f"Kaizen answered, but the answer {problem}.")
        notes += reader.notes
        # JSON can spell a lone surrogate only as an escape; without one in the body there is nothing to look for.
        if b"\\ud" in content.lower():
            cleaned = _encodable(data)
            if cleaned != data:
                notes.append("text that is not valid Unicode (a lone surrogate) is shown as \\uXXXX")
            data = cleaned
    return cast("JsonObject", data), notes


def _read_unchanged(content: bytes) -> JsonObject | None:
    """Read what, written again, is the same: then nothing in it has changed, and nothing needs to be noted.

    That takes two thirds of the time of looking at each name and number. None if it is not the same, which may be
    due to another way of writing JSON; most of those are seen at once.
    """
    if b"\\u" in content or b"\\/" in content or b'": ' in content[:_START]:
        return None
    try:
        data = from_json(content, allow_inf_nan=False, cache_strings="keys")
        again = to_json(data)
    except ValueError:
        return None
    if again != content or not isinstance(data, dict):
        return None
    fields = cast("JsonObject", data)
    return None if _deeper_than(fields, MAX_DEPTH) else fields


def _decode(content: bytes, reader: "_Reader") -> tuple[Any, str | None]:
    """Return the decoded value, and what is wrong with it if something is."""
    try:
        text = content.decode("utf-8-sig")
        hooks: dict[str, Any] = {
            "object_pairs_hook": reader.read_object,
            "parse_float": reader.read_float,
            "parse_constant": _refuse_constant,
        }
        try:
            data = json.loads(text, **hooks)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a constant, or a whole number with more digits than Python converts
            data = json.loads(text, **hooks, parse_int=reader.read_int)
    except UnicodeDecodeError:
        return None, "is not text in UTF-8"
    except ValueError:
        return None, "is not valid JSON" if content.strip() else "is empty"
    except RecursionError:
        return None, _TOO_DEEP
    if not isinstance(data, dict):
        return None, "is not a JSON object"
    fields = cast("JsonObject", data)
    return fields, _TOO_DEEP if _deeper_than(fields, MAX_DEPTH) else None


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


class FreeNames:
    """Names for the fields of a copy of an object in which some had to change, so that none hides another."""

    def __init__(self, fields: JsonObject) -> None:
        self._fields = fields
        self._given: set[str] = set()
        self._next: dict[str, int] = {}

    def free(self, name: str, key: str) -> str:
        """The name for the field `key`: `name`, or `name` with a number if another field has it."""
        wanted = name
        while name in self._given or (name != key and name in self._fields):
            number = self._next.get(wanted, 2)
            self._next[wanted] = number + 1
            name = f"{wanted}_{number}"
        self._given.add(name)
        return name


class _Reader:
    """Reads what Python's own reader would change in silence, and notes it."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self.notes: dict[str, None] = {}

    def read_object(self, pairs: list[tuple[str, Any]]) -> JsonObject:
        """The last of several fields of one name counts, as everywhere, but it is noted."""
        fields = dict(pairs)
        if len(fields) != len(pairs):
            names = Counter(name for name, _ in pairs)
            doubled = next(name for name in names if names[name] > 1)
            if len(self.notes) < _MOST_NOTES:
                name = quote(self._masker.text(doubled))
                self.notes[f"field {name} stands more than once in one object; the last one is shown"] = None
        return fields

    def read_int(self, text: str) -> int | str:
        try:
            return int(text)
        except ValueError:  # more digits than Python converts
            return self._keep(text)

    def read_float(self, text: str) -> float | str:
        """A double, or the text of a number that no double comes near."""
        value = float(text)
        if len(text) <= _DIGITS_OF_A_DOUBLE and "e" not in text and "E" not in text:
            return value
        if value == 0 and not text.lower().partition("e")[0].strip("-0."):
            return value
        if math.isinf(value) or value == 0:
            return self._keep(text)
        if len(text) > _DIGITS_OF_A_DOUBLE and Decimal(text) != Decimal(repr(value)):
            self.notes["a number with more digits than JSON readers keep is rounded"] = None
        return value

    def _keep(self, text: str) -> str:
        self.notes["a number too large or too small for JSON readers is shown as text"] = None
        return text


def _deeper_than(data: JsonObject, limit: int) -> bool:
    """Walk level by level, so that no depth can exhaust the stack."""
    level: list[Any] = [data]
    for _ in range(limit):
        below: list[Any] = []
        for node in level:
            below += node.values() if kind_of(node) is dict else node
        level = [child for child in below if kind_of(child) in _CONTAINERS]
        if not level:
            return False
    return True


def _encodable(value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        return [_encodable(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields, cleaned = cast("JsonObject", value), cast("JsonObject", {})
    names = FreeNames(fields)
    for key, item in fields.items():
        name = names.free(encodable(key), key)
        cleaned[name] = _encodable(item)
    return cleaned
