"""HTTP client: the request it sends, and the error for each kind of failure."""

import json
import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
from conftest import Connect
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from kaizen_mcp import KaizenApi, Settings, __version__
from kaizen_mcp.errors import InvalidInputError, NotConfiguredError, UnavailableError

pytestmark = pytest.mark.anyio


def respond_with(response: httpx.Response) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: response)


def raise_error(error: Exception) -> httpx.MockTransport:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    return httpx.MockTransport(fail)


async def error_of(
    connect: Connect, transport: httpx.AsyncBaseTransport, **kwargs: Any
) -> tuple[str, dict[str, Any]]:
    """Call get_execution with id `a`; returns the text of the error and `_meta["kaizen/error"]`."""
    async with connect(transport, **kwargs) as client:
        result: CallToolResult = await client.call_tool("get_execution", {"id": "a"})
    assert result.is_error
    assert result.structured_content is None
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert result.meta is not None
    return block.text, result.meta["kaizen/error"]


@pytest.mark.parametrize(
    ("tool", "path", "body"),
    [
        ("get_execution", "/executions/get", {"execution": {"id": "a"}}),
        ("get_instructor_execution", "/instructor/executions/get", {"id": "a"}),
    ],
)
async def test_a_lookup_is_one_post_with_the_api_key_and_user_agent(
    connect: Connect, tool: str, path: str, body: dict[str, Any]
) -> None:
    requests: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=body)

    settings = Settings(api_key=SecretStr("test-key"), base_url="https://kaizen.example/prefix")
    async with connect(httpx.MockTransport(record), settings=settings) as client:
        await client.call_tool(tool, {"id": "a"})
    (request,) = requests
    assert (request.method, str(request.url)) == ("POST", f"https://kaizen.example/prefix{path}")
    assert json.loads(request.content) == {"id": "a"}
    assert request.headers["Authorization"] == "Bearer test-key"
    assert request.headers["User-Agent"] == f"kaizen-mcp/{__version__}"
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "code", "retryable", "sentence"),
    [
        (301, "bad_response", False, "Kaizen answered with HTTP 301"),
        (400, "rejected", False, "Kaizen refused the request (HTTP 400)."),
        (401, "unauthorized", False, "Set KAIZEN_API_KEY"),
        (403, "forbidden", False, "The API key may not read this (HTTP 403)."),
        (404, "not_found", False, 'Kaizen has no execution "a" (HTTP 404).'),
        (418, "rejected", False, "(HTTP 418)"),
        (408, "unavailable", True, "Try again in a minute"),
        (409, "rejected", False, "(HTTP 409)"),
        (422, "rejected", False, "(HTTP 422)"),
        (425, "unavailable", True, "(HTTP 425)"),
        (429, "rate_limited", True, "Try again in a minute."),
        (500, "unavailable", True, "Kaizen had an internal error (HTTP 500)."),
        (503, "unavailable", True, "(HTTP 503)"),
    ],
)  # fmt: skip
async def test_each_error_status_becomes_an_error_code_with_advice(
    connect: Connect, status: int, code: str, sentence: str, *, retryable: bool
) -> None:
    text, meta = await error_of(connect, respond_with(httpx.Response(status, json={"message": "said upstream"})))
    assert text.startswith(f"[{code}] ")
    assert sentence in text
    assert ('The API says: "said upstream".' in text) is (status >= 400)
    assert meta == {"code": code, "http_status": status, "retryable": retryable}


async def test_not_found_mentions_that_the_id_was_taken_from_a_link(connect: Connect) -> None:
    async with connect(respond_with(httpx.Response(404))) as client:
        result = await client.call_tool("get_execution", {"id": "https://kaizen.example/runs/exec-1"})
    assert isinstance(result.content[0], TextContent)
    assert '"exec-1" (HTTP 404). Check the id (it was taken from a link);' in result.content[0].text


