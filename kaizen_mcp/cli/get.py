"""`kaizen-mcp get`: look up one execution, wait if asked to, and print it for a person or as JSON."""

import itertools
import json
import re
import shlex
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import anyio
from mcp.types import CallToolResult, TextContent

from kaizen_mcp.api.client import KaizenApi
from kaizen_mcp.cli.console import BOLD, exit_soon, style, warn, width_of, wrap
from kaizen_mcp.cli.report import headline_style, report_lines
from kaizen_mcp.humanize import format_duration
from kaizen_mcp.sanitize.escaping import escape_hidden
from kaizen_mcp.server import utc_now
from kaizen_mcp.settings import Settings
from kaizen_mcp.tools.arguments import MAX_WAIT
from kaizen_mcp.tools.get_execution import GET_EXECUTION
from kaizen_mcp.tools.get_instructor_execution import GET_INSTRUCTOR_EXECUTION
from kaizen_mcp.tools.lookup import Lookup, Report

FAULT_PATIENCE, FAULT_PAUSE, MAX_PAUSE = 300.0, 5.0, 60.0
"""Seconds without an answer until a wait gives up; between two attempts then; between two lookups at most."""

FRAMES, FRAME_SECONDS = "|/-\\", 0.12

# What an error advises a model, or whoever configures a client, and what a person at a terminal does instead.
_ADVICE = (
    (r"Call get_(instructor_)?execution with the same id\.?", "Try: {other}"),
    (r"call get_(instructor_)?execution with the same id\.?", "try: {other}"),
    (r'where kaizen-mcp is configured \(in Claude Desktop the "env" block\)', "in the environment"),
    (r" and restart the client", ""),
)


def run(options: SimpleNamespace, settings: Settings) -> int:
    """Look up what the options name and return the exit code: 0 found, 1 lookup failed, 2 bad use."""
    return anyio.run(_look_up, options, settings)


async def _look_up(options: SimpleNamespace, settings: Settings) -> int:
    lookup = GET_INSTRUCTOR_EXECUTION if options.instructor else GET_EXECUTION
    exit_code = 1
    try:
        async with KaizenApi(settings) as api:
            if options.wait:
                result = await _wait(lookup, api, options.id)
            else:
                result = await lookup.call(api, {"id": options.id}, clock=utc_now)
        exit_code = _print_result(result, options)
    finally:
        exit_soon(exit_code)
    return exit_code


async def _wait(lookup: Lookup, api: KaizenApi, identifier: str) -> CallToolResult:
    """Wait as long as it takes: one call after the other, and through faults that pass within some minutes."""
    answered = anyio.current_time()
    async with progress_line() as report:
        while True:
            arguments = {"id": identifier, "wait_seconds": MAX_WAIT}
            result = await lookup.call(api, arguments, clock=utc_now, report=report)
            if error := _error_of(result):
                if not error["retryable"] or anyio.current_time() - answered > FAULT_PATIENCE:
                    return result
                pause = error.get("retry_after_seconds") or FAULT_PAUSE
            else:
                answered = anyio.current_time()
                summary = cast("dict[str, Any]", result.structured_content)["summary"]
                if summary["finished"] or summary["needs_person"] or not summary["should_poll"]:
                    return result
                pause = summary["poll_after_seconds"]
            await anyio.sleep(min(pause, MAX_PAUSE))


@asynccontextmanager
async def progress_line() -> AsyncGenerator[Report]:
    """Show progress on stderr: a spinner on a terminal, otherwise one line for each change."""
    start = anyio.current_time()
    latest = "asking Kaizen"

    async def report(_: float, __: float, message: str) -> None:
        nonlocal latest
        if message != latest and not sys.stderr.isatty():
            warn(f"{message} (waited {format_duration(anyio.current_time() - start)})")
        latest = message

    async def spin() -> None:
        for frame in itertools.cycle(FRAMES):
            width = width_of(sys.stderr) - 1
            line = f"{frame} {latest} (waited {format_duration(anyio.current_time() - start)})"
            warn(f"\r{line[:width]:{width}}\r", end="")
            await anyio.sleep(FRAME_SECONDS)

    async with anyio.create_task_group() as tasks:
        if sys.stderr.isatty():
            tasks.start_soon(spin)
        yield report
        tasks.cancel_scope.cancel()
    if sys.stderr.isatty():
        warn(f"\r{'':{width_of(sys.stderr) - 1}}\r", end="")


def _error_of(result: CallToolResult) -> dict[str, Any]:
    """Code and facts of a failed lookup; empty if it did not fail."""
    return cast("dict[str, Any]", (result.meta or {}).get("kaizen/error", {}))


def _print_result(result: CallToolResult, options: SimpleNamespace) -> int:
    text = cast("TextContent", result.content[0]).text
    error = _error_of(result)
    if options.json:
        answer = {"error": {**error, "message": text}} if error else result.structured_content
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif error:
        warn(_error_for_a_person(text, options))
    else:
        _print_report(cast("dict[str, Any]", result.structured_content), options)
    sys.stdout.flush()
    if error:
        return 2 if error["code"] == "invalid_input" else 1
    return 0


def _error_for_a_person(text: str, options: SimpleNamespace) -> str:
    other = _command(options, options.id, instructor=not options.instructor)
    for pattern, advice in _ADVICE:
        text = re.sub(pattern, lambda _, advice=advice: advice.format(other=other), text)
    return wrap(text, width_of(sys.stderr)) if sys.stderr.isatty() else text


def _command(options: SimpleNamespace, identifier: str, *, instructor: bool) -> str:
    """The command line that looks up an execution, or an instructor execution."""
    flags = [" --instructor"] * instructor + [" --sandbox"] * options.sandbox
    return f"kaizen-mcp get {shlex.quote(escape_hidden(identifier))}{''.join(flags)}"


def _print_report(structured: dict[str, Any], options: SimpleNamespace) -> None:
    """Print the report; on a terminal wrapped, and with bold labels and a headline in the colour of its state."""
    summary = structured["summary"]
    command = _command(options, summary.get("id") or options.id, instructor=options.instructor)
    width = width_of(sys.stdout) if sys.stdout.isatty() else 0
    for number, line in enumerate(map(escape_hidden, report_lines(structured, command))):
        wrapped = wrap(line, width) if width and not line.startswith(" ") else line
        label, colon, text = wrapped.partition(":")
        if number == 0:
            print(style(wrapped, headline_style(summary)))
        else:
            print(line if line.startswith(" ") else f"{style(label + colon, BOLD)}{text}")
