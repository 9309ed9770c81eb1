"""`kaizen-mcp` without a command: serve MCP on stdin and stdout.

stdin and stdout are claimed for the protocol before the server is imported, because any module may print. The
garbage collector is paused until the server runs, which saves 70 ms. So the imports are inside `_serve`.
"""

import gc
import os
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from kaizen_mcp.cli.console import exit_soon

if TYPE_CHECKING:
    from kaizen_mcp.settings import Settings

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def run(read_settings: "Callable[[], Settings]") -> int:
    """Serve one client and return the exit code, which is 2 if stdin or stdout is closed."""
    gc.disable()
    with ExitStack() as stack:
        try:
            pipes = stack.enter_context(claimed_pipes())
        except OSError:
            print("kaizen-mcp: stdin and stdout must be open. A client starts it with both.", file=sys.stderr)
            return 2
        return _serve(read_settings, pipes)


def _serve(read_settings: "Callable[[], Settings]", pipes: tuple[int, int] | None) -> int:
    import logging

    import anyio

    from kaizen_mcp.errors import NotConfiguredError
    from kaizen_mcp.garbage import collect_rarely
    from kaizen_mcp.logs import set_up_logging
    from kaizen_mcp.server import create_server
    from kaizen_mcp.stdio import serve

    settings = read_settings()
    set_up_logging(settings)
    try:
        settings.require_usable()
    except NotConfiguredError as error:
        logging.getLogger(__name__).warning("%s Every lookup will fail with this error.", error)

    async def serve_client() -> int:
        server = create_server(settings)
        collect_rarely()
        exit_soon(exit_code := await serve(server, pipes))
        return exit_code

    return anyio.run(serve_client)


@contextmanager
def claimed_pipes() -> Generator[tuple[int, int] | None]:
    """Claim stdin and stdout: other code sees an empty stdin, and its prints go to stderr.

    Yields:
        Copies of both file descriptors; None, with both unchanged, where asyncio can't serve them.

    Raises:
        OSError: stdin or stdout is closed.
    """
    ends = [os.fstat(descriptor) for descriptor in (_STDIN, _STDOUT)]
    are_pipes = all(stat.S_ISFIFO(end.st_mode) or stat.S_ISSOCK(end.st_mode) for end in ends)
    # asyncio takes data that arrives on a socket it writes to for the end of the connection.
    if not are_pipes or os.path.samestat(*ends) or sys.platform == "win32":
        yield None
        return
    import fcntl  # not on Windows

    pipes = fcntl.fcntl(_STDIN, fcntl.F_DUPFD_CLOEXEC, 3), fcntl.fcntl(_STDOUT, fcntl.F_DUPFD_CLOEXEC, 3)
    null = os.open(os.devnull, os.O_RDWR)  # becomes stderr where that is closed
    os.dup2(null, _STDIN)
    os.dup2(_STDERR, _STDOUT)
    if null != _STDERR:
        os.close(null)
    try:
        yield pipes
    finally:
        for descriptor in pipes:
            os.close(descriptor)
