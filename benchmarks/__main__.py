"""Compare the speed of the server with others, in one interleaved run. `make bench` installs what this needs.

python -m benchmarks [--rounds N] [--python PATH] [--peer NAME=COMMAND ...] [--unpinned] [--json]

In each round every server is measured in turn, so that other load on the machine affects all of them. Only the
ratios are meaningful. Prints Markdown.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

import anyio
import httpx

from benchmarks.driver import Driver, on_cpus

HERE = Path(__file__).parent
OURS, PLAIN, DIRECT = "kaizen-mcp", "plain SDK server", "httpx alone"
TOOLS_LISTED, FIRST_CALL = "start: tools/list (ms)", "start: first call answered (ms)"
CALLS = {"2 KB": (2_000, 100), "20 KB": (20_000, 100), "200 KB": (200_000, 20), "5 MB": (5_000_000, 3)}
"""Label → size of the API's response in bytes, and number of calls per round."""
IN_FLIGHT = (8, 64)
STARTS_PER_ROUND = 3
MEMORY_CALLS = 10_000
"""Number of calls over which the growth of memory is measured."""
GOALS = {TOOLS_LISTED: 0.97, "call: 2 KB (ms)": 1.10}
"""Largest ratio of our figure to the plain server's that meets the goal."""

Samples = dict[str, dict[str, list[float]]]


@dataclass
class Figures:
    """Samples by figure and server, at least one per round."""

    samples: Samples = field(default_factory=dict[str, dict[str, list[float]]])

    def add(self, figure: str, server: str, value: float | None) -> None:
        """Add a sample; None means that it can't be measured here."""
        if value is not None:
            self.samples.setdefault(figure, {}).setdefault(server, []).append(value)

    def ratio(self, figure: str, other: str) -> float | None:
        """Median over the rounds of our figure divided by another server's. None if one was not measured."""
        ours = self.samples.get(figure, {}).get(OURS, [])
        theirs = self.samples.get(figure, {}).get(other, [])
        ratios = [a / b for a, b in zip(ours, theirs, strict=False) if b]
        return median(ratios) if ratios else None

    def median_and_range(self, figure: str, server: str) -> str:
        """For example `4.10 (3.90 to 4.45)`."""
        values = self.samples.get(figure, {}).get(server)
        if not values:
            return "–"
        digits = 0 if "start" in figure or "calls/s" in figure else 2
        return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main() -> int:
    """Measure and print the report. Returns 0 even if a goal is missed."""
    options = _options()
    cpus = None if options.unpinned else _cpu_for_servers()
    figures = Figures()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stub:
        assert stub.stdout  # noqa: S101 - it is a pipe
        address = f"http://127.0.0.1:{stub.stdout.readline().strip()}"
        servers = {
            OURS: [options.python, "-P", "-m", "kaizen_mcp"],
            PLAIN: [sys.executable, "-P", str(HERE / "plain_server.py")],
            **{name: shlex.split(command.replace("{address}", address)) for name, command in options.peers},
        }
        _measure(figures, servers, address, cpus, options.rounds)
        stub.communicate()
    if options.json:
        print(json.dumps(figures.samples, indent=2))
    else:
        print(*_report(figures, list(servers)), sep="\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Compare the speed of the server with others."
    )
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds (default %(default)s)")
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="Python in which kaizen-mcp is installed (default: the one that runs this)",
    )
    parser.add_argument(
        "--peer", action="append", default=[], metavar="NAME=COMMAND", dest="peers", type=_peer,
        help="another server; {address} in the command becomes the address of the API",
    )  # fmt: skip
    parser.add_argument("--unpinned", action="store_true", help="let the system choose the CPUs")
    parser.add_argument("--json", action="store_true", help="print every sample as JSON")
    return parser.parse_args()


def _peer(text: str) -> tuple[str, str]:
    name, separator, command = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError("a peer is NAME=COMMAND")
    return name, command


def _cpu_for_servers() -> set[int] | None:
    """Pin this process to one CPU and return another one for the servers; None if the system has only one.

    A server that the system moves between CPUs can lose up to half of its speed, at random.
    """
    if sys.platform != "linux" or len(available := sorted(os.sched_getaffinity(0))) == 1:
        return None
    os.sched_setaffinity(0, {available[1]})
    return {available[0]}


