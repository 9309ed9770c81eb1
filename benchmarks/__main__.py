"""How fast the server is, beside others, in one interleaved run. `make bench` sets up what this needs.

python -m benchmarks [--rounds N] [--python PATH] [--peer NAME=COMMAND ...] [--unpinned] [--json]

Every figure is taken in turn from each server, round after round, so that what else the machine does meets them
all; what counts is the ratio. Prints Markdown.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import anyio
import httpx

from benchmarks.driver import Driver, on_cpus
from benchmarks.objects import SIZES

HERE = Path(__file__).parent
OURS, PLAIN, FASTMCP, NODE, DIRECT = (
    "kaizen-mcp",
    "plain server",
    "FastMCP from_openapi",
    "Node proxy",
    "direct httpx",
)
CALLS = {"2 KB": 100, "20 KB": 100, "200 KB": 20, "5 MB": 3}
"""Calls of each size in a round."""
IN_FLIGHT = (1, 8, 64)
STARTS = 3
"""Starts of each server in a round."""
MANY = 10_000
"""Calls after which memory is looked at, and a tenth of which come before the first look."""

Samples = dict[str, dict[str, list[float]]]


@dataclass
class Figures:
    """Samples by figure and server; one for each round."""

    samples: Samples = field(default_factory=dict[str, dict[str, list[float]]])

    def add(self, figure: str, server: str, value: float | None) -> None:
        """Note a sample; None where it can't be measured."""
        if value is not None:
            self.samples.setdefault(figure, {}).setdefault(server, []).append(value)

    def of(self, figure: str, server: str) -> float:
        """Median over the rounds; not a number if it was not measured."""
        taken = self.samples.get(figure, {}).get(server)
        return median(taken) if taken else float("nan")

    def ratio(self, figure: str, server: str, other: str, other_figure: str | None = None) -> float:
        """Median of the ratios of each round."""
        ours = self.samples.get(figure, {}).get(server, [])
        theirs = self.samples.get(other_figure or figure, {}).get(other, [])
        ratios = [a / b for a, b in zip(ours, theirs, strict=False)]
        return median(ratios) if ratios else float("nan")

    def shown(self, figure: str, server: str, digits: int) -> str:
        """Median and spread: `4.10 (3.90 to 4.45)`."""
        taken = self.samples.get(figure, {}).get(server)
        if not taken:
            return "–"
        return f"{median(taken):.{digits}f} ({min(taken):.{digits}f} to {max(taken):.{digits}f})"


def main() -> int:
    """Measure, print, and return 0: a goal that was missed is a figure, not a failure."""
    options = _options()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")}
    cpus = None if options.unpinned else _cpu_for_servers()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stub:
        assert stub.stdout  # noqa: S101 - it is a pipe
        address = f"http://127.0.0.1:{stub.stdout.readline().strip()}"
        environ |= {
            "KAIZEN_BASE_URL": address,
            "KAIZEN_API_KEY": "benchmark-key-0123456789",
            "KAIZEN_MAX_CALLS_PER_MINUTE": "1000000",
        }
        servers = {
            OURS: [options.python, "-P", "-m", "kaizen_mcp"],
            PLAIN: [sys.executable, "-P", str(HERE / "plain_server.py")],
            **{name: shlex.split(command.replace("{address}", address)) for name, command in options.peers},
        }
        figures = Figures()
        _start(figures, servers, environ, cpus, options.rounds * STARTS)
        drivers = {name: Driver(command, environ, cpus=cpus) for name, command in servers.items()}
        try:
            for driver in drivers.values():
                driver.start("2 KB#0")
            _calls(figures, drivers, address, cpus, options.rounds)
            _memory(figures, drivers, MANY if options.rounds > 1 else MANY // 10)
        finally:
            for driver in drivers.values():
                driver.close()
            stub.communicate()
    if options.json:
        print(json.dumps(figures.samples, indent=2))
    else:
        print(*_report(figures, list(servers)), sep="\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the server beside others.")
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often each figure is taken (default %(default)s)"
    )
    parser.add_argument(
        "--python", default=sys.executable, help="the Python that has kaizen-mcp (default: the one that runs this)"
    )
    parser.add_argument(
        "--peer", action="append", default=[], metavar="NAME=COMMAND", dest="peers", type=_peer,
        help="another server; {address} in its command is where the API's stub listens",
    )  # fmt: skip
    parser.add_argument("--unpinned", action="store_true", help="leave it to the system where the servers run")
    parser.add_argument("--json", action="store_true", help="print every sample as JSON")
    return parser.parse_args()


def _peer(text: str) -> tuple[str, str]:
    name, separator, command = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError("a peer is NAME=COMMAND")
    return name, command


def _cpu_for_servers() -> set[int] | None:
    """A CPU that this process leaves to the servers, and keeps another; None where that can't be said.

    Left to the system they are moved to and fro, which costs a server up to half of its time, by chance.
    """
    if sys.platform != "linux" or len(available := sorted(os.sched_getaffinity(0))) == 1:
        return None
    os.sched_setaffinity(0, {available[1]})
    return {available[0]}


def _start(
    figures: Figures,
    servers: Mapping[str, list[str]],
    environ: Mapping[str, str],
    cpus: set[int] | None,
    times: int,
) -> None:
    for _ in range(times + 1):  # the first only fills the file system's cache, and is thrown away with it below
        for name, command in servers.items():
            with Driver(command, environ, cpus=cpus) as driver:
                start = driver.start("2 KB#0")
                figures.add("memory after start (MiB)", name, driver.memory())
            figures.add("spawn → initialize (ms)", name, start.initialized * 1000)
            figures.add("spawn → tools/list (ms)", name, start.listed * 1000)
            figures.add("spawn → first call answered (ms)", name, start.called * 1000)
    for samples in figures.samples.values():
        for taken in samples.values():
            del taken[0]


