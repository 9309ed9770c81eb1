"""Read the bytes of an API answer as a JSON object, changing nothing that can be carried and noting what can't."""

import json
import math
from typing import Any, NoReturn, cast

from kaizen_mcp.errors import BadResponseError
from kaizen_mcp.safety import encodable

MAX_DEPTH = 128
"""Levels of nesting that are passed on; MCP clients stop reading a message at about 200."""

JsonObject = dict[str, Any]


def read_object(content: bytes) -> tuple[JsonObject, list[str]]:
    """Decode an API answer.

    Args:
        content: the body as received, UTF-8 with or without a byte order mark.

    Returns:
        The object, and a note for each thing in it that JSON text in an MCP message can't carry as it was.

    Raises:
        BadResponseError: it is not JSON, not an object, or too deep to pass on.
    """
    numbers = _Numbers()
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_float=numbers.read, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        data = None
        problem = "the answer is empty" if not content.strip() else "the answer is not valid JSON"
    else:
        problem = _problem(data)
    if problem:
        raise BadResponseError(f"Kaizen answered, but {problem}.")
    # JSON can spell a lone surrogate only as an escape; without one in the body there is nothing to look for.
    notes = numbers.notes
    if b"\\ud" in content.lower():
        cleaned = _encodable(data)
        if cleaned != data:
            notes = [*notes, "text that is not valid Unicode (a lone surrogate) is shown as \\uXXXX"]
        data = cleaned
    return cast("JsonObject", data), notes


def _problem(data: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if not isinstance(data, dict):
        return "the answer is not a JSON object"
    if _deeper_than(cast("JsonObject", data), MAX_DEPTH):
        return f"the answer is nested more than {MAX_DEPTH} levels deep"
    return None


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


class _Numbers:
    """Reads floats; one that no double can hold stays as the text it was sent as."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def read(self, text: str) -> float | str:
        value = float(text)
        if math.isfinite(value):
            return value
        self.notes = ["a number too large for any client is shown as text"]
        return text


def _deeper_than(data: JsonObject, limit: int) -> bool:
    """Walk level by level, so that no depth can exhaust the stack."""
    level: list[Any] = [data]
    for _ in range(limit):
        level = [
            child
            for node in level
            for child in (cast("JsonObject", node).values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _encodable(value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        return [_encodable(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {encodable(key): _encodable(item) for key, item in cast("JsonObject", value).items()}
    return value
