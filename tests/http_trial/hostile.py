"""Trial 6: requests that no honest client sends; others are served meanwhile, and no log holds a key."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from .load import ERAS, Caller, Tally
from .report import Trial
from .stand import KEY_HEADER, MARK, Api, Stand, stand

REPLY_SECONDS = 90
KEY, OTHER_KEY = "hostile-key-0123456789", "hostile-other-9876543210"
REFUSED = ("400", "403", "404", "405", "406", "408", "411", "413", "414", "415", "421", "431", "501", "closed")
"""How a request may be refused: an HTTP status, or the connection is closed without one."""


def post(body: bytes, host: str, *headers: str, length: str | None = None, path: str = "/mcp") -> bytes:
    """A call as bytes, with these headers beside the usual ones."""
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"MCP-Protocol-Version: {ERAS[1]}",
        *headers,
    ]
    if length is None:
        head.append(f"Content-Length: {len(body)}")
    elif length:
        head.append(length)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def call(execution_id: str = "exec-done-1") -> bytes:
    params = {"name": "get_execution", "arguments": {"id": execution_id}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()


def requests(host: str) -> dict[str, bytes]:
    """Each request that has to be refused."""
    key, body = f"{KEY_HEADER}: {KEY}", call()
    deep = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001
    twice = f"Content-Length: {len(body)}\r\nContent-Length: 5"
    return {
        "wrong Host": post(body, "evil.example", key),
        "wrong Origin": post(body, host, key, "Origin: https://evil.example"),
        "Origin null": post(body, host, key, "Origin: null"),
        "2 MB of JSON": post(b'"' + b"x" * 2_000_000 + b'"', host, key),
        "100,000 levels of JSON": post(deep, host, key),
        "no JSON": post(b"\x00\xff{", host, key),
        "an integer of 10,000 digits": post(b'{"jsonrpc":"2.0","id":' + b"9" * 10_000 + b"}", host, key),
        "two lengths": post(body, host, key, length=twice),
        "length and chunks": post(b"0\r\n\r\n" + body, host, key, "Transfer-Encoding: chunked"),
        "a length below zero": post(body, host, key, length="Content-Length: -1"),
        "a length of 1e3": post(body, host, key, length="Content-Length: 1e3"),
        "unknown coding": post(body, host, key, "Transfer-Encoding: chunked, gzip", length=""),
        "a header of 1 MB": post(body, host, key, f"X-Filler: {'x' * 1_000_000}"),
        "a bare line break in the key": post(body, host, f"{KEY_HEADER}: {KEY}\rX-Kaizen-Api-Key: {OTHER_KEY}"),
        "a NUL in the key": post(body, host, f"{KEY_HEADER}: {KEY}\x00{OTHER_KEY}"),
        "a folded key": post(body, host, f"{KEY_HEADER}: {KEY}\r\n {OTHER_KEY}"),
        "no Host": post(body, host, key).replace(f"Host: {host}\r\n".encode(), b""),
        "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    }  # fmt: skip


async def exchange(url: str, request: bytes) -> str:
    """Send bytes and return all that comes back; empty if the connection is closed without an answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(request)
    try:
        received = await asyncio.wait_for(_read(reader), REPLY_SECONDS)
    finally:
        writer.transport.abort()
    return received.decode(errors="replace")


async def _read(reader: asyncio.StreamReader) -> bytes:
    """A response, or as much as there is of one; a server that keeps the connection open is not waited for."""
    received = b""
    with suppress(OSError):
        while data := await reader.read(65536):
            received += data
            head, found, body = received.partition(b"\r\n\r\n")
            length = next(
                (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), None
            )
            if found and length and len(body) >= int(length.split(b":")[1]):
                break
            if found and body.endswith((b"0\r\n\r\n", b"}\r\n\r\n")):
                break
    return received


