"""The HTTP server in this process: who may call, whose key is used, what is answered, what is logged."""

import json
import logging
import re
import time
from typing import Any

import anyio
import httpx
import pytest
from serving import KEY, own_settings, serve
from starlette.types import Message

from kaizen_mcp import Settings
from kaizen_mcp.http.call_log import JsonFormatter
from kaizen_mcp.http.settings import HttpSettings
from kaizen_mcp.sanitize.text_masker import TextMasker

pytestmark = pytest.mark.anyio


def answer(execution: dict[str, Any] | None = None) -> httpx.Response:
    return httpx.Response(200, json={"execution": {"id": "a", "status": "Completed", **(execution or {})}})


def unused(_: httpx.Request) -> httpx.Response:
    pytest.fail("the API was asked")


def text_of(result: dict[str, Any]) -> str:
    return result["content"][0]["text"]


async def test_a_call_is_made_with_its_callers_key_and_the_id_of_the_request(era: str) -> None:
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(500)

    async with serve(respond) as caller:
        result = await caller.call({"id": "a"}, era=era)
    (request,) = requests
    assert request.headers.get_list("Authorization") == [f"Bearer {KEY}"]
    assert f'(Request id: "{request.headers["X-Request-Id"]}".)' in text_of(result)


async def test_without_a_key_the_tools_are_listed_and_a_call_names_the_header(era: str) -> None:
    async with serve(unused, settings=own_settings("the-server-should-not-have-one")) as caller:
        tools = (await caller.post("tools/list", {}, era=era, key=None)).json()["result"]["tools"]
        result = await caller.call({"id": "a"}, era=era, key=None)
    assert len(tools) == 2
    assert text_of(result).startswith(
        "[not_configured] The request has no X-Kaizen-Api-Key header. Set it where this server is added"
    )
    assert re.search(r'\(Request id: "[0-9a-f]{32}"\.\)$', text_of(result))


@pytest.mark.parametrize("key", ["two words", "a\tb", "${KAIZEN_API_KEY}", 'a"b', "schl\u00fcssel", ""])
async def test_what_can_be_no_key_is_refused_by_name(key: str) -> None:
    async with serve(unused) as caller:
        caller.client.headers = httpx.Headers([(b"X-Kaizen-Api-Key", key.encode("latin-1"))])
        result = await caller.call({"id": "a"}, key=None)
    assert text_of(result).startswith("[not_configured] The ")
    assert "X-Kaizen-Api-Key" in text_of(result)
    assert "client, to your API key" in text_of(result)


async def test_two_key_headers_are_refused() -> None:
    async with serve(unused) as caller:
        caller.client.headers = httpx.Headers([("X-Kaizen-Api-Key", "a"), ("x-kaizen-api-key", KEY)])
        result = await caller.call({"id": "a"}, key=None)
    assert text_of(result).startswith("[not_configured] The request has more than one X-Kaizen-Api-Key header.")


async def test_advice_is_for_someone_who_does_not_run_the_server() -> None:
    async with serve(lambda _: httpx.Response(401)) as caller:
        result = await caller.call({"id": "a"})
    assert "Set the header X-Kaizen-Api-Key to a current key from" in text_of(result)


async def test_a_callers_key_is_masked_in_its_own_answers_and_not_in_those_of_others() -> None:
    async with serve(lambda _: answer({"name": f"run of {KEY}", "params": {"note": KEY}})) as caller:
        own = json.dumps(await caller.call({"id": "a"}))
        other = await caller.call({"id": "a"}, key="another-callers-key")
    assert KEY not in own
    assert other["structuredContent"]["raw"]["params"] == {"note": KEY}


