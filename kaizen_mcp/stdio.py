"""Stdin and stdout as the SDK's streams: one JSON-RPC message a line.

Pipes and sockets use asyncio's own streams. The SDK's `stdio_server` reads stdin in a thread, which no signal
interrupts; it serves where asyncio can't watch the descriptors: regular files, terminals and Windows.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import anyio
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from anyio.lowlevel import checkpoint
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import ReadStream, WriteStream

MAX_LINE = 4 * 1024 * 1024
"""Bytes of one message from the client."""

SHUTDOWN_SECONDS = 1.0
"""Time for open requests after the end of stdin, and for the client to read the last answers."""

_TOO_LONG = b"(a line over MAX_LINE)"
_Incoming = SessionMessage | Exception


async def serve(server: Server[Any], pipes: tuple[int, int] | None) -> int:
    """Serve one client until it closes its end or a signal arrives.

    Args:
        server: handles the requests.
        pipes: file descriptors of stdin and stdout; None leaves both to the SDK.

    Returns:
        The exit code: 0 after the client has left, 128 plus the signal's number after a signal.
    """
    if pipes is None:
        async with stdio_server() as (messages, answers):
            await _run(server, messages, answers)
        return 0
    exit_codes: list[int] = []
    with anyio.CancelScope() as session:

        def end(exit_code: int) -> None:
            exit_codes.append(exit_code)
            session.cancel()

        def end_soon() -> None:
            session.deadline = anyio.current_time() + 2 * SHUTDOWN_SECONDS

        streams = _open_pipes(pipes, on_eof=end_soon, on_gone=lambda: end(0))
        async with streams as stream, anyio.create_task_group() as tasks:
            tasks.start_soon(_end_on_signal, end)
            await _run(server, stream, stream)
            tasks.cancel_scope.cancel()
    return exit_codes[0] if exit_codes else 0


async def _run(
    server: Server[Any], messages: "ReadStream[_Incoming]", answers: "WriteStream[SessionMessage]"
) -> None:
    client = _Client(messages, answers)
    async with messages, answers:
        await server.run(client, client, server.create_initialization_options())


async def _end_on_signal(end: Callable[[int], None]) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for number in signals:
            end(128 + number)


@asynccontextmanager
async def _open_pipes(
    pipes: tuple[int, int], *, on_eof: Callable[[], None], on_gone: Callable[[], None]
) -> "AsyncGenerator[_PipeStream]":
    """Open both pipes; at the end, give the client a moment to read what is written, and restore their flags."""
    loop = asyncio.get_running_loop()
    blocking = [os.get_blocking(descriptor) for descriptor in pipes]
    stdin, stdout = (
        os.fdopen(pipe, mode, 0, closefd=False) for pipe, mode in zip(pipes, ("rb", "wb"), strict=True)
    )
    reader = asyncio.StreamReader()
    reading, _ = await loop.connect_read_pipe(lambda: _PipeProtocol(reader, on_eof), stdin)
    writing, protocol = await loop.connect_write_pipe(
        lambda: _PipeProtocol(asyncio.StreamReader(), on_gone), stdout
    )
    writer = asyncio.StreamWriter(writing, protocol, None, loop)
    try:
        yield _PipeStream(reader, writer)
    finally:
        reading.close()
        writer.close()
        with anyio.move_on_after(SHUTDOWN_SECONDS, shield=True) as flushing, suppress(OSError):
            await writer.wait_closed()
        if flushing.cancelled_caught:
            writing.abort()
        for descriptor, was_blocking in zip(pipes, blocking, strict=True):
            os.set_blocking(descriptor, was_blocking)


class _PipeProtocol(asyncio.StreamReaderProtocol):
    """One end of the connection; calls back when the client has closed it."""

    def __init__(self, reader: asyncio.StreamReader, on_lost: Callable[[], None]) -> None:
        super().__init__(reader)
        self._on_lost = on_lost

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._on_lost()


class _PipeStream(ObjectReceiveStream[_Incoming], ObjectSendStream[SessionMessage]):
    """Messages over two pipes; a line that is no message is received as its exception."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def receive(self) -> _Incoming:
        """Read the next message, once the client has read enough answers: unread ones must not fill the memory.

        Raises:
            anyio.EndOfStream: the client has closed its end.
        """
        with suppress(ConnectionError):
            await self._writer.drain()
        line = await self._read_line()
        if not line:
            raise anyio.EndOfStream
        return _read_message(line)

    async def send(self, item: SessionMessage) -> None:
        """Write a message, and return once most of what waits has been read; drop it if the client has gone."""
        if self._writer.is_closing():
            return
        self._writer.write(item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
        with suppress(ConnectionError):
            await self._writer.drain()

    async def aclose(self) -> None:
        """Do nothing; the caller closes the pipes."""

    async def _read_line(self) -> bytes:
        line, too_long = bytearray(), False
        while not line.endswith(b"\n"):
            try:
                chunk = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as overrun:  # the first part of a long line
                chunk = await self._reader.readexactly(overrun.consumed)
            except asyncio.IncompleteReadError as end:
                return bytes(line + end.partial)
            too_long = too_long or len(line) + len(chunk) > MAX_LINE
            line = bytearray(chunk[-1:]) if too_long else line + chunk
        return _TOO_LONG if too_long else bytes(line)


class _Client(ObjectReceiveStream[_Incoming], ObjectSendStream[SessionMessage]):
    """The client as the SDK sees it: messages only, and no end of them while requests are open.

    The SDK ignores a line that is no message, and its sender would wait forever; so such lines are answered here.
    At the end of its messages the SDK cancels open requests; a client may close its end with its last request, so
    the end is held back until all requests are answered, for `SHUTDOWN_SECONDS` at most.
    """

    def __init__(self, messages: "ReadStream[_Incoming]", answers: "WriteStream[SessionMessage]") -> None:
        self._messages = messages
        self._answers = answers
        self._open_requests = 0
        self._closed_one = anyio.Event()

    async def receive(self) -> _Incoming:
        while True:
            await checkpoint()  # lets other calls and signals in between two lines
            try:
                item = await self._messages.receive()
            except anyio.EndOfStream:
                await self._wait_for_open_requests()
                raise
            if isinstance(item, SessionMessage):
                if isinstance(item.message, JSONRPCRequest):
                    self._open_requests += 1
                    item.metadata = ServerMessageMetadata(on_request_unanswered=self._close_request)
                return item
            if (answer := _answer_to_bad_line(item)) is not None:
                await self._answers.send(SessionMessage(answer))

    async def send(self, item: SessionMessage) -> None:
        try:
            await self._answers.send(item)
        finally:
            if isinstance(item.message, JSONRPCResponse | JSONRPCError):
                await self._close_request()

    async def aclose(self) -> None:
        """Do nothing; the caller closes the streams."""

    async def _close_request(self) -> None:
        self._open_requests -= 1
        self._closed_one.set()

    async def _wait_for_open_requests(self) -> None:
        with anyio.move_on_after(SHUTDOWN_SECONDS):
            while self._open_requests > 0:
                self._closed_one = anyio.Event()
                await self._closed_one.wait()


class _UnusableIdError(Exception):
    """A request whose id is neither text nor a whole number."""


def _read_message(line: bytes) -> _Incoming:
    """The message in a line, or what is wrong with it.

    Some JSON libraries write whole numbers as 1.0 or 1e6. The SDK would take a request with such an id for a
    notification, and would not recognise such an id in a cancellation or as a progress token.
    """
    try:
        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValidationError as error:
        return error
    if isinstance(message, JSONRPCNotification) and b'"id"' in line:
        fields = cast("dict[str, Any]", json.loads(line))
        if "id" in fields:
            if (request_id := _usable_id(fields["id"])) is None:
                return _UnusableIdError()
            message = JSONRPCRequest(jsonrpc="2.0", id=request_id, method=message.method, params=message.params)
    if isinstance(message, JSONRPCRequest | JSONRPCNotification) and message.params:
        _make_id_whole(message.params, "requestId")
        if isinstance(meta := message.params.get("_meta"), dict):
            _make_id_whole(cast("dict[str, Any]", meta), "progressToken")
    return SessionMessage(message)


def _make_id_whole(fields: dict[str, Any], name: str) -> None:
    if (usable := _usable_id(fields.get(name))) is not None:
        fields[name] = usable


def _usable_id(value: object) -> int | str | None:
    """An id as the SDK takes it: a whole number as an integer; None for anything but text and whole numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _answer_to_bad_line(error: Exception) -> JSONRPCError | None:
    """The JSON-RPC error for a line that is no message; None for a blank line or something like a response."""
    if isinstance(error, _UnusableIdError):
        text = "The id of a request must be text or a whole number."
        return JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=INVALID_REQUEST, message=text))
    problems = error.errors(include_url=False) if isinstance(error, ValidationError) else []
    inputs: list[Any] = [problem["input"] for problem in problems]
    code, text = INVALID_REQUEST, "This line is JSON, but no JSON-RPC message; batches are not accepted."
    if problems and problems[0]["type"] == "json_invalid":
        if not inputs[0].strip():
            return None
        code, text = PARSE_ERROR, "This line is not valid JSON of at most 4 MiB in UTF-8."
        with suppress(ValueError, RecursionError):  # Python also reads JSON whose text is not valid Unicode
            line = inputs[0] if isinstance(inputs[0], str) else inputs[0].decode(errors="backslashreplace")
            inputs = [json.loads(line)]
            text = "This message has text in it that is not valid Unicode, or is nested too deep."
    objects = [cast("dict[str, Any]", value) for value in inputs if isinstance(value, dict)]
    fields = objects[0] if objects else {}
    if "method" not in fields and ("result" in fields or "error" in fields):
        return None
    request_id = _usable_id(fields.get("id"))
    request_id = request_id if str(request_id).isprintable() else None
    return JSONRPCError(jsonrpc="2.0", id=request_id, error=ErrorData(code=code, message=text))
