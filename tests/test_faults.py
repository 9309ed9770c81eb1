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
def test_a_fault_of_the_api_is_answered_as_it_should_be(seen: dict[str, Seen], name: str) -> None:
    assert not seen[name].wrong, seen[name]


@pytest.mark.slow
def test_encryption_that_cannot_be_trusted_and_proxies_are_told_apart_and_the_key_stays_here() -> None:
    rows = anyio.run(tls.look)
    assert len(rows) >= 11
    assert [str(row) for row in rows if row.wrong] == []


@pytest.mark.slow
def test_many_calls_share_connections_and_a_cancelled_one_is_gone() -> None:
    rows = anyio.run(load.look)
    assert len(rows) == 3
    assert [str(row) for row in rows if row.wrong] == []


@posix_only
@pytest.mark.parametrize(
    "busy", [pytest.param(False, marks=pytest.mark.slow, id="idle"), pytest.param(True, id="a call in flight")]
)
@pytest.mark.parametrize("way", process.WAYS, ids=lambda way: way.__name__)
def test_the_process_ends_promptly_quietly_and_with_the_right_exit_code(way: process.Way, *, busy: bool) -> None:
    row = process.end(way, in_flight=busy)
    assert not row.wrong, row


def test_a_name_server_that_is_silent_does_not_keep_the_process_from_ending() -> None:
    row = process.stuck_thread()
    assert not row.wrong, row


def test_a_line_that_is_no_message_gets_an_answer_and_the_next_call_too() -> None:
    rows = process.no_messages()
    assert len(rows) == len(process.NO_MESSAGES)
    assert [str(row) for row in rows if row.wrong] == []


def test_prints_of_other_code_never_reach_the_client() -> None:
    row = process.stray_prints()
    assert not row.wrong, row
