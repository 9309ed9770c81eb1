"""Read all rows of a large output over MCP, part by part, and print how many there are.

The API is asked once: the server reads on in the same answer, so all parts are of one state.

Try it without an API key:    KAIZEN_SANDBOX=1 .venv/bin/python examples/read_all_rows.py exec-large
"""

import os
import sys
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

ROWS_PATH = "/response/rows"  # where the rows are in the object from the API


async def main(execution_id: str) -> None:
    """Read parts until one has no `next_offset`. If a lookup fails, print its error and exit with code 1."""
    kaizen_settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    kaizen_settings["KAIZEN_MAX_RESULT_CHARS"] = "1000000"  # a program can read more at a time than a model
    server = StdioServerParameters(command=sys.executable, args=["-m", "kaizen_mcp"], env=kaizen_settings)
    rows: list[Any] = []
    offset = 0
    async with Client(server) as client:
        while True:
            arguments = {"id": execution_id, "path": ROWS_PATH, "offset": offset}
            result = await client.call_tool("get_execution", arguments)
            if result.is_error:
                break
            part = result.structured_content["part"]
            rows += part["value"]
            offset = part.get("next_offset")
            if offset is None:
                break
    if result.is_error:
        sys.exit(" ".join(block.text for block in result.content if isinstance(block, TextContent)))
    print(len(rows), "rows, the last one:", rows[-1])


if len(sys.argv) != 2:  # noqa: PLR2004 - the program name and the id
    sys.exit(__doc__)
anyio.run(main, sys.argv[1])
