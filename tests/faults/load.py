"""Concurrent calls, a cancelled call, and a call over the rate limit."""

import time
from collections.abc import Callable
from typing import Any

import anyio
from mcp import Client
from mcp.types import CallToolResult

from .misbehaving import SETTINGS, FaultyApi, Outcome, code_of, connected_client, hang, running_api, text_of

CALLS = 500
MAX_CANCEL_MS = 1000.0
"""Limit for a loaded machine; usually it takes less than 100 ms."""


async def look_up(client: Client, execution_id: str) -> CallToolResult:
    return await client.call_tool("get_execution", {"id": execution_id, "detail": "summary"})


async def concurrent_calls(client: Client, api: FaultyApi) -> Outcome:
    results: list[CallToolResult] = []

    async def call(number: int) -> None:
        results.append(await look_up(client, f"run-{number}"))

    async with anyio.create_task_group() as tasks:
        for number in range(CALLS):
            tasks.start_soon(call, number)
    succeeded = sum(code_of(result) == "answer" for result in results)
    outcome = Outcome(
        f"{CALLS} calls at once", f"{succeeded} results over at most {api.most_connections} connections"
    )
    outcome.problem = (
        "" if succeeded == CALLS and api.most_connections <= 8 else "a call failed, or too many connections"
    )
    return outcome


async def cancelled_call(client: Client, api: FaultyApi) -> Outcome:
    started = 0.0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(look_up, client, "silent")
        await wait_until(lambda: api.requests["silent"] == 1)
        started = time.perf_counter()
        tasks.cancel_scope.cancel()
    await wait_until(lambda: api.disconnects["silent"] == 1)
    elapsed_ms = (time.perf_counter() - started) * 1000
    outcome = Outcome("a call cancelled by its client", f"the API's connection closed {elapsed_ms:.0f} ms later")
    outcome.problem = "" if elapsed_ms < MAX_CANCEL_MS else "too late"
    return outcome


async def call_over_rate_limit() -> Outcome:
    variables = {"KAIZEN_SANDBOX": "1", "KAIZEN_MAX_CALLS_PER_MINUTE": "5"}
    async with connected_client(**variables) as client:
        results = [await look_up(client, "exec-child") for _ in range(6)]
    error: dict[str, Any] = (results[-1].meta or {}).get("kaizen/error", {})
    outcome = Outcome("the sixth call where five a minute are allowed", text_of(results[-1]))
    as_expected = [code_of(result) for result in results] == ["answer"] * 5 + ["rate_limited"]
    outcome.problem = (
        "" if as_expected and error.get("retry_after_seconds") == 12 else "retry_after_seconds is wrong"
    )
    return outcome


async def wait_until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while not condition():  # noqa: ASYNC110 - the condition depends on another process
            await anyio.sleep(0.001)


async def run() -> list[Outcome]:
    settings = {"KAIZEN_API_KEY": SETTINGS["KAIZEN_API_KEY"]}
    async with (
        running_api({"silent": hang}) as api,
        connected_client(**settings, KAIZEN_BASE_URL=api.address) as client,
    ):
        return [
            await concurrent_calls(client, api),
            await cancelled_call(client, api),
            await call_over_rate_limit(),
        ]
