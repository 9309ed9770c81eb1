"""Slots: limits how many requests run at the same time, for each caller and in total, fairly."""

from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from heapq import heappop, heappush

import anyio


class Slots:
    """Slots for requests. A free one goes to the caller that has the fewest, and among equals to the next in turn.

    Args:
        per_caller: slots that one caller can have.
        total: slots of all callers together.
    """

    def __init__(self, per_caller: int, total: int) -> None:
        self._per_caller = per_caller
        self._free = total
        self._numbers = list(range(total))
        self._used: Counter[bytes] = Counter()
        self._waiting: dict[bytes, deque[anyio.Event]] = {}  # in the order of their turns

    @asynccontextmanager
    async def slot(self, caller: bytes) -> AsyncGenerator[int]:
        """Wait for a slot and have it for a while. Yields its number, the lowest that is free."""
        # While a slot is free, only callers that have all of theirs are waiting.
        if self._free and self._used[caller] < self._per_caller:
            self._take(caller)
        else:
            await self._wait(caller)
        number = heappop(self._numbers)
        try:
            yield number
        finally:
            heappush(self._numbers, number)
            self._give_back(caller)

    async def _wait(self, caller: bytes) -> None:
        turn = anyio.Event()
        self._waiting.setdefault(caller, deque()).append(turn)
        try:
            await turn.wait()
        except BaseException:  # cancelled, at worst in the moment in which it got its slot
            if turn.is_set():
                self._give_back(caller)
            else:
                self._forget(caller, turn)
            raise

    def _take(self, caller: bytes) -> None:
        self._free -= 1
        self._used[caller] += 1

    def _give_back(self, caller: bytes) -> None:
        self._free += 1
        self._used[caller] -= 1
        if not self._used[caller]:
            del self._used[caller]
        if self._waiting:
            self._hand_over()

    def _hand_over(self) -> None:
        """Give a free slot to the next caller, which then is the last one in turn."""
        can_have = [caller for caller in self._waiting if self._used[caller] < self._per_caller]
        if can_have:
            caller = min(can_have, key=lambda caller: self._used[caller])
            turns = self._waiting.pop(caller)
            turns.popleft().set()
            if turns:
                self._waiting[caller] = turns
            self._take(caller)

    def _forget(self, caller: bytes, turn: anyio.Event) -> None:
        turns = self._waiting[caller]
        turns.remove(turn)
        if not turns:
            del self._waiting[caller]
