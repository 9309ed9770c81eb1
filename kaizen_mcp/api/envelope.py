"""Finds the execution in an answer, and tells it from an error that was sent with the HTTP status of a success."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple, cast

from kaizen_mcp.api.models import Execution, InstructorExecution
from kaizen_mcp.errors import BadResponseError
from kaizen_mcp.json_types import JsonObject, child_pointer

_DOCUMENTED = frozenset(
    str(field.alias) for model in (Execution, InstructorExecution) for field in model.model_fields.values()
)
_COMMON = {"id", "name", "status", "response", "attempts", "durationMs"}
_DISTINCTIVE = _DOCUMENTED - _COMMON
"""Names of fields, without those that answers of any kind have."""

_NOT_SEARCHED = {"params", "metadata", "error", "errors"}
"""Fields in which an object that looks like an execution is none."""

_STATUSES = {"enqueued", "inprogress", "paused", "completed", "failed"}
_ERROR_STATUSES = frozenset(
    ["", *"error fail failure exception notfound unauthorized forbidden badrequest invalid internalerror".split()]
)
_ERROR_FIELDS = frozenset("message msg error errors errorcode statuscode detail details fault exception".split())
"""Statuses are compared without case, blanks, `_` and `-`, and so are names."""

_HTTP_ERROR = re.compile(r"[45]\d\d")
_MAX_WRAPPERS = 4

Reader = Callable[[bytes], tuple[Any, list[str]]]
"""Decodes JSON, with notes."""


class Place(NamedTuple):
    """A value in an answer: its JSON Pointer, and notes on how it was read."""

    pointer: str
    value: Any
    notes: list[str]


def find_executions(answer: Any, pointer: str, read: Reader) -> list[Place]:  # noqa: ANN401 - any JSON value
    """Find what looks like an execution in an answer: none, one, or the first two.

    Args:
        answer: decoded JSON.
        pointer: JSON Pointer of the place that the API documents, "" or one field.
        read: decodes JSON that stands inside a string.
    """
    place = _read_text(Place("", answer, []), read)
    name, fields = pointer.removeprefix("/"), _fields(place.value)
    if name and name in fields:
        place = _read_text(Place(pointer, fields[name], place.notes), read)
        if _has_id(_fields(place.value)) and is_execution(_fields(place.value)):
            return [place]
    found = list(islice(_walk(place, read, _MAX_WRAPPERS), 2))
    is_sparse = not found and place.pointer == pointer and is_execution(_fields(place.value))
    return [place] if is_sparse else found


def is_execution(fields: JsonObject) -> bool:
    """Whether an object at the documented place is an execution, however few fields it has, and not an error."""
    has_id, status = _has_id(fields), fields.get("status")
    if _is_distinctive(fields):
        return True
    if _has_error(fields):
        return has_id and isinstance(status, str) and not _is_error_status(status)
    return has_id or not _DISTINCTIVE.isdisjoint(fields) or _normalize(status) in _STATUSES


def _walk(place: Place, read: Reader, levels: int) -> Iterator[Place]:
    """Yield what looks like an execution beyond doubt; nothing inside of one is another."""
    pointer, value, notes = place = _read_text(place, read)
    children: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(value, list):
        children = enumerate(cast("list[Any]", value))
    elif fields := _fields(value):
        is_distinctive = _is_distinctive(fields) or _normalize(fields.get("status")) in _STATUSES
        if is_distinctive and _has_id(fields):
            yield place
        elif not is_distinctive:
            skipped = _NOT_SEARCHED if len(fields) == 1 else _NOT_SEARCHED | _DOCUMENTED
            children = ((key, child) for key, child in fields.items() if key not in skipped)
    if levels:
        for token, child in children:
            yield from _walk(Place(child_pointer(pointer, token), child, notes), read, levels - 1)


def _read_text(place: Place, read: Reader) -> Place:
    """Decode an object or a list that was sent as JSON text inside a string."""
    if not isinstance(place.value, str) or place.value.lstrip()[:1] not in {"{", "["}:
        return place
    try:
        value, notes = read(place.value.encode())
    except BadResponseError:
        return place
    return Place(place.pointer, value, [*place.notes, "the object was JSON text inside a JSON string", *notes])


def _fields(value: object) -> JsonObject:
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def _has_id(fields: JsonObject) -> bool:
    return isinstance(fields.get("id"), str | int) and fields["id"] != ""


def _is_distinctive(fields: Mapping[str, object]) -> bool:
    return any(fields.get(name) is not None for name in _DISTINCTIVE.intersection(fields))


def _has_error(fields: Mapping[str, object]) -> bool:
    named = any(value and _normalize(name) in _ERROR_FIELDS for name, value in fields.items())
    refused = fields.get("success") is False or fields.get("ok") is False
    return named or refused or _HTTP_ERROR.fullmatch(str(fields.get("status"))) is not None


def _is_error_status(status: str) -> bool:
    return status.isdigit() or _normalize(status) in _ERROR_STATUSES


def _normalize(word: object) -> str:
    return re.sub(r"[\s_-]", "", word).lower() if isinstance(word, str) else ""
