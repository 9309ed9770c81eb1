"""Process shutdown and invalid lines, over raw pipes: MCP clients can't cause these faults."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import anyio.to_thread

from .misbehaving import COMMAND, SETTINGS, Outcome, environment

EXIT_TIMEOUT = 30.0
"""Seconds a process may take to exit on a loaded machine."""

_ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "faults", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def request_line(request_id: int, method: str, **params: Any) -> bytes:
    message = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": {**params, "_meta": _ENVELOPE}}
    return json.dumps(message).encode() + b"\n"


def call_line(request_id: int, execution_id: str) -> bytes:
    return request_line(
        request_id, "tools/call", name="get_execution", arguments={"id": execution_id, "detail": "summary"}
    )


@dataclass
class ServerProcess:
    """A kaizen-mcp process and its pipes."""

    process: subprocess.Popen[bytes]

    def write(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def read_message(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def read_stderr(self) -> str:
        assert self.process.stderr
        return self.process.stderr.read().decode()


@contextmanager
def running_server(command: list[str] = COMMAND, **variables: str) -> Generator[ServerProcess]:
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen(
            command,
            env=environment(home, **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        try:
            yield ServerProcess(process)
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(BrokenPipeError):
                        pipe.close()
            try:
                process.wait(EXIT_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()


# Each function shuts the server down in one way and returns the expected exit code.


def close_stdin(server: ServerProcess) -> int:
    assert server.process.stdin
    server.process.stdin.close()
    return 0


def close_stdout(server: ServerProcess) -> int:
    assert server.process.stdout
    server.process.stdout.close()
    server.write(request_line(9, "tools/list"))
    return 0


def send_sigterm(server: ServerProcess) -> int:
    server.process.send_signal(signal.SIGTERM)
    return 128 + signal.SIGTERM


def send_sigint(server: ServerProcess) -> int:
    server.process.send_signal(signal.SIGINT)
    return 128 + signal.SIGINT


def send_sigterm_with_unread_output(server: ServerProcess) -> int:
    server.write(b"".join(request_line(number, "tools/list") for number in range(100, 140)))
    return send_sigterm(server)


Shutdown = Callable[[ServerProcess], int]
SHUTDOWNS: list[Shutdown] = [close_stdin, close_stdout, send_sigterm, send_sigint, send_sigterm_with_unread_output]


def check_shutdown(shutdown: Shutdown, *, in_flight: bool) -> Outcome:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with running_server(KAIZEN_API_KEY=SETTINGS["KAIZEN_API_KEY"], KAIZEN_BASE_URL=address) as server:
            server.write(request_line(1, "tools/list"))
            server.read_message()
            connections = ExitStack()
            if in_flight:
                server.write(call_line(2, "a"))
                connections.enter_context(silent.accept()[0])
            expected = shutdown(server)
            try:
                exit_code = server.process.wait(EXIT_TIMEOUT)
            except subprocess.TimeoutExpired:
                exit_code = None
                server.process.kill()
            stderr = server.read_stderr()
            connections.close()
    name = f"{shutdown.__name__.replace('_', ' ')}, {'a call in flight' if in_flight else 'idle'}"
    outcome = Outcome(name, f"exit code {exit_code}, stderr {stderr!r}")
    # With unread output the SDK warns that it could not answer. Nothing else may be on stderr.
    quiet = stderr == "" or (shutdown is send_sigterm_with_unread_output and "Traceback" not in stderr)
    outcome.problem = "" if exit_code == expected and quiet else f"should be {expected}, and quiet"
    return outcome


INVALID_LINES: dict[str, tuple[bytes, Any, int]] = {
    "a line that is not JSON": (b"{oops", None, -32700),
    "a batch": (b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]', None, -32600),
    "a request whose method is a number": (b'{"jsonrpc": "2.0", "id": 7, "method": 5}', 7, -32600),
    "a lone surrogate in an argument": (
        rb'{"jsonrpc": "2.0", "id": "s", "method": "tools/call", "params": {"name": "\ud800"}}',
        "s",
        -32700,
    ),
    "a lone surrogate in the request id": (
        rb'{"jsonrpc": "2.0", "id": "\ud800", "method": "tools/list"}',
        None,
        -32700,
    ),
    "invalid UTF-8": (b'{"jsonrpc": "2.0", "id": 8, "method": "\xff"}', None, -32700),
    "a line of 5 MB": (b"x" * 5_000_000, None, -32700),
    "100,000 levels": (b"[" * 100_000, None, -32700),
}
"""By name: a line, and the id and error code of the response to it."""


def invalid_lines() -> list[Outcome]:
    """Each invalid line gets an error response, and the call after it a result."""
    outcomes: list[Outcome] = []
    with running_server(KAIZEN_SANDBOX="1") as server:
        for number, (name, (invalid_line, request_id, code)) in enumerate(INVALID_LINES.items()):
            server.write(b"\n" + invalid_line + b"\n" + call_line(100 + number, "exec-child"))
            error, result = sorted(
                [server.read_message(), server.read_message()], key=lambda message: "result" in message
            )
            ids_and_code = (error["id"], error["error"]["code"], result["id"])
            problem = "" if ids_and_code == (request_id, code, 100 + number) else "no response, or the wrong one"
            outcomes.append(Outcome(name, json.dumps(error), problem))
    return outcomes


PRINTING_SERVER = """
import os, sys, threading, time
def stray():
    while not os.path.samestat(os.fstat(1), os.fstat(2)):
        time.sleep(0.001)  # until the server has redirected stdout to stderr
    while True:
        time.sleep(0.01)
        print("stray"); sys.stdout.flush(); os.write(1, b"stray"); os.system("echo stray")
