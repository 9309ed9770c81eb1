"""Waiting for an execution, on a clock that jumps: a wait of 45 seconds takes no time here."""

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
SETTINGS = Settings(api_key=SecretStr("k"), max_retries=0)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """A loop whose clock jumps to the next thing that is due whenever nothing else is to be done."""
    return "trio", {"clock": trio.testing.MockClock(autojump_threshold=0)}


class World:
    """An API and a server in one time, which starts at `NOW`.

    Args:
        answer: the API's answer at so many seconds.
    """

    def __init__(self, answer: Callable[[float], httpx.Response | dict[str, Any]] | None = None) -> None:
        self._start = anyio.current_time()
        self._answer = answer
        self.looks: list[float] = []
        self.progress: list[tuple[float, float | None, str | None]] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    @property
    def seconds(self) -> float:
        return anyio.current_time() - self._start

    async def ask(self, era: str, arguments: dict[str, Any], settings: Settings = SETTINGS) -> CallToolResult:
        transport = httpx.MockTransport(self._look)
        if self._answer is None:
            transport = httpx.ASGITransport(create_app(now=self.now))
        server = create_server(settings, transport=transport, clock=self.now)
        async with Client(server, mode=ERAS[era]) as client:
            await client.list_tools()
            return await client.call_tool("get_execution", arguments, progress_callback=self._take)

    async def _look(self, _: httpx.Request) -> httpx.Response:
        self.looks.append(self.seconds)
        assert self._answer
        answer = self._answer(self.seconds)
        if isinstance(answer, httpx.Response):
            if answer.status_code == 598:
                await anyio.sleep_forever()
            return answer
        return httpx.Response(200, json={"execution": answer})

    async def _take(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))


def summary_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    return result.structured_content["summary"]


def text_of(result: CallToolResult) -> str:
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


async def test_polling_ends_when_a_person_is_needed_and_reports_progress(era: str) -> None:
    world = World()
    summary = summary_of(await world.ask(era, {**ID, "wait_seconds": 45}))
    assert summary["waits_for_login"] == "yes"
    assert summary["should_poll"] is False
    assert LOGIN_AFTER <= world.seconds < LOGIN_AFTER + MAX_INTERVAL * 1.2 + MARGIN
    times, totals, messages = zip(*world.progress, strict=True)
    assert list(times) == sorted(set(times))
    assert set(totals) == {45 - LAST_POLL_SECONDS}
    assert messages[0] == "queued"
    assert any(message.startswith("running for ") and ", attempt 1 of 3" in message for message in messages)
    assert 'it waits for a person to log in to "Availity (Smith Dental)"' in messages[-1]
    assert RUNNING_AFTER < LOGIN_AFTER < FINISHED_AFTER


async def test_a_timed_out_wait_is_a_normal_result(era: str) -> None:
    world = World(lambda _: RUNNING)
    result = await world.ask(era, {**ID, "wait_seconds": 30})
    summary = summary_of(result)
    assert world.seconds == pytest.approx(30, abs=MARGIN)
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
    world = World(lambda _: RUNNING)
    await world.ask("2026-07-28", {**ID, "wait_seconds": 40})
    pauses = [after - before for before, after in zip(world.looks, world.looks[1:], strict=False)]
    assert 0.8 <= pauses[0] <= 1.2
    assert all(4 <= pause <= 6 for pause in pauses[5:-1])
    assert len(set(pauses)) == len(pauses)


@pytest.mark.parametrize(
    "status", ["Completed", "Failed", "Paused", "Cancelled"], ids="ended failed paused unknown".split()
)
async def test_polling_ends_for_a_final_or_paused_state_only(status: str) -> None:
    world = World(lambda seconds: RUNNING if seconds < 10 else {**RUNNING, "status": status})
    summary = summary_of(await world.ask("2026-07-28", {**ID, "wait_seconds": 40}))
    if status == "Cancelled":
        assert world.seconds == pytest.approx(40, abs=MARGIN)
        assert (summary["state"], summary["finished"], summary["should_poll"]) == ("unknown", False, False)
    else:
        assert 10 <= world.seconds <= 16
        assert summary["status"] == status


