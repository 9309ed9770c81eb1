"""Many calls, calls that are cancelled, and calls beyond the limit."""

import time
from collections.abc import Callable
from typing import Any

import anyio
from mcp import Client
from mcp.types import CallToolResult

from .misbehaving import SETTINGS, Api, Seen, client_of, code_of, hang, running, text_of

MANY = 500
GROSSLY_LATE = 1000.0
"""Milliseconds after which even a loaded machine has no excuse; it should take no more than 100."""


async def ask(client: Client, asked: str) -> CallToolResult:
    return await client.call_tool("get_execution", {"id": asked, "detail": "summary"})


async def many_at_once(client: Client, api: Api) -> Seen:
    answers: list[CallToolResult] = []

    async def one(number: int) -> None:
        answers.append(await ask(client, f"run-{number}"))

    async with anyio.create_task_group() as tasks:
        for number in range(MANY):
            tasks.start_soon(one, number)
    good = sum(code_of(answer) == "answer" for answer in answers)
    seen = Seen(f"{MANY} calls at once", f"{good} answers over at most {api.most_open} connections")
    seen.wrong = "" if good == MANY and api.most_open <= 8 else "some failed, or there were too many connections"
    return seen


async def cancelled(client: Client, api: Api) -> Seen:
    begun = 0.0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, client, "silent")
        await until(lambda: api.requests["silent"] == 1)
        begun = time.perf_counter()
        tasks.cancel_scope.cancel()
    await until(lambda: api.left["silent"] == 1)
    took = (time.perf_counter() - begun) * 1000
    seen = Seen("a call cancelled by its client", f"the API saw the connection close {took:.0f} ms later")
    seen.wrong = "" if took < GROSSLY_LATE else "much too late"
    return seen


async def too_many() -> Seen:
    variables = {"KAIZEN_SANDBOX": "1", "KAIZEN_MAX_CALLS_PER_MINUTE": "5"}
    async with client_of(**variables) as client:
        answers = [await ask(client, "exec-child") for _ in range(6)]
    last: dict[str, Any] = (answers[-1].meta or {}).get("kaizen/error", {})
    seen = Seen("the sixth call where five a minute are allowed", text_of(answers[-1]))
    good = [code_of(answer) for answer in answers] == ["answer"] * 5 + ["rate_limited"]
    seen.wrong = "" if good and last.get("retry_after_seconds") == 12 else "it was not told when to come back"
    return seen


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await anyio.sleep(0.001)


async def look() -> list[Seen]:
    settings = {"KAIZEN_API_KEY": SETTINGS["KAIZEN_API_KEY"]}
    async with running({"silent": hang}) as api, client_of(**settings, KAIZEN_BASE_URL=api.address) as client:
        return [await many_at_once(client, api), await cancelled(client, api), await too_many()]
