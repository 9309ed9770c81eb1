"""Accepted notations of an id, and the errors for invalid arguments."""

import json
import re
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
        (4711.0, "4711"),
        (str(2**61), str(2**61)),
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
        # Decoration goes, whatever the id looks like; what belongs to the id stays.
        ("**exec_abc123**", "exec_abc123"),
        ("`exec_abc123`.", "exec_abc123"),
        ("teach_abc123.", "teach_abc123"),
        ('\\"exec_1\\",', "exec_1"),
        ("&quot;7f3&quot;", "7f3"),
        ("%22exec_1%22", "exec_1"),
        ("[4711]", "4711"),
        ("((claim 7)).", "claim 7"),
        ("{{exec_1}}", "exec_1"),
        ("「exec_1」、", "exec_1"),
        ("- exec_1", "exec_1"),
        ("> *exec_1*", "exec_1"),
        ("<code>exec_1</code>", "exec_1"),
        ("#4711", "4711"),
        ("| exec_1 |", "exec_1"),
        ("_exec-1_", "_exec-1_"),
        ("-1-", "-1-"),
        ("retry (2)", "retry (2)"),
        ("retry (2).", "retry (2)"),
        ("a:b.c", "a:b.c"),
        ("[exec_abc123](https://app.kaizen.example/executions/exec_abc123)", "exec_abc123"),
        ("[exec_abc123](https://app.kaizen.example/settings)", "exec_abc123"),
        ("[exec_abc123](#top)", "exec_abc123"),
        (r"\nabc123", "abc123"),
        (r"\u0022abc123\u0022", "abc123"),
        ("b'exec_1'", "exec_1"),
        ("<mark>abc123</mark>", "abc123"),
        ("<execution_id>exec_1</execution_id>", "exec_1"),
        ("（exec_1）", "exec_1"),
        ("[abc][1]", "abc"),
        ("[`abc`](#x)", "abc"),
        ("[abc123](app.kaizen.example/executions/abc123)", "abc123"),
        ("“https://app.kaizen.example/executions/exec_1”", "exec_1"),
        ("https://app.kaizen.example/executions/exec_1…", "exec_1"),
        ("{'id': 'abc123'}", "abc123"),
        ('```json\n["abc123"]\n```', "abc123"),
        ("x{y}z{{w}}", "x{y}z{{w}}"),
        ("job$(1)", "job$(1)"),
        # One id in a list, an object, or JSON.
        (["exec_a"], "exec_a"),
        ([4711], "4711"),
        ({"executionId": "exec_a"}, "exec_a"),
        ('{"id": "exec_a", "status": "Completed"}', "exec_a"),
        ('["exec_a"]', "exec_a"),
        (["exec_a", "exec_a"], "exec_a"),
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
BEYOND_2_53 = 'Argument "id" is a number beyond 2^53, and such numbers arrive rounded; send it as text.'
NOT_A_NUMBER = (
    'Argument "offset" is not valid: input should be a valid integer, unable to parse string as an integer.'
)
TAKES = "this tool takes id, detail, wait_seconds, path, offset and find."
AN_OBJECT = f'An object like {{"id": "exec_abc123"}} is expected; {TAKES[:-1]}'


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, f'Argument "id" is missing; {EXPECTED}'),
        ({"id": None}, f'Argument "id" must be text; {EXPECTED}'),
        ({"id": True}, f'Argument "id" must be text; {EXPECTED}'),
        ({"id": 1.5}, f'Argument "id" must be text; {EXPECTED}'),
        ({"id": ["exec_a", "exec_b"]}, suggest("is a list, not one id", "exec_a")),
        ({"id": 2**53}, BEYOND_2_53),
        ({"id": 2574604874062343700}, BEYOND_2_53),
        ({"id": -(2**60)}, BEYOND_2_53),
        ({"id": 1e20}, BEYOND_2_53),
        ({"id": []}, f'Argument "id" is a list, not one id; {EXPECTED}'),
        ({"id": '["7", "8"]'}, suggest("is a list, not one id", "7")),
        (
            {"id": "https://a.example/executions/exec_1 and https://a.example/executions/exec_2"},
            'Argument "id" has two ids in it, "exec_1" and "exec_2"; pass the one that is meant.',
        ),
        ({"id": "[exec-7, exec-8]"}, suggest("has more in it than an id", "exec-7")),
        (
            {"id": "[exec_a](https://app.kaizen.example/executions/exec_b)"},
            'Argument "id" has two ids in it, "exec_a" and "exec_b"; pass the one that is meant.',
        ),
        ({"id": "id=exec-7"}, suggest("has more in it than an id", "exec-7")),
        (
            {"id": "a", "wait_seconds": True},
            'Argument "wait_seconds" must be a number from 0 to 45; to wait longer, call again.',
        ),
        ({"id": "a", "offset": True}, 'Argument "offset" is not valid: it must be a number.'),
        ({"id": "a", "offset": "true"}, NOT_A_NUMBER),
        ({"id": "{}"}, f'Argument "id" is an object, not one id; {EXPECTED}'),
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
        ({"id": 10**256}, BEYOND_2_53),
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
        ({"id": "a", "waitSeconds": 5}, f'Unknown argument "waitSeconds" (nearest: "wait_seconds"); {TAKES}'),
        ({"id": "a", "json_path": "/x"}, f'Unknown argument "json_path" (nearest: "path"); {TAKES}'),
        ({"id": "a", "ofset": 1}, f'Unknown argument "ofset" (nearest: "offset"); {TAKES}'),
        ({"id": "a", "workflow": "w"}, f'Unknown argument "workflow"; {TAKES}'),
        (
            {"id": "a", "details": "full", "x": True},
            f'Unknown arguments "details" (nearest: "detail"), "x"; {TAKES}',
        ),
        (
            {"id": "a", "executionId": "b"},
            'Two different ids were given, "id: a" and "executionId: b"; pass the one that is meant, as id.',
        ),
        ({"input": "exec_1"}, f'{AN_OBJECT}, but not "input".'),
        ({"kwargs": {"name": "x"}}, f'{AN_OBJECT}, but not "kwargs".'),
        ({"a": {"id": "x"}, "b": {"id": "y"}}, f'{AN_OBJECT}, but not "a", "b".'),
        ({"kwargs": {"id": "a", "detail": "brief"}}, 'Argument "detail" must be "full" or "summary".'),
        (
            {"detail": "full", "kwargs": {"id": "a", "detail": "summary"}},
            '"detail" was given twice, with different values; pass one.',
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


@pytest.mark.parametrize(
    "placeholder",
    [
        *("null", "None", "undefined", "[object Object]", "<execution_id>", "{{execution_id}}", "${executionId}"),
        *("{{ $json.id }}", "{{$node['HTTP 1'].json.id}}", "YOUR_EXECUTION_ID", "your-execution-id-here", "<id>"),
        *("$EXECUTION_ID", "%ID%", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "<the id of the execution>", "string"),
        *("[object Undefined]", "[Function: id]", "<no value>", "replace_me", "exec_XXXX", "{0}", "%s", "guid"),
        *("https://app.kaizen.example/executions/:id", "not_set", "<id_from_above>", "example_id"),
        *("00000000-0000-0000-0000-000000000000", "<string>", "`<instructor-execution-id>`", "N/A", "[uuid]"),
    ],
)
async def test_a_placeholder_is_refused_with_where_to_find_an_id(connect: Connect, placeholder: str) -> None:
    api = RecordingApi()
    async with connect(api.transport) as client:
        result = await client.call_tool("get_execution", {"id": placeholder})
    assert text_of(result).startswith(
        '[invalid_input] Argument "id" is a placeholder, not an id; pass the real one'
    )
    assert "a Kaizen link to the execution" in text_of(result)
    assert api.ids == []


@pytest.mark.parametrize(
    "empty", [None, "", "  ", "null", "None", "undefined", "N/A", "<nil>", '""', "''", [], {}], ids=repr
)
async def test_what_gateways_fill_in_for_an_optional_argument_counts_as_not_given(
    connect: Connect, empty: object
) -> None:
    optional = dict.fromkeys(["detail", "wait_seconds", "path", "offset"], empty)
    async with connect(RecordingApi().transport) as client:
        result = await client.call_tool("get_execution", {"id": "a", **optional})
    assert result.structured_content["raw"] == {"id": "a", "status": "Completed"}
    assert result.structured_content["notes"] == []


PASSED_OVER = "of this tool and was passed over"
WERE_PASSED_OVER = "of this tool and were passed over"


@pytest.mark.parametrize(
    ("arguments", "notes"),
    [
        ({"id": "a", "toolCallId": "call_1"}, [f'"toolCallId" is no argument {PASSED_OVER}']),
        (
            {"id": "a", "_session_key": 1, "_meta": {}},
            [f'"_session_key" and "_meta" are no arguments {WERE_PASSED_OVER}'],
        ),
        ({"id": "a", "tool_call_id": "x"}, [f'"tool_call_id" is no argument {PASSED_OVER}']),
        ({"id": "a", "sessionId": "s", "action": "sendMessage", "chatInput": "done?", "tool": "t"}, None),
        ({"id": "a", "explanation": "to see whether it has finished"}, None),
        ({"id": "a", "extra": None, "kwargs": {}}, [f'"extra" and "kwargs" are no arguments {WERE_PASSED_OVER}']),
        ({"executionId": "a"}, ['"executionId" was read as id']),
        ({"execution_id": "`a`"}, ['"execution_id" was read as id']),
        ({"ID": "a", "id": None}, ['"ID" was read as id']),
        ({"instructorExecutionId": "a"}, ['"instructorExecutionId" was read as id']),
        ({"id": "a", "execution_id": "a"}, []),
        ({"kwargs": {"id": "a"}}, ['the arguments were found inside "kwargs"']),
        ({"input": '{"id": "a"}'}, ['the arguments were found inside "input"']),
        ({"params": {"executionId": "a"}, "detail": "full"}, None),
        ({"args": [{"id": "a"}]}, ['the arguments were found inside "args"']),
        (
            {"name": "get_execution", "arguments": {"input": {"id": "a"}}},
            [
                f'"name" is no argument {PASSED_OVER}',
                'the arguments were found inside "arguments"',
                'the arguments were found inside "input"',
            ],
        ),
        ({"id": "", "kwargs": {"id": "a"}}, ['the arguments were found inside "kwargs"']),
        (
            {"detail": "full", "kwargs": {"id": "a", "detail": "full"}},
            ['the arguments were found inside "kwargs"'],
        ),
        ({"__arg1": '{"id": "a"}'}, ['the arguments were found inside "__arg1"']),
        ({"metadata": {"id": "a"}}, ['the arguments were found inside "metadata"']),
        ({"input": '"{\\"id\\": \\"a\\"}"'}, ['the arguments were found inside "input"']),
        ({"input": ["```json\n{'id': 'a'}\n```"]}, ['the arguments were found inside "input"']),
        ({"id": '{"id": "a", "detail": "full"}'}, ['the arguments were found inside "id"']),
        (
            {"id": {"executionId": "a", "path": ""}},
            ['the arguments were found inside "id"', '"executionId" was read as id'],
        ),
        ({"id": "a", "executionId": "`a`"}, []),
        (
            {"id": "a", "run_id": "r", "toolUseId": "t"},
            [f'"run_id" and "toolUseId" are no arguments {WERE_PASSED_OVER}'],
        ),
        ({"id": "a", "detail": " FULL"}, []),
        ({"id": "a", "offset": "0", "wait_seconds": "0"}, []),
    ],
    ids=str,
)
async def test_what_has_one_sensible_reading_is_read_with_a_note(
    connect: Connect, era: str, arguments: dict[str, Any], notes: list[str] | None
) -> None:
    api = RecordingApi()
    async with connect(api.transport, era=era) as client:
        result = await client.call_tool("get_execution", arguments)
    assert api.ids == ["a"]
    assert result.structured_content["raw"]["id"] == "a"
    assert result.structured_content["notes"] == notes if notes is not None else result.structured_content["notes"]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/response/rows/3",
            "response/rows/3",
            "raw.response.rows[3]",
            "/raw/response/rows/3",
            "response.rows[3]",
        ),
        *("$.response.rows[3]", "$['response']['rows'][3]", 'response["rows"][3]', "#/response/rows/3", "rows/3"),
        *("/response.rows/3/", "execution.response.rows.3", " /response/rows/3", "/execution/response/rows[3]"),
        *("structuredContent.raw.response.rows[3]", "/structuredContent/raw/response/rows/3"),
        *("raw.execution.response.rows[3]", "$.structured_content.raw['response'].rows[3]"),
    ],
)
async def test_a_path_is_understood_in_every_common_notation(connect: Connect, path: str) -> None:
    rows = [{"n": n} for n in range(5)]
    body = {"execution": {"id": "a", "status": "Completed", "response": {"rows": rows}, "rows": rows}}
    async with connect(httpx.MockTransport(lambda _: httpx.Response(200, json=body))) as client:
        result = await client.call_tool("get_execution", {"id": "a", "path": path})
    part = result.structured_content["part"]
    assert part["value"] == {"n": 3}
    assert part["path"] == ("/rows/3" if path == "rows/3" else "/response/rows/3")


