"""The limit of calls per minute."""

from hypothesis import given
from hypothesis import strategies as st

from kaizen_mcp.tools.rate_limit import MAX_CALLERS, RateLimiter


@given(st.integers(1, 1000), st.lists(st.floats(0, 30), max_size=60))
def test_calls_stay_within_the_rate_and_pass_after_the_stated_wait(per_minute: int, pauses: list[float]) -> None:
    now = 0.0
    limiter = RateLimiter(per_minute, clock=lambda: now)
    allowed = 0
    for pause in pauses:
        now += pause
        wait = limiter.acquire()
        allowed += wait == 0
        assert allowed <= per_minute + now * per_minute / 60 + 1e-6
        if wait:
            now += wait + 1e-6
            assert limiter.acquire() == 0
            allowed += 1


def test_each_caller_has_calls_of_its_own_and_not_more_are_remembered_than_promised() -> None:
    limiter = RateLimiter(1, clock=lambda: 0.0)
    assert [limiter.acquire(caller) for caller in (b"a", b"b", b"a")] == [0, 0, 60]
    for number in range(MAX_CALLERS):
        limiter.acquire(str(number).encode())
    assert limiter.acquire(b"b") == 0
    assert limiter.acquire(str(MAX_CALLERS - 1).encode()) == 60
