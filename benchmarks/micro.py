"""What reading, safe mode, summary and budget take, by size and shape of the object, without a network.

python -m benchmarks.micro    prints microseconds (the best of several), and what 25 times the bytes cost
"""

import json
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks.objects import SHAPES, SIZES
from kaizen_mcp.body import read_object
from kaizen_mcp.budget import fit
from kaizen_mcp.credentials import Masker
from kaizen_mcp.next_step import LookupContext
from kaizen_mcp.safety import SafeMode
from kaizen_mcp.tools import GET_EXECUTION

ROOM = 22_000
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_LONG_ENOUGH = 0.02
KEY = "benchmark-key-0123456789"


def steps(data: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """What is done with an object, step by step; safe mode as it meets the object for the first time."""
    body, masker = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), Masker([KEY])
    return {
        "json.loads alone": lambda: json.loads(body),
        "reading": lambda: read_object(body, masker),
        "safe mode": lambda: SafeMode(masker).apply(data),
        "summary": lambda: GET_EXECUTION.summarize(data, LookupContext("exec-benchmark", NOW)),
        "budget": lambda: fit(data, ROOM, about=len(body)),
    }


def best(step: Callable[[], object]) -> float:
    """Microseconds of one run, the best of five series of at least 20 ms."""
    number = 1
    while (taken := timeit.timeit(step, number=number)) < _LONG_ENOUGH:
        number *= 4
    return min([taken, *timeit.repeat(step, number=number, repeat=4)]) / number * 1e6


def main() -> None:
    """Print one table."""
    print(f"| object | step | {' | '.join(SIZES)} | 5 MB ÷ 200 KB |\n|---|---|{'---|' * len(SIZES)}---|")
    for shape, build in SHAPES.items():
        objects = [steps(build(size)) for size in SIZES.values()]
        for step in objects[0]:
            taken = [best(each[step]) for each in objects]
            cells = " | ".join(f"{microseconds:,.0f}" for microseconds in taken)
            print(f"| {shape} | {step} | {cells} | {taken[-1] / taken[-2]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
