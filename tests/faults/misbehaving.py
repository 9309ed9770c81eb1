"""Shared by the fault tests: a misbehaving HTTP server on loopback, and clients of real server processes."""

import asyncio
import json
import os
import re
import socket
import struct
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

KEY = "kz-test-key-0123456789"
BODY_LIMIT = 1024 * 1024
SETTINGS = {
    "KAIZEN_API_KEY": KEY,
    "KAIZEN_CALL_TIMEOUT": "6",
    "KAIZEN_MAX_BODY_BYTES": str(BODY_LIMIT),
    "KAIZEN_MAX_CONCURRENCY": "100",
}
COMMAND = [sys.executable, "-m", "kaizen_mcp"]


def environment(home: str, **variables: str) -> dict[str, str]:
    """A minimal environment for a server process."""
    inherited = {
        name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG", "SYSTEMROOT") if name in os.environ
    }
    return {**inherited, "HOME": home, **variables}


# A behaviour is what the API does with one request.


@dataclass
class Request:
    """One HTTP request and its connection.

    `attempt` counts the requests for this execution, from 1.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes
    execution_id: str
    attempt: int

    async def send(self, *parts: bytes, pause: float = 0) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            await asyncio.sleep(pause)

    def reset_connection(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def wait_for_disconnect(self) -> None:
        await self.reader.read()


Behaviour = Callable[[Request], Awaitable[None]]


def response(body: bytes, status: str = "200 OK", content_type: str = "application/json", **headers: str) -> bytes:
    fields = {"Content-Type": content_type, "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def success(execution_id: str = "a", **fields: Any) -> bytes:
    return response(json.dumps({"execution": {"id": execution_id, "status": "Completed", **fields}}).encode())


def reply_with(data: bytes) -> Behaviour:
    async def behave(request: Request) -> None:
        await request.send(data)

    return behave


async def hang(request: Request) -> None:
    await request.wait_for_disconnect()


@dataclass
class FaultyApi:
    """HTTP server whose behaviour depends on the execution id in the request."""

    behaviours: Mapping[str, Behaviour]
    requests: Counter[str] = field(default_factory=Counter[str])
    disconnects: Counter[str] = field(default_factory=Counter[str])
    connections: int = 0
    most_connections: int = 0
    port: int = 0
    outages: int = 0
    _down: bool = False
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    async def outage(self, seconds: float) -> None:
        """Reset all open and all new connections for so many seconds."""
        self.outages += 1
        self._down = True
        for writer in [*self._writers]:
            writer.transport.abort()
        await asyncio.sleep(seconds)
        self._down = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        execution_id = ""
        if self._down:
            writer.transport.abort()
            return
        self._writers.add(writer)
        self.connections += 1
        self.most_connections = max(self.most_connections, self.connections)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                payload = await reader.readexactly(int(length[1]) if length else 0)
                execution_id = json.loads(payload)["id"]
                self.requests[execution_id] += 1
                behave = self.behaviours.get(execution_id.partition("#")[0]) or reply_with(success(execution_id))
                await behave(Request(reader, writer, head, execution_id, self.requests[execution_id]))
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            self.connections -= 1
            self._writers.discard(writer)
            self.disconnects[execution_id] += 1
            writer.close()


@asynccontextmanager
async def running_api(
    behaviours: Mapping[str, Behaviour], ssl: SSLContext | None = None
) -> AsyncGenerator[FaultyApi]:
    """Run a faulty API on loopback until the context ends."""
    api = FaultyApi(behaviours)
    server = await asyncio.start_server(api.serve, "127.0.0.1", 0, ssl=ssl)
    api.port = server.sockets[0].getsockname()[1]
    try:
        yield api
    finally:
        server.close()


@asynccontextmanager
async def connected_client(**variables: str) -> AsyncGenerator[Client]:
    """A client connected over stdio to a new kaizen-mcp process with these environment variables."""
    with tempfile.TemporaryDirectory() as home:
        server = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=environment(home, **variables))
        async with Client(server) as client:
            await client.list_tools()
            yield client


@dataclass
class Outcome:
    """What the client got for a fault, and what is wrong with it (empty if nothing)."""

    name: str
    text: str
    problem: str = ""

    def __str__(self) -> str:
        text = " ".join(self.text.split())
        text = text if len(text) <= 110 else text[:109] + "…"
        return f"{self.name} → {text} → {self.problem or 'ok'}"


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content[:1] if block.type == "text")


def code_of(result: CallToolResult) -> str:
    return (result.meta or {}).get("kaizen/error", {}).get("code", "answer") if result.is_error else "answer"
