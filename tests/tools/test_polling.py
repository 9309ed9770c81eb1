"""Polling with `wait_seconds`, on a mock clock: a wait of 45 seconds takes no real time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
import trio.testing
from conftest import ERAS, NOW
from mcp import Client
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings, create_server
from kaizen_mcp.sandbox.fake_api import create_app
from kaizen_mcp.sandbox.sample_runs import FINISHED_AFTER, LOGIN_AFTER, RUNNING_AFTER
from kaizen_mcp.tools.polling import LAST_POLL_SECONDS, MAX_INTERVAL

pytestmark = pytest.mark.anyio

ID = {"id": "exec-live"}
RUNNING = {"id": "exec-live", "status": "InProgress", "startTime": "2026-11-22T09:26:00Z"}
PENDING: dict[str, Any] = {
    "id": "exec-live",
    "status": "Completed",
    "endTime": "2026-11-22T09:29:00Z",
    "downloads": {"files": [], "status": "Pending"},
}
MARGIN = 0.01
NO_RESPONSE = 598
SETTINGS = Settings(api_key=SecretStr("k"), max_retries=0)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """An event loop whose clock jumps to the next deadline when all tasks are waiting."""
    return "trio", {"clock": trio.testing.MockClock(autojump_threshold=0)}


class PolledApi:
    """An API and a server with the same clock, which starts at `NOW`.

    Args:
        respond: gets the seconds since the start and returns a response, or just the execution in it. For a
            response with the status `NO_RESPONSE` the API hangs instead. None makes the sandbox the API.
    """

    def __init__(self, respond: Callable[[float], httpx.Response | dict[str, Any]] | None = None) -> None:
        self._start = anyio.current_time()
        self._respond = respond
        self.request_times: list[float] = []
        self.progress: list[tuple[float, float | None, str | None]] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        return anyio.current_time() - self._start

    async def call_tool(
        self, era: str, arguments: dict[str, Any], settings: Settings = SETTINGS
    ) -> CallToolResult:
        transport = httpx.MockTransport(self._handle_request)
        if self._respond is None:
            transport = httpx.ASGITransport(create_app(now=self.now))
        server = create_server(settings, transport=transport, clock=self.now)
        async with Client(server, mode=ERAS[era]) as client:
            await client.list_tools()
            return await client.call_tool("get_execution", arguments, progress_callback=self._record_progress)

    async def _handle_request(self, _: httpx.Request) -> httpx.Response:
        self.request_times.append(self.seconds)
        assert self._respond
        response = self._respond(self.seconds)
        if isinstance(response, httpx.Response):
            if response.status_code == NO_RESPONSE:
                await anyio.sleep_forever()
            return response
        return httpx.Response(200, json={"execution": response})

    async def _record_progress(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))


def summary_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    return result.structured_content["summary"]


def text_of(result: CallToolResult) -> str:
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


async def test_polling_ends_when_a_person_is_needed_and_reports_progress(era: str) -> None:
    api = PolledApi()
    summary = summary_of(await api.call_tool(era, {**ID, "wait_seconds": 45}))
    assert summary["waits_for_login"] == "yes"
    assert summary["should_poll"] is False
    assert LOGIN_AFTER <= api.seconds < LOGIN_AFTER + MAX_INTERVAL * 1.2 + MARGIN
    times, totals, messages = zip(*api.progress, strict=True)
    assert list(times) == sorted(set(times))
    assert set(totals) == {45 - LAST_POLL_SECONDS}
    assert messages[0] == "queued"
    assert any(message.startswith("running for ") and ", attempt 1 of 3" in message for message in messages)
    assert 'it waits for a person to log in to "Availity (Smith Dental)"' in messages[-1]
    assert RUNNING_AFTER < LOGIN_AFTER < FINISHED_AFTER


async def test_a_timed_out_wait_is_a_normal_result(era: str) -> None:
    api = PolledApi(lambda _: RUNNING)
    result = await api.call_tool(era, {**ID, "wait_seconds": 30})
    summary = summary_of(result)
    assert api.seconds == pytest.approx(30, abs=MARGIN)
    assert (summary["state"], summary["finished"]) == ("running", False)
    assert (summary["should_poll"], summary["poll_after_seconds"]) == (True, 0)
    assert summary["waited_seconds"] == 30
    assert summary["next_step"] == (
        "It is still running after a wait of 30 s, which is no error. "
        'To keep waiting, call get_execution again with id "exec-live" and wait_seconds 30.'
    )
    assert "Waited: 30 s; it was still running then, which is no error" in text_of(result)
    assert summary["headline"].startswith('Execution "exec-live" has been running for 4 min')


async def test_the_poll_interval_grows_from_one_second_to_five() -> None:
    api = PolledApi(lambda _: RUNNING)
    await api.call_tool("2026-07-28", {**ID, "wait_seconds": 40})
    intervals = [after - before for before, after in zip(api.request_times, api.request_times[1:], strict=False)]
    assert 0.8 <= intervals[0] <= 1.2
    assert all(4 <= interval <= 6 for interval in intervals[5:-1])
    assert len(set(intervals)) == len(intervals)


@pytest.mark.parametrize(
    "status", ["Completed", "Failed", "Paused", "Cancelled"], ids="ended failed paused unknown".split()
)
async def test_polling_ends_for_a_final_or_paused_state_only(status: str) -> None:
    api = PolledApi(lambda seconds: RUNNING if seconds < 10 else {**RUNNING, "status": status})
    summary = summary_of(await api.call_tool("2026-07-28", {**ID, "wait_seconds": 40}))
    if status == "Cancelled":
        assert api.seconds == pytest.approx(40, abs=MARGIN)
        assert (summary["state"], summary["finished"], summary["should_poll"]) == ("unknown", False, True)
    else:
        assert 10 <= api.seconds <= 16
        assert summary["status"] == status


async def test_pending_downloads_end_polling_and_are_reported(era: str) -> None:
    api = PolledApi(lambda _: PENDING)
    result = await api.call_tool(era, {**ID, "wait_seconds": 45})
    summary = summary_of(result)
    assert api.seconds < 1
    assert "the wait was for the run, not for its files" in text_of(result)
    assert "its downloads are still to come" in summary["headline"]
    assert (summary["should_poll"], summary["poll_after_seconds"]) == (True, 60)
    assert "not all of its files are there yet" in summary["next_step"]


async def test_polling_continues_through_temporary_errors() -> None:
    def respond(seconds: float) -> httpx.Response | dict[str, Any]:
        if seconds < 4 or 10 < seconds < 20:
            return httpx.Response(503)
        return RUNNING if seconds < 20 else {**RUNNING, "status": "Completed"}

    api = PolledApi(respond)
    result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 40})
    assert summary_of(result)["state"] == "finished"
    assert "last request failed" not in text_of(result)
    assert api.progress[0][2] == "Kaizen does not answer at the moment"
    assert 20 <= api.seconds <= 26


async def test_a_result_older_than_a_failed_poll_has_a_note() -> None:
    api = PolledApi(lambda seconds: RUNNING if seconds < 10 else httpx.Response(503))
    result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 30})
    (note,) = result.structured_content["notes"]
    assert summary_of(result)["state"] == "running"
    assert note.startswith("the last request failed (")
    assert "HTTP 503" in note
    assert 20 <= int(note.split("this answer is ")[1].split()[0]) <= 30


async def test_a_wait_without_any_result_fails_with_the_last_error(era: str) -> None:
    api = PolledApi(lambda _: httpx.Response(503))
    result = await api.call_tool(era, {**ID, "wait_seconds": 45})
    assert result.is_error
    assert text_of(result).startswith("[unavailable] ")
    assert 45 - LAST_POLL_SECONDS <= api.seconds <= 45


async def test_not_found_is_reported_if_the_other_endpoint_hangs() -> None:
    api = PolledApi(lambda _: httpx.Response(404 if len(api.request_times) == 1 else NO_RESPONSE))
    result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 2}, replace(SETTINGS, call_timeout=3))
    assert text_of(result).startswith("[not_found] ")
    assert api.seconds < 3


async def test_a_hanging_api_does_not_extend_a_wait_past_the_deadline() -> None:
    api = PolledApi(lambda seconds: RUNNING if seconds < 8 else httpx.Response(NO_RESPONSE))
    result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 45})
    assert summary_of(result)["state"] == "running"
    assert "the last request failed" in text_of(result)
    assert api.seconds <= 45 + MARGIN


async def test_a_path_that_is_too_long_is_refused_before_the_wait(era: str) -> None:
    api = PolledApi(lambda _: RUNNING)
    result = await api.call_tool(era, {**ID, "wait_seconds": 45, "path": "/a" * 20_000})
    problem = '[invalid_input] Argument "path" is not valid: it is longer than 20000 characters; read'
    assert text_of(result).startswith(problem)
    assert (api.request_times, api.seconds) == ([], 0)


async def test_a_path_that_does_not_exist_yet_is_resolved_after_the_wait(era: str) -> None:
    finished = {"id": "a", "status": "Completed", "response": {"rows": [1]}}
    api = PolledApi(lambda seconds: RUNNING if seconds < 10 else httpx.Response(200, json={"execution": finished}))
    result = await api.call_tool(era, {**ID, "wait_seconds": 45, "path": "/response/rows"})
    assert result.structured_content["part"]["value"] == [1]


async def test_a_permanent_error_ends_polling() -> None:
    api = PolledApi(lambda seconds: RUNNING if seconds < 5 else httpx.Response(401))
    result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 45})
    assert text_of(result).startswith("[unauthorized] ")
    assert api.seconds < 12


async def test_a_retry_after_longer_than_the_wait_ends_polling() -> None:
    rate_limited = httpx.Response(429, headers={"Retry-After": "120"})
    api = PolledApi(lambda seconds: RUNNING if seconds < 5 else rate_limited)
    result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 45})
    summary = summary_of(result)
    assert (summary["state"], summary["poll_after_seconds"]) == ("running", 120)
    assert summary["next_step"].endswith("and wait_seconds 45 in 2 min.")
    assert api.seconds < 12
    assert len([seconds for seconds in api.request_times if seconds >= 5]) == 1


async def test_a_slow_poll_does_not_extend_a_short_wait() -> None:
    api = PolledApi(lambda seconds: RUNNING if seconds < 1 else httpx.Response(NO_RESPONSE))
    result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 3})
    assert summary_of(result)["state"] == "running"
    assert api.seconds == pytest.approx(3 + LAST_POLL_SECONDS, abs=MARGIN)


async def test_after_a_short_wait_the_next_poll_is_advised_in_seconds() -> None:
    summary = summary_of(await PolledApi(lambda _: RUNNING).call_tool("2026-07-28", {**ID, "wait_seconds": 0.001}))
    assert (summary["should_poll"], summary["poll_after_seconds"]) == (True, 5)
    assert summary["next_step"].endswith("and wait_seconds 0.001 in 5 s.")


async def test_an_end_time_ends_polling_for_any_status() -> None:
    for status in ("InProgress", "Cancelled"):
        api = PolledApi(lambda _, status=status: {**RUNNING, "status": status, "endTime": "2026-11-22T09:29:00Z"})
        result = await api.call_tool("2026-07-28", {**ID, "wait_seconds": 45})
        assert summary_of(result)["should_poll"] is False
        assert "which is no error" not in text_of(result)
        assert api.seconds < 1


async def test_a_failed_login_is_reported_after_a_wait() -> None:
    api = PolledApi(lambda _: {**RUNNING, "authentications": [{"status": "Failed"}]})
    summary = summary_of(await api.call_tool("2026-07-28", {**ID, "wait_seconds": 10}))
    assert summary["next_step"].startswith(
        "Tell the person that a login failed, but that the run goes on. It is still running"
    )


async def test_retry_after_also_applies_to_a_long_running_execution() -> None:
    long_running = {**RUNNING, "startTime": "2026-11-22T01:00:00Z"}
    rate_limited = httpx.Response(429, headers={"Retry-After": "900"})
    api = PolledApi(lambda seconds: long_running if seconds < 5 else rate_limited)
    summary = summary_of(await api.call_tool("2026-07-28", {**ID, "wait_seconds": 45}))
    assert summary["poll_after_seconds"] == 900
    assert summary["next_step"].endswith("in 15 min.")


async def test_a_cancelled_wait_stops_polling(era: str) -> None:
    api = PolledApi(lambda _: RUNNING)
    with anyio.move_on_after(10) as scope:
        await api.call_tool(era, {**ID, "wait_seconds": 45})
    assert scope.cancelled_caught
    requests = len(api.request_times)
    await anyio.sleep(60)
    assert len(api.request_times) == requests


async def test_a_short_call_timeout_also_limits_waits(era: str) -> None:
    api = PolledApi(lambda _: RUNNING)
    short_timeout = replace(SETTINGS, call_timeout=20)
    summary = summary_of(await api.call_tool(era, {**ID, "wait_seconds": 45}, short_timeout))
    assert api.seconds == pytest.approx(20 - LAST_POLL_SECONDS, abs=MARGIN)
    assert summary["waited_seconds"] == 20 - LAST_POLL_SECONDS


async def test_fifty_waits_do_not_poll_at_the_same_moments() -> None:
    apis = [PolledApi(lambda _: RUNNING) for _ in range(50)]
    async with anyio.create_task_group() as tasks:
        for api in apis:
            tasks.start_soon(api.call_tool, "2026-07-28", {**ID, "wait_seconds": 10})
    # Without jitter all second requests would come after exactly one second.
    second = sorted(api.request_times[1] for api in apis)
    assert second[-1] - second[0] > 0.2
    assert len({round(seconds, 2) for seconds in second}) > 10
