"""The limit of calls per minute."""

from hypothesis import given
from hypothesis import strategies as st

from kaizen_mcp.tools.rate_limit import RateLimiter


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
