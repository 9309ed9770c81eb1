"""Settings that only `kaizen-mcp http` has, read once from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from kaizen_mcp.errors import NotConfiguredError
from kaizen_mcp.settings import read_integer

HTTP_VARIABLES = {
    "KAIZEN_HTTP_AUTH": "caller-key takes each caller's API key from its requests; none uses the server's own, "
    "for callers on this computer.",
    "KAIZEN_HTTP_ALLOWED_HOSTS": "Names that callers reach the server by, such as mcp.example.com; this "
    "computer's own are always allowed.",
    "KAIZEN_HTTP_ALLOWED_ORIGINS": "Web pages that may call it, such as https://app.example.com; those of this "
    "computer always may.",
    "KAIZEN_HTTP_PROXIES": "Addresses or networks of the proxies in front; the id in their X-Request-Id is used.",
    "KAIZEN_HTTP_MAX_CONCURRENCY": "Requests to the API at the same time, of all callers; KAIZEN_MAX_CONCURRENCY "
    "is for each.",
}
"""Description of each variable. Tests hold docs/teams.md to the same words."""

Auth = Literal["caller-key", "none"]

_LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Settings of the HTTP server; `HTTP_VARIABLES` explains each.

    Attributes:
        auth: whose key is used.
        allowed_hosts: values of the Host header; `:*` stands for any port.
        allowed_origins: values of the Origin header, the same.
        proxies: networks whose X-Request-Id counts.
        max_concurrency: requests of all callers at the same time.
    """

    auth: Auth = "caller-key"
    allowed_hosts: tuple[str, ...] = tuple(form for host in _LOCAL_HOSTS for form in (host, f"{host}:*"))
    allowed_origins: tuple[str, ...] = tuple(
        f"http://{form}" for host in _LOCAL_HOSTS for form in (host, f"{host}:*")
    )
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    max_concurrency: int = 64

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "HttpSettings":
        """Read the settings.

        Raises:
            NotConfiguredError: a variable is invalid; the message names it.
        """
        texts = {name: text for name in HTTP_VARIABLES if (text := environ.get(name, "").strip())}
        values: dict[str, Any] = {}
        if auth := texts.get("KAIZEN_HTTP_AUTH"):
            values["auth"] = _read_auth(auth)
        if hosts := texts.get("KAIZEN_HTTP_ALLOWED_HOSTS"):
            values["allowed_hosts"] = (*cls().allowed_hosts, *_read_hosts(hosts))
        if origins := texts.get("KAIZEN_HTTP_ALLOWED_ORIGINS"):
            values["allowed_origins"] = (*cls().allowed_origins, *_read_origins(origins))
        if proxies := texts.get("KAIZEN_HTTP_PROXIES"):
            values["proxies"] = _read_proxies(proxies)
        if number := texts.get("KAIZEN_HTTP_MAX_CONCURRENCY"):
            values["max_concurrency"] = read_integer(1, 10_000, "KAIZEN_HTTP_MAX_CONCURRENCY", number)
        return cls(**values)

    def require_safe(self, host: str) -> None:
        """Check that it may listen at a host.

        Raises:
            NotConfiguredError: without authentication, and other computers could reach it there.
        """
        if self.auth == "none" and not _is_loopback(host):
            raise NotConfiguredError(
                "With KAIZEN_HTTP_AUTH=none whoever reaches the server uses its key, so it listens on this "
                "computer only: use --host 127.0.0.1, or KAIZEN_HTTP_AUTH=caller-key."
            )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_auth(text: str) -> str:
    if text not in get_args(Auth):
        raise NotConfiguredError(f"KAIZEN_HTTP_AUTH must be {' or '.join(get_args(Auth))}.")
    return text


def _read_hosts(text: str) -> list[str]:
    """Each host as it is and with any port; one with a port only as it is."""
    hosts = _split(text)
    for host in hosts:
        parts = _split_url(f"//{host}")
        if parts is None or parts[1] != host.lower():
            raise NotConfiguredError(
                "KAIZEN_HTTP_ALLOWED_HOSTS must list names, such as mcp.example.com, with commas between them."
            )
    return [form for host in hosts for form in ((host,) if _has_port(host) else (host, f"{host}:*"))]


def _read_origins(text: str) -> list[str]:
    origins = _split(text)
    for origin in origins:
        parts = _split_url(origin)
        if parts is None or parts[0] not in {"http", "https"} or f"{parts[0]}://{parts[1]}" != origin.lower():
            raise NotConfiguredError(
                "KAIZEN_HTTP_ALLOWED_ORIGINS must list origins, such as https://app.example.com, with commas "
                "between them."
            )
    return origins


def _read_proxies(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(map(ip_network, _split(text)))
    except ValueError:
        raise NotConfiguredError(
            "KAIZEN_HTTP_PROXIES must list addresses or networks, such as 10.0.0.7 or 10.0.0.0/8, with commas "
            "between them."
        ) from None


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _split_url(url: str) -> tuple[str, str] | None:
    """Scheme and host with port, in lower case, of an address that has no more than these."""
    try:
        parts = urlsplit(url)
        is_valid = bool(parts.hostname) and (parts.port is None or parts.port > 0) and "@" not in parts.netloc
    except ValueError:
        return None
    is_whole = not (parts.path or parts.query or parts.fragment) and not any(char in "* \t" for char in url)
    return (parts.scheme, parts.netloc.lower()) if is_valid and is_whole else None


def _has_port(host: str) -> bool:
    return urlsplit(f"//{host}").port is not None
