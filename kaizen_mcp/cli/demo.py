"""`kaizen-mcp demo`: a real MCP client starts the server over stdio and asks it nine questions."""

import json
import os
import sys
from typing import Any, NamedTuple

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

from kaizen_mcp.cli.console import BOLD, DIM, style, width_of, wrap

MAX_RAW, MAX_WIDTH = 360, 110
"""Characters of the raw object that are printed, and columns of the longest line."""


class Question(NamedTuple):
    """A person's question, the tool call of an assistant for it, and whether the execution exists."""

    text: str
    arguments: dict[str, Any]
    tool: str = "get_execution"
    exists: bool = True


QUESTIONS = (
    Question("Is the eligibility check stuck?", {"id": "exec-eligibility-login"}),
    Question(
        "Did we get October's invoices? Here is the link.",
        {"id": "https://app.kaizen.example/executions/exec-invoices-finished?tab=files"},
    ),
    Question("Why did claim 2026-1093 fail?", {"id": "exec-claim-failed"}),
    Question("How did November's claims go?", {"id": "exec-claims-rejected", "detail": "summary"}),
    Question("What was paid for member M-021093?", {"id": "exec-large", "find": "m-021093"}),
    Question("Are the EOBs there yet?", {"id": "exec-eob-pending", "detail": "summary"}),
    Question(
        "Tell me when the live check needs me.", {"id": "exec-live", "wait_seconds": 30, "detail": "summary"}
    ),
    Question("Is the teaching session still recording?", {"id": "teach-recording"}, "get_instructor_execution"),
    Question("What about execution 4711?", {"id": "4711"}, exists=False),
)


def run() -> int:
    """Run the demo; returns the exit code, 1 if an answer was not as expected."""
    return 0 if anyio.run(_ask_all) else 1


async def _ask_all() -> bool:
    # The demo does not depend on the person's own settings.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")}
    server = StdioServerParameters(command=sys.executable, args=["-m", "kaizen_mcp", "--sandbox"], env=environ)
    async with Client(server, read_timeout_seconds=60) as client:
        print(f"Connected over stdio, protocol {client.protocol_version}. The server offers:")
        for tool in (await client.list_tools()).tools:
            print(wrap(f"{tool.name}: {tool.description}", _width(), first="  ", rest="  "))
        answers = [await _ask(client, number, question) for number, question in enumerate(QUESTIONS, start=1)]
    print(style("\nThe server has ended. Every answer came from the built-in sandbox: no key, no network.", BOLD))
    return all(answers)


async def _ask(client: Client, number: int, question: Question) -> bool:
    """Ask one question and print its answer; returns whether it is as expected."""
    call = f"{question.tool}({json.dumps(question.arguments)})"
    print(style(f"\n{number}. {question.text}", BOLD))
    print(wrap(f"call  {call}", _width(), first="   ", rest=" " * 9), flush=True)
    result = await client.call_tool(question.tool, {**question.arguments}, progress_callback=_print_progress)
    verdict, *raw = [block.text for block in result.content if isinstance(block, TextContent)]
    for line in verdict.splitlines():
        print(wrap(line, _width(), first="   ", rest="   "))
    if raw:
        snippet = raw[0] if len(raw[0]) <= MAX_RAW else f"{raw[0][:MAX_RAW]}… ({len(raw[0])} characters in all)"
        print(style(wrap(f"raw   {snippet}", _width(), first="   ", rest=" " * 9, long_words=True), DIM))
    return question.exists is not result.is_error


async def _print_progress(progress: float, total: float | None, message: str | None) -> None:
    print(style(f"   ...   {message} ({progress:.0f} of {total:.0f} s)", DIM), flush=True)


def _width() -> int:
    return min(width_of(sys.stdout), MAX_WIDTH)
