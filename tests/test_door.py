"""Whatever comes back through the door, the caller gets an answer or a typed error, and never the key."""

import gzip
import json
from typing import Any

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from conftest import RunningSandbox
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from kaizen_mcp import KaizenApi, Settings
from kaizen_mcp.api import Reply
from kaizen_mcp.door import needs_no_proxy
from kaizen_mcp.errors import CallTimeoutError, KaizenError
from kaizen_mcp.rate import CallRate

KEY = "kz_live_0123456789abcdef"

keys_of_our_key = st.integers(0, 90).map(lambda length: "x" * length + KEY)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(KEY),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | keys_of_our_key, inner, max_size=3),
    max_leaves=8,
)
long_messages = st.integers(0, 3000).map(lambda length: "password=" + "a" * length + " " + KEY)
messages = st.fixed_dictionaries(
    {}, optional={"message": json_values | long_messages, "error": json_values, "detail": json_values}
)
wrapped = st.fixed_dictionaries(
    {"execution": json_values | st.dictionaries(st.text(), json_values)},
    optional={KEY: st.none(), "x" * 20 + KEY: st.none()},
)
texts = (json_values | messages | wrapped).map(json.dumps).map(str.encode)
broken = st.tuples(texts, st.integers(0, 50)).map(lambda pair: pair[0][: -pair[1] or None])
bodies = st.binary(max_size=200) | texts | broken | (texts | st.binary()).map(gzip.compress)
header = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Encoding": st.sampled_from(["gzip", "br", "identity", "gzip, gzip", "GZIP"]),
        "Content-Type": st.sampled_from(["application/json", "text/html", "text/html; charset=x", ""]) | header,
        "Retry-After": st.sampled_from(["0", "1", "99999", "Sun, 22 Nov 2026 09:30:00 GMT"]) | header,
        "X-Request-Id": header | st.just(KEY),
        "Location": header,
    },
)
statuses = st.sampled_from([200, 201, 204, 301, 307, 400, 401, 403, 404, 418, 422, 429, 500, 503, 599])


@given(st.integers(100, 999).filter(lambda status: status >= 200) | statuses, headers, bodies)
def test_any_response_is_an_answer_or_a_typed_error(status: int, fields: dict[str, str], body: bytes) -> None:
    async def ask() -> Reply | KaizenError:
        transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=fields, content=body))
        limits = Settings(api_key=SecretStr(KEY), max_retries=0, max_body_bytes=1024)
        async with KaizenApi(limits, transport=transport) as api:
            try:
                return await api.get_execution("a")
            except KaizenError as error:
                return error

    outcome = anyio.run(ask)
    if isinstance(outcome, Reply):
        assert 200 <= status < 300
        told = json.dumps([outcome.data, *outcome.notes, *outcome.redacted], ensure_ascii=False)
    else:
        told = f"{outcome} {outcome.said} {outcome.request_id}"
        assert outcome.__context__ is None
        assert len(outcome.said or "") <= 300
    told.encode()
    assert KEY[:12] not in told


@pytest.mark.anyio
async def test_a_lookup_that_waited_in_vain_for_its_turn_says_so() -> None:
    async def keep_the_turn(_: httpx.Request) -> httpx.Response:
        with anyio.CancelScope(shield=True):  # beyond the deadline of whoever waits
            await anyio.sleep(0.5)
        return httpx.Response(200, json={})

    busy = Settings(api_key=SecretStr(KEY), max_concurrency=1, max_retries=0, call_timeout=0.2)
    told: list[str] = []
    async with (
        KaizenApi(busy, transport=httpx.MockTransport(keep_the_turn)) as api,
        anyio.create_task_group() as tasks,
    ):

        async def ask(asked: str) -> None:
            with pytest.raises(KaizenError) as caught:
                await api.get_execution(asked)
            told.append(str(caught.value))

        for asked in "ab":
            tasks.start_soon(ask, asked)
    assert len(told) == 2
    assert "Too many lookups were under way for this one to get its turn within 0.2 s." in told


