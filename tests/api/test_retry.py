"""Retries: the length of the backoff, and `Retry-After`."""

import gzip
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest
from pydantic import SecretStr

from kaizen_mcp import KaizenApi, Settings
from kaizen_mcp.api.retry import backoff
from kaizen_mcp.errors import BadResponseError, KaizenError, RateLimitedError, UnavailableError


@pytest.mark.parametrize(
    ("attempts", "minimum"), [(1, 0.15), (2, 0.45), (3, 1.35), (4, 4.05), (5, 10), (6, 10), (10, 10)]
)
def test_the_backoff_triples_up_to_a_limit_and_jitter_doubles_it_at_most(attempts: int, minimum: float) -> None:
    delays = [backoff(attempts) for _ in range(1000)]
    assert minimum <= min(delays) < minimum * 1.1
    assert minimum * 1.9 < max(delays) <= minimum * 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("call_timeout", "outer_timeout"), [(1.5, 60), (60, 1.5)], ids=["of the call", "around the call"]
)
async def test_a_retry_after_beyond_the_deadline_ends_the_call_at_once(
    call_timeout: float, outer_timeout: float
) -> None:
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(429, headers={"Retry-After": "2"})

    settings = Settings(api_key=SecretStr("k"), call_timeout=call_timeout)
    async with KaizenApi(settings, transport=httpx.MockTransport(respond)) as api:
        with anyio.fail_after(outer_timeout), pytest.raises(RateLimitedError) as caught:
            await api.get_execution("a")
    assert (len(requests), caught.value.attempts, caught.value.retry_after_seconds) == (1, 1, 2)


@pytest.mark.anyio
async def test_a_retry_after_that_fits_is_waited_for() -> None:
    times: list[float] = []

    def respond(_: httpx.Request) -> httpx.Response:
        times.append(time.monotonic())
        return httpx.Response(503, headers={"Retry-After": "1"})

    settings = Settings(api_key=SecretStr("k"), max_retries=1)
    async with KaizenApi(settings, transport=httpx.MockTransport(respond)) as api:
        with pytest.raises(UnavailableError) as caught:
            await api.get_execution("a")
    assert caught.value.attempts == 2
    assert times[1] - times[0] >= 1


Responder = Callable[[int], httpx.Response]
"""The response to a request, by the number of the request."""

FOUND = b'{"execution": {"id": "a", "status": "Completed"}}'


async def requests_and_error(respond: Responder, *, max_retries: int = 2) -> tuple[int, KaizenError | None]:
    """Look up an execution; returns the number of requests, and the error if it failed."""
    count = 0

    def handle(_: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return respond(count)

    settings = Settings(api_key=SecretStr("k"), max_retries=max_retries)
    async with KaizenApi(settings, transport=httpx.MockTransport(handle)) as api:
        try:
            await api.get_execution("a")
        except KaizenError as error:
            return count, error
    return count, None


def fails_once(response: httpx.Response) -> Responder:
    return lambda number: response if number == 1 else httpx.Response(200, content=FOUND)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [502, 520, 521, 522, 523, 524, 529])
async def test_a_temporary_status_is_retried(status: int) -> None:
    assert await requests_and_error(fails_once(httpx.Response(status))) == (2, None)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [501, 525, 526, 530])
async def test_a_status_that_stays_is_not_retried(status: int) -> None:
    requests, error = await requests_and_error(fails_once(httpx.Response(status)))
    assert (requests, error and error.http_status) == (1, status)


def in_an_hour(form: str) -> str:
    moment = datetime.now(UTC) + timedelta(hours=1)
    seconds = moment.timestamp()
    forms = {
        "s": f"{seconds:.0f}",
        "ms": f"{seconds * 1000:.0f}",
        "us": f"{seconds * 1e6:.0f}",
        "fraction": f"{seconds:.3f}",
    }
    return forms.get(form) or (moment.isoformat() if form == "iso" else moment.strftime(form))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "90.5"}, 90.5),
        ({"Retry-After": "90 s"}, 90),
        ({"retry-after-ms": "90500"}, 90.5),
        ({"RateLimit-Reset": "90"}, 90),
        ({"X-RateLimit-Reset": "90"}, 90),
        ({"X-Rate-Limit-Reset": "90"}, 90),
        ({"X-RateLimit-Reset-After": "90.25", "X-RateLimit-Reset": "120"}, 90.25),
        ({"RateLimit": '"default";r=0;t=90'}, 90),
        ({"RateLimit": '"burst";r=0;t=90, "daily";r=10;t=9000'}, 90),
        ({"RateLimit": "limit=10, remaining=0, reset=90"}, 90),
        ({"Retry-After": "90", "X-RateLimit-Reset": "1200"}, 90),
        ({"Retry-After": "120, 120"}, 120),
        ({"Retry-After": "90, 120"}, 120),
        ({"Retry-After": "30 seconds"}, 30),
        ({"Retry-After": '"120"'}, 120),
        ({"Retry-After": "1 Hour"}, 3600),
        ({"Retry-After": "1 day 2 hours"}, 86_400),
        ({"Retry-After": "2 months"}, None),
        ({"X-Retry-After": "120"}, 120),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"X-RateLimit-Reset": "1m"}, 60),
        ({"X-RateLimit-Reset": "1m30.5s"}, 90.5),
        ({"RateLimit-Reset": "50; w=60"}, 50),
        ({"x-ratelimit-reset-requests": "250ms", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"anthropic-ratelimit-tokens-reset": "2001-01-01T00:00:00Z"}, 0),
        ({"X-RateLimit-Limit-Requests": "1000"}, None),
        ({"Retry-After": "1" * 10_000 + "x"}, None),
        ({"Retry-After": "soon", "RateLimit-Reset": "90"}, 90),
        ({"X-RateLimit-Reset": "1000000000"}, 0),
        ({"X-RateLimit-Reset": "31536000"}, 86_400),
        ({"X-RateLimit-Reset": "never"}, None),
        ({"X-RateLimit-Reset": "-1"}, None),
        ({"X-RateLimit-Reset": "nan"}, None),
        ({"RateLimit": '"default";r=5'}, None),
        ({"retry-after-ms": "1e3"}, None),
    ],
)
async def test_the_time_to_wait_is_read_in_each_form(headers: dict[str, str], seconds: float | None) -> None:
    _, error = await requests_and_error(lambda _: httpx.Response(429, headers=headers), max_retries=0)
    assert error is not None
    assert error.retry_after_seconds == seconds