def _calls(
    figures: Figures, drivers: Mapping[str, Driver], address: str, cpus: set[int] | None, rounds: int
) -> None:
    for driver in drivers.values():
        driver.times("20 KB", 100)  # warm
    for _ in range(rounds):
        for size in SIZES:
            with on_cpus(cpus):  # the servers wait meanwhile
                direct = anyio.run(_direct, address, size, CALLS[size])
            figures.add(f"{size}: p50 (ms)", DIRECT, median(direct) * 1000)
            for name, driver in drivers.items():
                taken = driver.times(size, CALLS[size])
                figures.add(f"{size}: p50 (ms)", name, median(taken) * 1000)
                figures.add(f"{size}: p99 (ms)", name, quantiles(taken, n=100, method="inclusive")[98] * 1000)
        for in_flight in IN_FLIGHT:
            for name, driver in drivers.items():
                per_second, cpu = driver.throughput("20 KB", 200, in_flight=in_flight)
                figures.add(f"{in_flight} in flight: calls/s", name, per_second)
                figures.add(f"{in_flight} in flight: CPU seconds per 1,000 calls", name, cpu)
    for size in SIZES:
        for name, driver in drivers.items():
            figures.add(f"{size}: bytes of an answer", name, len(driver.call(f"{size}#0")))


async def _direct(address: str, size: str, calls: int) -> list[float]:
    """The same POST by a warm httpx as anyone would send it, its answer read as JSON."""
    taken: list[float] = []
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": "Bearer benchmark"}) as client:
        for number in range(calls + 10):
            start = perf_counter()
            (await client.post("/executions/get", json={"id": f"{size}#{number}"})).json()
            taken.append(perf_counter() - start)
    return taken[10:]


def _memory(figures: Figures, drivers: Mapping[str, Driver], calls: int) -> None:
    for name, driver in drivers.items():
        driver.throughput("2 KB", calls // 10, in_flight=8)
        before = driver.memory()
        driver.throughput("2 KB", calls - calls // 10, in_flight=8)
        after = driver.memory()
        driver.times("5 MB", 3)
        driver.times("2 KB", 50)
        settled = driver.memory()
        figures.add(f"memory after {calls:,} calls (MiB)", name, after)
        if before is not None and after is not None and settled is not None:
            figures.add(f"growth from call {calls // 10:,} to {calls:,} (MiB)", name, after - before)
            figures.add("growth by three 5 MB calls, 50 small ones later (MiB)", name, settled - after)


def _report(figures: Figures, servers: list[str]) -> list[str]:
    columns = [*servers, DIRECT]
    lines = [f"| median (spread) | {' | '.join(columns)} |", f"|---{'|---' * len(columns)}|"]
    for figure in figures.samples:
        digits = 0 if "bytes" in figure or "spawn" in figure or "calls/s" in figure else 2
        lines.append(f"| {figure} | {' | '.join(figures.shown(figure, name, digits) for name in columns)} |")
    lines += ["", "| goal | limit | here | |", "|---|---|---|---|"]
    for goal, limit, figure in _goals(figures):
        at_most = limit.startswith("≤")
        number = float(limit.split()[1])
        met = figure <= number if at_most else figure >= number
        verdict = "not measured" if figure != figure else "met" if met else "missed"  # noqa: PLR0124 - not a number
        lines.append(f"| {goal} | {limit} | {figure:.2f} | {verdict} |")
    return lines


def _goals(figures: Figures) -> list[tuple[str, str, float]]:
    ratio: Callable[..., float] = figures.ratio
    listed, called = "spawn → tools/list (ms)", "spawn → first call answered (ms)"
    return [
        ("tools/list ÷ FastMCP", "≤ 0.40", ratio(listed, OURS, FASTMCP)),
        ("tools/list ÷ plain server", "≤ 0.80", ratio(listed, OURS, PLAIN)),
        ("first call ÷ plain server", "≤ 1.00", ratio(called, OURS, PLAIN)),
        ("2 KB p50 ÷ direct httpx", "≤ 1.30", ratio("2 KB: p50 (ms)", OURS, DIRECT)),
        ("20 KB p50 ÷ direct httpx", "≤ 1.50", ratio("20 KB: p50 (ms)", OURS, DIRECT)),
        ("200 KB p50 ÷ plain server", "≤ 1.00", ratio("200 KB: p50 (ms)", OURS, PLAIN)),
        (
            "5 MB p50 ÷ 200 KB p50, 25 times the bytes",
            "≤ 25",
            ratio("5 MB: p50 (ms)", OURS, OURS, "200 KB: p50 (ms)"),
        ),
        ("calls/s at 64 in flight ÷ plain server", "≥ 2.5", ratio("64 in flight: calls/s", OURS, PLAIN)),
        ("memory after start ÷ plain server", "≤ 1.00", ratio("memory after start (MiB)", OURS, PLAIN)),
        (
            "growth from call 1,000 to 10,000 (MiB)",
            "≤ 1",
            figures.of("growth from call 1,000 to 10,000 (MiB)", OURS),
        ),
        ("2 KB p50 ÷ Node proxy", "≤ 1.00", ratio("2 KB: p50 (ms)", OURS, NODE)),
        ("20 KB p50 ÷ Node proxy", "≤ 1.00", ratio("20 KB: p50 (ms)", OURS, NODE)),
        ("200 KB p50 ÷ Node proxy", "≤ 1.00", ratio("200 KB: p50 (ms)", OURS, NODE)),
        ("5 MB p50 ÷ Node proxy", "≤ 1.00", ratio("5 MB: p50 (ms)", OURS, NODE)),
    ]


if __name__ == "__main__":
    sys.exit(main())
