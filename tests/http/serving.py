"""The HTTP server for tests: in this process, with an API that is a function, and as a process of its own."""

import json
import re
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
from conftest import COMMAND, ERAS, Environ
from pydantic import SecretStr
from starlette.applications import Starlette

from kaizen_mcp import Settings
from kaizen_mcp.api.shared import Shared
from kaizen_mcp.http.app import create_app
from kaizen_mcp.http.settings import HttpSettings

KEY = "key-of-the-caller-1234"
SETTINGS = Settings(max_retries=0)

Handler = Callable[[httpx.Request], httpx.Response] | Callable[[httpx.Request], Any]


class Caller:
    """Posts requests of one era to an app, as a client with this key does."""

    def __init__(
        self, client: httpx.AsyncClient, app: Starlette | None = None, shared: Shared | None = None
    ) -> None:
        self.client = client
        self.app = app or Starlette()
        self.shared = shared or Shared(SETTINGS)

    async def post(
        self,
        method: str,
        params: dict[str, Any],
        *,
        era: str = "2025-11-25",
        key: str | None = KEY,
        **headers: str,
    ) -> httpx.Response:
        params = {**params, **self._envelope(era, params)}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        sent = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": era,
            "Mcp-Method": method,
            **({"Mcp-Name": params["name"]} if "name" in params else {}),
            **({"X-Kaizen-Api-Key": key} if key is not None else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return await self.client.post("/mcp", json=body, headers=sent)

    async def call(self, arguments: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Call get_execution and return its result."""
        response = await self.post("tools/call", {"name": "get_execution", "arguments": arguments}, **kwargs)
        assert response.status_code == 200, response.text
        return read_answer(response)["result"]

    @staticmethod
    def _envelope(era: str, params: dict[str, Any]) -> dict[str, Any]:
        if ERAS[era] == "legacy":
            return {}
        prefix = "io.modelcontextprotocol/"
        meta: dict[str, Any] = {f"{prefix}protocolVersion": era, f"{prefix}clientCapabilities": {}}
        return {"_meta": {**params.get("_meta", {}), **meta}}


def read_answer(response: httpx.Response) -> dict[str, Any]:
    """The answer in a JSON body, or in the last event of a stream."""
    if response.headers["Content-Type"].startswith("text/event-stream"):
        return json.loads(re.findall(r"^data: (.+)", response.text, re.MULTILINE)[-1])
    return response.json()


@asynccontextmanager
async def serve(
    handler: Handler, *, http: HttpSettings | None = None, settings: Settings = SETTINGS
) -> AsyncGenerator[Caller]:
    """Serve an API that is a function."""
    http = http or HttpSettings()
    shared = Shared(settings, httpx.MockTransport(handler), http.max_concurrency)
    app = create_app(settings, http, shared)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60) as client,
    ):
        yield Caller(client, app, shared)


@contextmanager
def start(
    environ: Environ, *, command: Sequence[str] = (*COMMAND, "http"), **variables: str
) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Start `kaizen-mcp http` with these variables; yields the process and its address."""
    process = subprocess.Popen(
        [*command, "--port", "0"],
        env={**environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            found = re.search(r"http://\S+/mcp", process.stdout.readline())
            assert found
            yield process, found[0]
        finally:
            process.kill()


def own_settings(key: str) -> Settings:
    """Settings of a server that has a key of its own."""
    return Settings(api_key=SecretStr(key), max_retries=0)
