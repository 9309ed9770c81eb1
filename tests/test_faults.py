"""Faults injected over real sockets into a real server process. `python -m tests.faults` prints them all."""

import anyio
import pytest
from conftest import posix_only
from faults import api, load, process, tls
from faults.misbehaving import Outcome


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in anyio.run(api.run)}


@pytest.mark.parametrize("name", [fault.name for fault in api.FAULTS])
def test_each_api_fault_has_the_expected_outcome(outcomes: dict[str, Outcome], name: str) -> None:
    assert not outcomes[name].problem, outcomes[name]


@pytest.mark.slow
def test_tls_and_proxy_faults_have_the_expected_outcomes() -> None:
    outcomes = anyio.run(tls.run)
    assert len(outcomes) >= 11
    assert [str(outcome) for outcome in outcomes if outcome.problem] == []


@pytest.mark.slow
def test_concurrent_cancelled_and_rate_limited_calls_behave() -> None:
    outcomes = anyio.run(load.run)
    assert len(outcomes) == 3
    assert [str(outcome) for outcome in outcomes if outcome.problem] == []


@posix_only
@pytest.mark.parametrize(
    "in_flight",
    [pytest.param(False, marks=pytest.mark.slow, id="idle"), pytest.param(True, id="a call in flight")],
)
@pytest.mark.parametrize("shutdown", process.SHUTDOWNS, ids=lambda shutdown: shutdown.__name__)
def test_the_process_exits_promptly_with_the_right_exit_code(
    shutdown: process.Shutdown, *, in_flight: bool
) -> None:
    outcome = process.check_shutdown(shutdown, in_flight=in_flight)
    assert not outcome.problem, outcome


@pytest.mark.slow
def test_a_hanging_dns_lookup_does_not_delay_the_exit() -> None:
    outcome = process.hanging_dns()
    assert not outcome.problem, outcome


def test_an_invalid_line_gets_an_error_and_the_next_call_works() -> None:
    outcomes = process.invalid_lines()
    assert len(outcomes) == len(process.INVALID_LINES)
    assert [str(outcome) for outcome in outcomes if outcome.problem] == []


def test_prints_by_other_code_never_reach_the_client() -> None:
    outcome = process.stray_prints()
    assert not outcome.problem, outcome
