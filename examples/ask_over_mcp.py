"""Start the server as an MCP client does, look up one execution and print its headline and next step.

Try it without an API key:    KAIZEN_SANDBOX=1 .venv/bin/python examples/ask_over_mcp.py exec-eligibility-login
"""

import os
import sys

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import TextContent


async def main(execution_id: str) -> None:
    """Print the headline and the next step. If the lookup fails, print its error and exit with code 1."""
    # The server process gets only the environment variables listed here.
    kaizen_settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    server = StdioServerParameters(command=sys.executable, args=["-m", "kaizen_mcp"], env=kaizen_settings)
    async with Client(server) as client:
        result = await client.call_tool("get_execution", {"id": execution_id, "detail": "summary"})
    if result.is_error:
        sys.exit(" ".join(block.text for block in result.content if isinstance(block, TextContent)))
    summary = result.structured_content["summary"]
    print(summary["headline"])
    print(summary["next_step"])


if len(sys.argv) != 2:  # noqa: PLR2004 - the program name and the id
    sys.exit(__doc__)
anyio.run(main, sys.argv[1])
