"""What the tables of faults share: a misbehaving HTTP server on loopback, clients of real processes."""

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
LIMIT = 1024 * 1024
SETTINGS = {
    "KAIZEN_API_KEY": KEY,
    "KAIZEN_CALL_TIMEOUT": "6",
    "KAIZEN_MAX_BODY_BYTES": str(LIMIT),
    "KAIZEN_MAX_CONCURRENCY": "100",
}
COMMAND = [sys.executable, "-m", "kaizen_mcp"]


def environment(home: str, **variables: str) -> dict[str, str]:
    """A bare environment for a server process."""
    kept = {
        name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG", "SYSTEMROOT") if name in os.environ
    }
    return {**kept, "HOME": home, **variables}


# What the API does: each behaviour answers one request on an open connection.


@dataclass
class Exchange:
    """One request, and the connection it came on."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes
    asked: str
    count: int

    async def send(self, *parts: bytes, pause: float = 0) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            await asyncio.sleep(pause)

    def reset(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def until_client_leaves(self) -> None:
        await self.reader.read()


Behaviour = Callable[[Exchange], Awaitable[None]]


def response(body: bytes, status: str = "200 OK", content_type: str = "application/json", **headers: str) -> bytes:
    fields = {"Content-Type": content_type, "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def found(asked: str = "a", **fields: Any) -> bytes:
    return response(json.dumps({"execution": {"id": asked, "status": "Completed", **fields}}).encode())


def says(raw: bytes) -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        await exchange.send(raw)

    return behave


async def hang(exchange: Exchange) -> None:
    await exchange.until_client_leaves()


@dataclass
class Api:
    """The misbehaving server: what it does depends on the id it is asked for."""

    behaviours: Mapping[str, Behaviour]
    requests: Counter[str] = field(default_factory=Counter[str])
    left: Counter[str] = field(default_factory=Counter[str])
    open: int = 0
    most_open: int = 0
    port: int = 0
    times_away: int = 0
    _gone: bool = False
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    async def away(self, seconds: float) -> None:
        """Reset every connection, and each new one, for a while."""
        self.times_away += 1
        self._gone = True
        for writer in [*self._writers]:
            writer.transport.abort()
        await asyncio.sleep(seconds)
        self._gone = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = ""
        if self._gone:
            writer.transport.abort()
            return
        self._writers.add(writer)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                payload = await reader.readexactly(int(length[1]) if length else 0)
                asked = json.loads(payload)["id"]
                self.requests[asked] += 1
                behave = self.behaviours.get(asked.partition("#")[0]) or says(found(asked))
                await behave(Exchange(reader, writer, head, asked, self.requests[asked]))
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            self.open -= 1
            self._writers.discard(writer)
            self.left[asked] += 1
            writer.close()


@asynccontextmanager
async def running(behaviours: Mapping[str, Behaviour], ssl: SSLContext | None = None) -> AsyncGenerator[Api]:
    """Run a misbehaving API on loopback; it ends with the context."""
    api = Api(behaviours)
    server = await asyncio.start_server(api.serve, "127.0.0.1", 0, ssl=ssl)
    api.port = server.sockets[0].getsockname()[1]
    try:
        yield api
    finally:
        server.close()


@asynccontextmanager
async def client_of(**variables: str) -> AsyncGenerator[Client]:
    """A client of a new kaizen-mcp process, over stdio."""
    with tempfile.TemporaryDirectory() as home:
        server = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=environment(home, **variables))
        async with Client(server) as client:
            await client.list_tools()
            yield client


@dataclass
class Seen:
    """What the client saw of a fault, and whether that is right."""

    name: str
    text: str
    wrong: str = ""

    def __str__(self) -> str:
        text = " ".join(self.text.split())
        text = text if len(text) <= 110 else text[:109] + "…"
        return f"{self.name} → {text} → {self.wrong or 'ok'}"


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content[:1] if block.type == "text")


def code_of(result: CallToolResult) -> str:
    return (result.meta or {}).get("kaizen/error", {}).get("code", "answer") if result.is_error else "answer"