async def test_pending_downloads_end_polling_and_are_reported(era: str) -> None:
    world = World(lambda _: PENDING)
    result = await world.ask(era, {**ID, "wait_seconds": 45})
    summary = summary_of(result)
    assert world.seconds < 1
    assert "the wait was for the run, not for its files" in text_of(result)
    assert "its downloads are still to come" in summary["headline"]
    assert (summary["should_poll"], summary["poll_after_seconds"]) == (True, 60)
    assert "not all of its files are there yet" in summary["next_step"]


async def test_polling_continues_through_temporary_errors() -> None:
    def answer(seconds: float) -> httpx.Response | dict[str, Any]:
        if seconds < 4 or 10 < seconds < 20:
            return httpx.Response(503)
        return RUNNING if seconds < 20 else {**RUNNING, "status": "Completed"}

    world = World(answer)
    result = await world.ask("2026-07-28", {**ID, "wait_seconds": 40})
    assert summary_of(result)["state"] == "finished"
    assert "last request failed" not in text_of(result)
    assert world.progress[0][2] == "Kaizen does not answer at the moment"
    assert 20 <= world.seconds <= 26


async def test_a_result_older_than_a_failed_poll_has_a_note() -> None:
    world = World(lambda seconds: RUNNING if seconds < 10 else httpx.Response(503))
    result = await world.ask("2026-07-28", {**ID, "wait_seconds": 30})
    (note,) = result.structured_content["notes"]
    assert summary_of(result)["state"] == "running"
    assert note.startswith("the last request failed (")
    assert "HTTP 503" in note
    assert 20 <= int(note.split("this answer is ")[1].split()[0]) <= 30


async def test_a_wait_without_any_result_fails_with_the_last_error(era: str) -> None:
    world = World(lambda _: httpx.Response(503))
    result = await world.ask(era, {**ID, "wait_seconds": 45})
    assert result.is_error
    assert text_of(result).startswith("[unavailable] ")
    assert 45 - LAST_POLL_SECONDS <= world.seconds <= 45


async def test_not_found_is_reported_if_the_other_endpoint_hangs() -> None:
    world = World(lambda _: httpx.Response(404 if len(world.looks) == 1 else 598))
    result = await world.ask("2026-07-28", {**ID, "wait_seconds": 2}, replace(SETTINGS, call_timeout=3))
    assert text_of(result).startswith("[not_found] ")
    assert world.seconds < 3


async def test_a_hanging_api_does_not_extend_a_wait_past_the_deadline() -> None:
    world = World(lambda seconds: RUNNING if seconds < 8 else httpx.Response(598))
    result = await world.ask("2026-07-28", {**ID, "wait_seconds": 45})
    assert summary_of(result)["state"] == "running"
    assert "the last request failed" in text_of(result)
    assert world.seconds <= 45 + MARGIN


async def test_a_malformed_path_is_refused_before_the_wait(era: str) -> None:
    world = World(lambda _: RUNNING)
    result = await world.ask(era, {**ID, "wait_seconds": 45, "path": "/a~2b"})
    assert text_of(result).startswith(
        '[invalid_input] Argument "path" is not valid: a ~ in it must be written as ~0'
    )
    assert (world.looks, world.seconds) == ([], 0)


async def test_a_path_that_does_not_exist_yet_is_resolved_after_the_wait(era: str) -> None:
    finished = {"id": "a", "status": "Completed", "response": {"rows": [1]}}
    world = World(lambda seconds: RUNNING if seconds < 10 else httpx.Response(200, json={"execution": finished}))
    result = await world.ask(era, {**ID, "wait_seconds": 45, "path": "/response/rows"})
    assert result.structured_content["part"]["value"] == [1]


async def test_a_permanent_error_ends_polling() -> None:
    world = World(lambda seconds: RUNNING if seconds < 5 else httpx.Response(401))
    result = await world.ask("2026-07-28", {**ID, "wait_seconds": 45})
    assert text_of(result).startswith("[unauthorized] ")
    assert world.seconds < 12


