"""Slots: no more requests at a time than allowed, and a free slot goes to whoever has the fewest."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_mcp.api.slots import Slots

pytestmark = pytest.mark.anyio


async def test_one_call_of_one_caller_is_next_before_500_of_another() -> None:
    slots = Slots(per_caller=4, total=4)
    started: list[bytes] = []
    gate = anyio.Event()

    async def call(caller: bytes) -> None:
        async with slots.slot(caller):
            started.append(caller)
            await gate.wait()

    async with anyio.create_task_group() as tasks:
        for _ in range(500):
            tasks.start_soon(call, b"many")
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(call, b"one")
        await anyio.wait_all_tasks_blocked()
        assert started == [b"many"] * 4
        gate.set()
    assert started.index(b"one") == 4


async def test_a_caller_with_all_its_slots_leaves_the_others_to_others() -> None:
    slots = Slots(per_caller=2, total=3)
    async with slots.slot(b"a"), slots.slot(b"a"):
        with anyio.move_on_after(0) as third:
            async with slots.slot(b"a"):
                pytest.fail("a third slot")
        assert third.cancelled_caught
        async with slots.slot(b"b"):
            pass


STEPS = st.lists(
    st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.sampled_from(["come", "go", "cancel"]), st.integers(0, 20)),
    max_size=60,
)


@given(STEPS, st.integers(1, 3), st.integers(1, 4))
def test_whoever_comes_goes_or_is_cancelled_the_limits_hold_and_no_slot_is_lost(
    steps: list[tuple[bytes, str, int]], per_caller: int, total: int
) -> None:
    async def run() -> None:
        slots = Slots(per_caller, total)
        running: list[tuple[bytes, anyio.Event]] = []
        scopes: list[anyio.CancelScope] = []

        async def call(caller: bytes, scope: anyio.CancelScope) -> None:
            done = anyio.Event()
            with scope:
                async with slots.slot(caller):
                    running.append((caller, done))
                    try:
                        await done.wait()
                    finally:
                        running.remove((caller, done))

        async with anyio.create_task_group() as tasks:
            for caller, step, index in steps:
                if step == "come":
                    scopes.append(anyio.CancelScope())
                    tasks.start_soon(call, caller, scopes[-1])
                elif step == "go" and running:
                    running[index % len(running)][1].set()
                elif step == "cancel" and scopes:
                    scopes[index % len(scopes)].cancel()
                if index % 2:  # else the next step comes before anybody has noticed this one
                    await anyio.wait_all_tasks_blocked()
                callers = [caller for caller, _ in running]
                assert len(callers) <= total
                assert all(callers.count(caller) <= per_caller for caller in callers)
            tasks.cancel_scope.cancel()
        async with anyio.create_task_group() as tasks:
            for number in range(total):
                tasks.start_soon(call, bytes([number]), anyio.CancelScope())
            await anyio.wait_all_tasks_blocked()
            assert len(running) == total, "a slot was lost"
            tasks.cancel_scope.cancel()

    anyio.run(run)
