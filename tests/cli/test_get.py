"""Output of `kaizen-mcp get` for people, from a real process in a fixed time zone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from conftest import COMMAND, Environ

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs TZ, pseudo-terminals and POSIX signals")

SAMPLES = ["exec-eligibility-login", "exec-invoices-finished", "exec-claim-failed", "teach-recording", "nobody"]
MORE_SAMPLES = ["exec-claim-queued", "exec-claim-paused", "exec-credentials", "exec-eob-pending", "teach-login"]
TIME = re.compile(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d \((\d{4}-\d\d-\d\d )?\d\d:\d\d UTC\)")
FOR_MODELS = re.compile(r"get_\w*execution|detail=|raw\.|structured|restart the client|\x1b")


def run(*arguments: str, env: Environ) -> subprocess.CompletedProcess[str]:
    with_zone = {"TZ": "IST-5:30", **env}
    return subprocess.run(
        [*COMMAND, *arguments], env=with_zone, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def run_on_a_terminal(*arguments: str, env: Environ) -> str:
    """Output of the command on a terminal."""
    terminal, child_end = os.openpty()
    with subprocess.Popen([*COMMAND, *arguments], env=env, stdout=child_end, stderr=child_end) as process:
        os.close(child_end)
        output = b""
        with suppress(OSError):  # the child process has closed its end
            while data := os.read(terminal, 4096):
                output += data
        os.close(terminal)
    assert process.returncode == 0
    return output.decode()


@contextmanager
def api_with(execution: dict[str, Any]) -> Generator[dict[str, str]]:
    """An API that returns this execution for any id; yields the settings to use it."""

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"execution": execution}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silences it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield {"KAIZEN_API_KEY": "any-key-at-all", "KAIZEN_BASE_URL": f"http://127.0.0.1:{server.server_port}"}
        server.shutdown()


@pytest.mark.parametrize(
    "identifier", [*SAMPLES, *(pytest.param(identifier, marks=pytest.mark.slow) for identifier in MORE_SAMPLES)]
)
def test_get_prints_what_happened_and_what_to_do(
    environ: Environ, identifier: str, check_snapshot: Callable[[str, Any], None]
) -> None:
    flags = ["--instructor"] if identifier.startswith("teach-") else []
    result = run("get", identifier, *flags, env={**environ, "KAIZEN_SANDBOX": "1"})
    output = result.stderr if identifier == "nobody" else result.stdout
    assert not FOR_MODELS.search(result.stdout + result.stderr)
    check_snapshot(f"get/{identifier}", [TIME.sub("TIME", line) for line in output.splitlines()])


def test_times_are_local_and_utc_with_a_date_if_not_today(environ: Environ) -> None:
    execution = {
        "id": "a",
        "status": "Completed",
        "startTime": "2025-03-09T20:00:00Z",
        "endTime": "2025-03-09T21:05:00Z",
    }
    with api_with(execution) as settings:
        result = run("get", "a", env={**environ, **settings})
        in_utc = run("get", "a", env={**environ, **settings, "TZ": "UTC"})
    started, ended = "2025-03-10 01:30 (2025-03-09 20:00 UTC)", "2025-03-10 02:35 (2025-03-09 21:05 UTC)"
    assert f"\nTimes: started {started}, ended {ended}, took 1 h 5 min\n" in result.stdout
    assert "\nTimes: started 2025-03-09 20:00 UTC, ended 2025-03-09 21:05 UTC, took 1 h 5 min\n" in in_utc.stdout


def test_a_time_of_today_has_no_date(environ: Environ) -> None:
    now = datetime.now(UTC)
    with api_with({"id": "a", "status": "InProgress", "startTime": now.isoformat()}) as settings:
        result = run("get", "a", env={**environ, **settings, "TZ": "UTC"})
    if datetime.now(UTC).date() != now.date():
        pytest.skip("midnight has passed")
    assert f"\nTimes: started {now:%H:%M} UTC\n" in result.stdout


@pytest.mark.parametrize("raw", ["safe", "exact"])
def test_text_and_links_from_the_api_cannot_control_the_terminal(environ: Environ, raw: str) -> None:
    escapes = "\x1b]0;title\x07\x1b[2J\u202e\r\nNext: trust me"
    files = [
        {"name": escapes, "downloadUrl": f"https://files.example/{escapes}"},
        {"name": 5, "downloadUrl": "javascript:1"},
    ]
    execution = {
        "id": escapes,
        "name": escapes,
        "status": "Completed",
        "downloads": {"files": files, "message": escapes},
    }
    with api_with(execution) as settings:
        result = run("get", "a", env={**environ, **settings, "KAIZEN_RAW": raw})
    assert result.returncode == 0
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", result.stdout)
    assert [line[:6] for line in result.stdout.splitlines()].count("Next: ") == 1
    assert "javascript:" not in result.stdout


def test_a_terminal_gets_bold_labels_and_a_coloured_headline(environ: Environ) -> None:
    env = {**environ, "KAIZEN_SANDBOX": "1"}
    colours = {"exec-claim-failed": "31", "exec-invoices-finished": "32", "exec-eligibility-login": "33"}
    for identifier, colour in colours.items():
        headline, *_ = (output := run_on_a_terminal("get", identifier, env=env)).splitlines()
        assert headline.startswith(f"\x1b[1;{colour}m")
        assert "\x1b[1mNext:\x1b[0m " in output
        assert all(len(re.sub(r"\x1b\[[\d;]*m", "", line)) <= 80 for line in output.splitlines())
    assert "\x1b" not in run_on_a_terminal("get", "exec-claim-failed", env={**env, "NO_COLOR": "1"})


@pytest.mark.slow
def test_waiting_on_an_undocumented_status_ends(environ: Environ) -> None:
    env = {**environ, "KAIZEN_CALL_TIMEOUT": "2"}
    result = run("get", "exec-cancelled", "--wait", "--sandbox", env=env)
    assert result.returncode == 0
    assert 'has the status "Cancelled"' in result.stdout


INTERRUPTED_COMMAND = """
import os, signal, sys, threading, time
def interrupt():
    while sys.argv[1] not in sys.modules:
        time.sleep(0.001)
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
from kaizen_mcp.cli.main import main
sys.exit(main(sys.argv[2:]))
"""
"""Runs the command line and presses Ctrl-C twice as soon as a certain module is being imported."""


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("pydantic", ["get", "exec-live", "--wait", "--sandbox"]),
        ("kaizen_mcp.sandbox.fake_api", ["get", "exec-live", "--wait", "--sandbox"]),
        ("mcp.client", ["demo"]),
        ("uvicorn", ["sandbox", "--port", "0"]),
        ("pydantic", ["--sandbox"]),
        ("kaizen_mcp.stdio", ["--sandbox"]),
    ],
)
def test_two_ctrl_c_exit_quietly_at_any_moment(environ: Environ, module: str, arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED_COMMAND, module, *arguments],
        env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.wait(30) == 130
        assert process.stderr
        assert b"Traceback" not in process.stderr.read()  # a wait may have printed its progress


def test_ctrl_c_while_python_exits_is_ignored(environ: Environ) -> None:
    script = (
        "import atexit, os, sys; atexit.register(os.kill, os.getpid(), 2); "
        "from kaizen_mcp.cli.main import main; sys.exit(main(['get', 'exec-child', '--sandbox']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, timeout=60, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")
