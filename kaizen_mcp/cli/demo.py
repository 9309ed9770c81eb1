"""The demo: a real MCP client starts the real server over stdio and asks what a person in operations would ask."""

import json
import os
import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

RAW_SHOWN = 360
"""Characters of the raw object that the demo prints."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks, and the call an assistant would make of it."""

    text: str
    tool: str
    arguments: dict[str, Any]
    found: bool = True


QUESTIONS = (
    Question("Is the eligibility check stuck?", "get_execution", {"id": "exec-eligibility-login"}),
    Question(
        "Did we get October's invoices? Here is the link.",
        "get_execution",
        {"id": "https://app.kaizen.example/executions/exec-invoices-finished?tab=files"},
    ),
    Question("Why did claim 2026-1093 fail?", "get_execution", {"id": "exec-claim-failed"}),
    Question("Are the EOBs there yet?", "get_execution", {"id": "exec-eob-pending", "detail": "summary"}),
    Question(
        "Tell me when the live check needs me.",
        "get_execution",
        {"id": "exec-live", "wait_seconds": 30, "detail": "summary"},
    ),
    Question("Is the teaching session still recording?", "get_instructor_execution", {"id": "teach-recording"}),
    Question("What about execution 4711?", "get_execution", {"id": "4711"}, found=False),
)


def run() -> int:
    """Print the demo; returns the exit code, 1 if an answer was not of the expected kind."""
    return 0 if anyio.run(_ask_all) else 1


async def _ask_all() -> bool:
    # The person's own Kaizen settings stay out of it.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")}
    server = StdioServerParameters(command=sys.executable, args=["-m", "kaizen_mcp", "--sandbox"], env=environ)
    async with Client(server, read_timeout_seconds=60) as client:
        tools = (await client.list_tools()).tools
        print(f"Connected over stdio, protocol {client.protocol_version}. The server offers:")
        for tool in tools:
            print(_wrapped(f"{tool.name}: {tool.description}", indent="  "))
        as_expected = True
        for number, question in enumerate(QUESTIONS, start=1):
            print(*_asked(number, question), sep="\n")
            result = await client.call_tool(
                question.tool, {**question.arguments}, progress_callback=_print_progress
            )
            print(*_answered(result), sep="\n")
            as_expected &= question.found is not result.is_error
    print(_bold("\nThe server has ended. Every answer came from the built-in sandbox: no key, no network."))
    return as_expected


def _asked(number: int, question: Question) -> list[str]:
    call = f"{question.tool}({json.dumps(question.arguments)})"
    return ["", _bold(f"{number}. {question.text}"), _wrapped(f"call  {call}", indent=" " * 9, first="   ")]


async def _print_progress(progress: float, total: float | None, message: str | None) -> None:
    print(_dim(f"   ...   {message} ({progress:.0f} of {total:.0f} s)"), flush=True)


def _answered(result: CallToolResult) -> list[str]:
    verdict, *raw = [block.text for block in result.content if isinstance(block, TextContent)]
    lines = [_wrapped(line, indent="   ") for line in verdict.splitlines()]
    if raw:
        shown = raw[0] if len(raw[0]) <= RAW_SHOWN else f"{raw[0][:RAW_SHOWN]}… ({len(raw[0])} characters in all)"
        lines.append(_dim(_wrapped(f"raw   {shown}", indent=" " * 9, first="   ", long_words=True)))
    return lines


def _wrapped(text: str, *, indent: str, first: str | None = None, long_words: bool = False) -> str:
    width = min(shutil.get_terminal_size((100, 24)).columns, 110)
    return textwrap.fill(
        text,
        width=max(width, 40),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=long_words,
        break_on_hyphens=False,
    )


def _styled(text: str, code: str) -> str:
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return f"\x1b[{code}m{text}\x1b[0m"
    return text


def _bold(text: str) -> str:
    return _styled(text, "1")


def _dim(text: str) -> str:
    return _styled(text, "2")
