"""Soak test: calls without pause against an API that fails at random; prints memory and open files at the end.

    python -m tests.soak --minutes 10

Needs Linux: the memory and open files of the server process are read from /proc.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.to_thread
from mcp import Client, MCPError

from .faults.api import FAULTS
from .faults.misbehaving import SETTINGS, FaultyApi, code_of, connected_client, running_api

WORKERS = 16
WARM_UP = 500
"""Calls before the first measurement, so that everything that is loaded only once is in memory."""

CANCELLED_SHARE = 0.05
HEALTHY_SHARE = 0.5
"""Shares of calls that the client may cancel, and that meet no fault."""

IDLE_SECONDS = 7.0
"""Pause before a measurement, longer than idle connections are kept."""

OUTAGE_INTERVAL = 60.0
OUTAGE_SECONDS = 3.0


class Soak:
    """One client, many workers, and a count of the outcomes of their calls."""

    def __init__(self, client: Client, api: FaultyApi, pid: int) -> None:
        self.client = client
        self.api = api
        self.pid = pid
        self.outcomes: Counter[str] = Counter()
        self.faulty_calls = 0
        self.calls = 0
        self.random = random.Random(7)  # noqa: S311 - chance, not cryptography

    async def measure_idle(self) -> tuple[float, int]:
        """Memory in MiB and number of open files of the server process, with no call in flight."""
        await anyio.sleep(IDLE_SECONDS)
        await self.call(healthy=True)  # idle connections are closed when the next request is sent
        return self._measure()

    def _measure(self) -> tuple[float, int]:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        kibibytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return kibibytes / 1024, len([*Path(f"/proc/{self.pid}/fd").iterdir()])

    async def call(self, *, healthy: bool | None = None) -> None:
        self.calls += 1
        healthy = self.random.random() < HEALTHY_SHARE if healthy is None else healthy
        self.faulty_calls += not healthy
        name = "healthy" if healthy else self.random.choice(FAULTS).name
        timeout = self.random.uniform(0, 0.5) if self.random.random() < CANCELLED_SHARE else 60
        outcome = "cancelled by the client"
        with anyio.move_on_after(timeout):
            try:
                outcome = code_of(await self.client.call_tool("get_execution", {"id": f"{name}#{self.calls}"}))
            except MCPError as error:
                outcome = f"protocol error {error.error.code}"
        self.outcomes[outcome] += 1

    async def work(self, *, until: Callable[[], bool]) -> None:
        async def worker() -> None:
            while not until():
                await self.call()

        async with anyio.create_task_group() as workers:
            for _ in range(WORKERS):
                workers.start_soon(worker)

    async def cause_outages(self) -> None:
        """Reset all connections of the API for a few seconds, once a minute."""
        while True:
            await anyio.sleep(OUTAGE_INTERVAL)
            await self.api.outage(OUTAGE_SECONDS)


def child_processes() -> list[int]:
    """Process ids of the children of this process."""
    return [
        int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    ]


async def soak(minutes: float) -> int:
    behaviours = {fault.name: fault.behave for fault in FAULTS}
    settings = {**SETTINGS, "KAIZEN_CALL_TIMEOUT": "2", "KAIZEN_MAX_CALLS_PER_MINUTE": "1000000"}
    settings["KAIZEN_MAX_CONCURRENCY"] = str(WORKERS)
    async with running_api(behaviours) as api, connected_client(**settings, KAIZEN_BASE_URL=api.address) as client:
        (pid,) = await anyio.to_thread.run_sync(child_processes)
        run = Soak(client, api, pid)
        await run.work(until=lambda: run.calls >= WARM_UP)
        memory, open_files = await run.measure_idle()
        print(f"after {run.calls} calls: {memory:.1f} MiB, {open_files} open files", flush=True)
        end = time.monotonic() + minutes * 60
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run.cause_outages)
            await run.work(until=lambda: time.monotonic() > end)
            tasks.cancel_scope.cancel()
        memory, open_files = await run.measure_idle()
    print(f"after {run.calls} calls: {memory:.1f} MiB, {open_files} open files")
    print(f"{run.faulty_calls} of the calls met a fault; the API was down {api.outages} times")
    for outcome, count in run.outcomes.most_common():
        print(f"  {count:7} {outcome}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    sys.exit(anyio.run(soak, parser.parse_args().minutes))
