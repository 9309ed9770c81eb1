"""Builds the httpx client for the Kaizen API: authentication, trust store, proxy, or the built-in sandbox."""

import re
import ssl
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from kaizen_mcp import __version__, errors
from kaizen_mcp.api.proxy import has_valid_host, proxy_for, proxy_setting, unusable_proxy
from kaizen_mcp.api.tls import tls_error, trusted_context
from kaizen_mcp.errors import (
    BadResponseError,
    BodySizeError,
    CallTimeoutError,
    CutOffError,
    KaizenError,
    NotConfiguredError,
    ProxyUnreachableError,
    UnavailableError,
)
from kaizen_mcp.humanize import format_size
from kaizen_mcp.settings import Settings

_GZIP_START = b"\x1f"
"""No text starts with it."""

_GZIP_NAMES = {"", "identity", "gzip", "x-gzip"}
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:[{\[]|\)\]\}|while\s*\(1\)|for\s*\(;;\))")
"""How JSON starts, also after a guard that `decoding` drops."""

_ENDPOINT = re.compile(r"(?<![:/])(?:/+instructor)?(?:/+executions(?:/+get)?)?/*$", re.IGNORECASE)
"""The path of an endpoint, or its start. After a colon or slash stands the host."""

SLOT = "slot"
"""Extension of a request: the number of its slot."""

_CONNECTIONS_PER_POOL = 8

_BY_PROXY = "by_proxy"
"""Marks requests that are sent through a proxy."""