def refused(reply: str) -> bool:
    """Whether a reply is a refusal, by HTTP or by JSON-RPC, and holds nothing of an object or a key."""
    if MARK.search(reply) or KEY in reply or OTHER_KEY in reply:
        return False
    status = reply.split(" ")[1] if reply.startswith("HTTP/") else "closed"
    return status in REFUSED or (status == "200" and ('"error":' in reply or '"isError":true' in reply))


async def hostile(connections: int = 5_000, slow: int = 200) -> Trial:
    """Send each request to a replica and through nginx, beside slow and idle connections; others call."""
    problems: list[str] = []
    tally = Tally()
    sent = 0
    with TemporaryDirectory() as folder:
        async with Api() as api, stand(Path(folder), api.address, 2) as running, AsyncExitStack() as stack:
            others = [Caller(url, f"{KEY}-{era}", era) for url in _urls(running) for era in ERAS]
            await stack.enter_async_context(_idle(running.ports[0], connections))
            await stack.enter_async_context(_slow(running, slow))
            for name, url, request in _all(running):
                reply = await exchange(url, request)
                sent += 1
                if not refused(reply):
                    problems.append(f"{name}, {'nginx' if url == running.url else 'replica'}: {reply[:200]!r}")
                for caller in others:
                    tally.add(caller, "exec-done-1", await caller.call("exec-done-1"))
            for caller in others:
                caller.close()
            problems += await _several_keys(running)
            problems += [f"{program.command} has ended" for program in running.replicas if not program.runs]
            logs = running.logs()
    problems += [
        f"a log holds {what}" for what in (KEY, OTHER_KEY, "exec-done-1", "seen by caller") if what in logs
    ]
    figures = f"{sent} requests, {connections:,} idle connections and {slow} slow requests; meanwhile {tally}"
    return Trial("hostile HTTP, to a replica and through nginx", tally.failed, figures, problems + tally.problems)


def _urls(running: Stand) -> tuple[str, str]:
    return running.direct, running.url


def _all(running: Stand) -> list[tuple[str, str, bytes]]:
    return [
        (name, url, request) for url in _urls(running) for name, request in requests(urlsplit(url).netloc).items()
    ]


async def _several_keys(running: Stand) -> list[str]:
    """Two keys in one request: it is refused, and nobody's object goes out, whichever comes first."""
    problems: list[str] = []
    for url in _urls(running):
        for first, second in [(KEY, OTHER_KEY), (OTHER_KEY, KEY)]:
            headers = f"{KEY_HEADER}: {first}", f"{KEY_HEADER.lower()}: {second}"
            reply = await exchange(url, post(call(), urlsplit(url).netloc, *headers))
            if not refused(reply):
                problems.append(f"two keys: {reply[:200]!r}")
    return problems


@asynccontextmanager
async def _idle(port: int, count: int) -> AsyncGenerator[None]:
    """Connections that send nothing; that the server closes some is fine."""
    writers: list[asyncio.StreamWriter] = []
    try:
        for start in range(0, count, 100):
            opening = (asyncio.open_connection("127.0.0.1", port) for _ in range(min(100, count - start)))
            writers += [writer for _, writer in await asyncio.gather(*opening)]
        yield
    finally:
        for writer in writers:
            writer.transport.abort()


@asynccontextmanager
async def _slow(running: Stand, count: int) -> AsyncGenerator[None]:
    """Requests that arrive a byte a second: half of them are slow in their headers, half in their body."""
    tasks: list[asyncio.Task[None]] = []
    for number in range(count):
        url = _urls(running)[number % 2]
        request = post(call(), urlsplit(url).netloc, f"{KEY_HEADER}: {KEY}")
        at_once = 20 if number % 4 < 2 else len(request) - len(call())
        tasks.append(asyncio.create_task(_send_slowly(url, request, at_once)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send_slowly(url: str, request: bytes, at_once: int) -> None:
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(request[:at_once])
        for byte in request[at_once:]:
            await asyncio.sleep(1)
            writer.write(bytes([byte]))
            await writer.drain()
    finally:
        writer.transport.abort()
