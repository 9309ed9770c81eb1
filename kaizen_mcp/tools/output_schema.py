"""Output schemas of the tools, written by hand.

They describe the properties that programs branch on; results have more. They are short, because clients send the
whole tool list to their model.
"""

from kaizen_mcp.json_types import JsonObject

_TEXT: JsonObject = {"type": "string"}
_INTEGER: JsonObject = {"type": "integer"}
_NUMBER: JsonObject = {"type": "number"}
_BOOLEAN: JsonObject = {"type": "boolean"}


def _described(schema: JsonObject, description: str) -> JsonObject:
    return {**schema, "description": description}


def _list_of(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties}


def _with_required(names: list[str], schema: JsonObject) -> JsonObject:
    return {**schema, "required": names}


_SUMMARY: JsonObject = {
    "headline": _TEXT,
    "next_step": _TEXT,
    "should_poll": _described(_BOOLEAN, "it may change by itself"),
    "poll_after_seconds": _INTEGER,
    "id": _TEXT,
    "status": _described(_TEXT, "the API's word"),
    "state": _described(_TEXT, "queued, running, paused, finished, failed or unknown"),
    "finished": _described(_BOOLEAN, "has ended, well or not; never true of state unknown"),
    "needs_person": _described(_BOOLEAN, "to log in, or it is paused"),
    "waits_for_login": _described(_TEXT, "yes or maybe"),
    "log_in_url": _TEXT,
    "duration_seconds": _NUMBER,
}
_REQUIRED_FACTS = ["headline", "next_step", "should_poll", "state", "finished", "needs_person"]


def _result(more_facts: JsonObject) -> JsonObject:
    """Schema of a tool's structured content; `more_facts` are the facts that only its kind of execution has."""
    omitted_range = _object({"path": _TEXT, "offset": _INTEGER})
    properties = {
        "raw": _described(_object({}), "the API's object"),
        "part": _object({"next_offset": _described(_INTEGER, "absent at the end"), "value": {}}),
        "omitted": _described(_list_of(omitted_range), "read with path and offset"),
        "redacted": _list_of(_TEXT),
        "notes": _list_of(_TEXT),
        "summary": _with_required(_REQUIRED_FACTS, _object({**_SUMMARY, **more_facts})),
    }
    return _with_required(["notes", "summary"], _object(properties))


EXECUTION_OUTPUT = _result({"parent_execution_id": _TEXT, "downloads_count": _INTEGER, "downloads_status": _TEXT})
INSTRUCTOR_EXECUTION_OUTPUT = _result({"is_recording": _BOOLEAN})
