"""Calls that read on get the object of the last fresh answer, and every other call gets a fresh one."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
from conftest import NOW, Connect
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings, create_server

JsonObject = dict[str, Any]
ROWS = 9
TOOLS = {"/executions/get": "get_execution", "/instructor/executions/get": "get_instructor_execution"}


class ChangingApi:
    """An API whose objects are other ones in each answer: all rows have the number of the request in them."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        tool, identifier = TOOLS[request.url.path], json.loads(request.content)["id"]
        self.requests[tool] += 1
        state = f"{tool} {identifier} {self.requests[tool]} {request.headers['authorization'][-1]}"
        execution = {"id": identifier, "status": "Completed", "params": {"password": "hunter2"}}
        execution |= {"response": {"rows": [{"row": n, "state": state} for n in range(ROWS)]}}
        body = {"execution": execution} if tool == "get_execution" else execution
        return httpx.Response(self.status, json=body if self.status == 200 else {"message": "no"})


SETTINGS = Settings(api_key=SecretStr("test-key"), max_retries=0, max_calls_per_minute=1_000_000)


async def read(client: Client, tool: str = "get_execution", **arguments: Any) -> CallToolResult:
    return await client.call_tool(tool, {"id": "a", **arguments})


def state_of(result: CallToolResult) -> str:
    """The state that all rows of a part have."""
    (state,) = {row["state"] for row in result.structured_content["part"]["value"]}
    return state


ROWS_PATH = "/response/rows"


@pytest.mark.anyio
async def test_all_parts_are_from_one_answer_and_say_how_old_it_is(connect: Connect, era: str) -> None:
    api = ChangingApi()
    async with connect(httpx.MockTransport(api), era=era) as client:
        first = await read(client, path=ROWS_PATH)
        others = [await read(client, path=ROWS_PATH, offset=offset) for offset in (1, 5)]
    assert api.requests.total() == 1
    assert {state_of(result) for result in [first, *others]} == {"get_execution a 1 y"}
    assert "as_of" not in first.structured_content
    for result in others:
        content = result.structured_content
        assert datetime.fromisoformat(content["as_of"]) <= NOW
        note = content["notes"][0]
        assert note.startswith("this is the object as it was ")
        assert isinstance(result.content[0], TextContent)
        assert note in result.content[0].text
        assert content["redacted"] == ["/params/password"]
        assert "hunter2" not in str(result)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "fresh", [{}, {"detail": "summary"}, {"path": ROWS_PATH}, {"find": "x"}, {"wait_seconds": 1, "offset": 1}]
)
async def test_every_call_that_does_not_read_on_is_fresh_and_renews_the_snapshot(
    connect: Connect, fresh: JsonObject
) -> None:
    api = ChangingApi()
    async with connect(httpx.MockTransport(api)) as client:
        await read(client)
        result = await read(client, **fresh)
        assert api.requests.total() == 2
        assert "as_of" not in result.structured_content
        assert state_of(await read(client, path=ROWS_PATH, offset=1)) == "get_execution a 2 y"
    assert api.requests.total() == 2


@pytest.mark.anyio
async def test_matches_are_read_on_in_the_same_answer(connect: Connect) -> None:
    api = ChangingApi()
    async with connect(httpx.MockTransport(api)) as client:
        first = (await read(client, find="get_execution")).structured_content["matches"]
        later = (await read(client, find="get_execution", offset=3)).structured_content
    assert api.requests.total() == 1
    assert later["matches"]["items"] == first["items"][3:]
    assert "as_of" in later


@pytest.mark.anyio
async def test_all_parts_have_the_summary_of_when_the_object_was_read() -> None:
    execution = {"id": "a", "status": "InProgress", "startTime": "2026-11-22T09:00:00Z", "response": [1, 2, 3]}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"execution": execution}))
    now = NOW
    async with Client(create_server(SETTINGS, transport=transport, clock=lambda: now)) as client:
        await read(client)
        first = (await read(client, path="/response", offset=1)).structured_content
        now += timedelta(hours=9)
        second = (await read(client, path="/response", offset=2)).structured_content
        fresh = (await read(client, path="/response")).structured_content
    assert (second["as_of"], second["summary"]) == (first["as_of"], first["summary"])
    assert fresh["summary"] != first["summary"]


@pytest.mark.anyio
@pytest.mark.parametrize("status", [404, 500, 401])
async def test_a_fresh_call_that_fails_ends_the_snapshot(connect: Connect, status: int) -> None:
    api = ChangingApi()
    async with connect(httpx.MockTransport(api)) as client:
        await read(client)
        api.status = status
        assert (await read(client)).is_error
        assert (await read(client, path=ROWS_PATH, offset=1)).is_error


@pytest.mark.anyio
async def test_nothing_is_kept_with_zero_seconds(connect: Connect) -> None:
    api = ChangingApi()
    async with connect(httpx.MockTransport(api), settings=replace(SETTINGS, snapshot_seconds=0)) as client:
        await read(client)
        result = await read(client, path=ROWS_PATH, offset=1)
    assert api.requests.total() == 2
    assert state_of(result) == "get_execution a 2 y"
    assert "as_of" not in result.structured_content


@pytest.mark.anyio
async def test_an_object_is_read_anew_when_its_time_is_over(connect: Connect) -> None:
    api = ChangingApi()
    async with connect(httpx.MockTransport(api), settings=replace(SETTINGS, snapshot_seconds=0.01)) as client:
        await read(client)
        with anyio.fail_after(60):
            while api.requests.total() == 1:
                await read(client, path=ROWS_PATH, offset=1)


@pytest.mark.anyio
async def test_servers_with_different_keys_share_nothing(connect: Connect) -> None:
    api = ChangingApi()
    other = replace(SETTINGS, api_key=SecretStr("test-key-1"))
    async with (
        connect(httpx.MockTransport(api), settings=SETTINGS) as one,
        connect(httpx.MockTransport(api), settings=other) as two,
    ):
        await read(one)
        assert state_of(await read(two, path=ROWS_PATH, offset=1)) == "get_execution a 2 1"
        assert state_of(await read(one, path=ROWS_PATH, offset=1)) == "get_execution a 1 y"


steps = st.tuples(
    st.sampled_from([*TOOLS.values()]),
    st.sampled_from(["a", "A", "b"]),
    st.sampled_from([{}, {"path": ROWS_PATH}, {"path": ROWS_PATH, "offset": 2}, {"find": "x"}]),
    st.sampled_from([200, 200, 200, 500]),
)


@given(st.lists(steps, max_size=8))
def test_no_snapshot_is_another_object_or_older_than_the_last_fresh_answer(
    calls: list[tuple[str, str, JsonObject, int]],
) -> None:
    async def make_calls() -> None:
        api = ChangingApi()
        server = create_server(SETTINGS, transport=httpx.MockTransport(api), clock=lambda: NOW)
        newest: dict[tuple[str, str], str] = {}
        async with Client(server) as client:
            for tool, identifier, arguments, status in calls:
                api.status = status
                before = api.requests[tool]
                result = await client.call_tool(tool, {"id": identifier, **arguments})
                is_fresh = api.requests[tool] > before
                assert is_fresh or "offset" in arguments
                if is_fresh:
                    newest.pop((tool, identifier), None)
                if is_fresh and not result.is_error:
                    newest[tool, identifier] = f"{tool} {identifier} {api.requests[tool]} y"
                if "path" in arguments and not result.is_error:
                    assert state_of(result) == newest[tool, identifier]

    anyio.run(make_calls)
