"""Measure `find` and reading in parts, as multiples of one full answer of the same 5 MB. Prints Markdown.

python -m benchmarks.reading    in an environment in which kaizen-mcp is installed

Client and server run in this process, on the transport that tests use, and each row of each object has its own
text. In every round another object is answered in full, searched and read to its end; only the ratios count.
"""

import gc
import json
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Any

import anyio
import httpx
from mcp import Client
from pydantic import SecretStr

from benchmarks.stub import Executions
from kaizen_mcp import Settings, create_server

SIZE, ROUNDS = 5_000_000, 5
GOALS = {"find a row": 1.5, "find what is not there": 1.5, "all in parts": 12.0}
"""What is measured → largest multiple of a full answer that meets the goal."""
ROWS_PATH = "/response/rows"

Call = Callable[..., Awaitable[dict[str, Any]]]


def main() -> int:
    """Print the table. Returns 0 even if a goal is missed."""
    ratios = anyio.run(measure, SIZE, ROUNDS)
    print(f"| ÷ a full answer of {SIZE:,} bytes | median (range) of {ROUNDS} rounds | goal |\n|---|---|---|")
    for name, samples in ratios.items():
        print(f"| {name} | {median(samples):.2f} ({min(samples):.2f} to {max(samples):.2f}) | ≤ {GOALS[name]:g} |")
    return 0


async def measure(size: int, rounds: int) -> dict[str, list[float]]:
    """Ratios of each round, by what is measured."""
    executions = Executions()
    ratios: dict[str, list[float]] = {name: [] for name in GOALS}

    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=executions.body(json.loads(request.content)["id"]))

    settings = Settings(api_key=SecretStr("benchmark-key-0123456789"), max_calls_per_minute=1_000_000)
    async with Client(create_server(settings, transport=httpx.MockTransport(answer))) as client:

        async def call(**arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - arguments of the tool
            result = await client.call_tool("get_execution", arguments)
            if result.is_error:
                raise RuntimeError(str(result.content))
            return result.structured_content

        for number in range(rounds):
            seconds = await _round(call, f"exec-{size}-{number}")
            for name, samples in ratios.items():
                samples.append(seconds[name] / seconds["full"])
    return ratios


async def _round(call: Call, identifier: str) -> dict[str, float]:
    """Seconds for each kind of reading one object."""
    seconds: dict[str, float] = {}

    async def measure(name: str, read: Callable[[], Awaitable[None]]) -> None:
        gc.collect()
        start = perf_counter()
        await read()
        seconds[name] = perf_counter() - start

    async def full() -> None:
        await call(id=identifier)

    async def find(text: str) -> None:
        await call(id=identifier, find=text)

    async def in_parts() -> None:
        part = (await call(id=identifier, path=ROWS_PATH))["part"]
        while offset := part.get("next_offset"):
            part = (await call(id=identifier, path=ROWS_PATH, offset=offset))["part"]

    count = (await call(id=identifier, path=ROWS_PATH))["part"]["total"]
    last = (await call(id=identifier, path=f"{ROWS_PATH}/{count - 1}"))["part"]["value"]
    await measure("full", full)
    await measure("find a row", lambda: find(last["claim"]))
    await measure("find what is not there", lambda: find("no such text"))
    await measure("all in parts", in_parts)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
