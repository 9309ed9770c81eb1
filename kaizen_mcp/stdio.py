"""The wire: lines of a client's connection as the SDK's messages, and an end that is prompt and quiet.

The SDK reads stdin in a thread, which nothing can interrupt: a signal would not end the server until its client
sent another line, and each message takes several turns of the loop. So the descriptors are watched instead.
Windows can't watch pipes; there the SDK's own streams serve.
"""

import json
import os
import select
import signal
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import anyio
from anyio.lowlevel import checkpoint
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.dispatcher import coerce_request_id
from mcp.shared.jsonrpc_dispatcher import cancelled_request_id_from_params
from mcp.shared.message import SessionMessage
from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from kaizen_mcp.wire import Wire

if TYPE_CHECKING:
    from contextvars import Context

MAX_LINE = 4 * 1024 * 1024
"""Bytes of one message from the client, far more than any that means something here."""

LAST_WORDS = 1.0
"""Seconds that answers still have to reach the client once it is time to end."""

MOST_OPEN, MOST_UNREAD = 1000, 16 * 1024 * 1024
"""Unanswered requests, and bytes of unread answers, beyond which no more is read: a client that does not read
must not fill the memory."""

_CHUNK = 65_536
_Incoming = SessionMessage | Exception


class _Receiving(Protocol):
    """What the client sends, and in place of what is no message the exception it caused."""

    async def receive(self) -> _Incoming: ...
    async def aclose(self) -> None: ...


class _Sending(Protocol):
    """What the client gets."""

    async def send(self, item: SessionMessage, /) -> None: ...
    async def aclose(self) -> None: ...


async def serve(server: Server[Any], wire: Wire | None) -> int:
    """Serve one client until it leaves or a signal comes.

    Args:
        server: serves.
        wire: where the client is; None leaves stdin and stdout to the SDK.

    Returns:
        The exit code: 0 after the client has left, 128 and the signal's number after a signal.
    """
    traffic = _Traffic()
    if wire is None:
        async with stdio_server() as (messages, answers):
            await _run(server, messages, answers, traffic)
        return 0
    codes: list[int] = []
    with anyio.CancelScope() as session:

        def end(exit_code: int) -> None:
            codes.append(exit_code)
            session.deadline = min(session.deadline, anyio.current_time() + LAST_WORDS)
            reader.end()
            traffic.hurry()

        async def end_by_signal() -> None:
            with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as receiver:
                async for number in receiver:
                    end(128 + number)

        writer = _Writer(wire.stdout, gone=end, left=lambda: _hung_up(wire.stdin))
        reader = _Reader(wire.stdin, room=writer.room)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(end_by_signal)
            tasks.start_soon(writer.write_rest)
            await _run(server, reader, writer, traffic)
            with anyio.move_on_after(LAST_WORDS):
                await writer.room(0)
            tasks.cancel_scope.cancel()
    return codes[0] if codes else 0


async def _run(server: Server[Any], messages: _Receiving, answers: _Sending, traffic: "_Traffic") -> None:
    told = _Answers(answers, traffic)
    await server.run(_Answering(messages, told, traffic), told, server.create_initialization_options())


def _hung_up(descriptor: int) -> bool:
    """Whether the other end of a pipe or socket is closed, however much of what it sent is still to be read."""
    ends = select.POLLHUP | getattr(select, "POLLRDHUP", 0)
    watch = select.poll()
    watch.register(descriptor, ends)
    return any(events & ends for _, events in watch.poll(0))


