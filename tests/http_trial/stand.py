"""What a trial runs on: replicas of the server behind nginx with the shipped configuration, and an API."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
REPLICA = [sys.executable, "-m", "kaizen_mcp", "http"]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
INSTALL_NGINX = "apt-get install -y nginx-light"
KEY_HEADER = "X-Kaizen-Api-Key"
START_SECONDS, EXIT_SECONDS = 60, 60
SETTINGS = {
    "KAIZEN_HTTP_AUTH": "caller-key",
    "KAIZEN_MAX_CALLS_PER_MINUTE": "1000000",
    "KAIZEN_HTTP_MAX_CONCURRENCY": "256",
}

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_WAIT = re.compile(r"exec-wait-([\d.]+)-")
_KEY = re.compile(rb"authorization: *bearer +(\S+)", re.IGNORECASE)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def mark(key: str, execution_id: str) -> str:
    """The text in an object that only the caller with this key may see; no other caller has it in any object."""
    return f"seen by caller {int(hashlib.sha256(f'{key} {execution_id}'.encode()).hexdigest()[:12], 16):015d}"


MARK = re.compile(r"seen by caller \d{15}")


class Api:
    """A Kaizen API with an object of its own for each caller; `exec-wait-3-7` runs for its first three seconds."""

    def __init__(self) -> None:
        self.port = free_port()
        self.requests: dict[str, int] = {}
        self._first_seen: dict[tuple[str, str], float] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it, with all connections; entering it again opens it at the same address."""
        if self._server:
            self._server.close()
        for writer in self._connections:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length, key = _LENGTH.search(head), _KEY.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                answer = self._answer(key[1].decode() if key else "", json.loads(body)["id"])
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    def _answer(self, key: str, execution_id: str) -> bytes:
        self.requests[execution_id] = self.requests.get(execution_id, 0) + 1
        now = asyncio.get_running_loop().time()
        started = self._first_seen.setdefault((key, execution_id), now)
        wait = _WAIT.match(execution_id)
        runs = wait is not None and now - started < float(wait[1])
        execution = {
            "id": execution_id,
            "name": mark(key, execution_id),
            "status": "InProgress" if runs else "Completed",
            "startTime": "2026-11-01T09:00:00Z",
            "endTime": None if runs else "2026-11-01T09:10:00Z",
            "response": {"rows": [{"row": row, "note": mark(key, execution_id)} for row in range(3)]},
        }
        return json.dumps({"execution": execution}).encode()


@dataclass
class Program:
    """A process of the trial; what it writes goes to `log`."""

    command: list[str]
    log: Path
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=self.environ, cwd=ROOT
            )

    def send(self, number: signal.Signals) -> None:
        assert self.process
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        assert self.process
        self.send(number)
        async with asyncio.timeout(EXIT_SECONDS):
            return await self.process.wait()

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None


async def reachable(port: int, path: str) -> bool:
    """Whether a GET of the path is answered with 200."""
    with suppress(OSError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        status = await reader.readline()
        writer.close()
        return b" 200 " in status
    return False


async def until_ready(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not await reachable(port, "/readyz"):
            await asyncio.sleep(0.1)


@dataclass
class Stand:
    """Replicas behind nginx. `url` is what callers use, `direct` the first replica without nginx."""

    folder: Path
    port: int
    ports: list[int]
    replicas: list[Program]
    nginx: Program

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    @property
    def direct(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}/mcp"

    async def start(self, number: int) -> None:
        """Start a replica and wait until it is ready."""
        await self.replicas[number].start()
        await until_ready(self.ports[number])

    def logs(self) -> str:
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in self.folder.glob("*.log"))


def configure_nginx(folder: Path, port: int, replicas: list[int]) -> list[str]:
    """Copy the shipped configuration to a folder, with ports of this computer, and return the command for it."""
    assert NGINX
    shutil.copy(DEPLOY / "nginx.conf", folder)
    (folder / "site.conf").write_text(
        f"listen 127.0.0.1:{port} backlog=2048;\naccess_log {folder}/access.log calls;\n"
    )
    shipped = (DEPLOY / "replicas.conf").read_text(encoding="utf-8").splitlines()
    options = shipped[-1].partition(":8003")[2]
    (folder / "replicas.conf").write_text(
        "".join(f"server 127.0.0.1:{replica}{options}\n" for replica in replicas)
    )
    return [
        NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"),
        "-g", f"daemon off; pid {folder}/nginx.pid;",
    ]  # fmt: skip


@asynccontextmanager
async def stand(folder: Path, api_address: str, replicas: int = 3, **variables: str) -> AsyncGenerator[Stand]:
    """Start replicas, with these variables too, and nginx, and end them all."""
    raise_file_limit()
    port, *ports = (free_port() for _ in range(replicas + 1))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")}
    environ = inherited | SETTINGS | {"KAIZEN_BASE_URL": api_address} | variables
    programs = [
        Program([*REPLICA, "--port", str(number)], folder / f"replica-{number}.log", environ) for number in ports
    ]
    nginx = Program(configure_nginx(folder, port, ports), folder / "nginx.log", inherited)
    running = Stand(folder, port, ports, programs, nginx)
    try:
        await asyncio.gather(*(running.start(number) for number in range(replicas)))
        await nginx.start()
        async with asyncio.timeout(START_SECONDS):
            while not await accepts(port):
                await asyncio.sleep(0.1)
        yield running
    finally:
        for program in [nginx, *programs]:
            if program.runs:
                await program.stop(signal.SIGKILL if program in programs else signal.SIGTERM)


async def accepts(port: int) -> bool:
    """Whether the port accepts connections."""
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


def raise_file_limit() -> None:
    """Let this process open as many files as the system allows, for thousands of connections."""
    import resource  # noqa: PLC0415 - not on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