@pytest.mark.anyio
async def test_whoever_waits_for_the_request_of_another_has_its_own_deadline() -> None:
    asked = 0

    async def hang(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        await anyio.sleep_forever()
        raise AssertionError

    slow = Settings(api_key=SecretStr(KEY), max_retries=0, call_timeout=0.4)
    told: list[str] = []
    scopes: list[anyio.CancelScope] = []
    async with KaizenApi(slow, transport=httpx.MockTransport(hang)) as api, anyio.create_task_group() as tasks:

        async def ask() -> None:
            with anyio.CancelScope() as scope:
                scopes.append(scope)
                with pytest.raises(CallTimeoutError) as caught:
                    await api.get_execution("a")
                told.append(str(caught.value))

        for _ in range(4):
            tasks.start_soon(ask)
        await anyio.sleep(0.2)
        scopes[0].cancel()  # the others ask anew, but have half of their time left
        await anyio.sleep(0.3)
        assert told == ["Kaizen did not answer within 0.4 s."] * 3
    assert asked == 2


@given(st.integers(1, 1000), st.lists(st.floats(0, 30), max_size=60))
def test_no_more_calls_pass_than_the_rate_allows_and_who_waits_as_told_is_let_in(
    per_minute: int, pauses: list[float]
) -> None:
    now = 0.0
    rate = CallRate(per_minute, clock=lambda: now)
    passed = 0
    for pause in pauses:
        now += pause
        wait = rate.take()
        passed += wait == 0
        assert passed <= per_minute + now * per_minute / 60 + 1e-6
        if wait:
            now += wait + 1e-6
            assert rate.take() == 0
            passed += 1


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("", False),
        ("*", True),
        ("other.example, *", True),
        ("api.example", True),
        (".example", True),
        ("example", True),
        ("ample", False),
        ("other.example", False),
        ("api.example:8443", True),
        ("api.example:443", False),
        ("https://", True),
        ("http://", False),
        ("https://api.example", True),
        ("HTTPS://API.EXAMPLE:8443", True),
    ],
)
def test_no_proxy_is_read_as_people_write_it(
    monkeypatch: pytest.MonkeyPatch, listed: str, *, expected: bool
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", listed)
    assert needs_no_proxy(httpx.URL("https://api.example:8443/"), listed) is expected


@pytest.mark.anyio
async def test_a_call_cancelled_as_soon_as_it_is_connected_leaves_the_way_free_for_the_next(
    running_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, scope = anyio.connect_tcp, anyio.CancelScope()

    async def connect_and_cancel(*args: Any, **kwargs: Any) -> ByteStream:
        stream = await connect(*args, **kwargs)
        scope.cancel()
        return stream

    with running_sandbox() as address:
        known = Settings(api_key=SecretStr(KEY), base_url=address, call_timeout=5, max_retries=0)
        async with KaizenApi(known) as api:
            monkeypatch.setattr(anyio, "connect_tcp", connect_and_cancel)
            with scope:
                await api.get_execution("exec-child")
            assert scope.cancelled_caught
            monkeypatch.undo()
            reply = await api.get_execution("exec-child")
    assert reply.data["id"] == "exec-child"


@pytest.mark.anyio
async def test_a_call_that_outlives_its_client_leaves_no_connection_open(
    running_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, connected, go_on = anyio.connect_tcp, anyio.Event(), anyio.Event()
    streams: list[ByteStream] = []

    async def connect_slowly(*args: Any, **kwargs: Any) -> ByteStream:
        streams.append(await connect(*args, **kwargs))
        connected.set()
        await go_on.wait()
        return streams[0]

    monkeypatch.setattr(anyio, "connect_tcp", connect_slowly)
    with running_sandbox() as address:
        api = KaizenApi(Settings(api_key=SecretStr(KEY), base_url=address))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.get_execution, "exec-child")
            await connected.wait()
            await api.aclose()
            go_on.set()
        with pytest.raises(anyio.ClosedResourceError):
            await streams[0].send(b"x")
