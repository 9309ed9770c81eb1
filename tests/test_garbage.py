"""The garbage collector of a server runs rarely, and still runs."""

import subprocess
import sys

PROGRAM = """
import gc
gc.disable()  # as while modules are imported
from kaizen_mcp.garbage import collect_rarely
collect_rarely()
before = gc.get_stats()[0]["collections"]
for _ in range(300_000):
    cycle = []
    cycle.append(cycle)
print(gc.isenabled(), gc.get_freeze_count() > 0, gc.get_stats()[0]["collections"] - before)
"""


def test_cycles_are_collected_but_not_many_times_in_a_call() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, encoding="utf-8", check=True)
    enabled, frozen, runs = done.stdout.split()
    assert (enabled, frozen) == ("True", "True")
    assert 1 <= int(runs) <= 10  # with Python's own threshold 150 or more