threading.Thread(target=stray, daemon=True).start()
from kaizen_mcp.cli.main import main
sys.exit(main([]))
"""


def stray_prints() -> Outcome:
    with running_server([sys.executable, "-c", PRINTING_SERVER], KAIZEN_SANDBOX="1") as server:
        assert server.process.stderr
        for _ in range(8):
            server.process.stderr.readline()  # eight prints have been redirected
        server.write(call_line(1, "exec-child"))
        message = server.read_message()
    return Outcome("prints by other code", json.dumps(message), "" if message["id"] == 1 else "not the response")


SERVER_WITH_HANGING_DNS = """
import asyncio, sys, time
import httpx
from kaizen_mcp import server
from kaizen_mcp.cli.main import main
class HangingTransport(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request):
        await asyncio.to_thread(time.sleep, 60)  # as a DNS lookup without a response blocks a thread
build = server.create_server
server.create_server = lambda settings: build(settings, transport=HangingTransport())
sys.exit(main([]))
"""


def hanging_dns() -> Outcome:
    """A thread blocked by a DNS lookup must not delay the exit."""
    with running_server(
        [sys.executable, "-c", SERVER_WITH_HANGING_DNS], KAIZEN_API_KEY=SETTINGS["KAIZEN_API_KEY"]
    ) as server:
        server.write(call_line(1, "a") + request_line(2, "tools/list"))
        server.read_message()  # the tool list; by now the call is in flight
        close_stdin(server)
        exit_code = server.process.wait(EXIT_TIMEOUT)
        stderr = server.read_stderr()
    outcome = Outcome("a hanging DNS lookup", f"exit code {exit_code}, stderr {stderr!r}")
    outcome.problem = "" if (exit_code, stderr) == (0, "") else "should be 0, and quiet"
    return outcome


async def run() -> list[Outcome]:
    outcomes = [
        await anyio.to_thread.run_sync(
            lambda shutdown=shutdown, in_flight=in_flight: check_shutdown(shutdown, in_flight=in_flight)
        )
        for shutdown in SHUTDOWNS
        for in_flight in (False, True)
    ]
    return [
        *outcomes,
        *await anyio.to_thread.run_sync(invalid_lines),
        await anyio.to_thread.run_sync(stray_prints),
        await anyio.to_thread.run_sync(hanging_dns),
    ]