@pytest.mark.parametrize("start", ["/", "#/", "/raw/", "structuredContent/raw/"])
@pytest.mark.parametrize("keys", ["data/execution", "data", "executions/1", "a~1b/0", "test-key-123"])
async def test_a_path_may_start_with_the_place_that_a_note_gives(connect: Connect, keys: str, start: str) -> None:
    body: Any = {"id": "a", "status": "Completed", "workflow": {"id": "w"}, "response": {"rows": [1, 2]}}
    for key in reversed(keys.split("/")):
        body = [*[None] * int(key), body] if key.isdecimal() else {key.replace("~1", "/"): body}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    async with connect(transport, settings=Settings(api_key=SecretStr("test-key-123"))) as client:
        found = await client.call_tool("get_execution", {"id": "a"})
        (place,) = re.findall(r'found at "/(.*?)" of', str(found.structured_content["notes"]))
        result = await client.call_tool("get_execution", {"id": "a", "path": f"{start}{place}/response/rows/1"})
    assert result.structured_content["part"] == {"path": "/response/rows/1", "offset": 0, "value": 2}


async def test_a_misspelt_name_after_that_place_is_answered_with_the_nearest_name_first(connect: Connect) -> None:
    body = {"data": {"id": "a", "status": "Completed", "response": 1}}
    async with connect(httpx.MockTransport(lambda _: httpx.Response(200, json=body))) as client:
        result = await client.call_tool("get_execution", {"id": "a", "path": "/data/respons"})
    assert 'the object has the fields "response", "id", "status"' in text_of(result)


