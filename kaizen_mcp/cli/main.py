"""The command line. Without a subcommand it serves MCP on stdio, which is what clients start.

Each command imports what it needs itself, so that none waits for the libraries of another.
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from kaizen_mcp import __version__
from kaizen_mcp.wire import claimed_pipes

if TYPE_CHECKING:
    import argparse

    from mcp.types import CallToolResult, TextContent

    from kaizen_mcp.api import KaizenApi
    from kaizen_mcp.settings import Settings
    from kaizen_mcp.tools import Lookup

FOUND, FAILED, BAD_USE, INTERRUPTED = 0, 1, 2, 130
DEFAULT_PORT = 8765
PATIENCE_WITH_FAULTS, POLITE_PAUSE, LONGEST_PAUSE = 300.0, 5.0, 60.0
"""Seconds of `get --wait`: without an answer until it gives up, between two tries then, and between two looks."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 found or served, 1 lookup failed, 2 bad use."""
    try:
        try:
            arguments = sys.argv[1:] if argv is None else argv
            options = SimpleNamespace(command=None, sandbox=False)
            if arguments:  # clients give none, and wait while what would read them loads
                _parser().parse_args(arguments, options)
            command = options.command or "serve"
            if command != "serve":
                _print_anything()
            exit_code = _COMMANDS[command](options)
        finally:
            if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison] - it is, where fd 1 is closed
                sys.stdout.flush()  # here, where a reader that has left can be told from a fault
    except KeyboardInterrupt:
        return INTERRUPTED
    except ExceptionGroup as group:  # a task group's, around what went wrong inside it
        problem, others = group.split(OSError)
        if problem is None or others is not None:
            raise
        return _failed_to_print(next(_leaves(problem)))
    except OSError as error:
        return _failed_to_print(error)
    return exit_code