@pytest.mark.parametrize(
    ("other_status", "other_body", "advice"),
    [
        (404, {}, "Check the id; no execution has it either."),
        (200, {"execution": {"id": "b", "status": "Completed"}}, "Check the id; no execution has it either."),
        (200, {"execution": {"status": "Completed"}}, "Check the id; no execution has it either."),
        (200, {"error": {"message": "no such run"}}, "Check the id; no execution has it either."),
        (200, {}, "Check the id; no execution has it either."),
        (200, {"execution": {"id": "a", "status": "Completed"}}, "Call get_execution with the same id."),
        (200, {"execution": {"id": "A", "status": "Completed"}}, "Call get_execution with the same id."),
        (
            500, {}, "Check the id; if it belongs to an execution, call get_execution with the same id."
        ),
        (
            403, {}, "Check the id; if it belongs to an execution, call get_execution with the same id."
        ),
    ],
    ids=str,
)  # fmt: skip
async def test_the_other_tool_is_named_unless_its_endpoint_has_no_such_id(
    connect: Connect, other_status: int, other_body: dict[str, Any], advice: str
) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/executions/get":
            return httpx.Response(other_status, json=other_body)
        return httpx.Response(404)

    async with connect(httpx.MockTransport(respond)) as client:
        result = await client.call_tool("get_instructor_execution", {"id": "a"})
    assert isinstance(result.content[0], TextContent)
    assert result.content[0].text.startswith("[not_found] ")
    assert result.content[0].text.endswith(f" {advice}")


@pytest.mark.parametrize(
    ("tool", "path", "other"),
    [
        ("get_execution", "/instructor/executions/get", "get_instructor_execution"),
        ("get_instructor_execution", "/executions/get", "get_execution"),
    ],
)
async def test_an_id_of_the_other_kind_names_the_tool_to_call(
    connect: Connect, tool: str, path: str, other: str
) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        exists = request.url.path == path
        return httpx.Response(200 if exists else 404, json={"id": "a", "execution": {"id": "a"}} if exists else {})

    async with connect(httpx.MockTransport(respond)) as client:
        result = await client.call_tool(tool, {"id": "a"})
    assert result.is_error
    assert isinstance(result.content[0], TextContent)
    assert result.content[0].text.endswith(f"Call {other} with the same id.")
    assert result.meta is not None
    assert result.meta["kaizen/error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("Sun, 22 Nov 2020 08:30:00 GMT", 0),
        ("soon", None),
        ("-3", None),
        ("9" * 40, None),
        ("Mon, 01 Jan 99999999999999 00:00:00 GMT", None),
    ],
)
async def test_retry_after_is_reported_in_seconds(connect: Connect, header: str, seconds: float | None) -> None:
    _, meta = await error_of(connect, respond_with(httpx.Response(429, headers={"Retry-After": header})))
    assert meta.get("retry_after_seconds") == seconds


async def test_retry_after_as_a_date_counts_from_now(connect: Connect) -> None:
    date = (datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S -0000")
    text, meta = await error_of(connect, respond_with(httpx.Response(503, headers={"Retry-After": date})))
    assert 3_500 < meta["retry_after_seconds"] <= 3_600
    assert re.search(r"Try again in (59 min \d+ s|1 h);", text)


@pytest.mark.parametrize(("sent", "reported"), [("req-1.2", "req-1.2"), ("<script>", None), ("x" * 200, None)])
async def test_a_request_id_is_reported_only_if_it_is_well_formed(
    connect: Connect, sent: str, reported: str | None
) -> None:
    text, meta = await error_of(connect, respond_with(httpx.Response(500, headers={"X-Request-Id": sent})))
    assert meta.get("request_id") == reported
    assert ('Request id: "req-1.2"' in text) is (reported is not None)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the answer is empty"),
        (b"<html>maintenance</html>", "the answer is not valid JSON"),
        (b'{"execution": {"id": "a"', "the answer is not valid JSON"),
        (b'{"execution": {"x": nan}}', "the answer is not valid JSON"),
        (b'{"execution": {"id": "a"}} {"execution": {"id": "a"}}', "the answer is not valid JSON"),
        (b'callback({"execution": {"id": "a"}});', "the answer is not valid JSON"),
        (b'{"execution": {"id": "a"}}\n<!-- cached -->', "the answer is not valid JSON"),
        (b'{"execution": "\xff"}', "the answer is not text in UTF-8"),
        (b"[" * 100_000, "the answer is nested more than 900 levels deep"),
        (b"[]", "the answer is not a JSON object"),
        (b"null", "the answer is not a JSON object"),
        (b'{"execution":' * 2000 + b"1" + b"}" * 2000, "the answer is nested more than 900 levels deep"),
        (b"{}", 'the answer has no "execution" object'),
        (b'{"execution": null}', 'the answer has no "execution" object'),
        (b'{"execution": []}', 'the answer has no "execution" object'),
        (b'{"execution": {}}', 'the answer has no "execution" object'),
    ],
)
async def test_a_body_that_is_not_the_documented_object_is_a_bad_response(
    connect: Connect, body: bytes, sentence: str
) -> None:
    text, meta = await error_of(connect, respond_with(httpx.Response(200, content=body)))
    assert text.startswith(f"[bad_response] Kaizen answered, but {sentence}.")
    assert meta["code"] == "bad_response"


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (httpx.ConnectError("refused by 10.1.2.3"), "[unavailable] Kaizen could not be reached."),
        (httpx.ReadError("reset"), "[unavailable] The connection to Kaizen broke before it had answered."),
    ],
)
async def test_connect_and_read_errors_have_different_messages(
    connect: Connect, error: Exception, start: str
) -> None:
    text, _ = await error_of(connect, raise_error(error))
    assert text.startswith(start)
    assert "10.1.2.3" not in text


