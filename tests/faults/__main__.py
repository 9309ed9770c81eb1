"""Inject every fault and print what the client got. The exit code is 1 if any of it is wrong."""

import sys

import anyio

from . import api, load, process, tls

TABLES = {
    "the API and the network": api.run,
    "TLS and proxies": tls.run,
    "load": load.run,
    "the process": process.run,
}


async def main() -> int:
    problems = 0
    for title, run in TABLES.items():
        print(f"\nFaults of {title}")
        for outcome in await run():
            print(f"  {outcome}")
            problems += bool(outcome.problem)
    print(f"\n{problems or 'No'} wrong")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(anyio.run(main))
