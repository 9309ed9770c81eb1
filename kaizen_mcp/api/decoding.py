"""Decodes the body of an API answer, and notes what JSON readers can't hold as it was sent."""

import json
import math
import re
from decimal import Decimal
from typing import Any, cast

from pydantic_core import from_json

from kaizen_mcp.api.nesting import is_deeper_than
from kaizen_mcp.errors import (
    CUT_OFF,
    EMPTY_BODY,
    NESTED_TOO_DEEP,
    NOT_AN_OBJECT,
    NOT_JSON,
    NOT_UTF8,
    BadResponseError,
    CutOffError,
    NestingError,
)
from kaizen_mcp.json_types import JsonObject, UniqueKeys

MAX_DEPTH = 900
"""Levels of nesting of an object that is read; `json.loads` manages about 980 on a fresh stack."""

_MAX_INTEGER = 2**53
"""Up to here a double, which is what JavaScript reads numbers as, has every integer."""

_SAFE_DIGITS = 15

_TOO_DEEP = NESTED_TOO_DEEP.format(levels=MAX_DEPTH)

_NUMBER_SHAPE = bytes.maketrans(b"123456789.E+:[ \t\n\r", b"0000000000e-,,,,,,")
"""Makes every digit 0, every exponent e, and whatever may stand before a number a comma."""

_GUARD = re.compile(r"\A\s*(?:\)\]\}'?,?|(?:while\s*\(1\)|for\s*\(;;\));)")
"""What some servers put before JSON, so that no page can run it as a script."""

_LONG_EXPONENT = re.compile(rb"0e-?000")

_SURROGATE = re.compile(
    r"\\\\"  # an escaped backslash, which begins no other escape
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair
    r"|\\(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""JSON escapes of surrogates. UTF-8 can carry a pair of them, but not a lone one."""


def read_object(content: bytes) -> tuple[JsonObject, list[str]]:
    """Decode the body of an answer that is an object; like `read_json` otherwise."""
    data, notes = read_json(content)
    if not isinstance(data, dict):
        raise BadResponseError(NOT_AN_OBJECT)
    return cast("JsonObject", data), notes


def read_json(content: bytes, *, keep_integers: bool = False) -> tuple[Any, list[str]]:
    """Decode the body of an API answer.

    Args:
        content: the body, UTF-8 with or without a byte order mark, or UTF-16.
        keep_integers: whether an integer beyond 2^53, which many JSON readers round, stays a number.

    Returns:
        The value, and a note for each kind of thing in it that could not be kept as it was sent.

    Raises:
        BadResponseError: it is not JSON, or nested too deep to pass on.
    """
    data, notes = _decode(content, keep_integers=keep_integers)
    may_be_deep = content.count(b"{") + content.count(b"[") > MAX_DEPTH
    if may_be_deep and isinstance(data, dict | list) and is_deeper_than(cast("JsonObject", data), MAX_DEPTH + 1):
        raise NestingError(_TOO_DEEP)  # one more, because of the wrapper around an execution
    return cast("Any", data), notes


def _decode(content: bytes, *, keep_integers: bool) -> tuple[Any, list[str]]:
    if not _may_have_lossy_number(content):
        try:
            return from_json(content, allow_inf_nan=False, cache_strings="keys"), []
        except ValueError:
            pass  # json.loads accepts a little more, and tells what is wrong
    return _decode_with_hooks(content, _NumberReader(keep_integers=keep_integers))


def _may_have_lossy_number(content: bytes) -> bool:
    """Whether a number in JSON has 16 digits or more, or an exponent of three digits or more.

    Any other number has at most 15 digits, which a double keeps, and is far from the largest and smallest double.
    A string may raise a false alarm, which costs only time.
    """
    shape = content.translate(_NUMBER_SHAPE)
    if b"0" * (_SAFE_DIGITS + 1) in shape:
        return True
    return any(_is_in_number(shape, match.start()) for match in _LONG_EXPONENT.finditer(shape))


def _is_in_number(shape: bytes, position: int) -> bool:
    """Whether the digits that end at a position, 15 at most, are a number, and not in a string, as ids are."""
    before = shape[max(position - _SAFE_DIGITS - 2, 0) : position + 1].rstrip(b"0")
    return before.endswith((b",", b",-"))


def _decode_with_hooks(content: bytes, numbers: "_NumberReader") -> tuple[Any, list[str]]:
    """Decode what pydantic's reader would change silently, or refuses."""
    error: BadResponseError = BadResponseError(NOT_JSON if content.strip() else EMPTY_BODY)
    try:
        text = _GUARD.sub("", content.decode(json.detect_encoding(content)), count=1)
        encodable = _SURROGATE.sub(lambda m: f"\\\\{m['lone'].lower()}" if m["lone"] else m[0], text)
        data = json.loads(
            encodable,
            object_pairs_hook=None if encodable == text else _keep_all,
            parse_float=numbers.read_float,
            parse_int=numbers.read_int,
            parse_constant=numbers.read_constant,
        )
    except UnicodeDecodeError as failure:
        is_cut_off = failure.reason == "unexpected end of data"
        error = CutOffError(CUT_OFF) if is_cut_off else BadResponseError(NOT_UTF8)
    except json.JSONDecodeError as failure:
        if _is_cut_off(failure):
            error = CutOffError(CUT_OFF)
    except ValueError:
        pass
    except RecursionError:
        error = NestingError(_TOO_DEEP)
    else:
        changed = ["text that is not valid Unicode (a lone surrogate) is shown as \\uXXXX"] * (encodable != text)
        return data, [*numbers.notes, *changed]
    raise error  # outside of `except`, so that nothing with the body in it is chained


def _is_cut_off(error: json.JSONDecodeError) -> bool:
    """Whether a text is the start of JSON: the error is a string without end, or in the last characters."""
    if error.msg.startswith("Unterminated string"):
        return True
    rest = error.doc[error.pos :].rstrip()
    return error.pos > 0 and error.msg != "Extra data" and re.fullmatch(r"[\w.+\\-]{0,5}", rest) is not None


def _keep_all(pairs: list[tuple[str, Any]]) -> JsonObject:
    """Build an object in which lone surrogates were escaped; keys that became equal by that get a number."""
    keys = UniqueKeys({})
    return {keys.add(key, key) if "\\ud" in key else key: value for key, value in pairs}


class _NumberReader:
    """Reads numbers for `json.loads`; keeps as text what no number holds, and notes what is changed."""

    def __init__(self, *, keep_integers: bool) -> None:
        self.notes: dict[str, None] = {}
        self._keep_integers = keep_integers

    def read_int(self, text: str) -> int | str:
        if len(text) <= _SAFE_DIGITS:  # nearly always
            return int(text)
        try:
            value = int(text)
        except ValueError:  # more digits than Python converts
            return self._keep_as_text(text)
        if abs(value) <= _MAX_INTEGER or self._keep_integers:
            return value
        self.notes["an integer beyond 2^53, which many JSON readers round, is shown as text"] = None
        return text

    def read_constant(self, text: str) -> str:
        self.notes["NaN or Infinity, which JSON has no numbers for, is shown as text"] = None
        return text

    def read_float(self, text: str) -> float | str:
        value = float(text)
        is_zero = not text.lower().partition("e")[0].strip("-0.")
        if math.isinf(value) or (value == 0 and not is_zero):
            return self._keep_as_text(text)
        if not is_zero and Decimal(text) != Decimal(repr(value)):
            self.notes["a number with more digits than JSON readers keep is rounded"] = None
        return value

    def _keep_as_text(self, text: str) -> str:
        self.notes["a number too large or too small for JSON readers is shown as text"] = None
        return text
