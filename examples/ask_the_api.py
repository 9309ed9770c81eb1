"""Look up one execution from Python, without MCP: the same door to the API, the same errors.

Run it without a key:    KAIZEN_SANDBOX=1 python examples/ask_the_api.py exec-claim-failed
"""

import os
import sys
from typing import Any

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
    # `data` is the API's object as it came: any field may be missing, or null.
    print(reply.data.get("status"))
    downloads: Any = reply.data.get("downloads")
    files: list[dict[str, Any]] | None = downloads.get("files") if downloads else None
    for file in files or []:
        print(file.get("name"), file.get("sizeBytes"))


anyio.run(main, sys.argv[1])
