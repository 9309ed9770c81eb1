"""Why a run failed or stopped: fields that look like an error are quoted with their names, never interpreted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from kaizen_mcp.api.models import AnyExecution, Execution
from kaizen_mcp.json_types import child_pointer
from kaizen_mcp.sanitize.escaping import one_line
from kaizen_mcp.summary.status import MAX_LISTED, execution_state

MAX_PATH = 120
MAX_QUOTED = 300
"""Characters of the path to a quoted text, and of the text."""

_MAX_LEVELS = 4
"""Levels of objects and lists below an error field that are searched for texts."""

_ERROR_WORDS = ("error", "failure", "exception")
_ERROR_ENDINGS = ("message", "reason", "cause", "detail", "details")
"""Endings of field names that suggest an error unless the run finished well: then they may mean anything."""

_REASON_WORDS = {"message", "reason", "description", "detail", "details", "summary", "analysis", "cause"}
_NO_REASON_WORDS = {"stack", "trace", "code", "type", "name", "id", "url", "time", "at", "count", "status"} | {
    "key", "mode", "policy", "strategy", "behavior", "behaviour"
}  # fmt: skip
"""Last words of field names that say what went wrong, and of those that can't be a reason."""

_NO_TEXT = re.compile(r"none|null|true|false|[\d.+e-]*", re.IGNORECASE)
"""Texts that are a value and not words."""


@dataclass(frozen=True, slots=True)
class QuotedField:
    """Text of a field that looks like an error; `field` is the JSON Pointer to it."""

    field: str
    text: str


def find_error_fields(execution: AnyExecution) -> list[QuotedField]:
    """Texts of fields whose name looks like an error's. The API documents none."""
    ended_well = execution_state(execution.status) == "finished"
    texts = (
        QuotedField(field=one_line(path, MAX_PATH), text=one_line(text, MAX_QUOTED))
        for pointer, fields in _places(execution)
        for name, value in fields.items()
        if _looks_like_error(name, ended_well=ended_well)
        for path, text in _texts(child_pointer(pointer, name), value, levels=_MAX_LEVELS)
    )
    return list(islice(texts, MAX_LISTED))


def choose_reason(errors: Sequence[QuotedField] | None) -> QuotedField | None:
    """The error field that says best in words what went wrong; None if none does.

    A code, a number, a link or a setting is no reason. A field named like a message comes before others, and the
    longest text wins within each group.
    """
    candidates = [
        error
        for error in errors or []
        if _last_word(error.field) not in _NO_REASON_WORDS
        and not _NO_TEXT.fullmatch(error.text)
        and "://" not in error.text
    ]
    return max(candidates, key=lambda e: (_last_word(e.field) in _REASON_WORDS, len(e.text)), default=None)


def _places(execution: AnyExecution) -> Iterator[tuple[str, dict[str, Any]]]:
    """Objects that may hold error fields, each with the JSON Pointer to it."""
    yield "", execution.model_extra or {}
    for i, authentication in enumerate(execution.authentications):
        yield f"/authentications/{i}", authentication.model_extra or {}
    for i, context in enumerate(execution.context_authentications):
        yield f"/contextAuthentications/{i}", context.model_extra or {}
    failed = execution_state(execution.status) == "failed"
    if failed and isinstance(execution, Execution) and isinstance(execution.response, dict):
        yield "/response", cast("dict[str, Any]", execution.response)


def _looks_like_error(name: str, *, ended_well: bool) -> bool:
    word = name.lower().replace("_", "")
    return any(part in word for part in _ERROR_WORDS) or (word.endswith(_ERROR_ENDINGS) and not ended_well)


def _texts(path: str, value: object, *, levels: int) -> Iterator[tuple[str, str]]:
    """Each non-blank text and number in `value`, `levels` objects or lists down, with the path to it."""
    if isinstance(value, str) and value.strip():
        yield path, value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, str(value)
    elif isinstance(value, dict) and levels:
        for key, child in cast("dict[str, object]", value).items():
            yield from _texts(child_pointer(path, key), child, levels=levels - 1)
    elif isinstance(value, list) and levels:
        for index, child in enumerate(cast("list[object]", value)):
            yield from _texts(child_pointer(path, index), child, levels=levels - 1)


def _last_word(path: str) -> str:
    """`trace` of `/error/stackTrace`, `details` of `/error/details/0`, `url` of `/errorURL`."""
    words: list[str] = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", path)
    return words[-1].lower() if words else ""