def build_client(
    settings: Settings, *, timeout: float, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """Build the client for all requests of a server. It holds no key: each request brings its caller's.

    Args:
        settings: address of the API.
        timeout: seconds to connect, and to wait for the next bytes.
        transport: replaces the network.

    Raises:
        NotConfiguredError: the base URL, a proxy variable or a certificate variable can't be used.
    """
    base_url = settings.base_url
    if settings.sandbox:
        from kaizen_mcp.sandbox.fake_api import create_app  # noqa: PLC0415 - 20 ms of sample runs

        base_url = "http://sandbox.invalid"
        transport = transport or httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    url = parse_url(base_url)
    return httpx.AsyncClient(
        base_url=url,
        headers={
            "User-Agent": f"kaizen-mcp/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
        },
        timeout=httpx.Timeout(timeout, pool=None),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # stores none
        follow_redirects=False,
        event_hooks={"response": [_drop_location]},
        trust_env=False,  # by itself httpx would send http://localhost, and the key, through HTTP_PROXY
        transport=transport or network_transport(url, _context_for(url)),
    )


def _context_for(url: httpx.URL) -> ssl.SSLContext:
    # For http:// an empty context, which is never used; httpx would load a list of authorities (30 ms).
    return trusted_context() if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def network_transport(url: httpx.URL, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """Build the transport for an address, through a proxy where one is set.

    Raises:
        NotConfiguredError: the proxy's address can't be used.
    """
    # No limit on connections: the semaphore in `api` is the limit. With `max_connections`, each call that is
    # cancelled right after it has connected would use up one of httpcore's connections forever.
    limits = httpx.Limits(max_connections=None, keepalive_expiry=5.0)
    proxy = proxy_for(url)
    with suppress(ImportError, ValueError, httpx.InvalidURL):
        if proxy is None or has_valid_host(httpx.URL(proxy)):
            transport = _ProxyTransport if proxy else httpx.AsyncHTTPTransport
            return _Pools(partial(transport, verify=context, limits=limits, proxy=proxy))
    # No exception is chained: those above quote the proxy's address, which may have a password.
    raise unusable_proxy(proxy or "")


class _Pools(httpx.AsyncBaseTransport):
    """Pools of a few connections each, by the slot of a request: the first is enough while few requests run.

    The time that one pool of httpcore's takes for a request grows with the square of its connections: with 64, it
    takes as long as all the rest of a lookup.
    """

    def __init__(self, build: Callable[[], httpx.AsyncHTTPTransport]) -> None:
        self._build = build
        self._pools = [build()]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        slot: int = request.extensions.get(SLOT, 0)
        number = slot // _CONNECTIONS_PER_POOL
        while len(self._pools) <= number:
            self._pools.append(self._build())
        return await self._pools[number].handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.aclose()


class _ProxyTransport(httpx.AsyncHTTPTransport):
    """Marks each request, so that an error can name the proxy: a custom transport uses none."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions[_BY_PROXY] = True
        return await super().handle_async_request(request)


def parse_url(base_url: str) -> httpx.URL:
    """Parse the base URL, without the path of an endpoint that may have been copied with it."""
    try:
        url = httpx.URL(_ENDPOINT.sub("", base_url))
        _ = url.host  # decodes it
    except (ValueError, httpx.InvalidURL):
        raise NotConfiguredError(errors.BASE_URL_INVALID) from None
    return url


async def _drop_location(response: httpx.Response) -> None:
    """Keep httpx from parsing where a redirect leads: it does so even for one it does not follow, and may fail."""
    response.headers.pop("Location", None)


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """Read the body of a response, decompressed if it is gzip, whatever the headers say.

    Some proxies decompress a body and keep the header, and some servers name a charset or a format there.

    Raises:
        BadResponseError: it is larger than `limit` bytes (BodySizeError), or its compression is broken or unknown.
        httpx.HTTPError: the connection failed.
    """
    encoding = response.headers.pop("Content-Encoding", "").strip().lower()  # left there, httpx would decode it
    broken = errors.BROKEN_COMPRESSION if encoding in _GZIP_NAMES else errors.UNKNOWN_COMPRESSION
    gzip = None
    body = bytearray()
    async for chunk in response.aiter_bytes():
        if not body and not gzip and chunk.startswith(_GZIP_START):
            gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body += gzip.decompress(chunk, limit - len(body) + 1) if gzip else chunk
        except zlib.error:
            raise BadResponseError(broken) from None
        if len(body) > limit:
            raise BodySizeError(errors.BODY_TOO_LARGE.format(limit=format_size(limit)))
        if gzip and gzip.unused_data:  # another member follows
            raise BadResponseError(broken)
    if gzip and not gzip.eof:
        # Without a length, the connection may have broken; else the server made it so.
        is_framed = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
        raise (BadResponseError if is_framed else CutOffError)(broken)
    if encoding not in _GZIP_NAMES and not starts_as_json(body):
        raise BadResponseError(errors.UNKNOWN_COMPRESSION)
    return bytes(body)


def starts_as_json(body: bytes | bytearray) -> bool:
    """Whether a body starts as an object or a list does, after a guard at most."""
    return _JSON_START.match(body) is not None


def connection_error(error: httpx.HTTPError, *, timeout: float) -> KaizenError:
    """Return the error that a failure of httpx stands for; `timeout` is the seconds it waited for an answer."""
    by_proxy = _BY_PROXY in error.request.extensions
    if isinstance(error, httpx.ConnectTimeout):
        return _proxy_unreachable() if by_proxy else UnavailableError(errors.CONNECT_TIMED_OUT)
    if isinstance(error, httpx.TimeoutException):
        return CallTimeoutError(errors.NO_ANSWER.format(seconds=timeout))
    if isinstance(error, httpx.ProxyError):
        return _proxy_error(str(error)[:3])
    if isinstance(error, httpx.ConnectError):
        unreachable = _proxy_unreachable() if by_proxy else UnavailableError(errors.CONNECT_FAILED)
        return tls_error(error) or unreachable
    return UnavailableError(errors.CONNECTION_BROKE)


def _proxy_unreachable() -> KaizenError:
    return ProxyUnreachableError(errors.PROXY_UNREACHABLE.format(name=proxy_setting()))


def _proxy_error(status: str) -> KaizenError:
    """Return the error for a proxy's refusal, whose text starts with the HTTP status if there was one."""
    if status == "407":
        return NotConfiguredError(errors.PROXY_WANTS_LOGIN)
    if not status.isdigit():
        return UnavailableError(errors.PROXY_REFUSED.format(status=""))
    return UnavailableError(errors.PROXY_REFUSED.format(status=f" (HTTP {status})"), http_status=int(status))