async def test_a_call_ends_at_its_deadline(connect: Connect) -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    settings = Settings(api_key=SecretStr("k"), call_timeout=0.05, max_retries=0)
    text, meta = await error_of(connect, httpx.MockTransport(hang), settings=settings)
    assert text == "[timeout] Kaizen did not answer within 0.05 s. Try again in a minute."
    assert meta == {"code": "timeout", "retryable": True}


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_web_page_is_reported_as_a_bad_response(connect: Connect, status: int) -> None:
    page = httpx.Response(status, headers={"Content-Type": "text/HTML"}, content=b"<h1>nginx</h1>")
    text, meta = await error_of(connect, respond_with(page))
    sentence = f"A web page answered with HTTP {status}, not Kaizen's API. Check KAIZEN_BASE_URL and any proxy"
    assert text.startswith(f"[bad_response] {sentence}")
    assert meta["http_status"] == status


async def test_cookies_are_not_sent_with_the_next_lookup(connect: Connect) -> None:
    cookies: list[str | None] = []

    def respond(request: httpx.Request) -> httpx.Response:
        cookies.append(request.headers.get("Cookie"))
        return httpx.Response(200, json={"execution": {"id": "a"}}, headers={"Set-Cookie": "session=1"})

    async with connect(httpx.MockTransport(respond)) as client:
        for _ in range(2):
            await client.call_tool("get_execution", {"id": "a"})
    assert cookies == [None, None]


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
async def test_a_loopback_address_is_never_requested_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        proxy.setblocking(False)
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        local = replace(settings, base_url=f"{scheme}://127.0.0.1:{closed.getsockname()[1]}")
        async with KaizenApi(local) as api:
            with pytest.raises(UnavailableError):
                await api.get_execution("a")
        with pytest.raises(BlockingIOError):  # no connection was made
            proxy.accept()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ALL_PROXY", "socks5://127.0.0.1:9"), ("SSL_CERT_FILE", "/none"), ("HTTPS_PROXY", "x:y")],
)
async def test_an_unusable_proxy_or_certificate_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    async with KaizenApi(settings) as api:
        with pytest.raises(NotConfiguredError, match=variable):
            await api.get_execution("a")


@pytest.mark.parametrize("host", ["a_\u00e9.invalid", "xn--a.invalid", "[v1.x]"])
async def test_an_invalid_host_names_the_base_url_setting(host: str) -> None:
    async with KaizenApi(Settings(api_key=SecretStr("k"), base_url=f"https://{host}")) as api:
        with pytest.raises(NotConfiguredError, match="KAIZEN_BASE_URL"):
            await api.get_execution("a")


