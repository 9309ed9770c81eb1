"""The server over stdio, as clients start it: a process, two pipes, one JSON-RPC message per line."""

import json
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMAND, ERAS, Environ, RunningSandbox, posix_only
from mcp import Client, StdioServerParameters

from kaizen_mcp import __version__

JsonObject = dict[str, Any]

MAX_SENT = 3000
"""More requests than fit into the pipes and buffers while the server does not read."""

EXIT_TIMEOUT = 30.0
"""Seconds a process may take to exit on a loaded machine."""

ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
INITIALIZE: list[JsonObject] = [
    {
        "jsonrpc": "2.0",
        "id": "init",
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]


def request(request_id: int, method: str, params: JsonObject, era: str) -> JsonObject:
    meta = {"_meta": ENVELOPE} if era == "2026-07-28" else {}
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": {**params, **meta}}


def lines_of(*messages: JsonObject) -> str:
    """The messages as JSON lines."""
    return "".join(json.dumps(message) + "\n" for message in messages)


def send(process: subprocess.Popen[bytes], *messages: JsonObject) -> None:
    assert process.stdin
    process.stdin.write(lines_of(*messages).encode())
    process.stdin.flush()


def cancellation(request_id: int | str) -> JsonObject:
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request_id}}


def converse(messages: Iterable[JsonObject], environ: Environ) -> tuple[list[JsonObject], str]:
    """Send all messages to a new server, wait for one line per request, then close stdin.

    Returns:
        Every line of stdout, parsed, and the text of stderr. The exit code was 0.
    """
    messages = list(messages)
    with subprocess.Popen(
        COMMAND,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(lines_of(*messages))
        process.stdin.flush()
        lines = [process.stdout.readline() for message in messages if "id" in message]
        remaining, stderr = process.communicate(timeout=EXIT_TIMEOUT)  # closes stdin
    assert process.returncode == 0
    return [json.loads(line) for line in [*lines, *remaining.splitlines()]], stderr


def conversation(era: str) -> list[JsonObject]:
    return [
        *(INITIALIZE if era == "2025-11-25" else []),
        request(1, "tools/list", {}, era),
        request(2, "tools/call", {"name": "get_execution", "arguments": {"id": "exec-claim-failed"}}, era),
        request(3, "tools/call", {"name": "get_execution", "arguments": {"id": "nobody"}}, era),
        request(4, "tools/call", {"name": "get_instructor_execution", "arguments": {"id": "teach-login"}}, era),
        request(5, "tools/call", {"name": "no_such_tool", "arguments": {}}, era),
    ]


def answers_to(lines: str, environ: Environ) -> list[JsonObject]:
    """What a sandboxed server writes for these lines before it exits."""
    result = subprocess.run(
        [*COMMAND, "--sandbox"],
        env=environ,
        input=lines,
        capture_output=True,
        encoding="utf-8",
        timeout=EXIT_TIMEOUT,
        check=True,
    )
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_stdout_carries_only_responses_in_either_era(era: str, environ: Environ) -> None:
    lines, stderr = converse(conversation(era), {**environ, "KAIZEN_SANDBOX": "1"})
    responses = {line["id"]: line for line in lines}
    assert len(responses) == len(lines)
    assert all(line["jsonrpc"] == "2.0" for line in lines)
    assert [tool["name"] for tool in responses[1]["result"]["tools"]] == [
        "get_execution",
        "get_instructor_execution",
    ]
    assert responses[2]["result"]["structuredContent"]["summary"]["state"] == "failed"
    assert responses[3]["result"]["isError"] is True
    assert responses[3]["result"]["content"][0]["text"].startswith(
        "[not_found] The built-in sandbox, which is not Kaizen, has no"
    )
    assert responses[4]["result"]["structuredContent"]["raw"]["id"] == "teach-login"
    assert responses[5]["error"]["code"] == -32602
    assert stderr == ""


def test_the_handshake_names_the_server_and_its_version(environ: Environ) -> None:
    (response,), stderr = converse(INITIALIZE, environ)
    assert response["result"]["protocolVersion"] == "2025-11-25"
    assert response["result"]["serverInfo"]["name"] == "kaizen-mcp"
    assert response["result"]["serverInfo"]["version"] == __version__
    assert "KAIZEN_API_KEY is not set" in stderr  # a warning at startup, for the log


@pytest.mark.parametrize(
    ("written", "answered"),
    [("1.0", 1), ("1e6", 1_000_000), ("-2E0", -2), ("7", 7), ('"1.0"', "1.0"), ('"x"', "x")],
)
def test_an_id_is_a_text_or_a_whole_number_however_it_is_written(
    written: str, answered: int | str, era: str, environ: Environ
) -> None:
    call = {"name": "get_execution", "arguments": {"id": "exec-claim-failed"}}
    line = lines_of(request(0, "tools/call", call, era)).replace('"id": 0', f'"id": {written}')
    handshake = lines_of(*INITIALIZE) if era == "2025-11-25" else ""
    responses = answers_to(f"{handshake}{line}", environ)
    (response,) = (response for response in responses if response["id"] != "init")
    assert response["id"] == answered
    assert response["result"]["structuredContent"]["summary"]["state"] == "failed"


@pytest.mark.parametrize("written", ["7.5", "null", "true", "{}", "[1]", "1e400"])
def test_any_other_id_is_refused(written: str, environ: Environ) -> None:
    line = lines_of(request(0, "tools/list", {}, "2026-07-28")).replace('"id": 0', f'"id": {written}')
    (response,) = answers_to(line, environ)
    assert (response["id"], response["error"]["code"]) == (None, -32600)
    assert response["error"]["message"] == "The id of a request must be text or a whole number."


def test_progress_and_cancellation_find_an_id_written_with_a_point(environ: Environ) -> None:
    call = {"name": "get_execution", "arguments": {"id": "exec-prior-auth-running", "wait_seconds": 45}}
    line = json.loads(lines_of(request(5, "tools/call", call, "2026-07-28")))
    line["params"]["_meta"] = {**ENVELOPE, "progressToken": 5.0}
    with subprocess.Popen(
        [*COMMAND, "--sandbox"], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        send(process, {**line, "id": 5.0})
        assert process.stdout
        progress = json.loads(process.stdout.readline())
        assert progress["method"] == "notifications/progress"
        assert progress["params"]["progressToken"] == 5
        send(process, {**cancellation(5), "params": {"requestId": 5.0}})
        send(process, request(6, "tools/list", {}, "2026-07-28"))
        rest, _ = process.communicate(timeout=EXIT_TIMEOUT)  # the wait would go on for longer
    responses = [message for message in map(json.loads, rest.splitlines()) if "id" in message]
    assert [response["id"] for response in responses] == [6]


@pytest.mark.parametrize("method", ["tools/list", "tools/call"])
def test_a_request_before_the_handshake_is_told_that_it_comes_first(method: str, environ: Environ) -> None:
    params = {"name": "get_execution", "arguments": {"id": "exec-claim-failed"}} if method == "tools/call" else {}
    (response,) = answers_to(lines_of(request(1, method, params, "2025-11-25")), environ)
    assert response["error"]["message"] == (
        f'Send "initialize" and "notifications/initialized" before "{method}".'
    )


def test_params_that_are_not_valid_are_explained(era: str, environ: Environ) -> None:
    call = request(1, "tools/call", {"tool": "get_execution"}, era)
    responses = answers_to(lines_of(*(INITIALIZE if era == "2025-11-25" else []), call), environ)
    message = responses[-1]["error"]["message"]
    assert message.startswith("Invalid request parameters: ")
    assert "name" in message


AN_OBJECT = '[invalid_input] An object like {"id": "exec_abc123"} is expected; this tool takes id,'


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"id": "exec-claim-failed"}', '"Submit claim 2026-1093" failed'),
        ('"{\\"id\\": \\"exec-claim-failed\\"}"', '"Submit claim 2026-1093" failed'),
        ([{"id": "exec-claim-failed"}], '"Submit claim 2026-1093" failed'),
        ("exec-claim-failed", AN_OBJECT),
        (["exec-claim-failed"], AN_OBJECT),
        (7, AN_OBJECT),
        (False, AN_OBJECT),
        (None, '[invalid_input] Argument "id" is missing'),
    ],
    ids=str,
)
def test_arguments_that_are_no_object_are_read_or_explained(
    arguments: object, text: str, era: str, environ: Environ
) -> None:
    call = request(1, "tools/call", {"name": "get_execution", "arguments": arguments}, era)
    responses = answers_to(lines_of(*(INITIALIZE if era == "2025-11-25" else []), call), environ)
    result = responses[-1]["result"]
    assert result["content"][0]["text"].startswith(text)
    notes = result.get("structuredContent", {}).get("notes", [])
    assert not notes or notes[0] == 'the arguments were found inside "arguments"'


