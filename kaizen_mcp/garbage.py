"""Settings of Python's garbage collector for a server."""

import gc

_ALLOCATIONS = 50_000
"""Objects that are allocated before it runs. Nearly all garbage is freed without it, and with Python's own 700 it
would run many times in a call."""


def collect_rarely() -> None:
    """Let the garbage collector run, but rarely, and never over the modules loaded so far."""
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    gc.enable()
