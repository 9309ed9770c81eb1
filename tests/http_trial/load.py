"""Callers of both protocol eras, at the level of HTTP, so that everything they receive is seen."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .stand import KEY_HEADER, MARK, mark

ERAS = ("2026-07-28", "2025-11-25")
META = "io.modelcontextprotocol"
ANSWER_SECONDS = 75
"""Longest silence; a caller that waits longer for its answer counts it as failed."""

Message = dict[str, Any]
_LENGTH = re.compile(r"^content-length: *(\d+)", re.MULTILINE)
_CLOSE = re.compile(r"^connection: *close", re.MULTILINE)


@dataclass
class Answer:
    """What a caller received for one call.

    Attributes:
        status: of HTTP; 0 if the connection ended before it.
        messages: all JSON-RPC messages.
        begun: whether any byte had come.
        broken: why the connection ended early; empty if it did not.
    """

    status: int = 0
    messages: list[Message] = field(default_factory=list[Message])
    begun: bool = False
    broken: str = ""
    text: str = ""

    @property
    def results(self) -> list[Message]:
        """The answers to the call; there should be one."""
        return [message["result"] for message in self.messages if "result" in message]

    @property
    def code(self) -> str:
        """The code of the tool's error; empty if the lookup succeeded."""
        (result,) = self.results
        return str(result["_meta"]["kaizen/error"]["code"]) if result.get("isError") else ""


class Caller:
    """One caller with a key of its own, and a connection that it keeps."""

    def __init__(self, url: str, key: str, era: str) -> None:
        self.key, self.era = key, era
        self._host = urlsplit(url).netloc
        self._last_id = 0
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, execution_id: str, **arguments: Any) -> Answer:
        """Call `get_execution` and read all of the answer."""
        answer, received = Answer(), bytearray()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._exchange(self.request(execution_id, arguments), answer, received)
        except (OSError, EOFError, ValueError) as error:  # a timeout is an OSError
            partial: bytes = getattr(error, "partial", b"")
            received += partial
            answer.begun = answer.begun or bool(partial)
            answer.broken = f"{type(error).__name__} {error}"
            self.close()
        answer.text = received.decode(errors="replace")
        answer.messages = list(parse(answer.text))
        return answer

    async def _exchange(self, request: bytes, answer: Answer, received: bytearray) -> None:
        if self._connection and self._connection[0].at_eof():  # closed while it was idle
            self.close()
        if self._connection is None:
            host, port = self._host.split(":")
            self._connection = await asyncio.open_connection(host, int(port))
        reader, writer = self._connection
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        answer.status, answer.begun = int(head.split(" ", 2)[1]), True
        if length := _LENGTH.search(head):
            received += await reader.readexactly(int(length[1]))
        else:
            while size := int(await reader.readline(), 16):
                received += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        if _CLOSE.search(head):
            self.close()

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection:
            self._connection[1].close()
        self._connection = None

    def request(self, execution_id: str, arguments: Message) -> bytes:
        """A call as the SDK's client of this era sends it."""
        self._last_id += 1
        meta: Message = {"progressToken": self._last_id} if "wait_seconds" in arguments else {}
        params: Message = {"name": "get_execution", "arguments": {"id": execution_id, **arguments}, "_meta": meta}
        head = [
            "POST /mcp HTTP/1.1",
            f"Host: {self._host}",
            "Content-Type: application/json",
            "Accept: application/json, text/event-stream",
            f"MCP-Protocol-Version: {self.era}",
            f"{KEY_HEADER}: {self.key}",
        ]
        if self.era == ERAS[0]:
            head += ["Mcp-Method: tools/call", "Mcp-Name: get_execution"]
            meta[f"{META}/protocolVersion"] = self.era
            meta[f"{META}/clientInfo"] = {"name": "http-trial", "version": "1"}
            meta[f"{META}/clientCapabilities"] = {}
        call = {"jsonrpc": "2.0", "id": self._last_id, "method": "tools/call", "params": params}
        body = json.dumps(call).encode()
        return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


def parse(text: str) -> Generator[Message]:
    """The JSON-RPC messages of a response, which is JSON or an event stream."""
    lines = (
        [text] if text.startswith("{") else [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    )
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:  # cut off
            return


@dataclass
class Tally:
    """How the calls of a load ended; `problems` holds a few examples."""

    answers: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])

    def add(self, caller: Caller, execution_id: str, answer: Answer) -> str:
        """Count an answer and return what it was."""
        kind = judge(caller, execution_id, answer)
        self.answers[kind] += 1
        if kind not in GOOD and len(self.problems) < 20:
            self.problems.append(f"{kind}: {execution_id} ({caller.era}) {answer.broken} {answer.text[:300]}")
        return kind

    @property
    def total(self) -> int:
        return self.answers.total()

    @property
    def failed(self) -> int:
        return self.total - sum(self.answers[kind] for kind in GOOD)

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {kind}" for kind, count in self.answers.most_common())


ANSWERED, WAITED = "answered", "answered after a wait"
STREAM_BROKE = "stream that had begun broke off"
NO_ANSWER = "no answer"
SAW_ANOTHER = "SAW ANOTHER CALLER'S OBJECT"
GOOD = (ANSWERED, WAITED)


def judge(caller: Caller, execution_id: str, answer: Answer) -> str:
    """What became of a call."""
    marks = set(MARK.findall(answer.text))
    if marks - {mark(caller.key, execution_id)}:
        return SAW_ANOTHER
    if answer.broken:
        return STREAM_BROKE if answer.begun else NO_ANSWER
    if answer.status != 200:
        return f"HTTP {answer.status}"
    if len(answer.results) != 1:
        return f"{len(answer.results)} answers"
    if answer.code:
        return f"error {answer.code}"
    if not marks:
        return "answer without the object"
    return WAITED if "-wait-" in execution_id else ANSWERED


async def keep_calling(
    url: str, tally: Tally, stop: asyncio.Event, *, callers: int = 64, pause: float = 0.25
) -> None:
    """Callers of both eras look up executions until `stop` is set; one call in eight waits, two to six seconds."""
    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            caller = Caller(url, f"key-of-caller-{number:04d}", ERAS[number % 2])
            group.create_task(_call_until(stop, caller, tally, random.Random(number), pause))


async def _call_until(stop: asyncio.Event, caller: Caller, tally: Tally, rng: random.Random, pause: float) -> None:
    calls = 0
    while not stop.is_set():
        calls += 1
        waits = rng.random() < 1 / 8
        execution_id = f"exec-wait-{rng.randint(2, 6)}-{calls}" if waits else f"exec-done-{calls}"
        answer = await caller.call(execution_id, **({"wait_seconds": 15} if waits else {}))
        tally.add(caller, execution_id, answer)
        await asyncio.sleep(pause * rng.uniform(0.5, 1.5))
    caller.close()
