"""Look up one execution from Python, without MCP: the same client of the API, the same errors.

Run it without a key:    KAIZEN_SANDBOX=1 .venv/bin/python examples/ask_the_api.py exec-claim-failed
"""

import json
import os
import sys

import anyio

from kaizen_mcp import KaizenApi, Settings
from kaizen_mcp.errors import KaizenError


async def main(execution_id: str) -> None:
    """Print the status, and the files if there are any."""
    async with KaizenApi(Settings.from_env(os.environ)) as api:
        try:
            reply = await api.get_execution(execution_id)
        except KaizenError as error:
            again = "later" if error.retryable else "after mending it"
            sys.exit(f"{error.code}: {error} Try again {again}.")
    # `data` is the API's object as it came: any field may be missing, null, or not what you expect.
    print(reply.data.get("status"))
    match reply.data:
        case {"downloads": {"files": [*files]}}:
            for file in files:
                print(json.dumps(file))
        case _:
            print("no downloads")


if len(sys.argv) != 2:  # noqa: PLR2004 - the program and the id
    sys.exit(__doc__)
anyio.run(main, sys.argv[1])
