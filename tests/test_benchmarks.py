"""The benchmarks measure what they say, with the real server."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from conftest import COMMAND, Environ

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.driver import Driver
from benchmarks.objects import SHAPES, SIZES, execution

ROOT = Path(__file__).parents[1]


@pytest.fixture
def stub() -> Generator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate()


def test_the_driver_gets_whole_answers_of_every_size_one_by_one_and_many_at_a_time(
    environ: Environ, stub: str
) -> None:
    environ |= {"KAIZEN_BASE_URL": stub, "KAIZEN_API_KEY": "a-key-for-benchmarks"}
    with Driver(COMMAND, environ) as driver:
        start = driver.start("2 KB#0")
        assert 0 < start.initialized < start.listed < start.called
        assert [tool["name"] for tool in driver.tools] == ["get_execution", "get_instructor_execution"]
        for size in SIZES:
            result = json.loads(driver.call(f"{size}#0"))["result"]
            assert result["structuredContent"]["summary"]["state"] == "finished"
            assert result["structuredContent"]["raw"]["id"] == "exec-benchmark"
        per_second, _ = driver.throughput("2 KB", 20, in_flight=8)
        assert per_second > 0
        assert len(driver.times("2 KB", 3)) == 3


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", SIZES)
def test_an_object_has_about_the_size_it_is_said_to_have(shape: str, size: str) -> None:
    characters = len(json.dumps(SHAPES[shape](SIZES[size]), ensure_ascii=False))
    assert 0.4 * SIZES[size] < characters < 1.2 * SIZES[size]
    assert execution(SIZES[size]) == execution(SIZES[size])
