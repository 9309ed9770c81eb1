"""Retries: the length of the backoff, and `Retry-After`."""

import time

import anyio
import httpx
import pytest
from pydantic import SecretStr

from kaizen_mcp import KaizenApi, Settings
from kaizen_mcp.api.retry import backoff
from kaizen_mcp.errors import RateLimitedError, UnavailableError


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
