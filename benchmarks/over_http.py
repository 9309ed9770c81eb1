"""Compare the speed of the HTTP server with a plain one on the same SDK, in one interleaved run.

python -m benchmarks.over_http [--rounds N] [--calls N] [--python PATH]

64 callers with keys of their own, each with one call of 20 KB in flight. Only the ratios are meaningful. Prints
Markdown.
"""

import argparse
import asyncio
import json
import math
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import NamedTuple

from benchmarks.driver import on_cpus

HERE = Path(__file__).parent
OURS, PLAIN, PLAIN_JSON = "kaizen-mcp", "plain SDK server", "plain, JSON answers"
TWO = "two replicas of kaizen-mcp"
ERAS = ("2026-07-28", "2025-11-25")
IN_FLIGHT, SIZE = 64, 20_000
START_SECONDS, EXIT_SECONDS = 60, 60


@dataclass(frozen=True)
class Measured:
    """Calls a second, the 99th percentile of their times in ms, and CPU time of the server for a call in ms."""

    per_second: float
    slow_ms: float
    cpu_ms: float


def request(era: str, caller: int, number: int) -> bytes:
    """A call of `get_execution` as a client of this era sends it."""
    meta, headers = {}, [f"MCP-Protocol-Version: {era}", f"X-Kaizen-Api-Key: benchmark-key-{caller:06d}"]
    if era == ERAS[0]:
        prefix = "io.modelcontextprotocol"
        info = {"name": "benchmark", "version": "1"}
        meta = {f"{prefix}/protocolVersion": era, f"{prefix}/clientInfo": info, f"{prefix}/clientCapabilities": {}}
        headers += ["Mcp-Method: tools/call", "Mcp-Name: get_execution"]
    params = {"name": "get_execution", "arguments": {"id": f"exec-{SIZE}-{number}"}, "_meta": meta}
    body = json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}).encode()
    lines = [
        "POST /mcp HTTP/1.1",
        "Host: 127.0.0.1:8000",  # the plain server wants a port
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """Read a response with a length or in chunks, and return its body.

    Raises:
        RuntimeError: the call failed.
    """
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), None)
    if length:
        body = await reader.readexactly(int(length.split(b":")[1]))
    else:
        chunks: list[bytes] = []
        while size := int(await reader.readline(), 16):
            chunks.append((await reader.readexactly(size + 2))[:-2])
        await reader.readline()
        body = b"".join(chunks)
    if b" 200 " not in head.split(b"\r\n", 1)[0] or b'"isError":true' in body or len(body) < SIZE:
        raise RuntimeError(f"a call failed: {head!r} {body[:500]!r}")
    return body


class Server(NamedTuple):
    """A running server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """CPU time it has used so far; NaN on systems without /proc."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return math.nan
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(servers: Sequence[Server], era: str, calls: int) -> Measured:
    """Make so many calls, `IN_FLIGHT` at a time, spread over the servers."""
    cpu_before = sum(server.cpu_seconds() for server in servers)
    seconds: list[float] = []
    numbers = iter(range(1, calls + 1))

    async def call_in_turn(caller: int) -> None:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", servers[caller % len(servers)].port, limit=1 << 20
        )
        for number in numbers:
            start = perf_counter()
            writer.write(request(era, caller, number))
            await read_answer(reader)
            seconds.append(perf_counter() - start)
        writer.close()

    start = perf_counter()
    await asyncio.gather(*map(call_in_turn, range(IN_FLIGHT)))
    elapsed = perf_counter() - start
    cpu = sum(server.cpu_seconds() for server in servers) - cpu_before
    return Measured(calls / elapsed, quantiles(seconds, n=100)[-1] * 1000, cpu / calls * 1000)


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], cpus: set[int] | None) -> Generator[Server]:
    """A server on a free port, which replaces `{port}` in the command."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with on_cpus(cpus):
        process = subprocess.Popen(  # noqa: S603 - the servers to compare
            [part.format(port=port) for part in command],
            env=dict(environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    try:
        deadline = perf_counter() + START_SECONDS
        while not _listens(port):
            if perf_counter() > deadline or process.poll() is not None:
                raise RuntimeError(f"{command} does not listen")
            sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(EXIT_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def main() -> int:
    """Measure and print the report. Returns 0 even if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.over_http", description="Compare speed over HTTP.")
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds (default %(default)s)")
    parser.add_argument("--calls", type=int, default=1_000, help="calls for each figure (default %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="Python in which kaizen-mcp is installed")
    options = parser.parse_args()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stub:
        assert stub.stdout  # noqa: S101 - it is a pipe
        environ = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")} | {
            "KAIZEN_BASE_URL": f"http://127.0.0.1:{stub.stdout.readline().strip()}",
            "KAIZEN_MAX_CALLS_PER_MINUTE": "1000000",
        }
        ours = [options.python, "-P", "-m", "kaizen_mcp", "http", "--port", "{port}"]
        plain = [sys.executable, "-P", str(HERE / "plain_server.py"), "--http", "{port}"]
        servers = {OURS: ours, PLAIN: plain, PLAIN_JSON: [*plain, "--json"]}
        print(*_one_replica(servers, environ, options.rounds, options.calls), sep="\n", flush=True)
        print(*_two_replicas(ours, environ, options.rounds, options.calls), sep="\n")
        stub.communicate()
    return 0


