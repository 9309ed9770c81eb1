"""Faults injected for real, over sockets, into a real server process: `python -m tests.faults` prints them."""

import anyio
import pytest
from conftest import posix_only
from faults import api, load, process, tls
from faults.misbehaving import Seen


@pytest.fixture(scope="module")
def seen() -> dict[str, Seen]:
    return {seen.name: seen for seen in anyio.run(api.look)}


@pytest.mark.parametrize("name", [fault.name for fault in api.FAULTS])
def test_each_api_fault_has_the_expected_outcome(seen: dict[str, Seen], name: str) -> None:
    assert not seen[name].wrong, seen[name]


@pytest.mark.slow
def test_tls_and_proxy_faults_have_the_expected_outcomes() -> None:
    rows = anyio.run(tls.look)
    assert len(rows) >= 11
    assert [str(row) for row in rows if row.wrong] == []


@pytest.mark.slow
def test_concurrent_cancelled_and_rate_limited_calls_behave() -> None:
    rows = anyio.run(load.look)
    assert len(rows) == 3
    assert [str(row) for row in rows if row.wrong] == []


@posix_only
@pytest.mark.parametrize(
    "busy", [pytest.param(False, marks=pytest.mark.slow, id="idle"), pytest.param(True, id="a call in flight")]
)
@pytest.mark.parametrize("way", process.WAYS, ids=lambda way: way.__name__)
def test_the_process_exits_promptly_with_the_right_exit_code(way: process.Way, *, busy: bool) -> None:
    row = process.end(way, in_flight=busy)
    assert not row.wrong, row


def test_a_hanging_dns_lookup_does_not_delay_the_exit() -> None:
    row = process.stuck_thread()
    assert not row.wrong, row


def test_an_invalid_line_gets_an_error_and_the_next_call_works() -> None:
    rows = process.no_messages()
    assert len(rows) == len(process.NO_MESSAGES)
    assert [str(row) for row in rows if row.wrong] == []


def test_prints_by_other_code_never_reach_the_client() -> None:
    row = process.stray_prints()
    assert not row.wrong, row
