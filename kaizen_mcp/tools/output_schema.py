"""Output schemas of the tools, written by hand.

They describe the properties that programs branch on; results have more. They are short, because clients send the
whole tool list to their model.
"""

from kaizen_mcp.json_types import JsonObject

_TEXT: JsonObject = {"type": "string"}
_INTEGER: JsonObject = {"type": "integer"}
_BOOLEAN: JsonObject = {"type": "boolean"}
_TEXTS: JsonObject = {"type": "array", "items": _TEXT}

_SUMMARY: JsonObject = {
    "headline": _TEXT,
    "next_step": _TEXT,
    "should_poll": {**_BOOLEAN, "description": "it may change by itself"},
    "poll_after_seconds": _INTEGER,
    "id": _TEXT,
    "status": {**_TEXT, "description": "the API's word"},
    "state": {**_TEXT, "description": "queued, running, paused, finished, failed or unknown"},
    "finished": {**_BOOLEAN, "description": "is over, well or not"},
    "needs_person": {**_BOOLEAN, "description": "nothing moves until a person acts"},
    "waits_for_login": {**_TEXT, "description": "yes or maybe"},
    "log_in_url": _TEXT,
    "duration_seconds": {"type": "number"},
}
_REQUIRED_FACTS = ["headline", "next_step", "should_poll", "state", "finished", "needs_person"]


def _result(more_facts: JsonObject) -> JsonObject:
    """Schema of a tool's structured content; `more_facts` are the facts that only its kind of execution has."""
    omitted_range = _object({"path": _TEXT, "offset": _INTEGER})
    properties = {
        "raw": {**_object({}), "description": "the API's object"},
        "part": _object({"next_offset": {**_INTEGER, "description": "absent at the end"}, "value": {}}),
        "matches": _object({"total": _INTEGER, "next_offset": _INTEGER}),
        "omitted": {"type": "array", "items": omitted_range, "description": "read with path and offset"},
        "redacted": _TEXTS,
        "notes": _TEXTS,
        "summary": {**_object({**_SUMMARY, **more_facts}), "required": _REQUIRED_FACTS},
    }
    return {**_object(properties), "required": ["notes", "summary"]}


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties}


EXECUTION_OUTPUT = _result(
    {
        "parent_execution_id": _TEXT,
        "downloads_count": _INTEGER,
        "downloads_status": _TEXT,
        "has_response": _BOOLEAN,
        "output": {**_TEXTS, "description": "digest of the response"},
        "outcome": {
            "type": "array",
            "items": _object({"pointer": _TEXT, "text": _TEXT}),
            "description": "what the response says went wrong",
        },
    }
)
INSTRUCTOR_EXECUTION_OUTPUT = _result({"is_recording": _BOOLEAN})
