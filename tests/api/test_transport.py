"""For any response the caller gets an object or a typed error, never the key. Proxies and cancelled calls."""

import asyncio
import gc
import gzip
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator

import anyio
import anyio.abc
import anyio.lowlevel
import httpx
import pytest
from conftest import Connect, RunningSandbox
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.types import TextContent
from pydantic import SecretStr

from kaizen_mcp import KaizenApi, Settings, create_server
from kaizen_mcp.api.client import Reply
from kaizen_mcp.api.transport import proxy_for
from kaizen_mcp.errors import BadResponseError, KaizenError, TlsError

KEY = "kz_live_0123456789abcdef"


class Stream(httpx.AsyncByteStream):
    """A body as it comes off the network; httpx decodes one that is passed as `content`."""

    def __init__(self, content: bytes, size: int = 1000) -> None:
        self.chunks = [content[start : start + size] for start in range(0, len(content), size)]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk


names_with_key = st.integers(0, 90).map(lambda length: "x" * length + KEY)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(KEY),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | names_with_key, inner, max_size=3),
    max_leaves=8,
)
long_messages = st.integers(0, 3000).map(lambda length: "password=" + "a" * length + " " + KEY)
messages = st.fixed_dictionaries(
    {}, optional={"message": json_values | long_messages, "error": json_values, "detail": json_values}
)
wrapped_objects = st.fixed_dictionaries(
    {"execution": json_values | st.dictionaries(st.text(), json_values)},
    optional={KEY: st.none(), "x" * 20 + KEY: st.none()},
)
texts = (json_values | messages | wrapped_objects).map(json.dumps).map(str.encode)
truncated_texts = st.tuples(texts, st.integers(0, 50)).map(lambda pair: pair[0][: -pair[1] or None])
bodies = st.binary(max_size=200) | texts | truncated_texts | (texts | st.binary()).map(gzip.compress)
header = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Encoding": st.sampled_from(["gzip", "br", "identity", "gzip, gzip", "GZIP", "utf-8"]),
        "Content-Type": st.sampled_from(["application/json", "text/html", "text/html; charset=x", ""]) | header,
        "Retry-After-Ms": st.sampled_from(["0", "1.5"]) | header,
        "X-RateLimit-Reset": st.sampled_from(["1795618735", "999999999999999", "2026-11-22T09:30:00Z"]) | header,
        "RateLimit": st.sampled_from(['"a";r=0;t=1', '"a";r=x;t=']) | header,
        "Retry-After": st.sampled_from(["0", "1", "99999", "Sun, 22 Nov 2026 09:30:00 GMT"]) | header,
        "X-Request-Id": header | st.just(KEY),
        "Location": header | st.sampled_from(["https://xn--a/", "http://[", "//a:b"]),
        "Set-Cookie": header,
    },
)
statuses = st.sampled_from([200, 201, 204, 301, 307, 400, 401, 403, 404, 418, 422, 429, 500, 503, 599])


@given(st.integers(100, 999).filter(lambda status: status >= 200) | statuses, headers, bodies)
def test_any_response_becomes_an_object_or_a_typed_error(status: int, fields: dict[str, str], body: bytes) -> None:
    async def call() -> Reply | KaizenError:
        transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=fields, content=body))
        limits = Settings(api_key=SecretStr(KEY), max_retries=0, max_body_bytes=1024)
        async with KaizenApi(limits, transport=transport) as api:
            try:
                return await api.get_execution("a")
            except KaizenError as error:
                return error

    outcome = anyio.run(call)
    if isinstance(outcome, Reply):
        assert 200 <= status < 300
        output = json.dumps([outcome.data, *outcome.notes, *outcome.redacted], ensure_ascii=False)
    else:
        output = f"{outcome} {outcome.api_message} {outcome.request_id}"
        assert outcome.__context__ is None
        assert len(outcome.api_message or "") <= 300
    output.encode()
    assert KEY[:12] not in output


