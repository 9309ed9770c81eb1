"""Shared fixtures: connected clients, a running sandbox, snapshots. Only the network is replaced."""

import json
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import httpx
import hypothesis
import pytest
import uvicorn
from mcp import Client
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from kaizen_mcp import Settings, create_server
from kaizen_mcp.sandbox.fake_api import create_app
from kaizen_mcp.sandbox.serve import bind

# No deadline: the time for one example depends on the machine. After a change to code that parses or transforms
# data, run: pytest --hypothesis-profile=thorough
hypothesis.settings.register_profile("default", max_examples=100, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=5000, deadline=None)
hypothesis.settings.load_profile("default")

# A shell ignores SIGINT in background jobs, and every process that a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Answers show the local time beside UTC.
os.environ["TZ"] = "UTC"
if sys.platform != "win32":
    time.tzset()

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}
"""Protocol version → mode of the SDK's client that negotiates it."""


class Connect(Protocol):
    """Connects a client to a server whose network is `transport`."""

    def __call__(
        self, transport: httpx.AsyncBaseTransport, *, era: str = ..., settings: Settings = ...
    ) -> AbstractAsyncContextManager[Client]: ...


Environ = dict[str, str]
COMMAND = [sys.executable, "-m", "kaizen_mcp"]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs make, a POSIX shell or POSIX signals")
needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


class RunningSandbox(Protocol):
    """Context manager that serves a sandbox on a free loopback port, in a thread, and yields its address.

    Its clock starts with the first request. With `speed` 4, `exec-live` advances four times as fast.
    """

    def __call__(self, *, speed: float = ...) -> AbstractContextManager[str]: ...


def minimal_environ(home: Path) -> Environ:
    """A minimal environment with all of Python's warnings enabled."""
    inherited = {
        name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG", "SYSTEMROOT") if name in os.environ
    }
    return {**inherited, "HOME": str(home), "PYTHONWARNINGS": "default"}


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """A minimal environment with an empty home directory."""
    return minimal_environ(tmp_path)


def user_environ(home: Path) -> Environ:
    """The environment of a person on this computer, with another home; for programs that install packages."""
    ours = ("KAIZEN_", "COVERAGE_", "VIRTUAL_ENV", "PYTHON")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    constraints = str(Path(__file__).parents[1] / "constraints.txt")
    return {
        **inherited,
        "HOME": str(home),
        "PIP_CONSTRAINT": constraints,
        "UV_CONSTRAINT": constraints,
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }


@contextmanager
def serve_app(app: ASGIApp) -> Generator[str]:
    """Serve an app on a free loopback port, in a thread, and yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    with bind(0) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def running_sandbox() -> RunningSandbox:
    @contextmanager
    def run_sandbox(*, speed: float = 1.0) -> Generator[str]:
        @cache
        def app() -> Starlette:
            return create_app(speed=speed)

        async def app_from_first_request(scope: Scope, receive: Receive, send: Send) -> None:
            await app()(scope, receive, send)

        with serve_app(app_from_first_request) as address:
            yield address

    return run_sandbox


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings() -> Settings:
    """No retries, which only take time here; the fault tests cover them."""
    return Settings(api_key=SecretStr("test-key"), max_retries=0)


@pytest.fixture
def connect(settings: Settings) -> Connect:
    default_settings = settings

    @asynccontextmanager
    async def connect_client(
        transport: httpx.AsyncBaseTransport, *, era: str = "2026-07-28", settings: Settings = default_settings
    ) -> AsyncGenerator[Client]:
        server = create_server(settings, transport=transport, clock=lambda: NOW)
        async with Client(server, mode=ERAS[era]) as client:
            await client.list_tools()  # so that the client validates every result against the output schema
            yield client

    return connect_client


class LookUp(Protocol):
    """Calls get_execution for this object, checks that `raw` is equal to it, returns the summary and the notes."""

    async def __call__(self, execution: dict[str, Any]) -> tuple[dict[str, Any], list[str]]: ...


@pytest.fixture
def look_up(connect: Connect) -> LookUp:
    async def call_tool(execution: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        body = json.dumps({"execution": execution})
        async with connect(httpx.MockTransport(lambda _: httpx.Response(200, content=body))) as client:
            result = await client.call_tool("get_execution", {"id": "a"})
        assert result.structured_content["raw"] == execution
        return result.structured_content["summary"], result.structured_content["notes"]

    return call_tool


@pytest.fixture
def sandbox() -> httpx.ASGITransport:
    """The sandbox, with its clock stopped at `NOW`."""
    return httpx.ASGITransport(create_app(now=lambda: NOW))


@pytest.fixture
def check_snapshot() -> Callable[[str, Any], None]:
    """Compare a JSON value with its snapshot in tests/snapshots; `UPDATE_SNAPSHOTS=1` rewrites the snapshot."""

    def check(name: str, value: Any) -> None:
        path = Path(__file__).parent / "snapshots" / f"{name}.json"
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        if os.environ.get("UPDATE_SNAPSHOTS") == "1":
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no snapshot {path.name}: review the value, then run with UPDATE_SNAPSHOTS=1"
        assert text == path.read_text(encoding="utf-8")

    return check
