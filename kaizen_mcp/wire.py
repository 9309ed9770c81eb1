"""Stdin and stdout, kept for the protocol: claimed before anything else is loaded, for anything may print."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Self


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
        wire = cls(os.dup(0), os.dup(1))
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        # A terminal shares its state with the shell behind it, so that is left as it is.
        waits = os.get_blocking(wire.stdout) and not os.isatty(wire.stdout)
        try:
            os.set_blocking(wire.stdout, not waits)
            yield wire
        finally:
            os.set_blocking(wire.stdout, waits)
            os.close(wire.stdin)
            os.close(wire.stdout)
