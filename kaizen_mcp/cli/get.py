"""`kaizen-mcp get`: look up one execution, wait if asked to, and print it for a person or as JSON."""

import itertools
import json
import shlex
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import tzinfo
from typing import Any, cast

import anyio
from mcp.types import CallToolResult, TextContent

from kaizen_mcp.api.client import KaizenApi
from kaizen_mcp.cli.console import BOLD, exit_soon, style, warn, width_of, wrap
from kaizen_mcp.cli.report import headline_style, report_lines
from kaizen_mcp.humanize import format_duration
from kaizen_mcp.sanitize.hidden_characters import escape_hidden
from kaizen_mcp.server import utc_now
from kaizen_mcp.settings import Settings
from kaizen_mcp.tools.arguments import MAX_WAIT
from kaizen_mcp.tools.error_text import Audience
from kaizen_mcp.tools.get_execution import GET_EXECUTION
from kaizen_mcp.tools.get_instructor_execution import GET_INSTRUCTOR_EXECUTION
from kaizen_mcp.tools.lookup import Report

ERROR_PATIENCE = 300.0
"""Seconds of nothing but retryable errors after which `--wait` gives up."""

RETRY_INTERVAL, MAX_INTERVAL = 5.0, 60.0
"""Seconds: between two lookups after an error, and at most between any two."""


def run(options: Namespace, settings: Settings) -> int:
    """Run the command and return its exit code: 0 found, 1 lookup failed, 2 bad use."""
    return anyio.run(_run, options, settings)


async def _run(options: Namespace, settings: Settings) -> int:
    exit_code = 1
    try:
        async with KaizenApi(settings) as api:
            result = await (_wait(api, options) if options.wait else _look_up(api, options))
        return (exit_code := _print_result(result, options, settings.timezone))
    finally:
        exit_soon(exit_code)


async def _look_up(
    api: KaizenApi, options: Namespace, wait_seconds: float = 0, report: Report | None = None
) -> CallToolResult:
    lookup = GET_INSTRUCTOR_EXECUTION if options.instructor else GET_EXECUTION
    arguments = {"id": options.id, "wait_seconds": wait_seconds}
    other_command = _command(options, options.id, instructor=not options.instructor)
    person = Audience(f"try: {other_command}", where="in the environment", restart="")
    audience = None if options.json else person
    return await lookup.call(api, arguments, clock=utc_now, report=report, audience=audience)


async def _wait(api: KaizenApi, options: Namespace) -> CallToolResult:
    """Look up until there is nothing to wait for, or an error stays."""
    last_success = anyio.current_time()
    async with progress_line() as report:
        while True:
            result = await _look_up(api, options, MAX_WAIT, report)
            if error := _error_of(result):
                if not error["retryable"] or anyio.current_time() - last_success > ERROR_PATIENCE:
                    return result
                interval = error.get("retry_after_seconds") or RETRY_INTERVAL
            else:
                last_success = anyio.current_time()
                summary = cast("dict[str, Any]", result.structured_content)["summary"]
                if summary["finished"] or summary["needs_person"] or summary["state"] == "unknown":
                    return result
                interval = summary["poll_after_seconds"]
            await anyio.sleep(min(interval, MAX_INTERVAL))


@asynccontextmanager
async def progress_line() -> AsyncGenerator[Report]:
    """Show progress on stderr: a spinner on a terminal, otherwise one line for each change."""
    start, latest, on_terminal = anyio.current_time(), "asking Kaizen", sys.stderr.isatty()

    def line() -> str:
        return f"{latest} (waited {format_duration(anyio.current_time() - start)})"

    async def report(_: float, __: float, message: str) -> None:
        nonlocal latest
        latest, changed = message, message != latest
        if changed and not on_terminal:
            warn(line())

    async def spin() -> None:
        for frame in itertools.cycle("|/-\\"):
            width = width_of(sys.stderr) - 1
            warn(f"\r{f'{frame} {line()}'[:width]:{width}}\r", end="")
            await anyio.sleep(0.12)

    async with anyio.create_task_group() as tasks:
        if on_terminal:
            tasks.start_soon(spin)
        yield report
        tasks.cancel_scope.cancel()
    if on_terminal:
        warn(f"\r{'':{width_of(sys.stderr) - 1}}\r", end="")


def _error_of(result: CallToolResult) -> dict[str, Any]:
    """Code and facts of a failed lookup; empty if it did not fail."""
    return cast("dict[str, Any]", (result.meta or {}).get("kaizen/error", {}))


def _print_result(result: CallToolResult, options: Namespace, timezone: tzinfo | None) -> int:
    text = cast("TextContent", result.content[0]).text
    error = _error_of(result)
    if options.json:
        answer = {"error": {**error, "message": text}} if error else result.structured_content
        utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        print(json.dumps(answer, ensure_ascii=not utf8, indent=2))
    elif error:
        warn(wrap(text, width_of(sys.stderr)) if sys.stderr.isatty() else text)
    else:
        _print_report(cast("dict[str, Any]", result.structured_content), options, timezone)
    sys.stdout.flush()
    return (2 if error["code"] == "invalid_input" else 1) if error else 0


def _command(options: Namespace, identifier: str, *, instructor: bool) -> str:
    flags = [" --instructor"] * instructor + [" --sandbox"] * options.sandbox
    return f"kaizen-mcp get {shlex.quote(escape_hidden(identifier))}{''.join(flags)}"


def _print_report(structured: dict[str, Any], options: Namespace, timezone: tzinfo | None) -> None:
    """Print the report; on a terminal wrapped, and with bold labels and a headline in the colour of its state."""
    summary = structured["summary"]
    command = _command(options, summary.get("id") or options.id, instructor=options.instructor)
    width = width_of(sys.stdout) if sys.stdout.isatty() else 0
    headline, *lines = map(escape_hidden, report_lines(structured, command, timezone))
    print(style(wrap(headline, width) if width else headline, headline_style(summary)))
    for line in lines:
        if line.startswith(" "):
            print(line)
        else:
            label, colon, text = (wrap(line, width) if width else line).partition(":")
            print(f"{style(label + colon, BOLD)}{text}")
