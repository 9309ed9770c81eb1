"""The benchmark's driver with the real server, its generated data, and its ratios."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import COMMAND, Environ

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading
from benchmarks.__main__ import CALLS, GOALS, OURS, PLAIN, Figures
from benchmarks.driver import Driver

ROOT = Path(__file__).parents[1]


@pytest.fixture
def driver(environ: Environ) -> Generator[Driver]:
    """A driver of the server, with the benchmark's stub as its API."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as stub:
        assert stub.stdout
        address = f"http://127.0.0.1:{stub.stdout.readline().strip()}"
        variables = {"KAIZEN_BASE_URL": address, "KAIZEN_API_KEY": "a-key-for-benchmarks"}
        with Driver(COMMAND, environ | variables) as driver:
            yield driver
        stub.communicate()


def result_of(line: bytes) -> dict[str, Any]:
    return json.loads(line)["result"]["structuredContent"]


def test_the_driver_gets_complete_results_of_every_size(driver: Driver) -> None:
    start = driver.start()
    assert 0 < start.tools_listed < start.first_call
    assert [tool["name"] for tool in driver.tools] == ["get_execution", "get_instructor_execution"]
    for size, _ in CALLS.values():
        result = result_of(driver.call(size))
        assert result["summary"]["state"] == "finished"
        assert result["raw"]["id"].startswith(f"exec-{size}-")
        assert result["notes"] == []
    assert len(driver.times(2_000, 3)) == 3
    assert driver.calls_per_second(2_000, 20, in_flight=8) > 0

    first, second = (result_of(driver.call(20_000))["raw"] for _ in range(2))
    assert first["name"] != second["name"]
    rows = [*first["response"]["rows"], *second["response"]["rows"]]
    assert 0.9 * 20_000 < len(json.dumps(first, ensure_ascii=False, separators=(",", ":"))) < 1.1 * 20_000
    assert len({row["note"] for row in rows}) > 0.9 * len(rows)
    assert len({row["row"] for row in rows}) == len(rows)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    figures = Figures()
    for ours, plain in [(1.0, 2.0), (3.0, 2.0), (9.0, 10.0)]:
        figures.add("call", OURS, ours)
        figures.add("call", PLAIN, plain)
    assert figures.ratio("call", PLAIN) == 0.9
    assert figures.ratio("call", "unheard of") is None
    assert figures.median_and_range("call", OURS) == "3.00 (1.00 to 9.00)"
    assert set(GOALS.values()) == {0.97, 1.10}


@pytest.mark.slow
def test_reading_in_parts_is_measured_to_the_end() -> None:
    ratios = anyio.run(reading.measure, 100_000, 1)
    assert ratios.keys() == reading.GOALS.keys()
    assert all(ratio > 0 for samples in ratios.values() for ratio in samples)
