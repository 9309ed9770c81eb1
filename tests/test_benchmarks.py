"""The benchmark's driver with the real server, its generated data, and its ratios."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import COMMAND, Environ

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import over_http, reading
from benchmarks.__main__ import CALLS, GOALS, OURS, PLAIN, Figures
from benchmarks.driver import Driver

ROOT = Path(__file__).parents[1]
PLAIN_HTTP = [sys.executable, "-P", str(ROOT / "benchmarks/plain_server.py"), "--http", "{port}"]


@contextmanager
def running_stub() -> Generator[str]:
    """The benchmark's stub of the API; yields its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as stub:
        assert stub.stdout
        yield f"http://127.0.0.1:{stub.stdout.readline().strip()}"
        stub.communicate()


def api_variables(address: str) -> Environ:
    return {"KAIZEN_BASE_URL": address, "KAIZEN_API_KEY": "a-key-for-benchmarks"}


@pytest.fixture
def driver(environ: Environ) -> Generator[Driver]:
    """A driver of the server, with the benchmark's stub as its API."""
    with running_stub() as address, Driver(COMMAND, environ | api_variables(address)) as driver:
        yield driver


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


@pytest.mark.slow
@pytest.mark.parametrize("command", [[*COMMAND, "http", "--port", "{port}"], PLAIN_HTTP, [*PLAIN_HTTP, "--json"]])
@pytest.mark.parametrize("era", over_http.ERAS)
def test_every_server_answers_over_http_with_the_objects_that_were_asked_for(
    command: list[str], era: str, environ: Environ
) -> None:
    with running_stub() as address, over_http.running(command, environ | api_variables(address), None) as server:
        measured = asyncio.run(over_http.measure([server], era, 100))
        assert measured.per_second > 0
        assert measured.slow_ms > 0
        assert asyncio.run(answer_to(over_http.request(era, 1, 7), server.port)) == f"exec-{over_http.SIZE}-7"


async def answer_to(request: bytes, port: int) -> str:
    """The id of the object in the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(request)
    body = (await over_http.read_answer(reader)).decode()
    writer.close()
    result = json.loads(body[body.index("{") :])["result"]["structuredContent"]
    return str((result.get("raw") or result["execution"])["id"])


def test_an_answer_that_is_an_error_or_too_short_fails_the_benchmark() -> None:
    async def read(response: bytes) -> bytes:
        reader = asyncio.StreamReader()
        reader.feed_data(response)
        return await over_http.read_answer(reader)

    body = b"x" * over_http.SIZE
    good = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    chunks = b"HTTP/1.1 200 OK\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert asyncio.run(read(good)) == asyncio.run(read(chunks)) == body
    for bad in (good.replace(b" 200 ", b" 502 "), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"):
        with pytest.raises(RuntimeError, match="a call failed"):
            asyncio.run(read(bad))


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
