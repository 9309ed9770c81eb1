"""The proxy for an address, by environment and system settings."""

import os
import re
from ipaddress import ip_address, ip_network
from urllib.request import getproxies, proxy_bypass

import httpx

from kaizen_mcp import errors
from kaizen_mcp.errors import NotConfiguredError

_HTTPS_PORT = 443
_MAX_PORT = 65_535


def proxy_for(url: httpx.URL) -> str | None:
    """Address of the proxy to use for a URL, as the standard library reads environment and system settings.

    Never one for http://, which is for this computer only: a proxy would carry the key off it, unencrypted.
    """
    if url.scheme != "https":
        return None
    proxies = getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or _is_excluded(url, proxies.get("no", "")) or proxy_bypass(url.netloc.decode("ascii")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def has_valid_host(url: httpx.URL) -> bool:
    """Whether a host can be at this address; httpx escapes what no host has in its name."""
    is_host = re.fullmatch(rb"[\w.:-]+", url.raw_host) is not None
    return is_host and (url.port or 0) <= _MAX_PORT and not url.raw_path.startswith(b"//")


def proxy_setting() -> str:
    """Name of the variable that the proxy is from, as it is spelled, or of the system's setting."""
    kind = "https" if getproxies().get("https") else "all"
    variables = [name for name, value in os.environ.items() if value and name.lower() == f"{kind}_proxy"]
    return max(variables, default=errors.SYSTEM_PROXY)  # lower case is last, and comes before upper case


def unusable_proxy(proxy: str) -> NotConfiguredError:
    """Error for a proxy address that can't be used. It names the variable: the address may have a password."""
    sentence = errors.PROXY_IS_SOCKS if proxy.lower().startswith("socks") else errors.PROXY_INVALID
    return NotConfiguredError(sentence.format(name=proxy_setting()))


def _is_excluded(url: httpx.URL, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host, also in the forms that curl and Go know and urllib does not."""
    host, port = url.raw_host.decode("ascii"), url.port or _HTTPS_PORT
    entries = [entry.strip("/") for entry in re.split(r"[\s,;\"']+", no_proxy.lower())]
    return any(_matches(entry, host, port) for entry in entries if entry)


def _matches(entry: str, host: str, port: int) -> bool:
    """Whether an entry means this host: `*`, a domain, `*.domain`, an address or a range; a port may follow."""
    name, _, entry_port = entry.rpartition(":") if re.fullmatch(r"(\[.*\]|[^:]*):\d+", entry) else (entry, "", "")
    if entry_port and int(entry_port) != port:
        return False
    try:
        return ip_address(host) in ip_network(re.sub(r"[\[\]]", "", name), strict=False)
    except ValueError:  # one of them is a name
        pass
    domain = name.removeprefix("*").strip(".")
    return name == "*" or host.endswith(f".{domain}") or (host == domain and not name.startswith("*"))
