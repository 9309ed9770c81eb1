"""Stdin and stdout, kept for the protocol: claimed before anything else is loaded, for anything may print."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Self

try:
    import fcntl
except ImportError:  # Windows, where nothing here is used
    fcntl = None


class Wire:
    """The two descriptors of a client's connection."""

    def __init__(self, stdin: int, stdout: int) -> None:
        self.stdin = stdin
        self.stdout = stdout

    @classmethod
    @contextmanager
    def claimed(cls) -> Generator[Self]:
        """Take stdin and stdout for the protocol alone: other readers find an end, other prints go to stderr.

        Raises:
            OSError: stdin or stdout is closed.
        """
        wire = cls(_own(0), _own(1))
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            os.fstat(2)
        except OSError:
            os.dup2(nothing, 2)  # it is closed; whatever is opened next would be written to as stderr
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        if nothing > 2:  # noqa: PLR2004 - the three standard descriptors
            os.close(nothing)
        # A terminal shares its state with the shell behind it, so that is left as it is.
        waits = os.get_blocking(wire.stdout) and not os.isatty(wire.stdout)
        try:
            if waits:
                os.set_blocking(wire.stdout, False)
            yield wire
        finally:
            if waits:
                os.set_blocking(wire.stdout, True)
            os.close(wire.stdin)
            os.close(wire.stdout)


def _own(descriptor: int) -> int:
    """A copy of a descriptor, beyond the standard ones even where one of those is closed."""
    os.fstat(descriptor)
    if fcntl is None:
        return os.dup(descriptor)
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
