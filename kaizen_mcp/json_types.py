"""JSON values as Python has them, and as compact text."""

from collections.abc import Callable
from typing import Any

from pydantic_core import to_json

JsonObject = dict[str, Any]

kind_of: Callable[[object], type[object]] = type
"""Type of a decoded value, which is exactly one of a few; `isinstance` takes longer."""


def compact(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """JSON text without spaces, which is how it is sent and how clients count its size."""
    return to_json(value).decode()
