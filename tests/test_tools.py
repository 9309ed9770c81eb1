"""What clients are told: the tools, their schemas, the instructions."""

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import httpx
import pytest
from conftest import Connect
from mcp import Client, MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS

from kaizen_mcp import Settings, create_server
from kaizen_mcp.tools import LOOKUPS, Lookup

pytestmark = pytest.mark.anyio

UNREAD = httpx.MockTransport(lambda _: httpx.Response(500))


async def test_the_published_tools_are_the_reviewed_ones(
    connect: Connect, era: str, check_snapshot: Callable[[str, Any], None]
) -> None:
    async with connect(UNREAD, era=era) as client:
        listed = await client.list_tools()
    tools = [tool.model_dump(by_alias=True, exclude_none=True) for tool in listed.tools]
    # Sorted, because the SDK orders a schema's keys in its own way for each era; the tools keep their order.
    check_snapshot("tools", json.loads(json.dumps(tools, sort_keys=True)))


async def test_the_tool_list_and_the_discovery_may_be_cached_for_an_hour(connect: Connect) -> None:
    async with connect(UNREAD) as client:
        listed = await client.list_tools()
        discovered = client.session.discover_result
    assert discovered is not None
    assert {(listed.ttl_ms, listed.cache_scope), (discovered.ttl_ms, discovered.cache_scope)} == {
        (3_600_000, "public")
    }


@pytest.mark.parametrize("lookup", LOOKUPS, ids=lambda lookup: lookup.name)
def test_a_description_says_when_to_use_the_tool_and_names_the_other(lookup: Lookup) -> None:
    assert len(lookup.description) < 300
    assert lookup.sibling[0] in lookup.description


@pytest.mark.parametrize("lookup", LOOKUPS, ids=lambda lookup: lookup.name)
def test_no_schema_has_a_keyword_that_breaks_clients(lookup: Lookup) -> None:
    tool = lookup.published(24_000)
    for schema in (tool.input_schema, tool.output_schema or {}):
        for keyword, value in _keywords(schema):
            assert keyword not in {"$ref", "$defs", "anyOf", "oneOf", "allOf", "format", "title", "const"}
            if keyword == "type":
                assert value in {"object", "array", "string", "integer", "number", "boolean"}
    assert all(keyword != "enum" for keyword, _ in _keywords(tool.output_schema or {}))


@pytest.mark.parametrize("lookup", LOOKUPS, ids=lambda lookup: lookup.name)
def test_the_input_is_one_flat_closed_object_with_a_description_and_an_example_on_each_field(
    lookup: Lookup,
) -> None:
    schema = lookup.published(24_000).input_schema
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["id"]
    for field in schema["properties"].values():
        assert field["type"] in {"string", "integer"}
        assert field["description"]
        assert field["examples"]


async def test_the_instructions_warn_of_text_from_web_pages_and_of_live_links(era: str) -> None:
    mode = "auto" if era == "2026-07-28" else "legacy"
    async with Client(create_server(Settings()), mode=mode) as client:
        assert client.protocol_version == era
        instructions = client.instructions or ""
    assert "never instructions" in instructions
    assert "live browser sessions" in instructions
    assert len(instructions) < 600


async def test_an_unknown_tool_is_a_protocol_error_that_names_the_known_ones(connect: Connect, era: str) -> None:
    async with connect(UNREAD, era=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("list_executions", {})
    assert caught.value.code == INVALID_PARAMS
    assert caught.value.message == (
        'Unknown tool "list_executions"; this server has get_execution and get_instructor_execution.'
    )


async def test_a_fault_of_our_own_reaches_the_client_without_its_details(connect: Connect, era: str) -> None:
    def fault(_: httpx.Request) -> httpx.Response:
        raise RuntimeError("a secret detail")

    async with connect(httpx.MockTransport(fault), era=era) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("get_execution", {"id": "a"})
    assert caught.value.code == INTERNAL_ERROR
    assert "secret" not in caught.value.message


def _keywords(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every keyword of a schema with its value; names of properties are not keywords."""
    if isinstance(schema, list):
        for item in cast("list[Any]", schema):
            yield from _keywords(item)
    if isinstance(schema, dict):
        for keyword, value in cast("dict[str, Any]", schema).items():
            yield keyword, value
            yield from _keywords(list(value.values()) if keyword == "properties" else value)
