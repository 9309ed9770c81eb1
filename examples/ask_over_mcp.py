"""Start the server as an MCP client does and ask it for one execution.

Run it without a key:    KAIZEN_SANDBOX=1 .venv/bin/python examples/ask_over_mcp.py exec-eligibility-login
"""

import os
import sys

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import TextContent


async def main(execution_id: str) -> None:
    """Print what to tell a person; a failed lookup ends with its error."""
    # A client hands a server only the variables it names.
    environ = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    server = StdioServerParameters(command=sys.executable, args=["-m", "kaizen_mcp"], env=environ)
    async with Client(server) as client:
        result = await client.call_tool("get_execution", {"id": execution_id, "detail": "summary"})
    if result.is_error:
        sys.exit(" ".join(block.text for block in result.content if isinstance(block, TextContent)))
    summary = result.structured_content["summary"]
    print(summary["headline"])
    print(summary["next_step"])


if len(sys.argv) != 2:  # noqa: PLR2004 - the program and the id
    sys.exit(__doc__)
anyio.run(main, sys.argv[1])