def _leaves(group: ExceptionGroup[OSError]) -> Iterator[OSError]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _failed_to_print(error: OSError) -> int:
    if not isinstance(error, BrokenPipeError):  # that is a reader who has left (`| head`), which is no fault
        print(f"kaizen-mcp: {error.strerror or type(error).__name__}.", file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python would fail again at exit
    return FAILED


def _print_anything() -> None:
    """Let a terminal that lacks a character (Windows' cp1252, say) show the rest, and print nowhere if need be."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open as long as we run
    stream: object = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")


def _parser() -> "argparse.ArgumentParser":
    import argparse

    parser = argparse.ArgumentParser(
        prog="kaizen-mcp",
        description="MCP server that looks up executions of Kaizen Automation. Without a command it serves MCP "
        "on stdin and stdout, for a client such as Claude Desktop to start.",
        epilog="Settings come from the environment; the README lists them.",
    )
    in_sandbox = "answer from the built-in sandbox: no key, no network"
    parser.add_argument("--sandbox", action="store_true", help=in_sandbox)
    parser.add_argument("--version", action="version", version=f"kaizen-mcp {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    commands.add_parser("demo", help="ask a real server seven questions, answered by the sandbox")

    sandbox = commands.add_parser("sandbox", help="run the API's stand-in on this machine")
    sandbox.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="default %(default)s; 0 takes a free one"
    )
    sandbox.add_argument("--list", action="store_true", help="print the ids it knows and end")

    get = commands.add_parser("get", help="look up one execution and print the verdict")
    get.add_argument("id", help="id of the execution, or a link to it")
    get.add_argument("--instructor", action="store_true", help="it is an instructor execution")
    # Suppressed, so that it does not undo the flag where that stands before the command.
    get.add_argument("--sandbox", action="store_true", default=argparse.SUPPRESS, help=in_sandbox)
    get.add_argument("--wait", action="store_true", help="wait until it has ended or needs a person; Ctrl-C ends")
    get.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    return parser


def _port(text: str) -> int:
    import argparse

    if not text.isascii() or not text.isdigit() or int(text) > 65535:  # noqa: PLR2004 - the range of ports
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _settings(options: SimpleNamespace) -> "Settings":
    from kaizen_mcp.settings import Settings

    return Settings.from_env({**os.environ, **({"KAIZEN_SANDBOX": "1"} if options.sandbox else {})})


def _serve(options: SimpleNamespace) -> int:
    import gc
    import signal

    # Until the server takes signals itself: importing takes a moment, and a traceback helps nobody.
    def interrupted(*_: object) -> None:
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, interrupted)
    with ExitStack() as stack:
        # Loading makes hundreds of thousands of objects that stay; looking through them again and again takes a
        # tenth of the time until the client has its tool list.
        gc.disable()
        stack.callback(gc.enable)
        try:
            pipes = stack.enter_context(claimed_pipes())
        except OSError:
            print("kaizen-mcp: stdin and stdout must be open; a client starts it so.", file=sys.stderr)
            return BAD_USE

        import logging

        import anyio

        from kaizen_mcp.errors import NotConfiguredError
        from kaizen_mcp.logs import set_up_logging
        from kaizen_mcp.server import create_server
        from kaizen_mcp.stdio import serve

        settings = _settings(options)
        set_up_logging(settings)
        try:
            settings.require_usable()
        except NotConfiguredError as problem:
            logging.getLogger(__name__).warning("%s Every lookup will answer so.", problem)

        async def serve_until_the_end() -> int:
            server = create_server(settings)
            gc.freeze()  # what is loaded stays: the collector need never look at it
            gc.enable()
            exit_code = await serve(server, pipes)
            _end_soon(exit_code)
            return exit_code

        return anyio.run(serve_until_the_end)


def _end_soon(exit_code: int) -> None:
    """End the process even if a thread does not: Python waits for one that asks a name server which is silent."""
    import threading

    from kaizen_mcp.stdio import SHUTDOWN_SECONDS

    patience = threading.Timer(SHUTDOWN_SECONDS, os._exit, [exit_code])
    patience.daemon = True
    patience.start()


def _demo(_: SimpleNamespace) -> int:
    from kaizen_mcp.cli.demo import run

    return run()


def _sandbox(options: SimpleNamespace) -> int:
    from kaizen_mcp.sandbox.serve import bind, catalogue_lines, serve

    if options.list:
        print(*catalogue_lines(), sep="\n")
        return FOUND
    try:
        listener = bind(options.port)
    except OSError as error:
        print(
            f"kaizen-mcp: port {options.port} can't be used ({error.strerror}); choose another with --port.",
            file=sys.stderr,
        )
        return BAD_USE
    with listener:
        host, port = listener.getsockname()
        print(f"Kaizen sandbox on http://{host}:{port} - any API key is accepted. Ctrl-C ends it.")
        print(
            f"Try: KAIZEN_BASE_URL=http://{host}:{port} KAIZEN_API_KEY=any kaizen-mcp get exec-eligibility-login"
        )
        print(*catalogue_lines(), sep="\n", flush=True)
        serve(listener)
    return FOUND


def _get(options: SimpleNamespace) -> int:
    import anyio

    from kaizen_mcp.api import KaizenApi
    from kaizen_mcp.server import utc_now
    from kaizen_mcp.tools import GET_EXECUTION, GET_INSTRUCTOR_EXECUTION

    lookup = GET_INSTRUCTOR_EXECUTION if options.instructor else GET_EXECUTION

    async def look_up() -> int:
        exit_code = INTERRUPTED
        try:
            async with KaizenApi(_settings(options)) as api:
                if options.wait:
                    result = await _wait(lookup, api, options.id)
                else:
                    result = await lookup.call(api, {"id": options.id}, clock=utc_now)
            exit_code = _print_answer(result, as_json=options.json)
        finally:
            _end_soon(exit_code)
        return exit_code

    return anyio.run(look_up)


async def _wait(lookup: "Lookup", api: "KaizenApi", identifier: str) -> "CallToolResult":
    """Wait as long as it takes: one call after the other, and through faults that pass within some minutes."""
    import anyio

    from kaizen_mcp.arguments import MAX_WAIT
    from kaizen_mcp.live_line import LiveLine
    from kaizen_mcp.server import utc_now

    answered = anyio.current_time()
    async with LiveLine() as line:
        while True:
            arguments = {"id": identifier, "wait_seconds": MAX_WAIT}
            result = await lookup.call(api, arguments, clock=utc_now, report=line.tell)
            error = _error_of(result)
            if error:
                if not error["retryable"] or anyio.current_time() - answered > PATIENCE_WITH_FAULTS:
                    return result
                pause = error.get("retry_after_seconds") or POLITE_PAUSE
            else:
                answered = anyio.current_time()
                summary = cast("dict[str, dict[str, Any]]", result.structured_content)["summary"]
                if summary["finished"] or summary["needs_person"] or not summary["should_poll"]:
                    return result
                pause = summary["poll_after_seconds"]
            await anyio.sleep(min(pause, LONGEST_PAUSE))


def _error_of(result: "CallToolResult") -> dict[str, Any]:
    """The machine-readable twin of a failed lookup's words; empty if it did not fail."""
    return cast("dict[str, Any]", (result.meta or {}).get("kaizen/error", {}))


def _print_answer(result: "CallToolResult", *, as_json: bool) -> int:
    import json

    text = cast("TextContent", result.content[0]).text
    error = _error_of(result)
    if as_json:
        answer = {"error": {**error, "message": text}} if error else result.structured_content
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(text, file=sys.stderr if error else sys.stdout)
    sys.stdout.flush()
    if error:
        return BAD_USE if error["code"] == "invalid_input" else FAILED
    return FOUND


_COMMANDS = {"serve": _serve, "demo": _demo, "sandbox": _sandbox, "get": _get}
