"""Run the sandbox as a server on loopback, for clients that want a real address."""

import socket
from collections.abc import Iterator

import uvicorn

from kaizen_mcp.sandbox.fake_api import create_app
from kaizen_mcp.sandbox.sample_runs import EXECUTIONS, INSTRUCTOR_EXECUTIONS

HOST = "127.0.0.1"


def catalogue_lines() -> Iterator[str]:
    """Every id the sandbox knows and what it shows, as lines for a person."""
    width = max(map(len, [*EXECUTIONS, *INSTRUCTOR_EXECUTIONS]))
    yield "Executions (get_execution):"
    yield from (f"  {identifier:{width}}  {entry.shows}" for identifier, entry in EXECUTIONS.items())
    yield "Instructor executions (get_instructor_execution):"
    yield from (f"  {identifier:{width}}  {entry.shows}" for identifier, entry in INSTRUCTOR_EXECUTIONS.items())


def bind(port: int) -> socket.socket:
    """Take a port on loopback; 0 takes any free one.

    Raises:
        OSError: the port is taken or not allowed.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()  # from here on a client's connection waits instead of being refused
    except OSError:
        listener.close()
        raise
    return listener


def serve(listener: socket.socket) -> None:
    """Serve until interrupted."""
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
