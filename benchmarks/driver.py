"""Minimal MCP client: JSON-RPC lines over two pipes, so that the cost of a client library is not measured."""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from types import TracebackType
from typing import Any, NamedTuple, Self

JsonObject = dict[str, Any]
SHUTDOWN_TIMEOUT = 20
"""Seconds to wait for a server to exit."""


class Start(NamedTuple):
    """Seconds from spawning a server to its first responses."""

    tools_listed: float
    first_call: float


@contextmanager
def on_cpus(cpus: Collection[int] | None) -> Generator[None]:
    """Pin this process to these CPUs within the context; None changes nothing."""
    if cpus is None or sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Driver:
    """A server process and the pipes to it. As a context manager it ends the process by closing stdin.

    Each call looks up another execution; the executions and their order are the same for every server.

    Args:
        command: command line of the server.
        environ: environment variables of the server.
        cpus: CPUs to run it on; None lets the system choose.
    """

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], *, cpus: Collection[int] | None = None
    ) -> None:
        self._spawned = perf_counter()
        self._errors = TemporaryFile()  # noqa: SIM115 - closed with the process
        with on_cpus(cpus):  # a child process inherits them
            self._process = subprocess.Popen(  # noqa: S603 - the servers to compare
                command,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
            )
        assert self._process.stdin  # noqa: S101 - it is a pipe
        assert self._process.stdout  # noqa: S101
        self._stdin, self._stdout = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._lines: list[bytes] = []
        self._partial_line: list[bytes] = []
        self._last_request = self._last_execution = 0
        self.tools: list[JsonObject] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server by closing its stdin."""
        try:
            self._process.communicate(timeout=SHUTDOWN_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._errors.close()

    def start(self) -> Start:
        """Initialize, list the tools and look up one execution of 2,000 bytes."""
        client = {"name": "benchmark", "version": "1"}
        self._request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client})
        self._read_line()
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self._request("tools/list", {})
        self.tools = json.loads(self._read_line())["result"]["tools"]
        listed = perf_counter()
        response = json.loads(self.call(2_000))
        called = perf_counter()
        if "result" not in response or response["result"].get("isError"):
            raise RuntimeError(f"the first call failed: {json.dumps(response)[:500]}")
        return Start(listed - self._spawned, called - self._spawned)

    def call(self, size: int) -> bytes:
        """Look up an execution of `size` bytes; returns the line with the response."""
        self._send_call(size)
        return self._read_line()

    def times(self, size: int, calls: int) -> list[float]:
        """Seconds taken by each of the calls, made one after the other."""
        seconds: list[float] = []
        for _ in range(calls):
            start = perf_counter()
            self.call(size)
            seconds.append(perf_counter() - start)
        return seconds

    def calls_per_second(self, size: int, calls: int, *, in_flight: int) -> float:
        """Throughput with `in_flight` calls in flight at a time."""
        start = perf_counter()
        for _ in range(in_flight):
            self._send_call(size)
        for number in range(calls):
            self._read_line()
            if number + in_flight < calls:
                self._send_call(size)
        return calls / (perf_counter() - start)

    def memory(self) -> float | None:
        """Resident memory of the server in MiB; None on systems without /proc."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return None
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def _send_call(self, size: int) -> None:
        self._last_execution += 1
        arguments = {"id": f"exec-{size}-{self._last_execution}"}
        self._request("tools/call", {"name": self.tools[0]["name"], "arguments": arguments})

    def _request(self, method: str, params: JsonObject) -> None:
        self._last_request += 1
        self._send({"jsonrpc": "2.0", "id": self._last_request, "method": method, "params": params})

    def _send(self, message: JsonObject) -> None:
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self._stdin, data) :]

    def _read_line(self) -> bytes:
        while not self._lines:
            data = os.read(self._stdout, 1 << 20)
            if not data:
                self._errors.seek(0)
                stderr = self._errors.read().decode(errors="replace")[-500:]
                raise RuntimeError(f"{self._process.args} has ended: {stderr}")
            *lines, partial = data.split(b"\n")
            if lines:
                lines[0] = b"".join([*self._partial_line, lines[0]])
                self._partial_line.clear()
                self._lines = lines
            self._partial_line.append(partial)
        return self._lines.pop(0)
