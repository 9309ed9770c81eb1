"""Faults of encryption and of proxies; each server process trusts what its environment says."""

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

from .misbehaving import SETTINGS, Api, Seen, client_of, code_of, response, running, text_of


@dataclass
class Proxy:
    """An HTTP proxy that connects its clients to wherever they say, or answers them all with one status."""

    refusal: str = ""
    heads: list[bytes] = field(default_factory=list[bytes])
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.read(65_536)
        self.heads.append(head)
        if self.refusal:
            writer.write(response(b"", self.refusal))
            writer.close()
            return
        port = int(head.split()[1].rpartition(b":")[2])
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        sink.close()


@asynccontextmanager
async def proxy(refusal: str = "") -> AsyncGenerator[Proxy]:
    running_proxy = Proxy(refusal)
    server = await asyncio.start_server(running_proxy.serve, "127.0.0.1", 0)
    running_proxy.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield running_proxy
    finally:
        server.close()


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)  # pyright: ignore[reportUnknownMemberType] - it also takes pyOpenSSL's
    return context


async def look() -> list[Seen]:
    authority = trustme.CA()
    past = datetime.now(UTC) - timedelta(days=1)
    good = server_side(authority.issue_cert("localhost"))
    expired = server_side(authority.issue_cert("localhost", not_before=past - timedelta(days=9), not_after=past))
    elsewhere = server_side(authority.issue_cert("portal.example"))
    seen: dict[str, Seen] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        authority.cert_pem.write_to_path(folder / "company.pem")
        trust = {"SSL_CERT_FILE": str(folder / "company.pem")}
        trusted, outdated, misnamed = [
            await stack.enter_async_context(running({}, context)) for context in (good, expired, elsewhere)
        ]
        http_server = await stack.enter_async_context(proxy("400 Bad Request"))
        plain, nobody = http_server.address.replace("http:", "https:"), Api({})
        open_proxy = await stack.enter_async_context(proxy())
        strict_proxy = await stack.enter_async_context(proxy("407 Proxy Authentication Required"))
        closed_proxy = await stack.enter_async_context(proxy("403 Forbidden"))
        tasks = await stack.enter_async_context(anyio.create_task_group())

        async def see(name: str, api: Api, code: str, says: str, variables: dict[str, str]) -> None:
            address = f"https://localhost:{api.port}"
            async with client_of(**{**SETTINGS, "KAIZEN_BASE_URL": address, **variables}) as client:
                result = await client.call_tool("get_execution", {"id": name, "detail": "summary"})
            seen[name] = Seen(name, text_of(result))
            requests = 1 if code == "answer" else 0
            problems = {
                f"its code is not {code}": code_of(result) != code,
                f"its text lacks {says!r}": says not in seen[name].text,
                f"{api.requests[name]} requests, not {requests}": api.requests[name] != requests,
            }
            seen[name].wrong = "; ".join(problem for problem, there in problems.items() if there)

        def start(name: str, api: Api, code: str, says: str, variables: dict[str, str]) -> None:
            seen[name] = Seen(name, "", "not seen")
            tasks.start_soon(lambda: see(name, api, code, says, variables))

        start("a company's CA in SSL_CERT_FILE", trusted, "answer", "finished", trust)
        start("an unknown CA", trusted, "tls_failed", "an authority this computer does not trust", {})
        start("an expired certificate", outdated, "tls_failed", "has expired", trust)
        start("a certificate for another host", misnamed, "tls_failed", "for another host", trust)
        start("no TLS at all", nobody, "tls_failed", "did not speak TLS", {"KAIZEN_BASE_URL": plain})
        start("no such SSL_CERT_FILE", trusted, "not_configured", "SSL_CERT_FILE", {"SSL_CERT_FILE": "/none.pem"})
        start("through a proxy", trusted, "answer", "finished", {**trust, "HTTPS_PROXY": open_proxy.address})
        start(
            "a proxy with a login", trusted, "not_configured", "HTTPS_PROXY", {"HTTPS_PROXY": strict_proxy.address}
        )
        start("a proxy that refuses", trusted, "unavailable", "HTTP 403", {"HTTPS_PROXY": closed_proxy.address})
        start(
            "a proxy that is not there",
            trusted,
            "unavailable",
            "be reached",
            {"HTTPS_PROXY": "http://127.0.0.1:9"},
        )
        start(
            "http to another host",
            nobody,
            "not_configured",
            "unencrypted",
            {"KAIZEN_BASE_URL": "http://a.example"},
        )
    heads = b"".join(open_proxy.heads + strict_proxy.heads + closed_proxy.heads)
    if SETTINGS["KAIZEN_API_KEY"].encode() in heads or b"uthorization" in heads:
        seen["through a proxy"].wrong += " the proxy saw the key"
    return list(seen.values())
