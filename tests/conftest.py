"""What the tests share: a connected client in either protocol era, and snapshots. Only the network is replaced."""

import json
import os
import signal
import sys
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
from starlette.types import Receive, Scope, Send

from kaizen_mcp import Settings, create_server
from kaizen_mcp.sandbox.fake_api import create_app
from kaizen_mcp.sandbox.serve import bind

# No deadline: how long an example takes depends on the machine. Use `thorough` after a change to code that reads
# or shapes data: pytest --hypothesis-profile=thorough
hypothesis.settings.register_profile("default", max_examples=100, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=5000, deadline=None)
hypothesis.settings.load_profile("default")

# A shell starts background jobs with SIGINT ignored, and every process that a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}
"""Protocol version and the client mode that settles on it."""


class Connect(Protocol):
    """Connects a client to a server whose network is `transport`."""

    def __call__(
        self, transport: httpx.AsyncBaseTransport, *, era: str = ..., settings: Settings = ...
    ) -> AbstractAsyncContextManager[Client]: ...


Environ = dict[str, str]
COMMAND = [sys.executable, "-m", "kaizen_mcp"]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs make, a POSIX shell or POSIX signals")
needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


class RunningSandbox(Protocol):
    """Runs a sandbox on a free port of loopback, in a thread; yields its address and ends it.

    Its clock starts with the first request. `speed` is how many times faster `exec-live` moves.
    """

    def __call__(self, *, speed: float = ...) -> AbstractContextManager[str]: ...


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """A bare environment with an empty home, in which Python says all it has to say."""
    kept = {
        name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG", "SYSTEMROOT") if name in os.environ
    }
    return {**kept, "HOME": str(tmp_path), "PYTHONWARNINGS": "default"}


@pytest.fixture
def running_sandbox() -> RunningSandbox:
    @contextmanager
    def running(*, speed: float = 1.0) -> Generator[str]:
        @cache
        def app() -> Starlette:
            return create_app(speed=speed)

        async def app_from_first_request(scope: Scope, receive: Receive, send: Send) -> None:
            await app()(scope, receive, send)

        server = uvicorn.Server(uvicorn.Config(app_from_first_request, log_level="warning", lifespan="off"))
        with bind(0) as listener:
            thread = Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()

    return running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings() -> Settings:
    """Without retries, which tests of faults over real sockets cover; elsewhere they would only take time."""
    return Settings(api_key=SecretStr("test-key"), max_retries=0)


@pytest.fixture
def connect(settings: Settings) -> Connect:
    default = settings

    @asynccontextmanager
    async def connected(
        transport: httpx.AsyncBaseTransport, *, era: str = "2026-07-28", settings: Settings = default
    ) -> AsyncGenerator[Client]:
        server = create_server(settings, transport=transport, clock=lambda: NOW)
        async with Client(server, mode=ERAS[era]) as client:
            await client.list_tools()  # so that the client checks every answer against the output schema
            yield client

    return connected


class LookUp(Protocol):
    """Looks up an object as get_execution; returns its summary and notes after checking that it came out whole."""

    async def __call__(self, execution: dict[str, Any]) -> tuple[dict[str, Any], list[str]]: ...


@pytest.fixture
def look_up(connect: Connect) -> LookUp:
    async def asked(execution: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        body = json.dumps({"execution": execution})
        async with connect(httpx.MockTransport(lambda _: httpx.Response(200, content=body))) as client:
            result = await client.call_tool("get_execution", {"id": "a"})
        assert result.structured_content["raw"] == execution
        return result.structured_content["summary"], result.structured_content["notes"]

    return asked


@pytest.fixture
def sandbox() -> httpx.ASGITransport:
    """The sandbox with its clock stopped at the moment it started."""
    return httpx.ASGITransport(create_app(now=lambda: NOW))


@pytest.fixture
def check_snapshot() -> Callable[[str, Any], None]:
    """Compare a JSON value with the reviewed one in tests/snapshots; `UPDATE_SNAPSHOTS=1` rewrites it."""

    def check(name: str, value: Any) -> None:
        path = Path(__file__).parent / "snapshots" / f"{name}.json"
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        if os.environ.get("UPDATE_SNAPSHOTS") == "1":
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no snapshot {path.name}: review the value, then run with UPDATE_SNAPSHOTS=1"
        assert text == path.read_text(encoding="utf-8")

    return check
