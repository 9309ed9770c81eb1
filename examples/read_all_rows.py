"""Read every row of a large output through MCP, a part at a time; prints how many there are.

KAIZEN_SANDBOX=1 python examples/read_all_rows.py exec-large
"""

import os
import sys
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

PATH = "/response/rows"


async def main(execution_id: str) -> None:
    """Follow `next_offset` until it is absent; a failed lookup ends with its error."""
    environ = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    environ["KAIZEN_MAX_RESULT_CHARS"] = "1000000"  # a program can take more at a time than a model
    server = StdioServerParameters(command=sys.executable, args=["-m", "kaizen_mcp"], env=environ)
    rows: list[Any] = []
    offset = 0
    async with Client(server) as client:
        while True:
            arguments = {"id": execution_id, "path": PATH, "offset": offset}
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


if len(sys.argv) != 2:  # noqa: PLR2004 - the program and the id
    sys.exit(__doc__)
anyio.run(main, sys.argv[1])
