"""The way to the API, for diagnosis: where connections go, and what a request without the key is answered with."""

import ssl
import time
from contextlib import aclosing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from kaizen_mcp.api.proxy import proxy_for, proxy_setting
from kaizen_mcp.api.transport import build_client, connection_error, network_transport, parse_url
from kaizen_mcp.settings import Settings


@dataclass(frozen=True, slots=True)
class Route:
    """Where connections to the API go.

    Attributes:
        host: of the proxy, where there is one, else of the API.
        port: the same one's.
        proxy: name of the setting that the proxy is from; None without a proxy.
        is_encrypted: whether the API's address is https://.
    """

    host: str
    port: int
    proxy: str | None
    is_encrypted: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """What a connection that was made has shown.

    Attributes:
        tls: version of TLS; None without TLS, or if nothing was answered.
        valid_until: end of the certificate's validity, as OpenSSL writes it; None where the system doesn't tell.
        clock_offset: seconds that this computer's clock is ahead of the server's; None if the server sent no date.
    """

    tls: str | None = None
    valid_until: str | None = None
    clock_offset: float | None = None


def find_route(settings: Settings) -> Route:
    """Return where connections go.

    Raises:
        NotConfiguredError: the base URL or the proxy's address can't be used.
    """
    url = parse_url(settings.base_url)
    network_transport(url, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # checks the proxy's address
    proxy = proxy_for(url)
    first = httpx.URL(proxy) if proxy else url
    return Route(
        host=first.raw_host.decode("ascii"),
        port=first.port or (443 if first.scheme == "https" else 80),
        proxy=proxy_setting() if proxy else None,
        is_encrypted=url.scheme == "https",
    )


async def probe(settings: Settings, seconds: float) -> Connection:
    """Send a HEAD request without the key, on the connection that lookups would use.

    Args:
        settings: address of the API.
        seconds: time limit to connect, and to wait for the answer.

    Raises:
        KaizenError: no connection could be made.
    """
    async with build_client(settings, timeout=seconds) as client:
        request = client.build_request("HEAD", "/")
        start = time.time()
        try:
            async with aclosing(await client.send(request, stream=True)) as response:
                return _read_connection(response, (start + time.time()) / 2)
        except (httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError):
            return Connection()  # it was made, and then nothing was answered
        except httpx.HTTPError as failure:
            error = connection_error(failure, timeout=seconds)
    # Raised outside of `except`, so that no httpx exception is chained.
    raise error


def _read_connection(response: httpx.Response, now: float) -> Connection:
    connection = response.extensions["network_stream"].get_extra_info("ssl_object")
    certificate: dict[str, Any] = (connection.getpeercert() if connection else None) or {}
    return Connection(
        tls=connection.version() if connection else None,
        valid_until=certificate.get("notAfter"),
        clock_offset=_clock_offset(response, now),
    )


def _clock_offset(response: httpx.Response, now: float) -> float | None:
    """Seconds between this computer's time and the answer's; a cache in between tells its age."""
    try:
        date = parsedate_to_datetime(response.headers["Date"]).timestamp()
        return now - date - float(response.headers.get("Age", "0"))
    except (KeyError, ValueError, OverflowError):
        return None
