"""Ends of the process, and lines that are no messages, over raw pipes: no client would send or survive them."""

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

from .misbehaving import COMMAND, SETTINGS, Seen, environment

PROMPTLY = 10.0
"""Seconds that an end may take on a loaded machine before it is called a hang."""

_ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "faults", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def line(identifier: int, method: str, **params: Any) -> bytes:
    message = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": {**params, "_meta": _ENVELOPE}}
    return json.dumps(message).encode() + b"\n"


def call(identifier: int, asked: str) -> bytes:
    return line(identifier, "tools/call", name="get_execution", arguments={"id": asked, "detail": "summary"})


@dataclass
class Raw:
    """A kaizen-mcp process and its pipes."""

    process: subprocess.Popen[bytes]

    def write(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def errors(self) -> str:
        assert self.process.stderr
        return self.process.stderr.read().decode()


@contextmanager
def raw(command: list[str] = COMMAND, **variables: str) -> Generator[Raw]:
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
            yield Raw(process)
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(BrokenPipeError):
                        pipe.close()
            try:
                process.wait(PROMPTLY)
            except subprocess.TimeoutExpired:
                process.kill()


# How it can be made to end, and the exit code that follows.


def at_end_of_stdin(server: Raw) -> int:
    assert server.process.stdin
    server.process.stdin.close()
    return 0


def at_broken_stdout(server: Raw) -> int:
    assert server.process.stdout
    server.process.stdout.close()
    server.write(line(9, "tools/list"))
    return 0


def at_sigterm(server: Raw) -> int:
    server.process.send_signal(signal.SIGTERM)
    return 128 + signal.SIGTERM


def at_sigint(server: Raw) -> int:
    server.process.send_signal(signal.SIGINT)
    return 128 + signal.SIGINT


def at_sigterm_while_nobody_reads(server: Raw) -> int:
    server.write(b"".join(line(number, "tools/list") for number in range(100, 140)))
    return at_sigterm(server)


Way = Callable[[Raw], int]
WAYS: list[Way] = [at_end_of_stdin, at_broken_stdout, at_sigterm, at_sigint, at_sigterm_while_nobody_reads]


def end(way: Way, *, in_flight: bool) -> Seen:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with raw(KAIZEN_API_KEY=SETTINGS["KAIZEN_API_KEY"], KAIZEN_BASE_URL=address) as server:
            server.write(line(1, "tools/list"))
            server.read()
            connections = ExitStack()
            if in_flight:
                server.write(call(2, "a"))
                connections.enter_context(silent.accept()[0])
            expected = way(server)
            try:
                code = server.process.wait(PROMPTLY)
            except subprocess.TimeoutExpired:
                code = None
                server.process.kill()
            errors = server.errors()
            connections.close()
    name = f"{way.__name__.replace('_', ' ')}, {'a call in flight' if in_flight else 'idle'}"
    seen = Seen(name, f"exit code {code}, stderr {errors!r}")
    # The SDK warns that it could not answer where nobody reads; nothing else may be said.
    quiet = errors == "" or (way is at_sigterm_while_nobody_reads and "Traceback" not in errors)
    seen.wrong = "" if code == expected and quiet else f"should be {expected}, and quiet"
    return seen


NO_MESSAGES: dict[str, tuple[bytes, Any, int]] = {
    "a line that is no JSON": (b"{oops", None, -32700),
    "a batch": (b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]', None, -32600),
    "a request whose method is a number": (b'{"jsonrpc": "2.0", "id": 7, "method": 5}', 7, -32600),
    "half of a surrogate pair in an argument": (
        rb'{"jsonrpc": "2.0", "id": "s", "method": "tools/call", "params": {"name": "\ud800"}}',
        "s",
        -32700,
    ),
    "half of a surrogate pair in the request's id": (
        rb'{"jsonrpc": "2.0", "id": "\ud800", "method": "tools/list"}',
        None,
        -32700,
    ),
    "invalid UTF-8": (b'{"jsonrpc": "2.0", "id": 8, "method": "\xff"}', None, -32700),
    "a line of 5 MB": (b"x" * 5_000_000, None, -32700),
    "100,000 levels": (b"[" * 100_000, None, -32700),
}
"""Lines, and the id and the code of the answer to each."""


def no_messages() -> list[Seen]:
    """Each line gets its answer, and the call after it gets one as well."""
    seen: list[Seen] = []
    with raw(KAIZEN_SANDBOX="1") as server:
        for number, (name, (sent, identifier, code)) in enumerate(NO_MESSAGES.items()):
            server.write(b"\n" + sent + b"\n" + call(100 + number, "exec-child"))
            refused, good = sorted([server.read(), server.read()], key=lambda answer: "result" in answer)
            right = (refused["id"], refused["error"]["code"]) == (identifier, code) and good["id"] == 100 + number
            seen.append(Seen(name, json.dumps(refused), "" if right else "no answer, or another one"))
    return seen


STRAY = """
import os, sys, threading, time
def stray():
    while not os.path.samestat(os.fstat(1), os.fstat(2)):
        time.sleep(0.001)  # until the server has taken standard output for itself
    while True:
        time.sleep(0.01)
        print("stray"); sys.stdout.flush(); os.write(1, b"stray"); os.system("echo stray")
threading.Thread(target=stray, daemon=True).start()
from kaizen_mcp.cli.main import main
sys.exit(main([]))
"""


def stray_prints() -> Seen:
    with raw([sys.executable, "-c", STRAY], KAIZEN_SANDBOX="1") as server:
        assert server.process.stderr
        for _ in range(8):
            server.process.stderr.readline()  # eight prints have been diverted
        server.write(call(1, "exec-child"))
        answer = server.read()
    return Seen("prints of other code", json.dumps(answer), "" if answer["id"] == 1 else "not the answer")


STUCK = """
import asyncio, sys, time
import httpx
from kaizen_mcp import server
from kaizen_mcp.cli.main import main
class Resolver(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request):
        await asyncio.to_thread(time.sleep, 60)  # as a name server that is silent keeps a thread
build = server.create_server
server.create_server = lambda settings: build(settings, transport=Resolver())
sys.exit(main([]))
"""


def stuck_thread() -> Seen:
    """A thread that does not end must not keep the process from ending."""
    with raw([sys.executable, "-c", STUCK], KAIZEN_API_KEY=SETTINGS["KAIZEN_API_KEY"]) as server:
        server.write(call(1, "a") + line(2, "tools/list"))
        server.read()  # the list; by now the call is under way
        at_end_of_stdin(server)
        code = server.process.wait(PROMPTLY)
        errors = server.errors()
    seen = Seen("a name server that is silent", f"exit code {code}, stderr {errors!r}")
    seen.wrong = "" if (code, errors) == (0, "") else "should be 0, and quiet"
    return seen


async def look() -> list[Seen]:
    seen = [
        await anyio.to_thread.run_sync(lambda way=way, busy=busy: end(way, in_flight=busy))
        for way in WAYS
        for busy in (False, True)
    ]
    return [
        *seen,
        *await anyio.to_thread.run_sync(no_messages),
        await anyio.to_thread.run_sync(stray_prints),
        await anyio.to_thread.run_sync(stuck_thread),
    ]