async def test_the_client_rejects_an_id_that_utf_8_cannot_encode(settings: Settings) -> None:
    async with KaizenApi(settings, transport=respond_with(httpx.Response(200))) as api:
        with pytest.raises(InvalidInputError):
            await api.get_execution("\ud800")


async def test_sandbox_answers_say_that_they_are_made_up(connect: Connect, sandbox: httpx.ASGITransport) -> None:
    async with connect(sandbox, settings=Settings(sandbox=True)) as client:
        found = await client.call_tool("get_execution", {"id": "exec-child"})
        missing = await client.call_tool("get_execution", {"id": "a"})
    assert found.structured_content["notes"] == [
        "this answer is made up: it comes from the built-in sandbox, not from Kaizen"
    ]
    assert isinstance(missing.content[0], TextContent)
    assert missing.content[0].text.startswith(
        '[not_found] The built-in sandbox, which is not Kaizen, has no execution "a" (HTTP 404).'
    )


async def test_a_body_may_begin_with_a_byte_order_mark(connect: Connect) -> None:
    body = b"\xef\xbb\xbf" + b'{"execution": {"id": "a", "status": "Completed"}}'
    async with connect(respond_with(httpx.Response(200, content=body))) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["summary"]["state"] == "finished"


async def test_slashes_in_the_base_url_are_kept(connect: Connect) -> None:
    urls: list[str] = []

    def record(request: httpx.Request) -> httpx.Response:
        urls.append(str(request.url))
        return httpx.Response(200, json={"execution": {"id": "a"}})

    settings = Settings(api_key=SecretStr("k"), base_url="https://kaizen.example//a//b")
    async with connect(httpx.MockTransport(record), settings=settings) as client:
        await client.call_tool("get_execution", {"id": "a"})
    assert urls == ["https://kaizen.example//a//b/executions/get"]


async def test_a_redirect_is_not_followed(connect: Connect) -> None:
    urls: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        urls.append(str(request.url))
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

    text, _ = await error_of(connect, httpx.MockTransport(redirect))
    assert len(urls) == 1
    assert "elsewhere" not in text


async def test_a_refused_connection_is_reported_as_unavailable(settings: Settings) -> None:
    with socket.socket() as closed:  # bound, so that no other process takes the port, but not listening
        closed.bind(("127.0.0.1", 0))
        unreachable = Settings(api_key=settings.api_key, base_url=f"http://127.0.0.1:{closed.getsockname()[1]}")
        async with KaizenApi(unreachable) as api:
            with pytest.raises(UnavailableError) as caught:
                await api.get_execution("a")
    assert caught.value.__context__ is None  # a chained exception would hold the request with the key


@pytest.mark.parametrize(
    ("beside", "listed"),
    [
        (["viewer"], '"viewer"'),
        (list("abcde"), '"a", "b", "c", "d" and "e"'),
        (list("abcdefg"), '"a", "b", "c", "d", "e" and 2 more'),
    ],
    ids=str,
)
async def test_fields_next_to_the_execution_wrapper_are_noted(
    connect: Connect, beside: list[str], listed: str
) -> None:
    body = {"execution": {"id": "a", "status": "Completed"}, **dict.fromkeys(beside, 1)}
    async with connect(respond_with(httpx.Response(200, json=body))) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["notes"] == [f"beside 'execution' the answer held {listed}, not shown here"]


async def test_a_client_can_be_reused_and_closed_twice(settings: Settings) -> None:
    response = httpx.Response(200, json={"id": "a"})
    api = KaizenApi(settings, transport=respond_with(response))
    assert (await api.get_instructor_execution("a")).data == (await api.get_instructor_execution("a")).data
    await api.aclose()
    await api.aclose()


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=utf-8", "text/plain", ""])
async def test_json_is_read_whatever_it_is_called(connect: Connect, content_type: str) -> None:
    body = b'{"execution": {"id": "a", "status": "Completed", "response": {"n": 1}}}'
    response = httpx.Response(200, content=body, headers={"Content-Type": content_type})
    async with connect(httpx.MockTransport(lambda _: response)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["raw"]["response"] == {"n": 1}
