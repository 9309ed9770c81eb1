"""What is kept of objects in memory: how much, how long, and what goes first."""

import gc
import weakref

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from kaizen_mcp import KaizenApi, Settings
from kaizen_mcp.api.snapshots import MAX_OBJECTS, Snapshots

EXECUTION = httpx.Response(200, json={"execution": {"id": "a", "status": "Completed"}})


class Value:
    """Something that can be seen to be freed."""


@pytest.mark.anyio
async def test_the_memory_is_freed_in_time_without_another_call() -> None:
    snapshots: Snapshots[Value] = Snapshots(seconds=0.05)
    value = Value()
    snapshots.put("a", value, 1)
    freed = anyio.Event()
    weakref.finalize(value, freed.set)
    del value
    assert not freed.is_set()
    with anyio.fail_after(60):
        await freed.wait()
    assert snapshots.get("a") is None


@pytest.mark.anyio
async def test_an_object_that_is_renewed_is_kept_anew() -> None:
    snapshots: Snapshots[str] = Snapshots(seconds=3600)
    snapshots.put("a", "old", 5)
    snapshots.put("a", "new", 7)
    assert snapshots.size == 7
    kept = snapshots.get("a")
    assert kept is not None
    assert kept[0] == "new"


@pytest.mark.anyio
async def test_closing_the_client_frees_everything() -> None:
    async with KaizenApi(
        Settings(api_key=SecretStr("k" * 20)), transport=httpx.MockTransport(lambda _: EXECUTION)
    ) as api:
        reply = await api.get_execution("a")
        assert (await api.get_execution("a", allow_snapshot=True)).data is reply.data
    freed = weakref.ref(api)
    del api, reply
    gc.collect()  # frees what httpx has in cycles
    assert freed() is None


@pytest.mark.anyio
async def test_what_was_read_last_stays_and_what_is_too_large_is_not_kept() -> None:
    snapshots: Snapshots[str] = Snapshots(seconds=3600, max_bytes=10)
    for key in "abc":
        snapshots.put(key, key, 3)
    assert snapshots.get("a")
    snapshots.put("d", "d", 3)
    assert [key for key in "abcd" if snapshots.get(key)] == ["a", "c", "d"]
    snapshots.put("a", "larger than all", 11)
    assert [key for key in "abcd" if snapshots.get(key)] == ["c", "d"]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12), st.booleans())))
def test_the_total_never_exceeds_the_limits(steps: list[tuple[int, int, bool]]) -> None:
    async def take_all() -> None:
        snapshots: Snapshots[int] = Snapshots(seconds=3600, max_bytes=30)
        sizes: dict[int, int] = {}
        for key, size, is_read in steps:
            if is_read:
                kept = snapshots.get(key)
                assert kept is None or kept[0] == sizes[key]
            else:
                snapshots.put(key, size, size)
                sizes[key] = size
                assert snapshots.get(key) is not None
            kept_keys = [key for key in range(41) if snapshots.get(key)]
            assert snapshots.size == sum(sizes[key] for key in kept_keys) <= 30
            assert len(kept_keys) <= MAX_OBJECTS
        snapshots.clear()
        assert snapshots.size == 0

    anyio.run(take_all)


@pytest.mark.parametrize("seconds", [0, 3600])
def test_without_a_timer_to_free_it_nothing_is_kept(seconds: float) -> None:
    async def put_and_get() -> object:
        snapshots.put("a", "a", 1)
        return snapshots.get("a")

    snapshots: Snapshots[str] = Snapshots(seconds)
    assert anyio.run(put_and_get, backend="trio" if seconds else "asyncio") is None
