"""`kaizen-mcp http` as a process on loopback: real clients, signals, settings it refuses."""

import json
import re
import signal
import socket
import subprocess
from typing import Any

import anyio
import httpx
import pytest
from conftest import COMMAND, ERAS, Environ, RunningSandbox, posix_only
from mcp import Client
from serving import KEY, Caller, start

from kaizen_mcp.http.serve import MAX_HEAD_SECONDS

pytestmark = posix_only

EXIT_TIMEOUT = 30


@pytest.mark.anyio
async def test_the_sdks_client_calls_waits_and_sees_progress(environ: Environ, era: str) -> None:
    messages: list[str | None] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001 - the SDK's names
        messages.append(message)

    with start(environ, KAIZEN_SANDBOX="1") as (_, url):
        async with Client(url, mode=ERAS[era]) as client:
            assert len((await client.list_tools()).tools) == 2
            result = await client.call_tool(
                "get_execution", {"id": "exec-live", "wait_seconds": 5}, progress_callback=on_progress
            )
    assert not result.is_error
    assert messages


@pytest.mark.anyio
async def test_each_request_takes_its_own_key_to_the_api(
    environ: Environ, running_sandbox: RunningSandbox
) -> None:
    with (
        running_sandbox() as api,
        start(environ, KAIZEN_BASE_URL=api, KAIZEN_API_KEY="unused-own-key") as (_, url),
    ):
        async with httpx.AsyncClient(base_url=url.removesuffix("/mcp")) as client:
            caller = Caller(client)
            found = await caller.call({"id": "exec-claim-failed"}, key=KEY)
            refused = await caller.call({"id": "exec-claim-failed"}, key=None)
    assert found["structuredContent"]["summary"]["state"] == "failed"
    assert "X-Kaizen-Api-Key" in refused["content"][0]["text"]


@pytest.mark.anyio
async def test_after_sigterm_a_wait_is_answered_nothing_new_is_taken_and_the_exit_code_is_0(
    environ: Environ, era: str
) -> None:
    results: list[dict[str, Any]] = []
    with start(environ, KAIZEN_SANDBOX="1") as (process, url):
        async with httpx.AsyncClient(base_url=url.removesuffix("/mcp"), timeout=60) as client:
            caller = Caller(client)

            async def wait() -> None:
                arguments = {"id": "exec-prior-auth-running", "wait_seconds": 45, "detail": "summary"}
                results.append(await caller.call(arguments, era=era))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await anyio.sleep(1.5)
                process.send_signal(signal.SIGTERM)
        assert process.wait(EXIT_TIMEOUT) == 0
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(url)
        _, log = process.communicate()
    assert results[0]["structuredContent"]["summary"]["state"] == "running"
    calls = [json.loads(line) for line in log.splitlines()]
    assert [(entry["event"], entry["result"]) for entry in calls] == [("call", "ok")]


@pytest.mark.parametrize(
    ("arguments", "variables", "problem"),
    [
        (
            ["--host", "192.0.2.1"],
            {"KAIZEN_HTTP_AUTH": "none"},
            "use --host 127.0.0.1, or",
        ),
        (["--host", "::"], {"KAIZEN_HTTP_AUTH": "none"}, "use --host 127.0.0.1, or"),
        ([], {"KAIZEN_HTTP_AUTH": "oauth"}, "KAIZEN_HTTP_AUTH must be caller-key or none."),
        ([], {"KAIZEN_HTTP_AUTH": "none"}, "KAIZEN_API_KEY is not set."),
        ([], {"KAIZEN_CALL_TIMEOUT": "soon"}, "KAIZEN_CALL_TIMEOUT must be a number"),
        ([], {"KAIZEN_BASE_URL": "http://api.example"}, "KAIZEN_BASE_URL starts with http://"),
        ([], {"KAIZEN_HTTP_ALLOWED_HOSTS": "https://a.example"}, "KAIZEN_HTTP_ALLOWED_HOSTS must list names"),
        ([], {"KAIZEN_HTTP_ALLOWED_HOSTS": "*"}, "KAIZEN_HTTP_ALLOWED_HOSTS must list names"),
        ([], {"KAIZEN_HTTP_ALLOWED_ORIGINS": "a.example"}, "KAIZEN_HTTP_ALLOWED_ORIGINS must list origins"),
        ([], {"KAIZEN_HTTP_PROXIES": "nginx"}, "KAIZEN_HTTP_PROXIES must list addresses"),
        ([], {"KAIZEN_HTTP_MAX_CONCURRENCY": "0"}, "KAIZEN_HTTP_MAX_CONCURRENCY must be a whole number"),
        (["--host", "192.0.2.1"], {}, "192.0.2.1 port 0 can't be used"),
    ],
)
@pytest.mark.anyio
async def test_it_does_not_start_where_it_would_be_unsafe_or_useless(
    environ: Environ, arguments: list[str], variables: dict[str, str], problem: str
) -> None:
    process = await anyio.run_process(
        [*COMMAND, "http", "--port", "0", *arguments], env={**environ, **variables}, check=False
    )
    assert process.returncode == 2
    assert process.stdout == b""
    assert problem in " ".join(process.stderr.decode().split())


def test_stdio_imports_nothing_of_it(environ: Environ) -> None:
    code = (
        "import sys; import kaizen_mcp.cli.serve, kaizen_mcp.server, kaizen_mcp.stdio; "
        "print([name for name in sys.modules if name.startswith('kaizen_mcp.http')])"
    )
    process = subprocess.run([COMMAND[0], "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert process.stdout == "[]\n"


@pytest.mark.slow
def test_idle_connections_and_slow_heads_are_closed_and_hinder_nobody(environ: Environ) -> None:
    with start(environ, KAIZEN_SANDBOX="1") as (_, url):
        address = ("127.0.0.1", int(re.findall(r":(\d+)/", url)[0]))
        connections = [socket.create_connection(address) for _ in range(500)]
        connections[0].sendall(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n")
        assert httpx.get(url.replace("/mcp", "/readyz")).status_code == 200
        for connection in connections:
            connection.settimeout(MAX_HEAD_SECONDS + 10)
            assert connection.recv(1000) in {b"", b"HTTP/1.1 400 Bad Request"}
            connection.close()
