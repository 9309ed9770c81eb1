"""Print every fault, what the client saw of it, and whether that is right; ends with 1 if anything is not."""

import sys

import anyio

from . import api, load, process, tls

TABLES = {
    "the API and the network": api.look,
    "encryption and proxies": tls.look,
    "load": load.look,
    "the process": process.look,
}


async def main() -> int:
    wrong = 0
    for title, look in TABLES.items():
        print(f"\nFaults of {title}")
        for seen in await look():
            print(f"  {seen}")
            wrong += bool(seen.wrong)
    print(f"\n{wrong or 'No'} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(anyio.run(main))