@pytest.mark.anyio
@pytest.mark.parametrize(
    "form", ["s", "ms", "us", "fraction", "iso", "%Y-%m-%dT%H:%M:%SZ", "%a, %d %b %Y %H:%M:%S GMT"]
)
@pytest.mark.parametrize("name", ["Retry-After", "X-RateLimit-Reset", "anthropic-ratelimit-requests-reset"])
async def test_a_moment_counts_from_now(name: str, form: str) -> None:
    headers = {name: in_an_hour(form)}
    requests, error = await requests_and_error(lambda _: httpx.Response(429, headers=headers))
    assert error is not None
    assert error.retry_after_seconds is not None
    assert 3_500 < error.retry_after_seconds <= 3_601
    assert requests == 1


@pytest.mark.anyio
async def test_a_reset_says_nothing_about_other_failures_than_429() -> None:
    response = httpx.Response(503, headers={"X-RateLimit-Reset": in_an_hour("s")})
    assert await requests_and_error(fails_once(response)) == (2, None)


@pytest.mark.anyio
async def test_a_quota_that_is_used_up_is_not_retried() -> None:
    response = httpx.Response(429, json={"error": {"code": "insufficient_quota", "message": "Check your plan."}})
    requests, error = await requests_and_error(fails_once(response))
    assert isinstance(error, RateLimitedError)
    assert (requests, error.retryable, error.api_message) == (1, False, "Check your plan.")


CUTS = [
    b"{",
    b'{"execution"',
    b'{"execution": {"id": "a',
    b'{"execution": {"id": "a", "x": tr',
    b'{"execution": {"x": 1.',
    b'{"execution": {"x": "\\u00',
    b'{"execution": {"x": "\xc3',
    b'{"execution": {"x": [1, 2,',
    FOUND[:-1],
]


@pytest.mark.anyio
@pytest.mark.parametrize("body", CUTS)
async def test_json_that_is_cut_off_is_retried_once(body: bytes) -> None:
    assert await requests_and_error(fails_once(httpx.Response(200, content=body))) == (2, None)
    requests, error = await requests_and_error(lambda _: httpx.Response(200, content=body))
    assert isinstance(error, BadResponseError)
    assert (requests, str(error).endswith("It ends too early.")) == (2, True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body", [b"", b"oops", b"null", b'{"a": 1]', b"{'a': 1}", FOUND + b"x", b'{"a" 1}', b"\xff{}"]
)
async def test_a_body_that_is_wrong_elsewhere_is_not_retried(body: bytes) -> None:
    requests, error = await requests_and_error(fails_once(httpx.Response(200, content=body)))
    assert isinstance(error, BadResponseError)
    assert requests == 1


@pytest.mark.anyio
@pytest.mark.parametrize("size", range(1, len(FOUND)))
async def test_wherever_json_is_cut_off_it_is_asked_for_again(size: int) -> None:
    assert await requests_and_error(fails_once(httpx.Response(200, content=FOUND[:size])), max_retries=1) == (
        2,
        None,
    )


class Unframed(httpx.AsyncByteStream):
    """A body without Content-Length, which ends with the connection."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content


@pytest.mark.anyio
@pytest.mark.parametrize("size", [1, 10, 30, -1])
async def test_gzip_that_is_cut_off_with_the_connection_is_retried_once(size: int) -> None:
    def respond(_: int) -> httpx.Response:
        body = Unframed(gzip.compress(FOUND)[:size])
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=body)

    requests, error = await requests_and_error(respond)
    assert isinstance(error, BadResponseError)
    assert requests == 2
    assert await requests_and_error(lambda number: fails_once(respond(number))(number)) == (2, None)
