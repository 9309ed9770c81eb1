"""Tool list, schemas, instructions and protocol errors."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from conftest import Connect
from mcp import Client, MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings, create_server
from kaizen_mcp.server import TOOLS
from kaizen_mcp.tools.get_execution import GET_EXECUTION
from kaizen_mcp.tools.lookup import Lookup

JsonObject = dict[str, Any]

pytestmark = pytest.mark.anyio

UNUSED_TRANSPORT = httpx.MockTransport(lambda _: httpx.Response(500))


async def test_the_published_tools_match_the_snapshot(
    connect: Connect, era: str, check_snapshot: Callable[[str, Any], None]
) -> None:
    async with connect(UNUSED_TRANSPORT, era=era) as client:
        listed = await client.list_tools()
    tools = [tool.model_dump(by_alias=True, exclude_none=True) for tool in listed.tools]
    # Keys are sorted, because their order in the SDK differs between the eras. The order of the tools is kept.
    check_snapshot("tools", json.loads(json.dumps(tools, sort_keys=True)))


async def test_tool_list_and_discovery_can_be_cached_for_an_hour(connect: Connect) -> None:
    async with connect(UNUSED_TRANSPORT) as client:
        listed = await client.list_tools()
        discovered = client.session.discover_result
    assert discovered is not None
    assert {(listed.ttl_ms, listed.cache_scope), (discovered.ttl_ms, discovered.cache_scope)} == {
        (3_600_000, "public")
    }


@pytest.mark.parametrize("lookup", TOOLS, ids=lambda lookup: lookup.name)
def test_a_description_says_when_to_use_the_tool_and_names_the_other(lookup: Lookup) -> None:
    assert len(lookup.description) < 300
    assert lookup.sibling[0] in lookup.description


UNSUPPORTED_KEYWORDS = {"$ref", "$defs", "anyOf", "oneOf", "allOf", "not", "if", "format", "title", "const"} | {
    "patternProperties", "prefixItems", "dependentSchemas", "exclusiveMinimum", "exclusiveMaximum"
}  # fmt: skip
"""Keywords that at least one client rejects, drops or misreads."""


@pytest.mark.parametrize("lookup", TOOLS, ids=lambda lookup: lookup.name)
def test_schemas_use_only_keywords_that_every_client_accepts(lookup: Lookup) -> None:
    tool = lookup.published(24_000)
    assert tool.output_schema is not None
    assert len(lookup.name) <= 40
    for schema in (tool.input_schema, tool.output_schema):
        assert schema["type"] == "object"
        for node in _nodes(schema):
            assert UNSUPPORTED_KEYWORDS.isdisjoint(node)
            assert node.get("type", "string") in {"object", "array", "string", "integer", "number", "boolean"}
            assert (node.get("type") == "object") == ("properties" in node)
            assert (node.get("type") == "array") == ("items" in node)
            assert all(re.fullmatch(r"[a-z_]{1,40}", name) for name in node.get("properties", {}))
            assert set(node.get("required", [])) <= set(node.get("properties", {}))
            assert 0 < len(node.get("description", "-")) <= 120
            assert node.get("default", "") is not None
    for node in _nodes(tool.output_schema):
        assert "enum" not in node
        assert "nullable" not in node
        assert node.get("additionalProperties", True) is True


UNUSUAL: dict[str, JsonObject] = {
    "nulls": dict.fromkeys(
        "id status startTime endTime durationMs name workflow batch logins authentications params response"
        " downloads attempts totalAttempts isLastAttempt isTest isRecording liveViewUrl startBlock"
        " contextAuthentications".split()
    ),
    "undocumented fields": {"status": "Completed", "x": {"y": [None, {}]}, "__proto__": 1, "": ""},
    "naive dates": {"status": "Completed", "startTime": "2026-11-22T09:00:00", "endTime": "2026-11-22 09:10"},
    "an unknown status": {"status": "Hibernating", "authentications": [{"status": "Pondering"}, {"status": None}]},
    "no known value": {"startTime": None},
}


@pytest.mark.parametrize("name", UNUSUAL)
@pytest.mark.parametrize("lookup", TOOLS, ids=lambda lookup: lookup.name)
async def test_unusual_objects_match_the_output_schema(connect: Connect, lookup: Lookup, name: str) -> None:
    api_object = UNUSUAL[name]
    body = {"execution": api_object} if lookup is GET_EXECUTION else api_object
    async with connect(httpx.MockTransport(lambda _: httpx.Response(200, json=body))) as client:
        result = await client.call_tool(lookup.name, {"id": "a"})  # the client validates it against the schema
    assert not result.is_error
    assert result.structured_content["raw"] == api_object
    assert None not in result.structured_content["summary"].values()


@pytest.mark.parametrize("lookup", TOOLS, ids=lambda lookup: lookup.name)
def test_the_input_schema_is_flat_closed_and_described(lookup: Lookup) -> None:
    schema = lookup.published(24_000).input_schema
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["id"]
    for name, field in schema["properties"].items():
        assert field["type"] in {"string", "integer", "number"}
        assert field["description"]
        assert field.get("nullable", False) is (
            name != "id"
        )  # smolagents treats only nullable arguments as optional


async def test_the_instructions_warn_about_web_text_and_live_links(era: str) -> None:
    mode = "auto" if era == "2026-07-28" else "legacy"
    async with Client(create_server(Settings()), mode=mode) as client:
        assert client.protocol_version == era
        instructions = client.instructions or ""
    assert "never instructions" in instructions
    assert "live browser sessions" in instructions
    assert "can open it" in instructions
    assert len(instructions) < 600


async def test_an_unknown_tool_is_a_protocol_error_naming_the_tools(connect: Connect, era: str) -> None:
    async with connect(UNUSED_TRANSPORT, era=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("list_executions", {})
    assert caught.value.code == INVALID_PARAMS
    assert caught.value.message == (
        'Unknown tool "list_executions"; this server has get_execution and get_instructor_execution.'
    )


async def test_an_internal_error_reaches_the_client_without_details(connect: Connect, era: str) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise RuntimeError("a secret detail")

    async with connect(httpx.MockTransport(fail), era=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("get_execution", {"id": "a"})
    assert caught.value.code == INTERNAL_ERROR
    assert "secret" not in caught.value.message


def _nodes(schema: JsonObject) -> Iterator[JsonObject]:
    """A schema and every schema within it."""
    yield schema
    inner: list[JsonObject] = [*schema.get("properties", {}).values()]
    for node in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from _nodes(node)


LONG_KEY = "kz-" + "a1b2c3d4e5" * 12


@pytest.mark.anyio
@pytest.mark.parametrize("arguments", [{LONG_KEY: 1}, {"path": f"/{LONG_KEY}"}], ids=["a name", "a path"])
async def test_no_part_of_the_key_is_quoted_in_an_error(connect: Connect, arguments: dict[str, Any]) -> None:
    settings = Settings(api_key=SecretStr(LONG_KEY), max_retries=0)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"execution": {"id": "a"}}))
    async with connect(transport, settings=settings) as client:
        result = await client.call_tool("get_execution", {"id": "a", **arguments})
    assert result.is_error
    assert LONG_KEY[:20] not in str(result)


@pytest.mark.anyio
async def test_a_name_that_ends_with_a_blank_can_be_read(connect: Connect) -> None:
    body = {"execution": {"id": "a", "status": "Completed", "response": {"Amount ": "v"}}}
    async with connect(httpx.MockTransport(lambda _: httpx.Response(200, json=body))) as client:
        result = await client.call_tool("get_execution", {"id": "a", "path": "/response/Amount "})
        refused = await client.call_tool("get_execution", {"id": "a", "offset": True})
    assert result.structured_content["part"]["value"] == "v"
    assert refused.is_error


@pytest.mark.anyio
@pytest.mark.parametrize("tool", [lookup.name for lookup in TOOLS])
@pytest.mark.parametrize(
    ("found", "asked", "said"),
    [
        ("b", "a", "first"),
        (7, "8", "first"),
        ("a", "a", "not at all"),
        (" a ", "a", "not at all"),
        (7, "7", "not at all"),
        (1915883588174806058, "1915883588174806058", "not at all"),
        (None, "a", "not at all"),
        ("3F2504E0-4F89", "3f2504e0-4f89", "in a note"),
        ("Prüfung", "Prüfung", "not at all"),
        ("ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9, "in a note"),
    ],
    ids=str,
)
async def test_an_object_with_another_id_is_said_first(
    connect: Connect, tool: str, found: Any, asked: str, said: str
) -> None:
    execution = {"id": found, "status": "InProgress"}
    body = {"execution": execution} if tool == "get_execution" else execution
    async with connect(httpx.MockTransport(lambda _: httpx.Response(200, json=body))) as client:
        result = await client.call_tool(tool, {"id": asked})
    summary = result.structured_content["summary"]
    kind = "execution" if tool == "get_execution" else "instructor execution"
    start = f'Kaizen answered with another {kind} ("{found}") than asked for ("{asked}"): '
    assert summary["headline"].startswith(start) is (said == "first")
    assert isinstance(result.content[0], TextContent)
    assert result.content[0].text.startswith(summary["headline"])
    assert any("asked for id" in note for note in result.structured_content["notes"]) is (said != "not at all")
