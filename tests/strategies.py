"""Hypothesis strategies for objects that the API could send."""

from typing import Any

from hypothesis import strategies as st

from kaizen_mcp.api.decoding import read_json
from kaizen_mcp.api.envelope import Place, find_executions

JsonObject = dict[str, Any]

LOGIN = {"loginSummary": {"loginId": "l-1", "name": "Portal", "isManual": True}}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["", " ", "0", "none"])
    | st.sampled_from(["2026-11-22T09:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
    | st.sampled_from(["Enqueued", "InProgress", "Paused", "Completed", "Failed", "Finished", "pending"])
    | st.sampled_from(["in_progress", "COMPLETED", " failed"])
    | st.sampled_from(["https://live.example/x", "http://" + "y" * 600])
)
field_names = st.sampled_from(
    [
        "id", "name", "status", "workflow", "batch", "logins", "authentications", "contextAuthentications",
        "loginSummary", "isManual", "startTime", "endTime", "durationMs", "attempts", "totalAttempts",
        "isLastAttempt", "isTest", "isRecording", "liveViewUrl", "startBlock", "downloads", "files", "sizeBytes",
        "message", "response", "truncatedResponse", "responseFile", "parentExecutionId", "error", "errorAnalysis",
        "authenticationStatus", "loginId", "type", "downloadUrl", "model_config", "state", "__class__",
    ]
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(field_names | st.text(), children, max_size=5)
    ),
    max_leaves=25,
)
objects = st.dictionaries(field_names | st.text(), values, max_size=14)


def variations_of(sample: JsonObject) -> st.SearchStrategy[JsonObject]:
    """Objects with the fields of a sample: each unchanged, missing, or with an arbitrary value."""
    fields = {name: st.just(value) | values for name, value in sample.items()}
    return st.fixed_dictionaries({}, optional=fields)


executions = objects | variations_of(
    {
        "id": "a",
        "status": "InProgress",
        "name": "Check",
        "workflow": {"id": "w", "name": "W"},
        "logins": [{"id": "l", "name": "L"}],
        "authentications": [{"status": "InProgress", "liveViewUrl": "https://live.example/x"}],
        "contextAuthentications": [LOGIN],
        "startTime": "2026-11-22T09:00:00Z",
        "attempts": 2,
        "totalAttempts": 3,
        "downloads": {"files": [{"name": "f", "sizeBytes": 1}], "message": "m", "status": "pending"},
        "errorMessage": "boom",
    }
)
executions = executions.filter(
    lambda fields: find_executions(fields, "", "a", read_json) == [Place("", fields, [])]
)
