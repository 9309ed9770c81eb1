"""A client as bare as can be: JSON-RPC lines over two pipes, so that no client's own cost is measured."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from types import TracebackType
from typing import Any, NamedTuple, Self

JsonObject = dict[str, Any]
_PATIENCE = 20
"""Seconds for a server to end by itself."""

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Start(NamedTuple):
    """Seconds from spawning a server to its answers."""

    initialized: float
    listed: float
    called: float


@contextmanager
def on_cpus(cpus: Collection[int] | None) -> Generator[None]:
    """Run this process on certain CPUs for a while; None leaves it where it is."""
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
    """A server process and the pipes to it. Use it as a context manager; it ends the process by closing stdin.

    Args:
        command: starts the server.
        environ: its environment.
        cpus: where it runs; None leaves that to the system.
    """

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], *, cpus: Collection[int] | None = None
    ) -> None:
        self._spawned = perf_counter()
        self._errors = TemporaryFile()  # noqa: SIM115 - closed with the process
        with on_cpus(cpus):  # which a process hands on to its children
            self._process = subprocess.Popen(  # noqa: S603 - the servers that are compared
                command,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
            )
        assert self._process.stdin  # noqa: S101 - it is a pipe
        assert self._process.stdout  # noqa: S101
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._lines: list[bytes] = []
        self._rest: list[bytes] = []
        self._number = 0
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
            self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._errors.close()

    def start(self, identifier: str) -> Start:
        """Shake hands, list the tools and look one execution up, as a client's first question does."""
        hello = {"name": "benchmark", "version": "1"}
        self.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": hello})
        initialized = perf_counter()
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.tools = json.loads(self.request("tools/list", {}))["result"]["tools"]
        listed = perf_counter()
        answer = json.loads(self.call(identifier))
        called = perf_counter()
        if "result" not in answer or answer["result"].get("isError"):
            raise RuntimeError(f"no answer: {json.dumps(answer)[:500]}")
        return Start(initialized - self._spawned, listed - self._spawned, called - self._spawned)

    def request(self, method: str, params: JsonObject) -> bytes:
        """Send one request and return the line that answers it."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._line()

    def call(self, identifier: str) -> bytes:
        """Look up an execution."""
        return self.request("tools/call", self._arguments(identifier))

    def times(self, identifier: str, calls: int) -> list[float]:
        """Seconds of each of so many calls, one after the other."""
        taken: list[float] = []
        for number in range(calls):
            start = perf_counter()
            self.call(f"{identifier}#{number}")
            taken.append(perf_counter() - start)
        return taken

    def throughput(self, identifier: str, calls: int, *, in_flight: int) -> tuple[float, float | None]:
        """Calls per second with so many under way, and the server's CPU seconds for 1,000 of them."""
        cpu, start = self.cpu(), perf_counter()
        for number in range(in_flight):
            self._ask(f"{identifier}#{number}")
        for number in range(in_flight, calls + in_flight):
            self._line()
            if number < calls:
                self._ask(f"{identifier}#{number}")
        seconds, used = perf_counter() - start, self.cpu()
        return calls / seconds, None if cpu is None or used is None else (used - cpu) / calls * 1000

    def cpu(self) -> float | None:
        """CPU seconds the server has used so far, user and system; None where there is no /proc."""
        return _of_proc(
            self._process.pid,
            "stat",
            lambda text: sum(map(int, text.rpartition(")")[2].split()[11:13])) / TICKS,
        )

    def memory(self) -> float | None:
        """MiB of memory the server holds; None where there is no /proc."""
        return _of_proc(self._process.pid, "status", lambda text: int(text.split("VmRSS:")[1].split()[0]) / 1024)

    def _ask(self, identifier: str) -> None:
        self._number += 1
        params = self._arguments(identifier)
        self._send({"jsonrpc": "2.0", "id": self._number, "method": "tools/call", "params": params})

    def _arguments(self, identifier: str) -> JsonObject:
        return {"name": self.tools[0]["name"], "arguments": {"id": identifier}}

    def _send(self, message: JsonObject) -> None:
        left = json.dumps(message).encode() + b"\n"
        while left:
            left = left[os.write(self._to, left) :]

    def _line(self) -> bytes:
        while not self._lines:
            data = os.read(self._from, 1 << 20)
            if not data:
                self._errors.seek(0)
                told = self._errors.read().decode(errors="replace")[-500:]
                raise RuntimeError(f"{self._process.args} has ended: {told}")
            *lines, rest = data.split(b"\n")
            if lines:
                lines[0] = b"".join([*self._rest, lines[0]])
                self._rest.clear()
                self._lines = lines
            self._rest.append(rest)
        return self._lines.pop(0)


def _of_proc(pid: int, name: str, read: Callable[[str], float]) -> float | None:
    try:
        return read(Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8"))
    except OSError:
        return None