class _Reader:
    """Messages from a descriptor, one a line, each once there is `room`, until it ends or `end` is called."""

    def __init__(self, descriptor: int, *, room: Callable[[], Awaitable[None]]) -> None:
        self._descriptor = descriptor
        self._room = room
        self._lines: deque[bytes] = deque()
        self._rest = bytearray()
        self._over = False
        self._too_long = False
        self._waiting = anyio.CancelScope()

    async def receive(self) -> _Incoming:
        """The next message, or what is wrong with the next line.

        Raises:
            anyio.EndOfStream: there is none.
        """
        while not self._over and not self._lines:
            await self._read()
        if not self._lines:
            raise anyio.EndOfStream
        try:
            return SessionMessage(jsonrpc_message_adapter.validate_json(self._lines.popleft(), by_name=False))
        except ValidationError as error:
            return error

    async def aclose(self) -> None:
        """The descriptor is its owner's to close."""

    def end(self) -> None:
        """End at once; what has been read but not been taken is dropped."""
        self._over = True
        self._lines.clear()
        self._waiting.cancel()

    async def _read(self) -> None:
        with anyio.CancelScope() as self._waiting:
            await self._room()
            try:
                await anyio.wait_readable(self._descriptor)
            except PermissionError:  # a file is always readable, and epoll refuses to watch it
                await checkpoint()
        if self._over:
            return
        try:
            data = os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return
        except OSError:  # a terminal that has gone
            data = b""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._rest += line
            self._take()
        self._rest += rest
        if len(self._rest) > MAX_LINE:
            self._too_long = True
            self._rest.clear()
        if not data:
            self._take()
            self._over = True

    def _take(self) -> None:
        """The line is complete; a blank one says nothing, and one too long becomes one that is no message."""
        line = b"(too long)" if self._too_long else bytes(self._rest)
        if line and not line.isspace():
            self._lines.append(line)
        self._rest.clear()
        self._too_long = False


class _Writer:
    """Writes messages to a descriptor, each whole; after the reader has gone it writes nowhere.

    Args:
        descriptor: where to.
        gone: is told the exit code once nobody reads any more.
        left: whether the client has closed its end, so that one who does not read need not be waited for.
    """

    def __init__(self, descriptor: int, *, gone: Callable[[int], None], left: Callable[[], bool]) -> None:
        self._descriptor = descriptor
        self._tell_gone = gone
        self._has_left = left
        self._gone = False
        self._rest = bytearray()
        self._stuck, self._written = anyio.Event(), anyio.Event()

    async def send(self, item: SessionMessage, /) -> None:
        """Return when the message is written, be it together with others before and behind it."""
        if self._gone:
            return
        was_stuck = bool(self._rest)
        self._rest += item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
        if not was_stuck:
            self._write()
        if self._rest:
            self._stuck.set()
            await self._written.wait()

    async def room(self, most: int = MOST_UNREAD) -> None:
        """Wait until no more bytes than that wait to be written."""
        while len(self._rest) > most:
            await self._written.wait()

    async def aclose(self) -> None:
        """The descriptor is its owner's to close."""

    async def write_rest(self) -> None:
        """Write, for as long as this runs, what finds the descriptor full.

        Not in the task that sent it: that one may be cancelled, and half a line would spoil the next.
        """
        while True:
            await self._stuck.wait()
            while self._rest:
                with anyio.move_on_after(LAST_WORDS) as patience:
                    await anyio.wait_writable(self._descriptor)
                if patience.cancelled_caught and self._has_left():
                    self._give_up(0)
                self._write()
            self._stuck = anyio.Event()
            self._written.set()
            self._written = anyio.Event()

    def _write(self) -> None:
        """Write as much as can be written without waiting."""
        try:
            while self._rest:
                del self._rest[: os.write(self._descriptor, self._rest)]
        except BlockingIOError:
            pass
        except OSError as error:
            # A client that has left has ended the conversation; a full disk has broken it off.
            self._give_up(0 if isinstance(error, ConnectionError) else 1)

    def _give_up(self, exit_code: int) -> None:
        self._rest.clear()
        self._gone = True
        self._tell_gone(exit_code)