@pytest.mark.parametrize("mode", ERAS.values(), ids=ERAS)
@pytest.mark.anyio
async def test_the_sdk_client_gets_a_result_over_a_real_pipe(mode: str, environ: Environ) -> None:
    server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], "--sandbox"], env=environ)
    async with Client(server, mode=mode) as client:
        await client.list_tools()
        result = await client.call_tool("get_execution", {"id": "exec-hostile"})
    assert result.structured_content["raw"]["id"] == "exec-hostile"


def test_the_server_starts_with_invalid_settings(environ: Environ) -> None:
    invalid = {**environ, "KAIZEN_CALL_TIMEOUT": "soon", "KAIZEN_LOG_LEVEL": "loud"}
    lines, stderr = converse(
        [request(1, "tools/call", {"name": "get_execution", "arguments": {"id": "a"}}, "2026-07-28")], invalid
    )
    assert lines[0]["result"]["content"][0]["text"].startswith("[not_configured] KAIZEN_CALL_TIMEOUT must be")
    assert "KAIZEN_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR." in stderr


def test_closed_stdin_ends_the_process_before_the_first_message(environ: Environ) -> None:
    result = subprocess.run(
        COMMAND, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=EXIT_TIMEOUT, check=False
    )
    assert (result.returncode, result.stdout) == (0, b"")


