"""Accepted notations of an id, and the errors for invalid arguments."""

import json
from typing import Any

import anyio
import httpx
import pytest
from conftest import Connect
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings, create_server

pytestmark = pytest.mark.anyio


class RecordingApi:
    """An API that returns an execution for any id and records the ids."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.transport = httpx.MockTransport(self._respond)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        identifier = json.loads(request.content)["id"]
        self.ids.append(identifier)
        return httpx.Response(200, json={"execution": {"id": identifier, "status": "Completed"}})


def text_of(result: CallToolResult) -> str:
    block = result.content[0]
    assert isinstance(block, TextContent)
    return block.text


@pytest.mark.parametrize(
    ("argument", "requested_id"),
    [
        ("exec_abc123", "exec_abc123"),
        ("  exec_abc123\n", "exec_abc123"),
        ('"exec_abc123"', "exec_abc123"),
        ("'exec_abc123'", "exec_abc123"),
        ("`exec_abc123`", "exec_abc123"),
        ("“exec_abc123”", "exec_abc123"),
        ("\ufeffexec_abc123\u200b", "exec_abc123"),
        (4711, "4711"),
        (10**30, "1" + "0" * 30),
        ("Ausführung 7", "Ausführung 7"),
        ("x" * 256, "x" * 256),
        ("https://app.kaizen.example/executions/exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/executions/exec_abc123/downloads/2?tab=files#top", "exec_abc123"),
        ("<https://app.kaizen.example/org/7/executions/exec_abc123/>", "exec_abc123"),
        ("HTTPS://APP.KAIZEN.EXAMPLE/Executions/exec_abc123", "exec_abc123"),
        ("app.kaizen.example/executions/exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/instructor/executions/6f1d2c3b-4a59", "6f1d2c3b-4a59"),
        ("https://app.kaizen.example/#/executions/exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/view?executionId=exec_abc123&x=1", "exec_abc123"),
        ("https://app.kaizen.example/runs/exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/runs/exec-claim-failed", "exec-claim-failed"),
        ("https://app.kaizen.example/dash#/executions/exec_abc123?tab=x", "exec_abc123"),
        ("https://app.kaizen.example/executions/list?id=exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/workflow/42?execution=exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/view?instructorExecutionId=6f1d", "6f1d"),
        ("https://app.kaizen.example/instructor-executions/6f1d", "6f1d"),
        ("https://app.kaizen.example/executions/view?id=exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/executions/details/exec_abc123", "exec_abc123"),
        ("https://app.kaizen.example/view?execution-id=exec_abc123", "exec_abc123"),
        ("**https://app.kaizen.example/executions/exec_abc123**", "exec_abc123"),
        ("<https://app.kaizen.example/executions/exec_abc123|Open>", "exec_abc123"),
        ("localhost:3000/executions/exec_abc123", "exec_abc123"),
        ("[the run](https://app.kaizen.example/executions/exec_abc123).", "exec_abc123"),
        ("see https://app.kaizen.example/executions/exec_abc123, please", "exec_abc123"),
        ("a.b/c7", "a.b/c7"),
        ("(exec-child).", "exec-child"),
        ("<exec_abc123>,", "exec_abc123"),
        ("<string>", "<string>"),
        ("https://app.kaizen.example/executions/exec%20abc", "exec abc"),
    ],
)
async def test_an_id_is_recognised_in_every_common_notation(
    connect: Connect, argument: object, requested_id: str
) -> None:
    api = RecordingApi()
    async with connect(api.transport) as client:
        result = await client.call_tool("get_execution", {"id": argument})
    assert not result.is_error
    assert api.ids == [requested_id]


def suggest(problem: str, identifier: str) -> str:
    return f'Argument "id" {problem}; pass just "{identifier}", one id a call.'


EXPECTED = 'pass the id as text, for example "exec_abc123".'


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, f'Argument "id" is missing; {EXPECTED}'),
        ({"id": None}, f'Argument "id" must be text; {EXPECTED}'),
        ({"id": True}, f'Argument "id" must be text; {EXPECTED}'),
        ({"id": 1.5}, f'Argument "id" must be text; {EXPECTED}'),
        ({"id": ["exec_a", "exec_b"]}, suggest("is a list, not one id", "exec_a")),
        ({"id": [4711]}, suggest("is a list, not one id", "4711")),
        ({"id": []}, f'Argument "id" is a list, not one id; {EXPECTED}'),
        ({"id": {"executionId": "exec_a"}}, suggest("is an object, not one id", "exec_a")),
        ({"id": '{"id": "exec_a"}'}, suggest("is JSON, not one id", "exec_a")),
        ({"id": '["7", "8"]'}, suggest("is JSON, not one id", "7")),
        ({"id": "[exec-7, exec-8]"}, suggest("is JSON, not one id", "exec-7")),
        ({"id": "id=exec-7"}, suggest("has more in it than an id", "exec-7")),
        (
            {"id": "a", "wait_seconds": True},
            'Argument "wait_seconds" must be a number from 0 to 45; to wait longer, call again.',
        ),
        ({"id": "{}"}, f'Argument "id" is JSON, not one id; {EXPECTED}'),
        ({"id": "is exec-claim-7 done?"}, suggest("has more in it than an id", "exec-claim-7")),
        (
            {"id": "run 6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94, please"},
            suggest("has more in it than an id", "6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94"),
        ),
        (
            {"id": "a", "wait_seconds": 60},
            'Argument "wait_seconds" must be a number from 0 to 45; to wait longer, call again.',
        ),
        (
            {"id": "a", "wait_seconds": "a while"},
            'Argument "wait_seconds" must be a number from 0 to 45; to wait longer, call again.',
        ),
        ({"id": ""}, f'Argument "id" is empty; {EXPECTED}'),
        ({"id": ' "" '}, f'Argument "id" is empty; {EXPECTED}'),
        ({"id": "x" * 257}, f'Argument "id" is longer than 256 characters; {EXPECTED}'),
        ({"id": 10**256}, f'Argument "id" has more than 256 digits; {EXPECTED}'),
        ({"id": "a\x00b"}, f'Argument "id" has control or invisible characters in it; {EXPECTED}'),
        ({"id": "a\u202eb"}, f'Argument "id" has control or invisible characters in it; {EXPECTED}'),
        (
            {"id": "https://app.kaizen.example/org1/settings"},
            f'Argument "id" has a link in it that contains no id; {EXPECTED}',
        ),
        (
            {"id": "https://app.kaizen.example/executions/batches/b-1"},
            f'Argument "id" has a link in it that contains no id; {EXPECTED}',
        ),
        (
            {"id": "https://app.kaizen.example/workflows/w-1"},
            f'Argument "id" has a link in it that contains no id; {EXPECTED}',
        ),
        ({"id": "https://[oops/executions/1"}, f'Argument "id" has a link in it that is not valid; {EXPECTED}'),
        ({"id": "a", "detail": "all"}, 'Argument "detail" must be "full" or "summary".'),
        (
            {"execution_id": "a"},
            (
                'Unknown argument "execution_id" (nearest: "id"); '
                "this tool takes id, detail, wait_seconds, path and offset."
            ),
        ),
        (
            {"id": "a", "details": "full", "x": True},
            (
                'Unknown arguments "details" (nearest: "detail"), "x" (nearest: "id"); '
                "this tool takes id, detail, wait_seconds, path and offset."
            ),
        ),
    ],
)
async def test_invalid_arguments_are_rejected_with_one_sentence(
    connect: Connect, era: str, arguments: dict[str, Any], sentence: str
) -> None:
    api = RecordingApi()
    async with connect(api.transport, era=era) as client:
        result = await client.call_tool("get_execution", arguments)
    assert result.is_error
    assert text_of(result) == f"[invalid_input] {sentence}"
    assert result.meta is not None
    assert result.meta["kaizen/error"] == {"code": "invalid_input", "retryable": False}
    assert api.ids == []


async def test_null_for_an_optional_argument_counts_as_not_given(connect: Connect) -> None:
    optional = dict.fromkeys(["detail", "wait_seconds", "path", "offset"])
    async with connect(RecordingApi().transport) as client:
        result = await client.call_tool("get_execution", {"id": "a", **optional})
    assert "raw" in result.structured_content


async def test_an_object_with_a_different_id_than_requested_is_noted(connect: Connect) -> None:
    response = httpx.Response(200, json={"execution": {"id": "b", "status": "Completed"}})
    async with connect(httpx.MockTransport(lambda _: response)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["notes"] == ['asked for id "a", but the object\'s id is "b"']


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=6,
)
ids = json_values | st.text().map(lambda text: f"https://kaizen.example/executions/{text}")


@given(
    arguments=st.dictionaries(st.sampled_from(["id", "detail", "ID"]) | st.text(), json_values)
    | ids.map(lambda value: {"id": value})
)
def test_any_arguments_are_looked_up_or_rejected_with_a_sentence(arguments: dict[str, Any]) -> None:
    api = RecordingApi()

    async def call() -> CallToolResult:
        server = create_server(Settings(api_key=SecretStr("k")), transport=api.transport)
        async with Client(server) as client:
            return await client.call_tool("get_execution", arguments)

    result = anyio.run(call)
    if result.is_error:
        assert text_of(result).startswith("[invalid_input] ")
        assert "\n" not in text_of(result)
        assert "validation error" not in text_of(result)
        assert api.ids == []
    else:
        assert len(api.ids) == 1
        assert api.ids[0] == api.ids[0].strip() != ""
