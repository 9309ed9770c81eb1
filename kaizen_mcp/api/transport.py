"""Builds the httpx client for the Kaizen API: authentication, trust store, proxy, or the built-in sandbox."""

import re
import ssl
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from kaizen_mcp import __version__, errors
from kaizen_mcp.api.proxy import has_valid_host, proxy_for, unusable_proxy
from kaizen_mcp.api.tls import tls_error, trusted_context
from kaizen_mcp.errors import (
    BadResponseError,
    CallTimeoutError,
    CutOffError,
    KaizenError,
    NotConfiguredError,
    UnavailableError,
)
from kaizen_mcp.humanize import format_size
from kaizen_mcp.settings import Settings

_DECODED_BY_HTTPX = ("gzip", "deflate", "br", "zstd")
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
_ENDPOINT = re.compile(r"(?:/+instructor)?/+executions/+get/*$", re.IGNORECASE)


def build_client(
    settings: Settings, *, timeout: float, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """Build the client for all requests of a server.

    Args:
        settings: address and key of the API.
        timeout: seconds to connect, and to wait for the next bytes.
        transport: replaces the network.

    Raises:
        NotConfiguredError: the base URL, a proxy variable or a certificate variable can't be used.
    """
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    base_url = settings.base_url
    if settings.sandbox:
        from kaizen_mcp.sandbox.fake_api import create_app  # noqa: PLC0415 - 20 ms of sample runs

        base_url, key = "http://sandbox.invalid", "sandbox"
        transport = transport or httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    url = _parse_url(base_url)
    return httpx.AsyncClient(
        base_url=url,
        headers={
            "Authorization": f"Bearer {key}",
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
        transport=transport or _network_transport(url),
    )


def _network_transport(url: httpx.URL) -> httpx.AsyncBaseTransport:
    # No limit on connections: the semaphore in `api` is the limit. With `max_connections`, each call that is
    # cancelled right after it has connected would use up one of httpcore's connections forever.
    limits = httpx.Limits(max_connections=None, keepalive_expiry=5.0)
    # For http:// an empty context, which is never used; httpx would load a list of authorities (30 ms).
    context = trusted_context() if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    proxy = proxy_for(url)
    with suppress(ImportError, ValueError, httpx.InvalidURL):
        if proxy is None or has_valid_host(httpx.URL(proxy)):
            return httpx.AsyncHTTPTransport(verify=context, limits=limits, proxy=proxy)
    # No exception is chained: those above quote the proxy's address, which may have a password.
    raise unusable_proxy(proxy or "")


def _parse_url(base_url: str) -> httpx.URL:
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
    """Read the body of a response, decompressed.

    The size is counted chunk by chunk. A chunk is up to 64 KiB off the network, which gzip can inflate to some
    64 MiB before it is counted: that much is held at most beyond the limit.

    Raises:
        BadResponseError: it is larger than `limit` bytes, or its compression is broken or unknown.
        httpx.HTTPError: the connection failed.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding != "gzip" and any(name in encoding for name in _DECODED_BY_HTTPX):
        raise BadResponseError(errors.UNKNOWN_COMPRESSION)
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise BadResponseError(errors.BODY_TOO_LARGE.format(limit=format_size(limit)))
    # Some servers name a charset or a format there, and send plain JSON.
    if encoding not in {"", "identity", "gzip"} and not _JSON_START.match(body):
        raise BadResponseError(errors.UNKNOWN_COMPRESSION)
    if encoding == "gzip" and not _is_complete_gzip(response):
        # Without a length, the connection may have broken; else the server made it so.
        is_framed = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
        raise (BadResponseError if is_framed else CutOffError)(errors.BROKEN_COMPRESSION)
    return bytes(body)


def _is_complete_gzip(response: httpx.Response) -> bool:
    """Whether httpx decoded all of a gzip body.

    httpx ends silently where the data breaks off, and after the first of several members. Only its private decoder
    knows; tests notice if that moves.
    """
    decompressor = getattr(getattr(response, "_decoder", None), "decompressor", None)
    return decompressor is not None and decompressor.eof and not decompressor.unused_data


def connection_error(error: httpx.HTTPError, *, timeout: float) -> KaizenError:
    """Return the error that a failure of httpx stands for; `timeout` is the seconds it waited for an answer."""
    if isinstance(error, httpx.ConnectTimeout):
        return UnavailableError(errors.CONNECT_TIMED_OUT)
    if isinstance(error, httpx.TimeoutException):
        return CallTimeoutError(errors.NO_ANSWER.format(seconds=timeout))
    if isinstance(error, httpx.ProxyError):
        return _proxy_error(str(error)[:3])
    if isinstance(error, httpx.ConnectError):
        return tls_error(error) or UnavailableError(errors.CONNECT_FAILED)
    if isinstance(error, httpx.DecodingError):
        return BadResponseError(errors.BROKEN_COMPRESSION)
    return UnavailableError(errors.CONNECTION_BROKE)


def _proxy_error(status: str) -> KaizenError:
    """Return the error for a proxy's refusal, whose text starts with the HTTP status if there was one."""
    if status == "407":
        return NotConfiguredError(errors.PROXY_WANTS_LOGIN)
    if not status.isdigit():
        return UnavailableError(errors.PROXY_REFUSED.format(status=""))
    return UnavailableError(errors.PROXY_REFUSED.format(status=f" (HTTP {status})"), http_status=int(status))
