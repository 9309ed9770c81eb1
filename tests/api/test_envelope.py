"""Where the object is found in an answer with HTTP status 200, and which answers hold an error instead."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from conftest import Connect
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings
from kaizen_mcp.api.decoding import read_json
from kaizen_mcp.api.envelope import find_executions
from kaizen_mcp.api.models import Execution

pytestmark = pytest.mark.anyio

RUN = {"id": "a", "status": "InProgress", "workflow": {"id": "w", "name": "Check"}, "startTime": None}
OTHER_RUN = RUN | {"id": "b"}
THIRD_RUN = RUN | {"id": "c"}
TOOLS = ["get_execution", "get_instructor_execution"]
API_NAMES = {str(field.alias) for field in Execution.model_fields.values()} | {"isRecording"}


async def call(connect: Connect, tool: str, body: Any, **settings: Any) -> CallToolResult:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    configured = Settings(api_key=SecretStr("test-key-123"), max_retries=0, **settings)
    async with connect(transport, settings=configured) as client:
        return await client.call_tool(tool, {"id": "a"})


def texts_of(result: CallToolResult) -> Iterator[str]:
    return (block.text for block in result.content if isinstance(block, TextContent))


ERRORS: list[tuple[Any, str | None]] = [
    ({"error": {"message": "Session does not exist"}}, "Session does not exist"),
    ({"error": "Session does not exist"}, "Session does not exist"),
    ({"success": False, "message": "gone"}, "gone"),
    ({"success": False}, None),
    ({"ok": False, "id": None, "error": "gone"}, "gone"),
    ({"errors": [{"message": "gone"}], "data": None}, "gone"),
    ({"data": {"session": None}, "errors": [{"message": "gone"}]}, "gone"),
    ({"message": "gone", "statusCode": 404}, "gone"),
    ({"status": 404, "error": "Not Found"}, "Not Found"),
    ({"status": 404, "id": "a"}, None),
    ({"status": "404", "id": "a", "title": "gone"}, "gone"),
    ({"timestamp": "2026-11-22T09:00:00Z", "status": 500, "error": "Oops", "path": "/x"}, "Oops"),
    ({"status": "error", "message": "gone"}, "gone"),
    ({"status": "error", "id": "a", "message": "gone"}, "gone"),
    ({"status": "NOT_FOUND"}, None),
    ({"status": "fail", "data": {"id": "gone"}}, None),
    ({"status": "Failed", "message": "gone"}, "gone"),
    ({"status": {"code": 404, "message": "gone"}}, "gone"),
    ({"execution": None, "error": {"message": "gone"}}, "gone"),
    ({"execution": None, "data": RUN}, None),
    ({"execution": {"error": "gone"}}, "gone"),
    ({"execution": {"status": "error", "message": "gone"}}, "gone"),
    ({"execution": {}}, None),
    ({"id": None, "status": None, "workflow": None, "startTime": None, "error": "gone"}, "gone"),
    ({"id": "not_found", "message": "gone"}, "gone"),
    ({"success": False, "error": "gone", "startTime": "2026-11-22T09:00:00Z", "durationMs": 3}, "gone"),
    ({"error": {"message": "gone"}, "endTime": "2026-11-22T09:00:00Z"}, "gone"),
    ({"workflow": {"id": "w"}, "message": "gone"}, "gone"),
    ({"status": "failed", "errorMessage": "gone"}, "gone"),
    ({"status": "FAILED", "reason": "gone"}, "gone"),
    ({"id": "r1", "errorMessage": "gone", "errorType": "NotFound"}, "gone"),
    ({"id": "req_123", "code": "NOT_FOUND", "title": "Not found"}, "Not found"),
    ({"id": "req_123", "status": "failed", "message": "gone"}, "gone"),
    ({"id": "req_123", "success": False, "exceptionMessage": "gone"}, "gone"),
    ({"id": "a", "errorMessage": "gone"}, "gone"),
    ({"data": {"id": "a"}, "error": "gone"}, "gone"),
    ({"data": {"id": "a", "message": "gone"}}, "gone"),
    ({"status": "fail", "data": {"id": "a"}}, None),
    ({"request": {"id": "a"}, "found": False}, None),
    ({"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "gone"}}, "gone"),
    ({"name": "NotFoundError", "message": "gone", "code": 5}, "gone"),
    ({"error": {"id": "e-1", "status": "Failed", "message": "gone"}}, "gone"),
    ({"error": "gone", "viewer": {"id": "u-1", "status": "active", "name": "Ann"}}, "gone"),
    ({"message": "gone", "sessionId": "a"}, "gone"),
    ({"message": "the key test-key-123 is gone"}, "the key [masked] is gone"),
    ({"message": "gone" * 200}, ("gone" * 200)[:299] + "…"),
    ({}, None),
    ({"foo": 1}, None),
    ({"id": "", "status": "Failed", "error": "gone"}, "gone"),
    ({"status": "ok"}, None),
    ({"status": "ok", "message": "pong"}, "pong"),
    ({"name": "kaizen-api", "version": "1.0"}, None),
    ({"execution": "gone"}, "gone"),
    ([], None),
    ([{"message": "gone"}], "gone"),
    ("Session does not exist", "Session does not exist"),
    (None, None),
    (7, None),
]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(("body", "words"), ERRORS, ids=lambda value: str(value)[:60])
async def test_an_error_with_status_200_is_a_bad_response_with_its_words(
    connect: Connect, tool: str, body: Any, words: str | None
) -> None:
    if tool == "get_instructor_execution" and body == {"execution": None, "data": RUN}:
        return  # there, `execution` is a name like any other
    result = await call(connect, tool, body)
    (text,) = texts_of(result)
    assert result.is_error
    assert text.startswith("[bad_response] Kaizen answered, but the answer ")
    assert text.count("The answer says: ") == (words is not None)
    assert words is None or f'The answer says: "{words}". Check the id; ' in text
    assert "instructor_execution" not in text


SPARSE = [
    {"id": "a"},
    {"id": 7},
    {"status": "Enqueued"},
    {"status": "completed", "name": "Import roster"},
    {"id": "a", "status": "Failed", "error": {"message": "portal down"}},
    {"id": "a", "status": "Cancelled", "message": "by hand"},
    {"id": "a", "status": "Error"},
    {"id": "a", "status": 3},
    {"id": "a", "startTime": "2026-11-22T09:00:00Z", "error": "portal down"},
    {"id": "a", "status": "Archived", "error": "portal down", "data": OTHER_RUN},
    {"id": "a", "status": "Archived", "result": {"id": "a"}},
    {"id": "a", "success": False, "status": "Failed", "error": "portal down"},
    {"id": "A ", "status": "Cancelled", "reason": "by hand"},
    {"id": "a", "params": {"run": OTHER_RUN}, "response": {"rows": [OTHER_RUN]}},
    {"name": "Import roster", "workflow": None, "logins": None},
    {"id": "a", "status": "Completed", "success": True, "data": OTHER_RUN},
]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("execution", SPARSE, ids=lambda value: str(value)[:60])
async def test_a_sparse_object_in_its_place_is_read_without_a_note_on_it(
    connect: Connect, tool: str, execution: dict[str, Any]
) -> None:
    result = await call(connect, tool, {"execution": execution} if tool == "get_execution" else execution)
    assert result.structured_content["raw"] == execution
    assert not [note for note in result.structured_content["notes"] if "the answer" in note]


FOUND_AT = "the object was found at {} of the answer; nothing else of it is shown"
EMBEDDED = "the object was JSON text inside a JSON string"
UNWRAPPED = "the answer held the object without the wrapper 'execution'"
ELSEWHERE: list[tuple[str, Any, list[str]]] = [
    ("get_execution", RUN, [UNWRAPPED]),
    ("get_execution", {"id": "a", "status": "Completed"}, [UNWRAPPED]),
    ("get_execution", {"data": {"execution": RUN}}, [FOUND_AT.format('"/data/execution"')]),
    ("get_execution", {"execution": {"data": RUN}}, [FOUND_AT.format('"/execution/data"')]),
    ("get_execution", {"execution": [RUN]}, [FOUND_AT.format('"/execution/0"')]),
    ("get_execution", json.dumps({"execution": RUN}), [EMBEDDED]),
    ("get_execution", {"execution": json.dumps(RUN)}, [EMBEDDED]),
    ("get_execution", {"statusCode": 200, "body": json.dumps({"execution": RUN})}, [
        EMBEDDED, FOUND_AT.format('"/body/execution"')
    ]),
    ("get_instructor_execution", {"instructorExecution": RUN}, [FOUND_AT.format('"/instructorExecution"')]),
    ("get_instructor_execution", {"execution": RUN}, [FOUND_AT.format('"/execution"')]),
    ("get_instructor_execution", json.dumps(RUN), [EMBEDDED]),
    *((tool, {"data": RUN}, [FOUND_AT.format('"/data"')]) for tool in TOOLS),
    *((tool, {"result": RUN | {"status": None}}, [FOUND_AT.format('"/result"')]) for tool in TOOLS),
    *((tool, {"data": {"id": "a"}}, [FOUND_AT.format('"/data"')]) for tool in TOOLS),
    *((tool, {"status": "ok", "result": {"id": "a", "x": 1}}, [FOUND_AT.format('"/result"')]) for tool in TOOLS),
    *((tool, {"data": [{"id": "a", "name": "n"}]}, [FOUND_AT.format('"/data/0"')]) for tool in TOOLS),
    *(
        (tool, {"data": {"instructorExecution": {"id": "a", "message": "waiting"}}}, [
            FOUND_AT.format('"/data/instructorExecution"')
        ])
        for tool in TOOLS
    ),
    *((tool, {"executions": [OTHER_RUN, RUN]}, [FOUND_AT.format('"/executions/1"')]) for tool in TOOLS),
    *((tool, {"data": RUN, "parent": OTHER_RUN}, [FOUND_AT.format('"/data"')]) for tool in TOOLS),
    *((tool, {"id": "a", "data": RUN}, [FOUND_AT.format('"/data"')]) for tool in TOOLS),
    *((tool, {"response": RUN}, [FOUND_AT.format('"/response"')]) for tool in TOOLS),
    *((tool, {"status": "success", "data": RUN}, [FOUND_AT.format('"/data"')]) for tool in TOOLS),
    *((tool, {"code": 0, "message": "OK", "data": RUN}, [FOUND_AT.format('"/data"')]) for tool in TOOLS),
    *((tool, {"id": "req-1", "data": RUN}, [FOUND_AT.format('"/data"')]) for tool in TOOLS),
    *((tool, {"a/b": [RUN]}, [FOUND_AT.format('"/a~1b/0"')]) for tool in TOOLS),
    *((tool, [RUN], [FOUND_AT.format('"/0"')]) for tool in TOOLS),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "body", "notes"), ELSEWHERE, ids=lambda value: str(value)[:60])
async def test_an_object_that_stands_elsewhere_is_read_with_a_note(
    connect: Connect, tool: str, body: Any, notes: list[str]
) -> None:
    result = await call(connect, tool, body)
    assert result.structured_content["summary"]["id"] == "a"
    assert [note for note in result.structured_content["notes"] if "the object has no status" not in note] == notes
    verdict, raw = texts_of(result)
    assert all(f"Note: {note}" in verdict for note in notes)
    assert json.loads(raw) == result.structured_content["raw"]


ODD: list[dict[str, Any]] = [
    {"id": "a", "name": "Submit", "attempts": 1, "message": "Waiting for a slot"},
    {"id": "a", "response": {"x": 1}, "error": "boom"},
    {"id": "a", "status": "error", "error": "boom", "name": "N", "response": {}},
    {"id": "a", "status": "Cancelled", "name": "n"},
    {"id": "a", "success": False},
    {"id": "a", "errorMessage": "boom"},
]


@pytest.mark.parametrize("wrapper", ["execution", "instructorExecution"])
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("execution", ODD, ids=lambda value: str(value)[:60])
async def test_an_object_called_execution_with_the_id_asked_for_is_one_whatever_its_fields(
    connect: Connect, tool: str, execution: dict[str, Any], wrapper: str
) -> None:
    result = await call(connect, tool, {wrapper: execution})
    assert result.structured_content["raw"] == execution


async def test_a_failed_execution_with_another_id_is_shown_if_it_is_in_its_place(connect: Connect) -> None:
    execution = {"id": "b", "status": "Failed", "error": "boom"}
    result = await call(connect, "get_execution", {"execution": execution})
    assert result.structured_content["summary"]["headline"].startswith("Kaizen answered with another execution")
    assert result.structured_content["raw"] == execution


names = st.text(min_size=1).filter(lambda name: name not in {"error", "errors", "params", "metadata", *API_NAMES})


@given(st.lists(names | st.just(0), max_size=4), st.sampled_from(["", "/execution"]))
def test_an_object_is_found_under_up_to_four_wrappers(wrappers: list[str | int], pointer: str) -> None:
    body: Any = RUN
    for wrapper in reversed(wrappers):
        body = [body] if wrapper == 0 else {str(wrapper): body}
    (place,) = find_executions(body, pointer, "a", read_json)
    assert place.value == RUN
    assert place.pointer.count("/") == len(wrappers)


async def test_what_looks_like_an_execution_inside_of_one_in_its_place_is_none(connect: Connect) -> None:
    execution: dict[str, Any] = {
        "id": "a",
        "status": "Archived",
        "items": [{"id": "7", "status": "completed", "workflow": {}}],
    }
    result = await call(connect, "get_execution", {"execution": execution})
    assert result.structured_content["raw"] == execution


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"data": OTHER_RUN, "result": THIRD_RUN}, '"/data" and "/result"'),
        ([RUN, OTHER_RUN, RUN], '"/0" and "/2"'),
        ({"executions": [OTHER_RUN, THIRD_RUN]}, '"/executions/0" and "/executions/1"'),
        ({"data": {"test-key-123": RUN, "old": RUN}}, '"/data/[masked]" and "/data/old"'),
    ],
    ids=str,
)
async def test_two_objects_that_may_both_be_meant_are_refused_and_both_are_named(
    connect: Connect, tool: str, body: Any, places: str
) -> None:
    (text,) = texts_of(await call(connect, tool, body))
    assert text.startswith(f"[bad_response] Kaizen answered with more than one execution: at {places}.")
