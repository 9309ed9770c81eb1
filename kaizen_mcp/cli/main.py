"""Entry point of the command line. Without a command it serves MCP on stdio, for a client to start.

Each command imports its libraries when it runs, so that `--help` and usage errors are quick, and so that SIGINT is
handled during the imports. The comment at each import is the CPU time it takes.
"""

import argparse
import os
import signal
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kaizen_mcp import __version__
from kaizen_mcp.cli import console, serve

if TYPE_CHECKING:
    from kaizen_mcp.settings import Settings

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed or not healthy, 2 bad use, 130 interrupted."""
    signal.signal(signal.SIGINT, _interrupted)
    try:
        with console.guarded_stdout():
            options = _parser().parse_args(argv)
            if options.command:
                console.open_streams()
            return _run(options)
    except KeyboardInterrupt:  # after `serve`, whose event loop has restored Python's own handler
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # only Python's own exit is left to interrupt


def _interrupted(*_: object) -> None:
    """Exit at once. During a slower exit, a second Ctrl-C would print a traceback."""
    if os.isatty(2):
        with suppress(OSError):
            os.write(2, b"\n")  # so that the shell's prompt starts a new line
    os._exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kaizen-mcp",
        description="MCP server that looks up executions of Kaizen Automation. Without a command it serves MCP "
        "on stdin and stdout, for a client such as Claude Desktop to start.",
        epilog="Settings come from the environment; the README lists them.",
    )
    sandbox_help = "answer from the built-in sandbox: no key, no network"
    parser.add_argument("--sandbox", action="store_true", help=sandbox_help)
    parser.add_argument("--version", action="version", version=f"kaizen-mcp {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    commands.add_parser("demo", help="ask a real server nine questions, answered by the sandbox")

    config_parser = commands.add_parser("config", help="print what adds this server to a client")
    config_parser.add_argument("client", nargs="?", help="name of the client; leave it out to see the names")

    http = commands.add_parser("http", help="serve a whole team over HTTP; docs/teams.md says how")
    http.add_argument("--host", default="127.0.0.1", help="address to listen on, default %(default)s")
    http.add_argument("--port", type=_port, default=8000, help="default %(default)s; 0 chooses a free port")

    sandbox = commands.add_parser("sandbox", help="run a sandbox of the API on this computer")
    sandbox.add_argument("--port", type=_port, default=8765, help="default %(default)s; 0 chooses a free port")
    sandbox.add_argument("--list", action="store_true", help="print the ids it has, then exit")

    doctor = commands.add_parser("doctor", help="check settings, network, key and clients, and say what to do")
    doctor.add_argument("--sandbox", action="store_true", default=argparse.SUPPRESS, help=sandbox_help)
    doctor.add_argument(
        "--timeout", type=_seconds, default=5.0, help="seconds for each check, default %(default)g"
    )
    doctor.add_argument("--json", action="store_true", help="print the result as JSON")

    get = commands.add_parser("get", help="look up one execution and print the verdict")
    get.add_argument("id", help="id of the execution, or a link to it")
    get.add_argument("--instructor", action="store_true", help="it is an instructor execution")
    get.add_argument("--wait", action="store_true", help="wait until it has ended or needs a person")
    get.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    for command in (config_parser, get, http):
        # Without SUPPRESS, its default would overwrite a --sandbox before the command.
        command.add_argument("--sandbox", action="store_true", default=argparse.SUPPRESS, help=sandbox_help)
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:  # noqa: PLR2004 - the range of ports
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (seconds := float(text)) <= 60:  # noqa: PLR2004 - a minute; false for NaN too
            return seconds
    raise argparse.ArgumentTypeError("a time limit is a number of seconds above 0 and at most 60")


def _environ(options: Namespace) -> dict[str, str]:
    return os.environ | ({"KAIZEN_SANDBOX": "1"} if options.sandbox else {})


def _settings(options: Namespace) -> "Settings":
    from kaizen_mcp.settings import Settings  # 150 ms

    return Settings.from_env(_environ(options))


def _run(options: Namespace) -> int:
    match options.command:
        case "get":
            from kaizen_mcp.cli import get  # 1250 ms, most of it for mcp

            return get.run(options, _settings(options))
        case "demo":
            from kaizen_mcp.cli import demo  # 1200 ms, most of it for mcp

            return demo.run()
        case "doctor":
            from kaizen_mcp.cli import doctor  # 20 ms

            return doctor.run(options, _environ(options))
        case "config":
            from kaizen_mcp.cli import config  # 40 ms

            return config.run(options)
        case "http":
            from kaizen_mcp.cli import http  # 1300 ms, most of it for mcp

            return http.run(options, _environ(options))
        case "sandbox":
            return _sandbox(options)
        case _:
            return serve.run(lambda: _settings(options))


def _sandbox(options: Namespace) -> int:
    from kaizen_mcp.sandbox.serve import bind, sample_run_lines, serve  # 180 ms

    if options.list:
        print(*sample_run_lines(), sep="\n")
        return 0
    try:
        listener = bind(options.port)
    except OSError as error:
        why = f"port {options.port} can't be used ({error.strerror})"
        console.warn(f"kaizen-mcp: {why}; choose another with --port.")
        return 2
    with listener:
        url = "http://{}:{}".format(*listener.getsockname())
        print(f"Kaizen sandbox on {url} - any API key is accepted. Ctrl-C ends it.")
        print(f"Try: KAIZEN_BASE_URL={url} KAIZEN_API_KEY=any kaizen-mcp get exec-eligibility-login")
        print(*sample_run_lines(), sep="\n", flush=True)
        serve(listener)
    return 0
