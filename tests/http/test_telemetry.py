"""What OpenTelemetry exports of `kaizen-mcp http`, started as docs/teams.md says."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from conftest import ERAS, minimal_environ, posix_only, serve_app
from serving import KEY, Caller, start
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

pytestmark = posix_only

PAGE = (Path(__file__).parents[2] / "docs/teams.md").read_text(encoding="utf-8")
CONSOLE = {"OTEL_TRACES_EXPORTER": "console", "OTEL_METRICS_EXPORTER": "console", "OTEL_LOGS_EXPORTER": "none"}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
STATUSES = {"exec-known-7731": 200, "exec-missing-7731": 404, "exec-broken-7731": 500}
SECRETS = {KEY, "-7731", "Availity", "words of the API", "Request id", "has no execution"}
"""Parts of the key, of ids, of a body, of an API message, and of errors' texts."""


@dataclass
class Exported:
    """What was exported, and what the API got: a `traceparent` for each request."""

    text: str
    spans: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    measures: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    traceparents: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        text = self.text.strip()
        while text:
            entry, end = json.JSONDecoder().raw_decode(text)
            text = text[end:].lstrip()
            if "resource_metrics" in entry:
                scopes = [scope for part in entry["resource_metrics"] for scope in part["scope_metrics"]]
                self.measures += [metric for scope in scopes for metric in scope["metrics"]]
            else:
                self.spans.append(entry)

    def calls(self, era: str) -> list[dict[str, Any]]:
        """The spans of calls of a tool, in the order in which they ended."""
        calls = [span for span in self.spans if span["name"] == "tools/call get_execution"]
        return [call for call in calls if call["attributes"]["mcp.protocol.version"] == era]

    def requests(self, call: dict[str, Any]) -> list[dict[str, Any]]:
        """The spans that are children of a call's, in its trace."""
        parent, trace = call["context"]["span_id"], call["context"]["trace_id"]
        return [s for s in self.spans if s["parent_id"] == parent and s["context"]["trace_id"] == trace]


async def ask(url: str) -> None:
    """Make the calls in both eras; the first of each era continues a trace."""
    async with httpx.AsyncClient(base_url=url.removesuffix("/mcp"), timeout=60) as client:
        for era in ERAS:
            for execution_id in STATUSES:
                traced = {"_meta": {"traceparent": f"00-{TRACE}-{PARENT}-01"}} if "known" in execution_id else {}
                params = {"name": "get_execution", "arguments": {"id": execution_id}, **traced}
                response = await Caller(client).post("tools/call", params, era=era)
                assert response.status_code == 200


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    traceparents: list[str] = []

    async def respond(request: Request) -> Response:
        traceparents.append(request.headers["traceparent"])
        status = STATUSES[(await request.json())["id"]]
        body = {"execution": {"status": "Completed", "name": "Availity"}, "message": "words of the API"}
        return JSONResponse(body, status)

    command = re.search(r"^opentelemetry-instrument .+", PAGE, re.MULTILINE)
    assert command
    environ = minimal_environ(tmp_path_factory.mktemp("home"))
    path = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"}
    api = Starlette(routes=[Route("/{path:path}", respond, methods=["POST"])])
    with (
        serve_app(api) as address,
        start(
            environ | path | CONSOLE,
            command=shlex.split(command[0]),
            KAIZEN_BASE_URL=address,
            KAIZEN_MAX_RETRIES="1",
        ) as (process, url),
    ):
        anyio.run(ask, url)
        process.send_signal(signal.SIGTERM)
        try:
            text, _ = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            pytest.fail("it does not end")
        assert process.returncode == 0
    return Exported(text, traceparents=traceparents)


def test_each_attempt_is_a_child_of_its_calls_span(exported: Exported, era: str) -> None:
    calls = exported.calls(era)
    attempts = [[request["name"] for request in exported.requests(call)] for call in calls]
    lookup, other_kind = "POST /executions/get", "POST /instructor/executions/get"
    assert attempts == [[lookup], [lookup, other_kind], [lookup, lookup]]
    statuses = [request["attributes"].get("http.response.status_code") for request in exported.requests(calls[1])]
    assert statuses == [404, 404]
    assert [call["status"]["status_code"] for call in calls] == ["UNSET", "ERROR", "ERROR"]


def test_each_request_to_the_api_names_its_own_span(exported: Exported) -> None:
    requests = [request for era in ERAS for call in exported.calls(era) for request in exported.requests(call)]
    contexts = [request["context"] for request in requests]
    ids = [f"{context['trace_id'][2:]}-{context['span_id'][2:]}" for context in contexts]
    assert [re.sub("^00-(.+)-0[13]$", r"\1", sent) for sent in exported.traceparents] == ids


def test_the_trace_of_a_client_is_continued_and_others_are_new(exported: Exported, era: str) -> None:
    continued, *others = exported.calls(era)
    assert (continued["context"]["trace_id"], continued["parent_id"]) == (f"0x{TRACE}", f"0x{PARENT}")
    assert {call["parent_id"] for call in others} == {None}
    assert len({call["context"]["trace_id"] for call in (continued, *others)}) == 3


def test_the_measure_counts_calls_by_tool_and_result_in_fractions_of_a_second(exported: Exported) -> None:
    last = [measure for measure in exported.measures if measure["name"] == "mcp.server.operation.duration"][-1]
    points = last["data"]["data_points"]
    assert last["unit"] == "s"
    counts = {point["attributes"]["kaizen.result"]: point["count"] for point in points}
    assert counts == {"ok": 2, "not_found": 2, "unavailable": 2}
    assert {point["attributes"]["gen_ai.tool.name"] for point in points} == {"get_execution"}
    assert {point["attributes"]["mcp.method.name"] for point in points} == {"tools/call"}
    assert {sum(bound < 1 for bound in point["explicit_bounds"]) for point in points} == {6}


def test_nothing_exported_has_a_key_an_id_a_body_or_the_text_of_an_error(exported: Exported) -> None:
    assert len(exported.spans) >= 16
    assert [word for word in SECRETS if word in exported.text] == []
    assert {key for span in exported.spans for key in span["status"]} <= {"status_code"}
    assert [span["events"] for span in exported.spans if span["events"]] == []
