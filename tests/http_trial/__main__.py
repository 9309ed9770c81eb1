"""Try out replicas of the HTTP server behind nginx, with the shipped configuration, and print a table.

python -m tests.http_trial [--seconds N] [--answers N] [--connections N] [TRIAL ...]

The exit code is 1 if a trial failed.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from .callers import kept_apart
from .clients import served
from .conformance import conformant
from .hostile import hostile
from .report import Trial
from .restarts import killed, reloaded, restarted
from .stand import INSTALL_NGINX, NGINX

CALLERS = 64


def main() -> int:
    """Run the trials one after the other."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.http_trial", description="Try out replicas behind nginx."
    )
    parser.add_argument("--seconds", type=float, default=60, help="length of each of 2 to 4 (default %(default)g)")
    parser.add_argument("--answers", type=int, default=50_000, help="answers of 5 (default %(default)s)")
    parser.add_argument(
        "--connections", type=int, default=5_000, help="idle connections of 6 (default %(default)s)"
    )
    parser.add_argument("trials", nargs="*", type=int, metavar="TRIAL", help="1 to 7; all by default")
    options = parser.parse_args()
    if not NGINX:
        sys.exit(f"There is no nginx here. On Debian and Ubuntu: {INSTALL_NGINX}")
    trials: dict[int, Callable[[], Coroutine[Any, Any, Trial]]] = {
        1: conformant,
        2: lambda: restarted(options.seconds, CALLERS),
        3: lambda: killed(options.seconds, CALLERS),
        4: lambda: reloaded(options.seconds, CALLERS),
        5: lambda: kept_apart(options.answers),
        6: lambda: hostile(options.connections),
        7: served,
    }
    print("| trial | outcome | counted |\n|---|---|---|", flush=True)
    failed = 0
    for number in options.trials or trials:
        trial = asyncio.run(trials[number]())
        print(trial, flush=True)
        failed += not trial.passed
    print(f"{failed or 'No'} trial{'' if failed == 1 else 's'} failed.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