async def test_the_exact_pointer_comes_before_other_readings_of_a_path(connect: Connect) -> None:
    fields = {"raw": {"response": 1}, "response": 2, "a.b": 3, "a": {"b": 4}, "x~y": 5, "first name": {"ä/ö": 6}}
    body = {"execution": {"id": "a", "status": "Completed", **fields}}
    expected = {
        "/raw/response": ("/raw/response", 1),
        "raw.response": ("/raw/response", 1),
        "a.b": ("/a.b", 3),
        "/a/b": ("/a/b", 4),
        "$.a.b": ("/a/b", 4),
        "/x~y": ("/x~0y", 5),
        "/first name/ä~1ö": ("/first name/ä~1ö", 6),
        "#/first%20name/%C3%A4~1%C3%B6": ("/first name/ä~1ö", 6),
        "$['first name']['ä/ö']": ("/first name/ä~1ö", 6),
    }
    async with connect(httpx.MockTransport(lambda _: httpx.Response(200, json=body))) as client:
        for path, (pointer, value) in expected.items():
            result = await client.call_tool("get_execution", {"id": "a", "path": path})
            part = result.structured_content["part"]
            assert (part["path"], part["value"]) == (pointer, value)
        listed = await client.call_tool("get_execution", {"id": "a", "path": ["first name", "ä/ö"]})
        missing = await client.call_tool("get_execution", {"id": "a", "path": "raw.response.rows"})
    assert listed.structured_content["part"]["value"] == 6
    assert '"/raw/response" is a single value with nothing below it' in text_of(missing)


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
