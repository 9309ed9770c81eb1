"""Terminal output: styles, line wrapping, and streams that are closed or full."""

import os
import sys
import textwrap
import threading
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TextIO

BOLD, DIM = "1", "2"


@contextmanager
def guarded_stdout() -> Generator[None]:
    """Exit with 1 and without a traceback if stdout can't be written to.

    The reason is printed on stderr, except where the reader has closed the pipe (`| head`).
    """
    failure: BaseException | None = None
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] - it is, where fd 1 is closed
                sys.stdout.flush()
    except* OSError as errors:  # a task group raises it inside an exception group
        failure = errors
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    if isinstance(failure, OSError):
        if not isinstance(failure, BrokenPipeError):
            warn(f"kaizen-mcp: {failure.strerror or type(failure).__name__}.")
        _discard(1)
        sys.exit(1)


def open_streams() -> None:
    """Make `print` work if a stream is closed or its encoding lacks a character (cp1252 on Windows)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
    stream: object = sys.stdout
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")


def warn(text: str, end: str = "\n") -> None:
    """Print on stderr; errors are ignored, since the result on stdout and the exit code still matter."""
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except OSError:
        _discard(2)


def _discard(descriptor: int) -> None:
    """Discard what is still buffered for a file descriptor; Python would fail again on it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def exit_soon(exit_code: int) -> None:
    """Exit within a second. Python itself would wait for a thread that hangs in a DNS lookup."""
    timer = threading.Timer(1.0, os._exit, [exit_code])
    timer.daemon = True
    timer.start()


def style(text: str, code: str) -> str:
    """Add an ANSI style if stdout is a terminal that supports it and NO_COLOR is not set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty():
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


def wrap(text: str, width: int, *, first: str = "", rest: str = "", long_words: bool = False) -> str:
    """Wrap one paragraph, with an indent for its first and other lines; links stay whole unless `long_words`."""
    wrapper = textwrap.TextWrapper(
        max(width, 20), first, rest, break_long_words=long_words, break_on_hyphens=False
    )
    return wrapper.fill(text)


def width_of(stream: TextIO) -> int:
    """Columns of a stream's terminal; 80 if it is none, or does not report its width."""
    return (os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0) or 80
