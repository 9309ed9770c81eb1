"""Callers of both protocol eras, at the level of HTTP, so that everything they receive is seen."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from .stand import KEY_HEADER, MARK, mark

ERAS = ("2026-07-28", "2025-11-25")
META = "io.modelcontextprotocol"
ANSWER_SECONDS = 75
"""Longest silence; a caller that waits longer for its answer counts it as failed."""

Message = dict[str, Any]


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
    """One caller with a key of its own, on one connection at a time."""

    def __init__(self, url: str, key: str, era: str, http: httpx.AsyncClient) -> None:
        self.key, self.era, self._url, self._http = key, era, url, http
        self._last_id = 0

    async def call(self, execution_id: str, **arguments: Any) -> Answer:
        """Call `get_execution` and read all of the answer."""
        headers, body = self.request(execution_id, arguments)
        answer = Answer()
        chunks: list[str] = []
        try:
            async with self._http.stream("POST", self._url, headers=headers, json=body) as response:
                answer.status, answer.begun = response.status_code, True
                async for chunk in response.aiter_text():
                    chunks.append(chunk)  # noqa: PERF401 - kept when the connection breaks
        except httpx.HTTPError as error:
            answer.broken = f"{type(error).__name__} {error}"
        answer.text = "".join(chunks)
        answer.messages = list(parse(answer.text))
        return answer

    def request(self, execution_id: str, arguments: Message) -> tuple[dict[str, str], Message]:
        """Headers and body of a call, as the SDK's client of this era sends them."""
        self._last_id += 1
        meta: Message = {"progressToken": self._last_id} if "wait_seconds" in arguments else {}
        params: Message = {"name": "get_execution", "arguments": {"id": execution_id, **arguments}, "_meta": meta}
        headers = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": self.era,
            KEY_HEADER: self.key,
        }
        if self.era == ERAS[0]:
            headers |= {"Mcp-Method": "tools/call", "Mcp-Name": "get_execution"}
            info = {"name": "http-trial", "version": "1"}
            meta |= {
                f"{META}/protocolVersion": self.era,
                f"{META}/clientInfo": info,
                f"{META}/clientCapabilities": {},
            }
        return headers, {"jsonrpc": "2.0", "id": self._last_id, "method": "tools/call", "params": params}


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


@contextmanager
def http_client(connections: int = 512) -> Generator[httpx.AsyncClient]:
    """An HTTP client that uses no proxy and keeps connections."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    yield httpx.AsyncClient(timeout=httpx.Timeout(ANSWER_SECONDS), limits=limits, trust_env=False)


async def keep_calling(
    url: str, tally: Tally, stop: asyncio.Event, *, callers: int = 64, pause: float = 0.25
) -> None:
    """Callers of both eras look up executions until `stop` is set; one call in eight waits, two to six seconds."""
    with http_client() as http:
        async with http, asyncio.TaskGroup() as group:
            for number in range(callers):
                caller = Caller(url, f"key-of-caller-{number:04d}", ERAS[number % 2], http)
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
