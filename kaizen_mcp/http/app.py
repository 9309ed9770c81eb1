"""The ASGI app: MCP at /mcp on the SDK's transport, and what an orchestrator asks."""

import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from ipaddress import ip_address

import anyio
from mcp.server.lowlevel import Server
from mcp.server.streamable_http import check_accept_headers
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from kaizen_mcp.api.client import KaizenApi
from kaizen_mcp.api.shared import Shared
from kaizen_mcp.http.call_log import CallLog
from kaizen_mcp.http.callers import KEY_HEADER, REQUEST_ID_STATE, identify_all_as_one, identify_by_key
from kaizen_mcp.http.settings import HttpSettings
from kaizen_mcp.server import Callers, create_server, utc_now
from kaizen_mcp.settings import Settings
from kaizen_mcp.tools.error_text import Audience
from kaizen_mcp.tools.lookup import Clock

MAX_REQUEST_BYTES = 1024 * 1024
"""Largest request; a call of a tool has some hundred bytes."""

MAX_REQUEST_SECONDS = 10.0
"""Longest time to receive the body of a request."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_SERVER_AUDIENCE = Audience(where="where this server runs, and restart it", restart="")


def create_app(settings: Settings, http: HttpSettings, shared: Shared, *, clock: Clock = utc_now) -> Starlette:
    """Build the app. It is stateless: a request is answered by itself, by whichever replica gets it.

    Args:
        settings: how to reach the API, and the limits.
        http: who may call, and from where.
        shared: what all calls share; its `stopping` makes the server unready.
        clock: returns the time now.
    """
    if http.auth == "none":
        callers = Callers(identify_all_as_one(settings), _SERVER_AUDIENCE, shared)
    else:
        settings = replace(settings, api_key=None)
        audience = replace(_SERVER_AUDIENCE, key=f"the header {KEY_HEADER}")
        callers = Callers(identify_by_key(is_required=not settings.sandbox), audience, shared)
    server = create_server(settings, clock=clock, callers=callers)
    server.middleware.insert(1, CallLog(callers.identify))  # after the SDK's own, which opens the span
    mcp = _McpEndpoint(server, http)

    async def is_alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def is_ready(_: Request) -> Response:
        if shared.stopping.is_set():
            return PlainTextResponse("stopping\n", status_code=503)
        return PlainTextResponse("ready\n")

    routes = [Route("/mcp", mcp, methods=["POST"]), Route("/healthz", is_alive), Route("/readyz", is_ready)]
    app = Starlette(routes=routes, lifespan=mcp.lifespan)
    app.router.redirect_slashes = False  # a redirect would repeat a Host header that nobody has checked
    return app


class _McpEndpoint:
    """Reads a request, within limits, and hands it to the SDK's transport.

    In the 2025 era that transport always answers with JSON, or always with a stream of events. So there are two:
    a stream costs more and is only needed while something is waited for. In the 2026 era it decides by itself.
    """

    def __init__(self, server: Server[KaizenApi], http: HttpSettings) -> None:
        manager = partial(
            StreamableHTTPSessionManager,
            server,
            stateless=True,
            max_request_body_size=MAX_REQUEST_BYTES,
            security_settings=TransportSecuritySettings(
                allowed_hosts=list(http.allowed_hosts), allowed_origins=list(http.allowed_origins)
            ),
        )
        self._json, self._stream = manager(json_response=True), manager()
        self._proxies = http.proxies

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        """Run both transports."""
        async with self._json.run(), self._stream.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return
        if isinstance(body, Response):
            await body(scope, receive, send)
            return
        scope.setdefault("state", {})[REQUEST_ID_STATE] = self._request_id(request)
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return messages.pop() if messages else await receive()

        manager = self._stream if _may_stream(request, body) else self._json
        await manager.handle_request(scope, replay, send)

    def _request_id(self, request: Request) -> str:
        """The id that a proxy gave the request, if it is one of ours; else a new one."""
        sent = request.headers.get("X-Request-Id", "")
        if self._proxies and request.client and _REQUEST_ID.fullmatch(sent):
            address = ip_address(request.client.host)
            if any(address in network for network in self._proxies):
                return sent
        return secrets.token_hex(16)


async def _read_body(request: Request) -> bytes | Response:
    """The body of a request, or the answer to one that is too large, too slow or ambiguous."""
    if {"content-length", "transfer-encoding"} <= {name.lower() for name in request.headers}:
        return PlainTextResponse("Send Content-Length or Transfer-Encoding, not both.\n", status_code=400)
    body = bytearray()
    with anyio.move_on_after(MAX_REQUEST_SECONDS):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST_BYTES:
                message = f"A request has at most {MAX_REQUEST_BYTES} bytes.\n"
                return PlainTextResponse(message, status_code=413, headers={"Connection": "close"})
        return bytes(body)
    message = f"The body did not arrive within {MAX_REQUEST_SECONDS:g} s.\n"
    return PlainTextResponse(message, status_code=408, headers={"Connection": "close"})


def _may_stream(request: Request, body: bytes) -> bool:
    """Whether the answer may be a stream: the client takes one, and waits or wants to see progress.

    The words are looked for in the whole body: at worst, a call that waits for nothing is answered by a stream.
    """
    version = request.headers.get(MCP_PROTOCOL_VERSION_HEADER)
    is_2026_era = version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS
    _, takes_stream = check_accept_headers(request)
    return takes_stream and (is_2026_era or b"progressToken" in body or b"wait" in body.lower())
