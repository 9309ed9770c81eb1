"""Callers are kept apart, whatever they ask for at the same time, and whatever is cancelled meanwhile."""

import hashlib
import json
import re
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import Caller, serve

from kaizen_mcp import Settings
from kaizen_mcp.http.settings import HttpSettings

KEYS = [f"key-of-caller-{number}-abcdef" for number in range(4)]
IDS = ["exec-1", "exec-2"]
MARK = re.compile(r"mark[0-9a-f]{24}")


def mark(key: str) -> str:
    """What only the objects of this caller have."""
    return "mark" + hashlib.sha256(key.encode()).hexdigest()[:24]


async def api(request: httpx.Request) -> httpx.Response:
    """Every caller has every id, with objects of its own; some are slow, one refusal names the key."""
    key = request.headers["Authorization"].removeprefix("Bearer ")
    execution_id = json.loads(request.content)["id"]
    await anyio.sleep(int(hashlib.sha256((key + execution_id).encode()).hexdigest()[0], 16) / 2000)
    if execution_id == "exec-2" and key == KEYS[0]:
        return httpx.Response(403, json={"message": f"{mark(key)} may not, said of {key}"})
    rows = [{"row": f"{mark(key)} {number}"} for number in range(400)]
    execution = {"id": execution_id, "name": mark(key), "status": "InProgress", "response": rows, "note": KEYS}
    return httpx.Response(200, json={"execution": execution})


STEP: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "key": st.sampled_from(KEYS),
        "era": st.sampled_from(["2025-11-25", "2026-07-28"]),
        "arguments": st.fixed_dictionaries(
            {"id": st.sampled_from(IDS)},
            optional={
                "wait_seconds": st.just(0.02),
                "detail": st.just("summary"),
                "path": st.just("/response"),
                "offset": st.integers(1, 300),
                "find": st.just("mark"),
            },
        ),
        "cancel_after": st.none() | st.integers(0, 12),
        "pause": st.integers(0, 4),
    }
)


@settings(max_examples=20)
@given(st.lists(STEP, min_size=2, max_size=14), st.integers(1, 3), st.integers(1, 4))
def test_no_byte_of_one_callers_objects_reaches_another(
    steps: list[dict[str, Any]], per_caller: int, total: int
) -> None:
    answers: list[tuple[str, str]] = []

    async def call(caller: Caller, step: dict[str, Any]) -> None:
        params = {"name": "get_execution", "arguments": step["arguments"]}
        cancel_after = step["cancel_after"]
        with anyio.move_on_after(60 if cancel_after is None else cancel_after / 1000):
            response = await caller.post("tools/call", params, era=step["era"], key=step["key"])
            answers.append((step["key"], response.text))

    async def run() -> None:
        limits = Settings(max_retries=0, max_concurrency=per_caller)
        async with serve(api, settings=limits, http=HttpSettings(max_concurrency=total)) as caller:
            async with anyio.create_task_group() as tasks:
                for step in steps:
                    tasks.start_soon(call, caller, step)
                    await anyio.sleep(step["pause"] / 1000)
            part = {"id": "exec-1", "path": "/response", "offset": 5}
            for key in KEYS:  # no slot was lost, and snapshots still belong to who made them
                last = {"key": key, "era": "2025-11-25", "cancel_after": None, "arguments": part}
                await call(caller, last)

    anyio.run(run)
    assert len(answers) >= len(KEYS)
    for key, text in answers:
        assert set(MARK.findall(text)) <= {mark(key)}
        assert key not in text
    for key, text in answers[-len(KEYS) :]:
        assert mark(key) in text


@pytest.mark.anyio
async def test_a_snapshot_is_read_on_in_by_its_own_caller_only() -> None:
    asked: list[str] = []

    async def count(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Authorization"])
        return await api(request)

    part = {"id": "exec-1", "path": "/response"}
    async with serve(count) as caller:
        await caller.call(part, key=KEYS[0])
        await caller.call({**part, "offset": 5}, key=KEYS[0])
        assert len(asked) == 1
        other = await caller.call({**part, "offset": 5}, key=KEYS[1])
    assert asked == [f"Bearer {KEYS[0]}", f"Bearer {KEYS[1]}"]
    assert set(MARK.findall(json.dumps(other))) == {mark(KEYS[1])}
