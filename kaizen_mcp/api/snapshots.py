"""Objects kept for a short time, so that all parts of an object can be read from one answer of the API."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_BYTES = 64 * 1024 * 1024 // 3
"""Bytes of the answers that the kept objects came in, all together. The objects take three times as much."""

MAX_OBJECTS = 16
"""Objects that are kept. Many small ones take more than three times as much memory as their answers."""


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    value: T
    size: int
    read_at: float
    expiry: asyncio.TimerHandle


class Snapshots(Generic[T]):
    """The last objects that were read, each for a limited time; those not read for the longest time go first.

    A timer of the event loop frees an object when its time is over. Without asyncio's loop nothing is kept.

    Args:
        seconds: how long an object is kept; 0 for not at all.
        max_bytes: total size of all objects.
    """

    def __init__(self, seconds: float, max_bytes: int = MAX_BYTES) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes of the answers that the kept objects came in."""
        return sum(entry.size for entry in self._entries.values())

    def get(self, key: Hashable) -> tuple[T, float] | None:
        """The object that was kept under a key, and its age in seconds; None if there is none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.value, asyncio.get_running_loop().time() - entry.read_at

    def put(self, key: Hashable, value: T, size: int) -> None:
        """Keep an object in place of the one kept under its key before; `size` is in bytes."""
        self.drop(key)
        if self._seconds <= 0 or size > self._max_bytes:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        while self._entries and (self.size + size > self._max_bytes or len(self._entries) >= MAX_OBJECTS):
            self.drop(next(iter(self._entries)))
        self._entries[key] = _Entry(value, size, loop.time(), loop.call_later(self._seconds, self.drop, key))

    def drop(self, key: Hashable) -> None:
        """Free the object that was kept under a key, if there is one."""
        if entry := self._entries.pop(key, None):
            entry.expiry.cancel()

    def clear(self) -> None:
        """Free all objects."""
        for key in [*self._entries]:
            self.drop(key)
