"""Finds the execution in an answer, and tells it from an error that was sent with the HTTP status of a success."""

import re
from collections.abc import Callable, Iterator, Mapping
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
_ERROR_FIELDS = (
    *("message", "msg", "error", "errors", "errortype", "code", "detail", "details"),
    *("fault", "exception", "reason", "cause", "title"),
)
"""Ends of the names of fields. Statuses are compared without case, blanks, `_` and `-`, and so are names."""

_HTTP_ERROR = re.compile(r"[45]\d\d")
_MAX_WRAPPERS = 4

_CALLED_EXECUTION = re.compile(r".*executions?(/\d+)?", re.IGNORECASE | re.DOTALL)
_WRAPPED = re.compile(r"(.*/(data|results?))?(/\d+)?", re.IGNORECASE | re.DOTALL)
"""Pointers to places for an execution. Elsewhere an id may be an echo: `{"request": {"id": "exec_1"}}`."""

Reader = Callable[[bytes], tuple[Any, list[str]]]
"""Decodes JSON, with notes."""


class Place(NamedTuple):
    """A value in an answer: its JSON Pointer, and notes on how it was read."""

    pointer: str
    value: Any
    notes: list[str]


def find_executions(answer: Any, pointer: str, asked_id: str, read: Reader) -> list[Place]:  # noqa: ANN401 - any JSON value
    """Find the execution in an answer: none, one, or the first two of those that may be meant.

    Args:
        answer: decoded JSON.
        pointer: JSON Pointer of the place that the API documents, "" or one field.
        asked_id: id of the execution. An object that has it comes before all others.
        read: decodes JSON that stands inside a string.
    """
    place = _read_text(Place("", answer, []), read)
    name, fields = pointer.removeprefix("/"), _fields(place.value)
    if name and name in fields:
        place = _read_text(Place(pointer, fields[name], place.notes), read)
    in_its_place = [place] if place.pointer == pointer and _is_execution(place, asked_id) else []
    if pointer and in_its_place and _has_id(_fields(place.value)):
        return in_its_place
    typical = list(_walk(place, read, lambda candidate: _is_typical(candidate, asked_id), _MAX_WRAPPERS))
    found = _with_id(typical, asked_id) or _with_id(in_its_place, asked_id)
    if not found and not _is_error(_fields(place.value)):
        found = list(_walk(place, read, lambda candidate: _is_asked(candidate, asked_id), _MAX_WRAPPERS))
    return (found or typical or in_its_place)[:2]


def _with_id(places: list[Place], asked_id: str) -> list[Place]:
    return [place for place in places if _has_asked_id(_fields(place.value), asked_id)]


def _is_execution(place: Place, asked_id: str) -> bool:
    """Whether an object where an execution may stand is one, however few fields it has, and not an error."""
    fields = _fields(place.value)
    status = fields.get("status")
    signs = _has_asked_id(fields, asked_id), _CALLED_EXECUTION.fullmatch(place.pointer) is not None
    if _has_error(fields) and not all(signs):
        has_status = isinstance(status, str) and not _is_error_status(status)
        return _has_id(fields) and (_is_distinctive(fields) or (has_status and any(signs)))
    return _has_id(fields) or not _DISTINCTIVE.isdisjoint(fields) or _normalize(status) in _STATUSES


def _is_typical(place: Place, asked_id: str) -> bool:
    """Whether an object has an id and fields that only executions have, so that it is one wherever it stands."""
    fields = _fields(place.value)
    return _has_id(fields) and _is_marked(fields) and _is_execution(place, asked_id)


def _is_asked(place: Place, asked_id: str) -> bool:
    """Whether an object has the id asked for and stands where an execution may stand."""
    if not _has_asked_id(_fields(place.value), asked_id):
        return False
    is_place = _CALLED_EXECUTION.fullmatch(place.pointer) or _WRAPPED.fullmatch(place.pointer)
    return is_place is not None and _is_execution(place, asked_id)


def _walk(place: Place, read: Reader, is_found: Callable[[Place], bool], levels: int) -> Iterator[Place]:
    """Yield the objects that are found; nothing inside of an execution is another."""
    pointer, value, notes = place = _read_text(place, read)
    children: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(value, list):
        children = enumerate(cast("list[Any]", value))
    elif fields := _fields(value):
        if is_found(place):
            yield place
        elif not _is_marked(fields):
            skipped = _NOT_SEARCHED if len(fields) == 1 else _NOT_SEARCHED | _DOCUMENTED
            children = ((key, child) for key, child in fields.items() if key not in skipped)
    if levels:
        for token, child in children:
            yield from _walk(Place(child_pointer(pointer, token), child, notes), read, is_found, levels - 1)


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


def _has_asked_id(fields: JsonObject, asked_id: str) -> bool:
    return _has_id(fields) and str(fields["id"]).strip().casefold() == asked_id.casefold()


def _is_marked(fields: JsonObject) -> bool:
    return _is_distinctive(fields) or _normalize(fields.get("status")) in _STATUSES


def _is_distinctive(fields: Mapping[str, object]) -> bool:
    return not _DISTINCTIVE.isdisjoint(fields) and any(fields.get(name) is not None for name in _DISTINCTIVE)


def _has_error(fields: Mapping[str, object]) -> bool:
    named = any(value and _normalize(name).endswith(_ERROR_FIELDS) for name, value in fields.items())
    refused = fields.get("success") is False or fields.get("ok") is False
    return named or refused or _HTTP_ERROR.fullmatch(str(fields.get("status"))) is not None


def _is_error(fields: Mapping[str, object]) -> bool:
    status = fields.get("status")
    return _has_error(fields) or (isinstance(status, str) and _is_error_status(status))


def _is_error_status(status: str) -> bool:
    return status.isdigit() or _normalize(status) in _ERROR_STATUSES


def _normalize(word: object) -> str:
    return re.sub(r"[\s_-]", "", word).lower() if isinstance(word, str) else ""
