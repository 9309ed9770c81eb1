"""Command line: output, exit codes and signals of real processes."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from conftest import COMMAND, Environ, RunningSandbox, needs_dev_full, posix_only

from kaizen_mcp import __version__
from kaizen_mcp.sandbox.sample_runs import EXECUTIONS, INSTRUCTOR_EXECUTIONS


def run(*arguments: str, env: Environ) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=env, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


@pytest.fixture
def live(environ: Environ, running_sandbox: RunningSandbox) -> Generator[Environ]:
    """Settings for a sandbox in which `exec-live` needs a person after two seconds instead of eight."""
    with running_sandbox(speed=4) as address:
        yield {**environ, "KAIZEN_BASE_URL": address, "KAIZEN_API_KEY": "any-key-at-all"}


def test_get_prints_the_verdict(environ: Environ) -> None:
    result = run("--sandbox", "get", "exec-claim-failed", env=environ)
    assert result.returncode == 0
    headline, next_step, *_ = result.stdout.splitlines()
    assert headline.startswith('"Submit claim 2026-1093" failed 20 min ago')
    assert next_step.startswith("Next: ")
    assert result.stderr == ""


def test_get_json_prints_the_whole_result(environ: Environ) -> None:
    result = run("get", "teach-recording", "--instructor", "--json", env={**environ, "KAIZEN_SANDBOX": "1"})
    assert result.returncode == 0
    answer = json.loads(result.stdout)
    assert answer["summary"]["is_recording"] is True
    assert answer["raw"]["id"] == "teach-recording"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "error_text"),
    [
        (["--sandbox", "get", "nobody"], 1, "[not_found]"),
        (["get", "exec-child"], 1, "[not_configured]"),
        (["--sandbox", "get", ""], 2, "[invalid_input]"),
        (["get"], 2, "the following arguments are required: id"),
        (["fetch"], 2, "invalid choice: 'fetch'"),
        (["sandbox", "--port", "many"], 2, "a port is a number from 0 to 65535"),
        (["sandbox", "--port", "65536"], 2, "a port is a number from 0 to 65535"),
    ],
)
def test_a_failure_goes_to_stderr_with_its_exit_code(
    environ: Environ, arguments: list[str], exit_code: int, error_text: str
) -> None:
    result = run(*arguments, env=environ)
    assert (result.returncode, result.stdout) == (exit_code, "")
    assert error_text in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_get_wait_prints_plain_lines_when_stderr_is_no_terminal(live: Environ) -> None:
    result = run("get", "exec-live", "--wait", env=live)
    assert result.returncode == 0
    progress = [line.partition(" (waited ")[0] for line in result.stderr.splitlines()]
    assert progress[0] == "queued"
    assert any(line.startswith("running for ") for line in progress)
    assert progress[-1].endswith('it waits for a person to log in to "Availity (Smith Dental)"')
    assert "\r" not in result.stderr
    assert "needs a person" in result.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_get_wait_shows_one_progress_line_on_a_terminal(live: Environ) -> None:
    terminal, child_end = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "get", "exec-live", "--wait"], env=live, stdout=subprocess.PIPE, stderr=child_end
    ) as process:
        os.close(child_end)
        output = b""
        with suppress(OSError):  # the child process has closed its end
            while data := os.read(terminal, 4096):
                output += data
        os.close(terminal)
        assert process.stdout
        verdict = process.stdout.read().decode()
    frames = [line.rstrip() for line in output.decode().split("\r")]
    assert "\n" not in output.decode()
    assert {line[:1] for line in frames if line} == set("|/-\\")
    assert any("running for" in line for line in frames)
    assert frames[-1] == ""
    assert all(len(line) < 80 for line in frames)
    assert "needs a person" in verdict


def test_get_wait_stops_when_polling_cannot_help(environ: Environ) -> None:
    result = run("get", "teach-ended-early", "--instructor", "--wait", "--sandbox", env=environ)
    assert result.returncode == 0
    assert "its status and its times contradict each other" in result.stdout


@pytest.mark.slow
@needs_dev_full
def test_get_wait_prints_its_result_when_stderr_is_full(live: Environ) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*COMMAND, "get", "exec-live", "--wait"],
            env=live, stdout=subprocess.PIPE, stderr=full, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
    assert result.returncode == 0
    assert "needs a person" in result.stdout


@pytest.mark.slow
def test_get_wait_continues_after_errors_and_across_calls(environ: Environ) -> None:
    statuses = iter([200, 200, 503, 503, 503, 200, 200])
    running = {"execution": {"id": "a", "status": "InProgress"}}
    ended = {"execution": {"id": "a", "status": "Completed"}}
    sent_statuses: list[int] = []

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            sent_statuses.append(next(statuses, 200))
            body = json.dumps(ended if len(sent_statuses) > 7 else running).encode()
            self.send_response(sent_statuses[-1])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silences it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        env = {
            **environ, "KAIZEN_API_KEY": "any-key-at-all", "KAIZEN_BASE_URL": f"http://127.0.0.1:{server.server_port}",
            "KAIZEN_CALL_TIMEOUT": "2", "KAIZEN_MAX_RETRIES": "0",
        }  # fmt: skip
        result = run("get", "a", "--wait", env=env)
        server.shutdown()
    assert result.returncode == 0
    assert result.stdout.startswith('Execution "a" finished')
    assert len(sent_statuses) == 8


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_get_wait_exits_on_two_ctrl_c(environ: Environ) -> None:
    with subprocess.Popen(
        [*COMMAND, "get", "exec-prior-auth-running", "--wait", "--sandbox"],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stderr
        assert process.stderr.readline().startswith("running for 2 min")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (130, "")
    assert "Traceback" not in stderr


def test_get_wait_ends_when_the_lookup_fails(environ: Environ) -> None:
    result = run("get", "nobody", "--wait", "--sandbox", env=environ)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("[not_found] ")


def test_get_json_prints_a_failure_as_json_too(environ: Environ) -> None:
    result = run("--sandbox", "get", "nobody", "--json", env=environ)
    assert result.returncode == 1
    error = json.loads(result.stdout)["error"]
    assert (error["code"], error["http_status"]) == ("not_found", 404)
    assert error["message"].startswith("[not_found] ")


def test_get_works_with_a_sandbox_on_loopback(environ: Environ, running_sandbox: RunningSandbox) -> None:
    with running_sandbox() as address:
        env = {**environ, "KAIZEN_BASE_URL": address, "KAIZEN_API_KEY": "any"}
        result = run("get", "exec-invoices-finished", env=env)
    assert result.returncode == 0
    assert "with 3 downloads (813 kB)" in result.stdout


@posix_only
@pytest.mark.parametrize(
    ("command", "exit_code"),
    [
        pytest.param("--sandbox get exec-child > /dev/full", 1, marks=needs_dev_full),
        # The demo fails at its first line of output, before it makes a call.
        pytest.param("demo > /dev/full", 1, marks=needs_dev_full),
        ("--sandbox get exec-child >&-", 0),
        ("--sandbox get exec-child | head -0", 0),
        ("--sandbox get nobody 2> /dev/full", 1),
        ("sandbox --list | head -1 > /dev/null", 0),
    ],
)
def test_output_that_cannot_be_written_prints_no_traceback(environ: Environ, command: str, exit_code: int) -> None:
    shell = subprocess.run(
        ["sh", "-c", f'"$0" "$@" {command}', *COMMAND],
        env=environ | {"PYTHONUNBUFFERED": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert shell.returncode == exit_code
    assert "Traceback" not in shell.stderr
    assert ("No space left on device" in shell.stderr) is command.endswith(" > /dev/full")


def test_a_port_in_use_is_explained(environ: Environ, running_sandbox: RunningSandbox) -> None:
    with running_sandbox() as address:
        port = address.rpartition(":")[2]
        result = run("sandbox", "--port", port, env=environ)
    assert result.returncode == 2
    assert f"port {port} can't be used" in result.stderr
    assert "choose another with --port" in result.stderr


def test_sandbox_list_names_every_id(environ: Environ) -> None:
    done = run("sandbox", "--list", env=environ)
    assert done.returncode == 0
    for identifier, sample in {**EXECUTIONS, **INSTRUCTOR_EXECUTIONS}.items():
        assert re.search(rf"^  {identifier} +{re.escape(sample.description)}$", done.stdout, re.MULTILINE)


def test_version_and_help_describe_the_command(environ: Environ) -> None:
    assert run("--version", env=environ).stdout == f"kaizen-mcp {__version__}\n"
    usage = run("--help", env=environ).stdout
    for word in ("serves MCP", "demo", "sandbox", "doctor", "get", "README"):
        assert word in usage


def test_a_closed_stdout_ends_the_command_quietly(environ: Environ) -> None:
    with subprocess.Popen(
        [*COMMAND, "sandbox", "--list"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.close()
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (1, b"")


@posix_only
def test_ctrl_c_ends_the_sandbox_quietly(environ: Environ) -> None:
    with subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        found = re.search(rb"http://\S+", process.stdout.readline())
        assert found
        httpx.get(found[0].decode(), trust_env=False, timeout=30)  # answers as soon as it serves
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (130, b"")


@pytest.mark.slow
def test_the_demo_makes_nine_calls_and_prints_each_result(environ: Environ) -> None:
    result = run("demo", env={**environ, "KAIZEN_API_KEY": "${KAIZEN_API_KEY}", "KAIZEN_CALL_TIMEOUT": "x"})
    assert result.returncode == 0
    assert re.findall(r"^(\d)\. [A-Z]", result.stdout, re.MULTILINE) == [*"123456789"]
    assert result.stdout.count("Next: ") == 8
    assert '"in":"/response/rows/21093","value":{"row":21093,' in re.sub(r"\n +", "", result.stdout)
    assert re.search(
        r"^   \.\.\.   running for \d+ s, attempt 1 of 3 \(\d+ of 30 s\)$", result.stdout, re.MULTILINE
    )
    assert result.stdout.count("[not_found]") == 1
    assert "it waits for a person to log in to" in " ".join(result.stdout.split())
    assert "\x1b" not in result.stdout
    assert result.stderr == ""