async def test_a_retry_after_longer_than_the_wait_ends_polling() -> None:
    limited = httpx.Response(429, headers={"Retry-After": "120"})
    world = World(lambda seconds: RUNNING if seconds < 5 else limited)
    result = await world.ask("2026-07-28", {**ID, "wait_seconds": 45})
    summary = summary_of(result)
    assert (summary["state"], summary["poll_after_seconds"]) == ("running", 120)
    assert summary["next_step"].endswith("and wait_seconds 45 in 2 min.")
    assert world.seconds < 12
    assert len([look for look in world.looks if look >= 5]) == 1


async def test_a_slow_poll_does_not_extend_a_short_wait() -> None:
    world = World(lambda seconds: RUNNING if seconds < 1 else httpx.Response(598))
    result = await world.ask("2026-07-28", {**ID, "wait_seconds": 3})
    assert summary_of(result)["state"] == "running"
    assert world.seconds == pytest.approx(3 + LAST_POLL_SECONDS, abs=MARGIN)


async def test_after_a_short_wait_the_next_poll_is_advised_in_seconds() -> None:
    summary = summary_of(await World(lambda _: RUNNING).ask("2026-07-28", {**ID, "wait_seconds": 0.001}))
    assert (summary["should_poll"], summary["poll_after_seconds"]) == (True, 5)
    assert summary["next_step"].endswith("and wait_seconds 0.001 in 5 s.")


async def test_an_end_time_ends_polling_for_any_status() -> None:
    for status in ("InProgress", "Cancelled"):
        world = World(lambda _, status=status: {**RUNNING, "status": status, "endTime": "2026-11-22T09:29:00Z"})
        result = await world.ask("2026-07-28", {**ID, "wait_seconds": 45})
        assert summary_of(result)["should_poll"] is False
        assert "which is no error" not in text_of(result)
        assert world.seconds < 1


async def test_a_failed_login_is_reported_after_a_wait() -> None:
    world = World(lambda _: {**RUNNING, "authentications": [{"status": "Failed"}]})
    summary = summary_of(await world.ask("2026-07-28", {**ID, "wait_seconds": 10}))
    assert summary["next_step"].startswith(
        "Tell the person that a login failed, but that the run goes on. It is still running"
    )


async def test_retry_after_also_applies_to_a_long_running_execution() -> None:
    old = {**RUNNING, "startTime": "2026-11-22T01:00:00Z"}
    limited = httpx.Response(429, headers={"Retry-After": "900"})
    world = World(lambda seconds: old if seconds < 5 else limited)
    summary = summary_of(await world.ask("2026-07-28", {**ID, "wait_seconds": 45}))
    assert summary["poll_after_seconds"] == 900
    assert summary["next_step"].endswith("in 15 min.")


async def test_a_cancelled_wait_stops_polling(era: str) -> None:
    world = World(lambda _: RUNNING)
    with anyio.move_on_after(10) as patience:
        await world.ask(era, {**ID, "wait_seconds": 45})
    assert patience.cancelled_caught
    looks = len(world.looks)
    await anyio.sleep(60)
    assert len(world.looks) == looks


async def test_a_short_call_timeout_also_limits_waits(era: str) -> None:
    world = World(lambda _: RUNNING)
    hurried = replace(SETTINGS, call_timeout=20)
    summary = summary_of(await world.ask(era, {**ID, "wait_seconds": 45}, hurried))
    assert world.seconds == pytest.approx(20 - LAST_POLL_SECONDS, abs=MARGIN)
    assert summary["waited_seconds"] == 20 - LAST_POLL_SECONDS


async def test_fifty_waits_do_not_poll_at_the_same_moments() -> None:
    worlds = [World(lambda _: RUNNING) for _ in range(50)]
    async with anyio.create_task_group() as tasks:
        for world in worlds:
            tasks.start_soon(world.ask, "2026-07-28", {**ID, "wait_seconds": 10})
    # The second looks would all come after one second, to the millisecond.
    second = sorted(world.looks[1] for world in worlds)
    assert second[-1] - second[0] > 0.2
    assert len({round(look, 2) for look in second}) > 10