@pytest.mark.anyio
async def test_a_lookup_that_never_got_a_slot_says_so() -> None:
    async def hold_the_slot(_: httpx.Request) -> httpx.Response:
        with anyio.CancelScope(shield=True):  # longer than the deadline of the waiting lookup
            await anyio.sleep(0.5)
        return httpx.Response(200, json={})

    busy = Settings(api_key=SecretStr(KEY), max_concurrency=1, max_retries=0, call_timeout=0.2)
    error_texts: list[str] = []
    async with (
        KaizenApi(busy, transport=httpx.MockTransport(hold_the_slot)) as api,
        anyio.create_task_group() as tasks,
    ):

        async def look_up(execution_id: str) -> None:
            with pytest.raises(KaizenError) as caught:
                await api.get_execution(execution_id)
            error_texts.append(str(caught.value))

        for execution_id in "ab":
            tasks.start_soon(look_up, execution_id)
    assert len(error_texts) == 2
    assert "Too many lookups were running: this one got no free slot within 0.2 s." in error_texts


@pytest.mark.parametrize("variable", ["https_proxy", "all_proxy"])
@pytest.mark.parametrize(
    ("no_proxy", "expected"),
    [
        ("", "http://proxy.example:3128"),
        ("*", None),
        ("api.example", None),
        (".example", None),
        ("other.example, example", None),
        ("ample", "http://proxy.example:3128"),
        ("other.example", "http://proxy.example:3128"),
        ("api.example:8443", None),
        ("api.example:443", "http://proxy.example:3128"),
    ],
)
def test_the_proxy_is_chosen_as_urllib_reads_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str, no_proxy: str, expected: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv(variable, "proxy.example:3128")
    monkeypatch.setenv("no_proxy", no_proxy)
    assert proxy_for(httpx.URL("https://api.example:8443/")) == expected


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_excluded"),
    [
        ("127.0.0.0/8", "https://127.1.2.3", True),
        ("127.0.0.0/8", "https://128.0.0.1", False),
        ("10.0.0.5/8", "https://10.9.9.9", True),
        ("10.0.0.0/8", "https://ten.example", False),
        ("10.0.0.0/99", "https://10.0.0.1", False),
        ("10.0.0.1", "https://10.0.0.1:8443", True),
        ("10.0.0.1:8443", "https://10.0.0.1:8443", True),
        ("10.0.0.1:8443", "https://10.0.0.1", False),
        ("0.0.1", "https://10.0.0.1", True),
        ("*.kaizen.example", "https://api.kaizen.example", True),
        ("*.KAIZEN.example", "https://a.b.kaizen.example", True),
        ("*.kaizen.example", "https://kaizen.example", False),
        ("*.kaizen.example", "https://api.notkaizen.example", False),
        (".kaizen.example", "https://api.kaizen.example", True),
        (".kaizen.example", "https://kaizen.example", True),
        ("*.kaizen.example:8443", "https://api.kaizen.example:8443", True),
        ("kaizen.example:443", "https://api.kaizen.example", True),
        ("kaizen.example:8443", "https://api.kaizen.example", False),
        ("kaizen.example.", "https://api.kaizen.example", True),
        ("[::1]", "https://[::1]", True),
        ("::1", "https://[::1]:8443", True),
        ("[::1]:8443", "https://[::1]:8443", True),
        ("[::1]:8443", "https://[::1]", False),
        ("fd00::/8", "https://[fd12:3456::1]", True),
        ("fd00::/8", "https://[fe80::1]", False),
        ("a.example kaizen.example", "https://api.kaizen.example", True),
        ("a.example,\tkaizen.example , b.example", "https://api.kaizen.example", True),
        ("a.example, *", "https://api.kaizen.example", True),
        ("kaizen.example/", "https://api.kaizen.example", True),
        ('"kaizen.example"', "https://api.kaizen.example", True),
        ("'a.example,kaizen.example'", "https://api.kaizen.example", True),
        ("a.example;kaizen.example", "https://api.kaizen.example", True),
        ("xn--bcher-kva.example", "https://api.bücher.example", True),
        ("10.0.0.0/8;kaizen.example", "https://10.1.2.3", True),
        (" , ,", "https://api.kaizen.example", False),
        ("[, ], :, *:, ://, /, .", "https://api.kaizen.example", False),
    ],
)
def test_no_proxy_is_understood_as_curl_and_go_do(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, url: str, *, is_excluded: bool
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", no_proxy)
    assert (proxy_for(httpx.URL(url)) is None) is is_excluded


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_no_text_in_no_proxy_fails(no_proxy: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
        monkeypatch.setenv("no_proxy", no_proxy)
        for url in ("https://api.example", "https://127.0.0.1", "https://[::1]"):
            assert proxy_for(httpx.URL(url)) in {None, "http://proxy.example:3128"}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("variables", "name", "why"),
    [
        ({"SSL_CERT_FILE": "/none.pem"}, "SSL_CERT_FILE", "PEM file"),
        ({"SSL_CERT_FILE": "/"}, "SSL_CERT_FILE", "PEM file"),
        ({"SSL_CERT_FILE": __file__}, "SSL_CERT_FILE", "PEM file"),
        ({"SSL_CERT_FILE": "/none.pem", "SSLKEYLOGFILE": "/none/log"}, "SSL_CERT_FILE", "PEM file"),
        ({"SSL_CERT_DIR": "/none"}, "SSL_CERT_DIR", "folder"),
        ({"SSL_CERT_DIR": __file__}, "SSL_CERT_DIR", "folder"),
        ({"SSL_CERT_DIR": "/", "SSLKEYLOGFILE": "/none/log"}, "SSLKEYLOGFILE", "written"),
        ({"ALL_PROXY": "socks://127.0.0.1:9"}, "ALL_PROXY", "SOCKS"),
        ({"all_proxy": "socks5h://user:secret@127.0.0.1:9"}, "all_proxy", "SOCKS"),
        ({"HTTPS_PROXY": "socks5://127.0.0.1:9"}, "HTTPS_PROXY", "SOCKS"),
        ({"https_proxy": "SOCKS4://127.0.0.1:9", "ALL_PROXY": "http://a"}, "https_proxy", "SOCKS"),
        ({"HTTPS_PROXY": "http://[bad"}, "HTTPS_PROXY", "http://proxy.example:3128"),
        (
            {"https_proxy": "http://user:secret@a:port", "HTTPS_PROXY": "http://a"},
            "https_proxy",
            "an address like",
        ),
        ({"Https_Proxy": "ftp://a"}, "Https_Proxy", "an address like"),
        ({"HTTPS_PROXY": "http://${PROXY}"}, "HTTPS_PROXY", "an address like"),
        ({"HTTPS_PROXY": "http://http://proxy:1"}, "HTTPS_PROXY", "an address like"),
        ({"HTTPS_PROXY": "http://a:99999"}, "HTTPS_PROXY", "an address like"),
        ({"HTTPS_PROXY": "http://:3128"}, "HTTPS_PROXY", "an address like"),
        ({"ALL_PROXY": "http://[bad", "HTTP_PROXY": "http://[bad"}, "ALL_PROXY", "an address like"),
    ],
)
async def test_the_one_variable_that_is_wrong_is_named_as_it_is_spelled(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str, why: str
) -> None:
    for kind in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{kind}_proxy", raising=False)
        monkeypatch.delenv(f"{kind}_proxy".upper(), raising=False)
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    async with Client(create_server(Settings(api_key=SecretStr(KEY)))) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert isinstance(result.content[0], TextContent)
    text = result.content[0].text
    assert text.startswith(f"[not_configured] {name} can't be used: ")
    assert why in text
    others = {"SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"} - {name}
    assert not [other for other in others if other in text]
    assert "secret" not in text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "none", "identity, identity", "charset=utf-8", "gzip", "br", "deflate", "x-gzip", "zstd"],
)
@pytest.mark.parametrize("start", ["\ufeff ", ")]}',\n", "for(;;);", "while (1);"])
async def test_plain_json_is_read_whatever_its_content_encoding(
    connect: Connect, encoding: str, start: str
) -> None:
    body = Stream(start.encode() + b'{"execution": {"id": "a", "status": "Completed"}}')
    response = httpx.Response(200, headers={"Content-Encoding": encoding}, stream=body)
    async with connect(httpx.MockTransport(lambda _: response)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert not result.is_error


@pytest.mark.anyio
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity, gzip", "", "br"])
@pytest.mark.parametrize("size", [1, 1000])
async def test_gzip_is_read_whatever_its_content_encoding(connect: Connect, encoding: str, size: int) -> None:
    body = Stream(gzip.compress(b'{"execution": {"id": "a", "status": "Completed"}}'), size)
    response = httpx.Response(200, headers={"Content-Encoding": encoding}, stream=body)
    async with connect(httpx.MockTransport(lambda _: response)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert not result.is_error


@pytest.mark.anyio
@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "utf-8", "deflate", "gzip, gzip", "utf-8, br"])
@pytest.mark.parametrize("body", [b"\x1f\x8b\x0b\x02\x80{}\x03", b"\x0b\x02\x80{}\x03"])
async def test_a_compression_that_was_not_asked_for_is_refused(
    connect: Connect, encoding: str, body: bytes
) -> None:
    response = httpx.Response(200, headers={"Content-Encoding": encoding}, stream=Stream(body))
    async with connect(httpx.MockTransport(lambda _: response)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert isinstance(result.content[0], TextContent)
    assert "a compression that was not asked for" in result.content[0].text


@pytest.mark.anyio
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
async def test_a_proxy_that_can_not_be_reached_is_blamed_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv(variable, f"127.0.0.1:{closed.getsockname()[1]}")
        async with Client(create_server(Settings(api_key=SecretStr(KEY), max_retries=0))) as client:
            result = await client.call_tool("get_execution", {"id": "a"})
    assert isinstance(result.content[0], TextContent)
    assert result.content[0].text == (
        f"[unavailable] {variable} names a proxy, and Kaizen could not be reached through it. "
        "Try again in a minute; if that fails too, check that setting and whether the proxy is up."
    )


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1", "http://[::1]"])
def test_loopback_addresses_have_no_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    assert proxy_for(httpx.URL(url)) is None


async def cancel_calls_after(steps: int, api: KaizenApi) -> None:
    """Start as many calls as may run at once, and cancel them after so many steps of the event loop."""
    calls = [asyncio.create_task(api.get_execution("exec-child")) for _ in range(api.settings.max_concurrency)]
    for _ in range(steps):
        await anyio.lowlevel.checkpoint()
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.anyio
async def test_calls_cancelled_while_connecting_do_not_block_the_next_call(
    running_sandbox: RunningSandbox,
) -> None:
    with running_sandbox() as address:
        limits = Settings(api_key=SecretStr(KEY), base_url=address, call_timeout=5, max_retries=0)
        for steps in range(30):  # a call is connected after about ten
            async with KaizenApi(limits) as api:
                await cancel_calls_after(steps, api)
                reply = await api.get_execution("exec-child")
            assert reply.data["id"] == "exec-child"


# httpcore does not close the socket of a cancelled handshake; the garbage collector does.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.anyio
async def test_calls_cancelled_during_tls_do_not_block_the_next_call() -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - anyio's `extra`, not Django's
    connected = 0
    all_connected = anyio.Event()
    limits = Settings(api_key=SecretStr(KEY), base_url=f"https://127.0.0.1:{port}", call_timeout=5, max_retries=0)

    async def accept(stream: anyio.abc.SocketStream) -> None:
        nonlocal connected
        connected += 1
        if connected == limits.max_concurrency:
            all_connected.set()
        async with stream:
            if connected > limits.max_concurrency:
                await stream.send(b"not TLS")  # so that the next call ends with an error
            else:
                await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks, KaizenApi(limits) as api:
        tasks.start_soon(listener.serve, accept)
        async with anyio.create_task_group() as calls:
            for _ in range(limits.max_concurrency):
                calls.start_soon(api.get_execution, "a")
            await all_connected.wait()
            calls.cancel_scope.cancel()
        with pytest.raises(TlsError):
            await api.get_execution("a")
        tasks.cancel_scope.cancel()
    await listener.aclose()
    gc.collect()


MEMBERS = [
    [b'{"execution": {"id": "a", ', b'"status": "Completed"}}'],
    [b'{"execution": {"id": "a"}}', b'{"execution": {"id": "b"}}'],
    [b'{"execution": {"id": "a"}}', b" \n"],
    [b'{"execution": {"id": "a"}} ', b""],
    [b"", b'{"execution": {"id": "a"}}'],
]


@pytest.mark.anyio
@pytest.mark.parametrize("chunks", [1, 2, 40], ids=["one chunk", "two chunks", "many chunks"])
@pytest.mark.parametrize("members", MEMBERS)
async def test_a_gzip_body_of_two_members_is_rejected_not_truncated(members: list[bytes], chunks: int) -> None:
    body = b"".join(map(gzip.compress, members))
    size = -(-len(body) // chunks)

    async def stream() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=stream())
    async with KaizenApi(
        Settings(api_key=SecretStr(KEY)), transport=httpx.MockTransport(lambda _: response)
    ) as api:
        with pytest.raises(BadResponseError, match="compression is broken"):
            await api.get_execution("a")
