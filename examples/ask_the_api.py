"""Look up one execution from Python, without MCP, with the API client and the errors of the server.

Try it without an API key:    KAIZEN_SANDBOX=1 .venv/bin/python examples/ask_the_api.py exec-claim-failed
"""

import json
import os
import sys

import anyio

from kaizen_mcp import KaizenApi, Settings
from kaizen_mcp.errors import KaizenError


async def main(execution_id: str) -> None:
    """Print the status of the execution and its downloaded files. If the lookup fails, print its error."""
    async with KaizenApi(Settings.from_env(os.environ)) as api:
        try:
            reply = await api.get_execution(execution_id)
        except KaizenError as error:
            advice = "Try again later." if error.retryable else "Fix this before you try again."
            sys.exit(f"{error.code}: {error} {advice}")
    # `data` is the object from the API. Any field may be missing, null or of another type.
    print(reply.data.get("status"))
    match reply.data:
        case {"downloads": {"files": [*files]}}:
            for file in files:
                print(json.dumps(file))
        case _:
            print("no downloads")


if len(sys.argv) != 2:  # noqa: PLR2004 - the program name and the id
    sys.exit(__doc__)
anyio.run(main, sys.argv[1])