def test_requests_are_answered_after_the_client_closes_stdin(era: str, environ: Environ) -> None:
    requests = lines_of(*conversation(era))
    result = subprocess.run(
        [*COMMAND, "--sandbox"],
        env=environ,
        input=requests,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    response_ids = {json.loads(line)["id"] for line in result.stdout.splitlines()}
    assert response_ids == {message["id"] for message in conversation(era) if "id" in message}
    assert result.stderr == ""


def test_stdin_and_stdout_can_be_regular_files(era: str, environ: Environ, tmp_path: Path) -> None:
    requests, responses = tmp_path / "requests.jsonl", tmp_path / "responses.jsonl"
    requests.write_text(lines_of(*conversation(era)), encoding="utf-8")
    with requests.open("rb") as stdin, responses.open("wb") as stdout:
        result = subprocess.run(
            [*COMMAND, "--sandbox"],
            env=environ,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=60,
            check=True,
        )
    lines = [json.loads(line) for line in responses.read_text(encoding="utf-8").splitlines()]
    assert {line["id"] for line in lines} == {message["id"] for message in conversation(era) if "id" in message}
    assert result.stderr == b""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no non-blocking pipes on Windows")
def test_a_client_that_does_not_read_stops_the_server_from_reading(environ: Environ) -> None:
    arguments = {"name": "get_execution", "arguments": {"id": "exec-claim-failed"}}
    env = {**environ, "KAIZEN_MAX_CALLS_PER_MINUTE": "100000"}
    with subprocess.Popen(
        [*COMMAND, "--sandbox"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        os.set_blocking(process.stdin.fileno(), False)
        sent = 0
        unsent = b""
        # Until the server has not read for three seconds, or has read far too much.
        while sent < MAX_SENT and select.select([], [process.stdin], [], 3)[1]:
            unsent = (
                unsent or json.dumps(request(sent + 1, "tools/call", arguments, "2026-07-28")).encode() + b"\n"
            )
            unsent = unsent[os.write(process.stdin.fileno(), unsent) :]
            sent += not unsent
        assert sent < MAX_SENT
        response_ids = [json.loads(line)["id"] for _, line in zip(range(sent), process.stdout, strict=False)]
        assert sorted(response_ids) == list(range(1, sent + 1))
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the SDK writes to stdout")
def test_a_cancelled_call_leaves_no_partial_line_to_a_slow_client(environ: Environ) -> None:
    env = {**environ, "KAIZEN_MAX_RESULT_CHARS": "100000"}
    big = {"name": "get_execution", "arguments": {"id": "exec-large"}}
    waiting = {"name": "get_execution", "arguments": {"id": "exec-prior-auth-running", "wait_seconds": 45}}
    with subprocess.Popen(
        [*COMMAND, "--sandbox"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        meta = {"_meta": {**ENVELOPE, "progressToken": "p"}}
        send(process, request(1, "tools/call", big, "2026-07-28"))
        fd = process.stdout.fileno()
        assert select.select([fd], [], [], 60)[0]  # the pipe is full, with a part of the response
        send(process, {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {**waiting, **meta}})
        # More calls, whose responses queue behind the progress of the second. Then the second is cancelled.
        send(process, *(request(request_id, "tools/call", big, "2026-07-28") for request_id in range(3, 6)))
        time.sleep(3)
        send(process, cancellation(2), request(6, "tools/list", {}, "2026-07-28"))
        time.sleep(1)
        lines: list[JsonObject] = []
        while not {1, 3, 4, 5, 6} <= {line.get("id") for line in lines}:
            lines.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        remaining = [json.loads(line) for line in process.stdout]
    assert any(line.get("method") == "notifications/progress" for line in lines)
    assert 2 not in {line.get("id") for line in [*lines, *remaining]}


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the SDK writes to stdout")
@pytest.mark.parametrize(
    ("cancel", "terminate", "exit_code"),
    [
        (False, True, 143),
        pytest.param(True, True, 143, marks=pytest.mark.slow),
        pytest.param(True, False, 0, marks=pytest.mark.slow),
    ],
)
def test_a_partly_written_line_is_finished_at_shutdown(
    environ: Environ, *, cancel: bool, terminate: bool, exit_code: int
) -> None:
    env = {**environ, "KAIZEN_MAX_RESULT_CHARS": "100000"}
    with subprocess.Popen(
        [*COMMAND, "--sandbox"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        big = {"name": "get_execution", "arguments": {"id": "exec-large"}}
        send(process, request(1, "tools/call", big, "2026-07-28"))
        assert select.select([process.stdout], [], [], 60)[0]  # the pipe contains the first part
        if cancel:
            send(process, cancellation(1))
        time.sleep(0.3)
        if terminate:
            process.terminate()
        else:
            process.stdin.close()
        time.sleep(0.1)
        written = process.stdout.read()
    assert json.loads(written)["id"] == 1
    assert process.wait(EXIT_TIMEOUT) == exit_code


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM on Windows")
def test_a_signal_is_handled_while_invalid_lines_are_read(environ: Environ, tmp_path: Path) -> None:
    invalid_lines = tmp_path / "invalid"
    invalid_lines.write_bytes(b"bad\n" * 3_000_000)
    with (
        subprocess.Popen(["cat", invalid_lines], stdout=subprocess.PIPE) as cat,
        subprocess.Popen(
            COMMAND, env=environ, stdin=cat.stdout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process,
    ):
        assert cat.stdout
        assert process.stdout
        cat.stdout.close()
        assert b"not valid JSON" in process.stdout.readline()
        reader = threading.Thread(target=process.stdout.read)
        reader.start()
        time.sleep(0.5)
        process.terminate()
        assert process.wait(EXIT_TIMEOUT) == 143
        reader.join()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no non-blocking pipes on Windows")
def test_cancelled_requests_of_a_client_that_never_reads_are_bounded(environ: Environ) -> None:
    with subprocess.Popen(
        [*COMMAND, "--sandbox"], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        os.set_blocking(process.stdin.fileno(), False)
        sent = 0
        unsent = b""
        while sent < MAX_SENT and select.select([], [process.stdin], [], 3)[1]:
            unsent = unsent or lines_of(request(sent, "tools/list", {}, "2026-07-28"), cancellation(sent)).encode()
            unsent = unsent[os.write(process.stdin.fileno(), unsent) :]
            sent += not unsent
        process.kill()
        assert sent < MAX_SENT


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the SDK writes to stdout")
@pytest.mark.parametrize("lines", [60, 500], ids=["a full pipe", "more requests than the server reads"])
def test_closed_stdin_ends_the_process_although_stdout_is_full(environ: Environ, lines: int) -> None:
    with subprocess.Popen(COMMAND, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        send(process, *(request(number, "tools/list", {}, "2026-07-28") for number in range(lines)))
        process.stdin.write(b"not a message\n")
        process.stdin.close()
        assert process.wait(EXIT_TIMEOUT) == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the SDK writes to stdout")
@pytest.mark.parametrize("kind", ["a blocking pipe", "a non-blocking pipe", "a terminal"])
def test_the_blocking_mode_of_stdout_is_restored(environ: Environ, kind: str) -> None:
    read, write = os.openpty() if kind == "a terminal" else os.pipe()
    os.set_blocking(write, kind != "a non-blocking pipe")
    try:
        with subprocess.Popen(
            [*COMMAND, "--sandbox"], env=environ, stdin=subprocess.PIPE, stdout=write
        ) as process:
            assert process.stdin
            send(process, request(1, "tools/list", {}, "2026-07-28"))
            assert select.select([read], [], [], 30)[0]
            assert os.get_blocking(write) is (kind == "a terminal")
            process.stdin.close()
        assert os.get_blocking(write) is (kind != "a non-blocking pipe")
    finally:
        os.close(read)
        os.close(write)


@posix_only
@pytest.mark.parametrize(
    ("redirection", "exit_code", "error_text"),
    [
        ("<&-", 2, "stdin and stdout must be open"),
        (">&-", 2, "stdin and stdout must be open"),
        ("</dev/null >&-", 2, "stdin and stdout must be open"),
        ("2>&-", 0, ""),
    ],
)
def test_a_file_descriptor_closed_at_start_is_handled(
    environ: Environ, redirection: str, exit_code: int, error_text: str
) -> None:
    list_tools = json.dumps(request(1, "tools/list", {}, "2026-07-28"))
    result = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {redirection}', *COMMAND, "--sandbox"],
        env=environ,
        input=list_tools,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert result.returncode == exit_code
    assert error_text in result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["id"] for line in lines] == ([1] if exit_code == 0 else [])


def test_closed_stdin_ends_the_process_with_a_call_in_flight(environ: Environ) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent_api:
        settings = {"KAIZEN_API_KEY": "k", "KAIZEN_BASE_URL": f"http://127.0.0.1:{silent_api.getsockname()[1]}"}
        with subprocess.Popen(
            COMMAND, env=environ | settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdin
            call = request(1, "tools/call", {"name": "get_execution", "arguments": {"id": "a"}}, "2026-07-28")
            process.stdin.write(json.dumps(call).encode() + b"\n")
            process.stdin.flush()
            connection, _ = silent_api.accept()  # the call is in flight
            with connection:
                _, stderr = process.communicate(timeout=EXIT_TIMEOUT)
    assert (process.returncode, stderr) == (0, b"")


def test_the_debug_log_contains_neither_the_key_nor_links(
    era: str, environ: Environ, running_sandbox: RunningSandbox
) -> None:
    with running_sandbox() as address:
        settings = {"KAIZEN_BASE_URL": address, "KAIZEN_API_KEY": "test-key-71", "KAIZEN_LOG_LEVEL": "DEBUG"}
        lines, stderr = converse(conversation(era), environ | settings)
    assert "https://live.kaizen.example" in json.dumps(lines)
    assert "test-key-71" not in json.dumps(lines) + stderr
    assert "kaizen.example" not in stderr
    assert "DEBUG" in stderr
    assert not re.search(r"httpx|httpcore", stderr)  # their logs contain headers and URLs


def test_listing_tools_does_not_load_the_sandbox(environ: Environ) -> None:
    program = """
import sys, anyio
from mcp import Client
from kaizen_mcp import Settings, create_server

async def main():
    async with Client(create_server(Settings(sandbox=True))) as client:
        await client.list_tools()
        early = "kaizen_mcp.sandbox.fake_api" in sys.modules
        await client.call_tool("get_execution", {"id": "exec-child"})
        late = "kaizen_mcp.sandbox.fake_api" in sys.modules
    print(early, late)

anyio.run(main)
"""
    result = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["False", "True"]


def test_importing_the_package_imports_no_dependency(environ: Environ) -> None:
    program = (
        "import sys, kaizen_mcp; print({'mcp', 'httpx', 'pydantic'} & set(sys.modules)); kaizen_mcp.create_server"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"


@posix_only
def test_one_socket_serves_as_stdin_and_stdout(environ: Environ) -> None:
    ours, theirs = socket.socketpair()
    with (
        ours,
        theirs,
        ours.makefile("rw", encoding="utf-8") as stream,
        subprocess.Popen(
            [*COMMAND, "--sandbox"], env=environ, stdin=theirs.fileno(), stdout=theirs.fileno()
        ) as process,
    ):
        for number in (1, 2):  # the second arrives after an answer was written
            stream.write(lines_of(request(number, "tools/list", {}, "2026-07-28")))
            stream.flush()
            assert json.loads(stream.readline())["id"] == number
        ours.shutdown(socket.SHUT_WR)
        assert process.wait(EXIT_TIMEOUT) == 0