class _Traffic:
    """Requests that were taken and are not answered yet."""

    def __init__(self) -> None:
        self._open: dict[int | str, int] = {}  # how many, by id; some clients use one twice
        self._count = 0
        self._room = anyio.Event()
        self._settling = anyio.CancelScope()
        self._hurried = False

    def takes(self, message: JSONRPCMessage) -> None:
        """Count what comes in: a request, or the word that one is not waited for any more."""
        if isinstance(message, JSONRPCRequest):
            key = coerce_request_id(message.id)
            self._open[key] = self._open.get(key, 0) + 1
            self._count += 1
        elif isinstance(message, JSONRPCNotification) and message.method == "notifications/cancelled":
            self.answered(cancelled_request_id_from_params(message.params))

    def answered(self, identifier: int | str | None) -> None:
        """Count what went out; an id may come back as text, which the SDK takes for the number."""
        key = None if identifier is None else coerce_request_id(identifier)
        if key is not None and (number := self._open.pop(key, 0)):
            self._count -= 1
            if number > 1:
                self._open[key] = number - 1
        self._room.set()

    async def room(self) -> None:
        """Wait until there is room for another request."""
        while self._count >= MOST_OPEN:
            self._room = anyio.Event()
            await self._room.wait()

    async def settle(self) -> None:
        """Wait, but not for long, until all is answered: a client may close its end with its last request."""
        with anyio.move_on_after(0 if self._hurried else LAST_WORDS) as self._settling:
            while self._count:
                self._room = anyio.Event()
                await self._room.wait()

    def hurry(self) -> None:
        """Wait for no answers any more: a signal has come, or nobody reads them."""
        self._hurried = True
        self._settling.cancel()


class _Stream:
    """One of the SDK's two streams, closed as it wants it."""

    def __init__(self, inner: _Receiving | _Sending) -> None:
        self._inner = inner

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()


class _Answers(_Stream):
    """The stream of answers, counted."""

    def __init__(self, answers: _Sending, traffic: _Traffic) -> None:
        super().__init__(answers)
        self._answers = answers
        self._traffic = traffic

    async def send(self, item: SessionMessage, /) -> None:
        await self._answers.send(item)
        if isinstance(item.message, JSONRPCResponse | JSONRPCError):
            self._traffic.answered(item.message.id)


class _Answering(_Stream):
    """The stream of messages, with an answer to each line that is none.

    The SDK drops such lines in silence, and whoever sent one would wait for ever.
    """

    def __init__(self, messages: _Receiving, answers: _Answers, traffic: _Traffic) -> None:
        super().__init__(messages)
        self._messages = messages
        self._answers = answers
        self._traffic = traffic

    @property
    def last_context(self) -> "Context | None":
        """The context of the sender, which the SDK asks for."""
        return getattr(self._messages, "last_context", None)

    async def receive(self) -> _Incoming:
        await self._traffic.room()
        try:
            while isinstance(item := await self._messages.receive(), Exception):
                answer = _answer_to(item)
                if answer is not None:
                    await self._answers.send(SessionMessage(answer))
                await checkpoint()  # signals, and other calls, may come between any number of these
        except anyio.EndOfStream:
            await self._traffic.settle()
            raise
        self._traffic.takes(item.message)
        return item

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _Incoming:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _answer_to(error: Exception) -> JSONRPCError | None:
    """JSON-RPC's answer to a line that is no message; None if it looks like an answer, which gets none."""
    found = error.errors(include_url=False) if isinstance(error, ValidationError) else []
    inputs: list[Any] = [problem["input"] for problem in found]
    message: Any = next(filter(_is_object, inputs), None)
    code, text = INVALID_REQUEST, "This line is JSON, but no JSON-RPC message; batches are not accepted."
    if found and found[0]["type"] == "json_invalid":
        code, text = PARSE_ERROR, "This line is not valid JSON of at most 4 MiB in UTF-8."
        with suppress(ValueError, RecursionError):
            # Python reads what is JSON but not valid Unicode, so that its sender can be told.
            text_sent = inputs[0].decode(errors="backslashreplace") if isinstance(inputs[0], bytes) else inputs[0]
            message = json.loads(text_sent)
            text = "This message has text in it that is not valid Unicode, or is nested too deep."
    fields = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    if "method" not in fields and ("result" in fields or "error" in fields):
        return None
    given = fields.get("id")
    known = isinstance(given, int | str) and not isinstance(given, bool) and str(given).isprintable()
    return JSONRPCError(jsonrpc="2.0", id=given if known else None, error=ErrorData(code=code, message=text))
