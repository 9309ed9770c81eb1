"""Calls without pause against an API that fails at random, and what they leave behind in the server.

    python -m tests.soak --minutes 10

needs Linux, whose /proc tells the memory and the open files of the server process.
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
from .faults.misbehaving import SETTINGS, Api, client_of, code_of, running

WORKERS = 16
WARM_UP = 500
"""Calls before the first measurement: by then everything that is loaded once has been."""

CANCELLED = 0.05
WELL = 0.5
"""Shares of calls that are given up by their client, and that meet no fault."""

QUIET = 7.0
"""Seconds before the last measurement, in which idle connections are given up."""

FALLS_SILENT_EVERY = 60.0
SILENT_FOR = 3.0


class Soak:
    """One client, many workers, and a count of what came of their calls."""

    def __init__(self, client: Client, api: Api, pid: int) -> None:
        self.client = client
        self.api = api
        self.pid = pid
        self.outcomes: Counter[str] = Counter()
        self.faults = 0
        self.calls = 0
        self.random = random.Random(7)  # noqa: S311 - chance, not cryptography

    async def measure_at_rest(self) -> tuple[float, int]:
        """Memory in MiB and open files of the server process, with nothing under way."""
        await anyio.sleep(QUIET)
        await self.call(well=True)  # idle connections are closed when the next one is asked for
        return self._measure()

    def _measure(self) -> tuple[float, int]:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        kibibytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return kibibytes / 1024, len([*Path(f"/proc/{self.pid}/fd").iterdir()])

    async def call(self, *, well: bool | None = None) -> None:
        self.calls += 1
        well = self.random.random() < WELL if well is None else well
        self.faults += not well
        name = "well" if well else self.random.choice(FAULTS).name
        patience = self.random.uniform(0, 0.5) if self.random.random() < CANCELLED else 60
        outcome = "cancelled by the client"
        with anyio.move_on_after(patience):
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

    async def fall_silent(self) -> None:
        """Now and then the API is killed: connections are reset and new ones refused for a while."""
        while True:
            await anyio.sleep(FALLS_SILENT_EVERY)
            await self.api.away(SILENT_FOR)


def children() -> list[int]:
    """Ids of the processes that this one started."""
    return [
        int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    ]


async def soak(minutes: float) -> int:
    behaviours = {fault.name: fault.behave for fault in FAULTS}
    settings = {**SETTINGS, "KAIZEN_CALL_TIMEOUT": "2", "KAIZEN_MAX_CALLS_PER_MINUTE": "1000000"}
    settings["KAIZEN_MAX_CONCURRENCY"] = str(WORKERS)
    async with running(behaviours) as api, client_of(**settings, KAIZEN_BASE_URL=api.address) as client:
        (pid,) = await anyio.to_thread.run_sync(children)
        run = Soak(client, api, pid)
        await run.work(until=lambda: run.calls >= WARM_UP)
        before, files_before = await run.measure_at_rest()
        print(f"after {run.calls} calls: {before:.1f} MiB, {files_before} open files", flush=True)
        end = time.monotonic() + minutes * 60
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run.fall_silent)
            await run.work(until=lambda: time.monotonic() > end)
            tasks.cancel_scope.cancel()
        after, files_after = await run.measure_at_rest()
    print(f"after {run.calls} calls: {after:.1f} MiB, {files_after} open files")
    print(f"{run.faults} of the calls met a fault; the API was gone {api.times_away} times")
    for outcome, count in run.outcomes.most_common():
        print(f"  {count:7} {outcome}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    sys.exit(anyio.run(soak, parser.parse_args().minutes))