def _measure(
    figures: Figures, servers: Mapping[str, list[str]], address: str, cpus: set[int] | None, rounds: int
) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")} | {
        "KAIZEN_BASE_URL": address,
        "KAIZEN_API_KEY": "benchmark-key-0123456789",
        "KAIZEN_MAX_CALLS_PER_MINUTE": "1000000",
    }
    _measure_starts(Figures(), servers, environ, cpus, 1)  # fills the file system cache
    _measure_starts(figures, servers, environ, cpus, rounds * STARTS_PER_ROUND)
    drivers = {name: Driver(command, environ, cpus=cpus) for name, command in servers.items()}
    try:
        for driver in drivers.values():
            driver.start()
            driver.times(20_000, 100)  # warms up
        for _ in range(rounds):
            _measure_calls(figures, drivers, address, cpus)
        _measure_memory(figures, drivers, MEMORY_CALLS if rounds > 1 else MEMORY_CALLS // 10)
    finally:
        for driver in drivers.values():
            driver.close()


def _measure_starts(
    figures: Figures,
    servers: Mapping[str, list[str]],
    environ: Mapping[str, str],
    cpus: set[int] | None,
    starts: int,
) -> None:
    for _ in range(starts):
        for name, command in servers.items():
            with Driver(command, environ, cpus=cpus) as driver:
                start = driver.start()
                figures.add(TOOLS_LISTED, name, start.tools_listed * 1000)
                figures.add(FIRST_CALL, name, start.first_call * 1000)
                figures.add("memory: after start (MiB)", name, driver.memory())


def _measure_calls(figures: Figures, drivers: Mapping[str, Driver], address: str, cpus: set[int] | None) -> None:
    for label, (size, calls) in CALLS.items():
        with on_cpus(cpus):  # the servers are idle meanwhile
            figures.add(f"call: {label} (ms)", DIRECT, anyio.run(_direct, address, size, calls))
        for name, driver in drivers.items():
            figures.add(f"call: {label} (ms)", name, median(driver.times(size, calls)) * 1000)
    for in_flight in IN_FLIGHT:
        for name, driver in drivers.items():
            per_second = driver.calls_per_second(20_000, 200, in_flight=in_flight)
            figures.add(f"{in_flight} calls of 20 KB in flight: calls/s", name, per_second)


async def _direct(address: str, size: int, calls: int) -> float:
    """Median milliseconds for the same POST with a warm httpx client, including parsing the JSON."""
    seconds: list[float] = []
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": "Bearer benchmark"}) as client:
        for number in range(calls + 10):
            start = perf_counter()
            (await client.post("/executions/get", json={"id": f"exec-{size}-{number}"})).json()
            seconds.append(perf_counter() - start)
    return median(seconds[10:]) * 1000


def _measure_memory(figures: Figures, drivers: Mapping[str, Driver], calls: int) -> None:
    for name, driver in drivers.items():
        driver.calls_per_second(2_000, calls // 10, in_flight=8)
        before = driver.memory()
        driver.calls_per_second(2_000, calls - calls // 10, in_flight=8)
        after = driver.memory()
        if before is not None and after is not None:
            figures.add(f"memory: growth from call {calls // 10:,} to {calls:,} (MiB)", name, after - before)


def _report(figures: Figures, servers: list[str]) -> list[str]:
    columns = [*servers, DIRECT]
    lines = _table("median (range)", columns)
    for figure in figures.samples:
        lines.append(_row(figure, [figures.median_and_range(figure, name) for name in columns]))
    other_columns = columns[1:]
    lines += ["", *_table(f"{OURS} ÷", other_columns)]
    for figure in figures.samples:
        if "growth" not in figure:
            ratios = [figures.ratio(figure, name) for name in other_columns]
            lines.append(_row(figure, ["–" if ratio is None else f"{ratio:.2f}" for ratio in ratios]))
    lines.append("")
    for figure, limit in GOALS.items():
        ratio = figures.ratio(figure, PLAIN)
        outcome = "not measured" if ratio is None else f"{ratio:.2f}, {'met' if ratio <= limit else 'missed'}"
        lines.append(f"- Goal: {figure.partition(' (')[0]} ÷ {PLAIN} ≤ {limit:.2f}. Here: {outcome}.")
    return lines


def _table(title: str, columns: list[str]) -> list[str]:
    return [_row(title, columns), f"|---{'|---' * len(columns)}|"]


def _row(title: str, cells: list[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
