"""Settings of Python's garbage collector for a server."""

import gc

_NEW_OBJECTS = 50_000
"""New objects that may refer to others, less those freed since, before the collector runs. Nearly all garbage is
freed without it, and with Python's own 700 or 2,000 it would run many times in a call."""


def collect_rarely() -> None:
    """Let the garbage collector run, but rarely, and never over the modules loaded so far.

    It is enabled, because `cli/serve.py` disables it while modules are imported.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.enable()
