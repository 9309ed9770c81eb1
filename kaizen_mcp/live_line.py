"""A line that lives while a person waits at a terminal: a spinner and how the execution is doing."""

import itertools
import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio

from kaizen_mcp.humanize import format_duration

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

_FRAMES = "|/-\\"
_FRAME_SECONDS = 0.12
_USUAL_WIDTH = 80


class LiveLine:
    """Shows how a wait is going: one line that changes on a terminal, else a line for each change.

    Use it as an async context manager; at its end the line on the terminal is gone.
    """

    def __init__(self) -> None:
        self._stream = sys.stderr
        self._is_terminal = self._stream.isatty()
        self._words = "asking Kaizen"
        self._shown = ""
        self._start = anyio.current_time()
        self._spinning: TaskGroup = anyio.create_task_group()

    async def tell(self, _: float, __: float, words: str) -> None:
        """Take note of how the execution is doing."""
        if not self._is_terminal and words != self._words:
            self._print(f"{words} ({self._waited})\n")
        self._words = words

    @property
    def _waited(self) -> str:
        return f"waited {format_duration(anyio.current_time() - self._start)}"

    async def __aenter__(self) -> Self:
        await self._spinning.__aenter__()
        if self._is_terminal:
            self._spinning.start_soon(self._spin)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None:
        self._spinning.cancel_scope.cancel()
        try:
            return await self._spinning.__aexit__(exc_type, exc_val, exc_tb)
        finally:
            self._draw("")

    async def _spin(self) -> None:
        for frame in itertools.cycle(_FRAMES):
            self._draw(f"{frame} {self._words} ({self._waited})")
            await anyio.sleep(_FRAME_SECONDS)

    def _draw(self, line: str) -> None:
        """Draw over what is shown, with blanks where that was longer: no terminal fails to understand these."""
        if not self._is_terminal:
            return
        line = line[: self._width]
        self._print(f"\r{line.ljust(len(self._shown))}" + ("" if line else "\r"))
        self._shown = line

    def _print(self, text: str) -> None:
        try:
            print(text, end="", file=self._stream, flush=True)
        except OSError:  # whoever reads no more of this may still want the answer
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    @property
    def _width(self) -> int:
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except OSError:
            columns = 0
        return (columns or _USUAL_WIDTH) - 1
