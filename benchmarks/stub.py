"""A stand-in for the API that answers as fast as Python can: ready-made bytes by the id asked for.

python -m benchmarks.stub    prints its port, and serves on loopback until stdin ends
"""

import asyncio
import json
import re
import sys

from benchmarks.objects import SIZES, execution

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def answers() -> dict[str, bytes]:
    """HTTP answers by id: one for each size."""
    built: dict[str, bytes] = {}
    for name, size in SIZES.items():
        # Without blanks and in UTF-8, as web frameworks write it.
        body = json.dumps({"execution": execution(size)}, ensure_ascii=False, separators=(",", ":")).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        built[name] = head.encode() + body
    return built


class _Api(asyncio.Protocol):
    """One connection; requests come one after the other, as httpx sends them."""

    def __init__(self, known: dict[str, bytes]) -> None:
        self._known = known
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what asyncio gives a Protocol
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0 and self._transport:
            length = _LENGTH.search(self._received, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            asked = json.loads(self._received[end + 4 : whole])["id"]
            self._received = self._received[whole:]
            # An id is a size and anything behind a `#`, so that equal questions can be told from the same one.
            self._transport.write(self._known[asked.partition("#")[0]])


async def serve() -> None:
    """Serve on a free port of loopback until stdin ends."""
    known = answers()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Api(known), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
