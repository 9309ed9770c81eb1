"""Retries: how long the pauses are, and when there are none."""

import time

import anyio
import httpx
import pytest
from pydantic import SecretStr

from kaizen_mcp import KaizenApi, Settings
from kaizen_mcp.api.retry import backoff
from kaizen_mcp.errors import RateLimitedError, UnavailableError


@pytest.mark.parametrize(
    ("attempts", "shortest"), [(1, 0.15), (2, 0.45), (3, 1.35), (4, 4.05), (5, 10), (6, 10), (10, 10)]
)
def test_pauses_grow_threefold_up_to_a_limit_and_jitter_at_most_doubles_them(
    attempts: int, shortest: float
) -> None:
    pauses = [backoff(attempts) for _ in range(1000)]
    assert shortest <= min(pauses) < shortest * 1.1
    assert shortest * 1.9 < max(pauses) <= shortest * 2


@pytest.mark.anyio
@pytest.mark.parametrize(("call_timeout", "outer"), [(1.5, 60), (60, 1.5)], ids=["of the call", "around the call"])
async def test_a_retry_after_beyond_the_deadline_ends_the_call_at_once(call_timeout: float, outer: float) -> None:
    requests: list[httpx.Request] = []

    def busy(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(429, headers={"Retry-After": "2"})

    settings = Settings(api_key=SecretStr("k"), call_timeout=call_timeout)
    async with KaizenApi(settings, transport=httpx.MockTransport(busy)) as api:
        with anyio.fail_after(outer), pytest.raises(RateLimitedError) as caught:
            await api.get_execution("a")
    assert (len(requests), caught.value.attempts, caught.value.retry_after_seconds) == (1, 1, 2)


@pytest.mark.anyio
async def test_a_retry_after_that_fits_is_waited_for() -> None:
    times: list[float] = []

    def busy(_: httpx.Request) -> httpx.Response:
        times.append(time.monotonic())
        return httpx.Response(503, headers={"Retry-After": "1"})

    settings = Settings(api_key=SecretStr("k"), max_retries=1)
    async with KaizenApi(settings, transport=httpx.MockTransport(busy)) as api:
        with pytest.raises(UnavailableError) as caught:
            await api.get_execution("a")
    assert caught.value.attempts == 2
    assert times[1] - times[0] >= 1