def _one_replica(
    servers: Mapping[str, list[str]], environ: Mapping[str, str], rounds: int, calls: int
) -> list[str]:
    """Each server on one CPU; the client and the API share the other."""
    cpus = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
    samples: dict[tuple[str, str], list[Measured]] = {}
    key = {"KAIZEN_API_KEY": "benchmark-key-of-the-plain-server"}
    with ExitStack() as stack:
        pinned = {cpus[0]} if len(cpus) > 1 else None
        running_servers = {
            name: stack.enter_context(running(command, {**environ, **key} if name != OURS else environ, pinned))
            for name, command in servers.items()
        }
        stack.enter_context(on_cpus({cpus[1]} if pinned else None))
        for round_number in range(rounds + 1):
            for era in ERAS:
                for name, server in running_servers.items():
                    measured = asyncio.run(measure([server], era, calls))
                    if round_number:  # the first one warms up
                        samples.setdefault((era, name), []).append(measured)
    return _report(samples, list(servers))


def _report(samples: Mapping[tuple[str, str], list[Measured]], names: list[str]) -> list[str]:
    lines = [f"| {IN_FLIGHT} calls of 20 KB in flight | {' | '.join(names)} |", f"|---{'|---' * len(names)}|"]
    for era in ERAS:
        rates = {name: [sample.per_second for sample in samples[era, name]] for name in names}
        slow = {name: [sample.slow_ms for sample in samples[era, name]] for name in names}
        cpu = {name: [sample.cpu_ms for sample in samples[era, name]] for name in names}
        for label, values in [
            (f"{era}: calls/s", rates),
            (f"{era}: 99th percentile (ms)", slow),
            (f"{era}: CPU time a call (ms)", cpu),
        ]:
            lines.append(f"| {label} | {' | '.join(_median_and_range(values[name]) for name in names)} |")
            ratios = [_ratio(values[OURS], values[name]) for name in names]
            lines.append(f"| {label.partition(' (')[0]}: {OURS} ÷ | {' | '.join(ratios)} |")
    return [*lines, "", "Goals: calls/s ÷ plain SDK server ≥ 1.0; 99th percentile ÷ the same ≤ 1.2."]


def _median_and_range(values: list[float]) -> str:
    digits = 1 if median(values) < 100 else 0  # noqa: PLR2004 - two or three figures that count
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def _ratio(ours: list[float], theirs: list[float]) -> str:
    return f"{median(a / b for a, b in zip(ours, theirs, strict=True)):.2f}"


def _two_replicas(command: list[str], environ: Mapping[str, str], rounds: int, calls: int) -> list[str]:
    """Two replicas and one, on all CPUs, which they share with the client and the API."""
    with ExitStack() as stack:
        both = [stack.enter_context(running(command, environ, None)) for _ in range(2)]
        asyncio.run(measure(both, ERAS[0], calls))  # warms up
        pairs = [
            [asyncio.run(measure(used, ERAS[0], calls)).per_second for used in (both[:1], both)]
            for _ in range(rounds)
        ]
    one, two = ([pair[number] for pair in pairs] for number in (0, 1))
    figures = f"{_median_and_range(two)} calls/s ÷ {_median_and_range(one)} of one = {_ratio(two, one)}"
    return ["", f"{TWO.capitalize()} on all CPUs, shared with client and API: {figures}."]


if __name__ == "__main__":
    sys.exit(main())