async def test_quick_calls_are_answered_with_json_and_waits_with_a_stream_of_progress(era: str) -> None:
    async with serve(lambda _: answer()) as caller:
        quick = await caller.post("tools/call", {"name": "get_execution", "arguments": {"id": "a"}}, era=era)
        params = {"name": "get_execution", "arguments": {"id": "a", "wait_seconds": 5}}
        wait = await caller.post("tools/call", {**params, "_meta": {"progressToken": 1}}, era=era)
        only_json = await caller.post("tools/call", params, Accept="application/json")
    assert quick.headers["Content-Type"].startswith("application/json")
    assert wait.headers["Content-Type"].startswith("text/event-stream")
    assert "notifications/progress" in wait.text
    assert only_json.headers["Content-Type"].startswith("application/json")
    assert all("structuredContent" in response.text for response in (quick, wait, only_json))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:8000"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "localhost"}, 200),
        ({"Origin": "http://localhost:6274"}, 200),
        ({"Host": "mcp.example.com", "Origin": "https://app.example.com"}, 200),
        ({"Host": "mcp.example.com:8443"}, 200),
        ({"Content_Type": "text/plain"}, 400),
        ({"Content_Length": "2", "Transfer_Encoding": "chunked"}, 400),
    ],
)
async def test_host_and_origin_are_checked(era: str, headers: dict[str, str], status: int) -> None:
    http = HttpSettings.from_env(
        {
            "KAIZEN_HTTP_ALLOWED_HOSTS": "mcp.example.com",
            "KAIZEN_HTTP_ALLOWED_ORIGINS": "https://app.example.com",
        }
    )
    async with serve(unused, http=http) as caller:
        response = await caller.post("tools/list", {}, era=era, **headers)
    assert response.status_code == status


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
async def test_what_a_stateless_server_has_not_is_answered_as_the_specification_says(method: str) -> None:
    async with serve(unused) as caller:
        response = await caller.client.request(method, "/mcp", headers={"Accept": "text/event-stream"})
        nowhere = await caller.client.post("/mcp/", headers={"Host": "evil.example"})
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert nowhere.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" " * (1024 * 1024 + 1), 413),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": ' + b"9" * 10_000 + b"}", 400),
        (b"\xff\xfe", 400),
        (b"", 400),
    ],
)
async def test_requests_that_are_too_large_or_no_json_rpc_are_refused(era: str, body: bytes, status: int) -> None:
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": era}
    headers["Content-Type"] = "application/json"
    async with serve(unused) as caller:
        response = await caller.client.post("/mcp", content=body, headers=headers)
        assert response.status_code == status
        assert (await caller.post("tools/list", {}, era=era)).status_code == 200


async def test_the_limit_of_calls_is_each_callers_own() -> None:
    async with serve(lambda _: answer(), settings=Settings(max_calls_per_minute=1)) as caller:
        first, second = await caller.call({"id": "a"}), await caller.call({"id": "a"})
        other = await caller.call({"id": "a"}, key="another-callers-key")
    assert "isError" not in first or not first["isError"]
    assert text_of(second).startswith("[rate_limited]")
    assert "(Request id: " in text_of(second)
    assert "structuredContent" in other


async def test_the_servers_own_key_is_used_and_masked_without_authentication() -> None:
    keys: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Authorization"])
        return answer({"name": "run of the-servers-own-key"})

    http = HttpSettings(auth="none")
    async with serve(respond, http=http, settings=own_settings("the-servers-own-key")) as caller:
        result = await caller.call({"id": "a"})
    assert keys == ["Bearer the-servers-own-key"]
    assert "the-servers-own-key" not in json.dumps(result)


async def test_only_a_named_proxy_gives_requests_their_id() -> None:
    ids: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        ids.append(request.headers["X-Request-Id"])
        return answer()

    for proxies, sent in (("127.0.0.0/8", "from-nginx.1"), ("10.0.0.1", "from-nginx.1"), ("127.0.0.1", "a\tb")):
        async with serve(respond, http=HttpSettings.from_env({"KAIZEN_HTTP_PROXIES": proxies})) as caller:
            await caller.call({"id": "a"}, X_Request_Id=sent)
    assert ids[0] == "from-nginx.1"
    assert all(len(made) == 32 for made in ids[1:])


async def test_the_trace_of_a_caller_goes_on_to_the_api(era: str) -> None:
    traces: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        traces.append(request.headers["traceparent"])
        return answer()

    trace = "0af7651916cd43dd8448eb211c80319c"
    params = {"name": "get_execution", "arguments": {"id": "a"}}
    async with serve(respond) as caller:
        await caller.post(
            "tools/call", {**params, "_meta": {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}}, era=era
        )
    assert [part.split("-")[1] for part in traces] == [trace]


