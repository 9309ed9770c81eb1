"""Claim stdin and stdout for the protocol before other modules load, since any of them may print."""

import os
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager

_STDIN, _STDOUT, _STDERR = 0, 1, 2


@contextmanager
def claimed_pipes() -> Generator[tuple[int, int] | None]:
    """Take stdin and stdout: other readers find the end of a file, and other prints go to stderr.

    Yields:
        Copies of both descriptors; None where asyncio can't watch them, and they were left as they are.

    Raises:
        OSError: stdin or stdout is closed.
    """
    if not _is_pipe(_STDIN) or not _is_pipe(_STDOUT) or sys.platform == "win32":
        yield None
        return
    import fcntl  # noqa: PLC0415 - Windows has none

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


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
