"""JSON that stands in a text."""

import json
from typing import Any

MAX_JSON = 1_000_000
"""Characters of a text that is read as JSON."""


def read_text(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the object or list that a text holds as JSON; None if it holds none or is too long."""
    if len(text) > MAX_JSON or text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
