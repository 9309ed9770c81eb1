"""Listens with uvicorn until SIGTERM or Ctrl-C, then answers what is in flight and ends."""

import asyncio
import math
import signal
import socket
from collections.abc import Iterator
from types import FrameType
from typing import cast

import anyio
import uvicorn
from sse_starlette.sse import AppStatus
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from kaizen_mcp.garbage import collect_rarely

MAX_HEAD_SECONDS = 10.0
"""Longest time to receive the head of a request."""

_KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep idle connections (nginx: 60 s), so that they are not closed when a request comes."""

_TICKS_PER_SECOND = 10


def bind(host: str, port: int) -> socket.socket:
    """Listen on a port; 0 for a free one.

    Raises:
        OSError: the address can't be used.
    """
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def serve(app: ASGIApp, listener: socket.socket, *, stopping: anyio.Event, call_timeout: float) -> None:
    """Serve until SIGTERM or SIGINT; no call in flight is given up before `call_timeout` seconds are over.

    Args:
        app: answers the requests.
        listener: a listening socket.
        stopping: is set as soon as the signal arrives.
        call_timeout: seconds.
    """
    _allow_many_connections()
    AppStatus.disable_automatic_graceful_drain()  # it would break off streams at once, before their answer
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing here depends on the address of a client
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(call_timeout),
    )
    collect_rarely()
    _Server(config, stopping).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, stopping: anyio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._heads: dict[H11Protocol, tuple[RequestResponseCycle, float]] = {}

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        asyncio.get_running_loop().call_soon_threadsafe(self._stopping.set)
        if sig == signal.SIGTERM:
            self.should_exit = (
                True  # uvicorn would raise the signal again at the end: the exit code would not be 0
            )
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_PER_SECOND == 0:
            self._close_slow_connections()
        return await super().on_tick(counter)

    def _close_slow_connections(self) -> None:
        """Close connections that take too long to send the head of a request, for which uvicorn has no limit."""
        now = asyncio.get_running_loop().time()
        heads = {conn: (conn.cycle, now) for conn in self._connections_without_request()}
        for connection, (cycle, _) in heads.items():
            last_cycle, since = self._heads.get(connection, (None, now))
            if last_cycle is cycle:
                heads[connection] = (cycle, since)
                if now - since > MAX_HEAD_SECONDS:
                    connection.timeout_keep_alive_handler()
        self._heads = heads

    def _connections_without_request(self) -> Iterator[H11Protocol]:
        """Connections that answer no request, and are not idle after one either: uvicorn times those."""
        for connection in cast("set[H11Protocol]", self.server_state.connections):
            is_answering = connection.cycle and not connection.cycle.response_complete
            if connection.timeout_keep_alive_task is None and not is_answering:
                yield connection


def _allow_many_connections() -> None:
    """Allow as many open connections as the system does; by default Linux stops a process at 1,024 files."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
