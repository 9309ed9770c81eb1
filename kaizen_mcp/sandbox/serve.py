"""Run the sandbox as an HTTP server on the loopback interface."""

import socket
from collections.abc import Iterator

import uvicorn

from kaizen_mcp.sandbox.fake_api import create_app
from kaizen_mcp.sandbox.sample_runs import EXECUTIONS, INSTRUCTOR_EXECUTIONS

HOST = "127.0.0.1"


def sample_run_lines() -> Iterator[str]:
    """Return lines of text that list the id and description of every sample run."""
    width = max(map(len, [*EXECUTIONS, *INSTRUCTOR_EXECUTIONS]))
    yield "Executions (get_execution):"
    yield from (f"  {run_id:{width}}  {run.description}" for run_id, run in EXECUTIONS.items())
    yield "Instructor executions (get_instructor_execution):"
    yield from (f"  {run_id:{width}}  {run.description}" for run_id, run in INSTRUCTOR_EXECUTIONS.items())


def bind(port: int) -> socket.socket:
    """Listen on a port of the loopback interface; 0 means any free port.

    Raises:
        OSError: the port is taken or not allowed.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()  # from now on, connections wait until `serve` accepts them
    except OSError:
        listener.close()
        raise
    return listener


def serve(listener: socket.socket) -> None:
    """Serve the sandbox on a listening socket until interrupted."""
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
