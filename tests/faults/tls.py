"""TLS and proxy faults. Each has a server process of its own, because its environment sets what it trusts."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import trustme

from .misbehaving import SETTINGS, FaultyApi, Outcome, code_of, connected_client, response, running_api, text_of


@dataclass
class Proxy:
    """HTTP proxy that opens the tunnel a client asks for, or rejects every client with `error_status`."""

    error_status: str = ""
    request_heads: list[bytes] = field(default_factory=list[bytes])
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.read(65_536)
        self.request_heads.append(head)
        if self.error_status:
            writer.write(response(b"", self.error_status))
            writer.close()
            return
        port = int(head.split()[1].rpartition(b":")[2])
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_copy(reader, upstream_writer), _copy(upstream_reader, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()


@asynccontextmanager
async def running_proxy(error_status: str = "") -> AsyncGenerator[Proxy]:
    proxy = Proxy(error_status)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)  # pyright: ignore[reportUnknownMemberType] - its type includes pyOpenSSL's context
    return context


UNUSABLE_VARIABLES = [
    ("SSL_CERT_FILE", "/none", "] SSL_CERT_FILE can't be used"),
    ("SSL_CERT_DIR", "/none", "] SSL_CERT_DIR can't be used"),
    ("SSLKEYLOGFILE", "/none/log", "] SSLKEYLOGFILE can't be used"),
    ("ALL_PROXY", "socks://127.0.0.1:9", "] ALL_PROXY can't be used: it names a SOCKS proxy"),
    ("https_proxy", "socks5://127.0.0.1:9", "] https_proxy can't be used: it names a SOCKS proxy"),
    ("HTTPS_PROXY", "http://[bad", "] HTTPS_PROXY can't be used: it must be an address"),
]
"""Variable, value, and what the error must say."""


async def run() -> list[Outcome]:
    authority = trustme.CA()
    past = datetime.now(UTC) - timedelta(days=1)
    valid = server_context(authority.issue_cert("localhost"))
    expired = server_context(
        authority.issue_cert("localhost", not_before=past - timedelta(days=9), not_after=past)
    )
    other_host = server_context(authority.issue_cert("portal.example"))
    outcomes: dict[str, Outcome] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        authority.cert_pem.write_to_path(folder / "company.pem")
        trust = {"SSL_CERT_FILE": str(folder / "company.pem")}
        valid_api, expired_api, other_host_api = [
            await stack.enter_async_context(running_api({}, context)) for context in (valid, expired, other_host)
        ]
        http_server = await stack.enter_async_context(running_proxy("400 Bad Request"))
        no_tls_address, unused_api = http_server.address.replace("http:", "https:"), FaultyApi({})
        open_proxy = await stack.enter_async_context(running_proxy())
        login_proxy = await stack.enter_async_context(running_proxy("407 Proxy Authentication Required"))
        forbidding_proxy = await stack.enter_async_context(running_proxy("403 Forbidden"))
        tasks = await stack.enter_async_context(anyio.create_task_group())

        async def check(
            name: str, api: FaultyApi, code: str, expected_text: str, variables: dict[str, str]
        ) -> None:
            address = f"https://localhost:{api.port}"
            async with connected_client(**{**SETTINGS, "KAIZEN_BASE_URL": address, **variables}) as client:
                result = await client.call_tool("get_execution", {"id": name, "detail": "summary"})
            outcomes[name] = Outcome(name, text_of(result))
            requests = 1 if code == "answer" else 0
            problems = {
                f"its code is not {code}": code_of(result) != code,
                f"its text lacks {expected_text!r}": expected_text not in outcomes[name].text,
                f"{api.requests[name]} requests, not {requests}": api.requests[name] != requests,
            }
            outcomes[name].problem = "; ".join(problem for problem, found in problems.items() if found)

        def start(name: str, api: FaultyApi, code: str, expected_text: str, variables: dict[str, str]) -> None:
            outcomes[name] = Outcome(name, "", "no result")
            tasks.start_soon(lambda: check(name, api, code, expected_text, variables))

        start("a company's CA in SSL_CERT_FILE", valid_api, "answer", "finished", trust)
        start("an unknown CA", valid_api, "tls_failed", "an authority this computer does not trust", {})
        start("an expired certificate", expired_api, "tls_failed", "has expired", trust)
        start("a certificate for another host", other_host_api, "tls_failed", "for another host", trust)
        start("no TLS at all", unused_api, "tls_failed", "did not speak TLS", {"KAIZEN_BASE_URL": no_tls_address})
        start(
            "no such SSL_CERT_FILE", valid_api, "not_configured", "SSL_CERT_FILE", {"SSL_CERT_FILE": "/none.pem"}
        )
        start("through a proxy", valid_api, "answer", "finished", {**trust, "HTTPS_PROXY": open_proxy.address})
        start(
            "a proxy that requires a login",
            valid_api,
            "not_configured",
            "HTTPS_PROXY",
            {"HTTPS_PROXY": login_proxy.address},
        )
        start(
            "a proxy that rejects every request",
            valid_api,
            "unavailable",
            "HTTP 403",
            {"HTTPS_PROXY": forbidding_proxy.address},
        )
        start(
            "a proxy that does not listen",
            valid_api,
            "unavailable",
            "be reached",
            {"HTTPS_PROXY": "http://127.0.0.1:9"},
        )
        for variable, value, expected_text in UNUSABLE_VARIABLES:
            variables = {**trust, variable: value}
            start(f"a wrong {variable}", valid_api, "not_configured", expected_text, variables)
        for entry in ("*.example, localhost", f"localhost:{valid_api.port}", "example localhost"):
            variables = {**trust, "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": entry}
            start(f"NO_PROXY={entry}", valid_api, "answer", "finished", variables)
        by_address = {
            "KAIZEN_BASE_URL": f"https://127.0.0.1:{valid_api.port}",
            "HTTPS_PROXY": "http://127.0.0.1:9",
        }
        start(
            "NO_PROXY=127.0.0.0/8",
            valid_api,
            "tls_failed",
            "for another host",
            {**trust, **by_address, "NO_PROXY": "127.0.0.0/8"},
        )
        start(
            "http to another host",
            unused_api,
            "not_configured",
            "unencrypted",
            {"KAIZEN_BASE_URL": "http://a.example"},
        )
    heads = b"".join(open_proxy.request_heads + login_proxy.request_heads + forbidding_proxy.request_heads)
    if SETTINGS["KAIZEN_API_KEY"].encode() in heads or b"uthorization" in heads:
        outcomes["through a proxy"].problem += " the proxy got the key"
    return list(outcomes.values())