async def test_a_call_is_one_line_of_json_without_key_id_or_body(
    era: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="kaizen_mcp.http.call_log")

    def respond(request: httpx.Request) -> httpx.Response:
        is_known = b"exec-known" in request.content
        return answer({"name": "what the body has"}) if is_known else httpx.Response(404)

    async with serve(respond) as caller:
        await caller.call({"id": "exec-known"}, era=era)
        await caller.call({"id": "exec-missing"}, era=era)
        await caller.call({"id": "exec-known"}, era=era, key=None)
        await caller.post("tools/call", {"name": "exec-known", "arguments": {}}, era=era)
        await caller.post("tools/list", {}, era=era)
    lines = [JsonFormatter(TextMasker()).format(r) for r in caplog.records if r.name.endswith("call_log")]
    entries = [json.loads(line) for line in lines]
    assert [(entry["tool"], entry["result"]) for entry in entries] == [
        ("get_execution", "ok"),
        ("get_execution", "not_found"),
        ("get_execution", "not_configured"),
        ("unknown", "protocol_error"),
    ]
    assert {entry["event"] for entry in entries} == {"call"}
    assert all(entry["seconds"] >= 0 and len(entry["request_id"]) == 32 for entry in entries)
    assert entries[0]["caller"] == entries[1]["caller"] != entries[2]["caller"]
    assert not any(word in line for line in lines for word in (KEY, "exec-", "what the body has"))


async def test_api_seconds_are_all_attempts_of_a_call_without_pauses_and_without_the_wait_for_a_slot(
    era: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="kaizen_mcp.http.call_log")
    attempts: list[tuple[float, float]] = []
    first_has_the_slot = anyio.Event()

    async def respond(_: httpx.Request) -> httpx.Response:
        first_has_the_slot.set()
        start = time.perf_counter()
        await anyio.sleep(0.3)
        attempts.append((start, time.perf_counter()))
        return httpx.Response(500) if len(attempts) == 2 else answer()

    async with serve(respond, settings=Settings(max_retries=1, max_concurrency=1)) as caller:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: caller.call({"id": "first"}, era=era))
            await first_has_the_slot.wait()
            await caller.call({"id": "second"}, era=era)
        end = time.perf_counter()
        await caller.call({"id": "second", "path": "/status", "offset": 1}, era=era)
    entries = [json.loads(JsonFormatter(TextMasker()).format(r)) for r in caplog.records if hasattr(r, "call")]
    first, second, read_on = [entry["api_seconds"] for entry in entries]
    (_, slot_was_free), *retried = attempts
    shortest_pause = 0.15
    assert first > 0
    assert round(sum(end - start for start, end in retried), 4) <= second <= end - slot_was_free - shortest_pause
    assert read_on == 0


async def test_the_callers_key_is_masked_in_whatever_is_logged_during_its_call() -> None:
    logged: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logged.append(JsonFormatter(TextMasker()).format(record))

    def respond(_: httpx.Request) -> httpx.Response:
        logging.getLogger("some.library").warning("connecting with %s", KEY)
        raise AssertionError(KEY)

    handler = Handler()
    logging.getLogger().addHandler(handler)
    try:
        async with serve(respond) as caller:
            response = await caller.post("tools/call", {"name": "get_execution", "arguments": {"id": "a"}})
    finally:
        logging.getLogger().removeHandler(handler)
    text = "\n".join(logged)
    assert response.json()["error"]["message"].startswith("kaizen-mcp has a bug")
    assert '"message": "connecting with' in text
    assert "AssertionError" in text
    assert KEY not in text


async def test_while_stopping_it_is_unready_and_a_wait_ends_with_what_it_knows(era: str) -> None:
    results: list[dict[str, Any]] = []

    async with serve(lambda _: answer({"status": "InProgress"})) as caller:
        assert (await caller.client.get("/readyz")).status_code == 200

        async def wait() -> None:
            results.append(await caller.call({"id": "a", "wait_seconds": 45}, era=era))

        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await anyio.sleep(0.3)
                caller.shared.stopping.set()
        assert (await caller.client.get("/readyz")).status_code == 503
        assert (await caller.client.get("/healthz")).status_code == 200
    assert results[0]["structuredContent"]["summary"]["state"] == "running"


@pytest.mark.slow
async def test_a_body_that_does_not_arrive_is_given_up() -> None:
    bodies = iter([b"{"])
    sent: list[Message] = []

    async def receive() -> Message:
        if (body := next(bodies, None)) is None:
            await anyio.sleep_forever()
        return {"type": "http.request", "body": body, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    async with serve(unused) as caller:
        await caller.app({"type": "http", "method": "POST", "path": "/mcp", "headers": []}, receive, send)
    assert sent[0]["status"] == 408
