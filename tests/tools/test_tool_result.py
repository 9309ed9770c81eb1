"""The whole result for each sandbox execution and each documented sample matches its snapshot."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from conftest import NOW, Connect
from jsonschema import Draft202012Validator
from mcp.types import CallToolResult, TextContent

from kaizen_mcp.sandbox.fake_api import create_app
from kaizen_mcp.sandbox.sample_runs import (
    EXECUTIONS,
    FINISHED_AFTER,
    INSTRUCTOR_EXECUTIONS,
    LOGIN_AFTER,
    RUNNING_AFTER,
)
from kaizen_mcp.server import TOOLS
from kaizen_mcp.tools.lookup import Lookup

pytestmark = pytest.mark.anyio

FIXTURES = Path(__file__).parents[1] / "fixtures"
SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
CALLS = [("get_execution", i) for i in EXECUTIONS] + [
    ("get_instructor_execution", i) for i in INSTRUCTOR_EXECUTIONS
]


def snapshot_of(result: CallToolResult) -> dict[str, Any]:
    """The result in a form that is easy to review: the lines of the verdict, and the structured half."""
    verdict, raw, *_ = (block.text for block in result.content if isinstance(block, TextContent))
    structured = result.structured_content
    assert json.loads(raw) == structured["raw"]
    assert not result.is_error
    return {"verdict": verdict.splitlines(), **structured}


def test_every_snapshot_belongs_to_a_sample() -> None:
    names = {path.stem for path in SNAPSHOTS.glob("*.json")}
    samples = {"sample_get_execution", "sample_get_instructor_execution"}
    assert names == {*EXECUTIONS, *INSTRUCTOR_EXECUTIONS, *samples, "tools"}


@pytest.mark.parametrize(("tool", "identifier"), CALLS, ids=[i for _, i in CALLS])
async def test_the_result_for_a_sandbox_execution_matches_its_snapshot(
    connect: Connect,
    sandbox: httpx.ASGITransport,
    check_snapshot: Callable[[str, Any], None],
    tool: str,
    identifier: str,
) -> None:
    async with connect(sandbox) as client:
        result = await client.call_tool(tool, {"id": identifier})
    check_snapshot(identifier, snapshot_of(result))


@pytest.mark.parametrize("lookup", TOOLS, ids=lambda lookup: lookup.name)
def test_the_output_schema_matches_the_snapshots(lookup: Lookup) -> None:
    schema = lookup.published(24_000).output_schema
    assert schema
    names = [identifier for tool, identifier in CALLS if tool == lookup.name] + [f"sample_{lookup.name}"]
    facts: set[str] = set()
    for name in names:
        snapshot = json.loads((SNAPSHOTS / f"{name}.json").read_text(encoding="utf-8"))
        jsonschema.validate(snapshot, schema, Draft202012Validator)
        facts |= snapshot["summary"].keys()
    published = schema["properties"]["summary"]
    assert published["properties"].keys() <= facts  # every published field occurs in a snapshot
    assert published.get("additionalProperties", True) is True  # so that fields can be added


async def test_both_eras_get_the_same_result(connect: Connect, sandbox: httpx.ASGITransport) -> None:
    results: list[CallToolResult] = []
    for era in ("2026-07-28", "2025-11-25"):
        async with connect(sandbox, era=era) as client:
            results.append(await client.call_tool("get_execution", {"id": "exec-hostile"}))
    assert results[0].content == results[1].content
    assert results[0].structured_content == results[1].structured_content


@pytest.mark.parametrize(
    ("seconds", "state", "needs_person"),
    [
        (0, "queued", False),
        (RUNNING_AFTER, "running", False),
        (LOGIN_AFTER, "running", True),
        (FINISHED_AFTER, "finished", False),
    ],
)
async def test_the_live_execution_advances_with_the_clock(
    connect: Connect, seconds: int, state: str, *, needs_person: bool
) -> None:
    times = iter([NOW, NOW + timedelta(seconds=seconds)])
    async with connect(httpx.ASGITransport(create_app(now=lambda: next(times)))) as client:
        result = await client.call_tool("get_execution", {"id": "exec-live", "detail": "summary"})
    summary = result.structured_content["summary"]
    assert (summary["state"], summary["needs_person"]) == (state, needs_person)


@pytest.mark.parametrize("tool", ["get_execution", "get_instructor_execution"])
async def test_the_result_for_a_documented_sample_matches_its_snapshot(
    connect: Connect, check_snapshot: Callable[[str, Any], None], tool: str
) -> None:
    response = json.loads((FIXTURES / f"{tool}.json").read_bytes())
    execution = response.get("execution", response)
    execution["id"] = "exec_abc123"  # the document's "<string>" is a placeholder
    async with connect(httpx.MockTransport(lambda _: httpx.Response(200, json=response))) as client:
        result = await client.call_tool(tool, {"id": "exec_abc123"})
    assert result.structured_content["raw"] == execution
    check_snapshot(f"sample_{tool}", snapshot_of(result))


async def test_detail_summary_has_the_same_verdict_and_no_raw_object(
    connect: Connect, sandbox: httpx.ASGITransport
) -> None:
    async with connect(sandbox) as client:
        full = await client.call_tool("get_execution", {"id": "exec-invoices-finished"})
        brief = await client.call_tool("get_execution", {"id": "exec-invoices-finished", "detail": "summary"})
    assert brief.content == full.content[:1]
    assert brief.structured_content == {k: v for k, v in full.structured_content.items() if k != "raw"}


async def test_the_raw_text_is_for_models_the_verdict_for_people_too(
    connect: Connect, sandbox: httpx.ASGITransport
) -> None:
    async with connect(sandbox) as client:
        result = await client.call_tool("get_execution", {"id": "exec-child"})
    audiences = [block.annotations and block.annotations.audience for block in result.content]
    assert audiences == [["user", "assistant"], ["assistant"]]
